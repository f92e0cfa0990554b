//! Taking in a bundle: its acts go on our record too, and what other records have on them is kept as it came.

use std::collections::BTreeMap;

use countersign_authority::model::act::Visibility;
use countersign_authority::model::name::Digest;
use countersign_authority::model::time::Instant;
use countersign_store::dossiers::{Dossiers as _, Evidence as _, ForeignAct, ForeignRecord};
use countersign_store::error::LedgerError;
use countersign_store::ledger::Ledger as _;
use countersign_store::writer::Admitted as Checked;
use countersign_tlog::checkpoint::Origin;
use countersign_tlog::policy::Policy;
use countersign_verify::bundle::{Bundle, BundledRecord, Manifest};
use countersign_verify::record::{Completeness, Incomplete, RecordEvidence, RecordState, Testimony};

use super::{PAGE, Recorded, Standing, checked, files, refill};
use crate::exit::Failure;
use crate::home::{self, Home};

/// What became of a bundle.
pub(crate) struct Imported {
    /// The dossier's id.
    pub(crate) dossier: String,
    /// Whether it is new here.
    pub(crate) opened: bool,
    /// Each act of the bundle, by its number there.
    pub(crate) acts: Vec<(u32, Digest, Standing)>,
    /// Each record of the bundle, and whether its proofs could be verified: only where its key is known.
    pub(crate) records: Vec<(Origin, bool)>,
    /// What has to be told.
    pub(crate) told: Vec<String>,
    pub(crate) troubled: bool,
}

/// Takes in a bundle. All of it is checked before anything is written; acts then go on the record together or not at all.
pub(crate) fn import(home: Home, bundle: &Bundle, at: Instant) -> Result<Imported, Failure> {
    let known = super::publishing(&home)?;
    let evidence = RecordEvidence::examine(bundle, &known);
    let records = verified(&evidence, &known)?;
    let acts: Vec<Checked> = bundle.acts.iter().map(|act| one(bundle, act)).collect::<Result<_, _>>()?;
    let ours = home.config.origin.clone();
    let id = bundle.manifest.id.clone();
    let present = Recorded::open(Home::at(&home.dir)?, &id)?;
    let missing = match &present {
        Some(dossier) => agrees(dossier, bundle, &ours)?,
        None => bundle.records.get(&ours).map_or(0, |record| record.links.len()),
    };
    // What would stop the record stops before anything is written: a seal that doesn't open, a record that is older than others'.
    let stores = home.stores()?;
    if missing > 0 && stores.store.lost().map_err(home::ledger)? == 0 {
        return Err(not_ours_any_more(&ours, &id));
    }
    let _lock = home.lock()?;
    let mut writer = home.writer(&stores)?;
    let opened = present.is_none();
    let dossier = match present {
        Some(dossier) => dossier,
        None => Recorded::create(home, &Manifest { origin: None, ..bundle.manifest.clone() }, at)?,
    };
    refill::refill(&mut writer, bundle, &ours)?;
    place_files(&dossier, bundle)?;
    let (mut standings, mut told, mut troubled) = (Vec::new(), Vec::new(), false);
    if !acts.is_empty() {
        let written = writer.write(&acts).map_err(home::write)?;
        standings = Standing::written(&written, &dossier.home.alarms);
        if let Some(first) = standings.first() {
            (told, troubled) = (first.told.clone(), first.troubled);
        }
    }
    // After the acts: evidence is kept of what is there.
    for act in &bundle.acts {
        if let Some(tsr) = &act.tsr {
            dossier.stores.store.keep_stamp(act.id, tsr).map_err(home::ledger)?;
        }
    }
    for (origin, record) in &bundle.records {
        if *origin != ours {
            let foreign = foreign(bundle, origin, record);
            dossier.stores.store.keep_foreign(&id, &foreign).map_err(|error| forked(error, &id))?;
        }
    }
    let acts = bundle.acts.iter().zip(standings).map(|(act, standing)| (act.number, act.id, standing));
    let records = records.into_iter().filter(|(origin, _)| *origin != ours).collect();
    Ok(Imported { dossier: id, opened, acts: acts.collect(), records, told, troubled })
}

/// Refuses a bundle whose records contradict themselves, or don't show what they are there to show; says which could be
/// verified.
fn verified(evidence: &RecordEvidence, known: &Policy) -> Result<Vec<(Origin, bool)>, Failure> {
    if let Some(fork) = evidence.forks().next() {
        return Err(Failure::usage(format!("the bundle shows two histories of one record: {fork}"))
            .help("keep the bundle: it is evidence; ask that record's keeper"));
    }
    let mut records = Vec::new();
    for testimony in evidence.own().into_iter().chain(evidence.others()) {
        let origin = testimony.origin();
        if let Some(lie) = testimony.lies().first() {
            return Err(Failure::usage(format!("record {origin}: {lie}"))
                .help("keep the bundle: it is evidence; ask that record's keeper"));
        }
        let is_known = known.logs().iter().any(|log| log.origin() == origin);
        if is_known {
            holds(testimony)?;
        }
        records.push((origin.clone(), is_known));
    }
    Ok(records)
}

/// Of a record whose key is known, every proof must hold.
fn holds(testimony: &Testimony) -> Result<(), Failure> {
    for act in testimony.acts() {
        if let RecordState::Unproven(why) = act.state() {
            return Err(Failure::usage(format!(
                "record {}: the proof of act {} does not hold: {}",
                testimony.origin(),
                act.number(),
                home::told(why)
            ))
            .help("nothing was taken in; ask for the bundle again"));
        }
    }
    // Links that nothing proves would stand in the way of the true ones later.
    match testimony.completeness() {
        Completeness::Unproven(why) if *why != Incomplete::NoLinks => {
            Err(Failure::usage(format!("record {}: {why}", testimony.origin()))
                .help("nothing was taken in; ask for the bundle again"))
        }
        _ => Ok(()),
    }
}

/// Form and signature of one act, and that it belongs here.
fn one(bundle: &Bundle, act: &countersign_verify::bundle::BundledAct) -> Result<Checked, Failure> {
    let named = |failure: Failure| Failure::usage(format!("act {}: {failure}", act.number));
    let checked = checked(&act.json, &act.p7s).map_err(named)?;
    let said = &checked.act().dossier;
    if **said != *bundle.manifest.id {
        return Err(named(Failure::usage(format!(
            "it belongs to dossier {said}, the bundle is of {}",
            bundle.manifest.id
        ))));
    }
    Ok(checked)
}

/// Holds what a bundle says of our own record, and of records that we have heard of, against what we have.
fn agrees(dossier: &Recorded, bundle: &Bundle, ours: &Origin) -> Result<usize, Failure> {
    let here = &dossier.manifest;
    if here.parties != bundle.manifest.parties {
        return Err(Failure::usage(format!(
            "dossier {} is between {} here, and between {} in the bundle",
            here.id,
            here.parties.join(", "),
            bundle.manifest.parties.join(", ")
        ))
        .help("it is another dossier of the same name: ask for it under another"));
    }
    let missing = bundle.records.get(ours).map(|record| own_links(dossier, record, ours)).transpose()?;
    let store = &dossier.stores.store;
    let kept = store.foreign(&here.id).map_err(home::ledger)?;
    for foreign in kept {
        let Some((origin, record)) =
            bundle.records.iter().find(|(origin, _)| origin.as_str() == foreign.origin)
        else {
            continue;
        };
        let pairs = foreign.links.iter().zip(&record.links);
        if let Some((before, now)) = pairs.into_iter().find(|(before, now)| before != now) {
            return Err(rewritten(origin.as_str(), before.number, &before.digest(), &now.digest()));
        }
        for act in self::foreign(bundle, origin, record).acts {
            let same = foreign.acts.iter().find(|kept| kept.number == act.number);
            if let Some(kept) = same.filter(|kept| kept.id != act.id) {
                return Err(rewritten(origin.as_str(), act.number, &kept.id, &act.id));
            }
        }
    }
    // The CMS of an act is frozen where it was first admitted.
    let frozen: BTreeMap<Digest, Vec<u8>> =
        dossier.recorded()?.into_iter().map(|act| (act.id, act.p7s)).collect();
    for act in &bundle.acts {
        if frozen.get(&act.id).is_some_and(|p7s| *p7s != act.p7s) {
            return Err(Failure::usage(format!(
                "act {} ({}) is signed in another way here than in the bundle",
                act.number, act.id
            ))
            .help(
                "the record keeps the signature that came first; both hold, and neither replaces the other",
            ));
        }
    }
    Ok(missing.unwrap_or_default())
}

/// What a bundle says of our own record must be what we have; gives how many links go on after ours.
fn own_links(dossier: &Recorded, record: &BundledRecord, ours: &Origin) -> Result<usize, Failure> {
    let store = &dossier.stores.store;
    let (mut after, mut missing) = (0, 0);
    for links in record.links.chunks(PAGE) {
        let kept = store.links(&dossier.manifest.id, after, PAGE).map_err(home::ledger)?;
        for (place, link) in links.iter().enumerate() {
            match kept.get(place) {
                Some(kept) if kept == link => {}
                Some(kept) => {
                    return Err(rewritten(ours.as_str(), link.number, &kept.digest(), &link.digest()));
                }
                None => missing += 1,
            }
        }
        after = links.last().map_or(after, |link| link.number);
    }
    Ok(missing)
}

fn rewritten(origin: &str, number: u32, before: &Digest, now: &Digest) -> Failure {
    Failure::usage(format!(
        "RECORD REWRITTEN: record {origin} had {before} as number {number} of this dossier, and now has {now}"
    ))
    .help("nothing was taken in. Keep both bundles: they are evidence that the record was rewritten")
}

fn not_ours_any_more(ours: &Origin, id: &str) -> Failure {
    Failure::usage(format!(
        "the bundle shows acts of dossier {id} on our own record {ours} that our database does not have: the database is older than the bundle"
    ))
    .help("nothing was taken in. Put the newest backup back (`countersign init DIR --from BACKUP`), then `countersign home rejoin MIRROR`: after that its own bundles fill what is lost")
}

fn forked(error: LedgerError, id: &str) -> Failure {
    match error {
        LedgerError::Forked { origin, number } => Failure::usage(format!(
            "RECORD REWRITTEN: record {origin} has another number {number} of dossier {id} than it had before"
        ))
        .help("keep both bundles: they are evidence that the record was rewritten"),
        error => home::ledger(error),
    }
}

/// Puts in what came beside the acts; what is here already stays.
fn place_files(dossier: &Recorded, bundle: &Bundle) -> Result<(), Failure> {
    for (folder, files) in [("maps", &bundle.maps), ("terms", &bundle.terms), ("trust", &bundle.trust)] {
        for (name, bytes) in files {
            files::put_for(dossier, &format!("{folder}/{name}"), bytes, Visibility::Parties)?;
        }
    }
    for (name, bytes) in &bundle.policies {
        files::put_for(dossier, &format!("policies/{name}"), bytes, Visibility::Own)?;
    }
    for (digest, (extension, bytes)) in &bundle.documents {
        files::put_for(
            dossier,
            &format!("documents/{}.{extension}", digest.hex()),
            bytes,
            Visibility::Parties,
        )?;
    }
    Ok(())
}

/// What one record has on the bundle's acts. Those of the bundle's own record lie beside the acts.
pub(super) fn foreign(bundle: &Bundle, origin: &Origin, record: &BundledRecord) -> ForeignRecord {
    let is_own = bundle.origin().as_ref() == Some(origin);
    let numbers: BTreeMap<_, u32> = record.links.iter().map(|link| (link.act, link.number)).collect();
    let acts = bundle.acts.iter().filter_map(|act| {
        let (proof, salt) = if is_own {
            (act.tlog_proof.clone()?, act.salt?)
        } else {
            let beside = record.acts.get(&act.id)?;
            (beside.tlog_proof.clone()?, beside.salt?)
        };
        let entry = countersign_agreement::record::Commitment::of(&salt, &act.json, &act.p7s);
        let number = numbers.get(&entry).copied().or(is_own.then_some(act.number))?;
        Some(ForeignAct { id: act.id, number, proof, salt })
    });
    ForeignRecord {
        origin: origin.to_string(),
        links: record.links.clone(),
        head: record.head.clone(),
        acts: acts.collect(),
    }
}
