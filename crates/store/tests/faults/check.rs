//! What must hold whatever happened: all that was acknowledged is at its index, the record hashes to its checkpoint, and no
//! size was ever signed twice with two roots.

use std::collections::BTreeMap;
use std::fs;

use countersign_store::directory::Directory;
use countersign_store::dossiers::Dossiers as _;
use countersign_store::ledger::Ledger as _;
use countersign_store::objects::{Objects as _, Tiles};
use countersign_store::receipt::prove;
use countersign_store::writer::CHECKPOINT;
use countersign_tlog::checkpoint::SignedCheckpoint;
use countersign_tlog::fsck::{Findings, fsck};
use countersign_tlog::hash::Hash;
use countersign_tlog::note::{KeyRing, Signer as _};
use countersign_tlog::size::LeafIndex;

use crate::scene::{DOSSIER, Scene, Seal};

/// Whether a finished scene is as it must be, and how many acts its dossier has.
pub(crate) fn sound(scene: &Scene) -> Result<usize, String> {
    let told = |what: &str| {
        let what = what.to_owned();
        move |error: Box<dyn std::error::Error>| format!("{what}: {error:?}")
    };
    never_signed_twice(scene)?;
    let ledger = scene.ledger().map_err(|error| told("opening")(error.into()))?;
    ledger.check().map_err(|error| told("checking the database")(error.into()))?;
    let head = ledger.head().map_err(|error| told("the head")(error.into()))?;

    let record = Directory::open(&scene.record()).map_err(|error| told("the record")(error.into()))?;
    let bytes = record.read(CHECKPOINT).map_err(|error| told("the checkpoint")(error.into()))?;
    let bytes = bytes.ok_or("no checkpoint is published")?;
    let checkpoint = SignedCheckpoint::read(&bytes).map_err(|error| told("the checkpoint")(error.into()))?;
    let ring = KeyRing::new([Seal::new().key().clone()]).unwrap();
    checkpoint.verify(&ring).map_err(|error| told("the checkpoint's signature")(error.into()))?;
    let (size, root) = (checkpoint.checkpoint().size(), checkpoint.checkpoint().root());
    if (head.sequenced, head.integrated.root, head.published.as_ref()) != (size, root, Some(&checkpoint)) {
        return Err(format!("the database says {head:?}, the record {size} leaves with root {root}"));
    }
    match fsck(size, root, &Tiles(&record)).map_err(|error| told("fsck")(error.into()))? {
        Findings::Sound(sound) if sound.entries == size.get() => {}
        found => return Err(format!("fsck: {found:?}")),
    }
    for (index, entry) in acknowledged(scene)? {
        let at = LeafIndex::new(index).unwrap();
        prove(&record, &checkpoint, at, Hash::leaf(&entry))
            .map_err(|error| format!("acknowledged entry {index} is not in the record: {error:?}"))?;
    }
    let acts = ledger.acts(DOSSIER, 0, usize::MAX).map_err(|error| told("acts")(error.into()))?;
    Ok(acts.len())
}

/// What was acknowledged: an act has one index for ever.
fn acknowledged(scene: &Scene) -> Result<BTreeMap<u64, Vec<u8>>, String> {
    let mut by_index = BTreeMap::new();
    let mut by_entry = BTreeMap::new();
    for line in fs::read_to_string(scene.acknowledged()).unwrap_or_default().lines() {
        let (index, entry) = line.split_once(' ').unwrap();
        let index: u64 = index.parse().unwrap();
        let before = by_entry.insert(entry.to_owned(), index);
        if before.is_some_and(|before| before != index) {
            return Err(format!("{entry} was acknowledged at {before:?} and at {index}"));
        }
        let bytes: Vec<u8> = (0..entry.len() / 2)
            .map(|at| u8::from_str_radix(&entry[2 * at..2 * at + 2], 16).unwrap())
            .collect();
        let before = by_index.insert(index, bytes.clone());
        if before.is_some_and(|before| before != bytes) {
            return Err(format!("index {index} was acknowledged to two acts"));
        }
    }
    Ok(by_index)
}

/// No size has two roots, and sizes never decrease in what is signed by one writer after another.
pub(crate) fn never_signed_twice(scene: &Scene) -> Result<(), String> {
    let mut roots = BTreeMap::new();
    for line in fs::read_to_string(scene.signed()).unwrap_or_default().lines() {
        let (size, root) = line.split_once(' ').unwrap();
        let before = roots.insert(size.to_owned(), root.to_owned());
        if before.is_some_and(|before| before != root) {
            return Err(format!("two roots were signed at size {size}"));
        }
    }
    Ok(())
}
