//! Where in the document a comparison is.

use crate::object::Name;
use std::fmt::Write;

/// A way from the trailer down, as steps on the stack; [`Paths`] keeps the parts that outlive it.
#[derive(Clone, Copy)]
pub(super) enum Path<'p> {
    /// What [`Paths`] keeps under this number.
    Kept(usize),
    /// An entry of a dictionary.
    Key(&'p Path<'p>, &'p Name<'p>),
    /// The same, by a name known beforehand.
    Word(&'p Path<'p>, &'static str),
    /// An item of an array.
    Index(&'p Path<'p>, usize),
}

/// Ways to objects that are still to be compared.
pub(super) struct Paths(Vec<(usize, String)>);

impl Paths {
    /// Begins at the trailer.
    pub(super) fn new() -> Self {
        Self(vec![(0, "trailer".into())])
    }

    /// Where every way begins.
    pub(super) const ROOT: Path<'static> = Path::Kept(0);

    /// Keeps a way.
    pub(super) fn keep(&mut self, path: &Path<'_>) -> usize {
        let mut tail = String::new();
        let parent = local(path, &mut tail);
        if tail.is_empty() {
            return parent;
        }
        self.0.push((parent, tail));
        self.0.len() - 1
    }

    /// Begins a way that doesn't come from the trailer.
    pub(super) fn begin(&mut self, name: String) -> usize {
        self.0.push((usize::MAX, name));
        self.0.len() - 1
    }

    /// Whether the last step only links to a page, field or annotation: an entry made for that, or an item of an
    /// array, since no array's items are dictionaries of names that the author picks.
    pub(super) fn is_link(path: &Path<'_>) -> bool {
        match path {
            Path::Index(..) => true,
            Path::Key(_, name) => LINKS.iter().any(|link| *name == *link),
            Path::Word(_, name) => LINKS.contains(name),
            // The object itself is a reference: no writer does that.
            Path::Kept(_) => false,
        }
    }

    /// The way as people read it.
    pub(super) fn show(&self, path: &Path<'_>) -> String {
        let mut tail = String::new();
        let mut at = local(path, &mut tail);
        let mut parts = vec![tail.as_str()];
        while let Some((parent, part)) = self.0.get(at) {
            parts.push(part);
            if at == 0 || parts.len() > SHOWN_MAX {
                break;
            }
            at = *parent;
        }
        parts.reverse();
        let whole = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
        match whole.strip_prefix("trailer/Root") {
            Some(rest) => format!("catalog{rest}"),
            None => whole,
        }
    }
}

/// Writes the steps since the last kept way, and gives that.
fn local(path: &Path<'_>, out: &mut String) -> usize {
    let (parent, step): (&Path<'_>, &dyn std::fmt::Display) = match path {
        Path::Kept(kept) => return *kept,
        Path::Key(parent, name) if name.as_bytes().len() > LOCAL_MAX => (parent, &"…"),
        Path::Key(parent, name) => (parent, name),
        Path::Word(parent, name) => (parent, name),
        Path::Index(parent, index) => (parent, index),
    };
    let kept = local(parent, out);
    if out.len() > LOCAL_MAX {
        return kept;
    }
    let separator = if out.is_empty() { "" } else { "/" };
    // Writing to a string doesn't fail.
    let _ = write!(out, "{separator}{step}");
    if let Some((at, _)) = out.char_indices().find(|(at, _)| *at > LOCAL_MAX) {
        out.truncate(at);
        out.push('…');
    }
    kept
}

/// Entries that name a page, a field, an annotation or the catalog, and nothing about how it looks (ISO 32000-2 tables
/// 166, 172, 228, 255, 355, 357).
const LINKS: [&str; 9] = ["P", "Parent", "Popup", "IRT", "Pg", "Obj", "Data", "T", "Dest"];

/// Names may be as long as a file, and ways to a million objects are kept at once: enough of each to recognise it.
const LOCAL_MAX: usize = 120;

/// Objects on one way: page trees and outlines of long documents are linked lists in part.
const SHOWN_MAX: usize = 200;
