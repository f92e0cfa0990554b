//! Why a certificate is revoked (RFC 5280 §5.3.1).

use std::fmt;
use std::str::FromStr;

/// Why a certificate is revoked. Holds and their lifting are not here: who signed while a certificate was held could
/// not be told afterwards from a list that forgets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Reason {
    /// Nothing is said.
    #[default]
    Unspecified,
    /// Somebody else may have the key.
    KeyCompromise,
    /// Somebody else may have an authority's key.
    CaCompromise,
    /// The subject's name or place has changed.
    AffiliationChanged,
    /// Another certificate has taken its place.
    Superseded,
    /// It is no longer needed.
    CessationOfOperation,
    /// What it granted has been taken back.
    PrivilegeWithdrawn,
}

/// A word that names no reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{word}` is no reason to revoke; there are unspecified, key-compromise, ca-compromise, affiliation-changed, superseded, cessation-of-operation and privilege-withdrawn"
)]
pub struct BadReason {
    /// The word at fault.
    pub word: String,
}

impl Reason {
    /// Every reason with the word it goes by.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::Unspecified, "unspecified"),
        (Self::KeyCompromise, "key-compromise"),
        (Self::CaCompromise, "ca-compromise"),
        (Self::AffiliationChanged, "affiliation-changed"),
        (Self::Superseded, "superseded"),
        (Self::CessationOfOperation, "cessation-of-operation"),
        (Self::PrivilegeWithdrawn, "privilege-withdrawn"),
    ];

    /// `CRLReason`'s number.
    pub fn code(self) -> u8 {
        match self {
            Self::Unspecified => 0,
            Self::KeyCompromise => 1,
            Self::CaCompromise => 2,
            Self::AffiliationChanged => 3,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
            Self::PrivilegeWithdrawn => 9,
        }
    }
}

impl FromStr for Reason {
    type Err = BadReason;

    fn from_str(word: &str) -> Result<Self, BadReason> {
        let found = Self::ALL.into_iter().find(|(_, name)| *name == word);
        found.map(|(reason, _)| reason).ok_or_else(|| BadReason { word: word.to_owned() })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = Self::ALL.into_iter().find(|(reason, _)| reason == self);
        f.write_str(found.map_or("", |(_, name)| name))
    }
}
