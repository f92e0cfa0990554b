//! Errors in text: where, which words, what would be accepted.

use miette::{LabeledSpan, SourceCode};

use crate::lexis::is_unseen;

/// A place in a source text, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// First byte after.
    pub end: usize,
}

impl Span {
    /// From the start of one to the end of another.
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start, end: other.end.max(self.end) }
    }
}

/// One error in a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Diagnostic {
    /// What is wrong.
    pub message: String,
    /// The file, as named by whoever read it.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The words at fault.
    pub words: String,
    /// What would be accepted there.
    pub expected: Vec<String>,
    /// What to do.
    pub help: Option<String>,
    /// Where, in bytes.
    pub span: Span,
    /// The line's text, for printing the place.
    source_line: SourceLine,
}

/// What is shown of the line at fault.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct SourceLine {
    text: String,
    /// Byte offset of the text within the file.
    start: usize,
    file: String,
    /// Line and column of the text, from 0.
    line: usize,
    column: usize,
}

/// An error before its place in the file is worked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) message: String,
    pub(crate) span: Span,
    pub(crate) expected: Vec<String>,
    pub(crate) help: Option<String>,
}

impl Fault {
    pub(crate) fn new(span: Span, message: impl Into<String>) -> Self {
        Self { message: message.into(), span, expected: Vec::new(), help: None }
    }

    pub(crate) fn expected(mut self, words: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.expected = words.into_iter().map(Into::into).collect();
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Suggests the nearest of `known`, where one is near.
    pub(crate) fn did_you_mean<'a>(mut self, word: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        if let Some(near) = nearest(word, known) {
            self.help = Some(match self.help {
                Some(help) => format!("did you mean `{near}`? {help}"),
                None => format!("did you mean `{near}`?"),
            });
        }
        self
    }

    /// Works out line and column: linear in the text, so callers bound how many they report.
    pub(crate) fn at(self, file: &str, text: &str) -> Diagnostic {
        let start = floor_boundary(text, self.span.start);
        let end = floor_boundary(text, self.span.end.max(start));
        let before = text.get(..start).unwrap_or("");
        let line_start = before.rfind('\n').map_or(0, |newline| newline.saturating_add(1));
        let line = before.bytes().filter(|b| *b == b'\n').count();
        let column = before.get(line_start..).unwrap_or("").chars().count();
        // Of a very long line, the part around the fault.
        let shown_from = floor_boundary(text, line_start.max(start.saturating_sub(LINE_SHOWN / 2)));
        let line_text =
            text.get(shown_from..).unwrap_or("").split('\n').next().unwrap_or("").trim_end_matches('\r');
        let source_line = SourceLine {
            text: line_text.chars().take(LINE_SHOWN).map(shown).collect(),
            start: shown_from,
            file: file.to_owned(),
            line,
            column: text.get(line_start..shown_from).unwrap_or("").chars().count(),
        };
        Diagnostic {
            file: file.to_owned(),
            line: line.saturating_add(1),
            column: column.saturating_add(1),
            words: one_line(text.get(start..end).unwrap_or("")),
            message: self.message,
            expected: self.expected,
            help: self.help,
            span: Span { start, end },
            source_line,
        }
    }
}

/// The words at fault on one line, shortened.
fn one_line(words: &str) -> String {
    let plain = words.split_whitespace().flat_map(|word| [" ", word]).flat_map(str::chars).skip(1);
    let seen = plain
        .take(WORDS_SHOWN)
        .flat_map(|c| if is_unseen(c) { c.escape_unicode().collect::<Vec<char>>() } else { vec![c] });
    seen.collect()
}

/// A stand-in of the same length in bytes for what a terminal might obey instead of showing it.
fn shown(c: char) -> char {
    match c.len_utf8() {
        _ if !is_unseen(c) || c == '\t' => c,
        1 => '?',
        2 => '¿',
        _ => '\u{fffd}',
    }
}

/// Bounds on what an error repeats of a hostile file.
const WORDS_SHOWN: usize = 120;
const LINE_SHOWN: usize = 400;

fn floor_boundary(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at = at.saturating_sub(1);
    }
    at
}

/// The nearest known word, if it is near enough to be a slip. Looks at [`NEAREST_MAX`] words at most.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > 64 {
        return None;
    }
    let word = word.to_lowercase();
    known
        .into_iter()
        .take(NEAREST_MAX)
        .filter_map(|candidate| {
            let slips = 1.max(candidate.len() / 3);
            let distance = (candidate.len().abs_diff(word.len()) <= slips)
                .then(|| strsim::damerau_levenshtein(&word, &candidate.to_lowercase()))?;
            (distance <= slips && distance < candidate.len()).then_some((distance, candidate))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Bound on the words that a suggestion is looked for among.
const NEAREST_MAX: usize = 20_000;

impl Diagnostic {
    /// One line: ``map.authority:3:12: message: `words`; expected …; help``.
    pub fn one_line(&self) -> String {
        let Self { file, line, column, message, words, .. } = self;
        let mut text = format!("{file}:{line}:{column}: {message}");
        if !words.is_empty() && !message.contains(words.as_str()) {
            text.extend([": `", words, "`"]);
        }
        if !self.expected.is_empty() {
            text.extend(["; expected ", &self.expected.join(", ")]);
        }
        if let Some(help) = &self.help {
            text.extend(["; ", help]);
        }
        text
    }
}

impl miette::Diagnostic for Diagnostic {
    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        let expected = (!self.expected.is_empty()).then(|| format!("expected {}", self.expected.join(", ")));
        match (expected, &self.help) {
            (None, None) => None,
            (Some(expected), None) => Some(Box::new(expected)),
            (None, Some(help)) => Some(Box::new(help)),
            (Some(expected), Some(help)) => Some(Box::new(format!("{help}; {expected}"))),
        }
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let start = self.span.start.saturating_sub(self.source_line.start).min(self.source_line.text.len());
        let length = self.span.end.saturating_sub(self.span.start);
        let fits = self.source_line.text.len().saturating_sub(start);
        Some(Box::new(std::iter::once(LabeledSpan::new(Some("here".into()), start, length.min(fits)))))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        (!self.source_line.text.is_empty()).then_some(&self.source_line as &dyn SourceCode)
    }
}

impl SourceCode for SourceLine {
    fn read_span<'a>(
        &'a self,
        span: &miette::SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn miette::SpanContents<'a> + 'a>, miette::MietteError> {
        let inner = self.text.read_span(span, before, after)?;
        Ok(Box::new(miette::MietteSpanContents::new_named(
            self.file.clone(),
            inner.data(),
            *inner.span(),
            self.line.saturating_add(inner.line()),
            if inner.line() == 0 { self.column.saturating_add(inner.column()) } else { inner.column() },
            inner.line_count(),
        )))
    }
}
