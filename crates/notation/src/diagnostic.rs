//! Errors in text: where, which words, what would be accepted.

use miette::{LabeledSpan, SourceCode};

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

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct SourceLine {
    text: String,
    /// Byte offset of the line within the file.
    start: usize,
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

    pub(crate) fn at(self, file: &str, text: &str) -> Diagnostic {
        let start = floor_boundary(text, self.span.start);
        let end = floor_boundary(text, self.span.end.max(start));
        let before = text.get(..start).unwrap_or("");
        let line_start = before.rfind('\n').map_or(0, |newline| newline.saturating_add(1));
        let line_text = text.get(line_start..).unwrap_or("").lines().next().unwrap_or("");
        Diagnostic {
            file: file.to_owned(),
            line: before.bytes().filter(|b| *b == b'\n').count().saturating_add(1),
            column: before.get(line_start..).unwrap_or("").chars().count().saturating_add(1),
            words: text.get(start..end).unwrap_or("").chars().take(WORDS_SHOWN).collect(),
            message: self.message,
            expected: self.expected,
            help: self.help,
            span: Span { start, end },
            source_line: SourceLine { text: line_text.chars().take(LINE_SHOWN).collect(), start: line_start },
        }
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

/// The nearest known word, if it is near enough to be a slip.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > 64 {
        return None;
    }
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= 1.max(candidate.chars().count() / 3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

impl Diagnostic {
    /// One line: `map.authority:3:12: message: `words` (expected: …) — help`.
    pub fn one_line(&self) -> String {
        let mut line = format!("{}:{}:{}: {}", self.file, self.line, self.column, self.message);
        if !self.words.trim().is_empty() && !self.message.contains(self.words.trim()) {
            line.push_str(&format!(": `{}`", self.words.trim()));
        }
        if !self.expected.is_empty() {
            line.push_str(&format!("; expected {}", self.expected.join(", ")));
        }
        if let Some(help) = &self.help {
            line.push_str(&format!("; {help}"));
        }
        line
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
        let start = self.span.start.saturating_sub(self.source_line.start);
        let length = self.span.end.saturating_sub(self.span.start);
        let fits = self.source_line.text.len().saturating_sub(start);
        let here = format!("line {}, column {}", self.line, self.column);
        Some(Box::new(std::iter::once(LabeledSpan::new(Some(here), start, length.min(fits)))))
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
        self.text.read_span(span, before, after)
    }
}

