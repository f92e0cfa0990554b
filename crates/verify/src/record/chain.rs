//! The chain of a dossier's links: which acts there are, and which are shown.

use std::collections::BTreeMap;

use countersign_agreement::kind::Kind;
use countersign_agreement::record::{Commitment, Link};
use countersign_agreement::signed::SignedAct;
use countersign_authority::model::name::Digest;
use countersign_tlog::hash::Hash;
use countersign_tlog::size::LeafIndex;

use super::fork::Place;
use super::proof::{Proven, Prover, Unproven};
use crate::bundle::{BundledAct, BundledRecord};

/// Whether acts are missing, by a record's chain. Numbers are that record's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Completeness {
    /// Every act up to the head is shown.
    CompleteTo(Head),
    /// These are not shown.
    Withheld {
        /// The newest link.
        head: Head,
        /// Which, in order.
        numbers: Vec<u32>,
        /// Those of them that could change a verdict. Where the record's keeper lied about that once ([`Lie`]), all.
        bearing: Vec<u32>,
    },
    /// Nothing shows how many there are.
    Unproven(Incomplete),
}

/// Shown: a dossier's newest link is in the record, and each link before it follows from that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    number: u32,
    link: Digest,
    proven: Proven,
}

/// Why a chain shows nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Incomplete {
    /// No links.
    #[error("the bundle has no links of this record; ask for an export with `links.jsonl`")]
    NoLinks,
    /// A link is of another dossier.
    #[error("link {number} is of dossier {found}, not of {expected}; ask for a fresh export")]
    OtherDossier {
        /// Which link.
        number: u32,
        /// The dossier it names.
        found: String,
        /// The bundle's.
        expected: String,
    },
    /// A link does not follow the one before.
    #[error("link {number} does not follow the one before it: links were exchanged; ask for a fresh export")]
    Broken {
        /// Which link.
        number: u32,
    },
    /// No proof of the head.
    #[error("nothing shows that link {number}, the last, is in the record: `head.tlog-proof` is missing")]
    NoHead {
        /// The last link.
        number: u32,
    },
    /// The proof of the head shows nothing.
    #[error("link {number}, the last, is not shown to be in the record: {reason}")]
    Head {
        /// The last link.
        number: u32,
        /// Why.
        reason: Unproven,
    },
    /// An act without salt can't be held against its link.
    #[error("act {number} has no salt, so nothing shows that it is the act that link {number} commits to")]
    NoSalt {
        /// The act.
        number: u32,
    },
    /// An act that the chain does not have.
    #[error("act {number} is not the act that the record's links commit to; ask for a fresh export")]
    OtherAct {
        /// The act, by its number in the bundle.
        number: u32,
    },
    /// Two acts of the bundle, or one act twice, in an order that the log does not have.
    #[error(
        "act {number} has index {index}, link {number} is in the record at {head}: a link comes after its act"
    )]
    AfterHead {
        /// The act, by its number in the bundle.
        number: u32,
        /// Its index.
        index: LeafIndex,
        /// The head's.
        head: LeafIndex,
    },
    /// Numbers in one order, indices in another.
    #[error("act {number} has index {index}, and act {later}, which comes after it, has {found}")]
    OutOfOrder {
        /// The act with the lower number.
        number: u32,
        /// Its index.
        index: LeafIndex,
        /// The act with the higher number.
        later: u32,
        /// Its index.
        found: LeafIndex,
    },
}

/// What a record's keeper said of an act and isn't so: its link says whether such an act can change a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lie {
    /// The act, by its number in the bundle.
    pub number: u32,
    /// What it is.
    pub kind: Kind,
    /// What its link says: that it can change a verdict, or can't.
    pub bears: bool,
}

impl std::fmt::Display for Lie {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { number, kind, bears } = self;
        let (says, is) = if *bears { ("could", "can't") } else { ("can't", "can") };
        write!(f, "the record says that act {number} {says} change a verdict; a {} {is}", kind.word())
    }
}

impl Completeness {
    /// The proven head.
    #[must_use]
    pub fn head(&self) -> Option<&Head> {
        match self {
            Self::CompleteTo(head) | Self::Withheld { head, .. } => Some(head),
            Self::Unproven(_) => None,
        }
    }
}

impl Head {
    /// How many acts the dossier has by this head.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The link's digest.
    #[must_use]
    pub fn link(&self) -> Digest {
        self.link
    }

    /// Where it is in the record.
    #[must_use]
    pub fn proven(&self) -> &Proven {
        &self.proven
    }
}

/// An act of the bundle, as one record knows it.
pub(super) struct Shown<'a> {
    pub(super) act: &'a BundledAct,
    /// Whether its bytes are an act's. If not, it is as good as withheld.
    pub(super) is_act: bool,
    /// Its entry there; none without a salt.
    pub(super) commitment: Option<Commitment>,
    /// Its proven index there.
    pub(super) index: Option<LeafIndex>,
}

/// A proven chain, whether or not the acts shown fit it: what two exports are compared by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chain {
    pub(super) dossier: String,
    /// Digests of links 1 to k.
    pub(super) links: Vec<Digest>,
}

/// What a chain comes to.
pub(super) struct Examined {
    pub(super) completeness: Completeness,
    pub(super) lies: Vec<Lie>,
    pub(super) chain: Option<Chain>,
    /// Each act's number in the chain.
    pub(super) places: Vec<Option<u32>>,
}

/// Holds the chain against the log, and the acts against the chain.
pub(super) fn examine(
    dossier: &str,
    record: &BundledRecord,
    is_own: bool,
    shown: &[Shown<'_>],
    prover: &mut Prover<'_>,
) -> Examined {
    let by_entry: BTreeMap<Commitment, &Link> = record.links.iter().map(|link| (link.act, link)).collect();
    let link_of = |shown: &Shown<'_>| shown.commitment.and_then(|entry| by_entry.get(&entry).copied());
    let places: Vec<Option<u32>> =
        shown.iter().map(|shown| link_of(shown).filter(|_| shown.is_act).map(|link| link.number)).collect();
    let proven = prove(dossier, record, prover);
    let chain =
        proven.as_ref().ok().map(|(_, links)| Chain { dossier: dossier.to_owned(), links: links.clone() });
    let lies = match &proven {
        Ok(_) => shown.iter().filter_map(|shown| lie(shown.act, link_of(shown)?)).collect(),
        // Links that nothing shows to be the record's are nobody's words.
        Err(_) => Vec::new(),
    };
    let fits = proven.and_then(|(head, _)| {
        fit(is_own, shown, &places)?;
        in_order(&head, shown, &places)?;
        Ok(head)
    });
    let completeness = match fits {
        Ok(head) => completeness(head, record, &places, !lies.is_empty()),
        Err(reason) => Completeness::Unproven(reason),
    };
    Examined { completeness, lies, chain, places }
}

/// That the links are one chain of this dossier, and its last link in the log.
fn prove(
    dossier: &str,
    record: &BundledRecord,
    prover: &mut Prover<'_>,
) -> Result<(Head, Vec<Digest>), Incomplete> {
    let mut links = Vec::with_capacity(record.links.len());
    let mut before: Option<Digest> = None;
    for (expected, link) in (1_u32..).zip(&record.links) {
        let number = link.number;
        if *link.dossier != *dossier {
            let (found, expected) = (link.dossier.to_string(), dossier.to_owned());
            return Err(Incomplete::OtherDossier { number, found, expected });
        }
        if number != expected || link.previous != before {
            return Err(Incomplete::Broken { number });
        }
        let digest = link.digest();
        before = Some(digest);
        links.push(digest);
    }
    let (Some(last), Some(link)) = (record.links.last(), before) else { return Err(Incomplete::NoLinks) };
    let number = last.number;
    let file = record.head.as_deref().ok_or(Incomplete::NoHead { number })?;
    let proven = prover
        .prove(Place::Head, file, Hash::leaf(&link.0))
        .map_err(|reason| Incomplete::Head { number, reason })?;
    Ok((Head { number, link, proven }, links))
}

/// That each act shown is the one that its link commits to. Another record than the bundle's own may lack acts: it has
/// those that were given to it.
fn fit(is_own: bool, shown: &[Shown<'_>], places: &[Option<u32>]) -> Result<(), Incomplete> {
    let acts = shown.iter().zip(places).filter(|(shown, _)| shown.is_act);
    for (Shown { act, commitment, .. }, place) in acts {
        let number = act.number;
        match (commitment, place) {
            (None, _) if is_own => return Err(Incomplete::NoSalt { number }),
            (None, _) => {}
            (Some(_), Some(place)) if !is_own || *place == number => {}
            (Some(_), _) => return Err(Incomplete::OtherAct { number }),
        }
    }
    Ok(())
}

/// That the acts' entries lie before the head's, in the order of their numbers.
fn in_order(head: &Head, shown: &[Shown<'_>], places: &[Option<u32>]) -> Result<(), Incomplete> {
    let head = head.proven.included().index();
    let placed = shown
        .iter()
        .zip(places)
        .filter_map(|(shown, place)| Some((place.as_ref()?, shown.act.number, shown.index?)));
    let mut placed: Vec<(&u32, u32, LeafIndex)> = placed.collect();
    placed.sort_unstable_by_key(|(place, ..)| *place);
    for (_, number, index) in &placed {
        if *index >= head {
            return Err(Incomplete::AfterHead { number: *number, index: *index, head });
        }
    }
    for pair in placed.windows(2) {
        if let [(_, number, index), (_, later, found)] = pair
            && index >= found
        {
            let (number, index, later, found) = (*number, *index, *later, *found);
            return Err(Incomplete::OutOfOrder { number, index, later, found });
        }
    }
    Ok(())
}

fn lie(act: &BundledAct, link: &Link) -> Option<Lie> {
    let kind = SignedAct::read(&act.json).ok()?.kind;
    (kind.bears() != link.bears).then_some(Lie { number: act.number, kind, bears: link.bears })
}

fn completeness(head: Head, record: &BundledRecord, places: &[Option<u32>], lied: bool) -> Completeness {
    let mut shown: Vec<u32> = places.iter().flatten().copied().collect();
    shown.sort_unstable();
    let withheld: Vec<&Link> =
        record.links.iter().filter(|link| shown.binary_search(&link.number).is_err()).collect();
    if withheld.is_empty() {
        return Completeness::CompleteTo(head);
    }
    let numbers = withheld.iter().map(|link| link.number).collect();
    let bearing = withheld.iter().filter(|link| link.bears || lied).map(|link| link.number).collect();
    Completeness::Withheld { head, numbers, bearing }
}
