//! Tokens and logical lines (authority.md §2, *Lexis*).
//!
//! A word is a run of characters other than white space, `,`, `"` and `#`. A colon stands for itself at the end of a
//! word and after an id (`FP7:SL`), but not inside a date or a digest. A line that begins with space or tab
//! continues the statement above it; blank lines and comment lines between don't end it.

use crate::diagnostic::{Fault, Span};
use crate::parse::{ERRORS_MAX, STATEMENTS_MAX};

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
    /// Some of it could not be read: that fault is reported, and none that follows from it.
    pub(crate) broken: bool,
}

impl<'a> Line<'a> {
    pub(crate) fn span(&self) -> Span {
        match (self.tokens.first(), self.tokens.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => Span::default(),
        }
    }

    /// The first word, which says what kind of statement it is.
    pub(crate) fn first_word(&self) -> Option<&'a str> {
        match self.tokens.first()?.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }
}

/// The document's statements, the comments after the last one, and what could not be read.
#[derive(Debug, Default)]
#[expect(clippy::struct_field_names, reason = "lines is what they are")]
pub(crate) struct Lines<'a> {
    pub(crate) lines: Vec<Line<'a>>,
    pub(crate) trailing: Vec<&'a str>,
    pub(crate) blank_before_trailing: bool,
    pub(crate) faults: Vec<Fault>,
}

/// Most tokens in one statement: a list of a thousand names takes two thousand.
pub(crate) const TOKENS_MAX: usize = 20_000;

/// Room made for a statement's tokens: most have fewer.
const TOKENS_USUAL: usize = 24;

/// Splits a text into logical lines. Stops at [`ERRORS_MAX`] faults and at [`STATEMENTS_MAX`] statements.
pub(crate) fn lines(text: &str) -> Lines<'_> {
    let mut all = Lines::default();
    let mut comments = Vec::new();
    let mut blank = false;
    let mut offset = 0_usize;
    let mut tokens = Vec::new();
    for physical in text.split_inclusive('\n') {
        let start = offset;
        offset = offset.saturating_add(physical.len());
        let line = physical.strip_suffix('\n').unwrap_or(physical);
        let line = line.strip_suffix('\r').unwrap_or(line);
        let scanned = scan(line, start, &mut tokens);
        let broken = scanned.is_err();
        let comment = scanned.unwrap_or_else(|fault| {
            all.faults.push(fault);
            None
        });
        if tokens.is_empty() && !broken {
            blank |= comment.is_none() && comments.is_empty();
            comments.extend(comment);
            continue;
        }
        comments.extend(comment);
        if !line.starts_with([' ', '\t']) {
            if all.lines.len() >= STATEMENTS_MAX {
                let here = Span { start, end: start };
                let fault = Fault::new(here, format!("the file has more than {STATEMENTS_MAX} statements"));
                all.faults.push(fault.help("split it into several maps of the same source"));
                break;
            }
            let blank_before = blank && !all.lines.is_empty();
            let next = Vec::with_capacity(TOKENS_USUAL);
            let (tokens, comments) = (std::mem::replace(&mut tokens, next), std::mem::take(&mut comments));
            all.lines.push(Line { tokens, comments, blank_before, broken });
        } else if let Some(above) = all.lines.last_mut() {
            if above.tokens.len().saturating_add(tokens.len()) > TOKENS_MAX && !above.broken {
                let here = Span { start, end: start };
                all.faults.push(Fault::new(here, format!("the statement has more than {TOKENS_MAX} words")));
                above.broken = true;
            }
            above.broken |= broken;
            if above.broken {
                tokens.clear();
            }
            above.tokens.append(&mut tokens);
            // A comment inside a statement moves above it.
            above.comments.append(&mut comments);
        } else {
            let here = tokens.first().map_or(Span { start, end: start }, |token| token.span);
            let fault = Fault::new(here, "the first line is indented, so it continues no statement");
            all.faults.push(fault.help("remove the space or tab before it"));
            let (tokens, comments) = (std::mem::take(&mut tokens), std::mem::take(&mut comments));
            all.lines.push(Line { tokens, comments, blank_before: false, broken: true });
        }
        blank = false;
        if all.faults.len() >= ERRORS_MAX {
            break;
        }
    }
    all.blank_before_trailing = blank && !comments.is_empty();
    all.trailing = comments;
    all
}

/// Tokens of one physical line; returns its comment.
fn scan<'a>(line: &'a str, start: usize, tokens: &mut Vec<Token<'a>>) -> Result<Option<&'a str>, Fault> {
    let mut at = 0_usize;
    loop {
        let rest = line.get(at..).unwrap_or("").trim_start_matches([' ', '\t']);
        at = line.len().saturating_sub(rest.len());
        let Some(first) = rest.chars().next() else { return Ok(None) };
        let (kind, length) = match first {
            '#' => return Ok(Some(rest.trim_end())),
            ',' => (Kind::Comma, 1),
            ':' => (Kind::Colon, 1),
            '"' => quoted(rest, start.saturating_add(at))?,
            _ => match word(rest) {
                "" => {
                    let from = start.saturating_add(at);
                    let span = Span { start: from, end: from.saturating_add(first.len_utf8()) };
                    return Err(Fault::new(
                        span,
                        format!("the character {} separates no words", first.escape_unicode()),
                    )
                    .help("use a plain space"));
                }
                word => (Kind::Word(word), word.len()),
            },
        };
        if tokens.len() >= TOKENS_MAX {
            let from = start.saturating_add(at);
            return Err(Fault::new(
                Span { start: from, end: from },
                format!("the statement has more than {TOKENS_MAX} words"),
            ));
        }
        let end = at.saturating_add(length);
        tokens.push(Token {
            kind,
            span: Span { start: start.saturating_add(at), end: start.saturating_add(end) },
        });
        at = end;
    }
}

/// The word at the start of `rest`, without a colon that stands for itself.
fn word(rest: &str) -> &str {
    // Looks no further than the word goes: a colon after an id ends it.
    let named = rest.starts_with(|c: char| c.is_ascii_alphabetic());
    let prefix = rest.strip_prefix(DIGEST_PREFIX).and_then(|rest| rest.strip_prefix(':'));
    let is_digest = prefix.is_some_and(|rest| rest.starts_with(|c: char| !ends_word(c)));
    let ends = |c: char| ends_word(c) || (c == ':' && named && !is_digest);
    let run = rest.get(..rest.find(ends).unwrap_or(rest.len())).unwrap_or("");
    match run.trim_end_matches(':') {
        "" => run,
        bare => bare,
    }
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | '"' | '#')
}

/// The one word that a colon belongs to: `sha256:9f3c…`.
const DIGEST_PREFIX: &str = "sha256";

/// A string in double quotes and its length in the source; escapes are `\"` and `\\`.
fn quoted(rest: &str, from: usize) -> Result<(Kind<'static>, usize), Fault> {
    // Most strings are plain ASCII without an escape.
    let plain =
        rest.bytes().skip(1).take_while(|b| matches!(b, b' '..=b'~') && !matches!(b, b'"' | b'\\')).count();
    let end = plain.saturating_add(1);
    let mut text = rest.get(1..end).unwrap_or("").to_owned();
    let mut chars = rest.char_indices().skip(end);
    let at_fault = |at: usize, length: usize| {
        let start = from.saturating_add(at);
        Span { start, end: start.saturating_add(length) }
    };
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((Kind::Text(text), at.saturating_add(1))),
            '\\' => match chars.next() {
                Some((_, escaped @ ('"' | '\\'))) => text.push(escaped),
                other => {
                    let length = other.map_or(1, |(_, c)| c.len_utf8().saturating_add(1));
                    return Err(Fault::new(at_fault(at, length), "an unknown escape in a string")
                        .expected(["`\\\"`", "`\\\\`"]));
                }
            },
            c if is_unseen(c) => return Err(unseen(at_fault(at, c.len_utf8()), c)),
            c => text.push(c),
        }
    }
    let fault = Fault::new(at_fault(0, rest.trim_end().len()), "a string is not closed");
    Err(fault.help("end it with `\"` on the same line"))
}

pub(crate) fn unseen(at: Span, c: char) -> Fault {
    Fault::new(at, format!("the character {} in a string", c.escape_unicode()))
        .help("a string holds what people can see: no control characters, no line breaks")
}

/// Characters that change what a reader sees, or where a line ends, without being seen themselves.
pub(crate) fn is_unseen(c: char) -> bool {
    c.is_control() && c != '\t'
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}
