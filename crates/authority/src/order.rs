//! Rule ORDER: an order held against the terms that were signed. Reports facts; tells nobody to disobey.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::deadline;
use crate::model::act::{Act, ActId, ActKind, Capacity};
use crate::model::map::{Role, words};
use crate::model::name::{ClauseId, Digest, OfficeId, PersonId};
use crate::model::terms::{Bound, Clause, Duty, Measure, Obligation, Span, Terms};
use crate::model::time::{Instant, Moment, Zone};
use crate::search::events::{Acts, Event, Route};
use crate::search::ledger::Ledger;
use crate::search::view::View;
use crate::search::{Lens, Search};
use crate::world::{Ix, World};

/// What an order sets: `enrichment to 60 percent`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// What is set, as the terms name it.
    pub quantity: String,
    /// To what.
    pub to: Measure,
}

/// The four answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderAnswer {
    /// It contradicts the terms, and someone at or above the issuer signed them.
    SignedAtOrAbove,
    /// It contradicts the terms, and nobody at or above the issuer is shown to have signed them.
    SignedOnlyBelow,
    /// It is within the terms, or untouched by them.
    Outside,
    /// It can't be told.
    Unknown,
}

words! {
    OrderAnswer {
        SignedAtOrAbove = "contradicts, signed at or above the issuer",
        SignedOnlyBelow = "contradicts, signed only below",
        Outside = "outside",
        Unknown = "unknown",
    }
}

/// The answer with what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderFinding {
    /// The answer.
    pub answer: OrderAnswer,
    /// In words: what it contradicts, or what is missing.
    pub says: String,
    /// Obligations that the order contradicts.
    pub contradicts: Vec<ClauseId>,
    /// Who of the issuer's party signed the text.
    pub signers: Vec<Signer>,
    /// What would lift the obligation for the issuer.
    pub lifted_by: Option<String>,
}

/// Someone who signed, confirmed or ratified the text for the issuer's party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// The office they acted in.
    pub office: OfficeId,
    /// Who they are.
    pub person: PersonId,
    /// The act.
    pub act: ActId,
    /// Whether the office is the issuer's or above it, or the person is the issuer.
    pub at_or_above: bool,
}

/// An order and what it is held against.
#[derive(Debug, Clone, Copy)]
pub struct OrderQuestion<'a> {
    /// The order: its kind is [`ActKind::Order`].
    pub order: &'a Act,
    /// What it sets.
    pub sets: &'a [Setting],
    /// The terms of the text.
    pub terms: &'a Terms,
    /// The text's digest.
    pub text: Digest,
}

/// Longest line of offices, one under the other.
const LINE_MAX: usize = 64;

/// Holds an order against terms. Without a policy every map given counts: an order is checked by anyone.
#[must_use]
pub fn order(world: &World<'_>, acts: &[Act], question: OrderQuestion<'_>) -> OrderFinding {
    let finding = |answer, says: String| OrderFinding {
        answer,
        says,
        contradicts: Vec::new(),
        signers: Vec::new(),
        lifted_by: None,
    };
    let OrderQuestion { order, sets, terms, text } = question;
    let Some(matter) = &order.matter else {
        return finding(OrderAnswer::Unknown, String::from("the order names no matter"));
    };
    if !terms.matter.covers(matter) && !matter.covers(&terms.matter) {
        let says = format!("the order is on {matter}, the terms are on {}", terms.matter);
        return finding(OrderAnswer::Outside, says);
    }
    if !terms.between.contains(&order.on_behalf_of) {
        let says = format!("{} is not a party to the terms", order.on_behalf_of);
        return finding(OrderAnswer::Outside, says);
    }
    if sets.is_empty() {
        let says = String::from("the order does not say what it sets, as a quantity with a value and a unit");
        return finding(OrderAnswer::Unknown, says);
    }
    let mut contradicts = Vec::new();
    let mut said = Vec::new();
    let mut unknown = Vec::new();
    for obligation in obligations(terms, order) {
        for set in sets {
            match against(obligation, set) {
                Against::Contradicts(says) => {
                    contradicts.push(obligation.id.clone());
                    said.push(says);
                }
                Against::Unknown(says) => unknown.push(says),
                Against::Within(says) => said.push(says),
                Against::Untouched => {}
            }
        }
    }
    if contradicts.is_empty() {
        return match unknown.is_empty() {
            false => finding(OrderAnswer::Unknown, unknown.join("; ")),
            true if said.is_empty() => finding(
                OrderAnswer::Outside,
                String::from("no obligation of the terms is about what the order sets"),
            ),
            true => finding(OrderAnswer::Outside, said.join("; ")),
        };
    }
    let recognised = world.policy.and(world.party_names.find(order.on_behalf_of.as_str()));
    let view =
        recognised.map_or_else(|| View::everything(world), |party| View::of(world, party, Instant::MAX));
    let acts = Acts::new(world, acts, Instant::MAX);
    let ledger = Ledger::default();
    let search = Search::new(world, &acts, &view, Lens::Internal, &ledger, Instant::MAX);
    let line = match issuer_line(&search, order) {
        Ok(line) => line,
        Err(says) => return OrderFinding { contradicts, ..finding(OrderAnswer::Unknown, says) },
    };
    let signers = signers(&search, order, text, &line);
    let bound = signers.iter().find(|signer| signer.at_or_above);
    let says = said.join("; ");
    if let Some(signer) = bound {
        OrderFinding {
            answer: OrderAnswer::SignedAtOrAbove,
            lifted_by: Some(lift(terms, signer, order, world.zone)),
            says,
            contradicts,
            signers,
        }
    } else {
        let says = format!(
            "{says}; nothing shown binds {} internally",
            line.first().map_or(String::from("the issuer"), |office| search.office_name(*office))
        );
        OrderFinding { answer: OrderAnswer::SignedOnlyBelow, lifted_by: None, says, contradicts, signers }
    }
}

/// Obligations of the issuer's party.
fn obligations<'t>(terms: &'t Terms, order: &'t Act) -> impl Iterator<Item = &'t Obligation> {
    terms.clauses.iter().filter_map(move |clause| match clause {
        Clause::Obligation(obligation) if obligation.party == order.on_behalf_of => Some(obligation),
        _ => None,
    })
}

enum Against {
    Contradicts(String),
    Within(String),
    Unknown(String),
    Untouched,
}

fn against(obligation: &Obligation, set: &Setting) -> Against {
    let Duty::Keeps { quantity, bound, measure } = &obligation.duty else { return Against::Untouched };
    if *quantity != set.quantity {
        return Against::Untouched;
    }
    let id = &obligation.id;
    let limit = format!("{quantity} {} {} {}", bound.word(), measure.value, measure.unit);
    let to = format!("{} {}", set.to.value, set.to.unit);
    if measure.unit != set.to.unit {
        return Against::Unknown(format!("{id} keeps {limit}; the order sets {to}, in another unit"));
    }
    let kept = match bound {
        Bound::AtMost => set.to.value <= measure.value,
        Bound::AtLeast => set.to.value >= measure.value,
        Bound::Exactly => set.to.value == measure.value,
    };
    if kept {
        Against::Within(format!("{to} is within {id} ({limit})"))
    } else {
        Against::Contradicts(format!("{id} keeps {limit}; the order sets {to}"))
    }
}

/// The issuer's office and those above it, nearest first.
fn issuer_line(search: &Search<'_>, order: &Act) -> Result<Vec<Ix>, String> {
    let world = search.world;
    let Some(Capacity::Office(office)) = &order.capacity else {
        return Err(String::from("the order does not say in which office it was given"));
    };
    let mut at = world
        .office_names
        .find(office.as_str())
        .ok_or_else(|| format!("no map knows the office {office} that gave the order"))?;
    let mut line = Vec::new();
    while line.len() < LINE_MAX && !line.contains(&at) {
        line.push(at);
        let above: BTreeSet<&OfficeId> = world
            .offices
            .get(at as usize)
            .into_iter()
            .flat_map(|index| &index.lines)
            .filter(|fact| search.view.sees(fact.at) && fact.valid.contains(order.at))
            .filter_map(|fact| match &fact.says.role {
                Role::Implements { under } => Some(under),
                Role::Decides | Role::Advises => None,
            })
            .collect();
        let mut above = above.into_iter();
        match (above.next(), above.next()) {
            (None, _) => break,
            (Some(one), None) => match world.office_names.find(one.as_str()) {
                Some(next) => at = next,
                None => break,
            },
            (Some(one), Some(other)) => {
                return Err(format!(
                    "maps disagree on who is above {}: {one} or {other}",
                    search.office_name(at)
                ));
            }
        }
    }
    Ok(line)
}

fn signers(search: &Search<'_>, order: &Act, text: Digest, line: &[Ix]) -> Vec<Signer> {
    let held = |event: &Event<'_>| match (event.route, event.person) {
        (Route::Office(office), Some(person)) => search.holds(person, office, event.act.at).map(|_| office),
        _ => None,
    };
    search
        .acts
        .on_text(text)
        .filter(|event| {
            event.act.on_behalf_of == order.on_behalf_of
                && event.act.at <= order.not_after
                && matches!(event.act.kind, ActKind::Sign | ActKind::Confirm | ActKind::Ratify)
        })
        .filter_map(|event| {
            let Some(Capacity::Office(named)) = &event.act.capacity else { return None };
            let office = held(event);
            Some(Signer {
                office: named.clone(),
                person: event.act.by.clone(),
                act: event.act.id.clone(),
                at_or_above: office.is_some_and(|office| line.contains(&office))
                    || office.is_some() && event.act.by == order.by,
            })
        })
        .collect()
}

fn lift(terms: &Terms, signer: &Signer, order: &Act, zone: &dyn Zone) -> String {
    let notice = terms.clauses.iter().find_map(|clause| match clause {
        Clause::Withdrawal { notice } => Some(*notice),
        _ => None,
    });
    match notice {
        Some(span) => {
            let Span { count, unit } = span;
            let when = zone
                .day_of(order.at)
                .and_then(|day| deadline::after(day, span))
                .map_or(String::from("a date outside the calendar"), |day| {
                    Moment::Day(day).instant(zone).to_string()
                });
            format!(
                "the order does not lift it; a withdrawal by {} or whoever may withdraw would, on {count} {} notice: given with the order, from {when}",
                signer.office,
                unit.word()
            )
        }
        None => {
            String::from("the terms provide for no withdrawal: only the parties' agreement would lift it")
        }
    }
}
