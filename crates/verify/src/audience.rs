//! For whom a bundle is made, and what it leaves out for that.
//!
//! An act says who may see it (record.md §1): its own side, the parties, everyone. A bundle for an audience holds the acts
//! that the audience may see and what is reached from them; everything that only acts left out lead to stays out with them.
//! That an act was left out is seen: its link stays in the record's chain, a commitment that names nobody.
//!
//! An act that points at a narrower one, by the digest in its `seen` say, gives something away: whoever guesses the narrower
//! act's words can check the guess. [`leaks`] finds that before the act is signed; [`disclose`] leaves such an act out.

use countersign_agreement::signed::SignedAct;
use countersign_authority::model::act::Visibility;
use countersign_authority::model::name::{Digest, PartyId};
use std::collections::BTreeMap;

use crate::bundle::Bundle;

/// Who looks: the widest first is [`Audience::Public`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    /// One side itself: public acts, the parties' acts, and those kept to itself that were done on its behalf.
    Own(PartyId),
    /// The parties: no act that one of them keeps to itself.
    Parties,
    /// Everyone.
    Public,
}

impl Audience {
    /// Who may see an act.
    #[must_use]
    pub fn of(act: &SignedAct) -> Self {
        match act.visibility {
            Visibility::Own => Self::Own(act.on_behalf_of.clone()),
            Visibility::Parties => Self::Parties,
            Visibility::Public => Self::Public,
        }
    }

    /// Whether all who are `other` belong to this audience: whether what is meant for `self` may be shown to `other`.
    #[must_use]
    pub fn includes(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Public, _) | (Self::Parties, Self::Parties | Self::Own(_)) => true,
            (Self::Own(us), Self::Own(them)) => us == them,
            _ => false,
        }
    }
}

/// `own` of a party, `parties`, `public`.
impl std::fmt::Display for Audience {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Own(party) => write!(f, "own of {party}"),
            Self::Parties => f.write_str("parties"),
            Self::Public => f.write_str("public"),
        }
    }
}

/// All that a side has of a dossier.
#[derive(Debug, Clone, Copy)]
pub struct Dossier<'a> {
    /// Acts, documents, maps, terms, policies, evidence, records.
    pub all: &'a Bundle,
    /// Maps and terms that a party keeps to itself, by their SHA-256.
    pub own: &'a BTreeMap<Digest, PartyId>,
}

/// A bundle for an audience.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosure {
    /// What it gets.
    pub bundle: Bundle,
    /// Acts that it doesn't get, by number.
    pub withheld: Vec<Withheld>,
}

/// An act left out, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    /// Which.
    pub number: u32,
    /// Why.
    pub reason: WhyWithheld,
}

/// Why an act is left out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WhyWithheld {
    /// It is for fewer.
    #[error("it is for its audience alone ({for_whom})")]
    Narrower {
        /// For whom it is.
        for_whom: Audience,
    },
    /// It holds the digest of something that is left out.
    #[error("its {field} is the digest of something that is left out")]
    PointsAtWithheld {
        /// In which field.
        field: &'static str,
    },
    /// Nobody can say who may see it.
    #[error("it can't be read, so nobody can say who may see it")]
    Unreadable,
}

/// What an act would give away.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("its {field} names act {number}, which fewer may see ({for_whom})")]
pub struct Leak {
    /// The field that holds the digest.
    pub field: &'static str,
    /// The act it names.
    pub number: u32,
    /// Who may see that one.
    pub for_whom: Audience,
}

/// Makes the bundle that an audience gets.
#[must_use]
pub fn disclose(dossier: Dossier<'_>, audience: &Audience) -> Disclosure {
    let _ = (dossier, audience);
    todo!()
}

/// Whether an act points at an earlier one that fewer may see than may see itself. `earlier` are the dossier's acts with
/// their numbers and ids.
#[must_use]
pub fn leaks<'a>(
    act: &SignedAct,
    earlier: impl IntoIterator<Item = (u32, Digest, &'a SignedAct)>,
) -> Option<Leak> {
    let _ = (act, earlier.into_iter().count());
    todo!()
}
