//! Lint: what a map or a policy says that is probably not meant, each finding at its place.
//!
//! Findings are advice, not errors: a document with findings still reads. Whether a grant or a revocation has effect is
//! asked of the evaluator itself, so that lint and verdict can't differ.

mod clash;
mod holders;
mod policy;
mod reach;

use countersign_authority::model::map::{Fact, Map, Statement};
use countersign_authority::model::policy::Policy;
use countersign_authority::model::time::{Instant, Interval, Utc, Validity};

use crate::diagnostic::{Diagnostic, Fault};
use crate::parse::Parsed;

/// What kind of thing was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lint {
    /// Something is missing: a holder, a signer, a claim, a source.
    Gap,
    /// Grants that rest on each other in a ring.
    Cycle,
    /// A tenure that has ended without a successor.
    Expired,
    /// A power, grant, revocation or line that nothing can reach, or that has no effect.
    Unreachable,
    /// Two statements that can't both be meant.
    Conflict,
}

impl Lint {
    /// Every kind with its word.
    pub const WORDS: [(Self, &'static str); 5] = [
        (Self::Gap, "gap"),
        (Self::Cycle, "cycle"),
        (Self::Expired, "expired"),
        (Self::Unreachable, "unreachable"),
        (Self::Conflict, "conflict"),
    ];

    /// The word in JSON and on the terminal.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(lint, _)| *lint == self).map_or("", |(_, word)| word)
    }
}

/// One finding at its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What kind.
    pub lint: Lint,
    /// Where, in words.
    pub diagnostic: Diagnostic,
}

/// Most findings told of one run.
pub const FINDINGS_MAX: usize = 200;

/// Looks at maps together, and at a policy beside them, as things stand on `as_of`.
///
/// The documents must have been resolved against each other ([`crate::resolve`]).
pub fn lint(maps: &[Parsed<Map>], policy: Option<&Parsed<Policy>>, as_of: Instant) -> Vec<Finding> {
    let mut found = Found { maps, as_of, findings: Vec::new() };
    holders::look(&mut found);
    reach::look(&mut found);
    clash::look(&mut found);
    if let Some(policy) = policy {
        policy::look(&mut found, policy);
    }
    let mut findings = found.findings;
    findings.sort_by(|a, b| {
        let place = |f: &Finding| (f.diagnostic.file.clone(), f.diagnostic.line, f.diagnostic.column, f.lint);
        place(a).cmp(&place(b))
    });
    findings.dedup();
    findings.truncate(FINDINGS_MAX);
    findings
}

/// What is looked at, and what was found.
struct Found<'m> {
    maps: &'m [Parsed<Map>],
    as_of: Instant,
    findings: Vec<Finding>,
}

/// A statement with its place.
struct Placed<'m> {
    map: &'m Parsed<Map>,
    ix: usize,
    statement: &'m Statement,
}

impl Placed<'_> {
    fn valid(&self) -> Interval {
        interval(&self.statement.valid)
    }
}

impl<'m> Found<'m> {
    fn statements(&self) -> impl Iterator<Item = Placed<'m>> + use<'m> {
        self.maps.iter().flat_map(|map| {
            map.value.statements.iter().enumerate().map(move |(ix, statement)| Placed { map, ix, statement })
        })
    }

    fn facts<F>(&self, choose: impl Fn(&'m Fact) -> Option<F>) -> Vec<(Placed<'m>, F)> {
        self.statements()
            .filter_map(|placed| choose(&placed.statement.fact).map(|fact| (placed, fact)))
            .collect()
    }

    fn note(
        &mut self,
        lint: Lint,
        placed: &Placed<'_>,
        word: &str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        if self.findings.len() < FINDINGS_MAX {
            let diagnostic =
                placed.map.fault(placed.ix, word, |span| Fault::new(span, message).help(help.into()));
            self.findings.push(Finding { lint, diagnostic });
        }
    }
}

/// Days begin in UTC here: lint looks for slips of years, not of hours.
fn interval(valid: &Validity) -> Interval {
    Interval {
        from: valid.from.map_or(Instant::MIN, |from| from.instant(&Utc)),
        until: valid.until.map_or(Instant::MAX, |until| until.instant(&Utc)),
    }
}
