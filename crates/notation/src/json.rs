//! Canonical JSON (RFC 8785), both ways: what is hashed, signed and exchanged.
//!
//! A document is an object with `"kind": "map"`, `"policy"` or `"terms"`; its `statements`, `rules` or `clauses` are
//! objects with a `kind` of their own. What is not said is left out, never `null`: `false`, an empty list, a depth of
//! 0. Reading is strict: an unknown member, a member given twice or of another type is an error with its path.
//! Whatever is read is printed in the notation and parsed again, so JSON accepts exactly what text accepts.

mod fields;
pub(crate) mod map;
pub(crate) mod policy;
mod reader;
pub(crate) mod terms;

use countersign_authority::model::map::{Map, Statement};
use countersign_authority::model::policy::Policy;
use countersign_authority::model::terms::Terms;
use serde_json::Value;

pub(crate) use fields::Fields;

use crate::diagnostic::{Diagnostic, Fault, Span};
use crate::parse::{self, ERRORS_MAX, Kind, Notation, Parsed};
use crate::print;

/// The canonical JSON of a map.
pub fn of_map(map: &Map) -> String {
    canonical(&map.to_json())
}

/// The canonical JSON of a policy.
pub fn of_policy(policy: &Policy) -> String {
    canonical(&policy.to_json())
}

/// The canonical JSON of terms.
pub fn of_terms(terms: &Terms) -> String {
    canonical(&terms.to_json())
}

/// The canonical JSON of one statement of a map, as in the map's `statements`.
pub fn of_statement(statement: &Statement) -> String {
    canonical(&map::statement(statement))
}

/// Reads a map from JSON.
pub fn to_map(file: &str, text: &str) -> Result<Map, Vec<Diagnostic>> {
    read(file, text).map(|parsed| parsed.value)
}

/// Reads a policy from JSON.
pub fn to_policy(file: &str, text: &str) -> Result<Policy, Vec<Diagnostic>> {
    read(file, text).map(|parsed| parsed.value)
}

/// Reads terms from JSON.
pub fn to_terms(file: &str, text: &str) -> Result<Terms, Vec<Diagnostic>> {
    read(file, text).map(|parsed| parsed.value)
}

#[expect(
    clippy::expect_used,
    reason = "a value of strings, integers, lists and objects has a canonical form"
)]
pub(crate) fn canonical(value: &Value) -> String {
    serde_json_canonicalizer::to_string(value).expect("no floats, no keys that are not strings")
}

/// The kind that a JSON document says it is.
pub(crate) fn kind(bytes: &[u8]) -> Option<Kind> {
    let text = std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)).ok()?;
    let node = reader::read(text).ok()?;
    Fields::document(&node).ok()?.text("kind").ok().and_then(Kind::from_word)
}

/// Reads a document, with the place of each of its lines.
pub(crate) fn read<T: Notation>(file: &str, text: &str) -> Result<Parsed<T>, Vec<Diagnostic>> {
    let at = |fault: Fault| fault.at(file, text);
    let node = reader::read(text).map_err(|fault| vec![at(fault)])?;
    let (mut value, lines) = document::<T>(&node).map_err(|fault| vec![at(fault)])?;
    let (mut read, mut spans, mut faults) = (Vec::new(), Vec::new(), Vec::new());
    for mut fields in lines {
        let span = fields.span();
        match T::line_from_json(&mut fields).and_then(|line| fields.end().map(|()| line)) {
            Ok(line) => {
                read.push(line);
                spans.push(span);
            }
            Err(fault) => faults.push(at(fault)),
        }
        if faults.len() >= ERRORS_MAX {
            break;
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    value.set_lines(read);
    let parsed = Parsed { value, file: file.to_owned(), text: text.to_owned(), spans };
    same_as_text(&parsed, node.span)?;
    Ok(parsed)
}

fn document<T: Notation>(node: &reader::Node) -> Result<(T, Vec<Fields<'_>>), Fault> {
    let mut fields = Fields::document(node)?;
    let at = fields.place("kind");
    let kind = fields.text("kind")?;
    if kind != T::KIND.word() {
        return Err(Fault::new(at, format!("this is a `{kind}`, where a {} is wanted", T::KIND))
            .expected([format!("\"kind\": \"{}\"", T::KIND)]));
    }
    let value = T::from_json(&mut fields)?;
    let lines = fields.objects(T::LINES)?;
    fields.end()?;
    Ok((value, lines))
}

/// What the notation would say of the same document: its errors, at their places in the JSON.
fn same_as_text<T: Notation>(parsed: &Parsed<T>, whole: Span) -> Result<(), Vec<Diagnostic>> {
    let mut text = print::header(&parsed.value);
    let mut starts = Vec::with_capacity(parsed.spans.len());
    for line in parsed.value.lines() {
        starts.push(text.len());
        text.push_str(&print::line(&T::words(&T::writable(line))));
    }
    // The span in the JSON of the line that a place in the printed text belongs to.
    let place = |at: usize| {
        let line = starts.partition_point(|start| *start <= at).checked_sub(1);
        line.and_then(|line| parsed.spans.get(line))
            .copied()
            .unwrap_or(Span { start: whole.start, end: whole.start })
    };
    let again = parse::notation::<T>(&parsed.file, &text).map_err(|diagnostics| -> Vec<Diagnostic> {
        let moved = diagnostics.into_iter().map(|diagnostic| {
            let span = place(diagnostic.span.start);
            let mut fault = Fault::new(span, diagnostic.message).expected(diagnostic.expected);
            fault.help = diagnostic.help;
            let within = parsed.text.get(span.start..span.end).unwrap_or("");
            let words = diagnostic.words.trim_matches('"');
            if let (false, Some(at)) = (words.is_empty(), within.find(words)) {
                let start = span.start.saturating_add(at);
                fault.span = Span { start, end: start.saturating_add(words.len()) };
            }
            fault.at(&parsed.file, &parsed.text)
        });
        moved.collect()
    })?;
    let differs = |fault: Fault| Err(vec![fault.at(&parsed.file, &parsed.text)]);
    let lines = parsed.value.lines().iter().zip(again.value.lines());
    for ((line, again), span) in lines.zip(&parsed.spans) {
        if T::writable(line) != *again {
            return differs(Fault::new(*span, "the notation would read this otherwise"));
        }
    }
    if print::header(&again.value) != print::header(&parsed.value) || again.spans.len() != parsed.spans.len()
    {
        return differs(Fault::new(place(0), "the notation would read the header otherwise"));
    }
    Ok(())
}
