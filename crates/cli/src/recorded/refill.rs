//! A bundle of our own record, after a restore: what the database lost goes back to its old place.

use std::collections::BTreeMap;

use countersign_store::writer::{Admitted as Checked, Writer};
use countersign_tlog::checkpoint::Origin;
use countersign_verify::bundle::Bundle;

use super::checked_with;
use super::import::foreign;
use crate::exit::Failure;
use crate::home;

/// Puts back what a bundle shows of our record, its proofs verified before; where nothing is lost that changes nothing.
pub(super) fn refill(writer: &mut Writer, bundle: &Bundle, ours: &Origin) -> Result<(), Failure> {
    let Some(record) = bundle.records.get(ours).filter(|record| !record.links.is_empty()) else {
        return Ok(());
    };
    let salts: BTreeMap<_, _> =
        foreign(bundle, ours, record).acts.into_iter().map(|act| (act.id, act.salt)).collect();
    let acts = bundle.acts.iter().filter_map(|act| {
        let salt = salts.get(&act.id)?;
        Some(checked_with(&act.json, &act.p7s, *salt))
    });
    let acts = acts.collect::<Result<Vec<Checked>, _>>()?;
    writer.refill(&bundle.manifest.id, &record.links, &acts).map(|_| ()).map_err(home::write)
}
