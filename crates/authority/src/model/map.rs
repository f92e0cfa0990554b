//! The authority map: who says it, and what is so. One [`Statement`] a line of the notation.

use alloc::string::String;
use alloc::vec::Vec;

use super::amount::{Amount, Period};
use super::name::{ActorId, Digest, GrantId, Matter, OfficeId, PartyId, PersonId};
use super::time::{Moment, Validity};

/// One source's account of who can bind whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Map {
    /// What the map is about, for people.
    pub title: String,
    /// Counted up by its author.
    pub version: u32,
    /// Who says so; policies accept or reject maps by this name.
    pub source: String,
    /// Since when these facts are known (for known-at evaluation).
    pub as_of: Moment,
    /// What is so, in the order written.
    pub statements: Vec<Statement>,
}

/// A fact with its legal source and the interval in which it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What is so.
    pub fact: Fact,
    /// The interval [from, until). For a revocation, `from` is its effective date.
    pub valid: Validity,
    /// The legal source; mandatory except for parties, matters and persons.
    pub basis: Option<String>,
}

/// The closed list of what a map can say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// `party RUR "Republic of Ruritania" state`
    Party(Party),
    /// `matter security/nuclear`
    Matter(Matter),
    /// `office MFA "Foreign Minister" of RUR implements under PRES as foreign-minister …`
    Office(Office),
    /// `person berg "A. Berg" key sha256:…`
    Person(Person),
    /// `berg holds SL from 2019-06-04 …`
    Tenure(Tenure),
    /// `SL may sign on security, reserved …`
    Power(Power),
    /// `on trade over EUR 50000000 RUR needs consent of SPK …`
    ConsentRule(ConsentRule),
    /// `grant FP7: SL lets dahl negotiate on security/nuclear …`
    Grant(Grant),
    /// `revoke FP7 from 2026-05-02 …`
    Revocation(Revocation),
    /// `RUR held out eriks to KRA for sign on trade …`
    HeldOut(HeldOut),
    /// `restrict MFA sign on security fundamental …`
    Restriction(Restriction),
    /// `principal of RUR on security is SL …`
    PrincipalClaim(PrincipalClaim),
}

impl Fact {
    /// Whether `basis "…"` must stand at the end of the line.
    #[must_use]
    pub fn needs_basis(&self) -> bool {
        !matches!(self, Self::Party(_) | Self::Matter(_) | Self::Person(_))
    }
}

/// Someone who can be bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// Its id.
    pub id: PartyId,
    /// Its full name.
    pub name: String,
    /// What it is.
    pub kind: PartyKind,
}

/// What a party is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartyKind {
    /// A state.
    State,
    /// An international or other organisation.
    Organisation,
    /// A company.
    Company,
    /// A trade union.
    Union,
    /// Anything else that can be bound.
    Other,
}

/// A position through which a party acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Office {
    /// Its id.
    pub id: OfficeId,
    /// Its title, for people.
    pub title: String,
    /// Whose office it is.
    pub of: PartyId,
    /// Whether it decides, implements or advises.
    pub role: Role,
    /// The standing that a profile knows, if any.
    pub standing: Option<Standing>,
    /// Whether several hold it together as one body.
    pub collegial: bool,
}

/// What an office does about policy. Used by the order check only: no role gives power.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// It sets policy.
    Decides,
    /// It carries policy out, under another office.
    Implements {
        /// The office above.
        under: OfficeId,
    },
    /// It advises.
    Advises,
}

/// A standing that a profile knows (`as foreign-minister`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Head of state: VCLT 7(2)(a).
    HeadOfState,
    /// Head of government: VCLT 7(2)(a).
    HeadOfGovernment,
    /// Minister for foreign affairs: VCLT 7(2)(a).
    ForeignMinister,
    /// Head of a diplomatic mission: VCLT 7(2)(b).
    HeadOfMission,
    /// Representative at a conference or organisation: VCLT 7(2)(c).
    Delegate,
    /// Director of a company.
    Director,
    /// Entered as representative in a public register.
    Registered,
}

/// A natural person and the keys that are known to be theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The id.
    pub id: PersonId,
    /// The name, for people.
    pub name: String,
    /// Bindings of signature keys to this person.
    pub keys: Vec<Key>,
}

/// How a signature's certificate is recognised as a person's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// SHA-256 of the certificate's DER.
    Fingerprint(Digest),
    /// Subject distinguished name (RFC 4514), under an authority the policy trusts.
    Subject(String),
}

/// A person in an office for an interval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenure {
    /// Who.
    pub person: PersonId,
    /// Which office.
    pub office: OfficeId,
    /// `acting` rather than full.
    pub acting: bool,
}

/// What may be done with a power; the closed set of §1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Verb {
    /// Open talks.
    Mandate,
    /// Negotiate.
    Negotiate,
    /// Adopt a text (VCLT 9).
    Adopt,
    /// Initial a text (VCLT 10, 12(2)(a)).
    Initial,
    /// Sign ad referendum (VCLT 12(2)(b)).
    SignAdReferendum,
    /// Sign subject to ratification (VCLT 14).
    SignSubjectToRatification,
    /// Sign definitively (VCLT 12); includes both qualified forms and `initial`.
    Sign,
    /// Ratify (VCLT 14).
    Ratify,
    /// Confirm an unauthorised act (VCLT 8) or an ad referendum signature.
    Confirm,
    /// Delegate.
    Delegate,
    /// Withdraw or terminate (VCLT 54–56, 67).
    Withdraw,
    /// Suspend (VCLT 57, 67).
    Suspend,
    /// Give orders.
    Order,
    /// Report.
    Report,
}

impl Verb {
    /// Whether a power to do `self` includes doing `other`: `sign` includes its qualified forms and `initial`.
    #[must_use]
    pub fn includes(self, other: Verb) -> bool {
        self == other
            || self == Self::Sign
                && matches!(other, Self::SignAdReferendum | Self::SignSubjectToRatification | Self::Initial)
    }
}

/// What a power, grant or act ranges over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// What may be done, in the order written, each once.
    pub verbs: Vec<Verb>,
    /// On what; covers the subtree.
    pub matter: Matter,
    /// Only with this counterparty, if said.
    pub with: Option<PartyId>,
    /// Upper bound, inclusive.
    pub up_to: Option<Limit>,
    /// Lower bound, exclusive.
    pub over: Option<Limit>,
}

/// An amount, per act or in sum over a calendar period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Limit {
    /// The bound.
    pub amount: Amount,
    /// The calendar period it adds up over; none: each act alone.
    pub per: Option<Period>,
}

/// What an office, or several jointly, may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Power {
    /// Who.
    pub head: Head,
    /// What.
    pub scope: Scope,
    /// Longest time from first to last joint signature, in days of 24 hours.
    pub within_days: Option<u32>,
    /// May not be delegated.
    pub reserved: bool,
    /// Removes everyone else's power over the same.
    pub exclusive: bool,
}

/// Who holds a power.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Head {
    /// One office alone.
    Office(OfficeId),
    /// Several offices, acting on one text by distinct persons.
    Jointly(Joint),
}

/// `jointly 2 of A, B, C including A but not A with B`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joint {
    /// How many must act.
    pub quorum: Quorum,
    /// The offices, in the order written, each once.
    pub of: Vec<OfficeId>,
    /// Offices that must be among those who act.
    pub including: Vec<OfficeId>,
    /// Pairs that don't count together.
    pub excluding: Vec<(OfficeId, OfficeId)>,
}

/// How many of a joint rule's offices must act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quorum {
    /// Every one.
    All,
    /// This many; at least 1 and at most the number of offices.
    Count(u16),
}

/// `on trade over EUR 50000000 RUR needs consent of SPK`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentRule {
    /// Whose acts.
    pub party: PartyId,
    /// On what; covers the subtree.
    pub matter: Matter,
    /// Only above this, if said.
    pub over: Option<Limit>,
    /// Whose consent.
    pub of: OfficeId,
}

/// A delegation: full powers, a power of attorney, a resolution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its id, unique over all maps.
    pub id: GrantId,
    /// Who grants; several grant together.
    pub grantors: Vec<ActorId>,
    /// To whom.
    pub grantee: ActorId,
    /// What (`over` is never set).
    pub scope: Scope,
    /// How many further links may follow.
    pub depth: u8,
    /// Special, general, or not said.
    pub breadth: Option<Breadth>,
    /// Lapses when the person who granted it leaves.
    pub personal: bool,
    /// Carries one text only.
    pub single_use: bool,
    /// The grantee may act for both sides.
    pub may_deal_with_self: bool,
    /// When it was made, where that is known apart from `from` (acts of a dossier; never written in a map).
    pub made: Option<Moment>,
    /// A report is due by then, or the grant lapses (acts of a dossier; never written in a map).
    pub report_due: Option<Moment>,
}

/// How much a grant covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Breadth {
    /// For this text only.
    Special(Digest),
    /// For whatever falls in its scope.
    General,
}

/// The end of a grant before its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// Which grant.
    pub grant: GrantId,
    /// By whom; the grantor where not said.
    pub by: Option<ActorId>,
    /// Who was told, and when.
    pub notified: Vec<Notice>,
}

/// That a party was told, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Who was told.
    pub to: PartyId,
    /// When.
    pub at: Moment,
}

/// The principal's manifestation on which apparent authority rests (UNIDROIT 2.2.5(2)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldOut {
    /// Who held someone out.
    pub party: PartyId,
    /// Whom: a person or an office.
    pub actor: ActorId,
    /// To whom.
    pub to: PartyId,
    /// As able to do what.
    pub verbs: Vec<Verb>,
    /// On what.
    pub matter: Matter,
}

/// A limit on an office's standing (VCLT 46, 47).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restriction {
    /// Whose standing is limited.
    pub office: OfficeId,
    /// For what.
    pub verbs: Vec<Verb>,
    /// On what.
    pub matter: Matter,
    /// A rule of internal law of fundamental importance (VCLT 46(1)).
    pub fundamental: bool,
    /// Since when it is public (manifest, VCLT 46(2)).
    pub publicised: Option<Moment>,
    /// Who was told, and when (VCLT 47).
    pub notified: Vec<Notice>,
}

/// A claim of who really decides; never a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrincipalClaim {
    /// Whose principal.
    pub party: PartyId,
    /// On what.
    pub matter: Matter,
    /// Who decides.
    pub decider: Decider,
    /// How sure the source is; shown, never used to choose.
    pub confidence: Option<Confidence>,
}

/// The effective principal: an office, or a person who may hold none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Decider {
    /// Whoever holds this office.
    Office(OfficeId),
    /// This person.
    Person(PersonId),
}

/// How sure a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confidence {
    /// High.
    High,
    /// Medium.
    Medium,
    /// Low.
    Low,
}

/// Declares an enum's words in one table, both ways.
macro_rules! words {
    ($($type:ident { $($variant:ident = $word:literal),* $(,)? })*) => {$(
        impl $type {
            /// Every value with its word in the notation and in JSON.
            pub const WORDS: &[(Self, &'static str)] = &[$((Self::$variant, $word)),*];
            /// The word of the notation and of JSON.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
            /// The value that a word stands for.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::WORDS.iter().find(|(_, known)| *known == word).map(|(value, _)| *value)
            }
        }
    )*};
}
pub(crate) use words;

words! {
    Verb {
        Mandate = "mandate", Negotiate = "negotiate", Adopt = "adopt", Initial = "initial",
        SignAdReferendum = "sign-ad-referendum", SignSubjectToRatification = "sign-subject-to-ratification",
        Sign = "sign", Ratify = "ratify", Confirm = "confirm", Delegate = "delegate", Withdraw = "withdraw",
        Suspend = "suspend", Order = "order", Report = "report",
    }
    PartyKind {
        State = "state", Organisation = "organisation", Company = "company", Union = "union", Other = "other",
    }
    Standing {
        HeadOfState = "head-of-state", HeadOfGovernment = "head-of-government",
        ForeignMinister = "foreign-minister", HeadOfMission = "head-of-mission", Delegate = "delegate",
        Director = "director", Registered = "registered",
    }
    Confidence { High = "high", Medium = "medium", Low = "low" }
}
