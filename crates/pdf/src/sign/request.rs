//! What is to be signed, and what the signature is to say.

use super::date::SigningDate;
use crate::appearance::{Font, Rectangle};
use countersign_signature::{Claim, Claims, Commitment};

/// What a signature is to say, and where it is to stand.
#[derive(Debug, Clone)]
pub struct SignatureRequest<'f> {
    /// The fully qualified name of its field: an empty signature field of the form, or a new one. `None`: a new one,
    /// `Signature1` or the first number that is free.
    pub field: Option<String>,
    /// When the signer says they sign: `/M`. In the CMS there is no signing-time (EN 319 142-1 §6.3).
    pub date: SigningDate,
    /// Who signs, as people know them.
    pub name: Option<String>,
    /// What signing means.
    pub meaning: Option<Meaning>,
    /// Where.
    pub location: Option<String>,
    /// How to reach the signer.
    pub contact: Option<String>,
    /// In what capacity, for what kind of act: signed as attributes of the CMS.
    pub claims: Vec<Claim>,
    /// Whether this is the certification: the first signature, which says what may still change.
    pub certify: Option<Permission>,
    /// What is seen of it on a page. `None`: nothing.
    pub visible: Option<VisibleBox<'f>>,
}

/// What signing means: in words or by a known commitment, never both (EN 319 142-1 §6.3, requirements on `Reason`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// `/Reason`.
    Reason(String),
    /// commitment-type-indication.
    Commitment(Commitment),
}

/// What a certification lets happen afterwards (ISO 32000-2 table 257, `/P`). Validation data and timestamps of the
/// document may always follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// Nothing else.
    NoChanges,
    /// Filling in forms, and signing.
    FormFilling,
    /// Also comments.
    Annotations,
}

/// A box on a page that shows who signed.
#[derive(Debug, Clone)]
pub struct VisibleBox<'f> {
    /// Where; `None` for a field that has its place already.
    pub place: Option<Place>,
    /// For whom is signed: stands above all else.
    pub entity: Option<String>,
    /// The signer's title: stands behind the name.
    pub title: Option<String>,
    /// What the text is set in.
    pub font: Font<'f>,
}

/// Where a box is, as people see the page: turned as it is shown, from the lower left corner of what is shown of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Counted from 1.
    pub page: usize,
    /// In points.
    pub rectangle: Rectangle,
}

impl SignatureRequest<'_> {
    /// An invisible approval signature in a new field that says when it was made and nothing else.
    pub fn new(date: SigningDate) -> Self {
        Self {
            field: None,
            date,
            name: None,
            meaning: None,
            location: None,
            contact: None,
            claims: Vec::new(),
            certify: None,
            visible: None,
        }
    }

    /// What the CMS says beside the digest and the certificate. Time and place stand in the PDF alone.
    pub fn cms_claims(&self) -> Claims {
        let commitment = match &self.meaning {
            Some(Meaning::Commitment(commitment)) => Some(*commitment),
            _ => None,
        };
        Claims { signing_time: None, commitment, location: None, attributes: self.claims.clone() }
    }

    pub(crate) fn reason(&self) -> Option<&str> {
        match &self.meaning {
            Some(Meaning::Reason(reason)) => Some(reason),
            _ => None,
        }
    }
}

impl Permission {
    /// `/P`.
    pub fn number(self) -> i64 {
        match self {
            Self::NoChanges => 1,
            Self::FormFilling => 2,
            Self::Annotations => 3,
        }
    }

    /// What `/P` says; other numbers say nothing that is known.
    pub(crate) fn of(number: i64) -> Option<Self> {
        [Self::NoChanges, Self::FormFilling, Self::Annotations].into_iter().find(|one| one.number() == number)
    }
}

impl std::fmt::Display for Permission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NoChanges => "no changes",
            Self::FormFilling => "filling in forms and signing",
            Self::Annotations => "filling in forms, signing and comments",
        })
    }
}
