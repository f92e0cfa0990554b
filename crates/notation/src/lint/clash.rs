//! Conflicts: statements that can't both be meant, in one map or between maps.

use std::collections::BTreeMap;

use countersign_authority::model::map::{Decider, Fact, Office, Power, PrincipalClaim};
use countersign_authority::model::name::OfficeId;

use super::holders::heads;
use super::{Found, Lint, Placed};

pub(super) fn look(found: &mut Found<'_>) {
    standings(found);
    principals(found);
    reservations(found);
    exclusives(found);
}

/// ` ("Deal desk" says otherwise)`, where another source does.
fn by(one: &Placed<'_>, other: &Placed<'_>) -> String {
    let source = &other.map.value.source;
    if *source == one.map.value.source { String::new() } else { format!(" (says \"{source}\")") }
}

const RESOLVE: &str = "drop one of them, date them, or let the policy `prefer` one source over the other";

fn standings(found: &mut Found<'_>) {
    let mut first: BTreeMap<&OfficeId, (Placed<'_>, &Office)> = BTreeMap::new();
    for (placed, office) in
        found.facts(|fact| if let Fact::Office(office) = fact { Some(office) } else { None })
    {
        let Some((before, other)) = first.get(&office.id) else {
            first.insert(&office.id, (placed, office));
            continue;
        };
        let differs =
            (office.standing.is_some() && other.standing.is_some() && office.standing != other.standing)
                || office.role != other.role;
        if differs && before.valid().overlaps(&placed.valid()) {
            let what = format!("{} is described differently elsewhere{}", office.id, by(&placed, before));
            found.note(Lint::Conflict, &placed, office.id.as_str(), what, RESOLVE);
        }
    }
}

fn principals(found: &mut Found<'_>) {
    let name = |claim: &PrincipalClaim| match &claim.decider {
        Decider::Office(office) => office.to_string(),
        Decider::Person(person) => person.to_string(),
    };
    let claims = found.facts(|fact| if let Fact::PrincipalClaim(claim) = fact { Some(claim) } else { None });
    for (at, (placed, claim)) in claims.iter().enumerate() {
        let other = claims.iter().take(at).find(|(before, other)| {
            other.party == claim.party
                && other.matter == claim.matter
                && other.decider != claim.decider
                && before.valid().overlaps(&placed.valid())
        });
        if let Some((before, other)) = other {
            let what = format!(
                "the principal of {} on {} is {} here and {} elsewhere{}",
                claim.party,
                claim.matter,
                name(claim),
                name(other),
                by(placed, before)
            );
            found.note(Lint::Conflict, placed, &name(claim), what, RESOLVE);
        }
    }
}

/// The same power, reserved in one place and not in another.
fn reservations(found: &mut Found<'_>) {
    let powers = found.facts(|fact| if let Fact::Power(power) = fact { Some(power) } else { None });
    for (at, (placed, power)) in powers.iter().enumerate() {
        let other = powers.iter().take(at).find(|(before, other)| {
            other.head == power.head
                && other.scope == power.scope
                && (other.reserved != power.reserved || other.exclusive != power.exclusive)
                && before.valid().overlaps(&placed.valid())
        });
        if let (Some((before, _)), Some(head)) = (other, heads(power).first()) {
            let what = format!("this power is reserved or exclusive in one place only{}", by(placed, before));
            found.note(Lint::Conflict, placed, head.as_str(), what, RESOLVE);
        }
    }
}

/// Exclusive powers of two offices over the same: each removes the other.
fn exclusives(found: &mut Found<'_>) {
    let powers = found.facts(|fact| match fact {
        Fact::Power(power) if power.exclusive => Some(power),
        _ => None,
    });
    let parties: BTreeMap<&OfficeId, _> = found
        .facts(|fact| if let Fact::Office(office) = fact { Some((&office.id, &office.of)) } else { None })
        .into_iter()
        .map(|(_, pair)| pair)
        .collect();
    let party = |power: &Power| heads(power).first().and_then(|office| parties.get(office)).copied();
    for (at, (placed, power)) in powers.iter().enumerate() {
        let other = powers.iter().take(at).find(|(before, other)| {
            other.head != power.head
                && party(other) == party(power)
                && other.scope.verbs.iter().any(|verb| power.scope.verbs.contains(verb))
                && (other.scope.matter.covers(&power.scope.matter)
                    || power.scope.matter.covers(&other.scope.matter))
                && before.valid().overlaps(&placed.valid())
        });
        if let (Some((before, other)), Some(head)) = (other, heads(power).first()) {
            let names: Vec<&str> = heads(other).iter().map(|office| office.as_str()).collect();
            let what = format!(
                "an exclusive power over the same is held by {}{}: each removes the other's",
                names.join(", "),
                by(placed, before)
            );
            found.note(Lint::Conflict, placed, head.as_str(), what, RESOLVE);
        }
    }
}
