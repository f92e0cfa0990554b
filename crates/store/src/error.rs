//! Why the database refused, or could not be asked.

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use countersign_authority::model::name::Digest;
use countersign_authority::model::time::Instant;
use countersign_tlog::hash::Hash;
use countersign_tlog::size::{LeafIndex, TreeSize};

use crate::ledger::{Admission, Tree};
use crate::plan::ACTS_MAX;
use crate::sealed::OpenError;

/// Why the ledger refused, or could not be asked. Wherever it is returned, nothing was changed, but for
/// [`LedgerError::Failed`], after which only asking again can tell.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// Another writer took the seat.
    #[error("seat {held} is fenced: another writer took seat {latest}")]
    Fenced {
        /// The seat of the call.
        held: u64,
        /// The latest.
        latest: u64,
    },
    /// The tree is another than was compared with.
    #[error("the record has moved: {} leaves with root {} are integrated, not {} with root {}",
        found.size, found.root, expected.size, expected.root)]
    Moved {
        /// What the caller believed.
        expected: Tree,
        /// What is there.
        found: Tree,
    },
    /// A checkpoint smaller than the one kept.
    #[error("a checkpoint of {given} leaves can't follow one of {kept}: the record never shrinks")]
    Older {
        /// The size of the call.
        given: TreeSize,
        /// The size kept.
        kept: TreeSize,
    },
    /// Two roots for one size.
    #[error("the record of {size} leaves has the root {kept}, not {given}: one size has one root")]
    Unlike {
        /// The size of both.
        size: TreeSize,
        /// The root of the call.
        given: Hash,
        /// The root kept.
        kept: Hash,
    },
    /// More than there is.
    #[error("{asked} leaves were named where there are {most}")]
    Beyond {
        /// The size of the call.
        asked: TreeSize,
        /// The largest there could be.
        most: TreeSize,
    },
    /// The entry is in its bundle alone.
    #[error(
        "entry {asked} is tidied away: the database has entries from {kept} on, bundles have those before"
    )]
    Tidied {
        /// The index of the call.
        asked: LeafIndex,
        /// The first there is.
        kept: TreeSize,
    },
    /// An act is not what was admitted: a bit of it changed in memory.
    #[error("the act {} is no longer what was admitted: the memory of this machine is faulty", id.hex())]
    Altered {
        /// Its id.
        id: Digest,
    },
    /// Others have more of the record than this database.
    #[error("{}", behind(*known, *here))]
    Behind {
        /// How much was signed, where that is known.
        known: Option<TreeSize>,
        /// How much is integrated here.
        here: TreeSize,
    },
    /// A witness has seen another history of the record.
    #[error(
        "a witness has cosigned another history of this record at {size} leaves than the {here} here, and nothing is signed: \
         keep a copy of all files, then take over a mirror that the witnesses have cosigned, or restore an earlier backup \
         and take it over there"
    )]
    Contradicted {
        /// The size at which it did.
        size: TreeSize,
        /// How much is integrated here.
        here: TreeSize,
    },
    /// An older copy was put back, and what is lost may be of this dossier.
    #[error(
        "{entries} entries of the record are lost from this database since an older copy was put back, and may be acts of \
         dossier {dossier}: import the newest bundle of every dossier that this record exported, such as those sent to the \
         other side"
    )]
    Lost {
        /// How many.
        entries: u64,
        /// The dossier.
        dossier: String,
    },
    /// A bundle says otherwise than the record.
    #[error(
        "RECORD REWRITTEN: number {number} of the dossier is {kept} in our record, and {given} in the bundle"
    )]
    Rewritten {
        /// The number.
        number: u32,
        /// The digest of our link.
        kept: Digest,
        /// The digest of the one given.
        given: Digest,
    },
    /// A bundle shows what the record never had.
    #[error(
        "number {number} of the bundle is none of the record's lost entries: it is not what was signed there"
    )]
    NotLost {
        /// The number.
        number: u32,
    },
    /// No such dossier.
    #[error("there is no dossier {id}")]
    NoDossier {
        /// Its id.
        id: String,
    },
    /// A dossier that is full.
    #[error(
        "the dossier {dossier} has {ACTS_MAX} acts, the most that a bundle can carry, and takes no {}: open another one that \
         refers to it", act.hex()
    )]
    DossierFull {
        /// Its id.
        dossier: String,
        /// The act that was refused.
        act: Digest,
    },
    /// No such act.
    #[error("there is no act {id} in the record")]
    NoAct {
        /// Its id.
        id: String,
    },
    /// A name that other bytes have.
    #[error("the dossier has another {kind} by the name {name}")]
    Taken {
        /// What kind of material.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// Another record gave two chains for one dossier.
    #[error(
        "{origin} has given another link {number} for this dossier before: its chains contradict each other"
    )]
    Forked {
        /// The other record.
        origin: String,
        /// The number of the first link that differs.
        number: u32,
    },
    /// A moment that RFC 3339 has no way to write.
    #[error("a dossier can't be opened at {at}: years are 1 to 9999")]
    Timeless {
        /// The moment.
        at: Instant,
    },
    /// Another program kept the database to itself for as long as was waited.
    #[error("the database is locked: another program has been writing to it for {} ms", waited.as_millis())]
    Locked {
        /// How long was waited.
        waited: Duration,
    },
    /// There is no room for what was to be written.
    #[error("the disk that holds the database is full: nothing was changed; make room and try again")]
    Full,
    /// What is there can't have been written so.
    #[error(
        "the database is damaged ({0}): restore the last backup, then bring it up to the published record from a mirror"
    )]
    Damaged(Damage),
    /// Encrypted, and no key was given.
    #[error("the database is encrypted: give the key of the home")]
    Encrypted,
    /// The key at hand doesn't open what is there.
    #[error("{what} can't be opened with the key at hand")]
    Sealed {
        /// Which value.
        what: String,
        /// Why not.
        source: OpenError,
    },
    /// Written by a newer program.
    #[error("the database has schema {found}, this program knows up to {known}: update the program")]
    Newer {
        /// The version found.
        found: u32,
        /// The newest version known.
        known: u32,
    },
    /// There is no database.
    #[error("there is no database at {}: restore a backup; a new one would begin the record anew", path.display())]
    Absent {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// There is one already.
    #[error("there is a database at {} already", path.display())]
    Present {
        /// Where.
        path: PathBuf,
    },
    /// The storage failed; whether what was asked for was done, only asking again can tell.
    #[error("{doing} failed in the database")]
    Failed {
        /// What was being done.
        doing: &'static str,
        /// What the storage said.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl LedgerError {
    /// Whether trying again later may help, without anybody doing anything to the database.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Locked { .. } | Self::Full | Self::Failed { .. })
    }

    /// Whether a batch was refused because of this act, and would be sequenced without it.
    pub fn blames(&self, act: &Admission) -> bool {
        match self {
            Self::NoDossier { id } => **id == *act.dossier,
            Self::Altered { id } | Self::DossierFull { act: id, .. } => *id == act.id,
            _ => false,
        }
    }
}

/// What is wrong with a damaged database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// Not a database at all.
    #[error("the file is not a database")]
    NotADatabase,
    /// A file with nothing in it.
    #[error("the file is empty: it was cut off, or creating it was interrupted")]
    Empty,
    /// A database, but not one of this program.
    #[error("the file is a database of another program")]
    Foreign,
    /// The pages don't fit together.
    #[error("its pages don't fit together: {says}")]
    Pages {
        /// What the database engine says.
        says: String,
    },
    /// The tables are others than this program made.
    #[error("its tables are not as they were made: {says}")]
    Tables {
        /// What the database engine says.
        says: String,
    },
    /// What was read is not what was written.
    #[error("{what} is not as it was written")]
    Altered {
        /// Which row.
        what: String,
    },
}

fn behind(known: Option<TreeSize>, here: TreeSize) -> String {
    let repair = "pull what is missing from a mirror, or from the record's own folder";
    match known {
        Some(known) => format!(
            "{known} leaves were signed and the database has {here}: it is an old copy, and nothing is signed; {repair}"
        ),
        None => format!(
            "the database was restored with {here} leaves, and nothing is signed until it is known what was signed since: \
             ask the witnesses, or {repair}"
        ),
    }
}
