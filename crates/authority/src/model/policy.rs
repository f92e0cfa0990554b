//! The policy: whose maps one recognises, under which law, what one demands. Mine, not theirs.

use alloc::string::String;
use alloc::vec::Vec;

use super::map::words;
use super::name::{ClauseId, Digest, Matter, PartyId};

/// What a verifier recognises and demands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// What it is, for people.
    pub title: String,
    /// Counted up by its author.
    pub version: u32,
    /// Its lines, in the order written: the latest matching line wins.
    pub rules: Vec<Rule>,
}

/// One line of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// `we are KRA`
    WeAre(PartyId),
    /// `accept source "…" on RUR` and `reject source "…" on RUR`
    Recognition(Recognition),
    /// `prefer source "…" over "…"`
    Preference {
        /// Whose statement stands.
        source: String,
        /// Whose contradicting statement is dropped.
        over: String,
    },
    /// `profile unidroit for RCO`
    Profile {
        /// Which body of law.
        profile: Profile,
        /// For which parties; for all where none is named.
        parties: Vec<PartyId>,
    },
    /// `trust certificate authority sha256:…`
    Trust(Trust),
    /// `quorum 2 of witnesses`: how many of the trusted witnesses must cosign; all of them unless said.
    Quorum(u32),
    /// `gate conclude on security with RUR: same office signs definitive text in person`
    Gate(Gate),
    /// `deadline D1: 60 days after demand until mandate, calendar days, UTC`
    Deadline(Deadline),
    /// `zone Europe/Zurich`: where the days of maps and policies begin; UTC unless said.
    Zone(String),
}

/// Whether a source is believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recognition {
    /// The source, as its maps name themselves.
    pub source: String,
    /// Accepted or rejected.
    pub standing: Recognised,
    /// On which party; on all where none is named.
    pub on: Option<PartyId>,
}

/// Accepted or rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recognised {
    /// Its statements count.
    Accept,
    /// Its statements don't count.
    Reject,
}

/// A body of law for column B.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Profile {
    /// Internal rules only: B repeats A.
    Strict,
    /// Vienna Convention on the Law of Treaties 1969.
    Vclt,
    /// UNIDROIT Principles of International Commercial Contracts, chapter 2 section 2.
    Unidroit,
}

/// What signature evidence is believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// SHA-256 of a CA certificate's DER.
    CertificateAuthority(Digest),
    /// SHA-256 of a time-stamping authority certificate's DER.
    TimestampAuthority(Digest),
    /// The verifier key of a record's checkpoints (C2SP signed-note); its name is the record's origin.
    Record(String),
    /// A witness' verifier key (C2SP signed-note).
    Witness(String),
}

/// A demand on the other side's principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// Which door it stands at.
    pub step: GateStep,
    /// On what; covers the subtree.
    pub matter: Matter,
    /// Whose principal must act.
    pub with: PartyId,
    /// Who must act.
    pub signer: GateSigner,
    /// In person: own bound key, under no grant.
    pub in_person: bool,
    /// Publicly: a secret act misses the gate.
    pub publicly: bool,
    /// A wet-ink signature attested by a named depositary or witnesses satisfies it.
    pub attested: bool,
    /// In a trusted record, under a checkpoint that enough trusted witnesses cosigned; fails closed.
    pub witnessed: bool,
    /// The room refuses what comes before the gate.
    pub enforce: bool,
}

/// The two doors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GateStep {
    /// Gate 1: `open-talks … signs mandate`.
    OpenTalks,
    /// Gate 2: `conclude … signs definitive text`.
    Conclude,
}

/// Who must act at a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GateSigner {
    /// Whoever is principal then.
    Principal,
    /// A holder of the office that signed the mandate.
    SameOffice,
    /// The person who signed the mandate.
    SamePerson,
}

/// A clock with a start and an end that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// Its id.
    pub id: ClauseId,
    /// How long.
    pub days: u32,
    /// What starts it.
    pub after: Event,
    /// What must have happened by then.
    pub until: Event,
    /// Calendar or business days.
    pub count: DayCount,
    /// IANA zone the days are counted in; the policy's where not said.
    pub zone: Option<String>,
}

/// Events that start and end deadlines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    /// A demand was made.
    Demand,
    /// The mandate was signed.
    Mandate,
    /// Talks began.
    Talks,
    /// The text became definitive.
    DefinitiveText,
    /// All signed.
    Signature,
    /// The agreement entered into force.
    EntryIntoForce,
}

/// How days are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayCount {
    /// Every day.
    Calendar,
    /// Monday to Friday.
    Business,
}

words! {
    Recognised { Accept = "accept", Reject = "reject" }
    Profile { Strict = "strict", Vclt = "vclt", Unidroit = "unidroit" }
    GateStep { OpenTalks = "open-talks", Conclude = "conclude" }
    GateSigner { Principal = "principal", SameOffice = "same office", SamePerson = "same person" }
    Event {
        Demand = "demand", Mandate = "mandate", Talks = "talks", DefinitiveText = "definitive-text",
        Signature = "signature", EntryIntoForce = "entry-into-force",
    }
    DayCount { Calendar = "calendar", Business = "business" }
}

impl Gate {
    /// The same demand, except that nobody need have witnessed the act.
    ///
    /// Which mandate a later gate refers to is asked of this one: whoever takes a proof away must not choose by that
    /// whose mandate it is.
    #[must_use]
    pub fn unwitnessed(&self) -> Self {
        Self { witnessed: false, ..self.clone() }
    }
}

impl Policy {
    /// The party whose policy this is, if it says so.
    #[must_use]
    pub fn we_are(&self) -> Option<&PartyId> {
        self.rules.iter().rev().find_map(|rule| match rule {
            Rule::WeAre(party) => Some(party),
            _ => None,
        })
    }

    /// The profile for `party`: the latest matching line; strict where none matches.
    #[must_use]
    pub fn profile(&self, party: &PartyId) -> Profile {
        self.rules
            .iter()
            .rev()
            .find_map(|rule| match rule {
                Rule::Profile { profile, parties } if parties.is_empty() || parties.contains(party) => {
                    Some(*profile)
                }
                _ => None,
            })
            .unwrap_or(Profile::Strict)
    }

    /// Whether statements of `source` about `party` count: the latest matching line; no where none matches.
    #[must_use]
    pub fn accepts(&self, source: &str, party: &PartyId) -> bool {
        self.rules
            .iter()
            .rev()
            .find_map(|rule| match rule {
                Rule::Recognition(r) if r.source == source && r.on.as_ref().is_none_or(|on| on == party) => {
                    Some(r.standing == Recognised::Accept)
                }
                _ => None,
            })
            .unwrap_or(false)
    }

    /// Whether statements of `source` that contradict those of `other` stand.
    #[must_use]
    pub fn prefers(&self, source: &str, other: &str) -> bool {
        self.rules
            .iter()
            .any(|rule| matches!(rule, Rule::Preference { source: s, over } if s == source && over == other))
    }

    /// The gates, in the order written.
    pub fn gates(&self) -> impl Iterator<Item = &Gate> {
        self.rules.iter().filter_map(|rule| match rule {
            Rule::Gate(gate) => Some(gate),
            _ => None,
        })
    }

    /// The verifier keys of the records trusted, in the order written.
    pub fn records(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().filter_map(|rule| match rule {
            Rule::Trust(Trust::Record(key)) => Some(key.as_str()),
            _ => None,
        })
    }

    /// The verifier keys of the witnesses trusted, in the order written.
    pub fn witnesses(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().filter_map(|rule| match rule {
            Rule::Trust(Trust::Witness(key)) => Some(key.as_str()),
            _ => None,
        })
    }

    /// How many of the trusted witnesses must cosign; all of them where nothing is said.
    #[must_use]
    pub fn quorum(&self) -> Option<u32> {
        self.rules.iter().rev().find_map(|rule| match rule {
            Rule::Quorum(count) => Some(*count),
            _ => None,
        })
    }

    /// The deadlines, in the order written.
    pub fn deadlines(&self) -> impl Iterator<Item = &Deadline> {
        self.rules.iter().filter_map(|rule| match rule {
            Rule::Deadline(deadline) => Some(deadline),
            _ => None,
        })
    }

    /// The IANA zone that days begin in, if said.
    #[must_use]
    pub fn zone(&self) -> Option<&str> {
        self.rules.iter().rev().find_map(|rule| match rule {
            Rule::Zone(zone) => Some(zone.as_str()),
            _ => None,
        })
    }
}
