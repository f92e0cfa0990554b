//! Things to keep, made by number.

use std::sync::Arc;

use countersign_agreement::record::{Commitment, Salt};
use countersign_agreement::signed::id_of;
use countersign_authority::model::act::Visibility;
use countersign_authority::model::time::Instant;
use countersign_tlog::checkpoint::SignedCheckpoint;
use countersign_tlog::hash::Hash;
use countersign_tlog::size::{LeafIndex, TreeSize};

use super::Backend;
use crate::dossiers::{Dossier, Store};
use crate::ledger::{Admission, Seat, Tree};

/// A database with dossiers of these ids, and a seat.
pub(super) fn opened(backend: &dyn Backend, dossiers: &[&str]) -> (Box<dyn Store>, Seat) {
    let store = backend.open();
    for id in dossiers {
        store.open(&dossier(id)).unwrap();
    }
    let seat = store.take_seat().unwrap();
    (store, seat)
}

pub(super) fn dossier(id: &str) -> Dossier {
    Dossier {
        id: id.into(),
        title: format!("Talks on {id}"),
        parties: vec!["RUR".to_owned(), "KRA".to_owned()],
        created: Instant(1_777_000_000_000_000_000),
    }
}

/// The act of a number in a dossier. The ledger reads no act, so that any bytes are one.
pub(super) fn act(dossier: &str, number: u64) -> Admission {
    let json = format!("{{\"act\":{number},\"dossier\":{dossier:?}}}").into_bytes();
    let p7s = format!("signature {number}").into_bytes();
    let mut salt = [0; 32];
    salt[..8].copy_from_slice(&number.to_be_bytes());
    let salt = Salt::new(salt);
    Admission {
        dossier: Arc::from(dossier),
        id: id_of(&json),
        entry: Commitment::of(&salt, &json, &p7s),
        json,
        p7s,
        salt,
        visibility: [Visibility::Own, Visibility::Parties, Visibility::Public][number as usize % 3],
        bears: !number.is_multiple_of(4),
    }
}

pub(super) fn acts(dossier: &str, numbers: std::ops::Range<u64>) -> Vec<Admission> {
    numbers.map(|number| act(dossier, number)).collect()
}

pub(super) fn size(size: u64) -> TreeSize {
    TreeSize::new(size).unwrap()
}

pub(super) fn index(index: u64) -> LeafIndex {
    LeafIndex::new(index).unwrap()
}

/// A tree of a size; `root` tells it from others of the size.
pub(super) fn tree(leaves: u64, root: &str) -> Tree {
    let root = if leaves == 0 { Hash::EMPTY_ROOT } else { Hash::leaf(format!("{leaves} {root}").as_bytes()) };
    Tree { size: size(leaves), root }
}

/// A checkpoint over it, with a line of each name, which need not verify: the ledger asks for no key.
pub(super) fn checkpoint(tree: Tree, names: &[&str]) -> SignedCheckpoint {
    let lines: String = names.iter().map(|name| format!("— {name} {}\n", "A".repeat(96))).collect();
    let text = format!("ruritania.example/record\n{}\n{}\n\n{lines}", tree.size, tree.root);
    SignedCheckpoint::read(text.as_bytes()).unwrap()
}

/// The same by a log alone.
pub(super) fn signed(tree: Tree) -> SignedCheckpoint {
    checkpoint(tree, &["ruritania.example/record"])
}
