//! Tokens and logical lines (authority.md §2, *Lexis*).
//!
//! A word is a run of characters other than white space, `,`, `"` and `#`; a colon at its end stands for
//! itself. A line that begins with space or tab continues the statement above it.

use winnow::prelude::*;
use winnow::token::{any, take_till, take_while};

use crate::diagnostic::{Fault, Span};

/// One token with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) kind: Kind<'a>,
    pub(crate) span: Span,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind<'a> {
    Word(&'a str),
    Text(String),
    Comma,
    Colon,
}

/// A statement's tokens, with the comments and blank line before it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Line<'a> {
    pub(crate) tokens: Vec<Token<'a>>,
    pub(crate) comments: Vec<&'a str>,
    pub(crate) blank_before: bool,
}

impl Line<'_> {
    pub(crate) fn span(&self) -> Span {
        match (self.tokens.first(), self.tokens.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => Span::default(),
        }
    }
}

/// The document's statements, the comments after the last one, and what could not be read.
#[derive(Debug, Default)]
pub(crate) struct Lines<'a> {
    pub(crate) lines: Vec<Line<'a>>,
    pub(crate) trailing: Vec<&'a str>,
    pub(crate) faults: Vec<Fault>,
}

/// Splits a text into logical lines.
pub(crate) fn lines(text: &str) -> Lines<'_> {
    let mut all = Lines::default();
    let mut comments = Vec::new();
    let mut blank = false;
    let mut offset = 0_usize;
    for physical in text.split_inclusive('\n') {
        let start = offset;
        offset = offset.saturating_add(physical.len());
        let line = physical.trim_end_matches(['\n', '\r']);
        let indented = line.starts_with([' ', '\t']);
        let mut tokens = Vec::new();
        let comment = match scan(line, start, &mut tokens) {
            Ok(comment) => comment,
            Err(fault) => {
                all.faults.push(fault);
                None
            }
        };
        comments.extend(comment);
        if tokens.is_empty() {
            blank |= comment.is_none() && line.trim().is_empty();
            continue;
        }
        if indented {
            match all.lines.last_mut() {
                Some(above) => {
                    above.tokens.extend(tokens);
                    // A comment inside a statement moves above it.
                    above.comments.append(&mut comments);
                }
                None => {
                    let span = tokens.first().map_or(Span::default(), |token| token.span);
                    all.faults.push(
                        Fault::new(span, "the first line is indented, so it continues no statement")
                            .help("remove the space or tab before it"),
                    );
                }
            }
        } else {
            let blank_before = std::mem::take(&mut blank) && !all.lines.is_empty();
            all.lines.push(Line { tokens, comments: std::mem::take(&mut comments), blank_before });
        }
        blank = false;
    }
    all.trailing = comments;
    all
}

/// Tokens of one physical line; returns its comment.
fn scan<'a>(line: &'a str, start: usize, tokens: &mut Vec<Token<'a>>) -> Result<Option<&'a str>, Fault> {
    let mut rest = line;
    loop {
        let _: ModalResult<&str> = take_while(0.., [' ', '\t']).parse_next(&mut rest);
        let from = start.saturating_add(line.len().saturating_sub(rest.len()));
        let Some(first) = rest.chars().next() else { return Ok(None) };
        let kind = match first {
            '#' => return Ok(Some(rest.trim_end())),
            ',' => {
                let _: ModalResult<char> = any.parse_next(&mut rest);
                Kind::Comma
            }
            ':' => {
                let _: ModalResult<char> = any.parse_next(&mut rest);
                Kind::Colon
            }
            '"' => Kind::Text(quoted(&mut rest, from)?),
            _ => {
                let word: ModalResult<&str> =
                    take_till(1.., |c: char| c.is_whitespace() || matches!(c, ',' | '"' | '#')).parse_next(&mut rest);
                let Ok(word) = word else {
                    let end = from.saturating_add(first.len_utf8());
                    return Err(Fault::new(Span { start: from, end }, format!("`{}` has no place here", first.escape_default())));
                };
                let bare = word.trim_end_matches(':');
                let end = from.saturating_add(bare.len());
                tokens.push(Token { kind: Kind::Word(bare), span: Span { start: from, end } });
                for colon in 0..word.len().saturating_sub(bare.len()) {
                    let at = end.saturating_add(colon);
                    tokens.push(Token { kind: Kind::Colon, span: Span { start: at, end: at.saturating_add(1) } });
                }
                continue;
            }
        };
        let end = start.saturating_add(line.len().saturating_sub(rest.len()));
        tokens.push(Token { kind, span: Span { start: from, end } });
    }
}

/// A string in double quotes; escapes are `\"` and `\\`.
fn quoted(rest: &mut &str, from: usize) -> Result<String, Fault> {
    let whole = *rest;
    let mut text = String::new();
    let mut chars = whole.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => {
                *rest = whole.get(at.saturating_add(1)..).unwrap_or("");
                return Ok(text);
            }
            '\\' => match chars.next() {
                Some((_, escaped @ ('"' | '\\'))) => text.push(escaped),
                other => {
                    let start = from.saturating_add(at);
                    let width = other.map_or(1, |(_, c)| c.len_utf8().saturating_add(1));
                    let span = Span { start, end: start.saturating_add(width) };
                    return Err(Fault::new(span, "an unknown escape in a string").expected(["\\\"", "\\\\"]));
                }
            },
            c if c.is_control() && c != '\t' => {
                let start = from.saturating_add(at);
                let span = Span { start, end: start.saturating_add(c.len_utf8()) };
                return Err(Fault::new(span, "a control character in a string"));
            }
            c => text.push(c),
        }
    }
    let span = Span { start: from, end: from.saturating_add(whole.len()) };
    Err(Fault::new(span, "a string is not closed").help("end it with `\"` on the same line"))
}
