//! What is asked: a signature, what is at hand beside it, whom to trust, by which rules, and about when.

use super::algorithms::AlgorithmTable;
use super::proof::{Covers, ObjectId, Proof};
use super::reason::Reason;
use crate::augment::ArchiveError;
use crate::certificate::Certificate;
use crate::cms::ber::to_der;
use crate::cms::signed_data::SignedData;
use crate::path::{Anchor, PathRules, Purpose};
use crate::read::Walk;
use crate::timestamp::{TimestampRefused, TimestampToken, read_token};
use crate::verify::VerifiedSignature;
use der::Tag;

/// Certificates, revocation lists and OCSP answers beside a signature. None of it is believed: each proves itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Certificates.
    pub certificates: Vec<Certificate>,
    /// Revocation lists in DER.
    pub crls: Vec<Vec<u8>>,
    /// OCSP answers in DER, `OCSPResponse` or `BasicOCSPResponse`.
    pub ocsps: Vec<Vec<u8>>,
    /// When things are known to have existed, beyond what timestamps show: a record with witnesses, say.
    pub proofs: Vec<(ObjectId, Proof)>,
}

/// Whose word is taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trust {
    /// For signers.
    pub signers: Vec<Anchor>,
    /// For timestamp authorities.
    pub timestamps: Vec<Anchor>,
}

/// What kind of timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StampKind {
    /// Over a signature's value: inside the signature, or a `.tsr` beside it.
    Signature,
    /// Over a signature and what was added to it (EN 319 122-1 §5.5.3).
    Archive,
    /// Over a PDF's bytes so far (EN 319 142-1 §5.4.3).
    Document,
}

impl StampKind {
    /// `signature`, `archive`, `document`: stable.
    pub fn word(self) -> &'static str {
        match self {
            Self::Signature => "signature",
            Self::Archive => "archive",
            Self::Document => "document",
        }
    }
}

/// A timestamp with what it covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    kind: StampKind,
    token: Result<TimestampToken, Box<Reason>>,
    covers: Covers,
}

impl Stamp {
    /// A token, or the answer of an authority that holds one (`.tsr`), that should be over a signature's value.
    pub fn over_signature(token: &[u8], signature: &VerifiedSignature) -> Self {
        let token = read_over(token, &[signature.value()]);
        let mut covers = vec![ObjectId::of(signature.value())];
        if signature.signing_certificate_bound() {
            // The value is over the signed attributes, and they hold the certificate's digest.
            covers.push(ObjectId::of(signature.signer().as_der()));
        }
        Self { kind: StampKind::Signature, token, covers: covers.into() }
    }

    /// An archive timestamp as [`crate::verify_archive_timestamp`] found it, with what its index names.
    pub fn archive(token: Result<TimestampToken, ArchiveError>, covers: Covers) -> Self {
        let token = token.map_err(|error| match error {
            ArchiveError::Signature(error) => Reason::Signature(error),
            ArchiveError::Timestamp(error) => Reason::Timestamp(error),
            other => Reason::Coverage { why: other.to_string() },
        });
        Self { kind: StampKind::Archive, token: token.map_err(Box::new), covers }
    }

    /// A token, or the answer of an authority that holds one (`.tsr`), over bytes of any kind: a PDF's, with what those
    /// bytes hold.
    pub fn over_bytes(token: &[u8], over: &[&[u8]], covers: Covers) -> Self {
        Self { kind: StampKind::Document, token: read_over(token, over), covers }
    }

    /// One that stands in the wrong place.
    pub fn misplaced(kind: StampKind, why: Reason) -> Self {
        Self { kind, token: Err(Box::new(why)), covers: Covers::default() }
    }

    /// What kind.
    pub fn kind(&self) -> StampKind {
        self.kind
    }

    /// The token, its signature matching its key and over what it should be over; or why not.
    pub fn token(&self) -> Result<&TimestampToken, &Reason> {
        self.token.as_ref().map_err(Box::as_ref)
    }

    /// What existed when it was made, if it holds.
    pub fn covers(&self) -> &Covers {
        &self.covers
    }
}

/// Reads a token, or the answer of an authority that holds one, and holds it against what it should be over.
fn read_over(tsr: &[u8], over: &[&[u8]]) -> Result<TimestampToken, Box<Reason>> {
    // A token begins with its type, an answer with its status.
    let starts =
        Walk::new(tsr).and_then(|mut walk| walk.enter(Tag::Sequence)?.take_if(Tag::ObjectIdentifier));
    let read = match starts {
        Ok(None) => read_token(tsr).map_err(|refused| match refused {
            TimestampRefused::Token(error) => Reason::Timestamp(error),
            other => Reason::NoToken(other),
        }),
        _ => TimestampToken::read(tsr).map_err(Reason::Timestamp),
    };
    let token = read.map_err(Box::new)?;
    token.expect_over(over).map_err(|error| Box::new(Reason::Timestamp(error)))?;
    Ok(token)
}

/// Everything that a proof over a whole signature is about: its value, what is embedded in it, and the same of its
/// timestamps.
pub fn objects_of(signature: &VerifiedSignature) -> Vec<ObjectId> {
    let mut found = vec![ObjectId::of(signature.value())];
    embedded(signature, &mut found);
    for token in signature.timestamps().iter().chain(signature.archive_timestamps()) {
        found.extend(objects_of_token(token));
    }
    found
}

/// Everything that a proof over a token is about: itself, and what is embedded in it, whether it holds or not.
pub fn objects_of_token(token: &[u8]) -> Vec<ObjectId> {
    let mut found = vec![ObjectId::of(token)];
    let der = to_der(token);
    if let Ok(read) = SignedData::read(&der) {
        let certificates = read.certificates.iter().map(Certificate::fingerprint);
        found.extend(certificates.map(ObjectId::of_fingerprint));
        found.extend(read.crls.iter().chain(&read.ocsps).map(|list| ObjectId::of(list)));
    }
    found
}

fn embedded(signature: &VerifiedSignature, found: &mut Vec<ObjectId>) {
    found.extend(signature.certificates().iter().map(|one| ObjectId::of_fingerprint(one.fingerprint())));
    found.extend(signature.crls().iter().chain(signature.ocsps()).map(|list| ObjectId::of(list)));
}

/// The rules, where the standard leaves a choice (EN 319 102-1 §5.1.4). The defaults are those of
/// `docs/adr/0012-signatures-over-time.md`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraints {
    /// Until when which algorithm is acceptable.
    pub algorithms: AlgorithmTable,
    /// What the path from a signer to an anchor is held to.
    pub signer_path: PathRules,
    /// The same from a timestamp authority.
    pub timestamp_path: PathRules,
    /// Whether certificates must be known not to be revoked.
    pub revocation: RevocationRule,
    /// How old a list may be that speaks for a signer.
    pub signers: Freshness,
    /// How old a list may be that speaks for an authority, one for timestamps among them.
    pub authorities: Freshness,
    /// Whether signatures must bind their certificate.
    pub binding: Binding,
    /// How many seconds may lie between the claimed time and the first proof; `None` for any.
    pub timestamp_delay: Option<i64>,
}

impl Default for Constraints {
    fn default() -> Self {
        Self {
            algorithms: AlgorithmTable::default(),
            signer_path: PathRules::default(),
            timestamp_path: PathRules::of(Purpose::Timestamping),
            revocation: RevocationRule::Required,
            signers: Freshness::AfterSigning,
            authorities: Freshness::UntilNextUpdate,
            binding: Binding::Noted,
            timestamp_delay: None,
        }
    }
}

/// Whether it must be known that certificates were not revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevocationRule {
    /// Of each but the anchor.
    Required,
    /// Where a list or an answer is at hand it counts; where none is, nothing is held against the certificate: for
    /// authorities that publish none.
    WhereKnown,
}

/// For how long what a list says is relied on once a newer one is due (EN 319 102-1 §5.2.5). Until then it is fresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// For signatures made before the list was issued: only such a list can show that none of the revocations before
    /// signing is missing in it.
    AfterSigning,
    /// For signatures made before the next list was due: what RFC 5280 §5.1.2.5 promises.
    UntilNextUpdate,
}

/// What a signature that does not bind its certificate is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding {
    /// It has no baseline level; it can pass.
    Noted,
    /// It can't pass.
    Required,
}

/// Whom to trust, by which rules, about when, with what collected meanwhile.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// Whose word is taken.
    pub trust: &'a Trust,
    /// By which rules.
    pub constraints: &'a Constraints,
    /// What the one who verifies has collected.
    pub collected: &'a Evidence,
    /// The moment of verification, in unix seconds.
    pub at: i64,
}

/// One signature of a file.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// The signature, its content and key matching.
    pub signature: &'a VerifiedSignature,
    /// What shows that it was *not* made earlier, if anything does: it names something that is no older.
    pub made_after: Option<&'a Proof>,
}

/// What is asked about one signature.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The signature, its content and key matching.
    pub signature: &'a VerifiedSignature,
    /// Its timestamps and the later ones that cover it, in any order.
    pub stamps: &'a [Stamp],
    /// What travels with it, beyond what is embedded in it: a PDF's DSS, say.
    pub evidence: &'a Evidence,
    /// What the one who verifies has collected.
    pub collected: &'a Evidence,
    /// Whose word is taken.
    pub trust: &'a Trust,
    /// By which rules.
    pub constraints: &'a Constraints,
    /// What shows that it was *not* made earlier, if anything does: it names something that is no older.
    pub made_after: Option<&'a Proof>,
    /// The moment of verification, in unix seconds.
    pub at: i64,
}
