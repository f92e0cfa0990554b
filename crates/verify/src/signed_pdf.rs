//! Acts that sign a PDF: the act and the PDF's own signature held against each other.
//!
//! Such an act names in its body the text (as every signature does), `base`: the document of that text without signatures, and
//! `pdf`: that document with the signer's PAdES signature in it. The next signer signs the PDF of the one before, so each
//! act's PDF begins with the adopted document and holds the signatures so far.
//!
//! [`SignedPdf::examine`] shows of an act's PDF, or names what fails:
//! - the revision before the first of these signatures is, byte for byte, the document that the text names;
//! - every revision since then adds signatures and what keeps them verifiable, or fills in fields, and nothing else: what the
//!   signers saw is what was adopted;
//! - every signature since then covers its revision whole, and its key made it over these bytes;
//! - the last of them is by the key that signed the act.

use countersign_agreement::signed::SignedAct;
use countersign_agreement::text::Manifest;
use countersign_authority::model::name::Digest;
use countersign_notation::digest::sha256;
use countersign_pdf::{
    Change, ChangeVerdict, Coverage, CoverageFault, DifferencePolicy, Document, Judgement, Kind, Level,
    Purpose, ReadError,
};
use countersign_signature::{SignatureError, VerifiedSignature, verify_parts};
use sha2::{Digest as _, Sha256};

use crate::bundle::Bundle;

/// A PDF that an act signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedPdf {
    /// The document adopted: the PDF's revision before the signatures.
    pub base: Digest,
    /// The PDF.
    pub pdf: Digest,
    /// Its signatures since then, the first one first; the last is the act's.
    pub signatures: Vec<PdfSignature>,
    /// What was added since the adopted document and can hide some of it, though it is permitted: a large box, say.
    pub hides: Vec<String>,
    /// Fields filled in since: what they say is no part of the adopted document.
    pub fills: Vec<String>,
}

/// A signature in a PDF, and what followed it in that file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PdfSignature {
    /// The field that holds it.
    pub field: String,
    /// Whose certificate.
    pub subject: String,
    /// The certificate's fingerprint.
    pub key: Digest,
    /// What changed after it, one line a change.
    pub changes: Vec<String>,
}

/// Why an act's PDF is not what the act says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PdfFault {
    /// One of the two is missing in the body.
    #[error("its body names `{named}` and not `{missing}`: a signed PDF needs both")]
    Half {
        /// The one that is there.
        named: &'static str,
        /// The other.
        missing: &'static str,
    },
    /// The text's manifest is not in the bundle, so what it names can't be told.
    #[error("the bundle does not hold text {}, so nothing shows that {} is its document", .text.short(), .base.short())]
    NoText {
        /// The text.
        text: Digest,
        /// The document that should be of it.
        base: Digest,
    },
    /// The base is no document of the text.
    #[error("it names {} as what it signs, which is no document of text {}", .base.short(), .text.short())]
    NotOfText {
        /// The document named.
        base: Digest,
        /// The text.
        text: Digest,
    },
    /// The PDF is not in the bundle.
    #[error("the signed PDF {} is not in the bundle", .pdf.short())]
    Missing {
        /// Its digest.
        pdf: Digest,
    },
    /// The PDF can't be read.
    #[error("the signed PDF {} can't be read: {error}", .pdf.short())]
    Unreadable {
        /// Its digest.
        pdf: Digest,
        /// Why.
        error: ReadError,
    },
    /// No revision of the PDF is the document.
    #[error("no revision of the signed PDF {} is the adopted document {}; its first one is {}", .pdf.short(), .base.short(), .first.short())]
    OtherBase {
        /// The PDF.
        pdf: Digest,
        /// The document.
        base: Digest,
        /// What its first revision is.
        first: Digest,
    },
    /// No signature since then.
    #[error("the signed PDF {} holds no signature over the adopted document", .pdf.short())]
    NoSignature {
        /// The PDF.
        pdf: Digest,
    },
    /// A signature does not cover its revision.
    #[error("the signature in field {field} does not cover the PDF: {fault}")]
    Uncovered {
        /// Which.
        field: String,
        /// Why.
        fault: CoverageFault,
    },
    /// A signature does not match.
    #[error("the signature in field {field} of the PDF: {error}")]
    Signature {
        /// Which.
        field: String,
        /// Why.
        error: SignatureError,
    },
    /// A later revision took a signature out.
    #[error("the signature in field {field} was taken out of the PDF again")]
    TakenOut {
        /// Which.
        field: String,
    },
    /// The PDF's last signature is by another key than the act.
    #[error("the PDF's last signature, in field {field}, is by {found} ({}), the act by {expected} ({})", .found_key.short(), .expected_key.short())]
    OtherKey {
        /// The field.
        field: String,
        /// Whose certificate is in the PDF.
        found: String,
        /// Its fingerprint.
        found_key: Digest,
        /// Whose certificate signed the act.
        expected: String,
        /// Its fingerprint.
        expected_key: Digest,
    },
    /// Something changed that no signature may change.
    #[error("the signed PDF is not the adopted document any more: {change}")]
    Changed {
        /// The first such change, in words.
        change: String,
    },
}

impl SignedPdf {
    /// What an act's PDF shows; `None` where the act signs none.
    pub fn examine(
        act: &SignedAct,
        signature: &VerifiedSignature,
        bundle: &Bundle,
    ) -> Result<Option<Self>, Box<PdfFault>> {
        let (base, pdf) = match (act.digest("base"), act.digest("pdf")) {
            (None, None) => return Ok(None),
            (Some(base), Some(pdf)) => (base, pdf),
            (Some(_), None) => return Err(Box::new(PdfFault::Half { named: "base", missing: "pdf" })),
            (None, Some(_)) => return Err(Box::new(PdfFault::Half { named: "pdf", missing: "base" })),
        };
        expect_of_text(act, base, bundle)?;
        let (_, bytes) = bundle.documents.get(&pdf).ok_or(PdfFault::Missing { pdf })?;
        let unreadable = |error| PdfFault::Unreadable { pdf, error };
        let document = Document::read(bytes).map_err(unreadable)?;
        let adopted = adopted_revision(&document, base).ok_or_else(|| {
            let end = document.revisions().first().map_or(0, countersign_pdf::Revision::end);
            PdfFault::OtherBase { pdf, base, first: sha256(bytes.get(..end).unwrap_or_default()) }
        })?;
        let changes = document.changes_after(adopted).map_err(unreadable)?;
        if let Some(change) = changes.iter().find(|change| change.level > Level::Filling) {
            return Err(Box::new(PdfFault::Changed { change: change.to_string() }));
        }
        let judged = document.judge(DifferencePolicy::default()).map_err(unreadable)?;
        let since = judged.into_iter().filter(|judgement| {
            judgement.signature.revision > adopted && judgement.signature.purpose() == Purpose::Signature
        });
        let signatures: Vec<(PdfSignature, VerifiedSignature)> =
            since.map(|judgement| one(&document, &judgement)).collect::<Result<_, _>>()?;
        let (last, by) = signatures.last().ok_or(PdfFault::NoSignature { pdf })?;
        if !same_key(by, signature) {
            return Err(Box::new(PdfFault::OtherKey {
                field: last.field.clone(),
                found: last.subject.clone(),
                found_key: last.key,
                expected: signature.signer().subject(),
                expected_key: Digest(signature.signer().fingerprint()),
            }));
        }
        let signatures = signatures.into_iter().map(|(shown, _)| shown).collect();
        let told = |wanted: fn(&Change) -> bool| {
            changes.iter().filter(|change| wanted(change)).map(ToString::to_string).collect()
        };
        let (hides, fills) = (told(|change| change.may_cover), told(|change| change.kind == Kind::FormFill));
        Ok(Some(Self { base, pdf, signatures, hides, fills }))
    }

    /// Why somebody should look at it before it counts, if so.
    #[must_use]
    pub fn doubt(&self) -> Option<String> {
        let why = [
            ("what was added to the PDF can hide some of the adopted document", &self.hides),
            ("fields were filled in that the adopted document leaves open", &self.fills),
        ];
        let why = why.iter().filter(|(_, changes)| !changes.is_empty());
        let why: Vec<String> = why.map(|(what, changes)| format!("{what}: {}", changes.join("; "))).collect();
        (!why.is_empty()).then(|| why.join("; "))
    }
}

/// The text names the document.
fn expect_of_text(act: &SignedAct, base: Digest, bundle: &Bundle) -> Result<(), Box<PdfFault>> {
    // Kinds that have `base` demand a text.
    let Some(text) = act.digest("text") else { return Ok(()) };
    let manifest = bundle.documents.get(&text).and_then(|(_, bytes)| Manifest::read(bytes).ok());
    let manifest = manifest.ok_or(PdfFault::NoText { text, base })?;
    if manifest.documents.iter().any(|document| document.digest == base) {
        return Ok(());
    }
    Err(Box::new(PdfFault::NotOfText { base, text }))
}

/// Whether a revision of a PDF is a document, byte for byte.
#[must_use]
pub fn adopted(document: &Document<'_>, base: Digest) -> bool {
    adopted_revision(document, base).is_some()
}

/// The revision that is the adopted document: the file's bytes up to its end have that digest. A revision may end with its
/// `%%EOF`, or with the line end after it.
fn adopted_revision(document: &Document<'_>, base: Digest) -> Option<usize> {
    let bytes = document.bytes();
    // One pass over the file, whatever the number of revisions.
    let (mut hash, mut hashed) = (Sha256::new(), 0);
    document.revisions().iter().position(|revision| {
        (revision.eof()..=revision.end()).any(|end| {
            hash.update(bytes.get(hashed..end).unwrap_or_default());
            hashed = end.max(hashed);
            hash.clone().finalize().as_slice() == base.0
        })
    })
}

/// One signature of the PDF: whole, by the key it carries, still there.
fn one(
    document: &Document<'_>,
    judgement: &Judgement<'_>,
) -> Result<(PdfSignature, VerifiedSignature), Box<PdfFault>> {
    let value = &judgement.signature;
    let field = value.field_name.clone();
    if let Coverage::Broken(fault) = &judgement.coverage {
        return Err(Box::new(PdfFault::Uncovered { field, fault: fault.clone() }));
    }
    if !value.is_present {
        return Err(Box::new(PdfFault::TakenOut { field }));
    }
    let no_contents = || PdfFault::Uncovered { field: field.clone(), fault: CoverageFault::ContentsNotDer };
    let parts = value.signed_bytes(document).ok_or_else(no_contents)?;
    let contents = value.contents.as_ref().and_then(|contents| contents.value_and_padding());
    let (cms, _) = contents.ok_or_else(no_contents)?;
    let signature =
        verify_parts(&parts, &cms).map_err(|error| PdfFault::Signature { field: field.clone(), error })?;
    if judgement.verdict == ChangeVerdict::Forbidden {
        let over = judgement.changes.iter().find(|change| change.level > judgement.permitted);
        let change = over.map_or_else(|| "something".to_owned(), ToString::to_string);
        return Err(Box::new(PdfFault::Changed { change }));
    }
    let shown = PdfSignature {
        field,
        subject: signature.signer().subject(),
        key: Digest(signature.signer().fingerprint()),
        changes: judgement.changes.iter().map(ToString::to_string).collect(),
    };
    Ok((shown, signature))
}

fn same_key(one: &VerifiedSignature, other: &VerifiedSignature) -> bool {
    match (one.signer().public_key(), other.signer().public_key()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}
