//! All of a dossier as a bundle: acts with their proofs under the newest published checkpoint, and what other records say.

use std::collections::BTreeMap;

use countersign_authority::model::name::{Digest, PartyId};
use countersign_store::dossiers::{self, Dossiers as _, Evidence as _, ForeignRecord, MaterialKind};
use countersign_store::ledger::Ledger as _;
use countersign_store::receipt::{ProveError, act_leaf, head_leaf, prove};
use countersign_tlog::checkpoint::Origin;
use countersign_verify::bundle::{Bundle, BundledAct, BundledProof, BundledRecord};

use super::{PAGE, Recorded, files};
use crate::exit::Failure;
use crate::home;

/// A dossier whole, and what of it a party keeps to itself.
pub(crate) struct Export {
    pub(crate) all: Bundle,
    pub(crate) own: BTreeMap<Digest, PartyId>,
    /// Acts that are not under a published checkpoint yet, and stay out: nothing of them can be proven.
    pub(crate) unpublished: Vec<u32>,
}

impl Export {
    pub(crate) fn of(dossier: &Recorded) -> Result<Self, Failure> {
        let materials = files::materials(dossier)?;
        let mut by_kind = materials.by_kind;
        let mut part = |kind| by_kind.remove(&kind).unwrap_or_default();
        let mut all = Bundle {
            manifest: dossier.manifest.clone(),
            documents: files::documents(dossier)?,
            maps: part(MaterialKind::Map),
            terms: part(MaterialKind::Terms),
            policies: part(MaterialKind::Policy),
            trust: part(MaterialKind::Trust),
            ..Bundle::default()
        };
        let unpublished = proven(dossier, &mut all)?;
        for foreign in dossier.stores.store.foreign(&dossier.manifest.id).map_err(home::ledger)? {
            let (origin, record) = record(foreign)?;
            all.records.insert(origin, record);
        }
        Ok(Self { all, own: materials.own, unpublished })
    }
}

/// Puts in the acts that can be proven, with the chain they are in; gives the numbers of the others.
fn proven(dossier: &Recorded, all: &mut Bundle) -> Result<Vec<u32>, Failure> {
    let (stores, id) = (&dossier.stores, &dossier.manifest.id);
    let acts = dossier.recorded()?;
    let failed = |error: ProveError| Failure::usage(home::told(&error));
    let published = stores.store.head().map_err(home::ledger)?.published;
    let head = match &published {
        Some(published) => stores.store.newest(id, published.checkpoint().size()).map_err(home::ledger)?,
        None => None,
    };
    let (Some(published), Some(head)) = (published, head) else {
        return Ok(acts.iter().map(|act| act.link.number).collect());
    };
    let proof = prove(&*stores.record, &published, head.index, head_leaf(&head.link)).map_err(failed)?;
    let mut record = BundledRecord { head: Some(proof.to_string().into_bytes()), ..BundledRecord::default() };
    loop {
        let after = record.links.last().map_or(0, |link| link.number);
        let page = stores.store.links(id, after, PAGE).map_err(home::ledger)?;
        let ended = page.len() < PAGE;
        record.links.extend(page.into_iter().filter(|link| link.number <= head.link.number));
        if ended {
            break;
        }
    }
    let mut unpublished = Vec::new();
    for act in acts {
        let number = act.link.number;
        if number > head.link.number {
            unpublished.push(number);
            continue;
        }
        let proof = prove(&*stores.record, &published, act.index, act_leaf(&act.link.act)).map_err(failed)?;
        all.acts.push(BundledAct { tlog_proof: Some(proof.to_string().into_bytes()), ..bundled(act) });
    }
    all.records.insert(dossier.home.config.origin.clone(), record);
    Ok(unpublished)
}

/// An act as it goes into a bundle, without its proof.
pub(super) fn bundled(act: dossiers::Recorded) -> BundledAct {
    BundledAct {
        number: act.link.number,
        id: act.id,
        json: act.json,
        p7s: act.p7s,
        tlog_proof: None,
        salt: Some(act.salt),
        tsr: act.stamps.into_iter().next(),
    }
}

/// What another record has on the dossier, as it came.
fn record(foreign: ForeignRecord) -> Result<(Origin, BundledRecord), Failure> {
    let origin = Origin::new(&foreign.origin).map_err(|error| Failure::usage(error.to_string()))?;
    let acts = foreign
        .acts
        .into_iter()
        .map(|act| (act.id, BundledProof { tlog_proof: Some(act.proof), salt: Some(act.salt) }));
    Ok((origin, BundledRecord { links: foreign.links, head: foreign.head, acts: acts.collect() }))
}
