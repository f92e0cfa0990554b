//! What SQLite says, in the words of the ledger.

use std::time::Duration;

use rusqlite::ErrorCode;
use rusqlite::ffi::{SQLITE_ERROR, SQLITE_IOERR_SHMSIZE};

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
        let damaged = |damage| LedgerError::Damaged(damage);
        let (failure, says) = match &error {
            rusqlite::Error::SqliteFailure(failure, says) => (failure, says),
            // Statements are always the same: one that makes no sense to the engine, or gives another type than its column
            // has, met other tables than were made.
            rusqlite::Error::SqlInputError { msg, .. } => {
                return damaged(Damage::Tables { says: msg.clone() });
            }
            rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::Utf8Error(..)
            | rusqlite::Error::QueryReturnedNoRows => {
                return damaged(Damage::Tables { says: error.to_string() });
            }
            _ => return LedgerError::Failed { doing, source: Box::new(error) },
        };
        let says = || says.clone().unwrap_or_else(|| failure.to_string());
        match (failure.code, failure.extended_code) {
            (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => LedgerError::Locked { waited },
            // The memory that is shared beside the write-ahead log is a file too, and this is how it fails to grow.
            (ErrorCode::DiskFull, _) | (_, SQLITE_IOERR_SHMSIZE) => LedgerError::Full,
            (ErrorCode::NotADatabase, _) => damaged(Damage::NotADatabase),
            (ErrorCode::DatabaseCorrupt, _) => damaged(Damage::Pages { says: says() }),
            (_, SQLITE_ERROR) => damaged(Damage::Tables { says: says() }),
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
