//! What the store says, with what to do about it.

use std::error::Error;

use countersign_store::error::LedgerError;
use countersign_store::objects::ObjectsError;
use countersign_store::writer::WriteError;

use crate::exit::Failure;

/// An error with what it stems from, in one line.
pub(crate) fn told(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}

/// What to do about a database's fault.
pub(crate) fn ledger(error: LedgerError) -> Failure {
    let failure = Failure::usage(told(&error));
    match error {
        LedgerError::Locked { .. } => failure.help("try again; nothing of yours was written"),
        LedgerError::Fenced { .. } => {
            failure.help("another process took over the record while this one was writing: run the command again")
        }
        LedgerError::Damaged(_) | LedgerError::Absent { .. } => failure.help(
            "restore the newest backup: `countersign init DIR --from BACKUP`; the record's folder stays as it is",
        ),
        LedgerError::Behind { .. } => failure.help(
            "`countersign home rejoin MIRROR` takes over what was signed since, `countersign home rejoin` asks the witnesses",
        ),
        LedgerError::Lost { .. } => failure.help(
            "`countersign dossier import BUNDLE` puts back what a bundle of this record shows, an own one the most; a dossier that is new can be written to",
        ),
        LedgerError::Contradicted { .. } => failure.help(
            "`countersign home rejoin MIRROR` takes over what the witnesses have seen; keep a copy of all files first",
        ),
        LedgerError::Rewritten { .. } | LedgerError::NotLost { .. } => {
            failure.help("nothing was put back. Keep the bundle: it is evidence")
        }
        LedgerError::Sealed { .. } | LedgerError::Encrypted => {
            failure.help("keys/rest.key and its passphrase (COUNTERSIGN_PASSPHRASE) belong to this home's database")
        }
        _ => failure,
    }
}

/// What to do about a folder's fault.
pub(crate) fn objects(error: ObjectsError) -> Failure {
    let failure = Failure::usage(told(&error));
    if full(&error) { failure.help(FULL) } else { failure }
}

/// What to do about a full disk.
const FULL: &str = "the disk is full: make room and run the command again";

/// Whether an error stems from a full disk.
fn full(error: &(dyn Error + 'static)) -> bool {
    let io = error.downcast_ref::<std::io::Error>();
    io.is_some_and(|error| error.kind() == std::io::ErrorKind::StorageFull)
        || error.source().is_some_and(full)
}

/// What to do about a record that does not grow.
pub(crate) fn write(error: WriteError) -> Failure {
    match error {
        WriteError::Ledger(error) => ledger(error),
        WriteError::Objects(error) => objects(error),
        other => {
            let failure = Failure::usage(told(&other));
            match other {
                _ if full(&other) => failure.help(FULL),
                WriteError::Stale { .. } => failure.help(
                    "`countersign home rejoin MIRROR` takes over what was published since; the record's own folder will do where it is whole",
                ),
                _ => failure.help("`countersign log fsck` re-hashes the record; nothing was signed"),
            }
        }
    }
}
