//! What is wrong with a field: its path, the words at fault, what would be accepted.

use crate::json::shorten;

/// One fault of one field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` {kind}")]
pub struct Fault {
    /// The field: `by.person`, `with[1]`.
    pub path: String,
    /// What is wrong with it.
    pub kind: FaultKind,
}

/// What can be wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultKind {
    /// No field has this name.
    #[error("is not a field here{}; fields: {}", did_you_mean(.near.as_deref()), .accepted.join(", "))]
    UnknownField {
        /// The nearest known name.
        near: Option<String>,
        /// The names known.
        accepted: Vec<String>,
    },
    /// A mandatory field is absent (or `null`).
    #[error("is missing: {expected}")]
    Missing {
        /// What would be accepted.
        expected: &'static str,
    },
    /// The value is of another type.
    #[error("is {found}; expected {expected}")]
    Type {
        /// What was found, shortened.
        found: String,
        /// What would be accepted.
        expected: &'static str,
    },
    /// The word is not in the closed list.
    #[error("is \"{found}\"{}; accepted: {}", did_you_mean(.near.as_deref()), .accepted.join(", "))]
    Word {
        /// What was found, shortened.
        found: String,
        /// The nearest known word.
        near: Option<String>,
        /// The words known.
        accepted: Vec<String>,
    },
    /// The value has the right type and a wrong content.
    #[error("is \"{found}\": {says}")]
    Content {
        /// What was found, shortened.
        found: String,
        /// What is wrong, and what would be accepted.
        says: String,
    },
}

fn did_you_mean(near: Option<&str>) -> String {
    near.map_or(String::new(), |near| format!("; did you mean `{near}`?"))
}

impl Fault {
    pub(crate) fn new(path: impl Into<String>, kind: FaultKind) -> Self {
        Self { path: path.into(), kind }
    }

    pub(crate) fn content(path: impl Into<String>, found: &str, says: impl ToString) -> Self {
        Self::new(path, FaultKind::Content { found: shorten(found), says: says.to_string() })
    }

    pub(crate) fn word(path: impl Into<String>, found: &str, accepted: &[&str]) -> Self {
        Self::new(
            path,
            FaultKind::Word {
                found: shorten(found),
                near: nearest(found, accepted),
                accepted: accepted.iter().map(|word| (*word).to_owned()).collect(),
            },
        )
    }
}

/// The known word nearest to `word`, where a slip of at most a third of its letters explains it.
pub(crate) fn nearest(word: &str, known: &[&str]) -> Option<String> {
    if word.chars().count() > WORD_MAX {
        return None;
    }
    let lower = word.to_ascii_lowercase();
    let (distance, best) = known.iter().map(|k| (distance(&lower, k), *k)).min()?;
    (distance <= best.chars().count().div_ceil(3).max(1)).then(|| best.to_owned())
}

/// Longer words are nobody's slip; the bound keeps the comparison small.
const WORD_MAX: usize = 40;

/// Optimal string alignment distance: insert, drop, change, swap of neighbours.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let mut previous: Option<char> = None;
    for (i, x) in a.chars().enumerate() {
        let mut row = Vec::with_capacity(last.len());
        row.push(i.saturating_add(1));
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX);
            let next = j.saturating_add(1);
            let mut best = at(&last, j).saturating_add(usize::from(x != *y));
            best = best.min(at(&last, next).saturating_add(1)).min(at(&row, j).saturating_add(1));
            let swapped = j.checked_sub(1).and_then(|k| b.get(k)) == Some(&x) && previous == Some(*y);
            if let Some(k) = j.checked_sub(1).filter(|_| swapped) {
                best = best.min(at(&before, k).saturating_add(1));
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
        previous = Some(x);
    }
    last.last().copied().unwrap_or(usize::MAX)
}
