//! What the database keeps of dossiers: their acts in order, and the evidence beside them.

use std::sync::Arc;

use countersign_agreement::record::{Link, Salt};
use countersign_authority::model::act::Visibility;
use countersign_authority::model::name::Digest;
use countersign_authority::model::time::Instant;
use countersign_tlog::size::{LeafIndex, TreeSize};

use crate::error::LedgerError;
use crate::objects::Created;

/// Dossiers and their acts, as readers ask for them.
///
/// **Rules for every backend** (the conformance suite holds them): what returned `Ok` survives the loss of power; what was
/// written first stands; an act that is read back is the one its entry commits to, or [`LedgerError::Damaged`].
pub trait Dossiers: Send + Sync {
    /// Makes room for a dossier; where one of its id is there already, that one stays as it is.
    ///
    /// # Errors
    /// [`LedgerError::Timeless`] where it was created outside the years 1 to 9999.
    fn open(&self, dossier: &Dossier) -> Result<Created, LedgerError>;

    /// One dossier.
    fn dossier(&self, id: &str) -> Result<Option<Dossier>, LedgerError>;

    /// Dossiers in the order they were opened, after one of them or from the first, at most `most`.
    ///
    /// # Errors
    /// [`LedgerError::NoDossier`] where the one before is not there.
    fn dossiers(&self, after: Option<&str>, most: usize) -> Result<Vec<Dossier>, LedgerError>;

    /// Acts of a dossier by number, after a number (0 for all), at most `most`. None where there is no such dossier.
    fn acts(&self, dossier: &str, after: u32, most: usize) -> Result<Vec<Recorded>, LedgerError>;

    /// One act, by its id.
    fn act(&self, id: Digest) -> Result<Option<Recorded>, LedgerError>;

    /// Links of a dossier by number, after a number (0 for all), at most `most`.
    fn links(&self, dossier: &str, after: u32, most: usize) -> Result<Vec<Link>, LedgerError>;

    /// The newest link of a dossier that an entry below a size carries: with that of a published checkpoint, what can be
    /// proven to outsiders now; with [`TreeSize::MAX`], the newest there is.
    fn newest(&self, dossier: &str, below: TreeSize) -> Result<Option<DossierHead>, LedgerError>;
}

/// Evidence that comes beside acts: it changes no entry of the log, needs no seat, and is only ever added.
///
/// **Rules for every backend** (the conformance suite holds them): as those of [`Dossiers`]; nothing is kept of a dossier or
/// an act that isn't there.
pub trait Evidence: Send + Sync {
    /// Keeps a timestamp token (RFC 3161) over an act's signature. An act may have several; the same bytes are kept once.
    fn keep_stamp(&self, act: Digest, tsr: &[u8]) -> Result<Created, LedgerError>;

    /// Keeps a map, terms, a policy, a file of `trust/` or a text. Given again with the same bytes, the wider visibility
    /// stands.
    ///
    /// # Errors
    /// [`LedgerError::Taken`] where the name stands for other bytes.
    fn keep_material(&self, dossier: &str, material: &Material) -> Result<Created, LedgerError>;

    /// Materials of a dossier by kind and name.
    fn materials(&self, dossier: &str) -> Result<Vec<Material>, LedgerError>;

    /// Keeps that a document belongs to a dossier; its bytes are an object. Given again, the wider visibility stands.
    fn keep_document(&self, dossier: &str, document: &Document) -> Result<Created, LedgerError>;

    /// Documents of a dossier by digest.
    fn documents(&self, dossier: &str) -> Result<Vec<Document>, LedgerError>;

    /// Keeps what another record has on a dossier. Links that go on where the kept ones end are added with the new head;
    /// fewer links than are kept leave links and head as they are. An act's proof takes the place of an earlier one.
    ///
    /// # Errors
    /// [`LedgerError::Forked`] where a link is another than the one kept.
    fn keep_foreign(&self, dossier: &str, record: &ForeignRecord) -> Result<(), LedgerError>;

    /// What other records have on a dossier, by origin.
    fn foreign(&self, dossier: &str) -> Result<Vec<ForeignRecord>, LedgerError>;
}

/// All that a home's database keeps.
pub trait Store: crate::ledger::Ledger + Dossiers + Evidence {}

impl<S: crate::ledger::Ledger + Dossiers + Evidence + ?Sized> Store for S {}

/// A dossier: what people call it is a label; facts come from acts alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dossier {
    /// Its id, as every act in it names it.
    pub id: Arc<str>,
    /// What people call it.
    pub title: String,
    /// The parties' ids.
    pub parties: Vec<String>,
    /// When it was opened here.
    pub created: Instant,
}

/// An act as the record has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// SHA-256 of `json`.
    pub id: Digest,
    /// Its index in the log.
    pub index: LeafIndex,
    /// Its link in the dossier's chain.
    pub link: Link,
    /// The act's canonical bytes.
    pub json: Vec<u8>,
    /// The detached CMS signature.
    pub p7s: Vec<u8>,
    /// What makes its entry unguessable.
    pub salt: Salt,
    /// Who may see it.
    pub visibility: Visibility,
    /// Timestamp tokens over its signature, in the order they were added.
    pub stamps: Vec<Vec<u8>>,
}

/// Where the log carries a dossier's link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DossierHead {
    /// The link.
    pub link: Link,
    /// The index of the entry that is its digest.
    pub index: LeafIndex,
}

/// What a material is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MaterialKind {
    /// An authority map.
    Map,
    /// Terms of a text.
    Terms,
    /// A policy.
    Policy,
    /// A certificate, revocation list or OCSP answer: evidence, not trust.
    Trust,
    /// The manifest of a text.
    Text,
}

impl MaterialKind {
    /// Every kind with its word.
    pub const WORDS: &[(Self, &'static str)] = &[
        (Self::Map, "map"),
        (Self::Terms, "terms"),
        (Self::Policy, "policy"),
        (Self::Trust, "trust"),
        (Self::Text, "text"),
    ];

    /// The word it is kept and spoken of under.
    pub fn word(self) -> &'static str {
        match self {
            Self::Map => "map",
            Self::Terms => "terms",
            Self::Policy => "policy",
            Self::Trust => "trust",
            Self::Text => "text",
        }
    }

    /// The kind that a word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(_, known)| *known == word).map(|(kind, _)| *kind)
    }
}

/// Who may see what no act says it of: materials and documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audience {
    /// How far it may go.
    pub visibility: Visibility,
    /// The party whose own it is; none where nobody's in particular.
    pub owner: Option<String>,
}

impl Audience {
    /// The wider of two visibilities; whose it is stays as it was first said.
    #[must_use]
    pub fn widened(&self, other: &Self) -> Self {
        let wider = if reach(other.visibility) > reach(self.visibility) { other } else { self };
        Self { visibility: wider.visibility, owner: self.owner.clone().or_else(|| other.owner.clone()) }
    }
}

fn reach(visibility: Visibility) -> u8 {
    match visibility {
        Visibility::Own => 0,
        Visibility::Parties => 1,
        Visibility::Public => 2,
    }
}

/// A file with a name of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Material {
    /// What it is.
    pub kind: MaterialKind,
    /// Its name in a bundle (`ruritania.authority`).
    pub name: String,
    /// Who may see it.
    pub audience: Audience,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A document of a dossier, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// SHA-256 of its bytes, which the objects have.
    pub digest: Digest,
    /// The ending of its name (`pdf`).
    pub extension: String,
    /// Its media type (`application/pdf`).
    pub media_type: String,
    /// Who may see it.
    pub audience: Audience,
}

impl Document {
    /// The same for all who may see this one or `other`.
    #[must_use]
    pub fn widened(mut self, other: &Self) -> Self {
        self.audience = self.audience.widened(&other.audience);
        self
    }
}

/// What another record has on a dossier: as it came in a bundle, so that it goes into the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignRecord {
    /// Which record.
    pub origin: String,
    /// Links 1 to k, those of withheld acts too.
    pub links: Vec<Link>,
    /// A tlog-proof of link k's digest.
    pub head: Option<Vec<u8>>,
    /// Its acts, by number.
    pub acts: Vec<ForeignAct>,
}

/// An act in another record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignAct {
    /// The act.
    pub id: Digest,
    /// Its number there.
    pub number: u32,
    /// The tlog-proof of its entry there.
    pub proof: Vec<u8>,
    /// The salt of its entry there.
    pub salt: Salt,
}

impl ForeignRecord {
    /// Nothing yet of a record.
    pub fn empty(origin: String) -> Self {
        Self { origin, links: Vec::new(), head: None, acts: Vec::new() }
    }

    /// What is kept after `given` came: [`Evidence::keep_foreign`] in every backend.
    ///
    /// # Errors
    /// [`LedgerError::Forked`].
    pub fn joined(mut self, given: &Self) -> Result<Self, LedgerError> {
        if let Some((_, other)) = self.links.iter().zip(&given.links).find(|(kept, other)| kept != other) {
            return Err(LedgerError::Forked { origin: given.origin.clone(), number: other.number });
        }
        if given.links.len() >= self.links.len() {
            self.links.clone_from(&given.links);
            self.head = given.head.clone().or(self.head);
        }
        for act in &given.acts {
            self.acts.retain(|kept| kept.id != act.id);
            self.acts.push(act.clone());
        }
        self.acts.sort_by_key(|act| (act.number, act.id));
        Ok(self)
    }
}
