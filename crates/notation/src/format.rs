//! `fmt`: one layout, comments kept with the statement after them.

use std::fmt::Write;

use countersign_authority::model::map::Map;
use countersign_authority::model::policy::Policy;
use countersign_authority::model::terms::Terms;

use crate::diagnostic::Diagnostic;
use crate::lexis::{Line, Lines, lines};
use crate::parse::{self, Kind, Notation};
use crate::{json, print};

/// Formats a document of any kind: single spaces, clauses in their order, long statements wrapped, at most one blank
/// line between groups. A comment stays with the statement after it; one at the end of a line, or inside a
/// statement, moves above it. A JSON document comes back in its canonical form. Formatting what is formatted changes
/// nothing.
pub fn format(file: &str, bytes: &[u8]) -> Result<String, Vec<Diagnostic>> {
    match Kind::of(file, bytes) {
        Kind::Map => layout::<Map>(file, bytes),
        Kind::Policy => layout::<Policy>(file, bytes),
        Kind::Terms => layout::<Terms>(file, bytes),
    }
}

fn layout<T: Notation>(file: &str, bytes: &[u8]) -> Result<String, Vec<Diagnostic>> {
    let document = parse::read::<T>(file, bytes)?;
    if document.text.trim_start().starts_with('{') {
        return Ok(json::canonical(&document.value.to_json()) + "\n");
    }
    let Lines { lines, trailing, blank_before_trailing, .. } = lines(&document.text);
    let header = T::header(&lines).lines;
    let mut out = String::with_capacity(document.text.len());
    for at in &header {
        lines.get(*at).into_iter().for_each(|line| comments(line, &mut out));
    }
    out.push_str(&print::header(&document.value));
    let body = lines.iter().enumerate().filter(|(at, _)| !header.contains(at)).map(|(_, line)| line);
    for (line, statement) in body.zip(document.value.lines()) {
        if line.blank_before {
            out.push('\n');
        }
        comments(line, &mut out);
        out.push_str(&print::line(&T::words(statement)));
    }
    if blank_before_trailing {
        out.push('\n');
    }
    for comment in trailing {
        let _ = writeln!(out, "{comment}");
    }
    Ok(out)
}

fn comments(line: &Line<'_>, out: &mut String) {
    for comment in &line.comments {
        let _ = writeln!(out, "{comment}");
    }
}
