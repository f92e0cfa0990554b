//! `countersign sign FILE.pdf`: a PAdES signature on any PDF, appended to it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use countersign_authority::model::time::Instant;
use countersign_notation::digest::sha256;
use countersign_pdf::Document;
use countersign_pdf::appearance::{Font, Length, Rectangle};
use countersign_pdf::dss::{Evidence, add_validation_data};
use countersign_pdf::sign::{
    Extended, Meaning, Permission, Place, SignPdfError, SignatureRequest, SigningDate, VisibleBox, sign,
    sign_with_timestamp,
};
use countersign_pdf::timestamp::timestamp;
use countersign_signature::{Claim, Signer, ValidationData};
use serde_json::json;

use crate::exit::{Exit, Failure};
use crate::shell::Shell;
use crate::stamp::Stamps;
use crate::{evidence, input, keys};

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
    #[command(flatten)]
    key: keys::KeyArgs,
    /// The signed PDF; the file's name with `.signed.pdf` where not given
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// In what capacity one signs: an office, or `person`
    #[arg(long, value_name = "CAPACITY")]
    capacity: Option<String>,
    /// For whom one signs; stands above the name in a visible signature
    #[arg(long, value_name = "NAME")]
    entity: Option<String>,
    /// The signer's name; the certificate's where not given
    #[arg(long)]
    name: Option<String>,
    /// The signer's title; stands behind the name in a visible signature
    #[arg(long)]
    title: Option<String>,
    /// Why, in words
    #[arg(long, value_name = "WORDS")]
    reason: Option<String>,
    /// Where
    #[arg(long, value_name = "PLACE")]
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
    /// A timestamp authority; given twice, the second is asked where the first fails
    #[arg(long, value_name = "URL")]
    tsa: Vec<String>,
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
    BB,
    /// With a timestamp over it
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
    let level = level(args)?;
    let output = output(args);
    let signer = keys::signer(&args.key)?;
    let signer: &dyn Signer = signer.as_ref();
    let at = args.at.unwrap_or_else(|| shell.now());
    keys::expect_holding(signer.certificate(), at, &args.key.key)?;
    let font_file = args.font.as_deref().map(input::read).transpose()?;
    let request = request(args, signer, at, font_file.as_deref())?;
    let stamps = (level > Level::BB).then(|| Stamps::new(&args.tsa)).transpose()?;
    let collected = evidence::read(&args.evidence)?;
    let base = input::read(&args.file)?;
    let (bytes, field) = signed(&base, &request, signer, stamps.as_ref(), level, &collected)
        .map_err(|error| error.for_file(&args.file))?;
    input::create(&output, &bytes)?;
    let warnings = stamps.as_ref().map(Stamps::failures).unwrap_or_default();
    for warning in &warnings {
        shell.tell(&format!("note: {warning}"));
    }
    let value = json!({
        "file": output.display().to_string(),
        "digest": sha256(&bytes).to_string(),
        "base": {"digest": sha256(&base).to_string(), "bytes": base.len()},
        "field": field,
        "signer": signer.certificate().subject(),
        "certificate": format!("sha256:{}", sha256(signer.certificate().as_der()).hex()),
        "algorithm": signer.algorithm().to_string(),
        "level": level.word(),
        "capacity": args.capacity,
        "timestamps": stamps.as_ref().map(Stamps::answered).unwrap_or_default(),
    });
    if shell.json {
        shell.print_json(&value)?;
    } else {
        shell.print(&format!(
            "{} · {field} · {} · {} · {}\n",
            output.display(),
            signer.certificate().subject(),
            level.word(),
            value["digest"].as_str().unwrap_or_default()
        ))?;
    }
    Ok(Exit::Yes)
}

fn level(args: &Args) -> Result<Level, Failure> {
    let level = args.level.unwrap_or(if args.tsa.is_empty() { Level::BB } else { Level::BT });
    match (level, args.tsa.is_empty()) {
        (Level::BB, false) => Err(Failure::usage("--level b-b has no timestamp, and --tsa asks for one")
            .help("leave one of the two out")),
        (Level::BB, true) | (_, false) => Ok(level),
        (_, true) => Err(Failure::usage(format!("level {} needs a timestamp", level.word()))
            .help("name an authority: --tsa URL")),
    }
}

fn output(args: &Args) -> PathBuf {
    args.output.clone().unwrap_or_else(|| {
        let mut name: OsString = args.file.file_stem().unwrap_or(args.file.as_os_str()).to_owned();
        name.push(".signed.pdf");
        args.file.with_file_name(name)
    })
}

fn request<'f>(
    args: &Args,
    signer: &dyn Signer,
    at: Instant,
    font: Option<&'f [u8]>,
) -> Result<SignatureRequest<'f>, Failure> {
    let subject = signer.certificate().subject_name();
    let name = args.name.clone().or_else(|| subject.common_name().map(str::to_owned));
    let date = SigningDate::utc(keys::unix_seconds(at)).map_err(|error| Failure::usage(error.to_string()))?;
    let visible = match args.visible {
        None => None,
        Some(place) => {
            let font = font.map_or_else(Font::noto_sans, Font::new);
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

/// Why a PDF was not signed.
struct Fault(String);

impl Fault {
    fn for_file(self, file: &Path) -> Failure {
        Failure::usage(format!("{}: {}", file.display(), self.0))
    }
}

/// The signed file, level by level, and the field's name.
fn signed(
    base: &[u8],
    request: &SignatureRequest<'_>,
    signer: &dyn Signer,
    stamps: Option<&Stamps>,
    level: Level,
    collected: &ValidationData,
) -> Result<(Vec<u8>, String), Fault> {
    let fault = |error: SignPdfError| Fault(error.to_string());
    let document = Document::read(base).map_err(|error| Fault(error.to_string()))?;
    let extended: Extended<'_> = match stamps {
        None => sign(&document, request, signer).map_err(fault)?,
        Some(stamps) => sign_with_timestamp(&document, request, signer, stamps).map_err(fault)?,
    };
    let field = extended.field().to_owned();
    let mut bytes = extended.to_bytes();
    let Some(stamps) = stamps.filter(|_| level >= Level::BLt) else { return Ok((bytes, field)) };
    let read = |bytes: &'_ [u8]| -> Result<(), Fault> {
        Document::read(bytes).map(|_| ()).map_err(|error| Fault(error.to_string()))
    };
    read(&bytes)?;
    let mut data = collected.clone();
    data.certificates.push(signer.certificate().clone());
    data.certificates.extend(signer.chain().iter().cloned());
    data.certificates.extend(stamps.certificates());
    let again = Document::read(&bytes).map_err(|error| Fault(error.to_string()))?;
    let with_data = add_validation_data(&again, &[Evidence { field: &field, data: &data }])
        .map_err(|error| Fault(error.to_string()))?
        .to_bytes();
    bytes = with_data;
    if level == Level::BLta {
        let document = Document::read(&bytes).map_err(|error| Fault(error.to_string()))?;
        let archived = timestamp(&document, None, stamps).map_err(fault)?.to_bytes();
        bytes = archived;
    }
    Ok((bytes, field))
}

/// `PAGE,X,Y,W,H`: a page from 1, the rest in points.
fn place(words: &str) -> Result<Place, String> {
    let expected = || format!("`{words}`: expected PAGE,X,Y,W,H, as in 1,72,72,200,70 (points)");
    let parts: Vec<&str> = words.split(',').map(str::trim).collect();
    let [page, x, y, width, height] = parts.as_slice() else { return Err(expected()) };
    let page = page.parse().ok().filter(|page| *page > 0).ok_or_else(expected)?;
    let length = |words: &str| words.parse::<f64>().ok().and_then(Length::from_points).ok_or_else(expected);
    let rectangle = Rectangle { x: length(x)?, y: length(y)?, width: length(width)?, height: length(height)? };
    Ok(Place { page, rectangle })
}
