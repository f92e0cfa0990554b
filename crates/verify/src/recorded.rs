//! What the reader's policy makes of records: whose checkpoints and cosignatures count, and what follows for an act.
//!
//! [`crate::record`] holds proofs against keys; this says whose keys, and turns what was shown into what authority asks:
//! was the act witnessed, by when did it exist, what was recorded before it. A record that the reader does not trust shows
//! nothing, neither for an act nor against it.
//!
//! # Times
//! A cosignature's time is its witness' clock. By the time at which enough witnesses had cosigned, an act under that
//! checkpoint existed: it is no later. It may be far older, so nothing is held against an act because a checkpoint is late.
//!
//! # Order
//! A trusted record has what came to it in order. Who claims to have acted before something that the record has before
//! their act, and shows no proof of it, may be backdating: the act is weighed at every moment between. Only trees that an
//! act's own proof is under count for it: nothing here shows that two trees are of one log's growth.

use std::collections::{BTreeMap, BTreeSet};

use countersign_authority::model::policy::Policy;
use countersign_authority::model::time::Instant;
use countersign_tlog::policy::{Member, Policy as Trusted, Quorum, UntrustedError};
use countersign_tlog::size::LeafIndex;
use countersign_tlog::spicy::SpicyError;

use crate::evidence::VerifiedAct;
use crate::record::{RecordEvidence, RecordState, Testimony, Unproven};
use crate::standing::instant;

/// Until when things were known: a moment, or a place in the bundle's own record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownAt {
    /// What came later is not known.
    Time(Instant),
    /// Acts whose entry comes later are not known.
    Index(LeafIndex),
}

impl KnownAt {
    /// The moment, where it is one.
    #[must_use]
    pub fn time(self) -> Option<Instant> {
        match self {
            Self::Time(at) => Some(at),
            Self::Index(_) => None,
        }
    }
}

impl From<Instant> for KnownAt {
    fn from(at: Instant) -> Self {
        Self::Time(at)
    }
}

/// Records and witnesses that the reader trusts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordTrust {
    policy: Trusted,
    unread: Vec<UnreadKey>,
}

/// A `trust` line that trusts nobody: its words are no verifier key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadKey {
    /// `record` or `witness`.
    pub of: &'static str,
    /// The words.
    pub key: String,
    /// Why they are none.
    pub why: String,
}

/// Trusts no log.
const NOBODY: &str = "quorum none\n";

/// What the reader's quorum is called: no witness has that name, since no key's name holds a plus.
const QUORUM: &str = "+";

impl RecordTrust {
    /// By the policy's `trust` and `quorum` lines, or by a C2SP tlog-policy in their place.
    #[must_use]
    pub fn of(policy: Option<&Policy>, given: Option<&Trusted>) -> Self {
        if let Some(given) = given {
            return Self { policy: given.clone(), unread: Vec::new() };
        }
        let mut unread = Vec::new();
        let text = policy.map_or_else(|| NOBODY.to_owned(), |policy| trusted(policy, &mut unread));
        // Each line reads by itself, and still they may not go together: two records of one key, more than are read.
        let policy = Trusted::read(text.as_bytes()).unwrap_or_else(|error| {
            let (of, key) = ("record", "all of them".to_owned());
            unread.push(UnreadKey { of, key, why: cause(&error) });
            Trusted::nobody()
        });
        Self { policy, unread }
    }

    /// As the proofs are held against it.
    #[must_use]
    pub fn policy(&self) -> &Trusted {
        &self.policy
    }

    /// Lines that trust nobody.
    #[must_use]
    pub fn unread(&self) -> &[UnreadKey] {
        &self.unread
    }

    /// Whether a record of that origin is trusted.
    #[must_use]
    pub fn knows(&self, origin: &str) -> bool {
        self.policy.logs().iter().any(|log| log.origin().as_str() == origin)
    }
}

/// The policy's lines as a tlog-policy. Where the quorum can't be reached, no witness counts: nothing is witnessed.
fn trusted(policy: &Policy, unread: &mut Vec<UnreadKey>) -> String {
    let mut text = String::new();
    let records: BTreeSet<&str> = policy.records().collect();
    let witnesses: BTreeSet<&str> = policy.witnesses().collect();
    let mut good = |of: &'static str, line: String, key: &str| {
        let read = Trusted::read(format!("{line}{NOBODY}").as_bytes());
        let why = read.as_ref().err().map(|error| cause(error));
        unread.extend(why.map(|why| UnreadKey { of, key: key.to_owned(), why }));
        read.is_ok().then_some(line)
    };
    text.extend(records.iter().filter_map(|key| good("record", format!("log {key}\n"), key)));
    let mut names = Vec::new();
    let own = |key: &str| key.split('+').next().unwrap_or_default().to_owned();
    for key in &witnesses {
        let same = witnesses.iter().filter(|other| own(other) == own(key)).count();
        let name = match own(key) {
            name if same == 1 && name != "none" => name,
            // Keys of one name are told apart by their ids.
            _ => key.split('+').take(2).collect::<Vec<_>>().join("+"),
        };
        if let Some(line) = good("witness", format!("witness {name} {key}\n"), key) {
            text.push_str(&line);
            names.push(name);
        }
    }
    let needed = policy.quorum().and_then(|count| usize::try_from(count).ok()).unwrap_or(witnesses.len());
    if names.is_empty() || needed > names.len() {
        return text + NOBODY;
    }
    format!("{text}group {QUORUM} {needed} {}\nquorum {QUORUM}\n", names.join(" "))
}

/// What lies at the bottom of an error: the line numbers above it are of text that nobody wrote.
fn cause(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = cause.to_string();
        source = cause.source();
    }
    text
}

/// What trusted records show of an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Recorded {
    /// Whether enough witnesses saw it; `None`: not known.
    pub witnessed: Option<bool>,
    /// It existed by then, by the clocks of enough witnesses.
    pub not_later_than: Option<Instant>,
}

impl Recorded {
    /// Of an act, by every record in the bundle. What only later cosignatures show was not known by `known_at`.
    #[must_use]
    pub fn of(records: &RecordEvidence, number: u32, known_at: Option<Instant>) -> Self {
        let mut recorded = Self { witnessed: Some(false), not_later_than: None };
        let mut doubt = false;
        for record in testimonies(records) {
            let Some(act) = record.act(number) else { continue };
            let unknown_log = |reason: &Unproven| {
                let untrusted = UntrustedError::UnknownLog { origin: record.origin().clone() };
                *reason == Unproven::NotShown(SpicyError::Untrusted(untrusted))
            };
            let proven = match act.state() {
                RecordState::Proven(proven) => proven.as_ref(),
                RecordState::Unproven(reason) => {
                    doubt |= unknown_log(reason);
                    continue;
                }
                RecordState::None => continue,
            };
            let quorum = proven.included().quorum();
            let at = met_at(quorum);
            // What a record that contradicts itself says counts for nothing; where no witness is trusted, or no quorum
            // possible, whether anybody saw it is not known; nor is what was cosigned later.
            let later = at.zip(known_at).is_some_and(|(at, known_at)| at > known_at);
            if !record.forks().is_empty() || quorum.asked().is_none() || later {
                doubt = true;
            } else if proven.is_witnessed() {
                recorded.witnessed = Some(true);
                recorded.not_later_than = earlier(recorded.not_later_than, at);
            }
        }
        if doubt && recorded.witnessed == Some(false) {
            recorded.witnessed = None;
        }
        recorded
    }
}

/// The records in a bundle, its own first.
pub(crate) fn testimonies(records: &RecordEvidence) -> impl Iterator<Item = &Testimony> {
    records.own().into_iter().chain(records.others())
}

/// The earlier of two moments, where there are two.
pub(crate) fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// When enough witnesses had cosigned.
#[must_use]
pub fn met_at(quorum: &Quorum) -> Option<Instant> {
    fn of(member: &Member) -> Option<u64> {
        match member {
            Member::Witness { time, .. } => time.map(|time| time.get()),
            Member::Group { threshold, members, .. } => {
                let mut times: Vec<u64> = members.iter().filter_map(of).collect();
                times.sort_unstable();
                times.get(threshold.checked_sub(1)?).copied()
            }
        }
    }
    quorum.asked().and_then(of).and_then(|seconds| i64::try_from(seconds).ok()).map(instant)
}

/// For each act, the act of the latest claim that a trusted record has before it, and that claim: what the act itself
/// claims to be older than it is not shown to be.
#[must_use]
pub(crate) fn recorded_after(
    records: &RecordEvidence,
    acts: &[VerifiedAct],
) -> BTreeMap<u32, (u32, Instant)> {
    let mut after: BTreeMap<u32, (u32, Instant)> = BTreeMap::new();
    for record in testimonies(records).filter(|record| record.forks().is_empty()) {
        let index = |act: &VerifiedAct| record.act(act.number())?.state().index();
        let mut placed: Vec<(LeafIndex, &VerifiedAct)> =
            acts.iter().filter_map(|act| Some((index(act)?, act))).collect();
        placed.sort_unstable_by_key(|(index, _)| *index);
        let mut before: Option<(u32, Instant)> = None;
        for (_, act) in placed {
            // An act that may be withheld without a word must not make another late.
            let tells = act.act().kind.bears();
            if let Some((number, claimed)) = before {
                let known = after.entry(act.number()).or_insert((number, claimed));
                if claimed > known.1 {
                    *known = (number, claimed);
                }
            }
            // Nobody makes others' acts late by claiming a time after which their own act is shown to exist.
            let claimed = act.proven_by().map_or(act.act().at, |proven| proven.min(act.act().at));
            if tells && before.is_none_or(|(_, latest)| claimed > latest) {
                before = Some((act.number(), claimed));
            }
        }
    }
    after
}
