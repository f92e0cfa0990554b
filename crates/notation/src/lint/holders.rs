//! Gaps: offices with powers and nobody in them, tenures that ended, matters on which nobody may sign.

use std::collections::BTreeMap;

use countersign_authority::model::map::{Fact, Head, Power, Tenure, Verb};
use countersign_authority::model::name::{Matter, OfficeId, PartyId};
use countersign_authority::model::time::Instant;

use super::{Found, Lint, Placed};

pub(super) fn look(found: &mut Found<'_>) {
    offices(found);
    matters(found);
}

/// The offices that a power's head names.
pub(super) fn heads(power: &Power) -> &[OfficeId] {
    match &power.head {
        Head::Office(office) => std::slice::from_ref(office),
        Head::Jointly(joint) => &joint.of,
    }
}

fn offices(found: &mut Found<'_>) {
    let mut tenures: BTreeMap<&OfficeId, Vec<(Placed<'_>, &Tenure)>> = BTreeMap::new();
    let held = found.facts(|fact| if let Fact::Tenure(tenure) = fact { Some(tenure) } else { None });
    for (placed, tenure) in held {
        tenures.entry(&tenure.office).or_default().push((placed, tenure));
    }
    let mut told = std::collections::BTreeSet::new();
    for (placed, office) in
        found.facts(|fact| if let Fact::Office(office) = fact { Some(office) } else { None })
    {
        let powers = found.facts(|fact| match fact {
            Fact::Power(power) if heads(power).contains(&office.id) => Some(power),
            _ => None,
        });
        if powers.is_empty() || !told.insert(&office.id) {
            continue;
        }
        let id = &office.id;
        let Some(mut held) = tenures.remove(id) else {
            let what = format!("nobody holds {id}, so its powers can't be used");
            found.note(
                Lint::Gap,
                &placed,
                id.as_str(),
                what,
                "say who holds it: `NAME holds OFFICE from DATE basis \"…\"`",
            );
            continue;
        };
        held.sort_by_key(|(placed, _)| placed.valid().from);
        between(found, id, &held);
        now(found, id, &held);
    }
}

/// A time between two tenures in which nobody held the office.
fn between(found: &mut Found<'_>, id: &OfficeId, held: &[(Placed<'_>, &Tenure)]) {
    let mut until = Instant::MIN;
    for (ix, (placed, tenure)) in held.iter().enumerate() {
        let valid = placed.valid();
        if ix > 0 && valid.from > until {
            let what = format!("nobody held {id} from {until} until {}", valid.from);
            let help = format!("is a tenure before that of {} missing, or one day off?", tenure.person);
            found.note(Lint::Gap, placed, id.as_str(), what, help);
        }
        until = until.max(valid.until);
    }
}

/// Nobody holds the office now: the last tenure ended, or the first has not begun.
fn now(found: &mut Found<'_>, id: &OfficeId, held: &[(Placed<'_>, &Tenure)]) {
    let as_of = found.as_of;
    if held.iter().any(|(placed, _)| placed.valid().contains(as_of)) {
        return;
    }
    let ended = held.iter().filter(|(placed, _)| placed.valid().until <= as_of);
    match ended.max_by_key(|(placed, _)| placed.valid().until) {
        Some((placed, tenure)) if !held.iter().any(|(later, _)| later.valid().from > as_of) => {
            let until = placed.valid().until;
            let what = format!(
                "{} held {id} until {until}, and nobody is said to hold it on {as_of}",
                tenure.person
            );
            found.note(
                Lint::Expired,
                placed,
                tenure.person.as_str(),
                what,
                "add the successor, or extend the tenure",
            );
        }
        _ => {
            if let Some((placed, _)) = held.first() {
                let what = format!("nobody holds {id} on {as_of}");
                found.note(
                    Lint::Gap,
                    placed,
                    id.as_str(),
                    what,
                    "add who holds it meanwhile, as `acting` perhaps",
                );
            }
        }
    }
}

/// Matters that a party's offices deal with, and on which none of them may sign.
fn matters(found: &mut Found<'_>) {
    let office_of: BTreeMap<&OfficeId, &PartyId> = found
        .facts(|fact| if let Fact::Office(office) = fact { Some((&office.id, &office.of)) } else { None })
        .into_iter()
        .map(|(_, pair)| pair)
        .collect();
    let powers = found.facts(|fact| if let Fact::Power(power) = fact { Some(power) } else { None });
    let mut dealt: BTreeMap<(&PartyId, &Matter), (usize, bool)> = BTreeMap::new();
    for (at, (_, power)) in powers.iter().enumerate() {
        let Some(party) = heads(power).first().and_then(|office| office_of.get(office)) else { continue };
        let signs = power.scope.verbs.contains(&Verb::Sign);
        dealt.entry((party, &power.scope.matter)).or_insert((at, false)).1 |= signs;
    }
    for ((party, matter), (at, _)) in &dealt {
        let near = |other: &Matter| other.covers(matter) || matter.covers(other);
        let someone = dealt.iter().any(|((p, m), (_, signs))| p == party && near(m) && *signs);
        if let (false, Some((placed, _))) = (someone, powers.get(*at)) {
            let what = format!("nobody may sign on {matter} for {party}");
            found.note(
                Lint::Gap,
                placed,
                matter.as_str(),
                what,
                "a map is read as complete: what it doesn't state is `no`",
            );
        }
    }
}
