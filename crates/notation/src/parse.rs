//! Documents: bytes in, values with spans out. Every statement at fault is reported, not only the first.

use countersign_authority::model::map::{Fact, Map, Statement};
use countersign_authority::model::policy::{Policy, Rule};
use countersign_authority::model::terms::{Clause, Terms};
use std::collections::HashMap;

use crate::cursor::Parse;
use crate::diagnostic::{Diagnostic, Fault, Span};
use crate::lexis::{Line, Lines, lines};
use crate::{map, policy, terms};

/// Largest document read: a map of this size has some hundred thousand statements.
pub const DOCUMENT_MAX: usize = 32 * 1024 * 1024;

/// Most errors reported of one document.
pub const ERRORS_MAX: usize = 20;

/// A document with the place of each statement.
#[derive(Debug, Clone)]
pub struct Parsed<T> {
    /// What was read.
    pub value: T,
    /// The file, as named by whoever read it.
    pub file: String,
    /// The text, for showing places in it.
    pub text: String,
    /// One a statement, in the same order.
    pub spans: Vec<Span>,
}

impl<T> Parsed<T> {
    /// A diagnostic about one of the statements.
    pub(crate) fn fault(&self, statement: usize, word: &str, fault: impl FnOnce(Span) -> Fault) -> Diagnostic {
        let span = self.spans.get(statement).copied().unwrap_or_default();
        let within = self.text.get(span.start..span.end).unwrap_or("");
        fault(word_span(within, word, span)).at(&self.file, &self.text)
    }
}

/// The place of a whole word within a statement.
fn word_span(within: &str, word: &str, span: Span) -> Span {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/');
    within
        .match_indices(word)
        .find(|(at, found)| {
            let before = within.get(..*at).and_then(|text| text.chars().next_back());
            let after = within.get(at.saturating_add(found.len())..).and_then(|text| text.chars().next());
            !before.is_some_and(is_name) && !after.is_some_and(is_name)
        })
        .map_or(span, |(at, found)| {
            let start = span.start.saturating_add(at);
            Span { start, end: start.saturating_add(found.len()) }
        })
}

/// Reads a map (`.authority`).
pub fn map(file: &str, bytes: &[u8]) -> Result<Parsed<Map>, Vec<Diagnostic>> {
    let (mut parsed, statements) = document(file, bytes, map::header, map::statement)?;
    unique(&parsed, &statements)?;
    parsed.value.statements = statements;
    Ok(parsed)
}

/// Reads a policy (`.policy`).
pub fn policy(file: &str, bytes: &[u8]) -> Result<Parsed<Policy>, Vec<Diagnostic>> {
    let (mut parsed, rules): (_, Vec<Rule>) = document(file, bytes, policy::header, policy::rule)?;
    parsed.value.rules = rules;
    Ok(parsed)
}

/// Reads terms (`.terms`).
pub fn terms(file: &str, bytes: &[u8]) -> Result<Parsed<Terms>, Vec<Diagnostic>> {
    let (mut parsed, clauses): (_, Vec<Clause>) = document(file, bytes, terms::header, terms::clause)?;
    parsed.value.clauses = clauses;
    Ok(parsed)
}

/// The text of a document, or why it can't be read.
pub(crate) fn text<'b>(file: &str, bytes: &'b [u8]) -> Result<&'b str, Vec<Diagnostic>> {
    if bytes.len() > DOCUMENT_MAX {
        let fault = Fault::new(
            Span::default(),
            format!("the file has {} bytes; at most {DOCUMENT_MAX} are read", bytes.len()),
        );
        return Err(vec![fault.help("split it into several maps of the same source").at(file, "")]);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let valid = error.valid_up_to();
        let readable = bytes.get(..valid).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or("");
        let fault = Fault::new(
            Span { start: valid, end: valid },
            format!("byte {valid} is not UTF-8 (0x{:02x})", bytes.get(valid).copied().unwrap_or(0)),
        );
        vec![fault.help("save the file as UTF-8").at(file, readable)]
    })
}

type Header<T> = for<'l, 'a> fn(&'l [Line<'a>]) -> Parse<(T, &'l [Line<'a>])>;

fn document<T, S>(
    file: &str,
    bytes: &[u8],
    header: Header<T>,
    statement: fn(&Line<'_>) -> Parse<S>,
) -> Result<(Parsed<T>, Vec<S>), Vec<Diagnostic>> {
    let text = text(file, bytes)?;
    let Lines { lines, faults, .. } = lines(text);
    let mut faults = faults;
    let mut statements = Vec::with_capacity(lines.len());
    let mut spans = Vec::with_capacity(lines.len());
    let mut value = None;
    match header(&lines) {
        Err(fault) if faults.is_empty() || lines.is_empty() => faults.push(fault),
        Err(_) => {}
        Ok((found, rest)) => {
            value = Some(found);
            for line in rest {
                match statement(line) {
                    Ok(one) => {
                        statements.push(one);
                        spans.push(line.span());
                    }
                    Err(fault) => faults.push(fault),
                }
                if faults.len() >= ERRORS_MAX {
                    break;
                }
            }
        }
    }
    match value {
        Some(value) if faults.is_empty() => {
            Ok((Parsed { value, file: file.to_owned(), text: text.to_owned(), spans }, statements))
        }
        _ => {
            faults.sort_by_key(|fault| fault.span.start);
            faults.truncate(ERRORS_MAX);
            Err(faults.into_iter().map(|fault| fault.at(file, text)).collect())
        }
    }
}

/// Ids are declared once within a file, and an id is one thing.
fn unique(parsed: &Parsed<Map>, statements: &[Statement]) -> Result<(), Vec<Diagnostic>> {
    let mut seen: HashMap<(&str, &str), usize> = HashMap::new();
    let mut faults = Vec::new();
    for (ix, statement) in statements.iter().enumerate() {
        let (space, id, what) = match &statement.fact {
            Fact::Party(party) => ("party", party.id.as_str(), "party"),
            Fact::Person(person) => ("actor", person.id.as_str(), "person"),
            Fact::Grant(grant) => ("grant", grant.id.as_str(), "grant"),
            // An office may have several lines, for intervals that follow each other.
            _ => continue,
        };
        if let Some(first) = seen.insert((space, id), ix)
            && faults.len() < ERRORS_MAX
        {
            let before = parsed.spans.get(first).map_or(1, |span| {
                let text = parsed.text.get(..span.start).unwrap_or("");
                text.bytes().filter(|b| *b == b'\n').count().saturating_add(1)
            });
            faults.push(parsed.fault(ix, id, |span| {
                Fault::new(span, format!("{what} `{id}` is declared twice, first on line {before}"))
                    .help("give one of them another id, or delete it")
            }));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}
