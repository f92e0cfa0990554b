//! What the record keeps of an act: a commitment that names nobody, and a chain that shows what is missing (record.md §3).
//!
//! ```text
//! entry of an act            SHA-256(salt ‖ act ‖ CMS)        32 bytes; `cat X.salt X.json X.p7s | sha256sum`
//! entry of a dossier's head  SHA-256(link)                    32 bytes; the link is canonical JSON (RFC 8785)
//! link  {"act":"<64 hex>","bears":true,"dossier":"talks","number":28,"previous":"sha256:…"|null,"v":1}
//! ```
//!
//! A log of such entries can be public: without the salt nobody can tell what was committed to, nor try out guesses; deleting
//! salt and act forgets it, and the tree stays whole. Each link names the one before, so whoever holds the links of a head
//! knows how many acts there are and which are not shown. The two kinds of entries can't be taken for each other: a link is
//! JSON from its first byte to its last, what an act's entry commits to ends in a CMS signature in DER.

use std::sync::Arc;

use countersign_authority::model::name::Digest;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::fault::{Fault, FaultKind};
use crate::fields::Fields;
use crate::json::{BadJson, Value};

/// Bytes of a salt and of an entry.
pub const ENTRY_LENGTH: usize = 32;

/// Bound on a link: a dossier's id has at most 500 bytes.
pub const LINK_MAX: usize = 4096;

/// What makes a commitment unguessable: random, kept beside the act, deleted to forget it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Salt([u8; ENTRY_LENGTH]);

/// The record's entry for an act: SHA-256(salt ‖ act ‖ CMS).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Commitment([u8; ENTRY_LENGTH]);

/// An act's place in its dossier, as the record numbers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The dossier.
    pub dossier: Arc<str>,
    /// From 1, without a gap.
    pub number: u32,
    /// The act's entry.
    pub act: Commitment,
    /// Whether an act of this kind can change a verdict ([`crate::kind::Kind::bears`]).
    pub bears: bool,
    /// The link before: its [`Link::digest`]; none for the first.
    pub previous: Option<Digest>,
}

/// Why bytes are no link.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Longer than [`LINK_MAX`].
    #[error("the link has {bytes} bytes; at most {LINK_MAX} are read")]
    TooLong {
        /// How many.
        bytes: usize,
    },
    /// Not JSON.
    #[error(transparent)]
    Json(#[from] BadJson),
    /// A field is at fault.
    #[error(transparent)]
    Field(#[from] Fault),
    /// Not the canonical form.
    #[error("the link is not canonical JSON (RFC 8785)")]
    NotCanonical,
}

impl Salt {
    /// From 32 random bytes.
    #[must_use]
    pub const fn new(bytes: [u8; ENTRY_LENGTH]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; ENTRY_LENGTH] {
        &self.0
    }
}

impl Commitment {
    /// To an act's canonical bytes and its signature.
    #[must_use]
    pub fn of(salt: &Salt, act: &[u8], cms: &[u8]) -> Self {
        Self(Sha256::new().chain_update(salt.0).chain_update(act).chain_update(cms).finalize().into())
    }

    /// As it was read.
    #[must_use]
    pub const fn new(bytes: [u8; ENTRY_LENGTH]) -> Self {
        Self(bytes)
    }

    /// The log's entry.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; ENTRY_LENGTH] {
        &self.0
    }
}

const FIELDS: &[&str] = &["v", "dossier", "number", "act", "bears", "previous"];

impl Link {
    /// The link after `previous`, or the first.
    #[must_use]
    pub fn after(previous: Option<&Self>, dossier: Arc<str>, act: Commitment, bears: bool) -> Self {
        let number = previous.map_or(0, |link| link.number).saturating_add(1);
        Self { dossier, number, act, bears, previous: previous.map(Self::digest) }
    }

    /// Reads canonical bytes.
    ///
    /// # Errors
    /// [`LinkError`] names the field at fault.
    pub fn read(bytes: &[u8]) -> Result<Self, LinkError> {
        if bytes.len() > LINK_MAX {
            return Err(LinkError::TooLong { bytes: bytes.len() });
        }
        let link = Self::fields(Value::parse(bytes)?)?;
        if link.canonical() == bytes { Ok(link) } else { Err(LinkError::NotCanonical) }
    }

    fn fields(value: Value<'_>) -> Result<Self, Fault> {
        let mut f = Fields::open(value, "", FIELDS)?;
        let wrong = |name: &str, value: &Value<'_>, expected: &'static str| {
            Fault::new(name, FaultKind::Type { found: value.describe(), expected })
        };
        match f.value("v") {
            Some(Value::Integer(1)) => {}
            Some(other) => return Err(wrong("v", &other, "the format version 1")),
            None => return Err(f.missing("v", "the format version, 1")),
        }
        let dossier =
            f.text("dossier", "the dossier's id")?.ok_or_else(|| f.missing("dossier", "the dossier's id"))?;
        let number = match f.value("number") {
            Some(Value::Integer(number)) => u32::try_from(number).ok().filter(|number| *number > 0),
            _ => None,
        };
        let number = number.ok_or_else(|| f.missing("number", "a number from 1"))?;
        let act = f
            .parsed("act", "64 lower-case hex digits", |hex| {
                Digest::parse(&format!("sha256:{hex}")).ok_or("not 64 lower-case hex digits")
            })?
            .ok_or_else(|| f.missing("act", "64 lower-case hex digits"))?;
        let bears = f.flag("bears")?.ok_or_else(|| f.missing("bears", "true or false"))?;
        let previous = f.digest("previous")?;
        Ok(Self { dossier: dossier.into(), number, act: Commitment(act.0), bears, previous })
    }

    /// The bytes that the record commits to.
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        let value = json!({
            "v": 1,
            "dossier": &*self.dossier,
            "number": self.number,
            "act": Digest(self.act.0).hex(),
            "bears": self.bears,
            "previous": self.previous.map(|digest| digest.to_string()),
        });
        // Strings, small integers and a flag: canonicalization has nothing to refuse.
        serde_json_canonicalizer::to_vec(&value).unwrap_or_default()
    }

    /// SHA-256 of the canonical bytes: the record's entry for a dossier's head.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest(Sha256::digest(self.canonical()).into())
    }
}
