//! What lies where in a bundle, and how large it may be.

use super::sha256;
use countersign_authority::model::name::Digest;
use countersign_tlog::checkpoint::Origin;

/// Bound on a bundle, packed and unpacked: it is held in memory whole (1 GiB).
pub const BUNDLE_MAX: u64 = 1 << 30;
/// Bound on acts, withheld ones among them: their numbers have four digits.
pub const ACTS_MAX: u32 = 9_999;
/// Bound on entries: what a plain zip can count.
pub const ENTRIES_MAX: usize = 65_534;
/// Bound on records: each party may keep one, and so may those who look on.
pub const RECORDS_MAX: usize = 64;
/// Bound on `links.jsonl` (16 MiB): a link has 300 bytes and its dossier's id, which has at most 500.
pub const LINKS_MAX: u64 = 16 << 20;
/// Bound on an act, a signature, a proof, a timestamp and `dossier.json`: the record's bound on an entry (64 KiB).
pub const ACT_FILE_MAX: u64 = 64 << 10;
/// Bound on a document (100 MB).
pub const DOCUMENT_MAX: u64 = 100_000_000;
/// Bound on a map, terms or policy (1 MiB): they are written and read by people.
pub const NOTATION_MAX: u64 = 1 << 20;
/// Bound on a certificate, CRL or OCSP answer (16 MiB): the largest CRLs in use have about 10.
pub const TRUST_MAX: u64 = 16 << 20;
/// An entry larger than [`RATIO_FLOOR`] may unpack to at most this many times its packed length. Texts reach 10, a PDF with
/// room left for signatures 100; deflate's own limit is 1032.
pub const RATIO_MAX: u64 = 200;
/// Up to this length (64 KiB, an act's) any ratio is harmless.
pub const RATIO_FLOOR: u64 = ACT_FILE_MAX;
/// Bound on a name in the zip: unpacked below a home directory it stays within Windows' 260.
pub(super) const PATH_MAX: usize = 200;

pub(super) const MANIFEST: &str = "dossier.json";
pub(super) const README: &str = "README.txt";

/// What an entry is, by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Manifest,
    Readme,
    Act { number: u32, id: Digest, part: ActPart },
    Document { digest: Digest, extension: String },
    Named { folder: Folder, name: String },
    Record { record: RecordKey, part: RecordPart },
}

/// A record's folder: the first bytes of its origin's SHA-256. An origin itself is no name for a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RecordKey([u8; 8]);

/// The files of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RecordPart {
    Origin,
    Links,
    Head,
    Proof(Digest),
    Salt(Digest),
}

/// The files of an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ActPart {
    Json,
    P7s,
    TlogProof,
    Salt,
    Tsr,
}

/// Folders whose files have names of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Folder {
    Maps,
    Terms,
    Policies,
    Trust,
}

impl ActPart {
    pub(super) const ALL: [Self; 5] = [Self::Json, Self::P7s, Self::TlogProof, Self::Salt, Self::Tsr];

    fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::P7s => "p7s",
            Self::TlogProof => "tlog-proof",
            Self::Salt => "salt",
            Self::Tsr => "tsr",
        }
    }
}

impl RecordKey {
    pub(super) fn of(origin: &Origin) -> Self {
        let [a, b, c, d, e, f, g, h, ..] = sha256(origin.as_str().as_bytes()).0;
        Self([a, b, c, d, e, f, g, h])
    }

    fn read(hex: &str) -> Option<Self> {
        let digits = hex.len() == 16 && hex.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'));
        digits.then(|| u64::from_str_radix(hex, 16).ok().map(|key| Self(key.to_be_bytes()))).flatten()
    }

    fn hex(self) -> String {
        format!("{:016x}", u64::from_be_bytes(self.0))
    }

    /// The name of one of its files.
    pub(super) fn path(self, part: RecordPart) -> String {
        let file = match part {
            RecordPart::Origin => "origin.txt".to_owned(),
            RecordPart::Links => "links.jsonl".to_owned(),
            RecordPart::Head => "head.tlog-proof".to_owned(),
            RecordPart::Proof(id) => format!("{}.tlog-proof", id.hex()),
            RecordPart::Salt(id) => format!("{}.salt", id.hex()),
        };
        format!("records/{}/{file}", self.hex())
    }
}

impl RecordPart {
    fn read(file: &str) -> Option<Self> {
        Some(match file {
            "origin.txt" => Self::Origin,
            "links.jsonl" => Self::Links,
            "head.tlog-proof" => Self::Head,
            _ => match file.split_once('.')? {
                (id, "tlog-proof") => Self::Proof(read_digest(id)?),
                (id, "salt") => Self::Salt(read_digest(id)?),
                _ => return None,
            },
        })
    }
}

impl Folder {
    pub(super) const ALL: [Self; 4] = [Self::Maps, Self::Terms, Self::Policies, Self::Trust];

    /// The folder's name, and what its files' names must end in.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Maps => ("maps", ".authority"),
            Self::Terms => ("terms", ".terms"),
            Self::Policies => ("policies", ".policy"),
            Self::Trust => ("trust", ""),
        }
    }

    /// Whether a file may bear this name here.
    fn accepts(self, name: &str) -> bool {
        let stem = name.strip_suffix(self.names().1).unwrap_or_default();
        let mut chars = stem.chars();
        chars.next().is_some_and(|c| c.is_ascii_alphanumeric())
            && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
    }
}

impl Place {
    /// Where an entry of this name belongs; `None` where a bundle has no place for it.
    pub(super) fn of(path: &str) -> Option<Self> {
        match path {
            MANIFEST => return Some(Self::Manifest),
            README => return Some(Self::Readme),
            _ => {}
        }
        let (folder, file) = path.split_once('/')?;
        match folder {
            "acts" => {
                let (number, rest) = file.split_once('-')?;
                let (id, extension) = rest.split_once('.')?;
                let part = ActPart::ALL.into_iter().find(|part| part.extension() == extension)?;
                Some(Self::Act { number: read_number(number)?, id: read_digest(id)?, part })
            }
            "documents" => {
                let (digest, extension) = file.split_once('.')?;
                let digest = read_digest(digest)?;
                is_extension(extension).then(|| Self::Document { digest, extension: extension.to_owned() })
            }
            "records" => {
                let (record, file) = file.split_once('/')?;
                Some(Self::Record { record: RecordKey::read(record)?, part: RecordPart::read(file)? })
            }
            _ => {
                let folder = Folder::ALL.into_iter().find(|known| known.names().0 == folder)?;
                folder.accepts(file).then(|| Self::Named { folder, name: file.to_owned() })
            }
        }
    }

    /// The entry's name.
    pub(super) fn path(&self) -> String {
        match self {
            Self::Manifest => MANIFEST.to_owned(),
            Self::Readme => README.to_owned(),
            Self::Act { number, id, part } => act_path(*number, id, *part),
            Self::Document { digest, extension } => format!("documents/{}.{extension}", digest.hex()),
            Self::Named { folder, name } => format!("{}/{name}", folder.names().0),
            Self::Record { record, part } => record.path(*part),
        }
    }

    /// How many bytes it may have.
    pub(super) fn limit(&self) -> u64 {
        match self {
            Self::Record { part: RecordPart::Links, .. } => LINKS_MAX,
            Self::Manifest | Self::Readme | Self::Act { .. } | Self::Record { .. } => ACT_FILE_MAX,
            Self::Document { .. } => DOCUMENT_MAX,
            Self::Named { folder: Folder::Trust, .. } => TRUST_MAX,
            Self::Named { .. } => NOTATION_MAX,
        }
    }
}

/// The name of one of an act's files.
pub(super) fn act_path(number: u32, id: &Digest, part: ActPart) -> String {
    format!("acts/{number:04}-{}.{}", id.hex(), part.extension())
}

/// Four digits, `0001` and up.
fn read_number(text: &str) -> Option<u32> {
    let digits = text.len() == 4 && text.bytes().all(|digit| digit.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn read_digest(hex: &str) -> Option<Digest> {
    Digest::parse(&format!("sha256:{hex}"))
}

/// What a document's name may end in: `pdf`, `txt`, `tar.gz`.
fn is_extension(text: &str) -> bool {
    text.len() <= 16
        && text.split('.').all(|part| {
            !part.is_empty() && part.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        })
}
