//! What SQLite says, in the words of the ledger.

use std::time::Duration;

use rusqlite::ErrorCode;
use rusqlite::ffi::SQLITE_IOERR_SHMSIZE;

use crate::error::{Damage, LedgerError};
use crate::sealed::SealError;

/// Why a transaction stopped.
pub(super) enum Fault {
    /// The ledger's own reasons.
    Refused(LedgerError),
    /// The engine's.
    Engine(rusqlite::Error),
}

impl Fault {
    /// Something that was read can't have been written so.
    pub(super) fn altered(what: impl Into<String>) -> Self {
        Self::Refused(LedgerError::Damaged(Damage::Altered { what: what.into() }))
    }

    /// The ledger's error, for what was being done and after how long a wait.
    pub(super) fn told(self, doing: &'static str, waited: Duration) -> LedgerError {
        let error = match self {
            Self::Refused(error) => return error,
            Self::Engine(error) => error,
        };
        let rusqlite::Error::SqliteFailure(failure, says) = &error else {
            return LedgerError::Failed { doing, source: Box::new(error) };
        };
        match failure.code {
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => LedgerError::Locked { waited },
            ErrorCode::DiskFull => LedgerError::Full,
            // The memory that is shared beside the write-ahead log is a file too, and this is how it fails to grow.
            ErrorCode::SystemIoFailure if failure.extended_code == SQLITE_IOERR_SHMSIZE => LedgerError::Full,
            ErrorCode::NotADatabase => LedgerError::Damaged(Damage::NotADatabase),
            ErrorCode::DatabaseCorrupt => {
                let says = says.clone().unwrap_or_else(|| failure.to_string());
                LedgerError::Damaged(Damage::Pages { says })
            }
            _ => LedgerError::Failed { doing, source: Box::new(error) },
        }
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Engine(error)
    }
}

impl From<LedgerError> for Fault {
    fn from(error: LedgerError) -> Self {
        Self::Refused(error)
    }
}

impl From<SealError> for Fault {
    fn from(error: SealError) -> Self {
        Self::Refused(LedgerError::Failed { doing: "encrypting", source: Box::new(error) })
    }
}
