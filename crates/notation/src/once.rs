//! Ids are declared once within a file, and lines that can stand once stand once.

use std::collections::HashMap;

use countersign_authority::model::map::{Fact, Map};
use countersign_authority::model::policy::{Policy, Rule};
use countersign_authority::model::terms::{By, Clause, EntryIntoForce, Terms};
use countersign_authority::model::time::{Instant, Utc, Validity};

use crate::diagnostic::{Diagnostic, Fault};
use crate::parse::{ERRORS_MAX, Parsed};

/// From when until when a line holds, and which it is.
type Lasting = (Instant, Instant, usize);

/// A party, person, matter or office may have several lines, for intervals that don't overlap; a grant has one.
pub(crate) fn map(parsed: &Parsed<Map>) -> Vec<Diagnostic> {
    let mut seen: HashMap<(&str, &str), Vec<Lasting>> = HashMap::new();
    for (ix, statement) in parsed.value.statements.iter().enumerate() {
        let (what, id) = match &statement.fact {
            Fact::Party(party) => ("party", party.id.as_str()),
            Fact::Person(person) => ("person", person.id.as_str()),
            Fact::Matter(matter) => ("matter", matter.as_str()),
            Fact::Office(office) => ("office", office.id.as_str()),
            Fact::Grant(grant) => ("grant", grant.id.as_str()),
            _ => continue,
        };
        let (from, until) =
            if what == "grant" { (Instant::MIN, Instant::MAX) } else { interval(statement.valid) };
        seen.entry((what, id)).or_default().push((from, until, ix));
    }
    let mut twice: Vec<(usize, usize, &str, &str)> = Vec::new();
    for ((what, id), mut lines) in seen {
        lines.sort_unstable();
        // Sorted by start: where any two overlap, one overlaps the next.
        for pair in lines.windows(2) {
            if let [(_, until, a), (from, _, b)] = pair
                && from < until
            {
                twice.push((*a.max(b), *a.min(b), what, id));
            }
        }
    }
    twice.sort_unstable();
    twice
        .into_iter()
        .take(ERRORS_MAX)
        .map(|(again, first, what, id)| {
            parsed.fault(again, id, |span| {
                Fault::new(
                    span,
                    format!("{what} `{id}` is declared twice, first on line {}", parsed.line(first)),
                )
                .help(match what {
                    "grant" => "give one of them another id, or delete it",
                    _ => "give one of them another id, delete it, or say `from` and `until` when each holds",
                })
            })
        })
        .collect()
}

fn interval(valid: Validity) -> (Instant, Instant) {
    (
        valid.from.map_or(Instant::MIN, |from| from.instant(&Utc)),
        valid.until.map_or(Instant::MAX, |until| until.instant(&Utc)),
    )
}

pub(crate) fn policy(parsed: &Parsed<Policy>) -> Vec<Diagnostic> {
    let keys = parsed.value.rules.iter().map(|rule| match rule {
        Rule::Deadline(deadline) => Some((format!("deadline `{}`", deadline.id), deadline.id.as_str())),
        Rule::WeAre(_) => Some(("`we are`".to_owned(), "we")),
        Rule::Quorum(_) => Some(("`quorum`".to_owned(), "quorum")),
        Rule::Zone(_) => Some(("`zone`".to_owned(), "zone")),
        _ => None,
    });
    repeated(parsed, keys)
}

pub(crate) fn terms(parsed: &Parsed<Terms>) -> Vec<Diagnostic> {
    let keys = parsed.value.clauses.iter().map(|clause| {
        Some(match clause {
            Clause::Party(party) => (format!("party `{}`", party.id), party.id.as_str()),
            Clause::EntryIntoForce(_) => ("`enters into force`".to_owned(), "enters"),
            Clause::Obligation(obligation) => {
                (format!("obligation `{}`", obligation.id), obligation.id.as_str())
            }
            Clause::Withdrawal { .. } => ("`withdrawal`".to_owned(), "withdrawal"),
        })
    });
    let mut faults = repeated(parsed, keys);
    let parties = parsed.value.between.len();
    for (ix, clause) in parsed.value.clauses.iter().enumerate() {
        if let Clause::EntryIntoForce(
            EntryIntoForce::OnSignature(By::Count(count)) | EntryIntoForce::OnRatification(By::Count(count)),
        ) = clause
            && usize::from(*count) > parties
            && faults.len() < ERRORS_MAX
        {
            faults.push(parsed.fault(ix, &count.to_string(), |span| {
                Fault::new(span, format!("the agreement is between {parties} parties; {count} can't act"))
                    .expected([format!("1 to {parties}"), "`all`".to_owned()])
            }));
        }
    }
    faults
}

/// Reports every line whose key an earlier line has; a key is what it is called and the word to point at.
fn repeated<'p, T>(
    parsed: &'p Parsed<T>,
    keys: impl Iterator<Item = Option<(String, &'p str)>>,
) -> Vec<Diagnostic> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut faults = Vec::new();
    for (ix, key) in keys.enumerate() {
        let Some((what, word)) = key else { continue };
        if let Some(first) = seen.get(&what) {
            let first = parsed.line(*first);
            faults.push(parsed.fault(ix, word, |span| {
                Fault::new(span, format!("{what} stands twice, first on line {first}"))
                    .help("delete one of the two")
            }));
        } else {
            seen.insert(what, ix);
        }
        if faults.len() >= ERRORS_MAX {
            break;
        }
    }
    faults
}
