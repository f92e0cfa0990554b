//! What acts lead to: by the digests in them, and by the texts that those name.

use countersign_agreement::signed::{BodyValue, SignedAct};
use countersign_agreement::text::Manifest;
use countersign_authority::model::name::Digest;
use std::collections::{BTreeMap, BTreeSet};

use crate::bundle::Bundle;

/// Digests that acts name, and those that texts among them name.
pub(super) struct Reach(BTreeSet<Digest>);

impl Reach {
    pub(super) fn of<'a>(all: &Bundle, acts: impl Iterator<Item = &'a SignedAct>) -> Self {
        let mut reached: BTreeSet<Digest> =
            acts.flat_map(|act| named(act).map(|(_, digest)| digest)).collect();
        let texts = texts(all);
        let through: Vec<Digest> = reached.iter().filter_map(|at| texts.get(at)).flatten().copied().collect();
        reached.extend(through);
        Self(reached)
    }

    pub(super) fn has(&self, digest: Digest) -> bool {
        self.0.contains(&digest)
    }
}

/// Digests in an act's fields.
fn named(act: &SignedAct) -> impl Iterator<Item = (&'static str, Digest)> {
    let body = act.body.iter().filter_map(|(field, value)| match value {
        BodyValue::Digest(digest) => Some((field, *digest)),
        _ => None,
    });
    act.seen.map(|seen| ("seen", seen)).into_iter().chain(body)
}

/// In which field of an act a digest stands; `words` where it is written out in one.
pub(super) fn field_of(act: &SignedAct, digest: Digest) -> &'static str {
    named(act).find(|(_, named)| *named == digest).map_or("words", |(field, _)| field)
}

/// Texts among a bundle's documents, with the digests that each names.
pub(super) fn texts(all: &Bundle) -> BTreeMap<Digest, Vec<Digest>> {
    let read = all.documents.iter().filter_map(|(digest, (_, bytes))| {
        let Manifest { documents, terms } = Manifest::read(bytes).ok()?;
        Some((*digest, documents.iter().map(|document| document.digest).chain(terms).collect()))
    });
    read.collect()
}

/// Every digest that stands in bytes as 64 hex digits, in whatever field or word: what could be checked by one who guesses.
pub(super) fn digests_in(bytes: &[u8]) -> BTreeSet<Digest> {
    let runs = bytes.split(|byte| !byte.is_ascii_hexdigit()).filter(|run| run.len() >= 64);
    let windows = runs.flat_map(|run| run.windows(64));
    windows
        .filter_map(|hex| {
            let hex = std::str::from_utf8(hex).ok()?.to_ascii_lowercase();
            Digest::parse(&format!("sha256:{hex}"))
        })
        .collect()
}
