//! What is wrong with a bundle: the entry, both sides, and what to do.

use super::layout::{ACTS_MAX, BUNDLE_MAX, ENTRIES_MAX, RATIO_MAX, RECORDS_MAX};
use super::manifest::ManifestFault;
use countersign_agreement::record::LinkError;
use countersign_authority::model::name::Digest;
use countersign_tlog::checkpoint::BadOrigin;

/// Why a bundle is not read or not written. Entries are named as in the zip, control characters escaped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// No end record.
    #[error("this is not a bundle, or it was cut off: it does not end as a zip does; fetch it again")]
    NotAZip,
    /// Something follows the end record, a comment for one.
    #[error("{bytes} bytes follow the end of the zip: a bundle ends with its zip; fetch it again")]
    DataAfterEnd {
        /// How many.
        bytes: usize,
    },
    /// The whole file, or all that it unpacks to.
    #[error("the bundle has {length} bytes, the limit is {BUNDLE_MAX}; export fewer documents")]
    TooLarge {
        /// Its length, packed or unpacked, in bytes.
        length: u64,
    },
    /// Large files and split files.
    #[error("the bundle is a zip64 or a split zip, which a bundle never is; write it again as a plain zip")]
    Zip64,
    /// The directory isn't where the end record says.
    #[error(
        "the zip's directory is not where its end says: expected it to end at {expected}, found {found}; fetch it again"
    )]
    Directory {
        /// Where the end record begins.
        expected: u64,
        /// Where the directory ends.
        found: u64,
    },
    /// The directory does not hold as many entries as the end record says.
    #[error("the zip's end says {expected} entries, its directory is cut off after {found}; fetch it again")]
    EntryCount {
        /// What the end record says.
        expected: u16,
        /// How many can be read.
        found: usize,
    },
    /// Overlapping entries, or bytes between them.
    #[error(
        "`{entry}` begins at byte {found}, the entry before it ends at {expected}: entries must not overlap or hide bytes; do not trust this file"
    )]
    Gap {
        /// The entry.
        entry: String,
        /// Where the one before ends.
        expected: u64,
        /// Where it says it begins.
        found: u64,
    },
    /// An entry's two headers differ: two tools would see two files.
    #[error(
        "`{entry}` has one {header} in the zip's directory and another at its place; do not trust this file"
    )]
    HeadersDiffer {
        /// The entry.
        entry: String,
        /// What differs.
        header: Header,
    },
    /// Encrypted.
    #[error("`{entry}` is encrypted; write the bundle again without a password")]
    Encrypted {
        /// The entry.
        entry: String,
    },
    /// Streamed, or another feature that is not used here.
    #[error("`{entry}` uses zip flags {flags:#06x}, a bundle uses none; write it again as a plain zip")]
    Flags {
        /// The entry.
        entry: String,
        /// The flags.
        flags: u16,
    },
    /// Extra fields that change a name or a size, or don't parse.
    #[error(
        "`{entry}` has extra zip fields that change what it is (zip64, another name); write it again as a plain zip"
    )]
    Extra {
        /// The entry.
        entry: String,
    },
    /// Neither stored nor deflated.
    #[error(
        "`{entry}` is packed by method {method}, a bundle stores (0) or deflates (8); write it again as a plain zip"
    )]
    Method {
        /// The entry.
        entry: String,
        /// The method's number.
        method: u16,
    },
    /// No regular file.
    #[error("`{entry}` is {kind}, a bundle holds files alone; remove it{}", .kind.hint())]
    NotAFile {
        /// The entry.
        entry: String,
        /// What it is.
        kind: Kind,
    },
    /// A name that no bundle has.
    #[error("`{entry}`: {fault}; do not unpack this file")]
    Path {
        /// The entry.
        entry: String,
        /// What is wrong with it.
        fault: BadPath,
    },
    /// The same name again.
    #[error("`{entry}` is there twice; do not trust this file")]
    Twice {
        /// The entry.
        entry: String,
    },
    /// One name on file systems that don't tell case apart.
    #[error(
        "`{entry}` and `{other}` differ in case alone: unpacked on some systems one would replace the other; rename one"
    )]
    CaseTwice {
        /// The entry.
        entry: String,
        /// The one before it.
        other: String,
    },
    /// A file of a kind that a bundle has no place for.
    #[error(
        "`{entry}` has no place in a bundle; remove it, or check that this program is not older than the bundle"
    )]
    Unknown {
        /// The entry.
        entry: String,
    },
    /// One entry, as the directory says.
    #[error("`{entry}` has {size} bytes, the limit there is {limit}; leave it out or split it")]
    EntryTooLarge {
        /// The entry.
        entry: String,
        /// Its length unpacked, in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// Too well packed to be anything but a bomb.
    #[error(
        "`{entry}` unpacks {packed} bytes to {size}, more than {RATIO_MAX} times as many: this is a zip bomb; do not unpack it"
    )]
    Ratio {
        /// The entry.
        entry: String,
        /// Its length packed, in bytes.
        packed: u64,
        /// Its length unpacked, in bytes.
        size: u64,
    },
    /// Does not unpack, or not to what the directory says.
    #[error(
        "`{entry}` is damaged: it does not unpack to the {size} bytes and checksum that the zip states; fetch the bundle again"
    )]
    Damaged {
        /// The entry.
        entry: String,
        /// Its length as stated, in bytes.
        size: u64,
    },
    /// `dossier.json` is not there.
    #[error("`dossier.json` is missing: this is a zip but not a bundle")]
    NoManifest,
    /// `dossier.json` says something else than it should.
    #[error("`dossier.json`: {fault}")]
    Manifest {
        /// What.
        fault: ManifestFault,
    },
    /// The bytes are not those that the name promises: altered, or misnamed.
    #[error("`{entry}` has {found}, its name says {named}: it was altered; ask for a fresh export")]
    Digest {
        /// The entry.
        entry: String,
        /// What its name says.
        named: Digest,
        /// SHA-256 of its bytes.
        found: Digest,
    },
    /// Numbers with a gap or out of order.
    #[error(
        "`{entry}` is act {found}, act {expected} is missing: acts are numbered 0001, 0002, … without a gap; ask for a fresh export"
    )]
    ActNumber {
        /// The entry.
        entry: String,
        /// The number that should come.
        expected: u32,
        /// The number found.
        found: u32,
    },
    /// A number that the record's links don't have.
    #[error(
        "`{entry}` is act {found}, and `{links}` has {count} links: the record knows no such act; ask for a fresh export"
    )]
    BeyondLinks {
        /// The entry.
        entry: String,
        /// Its number.
        found: u32,
        /// The entry with the links.
        links: String,
        /// How many it has.
        count: usize,
    },
    /// More acts than are read.
    #[error("the bundle has more than {ACTS_MAX} acts; export a part of the dossier")]
    TooManyActs,
    /// More entries than a plain zip can count.
    #[error("the bundle has more than {ENTRIES_MAX} entries; export a part of the dossier")]
    TooManyEntries,
    /// Two acts of one number.
    #[error("`{entry}` and `{other}` have one number; ask for a fresh export")]
    NumberTwice {
        /// The entry.
        entry: String,
        /// The other.
        other: String,
    },
    /// One act under two numbers.
    #[error("`{entry}` is the same act as `{other}`; ask for a fresh export")]
    ActTwice {
        /// The entry.
        entry: String,
        /// The earlier one.
        other: String,
    },
    /// An act without its signature.
    #[error("`{entry}` has no signature: `{missing}` is missing; ask for a fresh export")]
    NoSignature {
        /// The act.
        entry: String,
        /// The signature's name.
        missing: String,
    },
    /// A signature, proof, salt or timestamp without its act.
    #[error("`{entry}` belongs to no act: `{missing}` is missing; ask for a fresh export")]
    NoAct {
        /// The entry.
        entry: String,
        /// The act's name.
        missing: String,
    },
    /// A salt of another length.
    #[error("`{entry}` has {found} bytes, a salt has 32; ask for a fresh export")]
    Salt {
        /// The entry.
        entry: String,
        /// Its length in bytes.
        found: usize,
    },
    /// More records than are read.
    #[error("the bundle has more than {RECORDS_MAX} records; leave some out")]
    TooManyRecords,
    /// A record's file without the record's origin.
    #[error("`{entry}` is of no record: `{missing}` is missing; ask for a fresh export")]
    NoOrigin {
        /// The entry.
        entry: String,
        /// The origin's name.
        missing: String,
    },
    /// No origin of a log.
    #[error("`{entry}`: {fault}; ask for a fresh export")]
    Origin {
        /// The entry.
        entry: String,
        /// What is wrong with it.
        fault: OriginFault,
    },
    /// A record's folder is named after another origin.
    #[error("`{entry}` is of a record that belongs into `{expected}`; ask for a fresh export")]
    RecordName {
        /// The entry.
        entry: String,
        /// Where an origin like that belongs.
        expected: String,
    },
    /// Not lines.
    #[error("`{entry}` must hold at least one line, and a newline after each; ask for a fresh export")]
    Lines {
        /// The entry.
        entry: String,
    },
    /// A line is no link.
    #[error("`{entry}` line {line}: {fault}; ask for a fresh export")]
    Link {
        /// The entry.
        entry: String,
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        fault: LinkError,
    },
    /// A link at another place than its number.
    #[error(
        "`{entry}` line {line} is link {found}: links are numbered 1, 2, … without a gap; ask for a fresh export"
    )]
    LinkNumber {
        /// The entry.
        entry: String,
        /// Which line, from 1.
        line: usize,
        /// The number found.
        found: u32,
    },
    /// A proof of a head without links.
    #[error(
        "`{entry}` proves a head of which there is no link: `{missing}` is missing; ask for a fresh export"
    )]
    NoLinks {
        /// The entry.
        entry: String,
        /// The name of the links.
        missing: String,
    },
    /// A proof or salt of the bundle's own record, elsewhere than beside its act.
    #[error(
        "`{entry}` is of the bundle's own record, which has such files in `acts/`; ask for a fresh export"
    )]
    OwnRecord {
        /// The entry.
        entry: String,
    },
    /// One document under two names.
    #[error("`{entry}` is the same document as `{other}`; keep one")]
    DocumentTwice {
        /// The entry.
        entry: String,
        /// The other.
        other: String,
    },
}

/// What is wrong with `origin.txt`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OriginFault {
    /// Not one line.
    #[error("it must be one line of printable UTF-8, with a newline after it")]
    NotALine,
    /// Not what a log can be called.
    #[error(transparent)]
    BadOrigin(#[from] BadOrigin),
}

/// What an entry's two headers differ in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Header {
    /// The signature that every header starts with: there is none at its place.
    Place,
    /// The name.
    Name,
    /// The flags.
    Flags,
    /// The method.
    Method,
    /// The checksum.
    Checksum,
    /// The length packed.
    PackedSize,
    /// The length unpacked.
    Size,
}

impl std::fmt::Display for Header {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Place => "header",
            Self::Name => "name",
            Self::Flags => "set of flags",
            Self::Method => "method",
            Self::Checksum => "checksum",
            Self::PackedSize => "packed size",
            Self::Size => "size",
        })
    }
}

/// What an entry is, other than a regular file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A device, pipe or socket.
    Special,
}

impl Kind {
    fn hint(self) -> &'static str {
        match self {
            Self::Directory => " (zip -D leaves directories out)",
            Self::Symlink | Self::Special => "",
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Directory => "a directory",
            Self::Symlink => "a symbolic link",
            Self::Special => "a device, pipe or socket",
        })
    }
}

/// What is wrong with an entry's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPath {
    /// No name at all, or an empty part.
    #[error("a part of the name is empty")]
    Empty,
    /// Starts at the root.
    #[error("the name is absolute")]
    Absolute,
    /// Climbs or stays.
    #[error("the name has a part `.` or `..`")]
    Dots,
    /// A separator on some systems.
    #[error("the name has a backslash")]
    Backslash,
    /// A drive or a stream on some systems.
    #[error("the name has a colon")]
    Colon,
    /// Cut off by some tools.
    #[error("the name has a NUL or another control character")]
    Control,
    /// Look-alikes and encodings.
    #[error("the name is not ASCII")]
    NotAscii,
    /// Beyond 200 bytes.
    #[error("the name is longer than 200 bytes")]
    TooLong,
    /// A device on some systems, whatever its ending.
    #[error("the name is a device on some systems")]
    Device,
    /// Dropped by some systems.
    #[error("a part of the name ends in a dot or a space")]
    Ending,
}
