//! What is answered: a verdict a column, the headline, reasons, proofs and repairs.

use alloc::string::String;
use alloc::vec::Vec;

use crate::model::act::ActId;
use crate::model::map::words;
use crate::model::name::{Digest, PartyId};
use crate::model::policy::Profile;
use crate::model::time::Instant;
use crate::proof::Proof;

/// The answer to a question about acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What was answered.
    pub asked: Asked,
    /// Acts later than this were ignored.
    pub as_of: Instant,
    /// One entry a party, in the order of their first act (or as asked).
    pub parties: Vec<PartyDecision>,
}

/// What the decision is about, after the question was resolved against the acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// This text; `None` where nobody adopted or signed any.
    Text(Option<Digest>),
    /// Each party's latest mandate.
    Mandate,
    /// One act.
    Act(ActId),
}

/// What is known of one party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyDecision {
    /// The party.
    pub party: PartyId,
    /// The body of law of column B.
    pub profile: Profile,
    /// Column A: authorised by the party's own rules.
    pub internal: Column,
    /// Column B: attributable under the profile.
    pub legal: Column,
    /// Column C: passes our gates.
    pub gate: Column,
    /// What is known of the signature, in one word.
    pub headline: Headline,
    /// Plain words beside the headline, where they apply.
    pub gloss: Option<&'static str>,
    /// What would mend it, each alone sufficient for the columns it names.
    pub repairs: Vec<Repair>,
}

/// One column of a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The verdict.
    pub verdict: Verdict,
    /// Reasons: for a negative verdict the nearest miss first.
    pub why: Vec<Reason>,
    /// The proof of a positive verdict; both proofs (or what each map says) of a conflict are in `why`.
    pub proof: Option<Proof>,
}

/// The verdict values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It holds.
    Yes,
    /// It holds once these conditions are discharged.
    YesIf(Vec<Condition>),
    /// It holds unless the party invokes a defect (VCLT 46, 47).
    Contestable {
        /// Who may invoke it.
        by: PartyId,
        /// Under which article.
        under: &'static str,
    },
    /// Recognised maps disagree.
    Conflict,
    /// Can't be told; the reasons say what is missing.
    Unknown,
    /// Not yet, and these acts would mend it.
    Curable,
    /// It does not hold.
    No,
    /// Nothing asks.
    None,
}

impl Verdict {
    /// The word of JSON and of reports.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::YesIf(_) => "yes-if",
            Self::Contestable { .. } => "contestable",
            Self::Conflict => "conflict",
            Self::Unknown => "unknown",
            Self::Curable => "curable",
            Self::No => "no",
            Self::None => "none",
        }
    }
}

/// What must still happen for a yes-if.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// In words: `consent of SPK`, `confirmation of a1`, `ratification`.
    pub says: String,
}

/// One reason, for people and machines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Which rule it comes from.
    pub rule: Rule,
    /// In words, naming the offices, acts and facts at fault.
    pub says: String,
    /// The statements it rests on.
    pub facts: Vec<StatementRef>,
}

/// A statement by its place: which map, which line of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatementRef {
    /// Index of the map, in the order given.
    pub map: u32,
    /// Index of the statement in the map.
    pub statement: u32,
}

/// The rules of authority; where they leave a choice, `docs/adr/0001-readings-of-the-rules.md` says how they are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// Power of an office held.
    Orig,
    /// A grant and the chain above it.
    Deleg,
    /// Reserved and exclusive powers.
    Reserved,
    /// Joint powers.
    Joint,
    /// Terminations.
    Term,
    /// Conditions.
    Cond,
    /// Confirmation of an unauthorised act.
    Confirm,
    /// Limits, single use, self-dealing.
    Constraint,
    /// Attribution under a profile.
    Attrib,
    /// Our gates.
    Gate,
    /// Orders against terms.
    Order,
    /// Recognition of maps.
    Recognition,
    /// Which text, which signature.
    Text,
    /// Uncertain times.
    Time,
}

words! {
    Rule {
        Orig = "ORIG", Deleg = "DELEG", Reserved = "RESERVED", Joint = "JOINT", Term = "TERM", Cond = "COND",
        Confirm = "CONFIRM", Constraint = "CONSTRAINT", Attrib = "ATTRIB", Gate = "GATE", Order = "ORDER",
        Recognition = "RECOGNITION", Text = "TEXT", Time = "TIME",
    }
    Headline {
        AttributableGateMet = "attributable-gate-met",
        AttributableGateNotMet = "attributable-gate-not-met",
        Attributable = "attributable",
        GateMetNotAttributable = "gate-met-not-attributable",
        Neither = "neither",
        NotAttributable = "not-attributable",
        Undetermined = "undetermined",
    }
}

/// What is known of the signature, never that an agreement is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Headline {
    /// B yes, C yes.
    AttributableGateMet,
    /// B yes, C no.
    AttributableGateNotMet,
    /// B yes, nothing asked at the gate.
    Attributable,
    /// B short of yes, C yes.
    GateMetNotAttributable,
    /// B short of yes, C no.
    Neither,
    /// B short of yes, nothing asked at the gate.
    NotAttributable,
    /// B or C can't be told.
    Undetermined,
}

impl Headline {
    /// The table of headlines. `None` in B (a mandate that nobody signed) reads as no.
    #[must_use]
    pub fn of(legal: &Verdict, gate: &Verdict) -> Self {
        use Verdict::{Conflict, Unknown};
        match (legal, gate) {
            (Unknown | Conflict, _) | (_, Unknown | Conflict) => Self::Undetermined,
            (Verdict::Yes, Verdict::Yes) => Self::AttributableGateMet,
            (Verdict::Yes, Verdict::None) => Self::Attributable,
            (Verdict::Yes, _) => Self::AttributableGateNotMet,
            (_, Verdict::Yes) => Self::GateMetNotAttributable,
            (_, Verdict::None) => Self::NotAttributable,
            (_, _) => Self::Neither,
        }
    }
}

/// A minimal change that would mend a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// What to ask for, in words: `SL signs text sha256:9f3c… in person`.
    pub says: String,
    /// Which columns it mends.
    pub mends: Vec<ColumnName>,
}

/// The three columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ColumnName {
    /// A.
    Internal,
    /// B.
    Legal,
    /// C.
    Gate,
}

words! {
    ColumnName { Internal = "internal", Legal = "legal", Gate = "gate" }
}
