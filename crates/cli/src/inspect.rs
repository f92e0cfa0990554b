//! `countersign inspect FILE`: who signed which bytes when. Whether that bound anybody is not asked here.

mod json;
mod text;

use std::path::{Path, PathBuf};

use countersign_authority::model::time::Instant;
use countersign_notation::digest::sha256;

use countersign_pdf::{ChangeVerdict, DifferencePolicy, PdfReport};
use countersign_signature::ades::{
    self, Conclusion, Constraints, Evidence, Indication, RevocationRule, Rules, StampStatus, Trust,
    Validation,
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
    Cms(Box<Validation>, Box<Result<VerifiedSignature, SignatureError>>),
    Timestamp(Box<StampStatus>, Box<TimestampToken>),
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
    }
    Ok(inspected.answer())
}

/// Reads the file as what it is, whatever it is called.
fn found(args: &Args, bytes: &[u8], rules: &Rules<'_>) -> Result<Found, Failure> {
    let refused = |why: String| Failure::usage(format!("{}: {why}", args.file.display()));
    if is_pdf(bytes) {
        let report = countersign_pdf::verify(bytes, rules, DifferencePolicy::default());
        return report.map(Found::Pdf).map_err(|error| refused(error.to_string()));
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
        let value = signature_value(&content).ok().filter(|value| token.expect_over(&[value]).is_ok());
        let over = value.unwrap_or(content);
        let status = ades::verify_token(&der, &[&over], rules);
        return Ok(Found::Timestamp(Box::new(status), Box::new(token)));
    }
    if signature_value(&der).is_err() {
        return Err(refused("neither a PDF nor a CMS signature nor a timestamp".to_owned())
            .help("certificates and revocation lists are given with --trust and --evidence"));
    }
    let content = beside(&["json", ""])?;
    let stamp = sibling(&args.file, "tsr")
        .filter(|path| path.is_file())
        .map(|path| input::read(&path))
        .transpose()?;
    let stamps: Vec<&[u8]> = stamp.iter().map(Vec::as_slice).collect();
    let parts = content.as_deref().map(|content| [content]);
    let (validation, signature) =
        ades::verify_cms(&der, parts.as_ref().map(<[&[u8]; 1]>::as_slice), &stamps, rules);
    Ok(Found::Cms(Box::new(validation), Box::new(signature)))
}

/// A PDF says so in its first bytes (ISO 32000-2 §7.5.2); some have junk before.
fn is_pdf(bytes: &[u8]) -> bool {
    let head = bytes.get(..1024).unwrap_or(bytes);
    head.windows(5).any(|five| five == b"%PDF-")
}

/// What the file is over: as given, else the file of the same name with another extension, else nothing.
fn content(args: &Args, extensions: &[&str]) -> Result<Option<Vec<u8>>, Failure> {
    if let Some(path) = &args.content {
        return input::read(path).map(Some);
    }
    let mut beside = extensions.iter().filter_map(|extension| sibling(&args.file, extension));
    beside.find(|path| path.is_file()).map(|path| input::read(&path)).transpose()
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
            Found::Cms(validation, _) => of(&validation.conclusion),
            Found::Timestamp(status, _) => of(&status.conclusion),
            Found::Pdf(report) => {
                let each = report.signatures.iter().map(|one| match one.changed {
                    ChangeVerdict::Forbidden | ChangeVerdict::Uncovered => Exit::No,
                    _ if !one.is_present => Exit::No,
                    ChangeVerdict::Suspicious(_) => of(one.conclusion()).max(Exit::Undetermined),
                    ChangeVerdict::Untouched | ChangeVerdict::AsPermitted(_) => of(one.conclusion()),
                });
                each.max().unwrap_or(Exit::No)
            }
        }
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
