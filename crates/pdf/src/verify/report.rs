//! What is answered about a file.

use crate::difference::{Change, ChangeVerdict, Level};
use crate::signature::{Coverage, Purpose};
use countersign_signature::VerifiedSignature;
use countersign_signature::ades::{Conclusion, Indication, StampStatus, Validation};
use std::fmt;

/// What is known about every signature of a file.
#[derive(Debug, Clone)]
#[must_use]
#[non_exhaustive]
pub struct PdfReport {
    /// How many states the file has been through.
    pub revisions: usize,
    /// Its signatures and timestamps, oldest first.
    pub signatures: Vec<PdfSignature>,
    /// The moment asked about, in unix seconds.
    pub at: i64,
    /// How many signatures over certificates, revocation lists and answers were checked: what verifying cost beside the
    /// signatures themselves.
    pub checked: usize,
}

/// What is known about one signature or document timestamp.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PdfSignature {
    /// The fully qualified name of its field.
    pub field: String,
    /// Whether somebody signs, or an authority stamps.
    pub purpose: Purpose,
    /// `/SubFilter`, fit for a terminal.
    pub encoding: Option<String>,
    /// The revision, from 0, in which it first stands in the form.
    pub revision: usize,
    /// Whether the form still holds it in the last revision.
    pub is_present: bool,
    /// What it covers.
    pub coverage: Coverage,
    /// How far later changes may go.
    pub permitted: Level,
    /// Whether it or one before it certifies the document.
    pub is_certified: bool,
    /// What later changes come to.
    pub changed: ChangeVerdict,
    /// Every later change.
    pub changes: Vec<Change>,
    /// Who signs, why and where, as the dictionary says, fit for a terminal: claims, under the signature.
    pub name: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Where.
    pub location: Option<String>,
    /// When, as the signer claims (`/M`): `D:20260424150500+02'00'`.
    pub claimed_date: Option<String>,
    /// The signature, its key and bytes matching; `None` for timestamps, and where they don't.
    pub signature: Option<VerifiedSignature>,
    /// Whether it holds at the moment asked about.
    pub verdict: Verdict,
}

/// Whether a signature or a timestamp holds, by EN 319 102-1, changes left aside.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// A signature.
    Signature(Box<Validation>),
    /// A document timestamp.
    Timestamp(Box<StampStatus>),
}

impl PdfSignature {
    /// Whether it passed, is still there, and what came later is permitted and hides nothing.
    ///
    /// What doesn't may still be no lie: [`PdfSignature::conclusion`] and [`PdfSignature::changed`] say why.
    pub fn holds(&self) -> bool {
        let unharmed = matches!(self.changed, ChangeVerdict::Untouched | ChangeVerdict::AsPermitted(_));
        self.is_present && unharmed && self.conclusion().indication() == Indication::TotalPassed
    }

    /// The verdict by EN 319 102-1, changes left aside.
    pub fn conclusion(&self) -> &Conclusion {
        match &self.verdict {
            Verdict::Signature(validation) => &validation.conclusion,
            Verdict::Timestamp(status) => &status.conclusion,
        }
    }

    /// What is known of it, if it is a signature.
    pub fn validation(&self) -> Option<&Validation> {
        match &self.verdict {
            Verdict::Signature(validation) => Some(validation),
            Verdict::Timestamp(_) => None,
        }
    }

    /// What is known of it, if it is a document timestamp.
    pub fn timestamp(&self) -> Option<&StampStatus> {
        match &self.verdict {
            Verdict::Signature(_) => None,
            Verdict::Timestamp(status) => Some(status),
        }
    }
}

impl fmt::Display for PdfSignature {
    /// One line: the field, who, the verdict, what came later.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.purpose {
            Purpose::Signature => "signature",
            Purpose::Timestamp => "document timestamp",
        };
        write!(f, "{what} `{}`", self.field.escape_debug())?;
        if let Some(signature) = &self.signature {
            write!(f, " by `{}`", signature.signer().subject())?;
        }
        if let Some(level) = self.validation().and_then(|validation| validation.level) {
            write!(f, " ({level})")?;
        }
        if let Some(authority) = self.timestamp().and_then(|status| status.authority.as_ref()) {
            write!(f, " by `{authority}`")?;
        }
        let later = match self.changed {
            ChangeVerdict::Untouched => "nothing after it",
            ChangeVerdict::AsPermitted(_) => "permitted changes after it",
            ChangeVerdict::Suspicious(_) => "changes after it that may hide what was signed",
            ChangeVerdict::Forbidden => "forbidden changes after it",
            ChangeVerdict::Uncovered => "it does not cover the document",
        };
        write!(f, ": {}; {later}", self.conclusion())?;
        if self.is_present { Ok(()) } else { f.write_str("; taken out of the form since") }
    }
}
