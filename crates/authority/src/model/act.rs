//! Acts as facts: who did what on whose behalf, when. Signatures on them are checked elsewhere.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::amount::Amount;
use super::map::{Verb, words};
use super::name::{Digest, GrantId, Matter, OfficeId, PartyId, PersonId};
use super::time::Instant;

/// An act's id: any short text without control characters (a digest in a dossier, `a1` in a what-if).
pub type ActId = Arc<str>;

/// What someone did, as a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// Unique among the acts.
    pub id: ActId,
    /// What was done.
    pub kind: ActKind,
    /// Whom it is meant to bind.
    pub on_behalf_of: PartyId,
    /// The other side.
    pub with: Vec<PartyId>,
    /// Who did it.
    pub by: PersonId,
    /// The office acted in; with neither capacity nor grant stated, authority is unknown.
    pub capacity: Option<Capacity>,
    /// The grant it rests on.
    pub under: Option<GrantId>,
    /// On what.
    pub matter: Option<Matter>,
    /// The text acted on.
    pub text: Option<Digest>,
    /// What is at stake.
    pub amount: Option<Amount>,
    /// Earliest time of the act.
    pub at: Instant,
    /// Latest time of the act; not before `at`.
    pub not_after: Instant,
    /// How a signature is qualified.
    pub qualifier: Qualifier,
    /// The act that this one confirms.
    pub confirms: Option<ActId>,
    /// Whether the person acted with their own bound key; `None`: not known.
    pub in_person: Option<bool>,
    /// Who could see it; `None`: not known.
    pub visibility: Option<Visibility>,
    /// A wet-ink signature, by whom attested; `None`: none claimed.
    pub attested_by: Option<String>,
    /// Whether a record that the reader trusts holds it, under a checkpoint that enough witnesses cosigned; `None`: not
    /// known.
    pub witnessed: Option<bool>,
}

/// In which capacity one acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Capacity {
    /// As holder of an office.
    Office(OfficeId),
    /// In one's own name.
    Person,
}

/// What kind of act it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActKind {
    /// Opens talks.
    Mandate,
    /// Takes part in talks.
    Negotiate,
    /// Adopts a text as definitive.
    Adopt,
    /// Initials a text.
    Initial,
    /// Signs a text, as [`Qualifier`] says.
    Sign,
    /// Ratifies a text.
    Ratify,
    /// Confirms an earlier act.
    Confirm,
    /// Gives a consent that a map asks for.
    Consent,
    /// Refuses.
    Refuse,
    /// Withdraws.
    Withdraw,
    /// Suspends.
    Suspend,
    /// Speaks for someone else: recorded, weighs nothing.
    Assurance,
    /// Orders.
    Order,
    /// Reports.
    Report,
}

/// How a signature is qualified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Qualifier {
    /// Binding as it stands.
    #[default]
    Definitive,
    /// Binding once confirmed (VCLT 12(2)(b)).
    AdReferendum,
    /// Binding once ratified (VCLT 14(1)(c)).
    SubjectToRatification,
}

/// Who can see an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// One's own side.
    Own,
    /// The parties.
    Parties,
    /// Everyone.
    Public,
}

words! {
    ActKind {
        Mandate = "mandate", Negotiate = "negotiate", Adopt = "adopt", Initial = "initial", Sign = "sign",
        Ratify = "ratify", Confirm = "confirm", Consent = "consent", Refuse = "refuse",
        Withdraw = "withdraw", Suspend = "suspend", Assurance = "assurance", Order = "order",
        Report = "report",
    }
    Qualifier {
        Definitive = "definitive", AdReferendum = "ad-referendum",
        SubjectToRatification = "subject-to-ratification",
    }
    Visibility { Own = "own", Parties = "parties", Public = "public" }
}

impl Act {
    /// An act at one moment that states nothing else: no capacity, matter, text or amount.
    #[must_use]
    pub fn new(id: ActId, kind: ActKind, on_behalf_of: PartyId, by: PersonId, at: Instant) -> Self {
        Self {
            id,
            kind,
            on_behalf_of,
            with: Vec::new(),
            by,
            capacity: None,
            under: None,
            matter: None,
            text: None,
            amount: None,
            at,
            not_after: at,
            qualifier: Qualifier::Definitive,
            confirms: None,
            in_person: None,
            visibility: None,
            attested_by: None,
            witnessed: None,
        }
    }

    /// The power that this act uses; `None` for kinds that need none (consent, refusal, assurance).
    #[must_use]
    pub fn verb(&self) -> Option<Verb> {
        Some(match self.kind {
            ActKind::Mandate => Verb::Mandate,
            ActKind::Negotiate => Verb::Negotiate,
            ActKind::Adopt => Verb::Adopt,
            ActKind::Initial => Verb::Initial,
            ActKind::Sign => match self.qualifier {
                Qualifier::Definitive => Verb::Sign,
                Qualifier::AdReferendum => Verb::SignAdReferendum,
                Qualifier::SubjectToRatification => Verb::SignSubjectToRatification,
            },
            ActKind::Ratify => Verb::Ratify,
            ActKind::Confirm => Verb::Confirm,
            ActKind::Withdraw => Verb::Withdraw,
            ActKind::Suspend => Verb::Suspend,
            ActKind::Order => Verb::Order,
            ActKind::Report => Verb::Report,
            ActKind::Consent | ActKind::Refuse | ActKind::Assurance => return None,
        })
    }
}
