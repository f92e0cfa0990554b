//! What a record's keeper signed and can't both be so.
//!
//! Only checkpoints that a log of the reader's signed count: anybody can write another.

use std::collections::BTreeMap;
use std::fmt;

use countersign_authority::model::name::Digest;
use countersign_tlog::checkpoint::Origin;
use countersign_tlog::hash::Hash;
use countersign_tlog::size::{LeafIndex, TreeSize};

use super::Testimony;

/// Evidence that a log was forked, to be shown to anyone who trusts it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fork {
    /// Two trees of one size.
    #[error(
        "{origin} signed two trees of {size} leaves: root {} by the proof of {}, {} by that of {}",
        .roots.0, .places.0, .roots.1, .places.1
    )]
    Roots {
        /// Which log.
        origin: Origin,
        /// The size.
        size: TreeSize,
        /// The roots.
        roots: (Hash, Hash),
        /// Whose proofs have them.
        places: (Place, Place),
    },
    /// Two entries at one place.
    #[error("{origin} has two entries at index {index}: {} and {}", .places.0, .places.1)]
    Entries {
        /// Which log.
        origin: Origin,
        /// The index.
        index: LeafIndex,
        /// Whose proofs say so.
        places: (Place, Place),
    },
    /// Two links of one number, each under a proven head.
    #[error("{origin} has two links of number {number} for one dossier: {} and {}", .links.0, .links.1)]
    Links {
        /// Which log.
        origin: Origin,
        /// The number.
        number: u32,
        /// The links' digests.
        links: (Digest, Digest),
    },
}

/// Where in a bundle a proof stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Beside an act, by its number in the bundle.
    Act(u32),
    /// `head.tlog-proof`.
    Head,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Act(number) => write!(f, "act {number}"),
            Self::Head => f.write_str("the head"),
        }
    }
}

/// A checkpoint that counts, and what was proven under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sighting {
    pub(super) place: Place,
    pub(super) size: TreeSize,
    pub(super) root: Hash,
    pub(super) entry: Option<(LeafIndex, Hash)>,
}

/// Contradictions among sightings of one log, one for each size and each index.
pub(super) fn within<'a>(origin: &Origin, sightings: impl IntoIterator<Item = &'a Sighting>) -> Vec<Fork> {
    let (mut roots, mut entries) = (Firsts::default(), Firsts::default());
    let mut forks = Vec::new();
    for Sighting { place, size, root, entry } in sightings {
        if let Some((known, first)) = roots.contradicts(*size, *root, *place) {
            let (origin, size) = (origin.clone(), *size);
            forks.push(Fork::Roots { origin, size, roots: (known, *root), places: (first, *place) });
        }
        if let Some((index, leaf)) = *entry
            && let Some((_, first)) = entries.contradicts(index, leaf, *place)
        {
            forks.push(Fork::Entries { origin: origin.clone(), index, places: (first, *place) });
        }
    }
    forks
}

/// What was first seen of each size or index, and whether it was contradicted yet.
struct Firsts<K>(BTreeMap<K, (Hash, Place, bool)>);

impl<K> Default for Firsts<K> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord> Firsts<K> {
    fn contradicts(&mut self, key: K, hash: Hash, place: Place) -> Option<(Hash, Place)> {
        let (known, first, told) = self.0.entry(key).or_insert((hash, place, false));
        if *known == hash || std::mem::replace(told, true) { None } else { Some((*known, *first)) }
    }
}

/// Contradictions between two testimonies of one log, beside those within each.
pub(super) fn between(ours: &Testimony, theirs: &Testimony) -> Vec<Fork> {
    let mut forks = within(&ours.origin, ours.sightings.iter().chain(&theirs.sightings));
    forks.retain(|fork| !ours.forks.contains(fork) && !theirs.forks.contains(fork));
    if let (Some(our), Some(their)) = (&ours.chain, &theirs.chain)
        && our.dossier == their.dossier
    {
        let differ = (1..).zip(our.links.iter().zip(&their.links)).find(|(_, (our, their))| our != their);
        forks.extend(differ.map(|(number, (our, their))| Fork::Links {
            origin: ours.origin.clone(),
            number,
            links: (*our, *their),
        }));
    }
    forks
}
