//! What is sealed in a column, and opened from it.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::Value;

use super::fault::Fault;
use crate::error::LedgerError;
use crate::sealed::Cipher;

/// What the mark of a record is when it is opened.
const MARK: &[u8] = b"countersign";

/// The cipher, and what binds a value to its place.
pub(super) struct Vault(Arc<dyn Cipher>);

impl Vault {
    pub(super) fn new(cipher: Arc<dyn Cipher>) -> Self {
        Self(cipher)
    }

    /// Seals a value of a column in a row.
    pub(super) fn seal(&self, column: &str, row: &[u8], plain: &[u8]) -> Result<Vec<u8>, Fault> {
        Ok(self.0.seal(&context(column, row), plain)?)
    }

    /// Opens it.
    pub(super) fn open(&self, column: &str, row: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Fault> {
        self.0
            .open(&context(column, row), sealed)
            .map_err(|source| Fault::Refused(LedgerError::Sealed { what: spoken(column, row), source }))
    }

    /// Seals JSON.
    pub(super) fn seal_json(&self, column: &str, row: &[u8], value: &Value) -> Result<Vec<u8>, Fault> {
        self.seal(column, row, value.to_string().as_bytes())
    }

    /// Opens JSON.
    pub(super) fn open_json(&self, column: &str, row: &[u8], sealed: &[u8]) -> Result<Value, Fault> {
        let plain = self.open(column, row, sealed)?;
        serde_json::from_slice(&plain).map_err(|_| Fault::altered(spoken(column, row)))
    }

    /// What a name is looked up under.
    pub(super) fn name(&self, column: &str, name: &[u8]) -> Vec<u8> {
        self.0.name(column.as_bytes(), name)
    }

    /// What later tells whether the key at hand is the one.
    pub(super) fn mark(&self) -> Result<Vec<u8>, Fault> {
        self.seal("record.mark", b"", MARK)
    }

    /// Refuses a key that isn't the one.
    pub(super) fn check_mark(&self, mark: &[u8]) -> Result<(), Fault> {
        let opened = self.0.open(&context("record.mark", b""), mark).map_err(|source| {
            Fault::Refused(LedgerError::Sealed { what: "the database".to_owned(), source })
        })?;
        if opened == MARK { Ok(()) } else { Err(LedgerError::Encrypted.into()) }
    }
}

/// Of a column in a row, and of nothing else: a column's name has no zero byte.
fn context(column: &str, row: &[u8]) -> Vec<u8> {
    [column.as_bytes(), &[0], row].concat()
}

/// A value for people: its column, and its row in hex.
pub(super) fn spoken(column: &str, row: &[u8]) -> String {
    row.iter().fold(format!("{column} "), |mut text, byte| {
        // Writing to a string has nothing to refuse.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A row by its numbers.
pub(super) fn row(numbers: &[i64]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}
