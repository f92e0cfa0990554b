//! Signing the PDF of a text together with the act: `act sign … --pdf`.
//!
//! The signature in the PDF is PAdES B-B. Its time needs no token of its own: the act names the PDF by digest, so a timestamp
//! over the act, now or later, covers the PDF as well.

use std::path::{Path, PathBuf};

use countersign_agreement::kind::Kind;
use countersign_agreement::signed::SignedAct;
use countersign_agreement::text::Manifest as Text;
use countersign_authority::model::name::Digest;
use countersign_authority::model::time::Instant;
use countersign_notation::digest::sha256;
use countersign_pdf::Document;
use countersign_pdf::sign::{SignatureRequest, SigningDate, sign};
use countersign_signature::{Claim, Signer};
use countersign_verify::signed_pdf::adopted;
use serde_json::{Value, json};

use crate::exit::Failure;
use crate::input;
use crate::keeping::Dossier;
use crate::sign::{newest_field, open, read_back};

/// Which PDF to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Which {
    /// The newest signed one of the dossier, else the text's only PDF.
    Newest,
    /// This file.
    File(PathBuf),
}

/// Reads the flag: without a value, the newest.
#[expect(clippy::unnecessary_wraps, reason = "the form that clap asks for")]
pub(crate) fn which(word: &str) -> Result<Which, String> {
    Ok(if word.is_empty() { Which::Newest } else { Which::File(word.into()) })
}

/// What is signed, and how.
pub(crate) struct Signing<'a> {
    pub(crate) dossier: &'a dyn Dossier,
    pub(crate) kind: Kind,
    pub(crate) capacity: Option<&'a str>,
    pub(crate) at: Instant,
}

impl Signing<'_> {
    /// Signs a PDF and names it in the act's body; gives the signed file.
    pub(crate) fn sign(
        &self,
        body: &mut Value,
        which: &Which,
        signer: &dyn Signer,
    ) -> Result<Vec<u8>, Failure> {
        if !self.kind.fields().iter().any(|field| field.name == "pdf") {
            return Err(Failure::usage(format!("an act of kind `{}` signs no PDF", self.kind.word()))
                .help("--pdf goes with sign, initial and ratify"));
        }
        let text = body.get("text").and_then(Value::as_str).and_then(Digest::parse);
        let text = text.ok_or_else(|| Failure::usage("--pdf: which text? give --text"))?;
        let bases = self.bases(text)?;
        let bytes = match which {
            Which::File(path) => input::read(path)?,
            Which::Newest => self.newest(text, &bases)?,
        };
        let bad = |error: &dyn std::fmt::Display| Failure::usage(format!("--pdf: {error}"));
        let document = Document::read(&bytes).map_err(|error| bad(&error))?;
        let base = bases.iter().copied().find(|base| adopted(&document, *base));
        let base = base.ok_or_else(|| {
            let listed: Vec<String> = bases.iter().map(ToString::to_string).collect();
            Failure::usage("--pdf: no revision of this file is a PDF of the text").help(format!(
                "PDFs of text {}: {}",
                text.short(),
                if listed.is_empty() { "none".to_owned() } else { listed.join(", ") }
            ))
        })?;
        let seconds = i64::try_from(self.at.0.div_euclid(1_000_000_000)).unwrap_or(i64::MAX);
        let date = SigningDate::utc(seconds).map_err(|error| bad(&error))?;
        let mut claims = vec![Claim::act(self.kind.word())];
        claims.extend(self.capacity.map(Claim::capacity));
        let name = signer.certificate().subject_name().common_name().map(str::to_owned);
        let request = SignatureRequest { claims, name, ..SignatureRequest::new(date) };
        let signed = sign(&document, &request, signer).map_err(|error| bad(&error))?.to_bytes();
        let read = open(&signed).and_then(|read| newest_field(&read));
        read.and_then(|field| read_back(&signed, &field, seconds))
            .map_err(|fault| fault.of(Path::new("--pdf")))?;
        if let Value::Object(body) = body {
            body.insert("base".to_owned(), json!(base.to_string()));
            body.insert("pdf".to_owned(), json!(sha256(&signed).to_string()));
        }
        Ok(signed)
    }

    /// The PDFs that a text names.
    fn bases(&self, text: Digest) -> Result<Vec<Digest>, Failure> {
        let documents = self.dossier.documents()?;
        let manifest = documents.get(&text).and_then(|bytes| Text::read(bytes).ok());
        let manifest = manifest.ok_or_else(|| {
            Failure::usage(format!("--pdf: the dossier does not hold text {text}"))
                .help("`countersign dossier text DIR --document F` puts one in")
        })?;
        let pdfs = manifest.documents.iter().filter(|document| document.media_type == "application/pdf");
        Ok(pdfs.map(|document| document.digest).collect())
    }

    /// What the next signer signs: the PDF of the latest act on this text that signed one, else the text's only PDF.
    fn newest(&self, text: Digest, bases: &[Digest]) -> Result<Vec<u8>, Failure> {
        let acts = self.dossier.acts()?;
        let acts = acts.iter().rev().filter_map(|act| SignedAct::read(&act.json).ok());
        let signed = acts.filter(|act| act.digest("text") == Some(text)).find_map(|act| act.digest("pdf"));
        let wanted = match (signed, bases) {
            (Some(signed), _) => signed,
            (None, [one]) => *one,
            (None, _) => {
                return Err(Failure::usage(format!(
                    "--pdf: text {} names {} PDFs",
                    text.short(),
                    bases.len()
                ))
                .help("give the file: --pdf FILE"));
            }
        };
        self.dossier
            .documents()?
            .remove(&wanted)
            .ok_or_else(|| Failure::usage(format!("--pdf: {wanted} is not among the dossier's documents")))
    }
}
