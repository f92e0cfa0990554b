//! Headers: `map|policy|terms "TITLE" version N`, and for maps and terms a second line that may stand elsewhere.

use crate::cursor::{Cursor, Parse};
use crate::diagnostic::{Fault, Span};
use crate::lexis::Line;
use crate::parse::Kind;

/// What was read of a header, what was wrong with it, and which lines it takes.
pub(crate) struct Header<T> {
    pub(crate) value: Option<T>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) lines: Vec<usize>,
}

/// Title and version.
pub(crate) type Title = (String, u32);

impl<T> Header<T> {
    pub(crate) fn map<U>(self, build: impl FnOnce(T) -> U) -> Header<U> {
        Header { value: self.value.map(build), faults: self.faults, lines: self.lines }
    }
}

/// Reads a header of one line.
pub(crate) fn one_line(lines: &[Line<'_>], kind: Kind) -> Header<Title> {
    let (mut header, cursor) = title(lines, kind);
    if let Some(fault) = cursor.and_then(|cursor| cursor.end().err()) {
        header.faults.push(fault);
    }
    header
}

/// Reads a header whose second part begins with `keyword`, in the same statement or in one of its own.
pub(crate) fn two_lines<T>(
    lines: &[Line<'_>],
    kind: Kind,
    (keyword, form): (&str, &str),
    read: impl FnOnce(&mut Cursor<'_, '_>) -> Parse<T>,
) -> Header<(Title, T)> {
    let (header, cursor) = title(lines, kind);
    let Header { value: title, mut faults, lines: mut taken } = header;
    let second = match cursor {
        Some(cursor) if !cursor.done() => Some(cursor),
        _ => lines.iter().position(|line| line.first_word() == Some(keyword)).and_then(|at| {
            taken.push(at);
            lines.get(at).filter(|line| !line.broken).map(Cursor::new)
        }),
    };
    let read = second.map(|mut cursor| {
        let value = read(&mut cursor)?;
        cursor.end()?;
        Ok(value)
    });
    let second = match read {
        Some(Ok(value)) => Some(value),
        Some(Err(fault)) => {
            faults.push(fault);
            None
        }
        None => {
            if let (Some(first), true) = (lines.first(), taken.len() < 2 && faults.is_empty()) {
                let at = Span { start: first.span().end, end: first.span().end };
                faults.push(Fault::new(at, format!("there is no `{keyword}` line")).expected([form]));
            }
            None
        }
    };
    Header { value: title.zip(second), faults, lines: taken }
}

fn title<'l, 'a>(lines: &'l [Line<'a>], kind: Kind) -> (Header<Title>, Option<Cursor<'l, 'a>>) {
    let form = format!("`{kind}` \"TITLE\" `version` N");
    let nothing = |fault: Option<Fault>, lines: Vec<usize>| {
        (Header { value: None, faults: fault.into_iter().collect(), lines }, None)
    };
    let Some(first) = lines.first() else {
        let fault = Fault::new(Span::default(), "the file is empty: it holds no statement").expected([form]);
        return nothing(Some(fault), Vec::new());
    };
    let word = first.first_word().unwrap_or_default();
    let is_header = crate::diagnostic::nearest(word, [kind.word()]).is_some();
    if first.broken {
        return nothing(None, if is_header { vec![0] } else { Vec::new() });
    }
    let mut cursor = Cursor::new(first);
    if word != kind.word() {
        let fault = match Kind::from_word(word) {
            Some(other) => Fault::new(cursor.here(), format!("this is a {other}, where a {kind} is wanted")),
            None => Fault::new(cursor.here(), format!("a {kind} begins with its title"))
                .did_you_mean(word, [kind.word()]),
        };
        let taken = if is_header || Kind::from_word(word).is_some() { vec![0] } else { Vec::new() };
        return nothing(Some(fault.expected([form])), taken);
    }
    let mut read = || -> Parse<Title> {
        cursor.expect(kind.word())?;
        let title = cursor.text("the title")?;
        cursor.expect("version")?;
        Ok((title, cursor.number("a version")?))
    };
    match read() {
        Ok(title) => (Header { value: Some(title), faults: Vec::new(), lines: vec![0] }, Some(cursor)),
        Err(fault) => nothing(Some(fault), vec![0]),
    }
}
