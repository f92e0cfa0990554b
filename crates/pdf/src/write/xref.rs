//! Cross-reference sections: tables (ISO 32000-2 §7.5.4) and streams (§7.5.8).

use super::update::UpdateError;
use crate::object::{Dictionary, Object, Reference, Stream};
use std::io::Write as _;

/// Where one object begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) object: Reference,
    /// In bytes, from the file's header.
    pub(crate) offset: u64,
}

/// Largest offset that the ten digits of a table hold (§7.5.4).
const TABLE_OFFSET_MAX: u64 = 9_999_999_999;

/// A table with its trailer. `entries`: ascending, each number once.
pub(crate) fn table(entries: &[Entry], trailer: &Dictionary<'_>) -> Result<Vec<u8>, UpdateError> {
    let mut out = b"xref\n".to_vec();
    for run in runs(entries) {
        let first = run.first().map_or(0, |entry| entry.object.number);
        // Writing to a vector doesn't fail.
        let _ = writeln!(out, "{first} {}", run.len());
        for Entry { object, offset } in run {
            if *offset > TABLE_OFFSET_MAX {
                return Err(UpdateError::TooLarge { length: *offset });
            }
            let _ = writeln!(out, "{offset:010} {:05} n ", object.generation);
        }
    }
    out.extend_from_slice(b"trailer\n");
    trailer.write_to(&mut out);
    out.push(b'\n');
    Ok(out)
}

/// A cross-reference stream as an object: it is its own trailer, and one of the entries.
pub(crate) fn stream<'a>(entries: &[Entry], trailer: Dictionary<'a>) -> Stream<'a> {
    let largest = entries.iter().map(|entry| entry.offset).max().unwrap_or(0);
    let width = largest.to_be_bytes().iter().skip_while(|byte| **byte == 0).count().max(1);
    let mut data = Vec::with_capacity(entries.len().saturating_mul(width.saturating_add(3)));
    for Entry { object, offset } in entries {
        data.push(IN_USE);
        data.extend(offset.to_be_bytes().iter().skip(8_usize.saturating_sub(width)));
        data.extend(object.generation.to_be_bytes());
    }
    let index = runs(entries).flat_map(|run| {
        let first = run.first().map_or(0, |entry| i64::from(entry.object.number));
        [Object::Integer(first), Object::Integer(i64::try_from(run.len()).unwrap_or(i64::MAX))]
    });
    let widths = [1, i64::try_from(width).unwrap_or(8), 2].map(Object::Integer).to_vec();
    let mut dictionary = Dictionary::new().with("Type", Object::name("XRef"));
    for (name, value) in trailer.iter() {
        dictionary.set(name.clone(), value.clone());
    }
    dictionary.set("W", widths);
    dictionary.set("Index", index.collect::<Vec<_>>());
    Stream { dictionary, data: data.into() }
}

/// The type of an entry whose object stands in the file by itself (table 18).
const IN_USE: u8 = 1;

/// Entries whose numbers follow one another.
fn runs(entries: &[Entry]) -> impl Iterator<Item = &[Entry]> {
    entries.chunk_by(|before, after| after.object.number == before.object.number.saturating_add(1))
}

#[cfg(test)]
mod tests;
