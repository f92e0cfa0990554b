//! What is answered.

use super::indication::{Indication, SubIndication};
use super::level::{Level, TimestampState};
use super::proof::{Proof, Utc};
use super::question::StampKind;
use super::reason::{Reason, Source};
use crate::path::ProvenPath;
use crate::revocation::RevocationReason;
use crate::verify::SignatureError;
use std::fmt;

/// What is known about a signature at a moment, by EN 319 102-1.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
#[non_exhaustive]
pub struct Validation {
    /// The verdict.
    pub conclusion: Conclusion,
    /// Which level stands there, whether it holds or not; `None` below B-B.
    pub level: Option<Level>,
    /// How far its time is shown.
    pub state: TimestampState,
    /// The signature existed then, if a timestamp or the caller shows it.
    pub proven: Option<Proof>,
    /// The path from the signer's certificate to an anchor; `None` where there is none. It holds at its own moment, which
    /// is the one asked about only where no certificate of it had ended by then.
    pub path: Option<ProvenPath>,
    /// What is known of the revocation of each certificate of the path but the anchor's.
    pub revocation: Vec<Revocation>,
    /// Until when the path is known to have held, in unix seconds, where that had to be looked at: the control time of
    /// EN 319 102-1 §5.6.2.2.
    pub control: Option<i64>,
    /// Each timestamp, the latest first; those that can't be read at the end.
    pub timestamps: Vec<StampStatus>,
    /// The moment asked about, in unix seconds.
    pub at: i64,
}

/// A verdict with its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conclusion {
    /// What decides, first the one that gives the sub-indication; empty where everything passed.
    pub reasons: Vec<Reason>,
    /// What stood against it and a proof of existence overcame, the gravest first.
    pub overcome: Vec<Reason>,
}

impl Conclusion {
    /// The main verdict.
    pub fn indication(&self) -> Indication {
        self.sub().map_or(Indication::TotalPassed, SubIndication::indication)
    }

    /// The standard's reason, where it did not pass.
    pub fn sub(&self) -> Option<SubIndication> {
        self.reasons.first().map(Reason::sub)
    }

    /// Whether everything passed.
    pub fn is_passed(&self) -> bool {
        self.reasons.is_empty()
    }
}

impl fmt::Display for Conclusion {
    /// `INDETERMINATE/REVOKED_NO_POE: …`, or `TOTAL-PASSED, although …`: one line with the gravest reason, and how many
    /// more there are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.indication())?;
        if let Some(sub) = self.sub() {
            write!(f, "/{sub}")?;
        }
        let (word, said) =
            if self.is_passed() { (", although ", &self.overcome) } else { (": ", &self.reasons) };
        match said.as_slice() {
            [] => Ok(()),
            [first] => write!(f, "{word}{first}"),
            [first, others @ ..] => write!(f, "{word}{first}; and {} more", others.len()),
        }
    }
}

/// What is known of one certificate's revocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// Whose certificate.
    pub subject: String,
    /// What is known.
    pub standing: Standing,
}

/// A certificate's standing, as the newest list or answer at hand has it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Standing {
    /// Not revoked.
    Good {
        /// Who says so.
        source: Source,
        /// When it was issued, in unix seconds.
        issued: i64,
        /// Until when its issuer promised a newer one.
        next: Option<i64>,
    },
    /// Revoked.
    Revoked {
        /// Who says so.
        source: Source,
        /// From when on, in unix seconds.
        at: i64,
        /// Why, as the list has it.
        reason: RevocationReason,
    },
    /// It is trusted itself: nobody is asked.
    Trusted,
    /// Nothing is at hand.
    Unknown,
}

/// What is known of the signatures and timestamps of a file, each in the order they were given.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Together {
    /// The signatures.
    pub signatures: Vec<Validation>,
    /// The timestamps.
    pub stamps: Vec<StampStatus>,
    /// How many signatures over certificates, lists and answers were checked: what verifying cost.
    pub checked: usize,
}

/// One timestamp, and what it is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StampStatus {
    /// What kind.
    pub kind: StampKind,
    /// The time in it, its authority's accuracy added, in unix seconds; `None` where it can't be read.
    pub at: Option<i64>,
    /// The authority that signed it, fit for a terminal; `None` where it can't be read.
    pub authority: Option<String>,
    /// The verdict on it.
    pub conclusion: Conclusion,
    /// The path from its authority's certificate to an anchor; `None` where there is none.
    pub path: Option<ProvenPath>,
    /// What is known of the revocation of each certificate of the path but the anchor's.
    pub revocation: Vec<Revocation>,
}

impl fmt::Display for StampStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} timestamp", self.kind.word())?;
        if let (Some(at), Some(authority)) = (self.at, &self.authority) {
            write!(f, " of {} by `{authority}`", Utc(at))?;
        }
        write!(f, ": {}", self.conclusion)
    }
}

impl Validation {
    /// The verdict on a signature that can't be read or does not match its content or its key.
    pub fn failed(error: &SignatureError, at: i64) -> Self {
        Self::of_reason(Reason::Signature(error.clone()), at)
    }

    /// The verdict on a signature that is not weighed further, for a reason.
    pub fn of_reason(reason: Reason, at: i64) -> Self {
        Self {
            conclusion: Conclusion { reasons: vec![reason], overcome: Vec::new() },
            level: None,
            state: TimestampState::None,
            proven: None,
            path: None,
            revocation: Vec::new(),
            control: None,
            timestamps: Vec::new(),
            at,
        }
    }

    /// The main verdict.
    pub fn indication(&self) -> Indication {
        self.conclusion.indication()
    }

    /// The standard's reason, where it did not pass.
    pub fn sub(&self) -> Option<SubIndication> {
        self.conclusion.sub()
    }
}

impl fmt::Display for Validation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.conclusion)
    }
}
