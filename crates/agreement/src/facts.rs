//! Acts without signatures, one JSON object a line: the form of `decide --acts`, for what-if questions and tests.
//!
//! Strict: what this reader does not know is an error, since a field ignored may be the one that decides.

mod line;

use std::collections::HashMap;

use countersign_authority::model::act::{Act, ActId};

use crate::fault::Fault;
use crate::json::BadJson;

/// Longest line read. A line is one act, and a signed act is held to the same bound.
pub const LINE_MAX: usize = 64 * 1024;

/// Why lines are not acts: the first fault, with its line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct FactsError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong.
    pub fault: FactsFault,
}

/// What can be wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FactsFault {
    /// Longer than [`LINE_MAX`].
    #[error("longer than {LINE_MAX} bytes; one act a line")]
    TooLong,
    /// The file begins with a byte order mark.
    #[error("begins with a byte order mark; save the file as UTF-8 without one")]
    ByteOrderMark,
    /// Not UTF-8.
    #[error("not UTF-8 at byte {at} of the line")]
    NotUtf8 {
        /// Counted from 1.
        at: usize,
    },
    /// Not JSON.
    #[error(transparent)]
    Json(BadJson),
    /// A field is at fault.
    #[error(transparent)]
    Field(Fault),
    /// An id was used before.
    #[error("`id` is \"{id}\", which the act on line {first} has")]
    SameId {
        /// The id.
        id: ActId,
        /// Where it stands first.
        first: usize,
    },
    /// `confirms` names no act of the file.
    #[error("`confirms` is \"{id}\", and no act in the file has that id")]
    ConfirmsNothing {
        /// The id.
        id: ActId,
    },
}

/// Reads acts, in file order. Blank lines are skipped; lines end with LF or CRLF.
///
/// ```
/// let acts = countersign_agreement::facts::read(
///     br#"{"id":"a1","kind":"sign","on_behalf_of":"RUR","with":["KRA"],"by":"dahl","capacity":"MFA","at":"2026-04-02"}"#,
/// )?;
/// assert_eq!(acts.len(), 1);
/// # Ok::<(), countersign_agreement::facts::FactsError>(())
/// ```
///
/// # Errors
/// [`FactsError`] names the first line at fault, the field, the words and what would be accepted.
pub fn read(bytes: &[u8]) -> Result<Vec<Act>, FactsError> {
    let at = |line, fault| FactsError { line, fault };
    if bytes.starts_with(b"\xef\xbb\xbf") {
        return Err(at(1, FactsFault::ByteOrderMark));
    }
    let mut reader = line::Reader::default();
    let mut acts = Vec::new();
    let mut seen: HashMap<ActId, usize> = HashMap::new();
    let mut confirms: Vec<(usize, ActId)> = Vec::new();
    for (i, line) in bytes.split(|b| *b == b'\n').enumerate() {
        let number = i.saturating_add(1);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        if line.len() > LINE_MAX {
            return Err(at(number, FactsFault::TooLong));
        }
        if let Err(error) = std::str::from_utf8(line) {
            return Err(at(number, FactsFault::NotUtf8 { at: error.valid_up_to().saturating_add(1) }));
        }
        let act = reader.act(line).map_err(|fault| at(number, fault))?;
        if let Some(first) = seen.insert(act.id.clone(), number) {
            return Err(at(number, FactsFault::SameId { id: act.id, first }));
        }
        if let Some(id) = &act.confirms {
            confirms.push((number, id.clone()));
        }
        acts.push(act);
    }
    match confirms.into_iter().find(|(_, id)| !seen.contains_key(id)) {
        Some((line, id)) => Err(at(line, FactsFault::ConfirmsNothing { id })),
        None => Ok(acts),
    }
}
