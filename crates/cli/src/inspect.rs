//! `countersign inspect FILE`: who signed which bytes when. Whether that bound anybody is not asked here.

mod date;
mod json;
mod text;

use std::path::{Path, PathBuf};

use countersign_authority::model::time::Instant;
use countersign_notation::digest::sha256;

use countersign_pdf::{ChangeVerdict, DifferencePolicy, PdfReport, PdfSignature, Purpose, ReadError};
use countersign_signature::ades::{
    self, Conclusion, Constraints, Evidence, Indication, RevocationRule, Rules, StampStatus, SubIndication,
    Trust, Validation,
};
use countersign_signature::timestamp::{TimestampToken, read_token};
use countersign_signature::{SignatureError, VerifiedSignature, signature_value};
use countersign_verify::trust::Believed;

use crate::exit::{Exit, Failure};
use crate::shell::Shell;
use crate::sign::{evidence, unix_seconds};
use crate::verify::{believed, policy};
use crate::{input, keys};

/// What `inspect` is given.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  countersign inspect agreement.signed.pdf
  countersign inspect agreement.signed.pdf --trust their-ca.pem --evidence their-ca.crl --json
  countersign inspect acts/0001-4f2a….p7s
  countersign inspect stamp.tsr --content agreement.pdf --trust tsa.pem

Trusted are the authorities of one's own key folder, those of --policy, and those given with --trust.

A timestamp of the document says when it was there and that nobody signed it: alone in a PDF it is no signature.

Exit codes: 0 every signature holds · 1 one does not, or there is none · 3 undetermined · 2 usage")]
pub(crate) struct Args {
    /// A signed PDF, a CMS signature (.p7s, .p7m) or a timestamp (.tsr)
    file: PathBuf,
    /// What a detached signature or a timestamp is over; the file of that name beside it where not given
    #[arg(long, value_name = "FILE")]
    content: Option<PathBuf>,
    /// Certificates that I believe, of authorities for signers and for timestamps: a PEM or DER file, or a folder of
    /// them; may be given several times
    #[arg(long, value_name = "DIR|FILE")]
    trust: Vec<PathBuf>,
    /// A policy, for its `trust` lines
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Certificates, revocation lists and OCSP answers at hand, PEM or DER; may be given several times
    #[arg(long, value_name = "FILE")]
    evidence: Vec<PathBuf>,
    /// Whether a certificate must be known not to be revoked
    #[arg(long, value_name = "RULE", default_value = "where-known")]
    revocation: Revocation,
    /// The moment asked about; now where not given
    #[arg(long, value_name = "TIME", value_parser = input::instant)]
    as_of: Option<Instant>,
    /// The folder of keys
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
}

/// Whether a certificate must be known not to be revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Revocation {
    /// What is at hand counts; where nothing is, nothing is held against it
    WhereKnown,
    /// Without a list or an answer the signature is undetermined
    Required,
}

/// What was found in a file.
enum Found {
    Pdf(PdfReport),
    Cms(Box<Validation>, Box<Result<VerifiedSignature, SignatureError>>, Option<Content>),
    Timestamp(Box<StampStatus>, Box<TimestampToken>, Content),
}

/// What a signature or a timestamp should be over.
struct Content {
    path: PathBuf,
    bytes: Vec<u8>,
}

/// A file and what was found in it.
struct Inspected<'a> {
    file: &'a Path,
    bytes: &'a [u8],
    at: i64,
    found: Found,
}

pub(crate) fn run(args: &Args, shell: &mut Shell) -> Result<Exit, Failure> {
    let bytes = input::read(&args.file)?;
    let at = unix_seconds(args.as_of.unwrap_or_else(|| shell.now()));
    let mut own = believed(&args.trust)?;
    own.extend(keys::authorities(args.keys.as_deref())?);
    let Believed { signers, timestamps } = Believed::of(policy(args.policy.as_deref())?.as_ref(), &own);
    let data = evidence(&args.evidence)?;
    let collected =
        Evidence { certificates: data.certificates, crls: data.crls, ocsps: data.ocsps, proofs: Vec::new() };
    let revocation = match args.revocation {
        Revocation::WhereKnown => RevocationRule::WhereKnown,
        Revocation::Required => RevocationRule::Required,
    };
    let constraints = Constraints { revocation, ..Constraints::default() };
    let trust = Trust { signers, timestamps };
    let rules = Rules { trust: &trust, constraints: &constraints, collected: &collected, at };
    let found = found(args, &bytes, &rules)?;
    let inspected = Inspected { file: &args.file, bytes: &bytes, at, found };
    if shell.json {
        shell.print_json(&json::of(&inspected))?;
    } else {
        shell.print(&text::of(&inspected))?;
        for words in inspected.advice() {
            shell.tell(&format!("  help: {words}"));
        }
    }
    Ok(inspected.answer())
}

/// Reads the file as what it is, whatever it is called.
fn found(args: &Args, bytes: &[u8], rules: &Rules<'_>) -> Result<Found, Failure> {
    let refused = |why: String| Failure::usage(format!("{}: {why}", args.file.display()));
    if bytes.is_empty() {
        return Err(refused("the file is empty".to_owned()));
    }
    if is_pdf(bytes) {
        if let Some(content) = &args.content {
            return Err(refused(format!(
                "a PDF holds what was signed: --content {} has no place",
                content.display()
            )));
        }
        let report = countersign_pdf::verify(bytes, rules, DifferencePolicy::default());
        return report.map(Found::Pdf).map_err(|error| unreadable(&args.file, &error));
    }
    let der = input::unarmoured(bytes);
    let beside = |extensions: &[&str]| content(args, extensions);
    if let Ok(token) = TimestampToken::read(&der).or_else(|_| read_token(&der)) {
        let content = beside(&["p7s", "pdf", ""])?;
        let content = content.ok_or_else(|| {
            refused("a timestamp, and what it is over is not beside it".to_owned())
                .help("name what it should be over: --content FILE")
        })?;
        // A signature's timestamp is over its value; any other, over the file's bytes.
        let inner = input::unarmoured(&content.bytes);
        let value = signature_value(&inner).ok().filter(|value| token.expect_over(&[value]).is_ok());
        let status = ades::verify_token(&der, &[value.as_deref().unwrap_or(&content.bytes)], rules);
        return Ok(Found::Timestamp(Box::new(status), Box::new(token), content));
    }
    if signature_value(&der).is_err() {
        return Err(refused("neither a PDF nor a CMS signature nor a timestamp".to_owned())
            .help("certificates and revocation lists are given with --trust and --evidence"));
    }
    let content = beside(&["json", "", "pdf"])?;
    let stamp = sibling(&args.file, "tsr")
        .filter(|path| path.is_file())
        .map(|path| input::read(&path))
        .transpose()?;
    let stamps: Vec<&[u8]> = stamp.iter().map(Vec::as_slice).collect();
    let parts = content.as_ref().map(|content| [content.bytes.as_slice()]);
    let (validation, signature) =
        ades::verify_cms(&der, parts.as_ref().map(<[&[u8]; 1]>::as_slice), &stamps, rules);
    Ok(Found::Cms(Box::new(validation), Box::new(signature), content))
}

/// What to do about what is undetermined.
const ADVICE: [(SubIndication, &str); 3] = [
    (
        SubIndication::NoCertificateChainFound,
        "where you know the authority that vouches, name its certificate: --trust FILE",
    ),
    (SubIndication::SignedDataNotFound, "name the file that was signed: --content FILE"),
    (SubIndication::TryLater, "a newer revocation list or OCSP answer settles it: --evidence FILE"),
];

/// Why the PDF can't be read, with what to do.
pub(crate) fn unreadable(file: &Path, error: &ReadError) -> Failure {
    let failure = Failure::usage(format!("{}: {error}", file.display()));
    match error {
        ReadError::Encrypted { .. } => failure.help(
            "encrypted files are not read here; `qpdf --decrypt` makes a copy that is, without the signatures it may have",
        ),
        ReadError::NoStartxref { .. } => failure.help("the end of the file is missing: get it whole"),
        _ => failure,
    }
}

/// A PDF says so in its first bytes (ISO 32000-2 §7.5.2); some have junk before.
fn is_pdf(bytes: &[u8]) -> bool {
    let head = bytes.get(..1024).unwrap_or(bytes);
    head.windows(5).any(|five| five == b"%PDF-")
}

/// What the file is over: as given, else the file of the same name with another extension, else nothing.
fn content(args: &Args, extensions: &[&str]) -> Result<Option<Content>, Failure> {
    let mut beside = extensions.iter().filter_map(|extension| sibling(&args.file, extension));
    let path = args.content.clone().or_else(|| beside.find(|path| path.is_file()));
    path.map(|path| input::read(&path).map(|bytes| Content { path, bytes })).transpose()
}

/// The file beside this one with another extension; `None` where that is the file itself.
fn sibling(file: &Path, extension: &str) -> Option<PathBuf> {
    Some(file.with_extension(extension)).filter(|path| path != file)
}

impl Inspected<'_> {
    /// Yes only where every signature holds; no where one does not, or there is none.
    fn answer(&self) -> Exit {
        let of = |conclusion: &Conclusion| match conclusion.indication() {
            Indication::TotalPassed => Exit::Yes,
            Indication::Indeterminate => Exit::Undetermined,
            Indication::TotalFailed => Exit::No,
        };
        match &self.found {
            Found::Cms(validation, ..) => of(&validation.conclusion),
            Found::Timestamp(status, ..) => of(&status.conclusion),
            Found::Pdf(report) => {
                let each = report.signatures.iter().map(|one| match one.changed {
                    ChangeVerdict::Forbidden | ChangeVerdict::Uncovered => Exit::No,
                    _ if !one.is_present => Exit::No,
                    ChangeVerdict::Suspicious(_) => of(one.conclusion()).max(Exit::Undetermined),
                    ChangeVerdict::Untouched | ChangeVerdict::AsPermitted(_) => of(one.conclusion()),
                });
                let somebody = report.signatures.iter().any(|one| one.purpose == Purpose::Signature);
                each.max().filter(|_| somebody).unwrap_or(Exit::No)
            }
        }
    }

    /// What would settle what is undetermined.
    fn advice(&self) -> Vec<&'static str> {
        let conclusions: Vec<&Conclusion> = match &self.found {
            Found::Cms(validation, ..) => vec![&validation.conclusion],
            Found::Timestamp(status, ..) => vec![&status.conclusion],
            Found::Pdf(report) => report.signatures.iter().map(PdfSignature::conclusion).collect(),
        };
        let lacks = |wanted: &SubIndication| conclusions.iter().any(|one| one.sub() == Some(*wanted));
        ADVICE.iter().filter(|(sub, _)| lacks(sub)).map(|(_, words)| *words).collect()
    }

    fn answer_word(&self) -> &'static str {
        match self.answer() {
            Exit::Yes => "yes",
            Exit::No => "no",
            Exit::Undetermined | Exit::Usage => "undetermined",
        }
    }

    fn digest(&self) -> String {
        sha256(self.bytes).to_string()
    }
}
