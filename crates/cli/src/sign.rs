//! `countersign sign FILE.pdf`: a PAdES signature on any PDF, appended to it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use countersign_authority::model::time::Instant;
use countersign_notation::digest::sha256;
use countersign_notation::time::rfc3339;
use countersign_pdf::appearance::{AppearanceError, Font, LayoutError, Length, Rectangle};
use countersign_pdf::dss::{Evidence, add_validation_data};
use countersign_pdf::sign::{
    Meaning, Permission, Place, PrepareError, SignPdfError, SignatureRequest, SigningDate, VisibleBox, sign,
    sign_with_timestamp,
};
use countersign_pdf::timestamp::timestamp;
use countersign_pdf::{DifferencePolicy, Document, ReadError};
use countersign_signature::ades;
use countersign_signature::{Claim, Signer, ValidationData};
use countersign_verify::evidence::holds;
use countersign_verify::trust::{self, Item};
use serde_json::json;

use crate::exit::{Exit, Failure};
use crate::inspect::unreadable;
use crate::shell::Shell;
use crate::stamp::{ForPdf, TsaArgs, outcome_json, outcome_words};
use crate::{input, keys};

/// What `sign` is given.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  countersign sign agreement.pdf --key dahl --capacity MFA
  countersign sign agreement.pdf --key dahl --capacity MFA --entity 'Republic of Ruritania' \\
      --title 'Foreign Minister' --visible 1,72,72,200,70 --tsa http://tsa.example/
  countersign sign agreement.pdf --key dahl --tsa http://tsa.example/ --level b-lta \\
      --evidence house-ca.crl

What was there stays as it is, earlier signatures too: the signature is appended. Where no timestamp can
be had nothing is signed; a local clock never takes its place.")]
pub(crate) struct Args {
    /// The PDF
    file: PathBuf,
    /// The key that signs: its name, a PKCS#12 file, or pkcs11:token=…;object=…
    #[arg(long, value_name = "KEY")]
    key: String,
    /// The folder of keys
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
    /// The signed PDF; the file's name with `.signed.pdf` where not given
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// In what capacity one signs: an office, or `person`
    #[arg(long, value_name = "CAPACITY", value_parser = words)]
    capacity: Option<String>,
    /// For whom one signs; stands above the name in a visible signature
    #[arg(long, value_name = "NAME", value_parser = words)]
    entity: Option<String>,
    /// The signer's name; the certificate's where not given
    #[arg(long, value_parser = words)]
    name: Option<String>,
    /// The signer's title; stands behind the name in a visible signature
    #[arg(long, value_parser = words)]
    title: Option<String>,
    /// Why, in words
    #[arg(long, value_name = "WORDS", value_parser = words)]
    reason: Option<String>,
    /// Where
    #[arg(long, value_name = "PLACE", value_parser = words)]
    location: Option<String>,
    /// The signature field: an empty one of the document, or a new one
    #[arg(long, value_name = "NAME")]
    field: Option<String>,
    /// Certify: say what may still change after this, the first signature
    #[arg(long, value_name = "WHAT")]
    certify: Option<Certify>,
    /// Show the signature in a box, in points from the page's lower left corner
    #[arg(long, value_name = "PAGE,X,Y,W,H", value_parser = place)]
    visible: Option<Place>,
    /// A TrueType font for the box, where the letters of Noto Sans are not enough
    #[arg(long, value_name = "FILE.ttf", requires = "visible")]
    font: Option<PathBuf>,
    #[command(flatten)]
    tsa: TsaArgs,
    /// How much for later goes in: b-t where --tsa is given, else b-b
    #[arg(long)]
    level: Option<Level>,
    /// Certificates, revocation lists and OCSP answers for levels b-lt and b-lta, PEM or DER
    #[arg(long, value_name = "FILE")]
    evidence: Vec<PathBuf>,
    /// When one says one signs; now where not given
    #[arg(long, value_name = "TIME", value_parser = input::instant)]
    at: Option<Instant>,
}

/// What a certification lets happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Certify {
    /// Nothing else
    NoChanges,
    /// Filling in forms and signing
    Forms,
    /// Also comments
    Comments,
}

impl From<Certify> for Permission {
    fn from(certify: Certify) -> Self {
        match certify {
            Certify::NoChanges => Self::NoChanges,
            Certify::Forms => Self::FormFilling,
            Certify::Comments => Self::Annotations,
        }
    }
}

/// Baseline levels (ETSI EN 319 142-1 §6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
enum Level {
    /// The signature
    #[value(name = "b-b")]
    BB,
    /// With a timestamp over it
    #[value(name = "b-t")]
    BT,
    /// With certificates and revocation data
    BLt,
    /// With a timestamp over all of it
    BLta,
}

impl Level {
    fn word(self) -> &'static str {
        match self {
            Self::BB => "B-B",
            Self::BT => "B-T",
            Self::BLt => "B-LT",
            Self::BLta => "B-LTA",
        }
    }
}

pub(crate) fn run(args: &Args, shell: &mut Shell) -> Result<Exit, Failure> {
    // First: no key is asked to sign, and no authority to stamp, what can't be written.
    let output = args.output.clone().unwrap_or_else(|| beside(&args.file));
    input::free(&output)?;
    let authorities = args.tsa.authorities()?;
    let stamps = authorities.as_ref().map(ForPdf::new);
    let level = level(args.level, stamps.is_some())?;
    let signer = keys::signer(&args.key, args.keys.as_deref())?;
    let signer = signer.as_ref();
    let at = args.at.unwrap_or_else(|| shell.now());
    if !holds(signer.certificate(), at) {
        return Err(Failure::usage(format!(
            "the certificate of key {} does not hold at {}, the time of signing",
            args.key,
            rfc3339(at)
        ))
        .help("`countersign key list` shows from when until when each holds"));
    }
    let font = args.font.as_deref().map(input::read).transpose()?;
    let request = request(args, signer, at, font.as_deref())?;
    let evidence = evidence(&args.evidence)?;
    let base = input::read(&args.file)?;
    let work = Work { request: &request, signer, stamps: stamps.as_ref(), level, evidence: &evidence };
    let signed = work.signed(&base).and_then(|(bytes, field)| {
        let reached = read_back(&bytes, &field, unix_seconds(at))?;
        Ok((bytes, field, reached))
    });
    let (bytes, field, reached) = signed.map_err(|why| why.of(&args.file))?;
    input::create(&output, &bytes)?;
    let outcomes = stamps.as_ref().map(ForPdf::outcomes).unwrap_or_default();
    let value = json!({
        "file": output.display().to_string(),
        "digest": sha256(&bytes).to_string(),
        "base": {"digest": sha256(&base).to_string(), "bytes": base.len()},
        "field": field,
        "signer": signer.certificate().subject(),
        "certificate": sha256(signer.certificate().as_der()).to_string(),
        "algorithm": signer.algorithm().to_string(),
        "level": reached,
        "capacity": args.capacity,
        "timestamps": outcomes.iter().map(outcome_json).collect::<Vec<_>>(),
    });
    if reached != level.word() {
        shell.tell(&format!(
            "the level asked for is {}, and the file has come to {reached}: it holds no revocation data for every certificate",
            level.word()
        ));
        shell.tell("  help: revocation lists and OCSP answers of the signer's and the timestamp's authorities go in with --evidence");
    }
    if shell.json {
        shell.print_json(&value)?;
        return Ok(Exit::Yes);
    }
    let mut text = format!(
        "{} · {field} · {} · {} · {}\n",
        output.display(),
        signer.certificate().subject(),
        reached,
        sha256(&bytes)
    );
    for outcome in &outcomes {
        text.push_str(&format!("  timestamp {}\n", outcome_words(outcome)));
    }
    shell.print(&text)?;
    Ok(Exit::Yes)
}

/// The level asked for, with what it needs.
fn level(asked: Option<Level>, has_authority: bool) -> Result<Level, Failure> {
    let level = asked.unwrap_or(if has_authority { Level::BT } else { Level::BB });
    match (level, has_authority) {
        (Level::BB, true) => Err(Failure::usage("--level b-b has no timestamp, and --tsa asks for one")
            .help("leave one of the two out")),
        (Level::BT | Level::BLt | Level::BLta, false) => {
            Err(Failure::usage(format!("level {} has a timestamp", level.word()))
                .help("name an authority to ask: --tsa URL"))
        }
        (level, _) => Ok(level),
    }
}

/// `agreement.signed.pdf`, beside `agreement.pdf`.
fn beside(file: &Path) -> PathBuf {
    let mut name: OsString = file.file_stem().unwrap_or(file.as_os_str()).to_owned();
    name.push(".signed.pdf");
    file.with_file_name(name)
}

/// What a later reader will need, from files.
pub(crate) fn evidence(files: &[PathBuf]) -> Result<ValidationData, Failure> {
    let mut data = ValidationData::default();
    for path in files {
        let items = trust::read(&input::read(path)?)
            .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
        for item in items {
            match item {
                Item::Certificate(certificate) => data.certificates.push(*certificate),
                Item::Crl(der) => data.crls.push(der),
                Item::Ocsp(der) => data.ocsps.push(der),
            }
        }
    }
    Ok(data)
}

fn request<'f>(
    args: &Args,
    signer: &dyn Signer,
    at: Instant,
    font: Option<&'f [u8]>,
) -> Result<SignatureRequest<'f>, Failure> {
    let subject = signer.certificate().subject_name();
    let name = args.name.clone().or_else(|| subject.common_name().map(str::to_owned));
    let date = SigningDate::utc(unix_seconds(at)).map_err(|error| Failure::usage(error.to_string()))?;
    let visible = match args.visible {
        None => None,
        Some(place) => {
            let font = match font {
                Some(bytes) => Font::new(bytes),
                None => Font::noto_sans(),
            };
            Some(VisibleBox {
                place: Some(place),
                entity: args.entity.clone(),
                title: args.title.clone(),
                font: font.map_err(|error| Failure::usage(format!("the font: {error}")))?,
            })
        }
    };
    Ok(SignatureRequest {
        field: args.field.clone(),
        name,
        meaning: args.reason.clone().map(Meaning::Reason),
        location: args.location.clone(),
        claims: args.capacity.iter().map(|capacity| Claim::capacity(capacity)).collect(),
        certify: args.certify.map(Permission::from),
        visible,
        ..SignatureRequest::new(date)
    })
}

/// What is signed, by whom, and what goes in beside it.
struct Work<'a> {
    request: &'a SignatureRequest<'a>,
    signer: &'a dyn Signer,
    stamps: Option<&'a ForPdf<'a>>,
    level: Level,
    evidence: &'a ValidationData,
}

impl Work<'_> {
    /// The signed file, level by level, and the field's name.
    fn signed(&self, base: &[u8]) -> Result<(Vec<u8>, String), Fault> {
        let document = Document::read(base).map_err(Fault::Unreadable)?;
        let signed = match self.stamps {
            None => sign(&document, self.request, self.signer),
            Some(stamps) => sign_with_timestamp(&document, self.request, self.signer, stamps),
        };
        let signed = signed?.to_bytes();
        let document = open(&signed)?;
        let field = newest_field(&document)?;
        let Some(stamps) = self.stamps.filter(|_| self.level >= Level::BLt) else {
            return Ok((signed, field));
        };
        let mut data = self.evidence.clone();
        data.certificates.push(self.signer.certificate().clone());
        data.certificates.extend(self.signer.chain().iter().cloned());
        data.certificates.extend(stamps.certificates());
        let long_term = add_validation_data(&document, &[Evidence { field: &field, data: &data }])
            .map_err(Fault::other)?
            .to_bytes();
        if self.level == Level::BLt {
            return Ok((long_term, field));
        }
        let archived = timestamp(&open(&long_term)?, None, stamps).map_err(Fault::other)?;
        Ok((archived.to_bytes(), field))
    }
}

/// Reads what was signed at a moment (unix seconds) as `inspect` will, and says which level it has come to: what can't be
/// verified afterwards is not handed out.
pub(crate) fn read_back(bytes: &[u8], field: &str, at: i64) -> Result<&'static str, Fault> {
    let (trust, constraints) = (ades::Trust::default(), ades::Constraints::default());
    let collected = ades::Evidence::default();
    let rules = ades::Rules { trust: &trust, constraints: &constraints, collected: &collected, at };
    let report =
        countersign_pdf::verify(bytes, &rules, DifferencePolicy::default()).map_err(Fault::NotReadBack)?;
    let signature = report.signatures.iter().find(|one| one.field == field);
    let validation = signature.and_then(|one| one.validation());
    let level = validation.and_then(|validation| validation.level);
    level.map(ades::Level::word).ok_or_else(|| {
        Fault::other(validation.map_or_else(
            || format!("the signed file has no signature `{field}`"),
            |validation| format!("the signed file could not be verified: {}", validation.conclusion),
        ))
    })
}

/// The field of the newest signature.
pub(crate) fn newest_field(document: &Document<'_>) -> Result<String, Fault> {
    let signatures = document.signatures().map_err(Fault::NotReadBack)?;
    let newest = signatures.iter().max_by_key(|signature| signature.revision);
    Ok(newest.map(|signature| signature.field_name.clone()).unwrap_or_default())
}

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("{0}")]
    Unreadable(ReadError),
    #[error("{0}")]
    Sign(#[from] SignPdfError),
    #[error("signed, it could not be verified afterwards, so nothing was written: {0}")]
    NotReadBack(ReadError),
    #[error("{0}")]
    Other(String),
}

impl Fault {
    fn other(why: impl ToString) -> Self {
        Self::Other(why.to_string())
    }

    /// With the file at fault, and what to do.
    pub(crate) fn of(&self, file: &Path) -> Failure {
        let failure = Failure::usage(format!("{}: {self}", file.display()));
        let layout = |error: &SignPdfError| {
            matches!(
                error,
                SignPdfError::Prepare(PrepareError::Appearance(AppearanceError::Layout(
                    LayoutError::Unwritable { .. }
                )))
            )
        };
        match self {
            Self::Unreadable(error) => unreadable(file, error),
            Self::NotReadBack(_) => failure.help(
                "the document itself is damaged there; `qpdf IN.pdf OUT.pdf` mends one that nobody has signed yet",
            ),
            Self::Sign(SignPdfError::Timestamp(_)) => failure.help(
                "nothing was signed; a second --tsa is asked where the first fails, and without --tsa the level is B-B",
            ),
            Self::Sign(error) if layout(error) => failure.help("--font FILE.ttf takes one that has these letters"),
            Self::Sign(_) | Self::Other(_) => failure,
        }
    }
}

pub(crate) fn open(bytes: &[u8]) -> Result<Document<'_>, Fault> {
    Document::read(bytes).map_err(Fault::NotReadBack)
}

/// Words that say something.
fn words(words: &str) -> Result<String, String> {
    if words.trim().is_empty() {
        Err("it says nothing: leave it out, or say it".to_owned())
    } else {
        Ok(words.to_owned())
    }
}

pub(crate) fn unix_seconds(at: Instant) -> i64 {
    i64::try_from(at.0.div_euclid(1_000_000_000)).unwrap_or(i64::MAX)
}

/// `PAGE,X,Y,W,H`: a page from 1, the rest in points.
fn place(words: &str) -> Result<Place, String> {
    let expected = || format!("`{words}`: expected PAGE,X,Y,W,H, as in 1,72,72,200,70 (points)");
    let parts: Vec<&str> = words.split(',').map(str::trim).collect();
    let [page, x, y, width, height] = parts.as_slice() else { return Err(expected()) };
    let page = page
        .parse()
        .ok()
        .filter(|page| *page > 0)
        .ok_or_else(|| format!("`{page}` is no page: the first one is 1"))?;
    let length = |words: &str| {
        let number = words.parse::<f64>().map_err(|_| format!("`{words}` is no number of points"))?;
        Length::from_points(number).ok_or_else(|| format!("`{words}` points are on no page"))
    };
    let size = |words: &str| {
        let positive = words.parse::<f64>().map_or(true, |number| number > 0.0);
        if positive {
            length(words)
        } else {
            Err(format!("`{words}`: a box has a width and a height, more than 0"))
        }
    };
    let rectangle = Rectangle { x: length(x)?, y: length(y)?, width: size(width)?, height: size(height)? };
    Ok(Place { page, rectangle })
}
