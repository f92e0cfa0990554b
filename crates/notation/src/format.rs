//! `fmt`: one layout, comments kept with the statement after them.

use crate::diagnostic::Diagnostic;
use crate::lexis::{Line, Lines, lines};
use crate::{parse, print};

/// Which notation a document is in, by the first word of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Document {
    /// `.authority`
    Map,
    /// `.policy`
    Policy,
    /// `.terms`
    Terms,
}

impl Document {
    /// What a text says it is: its first word, else the file's extension.
    pub fn of(file: &str, bytes: &[u8]) -> Document {
        let head = String::from_utf8_lossy(bytes.get(..bytes.len().min(4096)).unwrap_or(bytes)).into_owned();
        let first = head
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty() && !line.starts_with('#'))
            .and_then(|line| line.split_whitespace().next().map(str::to_owned));
        let extension = file.rsplit_once('.').map(|(_, extension)| extension);
        match (first.as_deref(), extension) {
            (Some("map"), _) => Self::Map,
            (Some("policy"), _) | (_, Some("policy")) => Self::Policy,
            (Some("terms"), _) | (_, Some("terms")) => Self::Terms,
            _ => Self::Map,
        }
    }
}

/// Formats a document. Formatting what is formatted changes nothing.
pub fn format(file: &str, bytes: &[u8]) -> Result<String, Vec<Diagnostic>> {
    // The header's lines, then one printed line a statement.
    let (header, statements): (String, Vec<String>) = match Document::of(file, bytes) {
        Document::Map => {
            let map = parse::map(file, bytes)?.value;
            let lines = map.statements.iter().map(|s| print::line(&print::statement_words(s))).collect();
            (print::map_header(&map), lines)
        }
        Document::Policy => {
            let policy = parse::policy(file, bytes)?.value;
            let lines = policy.rules.iter().map(|r| print::line(&print::rule_words(r))).collect();
            (print::policy_header(&policy), lines)
        }
        Document::Terms => {
            let terms = parse::terms(file, bytes)?.value;
            let lines = terms.clauses.iter().map(|c| print::line(&print::clause_words(c))).collect();
            (print::terms_header(&terms), lines)
        }
    };
    let text = parse::text(file, bytes)?;
    let Lines { lines, trailing, .. } = lines(text);
    let header_lines = lines.len().saturating_sub(statements.len());
    let mut out = String::with_capacity(text.len());
    for line in lines.iter().take(header_lines) {
        comments(line, &mut out);
    }
    out.push_str(&header);
    for (line, printed) in lines.iter().skip(header_lines).zip(statements) {
        if line.blank_before {
            out.push('\n');
        }
        comments(line, &mut out);
        out.push_str(&printed);
    }
    for comment in trailing {
        out.push_str(comment);
        out.push('\n');
    }
    Ok(out)
}

fn comments(line: &Line<'_>, out: &mut String) {
    for comment in &line.comments {
        out.push_str(comment);
        out.push('\n');
    }
}
