//! Documents: bytes in, values with places out. Every statement at fault is reported, not only the first.
//!
//! A document whose first character is `{` is read as JSON ([`crate::json`]), any other as the notation.

use std::fmt;

use countersign_authority::model::map::Map;
use countersign_authority::model::policy::Policy;
use countersign_authority::model::terms::Terms;

use crate::cursor::Parse;
use crate::diagnostic::{Diagnostic, Fault, Span};
use crate::header::Header;
use crate::json;
use crate::lexis::{Kind as Lexeme, Line, Lines, lines};
use crate::print::Words;

/// Largest document read, in bytes: a map of this size has some hundred thousand statements.
pub const DOCUMENT_MAX: usize = 16 * 1024 * 1024;

/// Most statements read of one document; it bounds the memory that a hostile file takes.
pub const STATEMENTS_MAX: usize = 200_000;

/// Most errors reported of one document.
pub const ERRORS_MAX: usize = 20;

/// The three kinds of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `.authority`
    Map,
    /// `.policy`
    Policy,
    /// `.terms`
    Terms,
}

impl Kind {
    /// Each kind's first word, and its `kind` in JSON.
    pub const WORDS: [(Self, &'static str); 3] =
        [(Self::Map, "map"), (Self::Policy, "policy"), (Self::Terms, "terms")];

    /// The first word of a document of this kind.
    pub fn word(self) -> &'static str {
        match self {
            Self::Map => "map",
            Self::Policy => "policy",
            Self::Terms => "terms",
        }
    }

    /// The kind that a word begins.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::WORDS.into_iter().find(|(_, known)| *known == word).map(|(kind, _)| kind)
    }

    /// What kind a document is: by its first word (in JSON its `kind`), else by the file's extension, else a map.
    pub fn of(file: &str, bytes: &[u8]) -> Self {
        let said = if is_json(bytes) {
            json::kind(bytes)
        } else {
            let head =
                String::from_utf8_lossy(bytes.get(..bytes.len().min(65_536)).unwrap_or(bytes)).into_owned();
            let lines = lines(&head).lines;
            lines.first().and_then(Line::first_word).and_then(Self::from_word)
        };
        let extension = file.rsplit_once('.').map(|(_, extension)| extension);
        said.or_else(|| extension.and_then(Self::from_word)).unwrap_or(Self::Map)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

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

/// A document of any kind.
#[derive(Debug, Clone)]
pub enum Document {
    /// `.authority`
    Map(Parsed<Map>),
    /// `.policy`
    Policy(Parsed<Policy>),
    /// `.terms`
    Terms(Parsed<Terms>),
}

/// Reads a map (`.authority`).
pub fn map(file: &str, bytes: &[u8]) -> Result<Parsed<Map>, Vec<Diagnostic>> {
    read(file, bytes)
}

/// Reads a policy (`.policy`).
pub fn policy(file: &str, bytes: &[u8]) -> Result<Parsed<Policy>, Vec<Diagnostic>> {
    read(file, bytes)
}

/// Reads terms (`.terms`).
pub fn terms(file: &str, bytes: &[u8]) -> Result<Parsed<Terms>, Vec<Diagnostic>> {
    read(file, bytes)
}

/// Reads a document of whatever kind it says it is.
pub fn any(file: &str, bytes: &[u8]) -> Result<Document, Vec<Diagnostic>> {
    match Kind::of(file, bytes) {
        Kind::Map => map(file, bytes).map(Document::Map),
        Kind::Policy => policy(file, bytes).map(Document::Policy),
        Kind::Terms => terms(file, bytes).map(Document::Terms),
    }
}

/// What the three kinds of document have in common.
pub(crate) trait Notation: Sized + PartialEq + Clone {
    /// One statement, rule or clause.
    type Line: PartialEq + Clone;
    const KIND: Kind;

    fn header(lines: &[Line<'_>]) -> Header<Self>;
    fn line(line: &Line<'_>) -> Parse<Self::Line>;
    fn lines(&self) -> &[Self::Line];
    fn set_lines(&mut self, lines: Vec<Self::Line>);
    /// What no line shows alone: ids given twice, contradictions.
    fn check(parsed: &Parsed<Self>) -> Vec<Diagnostic>;

    fn header_words(&self) -> Vec<Words>;
    fn words(line: &Self::Line) -> Words;

    fn from_json(fields: &mut json::Fields<'_>) -> Parse<Self>;
    fn line_from_json(fields: &mut json::Fields<'_>) -> Parse<Self::Line>;
    fn to_json(&self) -> serde_json::Value;
    /// The name of the list of lines in JSON.
    const LINES: &'static str;
    /// A line as the notation can write it.
    fn writable(line: &Self::Line) -> Self::Line {
        line.clone()
    }
}

pub(crate) fn read<T: Notation>(file: &str, bytes: &[u8]) -> Result<Parsed<T>, Vec<Diagnostic>> {
    let text = text(file, bytes)?;
    let parsed = if is_json(bytes) { json::read(file, text)? } else { notation(file, text)? };
    let faults = T::check(&parsed);
    if faults.is_empty() { Ok(parsed) } else { Err(faults) }
}

/// Reads the notation, statement by statement.
pub(crate) fn notation<T: Notation>(file: &str, text: &str) -> Result<Parsed<T>, Vec<Diagnostic>> {
    let Lines { lines, mut faults, .. } = lines(text);
    let header = T::header(&lines);
    faults.extend(header.faults);
    let mut read = Vec::with_capacity(lines.len());
    let mut spans = Vec::with_capacity(lines.len());
    // Lines of another kind of document would each be an error.
    let other = lines
        .first()
        .and_then(Line::first_word)
        .and_then(Kind::from_word)
        .is_some_and(|kind| kind != T::KIND);
    let lines = if other { &[] } else { lines.as_slice() };
    let body = lines.iter().enumerate().filter(|(at, line)| !line.broken && !header.lines.contains(at));
    for (_, line) in body {
        match T::line(line) {
            Ok(one) => {
                read.push(one);
                spans.push(line.span());
            }
            Err(fault) => faults.push(fault),
        }
        if faults.len() >= ERRORS_MAX {
            break;
        }
    }
    match header.value {
        Some(mut value) if faults.is_empty() => {
            value.set_lines(read);
            Ok(Parsed { value, file: file.to_owned(), text: text.to_owned(), spans })
        }
        _ => {
            faults.sort_by_key(|fault| fault.span.start);
            faults.truncate(ERRORS_MAX);
            Err(faults.into_iter().map(|fault| fault.at(file, text)).collect())
        }
    }
}

/// The text of a document, or why it can't be read.
pub(crate) fn text<'b>(file: &str, bytes: &'b [u8]) -> Result<&'b str, Vec<Diagnostic>> {
    if bytes.len() > DOCUMENT_MAX {
        let message = format!("the file has {} bytes; at most {DOCUMENT_MAX} are read", bytes.len());
        let fault = Fault::new(Span::default(), message);
        return Err(vec![fault.help("split it into several maps of the same source").at(file, "")]);
    }
    let bytes = without_mark(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let valid = error.valid_up_to();
        let readable = bytes.get(..valid).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or("");
        let message = format!("byte {valid} is not UTF-8 (0x{:02x})", bytes.get(valid).copied().unwrap_or(0));
        let fault = Fault::new(Span { start: valid, end: valid }, message);
        vec![fault.help("save the file as UTF-8").at(file, readable)]
    })
}

/// Some editors put a byte order mark first.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

fn is_json(bytes: &[u8]) -> bool {
    without_mark(bytes).iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'{')
}

impl<T> Parsed<T> {
    /// A diagnostic about one of the statements, at the first place where it says `word`.
    pub(crate) fn fault(
        &self,
        statement: usize,
        word: &str,
        fault: impl FnOnce(Span) -> Fault,
    ) -> Diagnostic {
        fault(self.place(statement, word)).at(&self.file, &self.text)
    }

    /// Where a statement first says `word`, as a name; the whole statement where it doesn't.
    pub fn place(&self, statement: usize, word: &str) -> Span {
        let span = self.spans.get(statement).copied().unwrap_or_default();
        let within = self.text.get(span.start..span.end).unwrap_or("");
        let found = if self.text.trim_start().starts_with('{') {
            let quoted = format!("\"{word}\"");
            within.find(&quoted).map(|at| Span { start: at, end: at.saturating_add(quoted.len()) })
        } else {
            lines(within)
                .lines
                .iter()
                .flat_map(|line| &line.tokens)
                .find(|token| token.kind == Lexeme::Word(word))
                .map(|token| token.span)
        };
        found.map_or(span, |at| Span {
            start: span.start.saturating_add(at.start),
            end: span.start.saturating_add(at.end),
        })
    }

    /// The line, from 1, on which a statement begins.
    pub fn line(&self, statement: usize) -> usize {
        let start = self.spans.get(statement).map_or(0, |span| span.start);
        self.text.get(..start).unwrap_or("").bytes().filter(|b| *b == b'\n').count().saturating_add(1)
    }
}
