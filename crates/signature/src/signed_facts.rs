//! What a signer says under the signature about the signature: why, where, and in what capacity.
//!
//! Claims of the signer, covered by the signature and proven by nothing else.

use crate::oid;
use const_oid::ObjectIdentifier;

/// What signing meant (ETSI EN 319 122-1 §5.2.3, TS 119 172-1 annex B).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Commitment {
    /// The signer made, approved and sent the content.
    Origin,
    /// The signer approves the content.
    Approval,
    /// The signer made the content, and need not approve it.
    Creation,
    /// The content was received.
    Receipt,
    /// Another.
    Other(ObjectIdentifier),
}

/// The meanings that are known by name.
const COMMITMENTS: [(Commitment, ObjectIdentifier, &str); 4] = [
    (Commitment::Origin, oid::PROOF_OF_ORIGIN, "proof of origin"),
    (Commitment::Approval, oid::PROOF_OF_APPROVAL, "proof of approval"),
    (Commitment::Creation, oid::PROOF_OF_CREATION, "proof of creation"),
    (Commitment::Receipt, oid::PROOF_OF_RECEIPT, "proof of receipt"),
];

impl Commitment {
    pub(crate) fn of(id: ObjectIdentifier) -> Self {
        let known = COMMITMENTS.into_iter().find(|(_, oid, _)| *oid == id);
        known.map_or(Self::Other(id), |(commitment, ..)| commitment)
    }

    pub(crate) fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Origin => oid::PROOF_OF_ORIGIN,
            Self::Approval => oid::PROOF_OF_APPROVAL,
            Self::Creation => oid::PROOF_OF_CREATION,
            Self::Receipt => oid::PROOF_OF_RECEIPT,
            Self::Other(id) => id,
        }
    }
}

impl std::fmt::Display for Commitment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self, COMMITMENTS.into_iter().find(|(known, ..)| known == self)) {
            (_, Some((_, _, words))) => f.write_str(words),
            (other, None) => write!(f, "{}", other.oid()),
        }
    }
}

/// Where the signer says they signed (EN 319 122-1 §5.2.5).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Location {
    /// Two letters, or a name.
    pub country: Option<String>,
    /// A town.
    pub locality: Option<String>,
}

/// One attribute that the signer claims (EN 319 122-1 §5.2.6.1), in X.520's terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Of what kind.
    pub attribute: ObjectIdentifier,
    /// Its text, fit for a terminal.
    pub text: String,
}

impl Claim {
    /// The capacity one signs in: X.520's `title`, the designated position or function within an organization.
    pub fn capacity(text: &str) -> Self {
        Self { attribute: oid::TITLE, text: text.to_owned() }
    }

    /// What kind of act is signed: X.520's `description`.
    pub fn act(kind: &str) -> Self {
        Self { attribute: oid::DESCRIPTION, text: kind.to_owned() }
    }

    /// Whether this is a capacity.
    pub fn is_capacity(&self) -> bool {
        self.attribute == oid::TITLE
    }

    /// Whether this is a kind of act.
    pub fn is_act(&self) -> bool {
        self.attribute == oid::DESCRIPTION
    }
}
