//! What records show of a dossier: which acts are in them, and whether acts are missing.
//!
//! A record is a log (`countersign-tlog`). It holds 32 bytes for each act and, for each dossier, its newest link
//! (`countersign_agreement::record`). What comes of that in a bundle is examined here, offline, under the logs and witnesses
//! that the *reader* trusts:
//!
//! - **Each act** ([`ActRecord`]): its entry is SHA-256 of salt, act and signature, so the proof is one of this very act. Not
//!   there, there but showing nothing, included, or seen by a quorum of witnesses ([`RecordState`]).
//! - **The chain** ([`Completeness`]): the last link's digest is in the log, each link names the one before, each act shown
//!   is the one its link commits to. Then nothing is missing, or exactly the numbers without an act are. Inclusion alone
//!   never shows that: an act that was left out leaves no hole in a proof of another.
//! - **Contradictions** ([`Lie`], [`Fork`]): what the record's keeper signed and can't all be so.
//!
//! An act may be in several records; each is told for itself ([`Testimony`]). Nothing here can be made by hand:
//! ```compile_fail,E0451
//! # use countersign_verify::record::ActRecord;
//! fn forge(real: ActRecord) -> ActRecord {
//!     ActRecord { number: 1, ..real }
//! }
//! ```

mod chain;
mod fork;
mod proof;

pub use chain::{Completeness, Head, Incomplete, Lie};
pub use fork::{Fork, Place};
pub use proof::{Proven, RecordState, Unproven};

use chain::{Chain, Shown};
use countersign_agreement::record::Commitment;
use countersign_agreement::signed::SignedAct;
use countersign_authority::model::name::Digest;
use countersign_tlog::checkpoint::Origin;
use countersign_tlog::hash::Hash;
use countersign_tlog::policy::Policy;
use countersign_tlog::size::LeafIndex;
use fork::Sighting;
use proof::Prover;

use crate::bundle::{Bundle, BundledAct, BundledProof, BundledRecord};

/// What the records in a bundle show. [`RecordEvidence::examine`] alone makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordEvidence {
    own: Option<Testimony>,
    others: Vec<Testimony>,
    unplaced: Vec<u32>,
}

/// What one record shows of the dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Testimony {
    origin: Origin,
    acts: Vec<ActRecord>,
    completeness: Completeness,
    lies: Vec<Lie>,
    forks: Vec<Fork>,
    chain: Option<Chain>,
    sightings: Vec<Sighting>,
}

/// What one record shows of one act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActRecord {
    number: u32,
    id: Digest,
    place: Option<u32>,
    state: RecordState,
}

/// Which acts were known when the record had come to an index, by their numbers in the bundle.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownAt {
    /// Their entries are at the index or before it.
    pub known: Vec<u32>,
    /// Their entries come later.
    pub later: Vec<u32>,
    /// Nothing shows where their entries are.
    pub unknown: Vec<u32>,
}

impl RecordEvidence {
    /// Examines what came from every record. `trust` says whose checkpoints and cosignatures count: the reader's own, never
    /// the bundle's.
    #[must_use]
    pub fn examine(bundle: &Bundle, trust: &Policy) -> Self {
        let own_origin = bundle.origin();
        let nothing = BundledRecord::default();
        let own = own_origin.as_ref().map(|origin| {
            let record = bundle.records.get(origin).unwrap_or(&nothing);
            let beside =
                |act: &BundledAct| BundledProof { tlog_proof: act.tlog_proof.clone(), salt: act.salt };
            Testimony::examine(bundle, origin, record, true, &beside, trust)
        });
        let foreign = bundle.records.iter().filter(|(origin, _)| Some(*origin) != own_origin.as_ref());
        let others = foreign
            .map(|(origin, record)| {
                let by_id = |act: &BundledAct| record.acts.get(&act.id).cloned().unwrap_or_default();
                Testimony::examine(bundle, origin, record, false, &by_id, trust)
            })
            .collect();
        let recorded = bundle.acts.iter().filter(|act| act.tlog_proof.is_some() || act.salt.is_some());
        let unplaced = recorded.filter(|_| own.is_none()).map(|act| act.number).collect();
        Self { own, others, unplaced }
    }

    /// The bundle's own record; none where `dossier.json` names none.
    #[must_use]
    pub fn own(&self) -> Option<&Testimony> {
        self.own.as_ref()
    }

    /// The other records that the dossier is in, by origin.
    #[must_use]
    pub fn others(&self) -> &[Testimony] {
        &self.others
    }

    /// Acts with a proof or salt beside them in a bundle that names no record: what they show nobody can say.
    #[must_use]
    pub fn unplaced(&self) -> &[u32] {
        &self.unplaced
    }

    /// What the bundle's own record shows of an act.
    #[must_use]
    pub fn act(&self, number: u32) -> Option<&ActRecord> {
        self.own.as_ref()?.act(number)
    }

    /// Whether enough witnesses saw the act, in any of the records.
    #[must_use]
    pub fn is_witnessed(&self, number: u32) -> bool {
        let mut all = self.own.iter().chain(&self.others);
        all.any(|record| record.act(number).is_some_and(|act| act.state.is_witnessed()))
    }

    /// Forks that the bundle shows of any record.
    pub fn forks(&self) -> impl Iterator<Item = &Fork> {
        self.own.iter().chain(&self.others).flat_map(|record| &record.forks)
    }

    /// What two bundles, or two exports of one dossier, show of the same records and can't both be so.
    #[must_use]
    pub fn contradictions(&self, other: &Self) -> Vec<Fork> {
        let theirs: Vec<&Testimony> = other.own.iter().chain(&other.others).collect();
        let ours = self.own.iter().chain(&self.others);
        ours.flat_map(|our| {
            let same = theirs.iter().filter(|their| their.origin == our.origin);
            same.flat_map(|their| fork::between(our, their)).collect::<Vec<_>>()
        })
        .collect()
    }
}

impl Testimony {
    fn examine(
        bundle: &Bundle,
        origin: &Origin,
        record: &BundledRecord,
        is_own: bool,
        beside: &dyn Fn(&BundledAct) -> BundledProof,
        trust: &Policy,
    ) -> Self {
        let mut prover = Prover::new(origin, trust);
        let mut acts = Vec::with_capacity(bundle.acts.len());
        let mut shown = Vec::with_capacity(bundle.acts.len());
        for act in &bundle.acts {
            let BundledProof { tlog_proof: proof, salt } = beside(act);
            let commitment = salt.map(|salt| Commitment::of(&salt, &act.json, &act.p7s));
            // Without lengths between its parts an entry is that of many pairs of bytes, and of one act: canonical JSON ends
            // where it ends. Bytes that are no act are not the act that was recorded.
            let is_act = SignedAct::read(&act.json).is_ok();
            let state = match (proof, commitment) {
                (None, _) => RecordState::None,
                (Some(_), None) => RecordState::Unproven(Unproven::NoSalt),
                (Some(proof), Some(entry)) => {
                    prover.prove(Place::Act(act.number), &proof, Hash::leaf(entry.as_bytes())).into()
                }
            };
            shown.push(Shown { act, is_act, commitment, index: state.index() });
            acts.push(ActRecord { number: act.number, id: act.id, place: None, state });
        }
        let examined = chain::examine(&bundle.manifest.id, record, is_own, &shown, &mut prover);
        for (act, place) in acts.iter_mut().zip(examined.places) {
            act.place = place;
        }
        let sightings = prover.sightings;
        Self {
            origin: origin.clone(),
            acts,
            completeness: examined.completeness,
            lies: examined.lies,
            forks: fork::within(origin, &sightings),
            chain: examined.chain,
            sightings,
        }
    }

    /// Which record.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Every act of the bundle, in its order.
    #[must_use]
    pub fn acts(&self) -> &[ActRecord] {
        &self.acts
    }

    /// An act by its number in the bundle.
    #[must_use]
    pub fn act(&self, number: u32) -> Option<&ActRecord> {
        let at = self.acts.binary_search_by_key(&number, |act| act.number).ok()?;
        self.acts.get(at)
    }

    /// Whether acts are missing.
    #[must_use]
    pub fn completeness(&self) -> &Completeness {
        &self.completeness
    }

    /// What the record's keeper said of acts and isn't so.
    #[must_use]
    pub fn lies(&self) -> &[Lie] {
        &self.lies
    }

    /// What the record's keeper signed and can't both be so.
    #[must_use]
    pub fn forks(&self) -> &[Fork] {
        &self.forks
    }

    /// Which acts were known when the record had come to an index. By proof alone: an act whose place nothing shows is
    /// neither known nor later.
    #[must_use]
    pub fn known_at(&self, index: LeafIndex) -> KnownAt {
        let mut known = KnownAt::default();
        for act in &self.acts {
            let place = match act.state.index() {
                Some(at) if at <= index => &mut known.known,
                Some(_) => &mut known.later,
                None => &mut known.unknown,
            };
            place.push(act.number);
        }
        known
    }
}

impl ActRecord {
    /// Its number in the bundle.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> Digest {
        self.id
    }

    /// Its number in this record's chain, where a link there commits to it.
    #[must_use]
    pub fn place(&self) -> Option<u32> {
        self.place
    }

    /// What is shown of it.
    #[must_use]
    pub fn state(&self) -> &RecordState {
        &self.state
    }
}
