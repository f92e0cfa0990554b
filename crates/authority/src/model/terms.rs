//! The terms: the part of an agreement that a machine can check, signed by all as part of the text.

use alloc::string::String;
use alloc::vec::Vec;

use super::map::{Party, words};
use super::name::{ClauseId, Matter, PartyId};
use super::policy::Event;
use super::time::Moment;

/// Obligations, entry into force, exit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// What the agreement is called.
    pub title: String,
    /// Counted up with each draft.
    pub version: u32,
    /// Whom it binds.
    pub between: Vec<PartyId>,
    /// On what.
    pub matter: Matter,
    /// Its lines, in the order written.
    pub clauses: Vec<Clause>,
}

/// One line of terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clause {
    /// `party IAEA "Inspecting agency" organisation`: a third party named in the terms.
    Party(Party),
    /// `enters into force on signature by all`
    EntryIntoForce(EntryIntoForce),
    /// `obligation O1: RUR keeps enrichment at most 3.67 percent from entry-into-force, …`
    Obligation(Obligation),
    /// `withdrawal on 12 months notice`
    Withdrawal {
        /// How much notice.
        notice: Span,
    },
}

/// When an agreement enters into force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryIntoForce {
    /// `on signature by all` or `by N`
    OnSignature(By),
    /// `on ratification by all` or `by N`
    OnRatification(By),
    /// `on 2027-01-01`
    On(Moment),
}

/// How many parties must have acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Every party of `between`.
    All,
    /// At least this many.
    Count(u16),
}

/// What a party has to do or keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obligation {
    /// Its id.
    pub id: ClauseId,
    /// Who owes it.
    pub party: PartyId,
    /// What is owed.
    pub duty: Duty,
    /// From when.
    pub from: Option<Start>,
    /// Until when.
    pub until: Option<Moment>,
    /// How it is checked, in the order written.
    pub verified_by: Vec<Mechanism>,
    /// Days of grace after a missed period.
    pub grace_days: Option<u32>,
}

/// What is owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Duty {
    /// `keeps enrichment at most 3.67 percent`: a quantity that can be compared.
    Keeps {
        /// What is measured.
        quantity: String,
        /// Which side of the bound.
        bound: Bound,
        /// The bound itself.
        measure: Measure,
    },
    /// `shall "…"`: free text, checked by people.
    Shall(String),
}

/// Which side of a bound a quantity must stay on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// Not more than.
    AtMost,
    /// Not less than.
    AtLeast,
    /// Neither more nor less.
    Exactly,
}

/// An exact decimal with its unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// The number.
    pub value: Decimal,
    /// The unit, a name (`percent`).
    pub unit: String,
}

/// An exact non-negative decimal: `digits × 10^-scale`, without trailing zeros after the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    digits: u64,
    scale: u8,
}

/// When an obligation begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// At an event.
    Event(Event),
    /// At a moment.
    Moment(Moment),
}

/// A way to see whether an obligation is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mechanism {
    /// What is done.
    pub kind: MechanismKind,
    /// By whom; the debtor or a third party.
    pub by: Option<PartyId>,
    /// How often, in days; once where not said.
    pub every_days: Option<u32>,
}

/// Kinds of verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MechanismKind {
    /// A periodic report.
    Report,
    /// An inspection on the spot.
    Inspection,
    /// An attestation by a device or a third party.
    Attestation,
    /// A document.
    Document,
    /// The signature itself.
    Signature,
}

/// A length of time in calendar units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: SpanUnit,
}

/// Calendar units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanUnit {
    /// Days.
    Days,
    /// Months.
    Months,
    /// Years.
    Years,
}

words! {
    Bound { AtMost = "at most", AtLeast = "at least", Exactly = "exactly" }
    MechanismKind {
        Report = "report", Inspection = "inspection", Attestation = "attestation", Document = "document",
        Signature = "signature",
    }
    SpanUnit { Days = "days", Months = "months", Years = "years" }
}

impl Decimal {
    /// Reads `3.67`: digits, at most one point between digits, at most 18 digits in all.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').map_or((text, None), |(w, f)| (w, Some(f)));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !fraction.is_none_or(digits) {
            return None;
        }
        let fraction = fraction.unwrap_or("").trim_end_matches('0');
        let whole = whole.trim_start_matches('0');
        if whole.len().checked_add(fraction.len())? > 18 {
            return None;
        }
        let digits = whole
            .bytes()
            .chain(fraction.bytes())
            .try_fold(0_u64, |n, d| n.checked_mul(10)?.checked_add(u64::from(d.checked_sub(b'0')?)))?;
        Some(Self { digits, scale: u8::try_from(fraction.len()).ok()? })
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        let scale = self.scale.max(other.scale);
        let lift = |d: &Self| u128::from(d.digits) * 10_u128.pow(u32::from(scale.saturating_sub(d.scale)));
        lift(self).cmp(&lift(other))
    }
}

impl core::fmt::Display for Decimal {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let unit = 10_u64.pow(u32::from(self.scale));
        write!(f, "{}", self.digits / unit)?;
        if self.scale > 0 {
            write!(f, ".{:0width$}", self.digits % unit, width = usize::from(self.scale))?;
        }
        Ok(())
    }
}
