//! Unreachable: powers that nobody can use, grants that give nothing, revocations that end nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use countersign_authority::model::act::{Act, ActKind, Qualifier};
use countersign_authority::model::map::{
    Breadth, Fact, Grant, Head, Joint, Map, Power, Quorum, Revocation, Verb,
};
use countersign_authority::model::name::{ActorId, Digest, GrantId, OfficeId, PartyId, PersonId};
use countersign_authority::model::time::{Instant, Utc};
use countersign_authority::verdict::Verdict;
use countersign_authority::{Auditor, World};

use super::{Found, Lint, Placed};

pub(super) fn look(found: &mut Found<'_>) {
    powers(found);
    let maps: Vec<Map> = found.maps.iter().map(|map| map.value.clone()).collect();
    // A world that can't be built is told of where it is used; there is nothing to ask of it here.
    if let Ok(world) = World::new(&maps, None, &Utc) {
        let asker = Asker { auditor: Auditor::new(&world), people: People::of(found) };
        grants(found, &asker);
        revocations(found, &asker);
    }
}

fn powers(found: &mut Found<'_>) {
    for (placed, power) in found.facts(|fact| if let Fact::Power(power) = fact { Some(power) } else { None })
    {
        let Power { head, scope, .. } = power;
        if let (Some(over), Some(up_to)) = (scope.over, scope.up_to)
            && over.amount.currency == up_to.amount.currency
            && over.amount.minor >= up_to.amount.minor
            && over.per == up_to.per
        {
            let what = format!("no amount is over {} and at most {}", over.amount, up_to.amount);
            found.note(Lint::Unreachable, &placed, "over", what, "raise `up to`, or lower `over`");
        }
        if let Head::Jointly(joint) = head
            && joint.of.len() <= OFFICES_MAX
            && !can_be_met(joint)
        {
            let what = "no choice of these offices meets the rule: the exclusions leave too few".to_owned();
            found.note(Lint::Unreachable, &placed, "jointly", what, "drop an exclusion, or lower the number");
        }
    }
}

/// Bound on joint rules looked at: every subset is tried.
const OFFICES_MAX: usize = 12;

/// Whether some set of offices has the number, the inclusions and none of the exclusions.
fn can_be_met(joint: &Joint) -> bool {
    let quorum = match joint.quorum {
        Quorum::All => joint.of.len(),
        Quorum::Count(count) => usize::from(count),
    };
    (0_u32..1 << joint.of.len()).any(|set| {
        let chosen: BTreeSet<&OfficeId> = joint
            .of
            .iter()
            .enumerate()
            .filter(|(at, _)| set >> at & 1 == 1)
            .map(|(_, office)| office)
            .collect();
        chosen.len() == quorum
            && joint.including.iter().all(|office| chosen.contains(office))
            && !joint.excluding.iter().any(|(a, b)| chosen.contains(a) && chosen.contains(b))
    })
}

/// Who is whose, and who holds what when.
struct People<'m> {
    party_of: BTreeMap<&'m OfficeId, &'m PartyId>,
    tenures: Vec<(Placed<'m>, &'m countersign_authority::model::map::Tenure)>,
    persons: BTreeSet<&'m str>,
}

impl<'m> People<'m> {
    fn of(found: &Found<'m>) -> Self {
        let offices =
            found.facts(
                |fact| if let Fact::Office(office) = fact { Some((&office.id, &office.of)) } else { None },
            );
        let persons =
            found.facts(|fact| if let Fact::Person(person) = fact { Some(person.id.as_str()) } else { None });
        Self {
            party_of: offices.into_iter().map(|(_, pair)| pair).collect(),
            tenures: found.facts(|fact| if let Fact::Tenure(tenure) = fact { Some(tenure) } else { None }),
            persons: persons.into_iter().map(|(_, id)| id).collect(),
        }
    }

    /// A person who acts as the grantee at a time.
    fn grantee(&self, grantee: &ActorId, at: Instant) -> Option<PersonId> {
        if self.persons.contains(grantee.as_str()) {
            return PersonId::new(grantee.as_str()).ok();
        }
        let held = self.tenures.iter().find(|(placed, tenure)| {
            tenure.office.as_str() == grantee.as_str() && placed.valid().contains(at)
        });
        held.map(|(_, tenure)| tenure.person.clone())
    }

    /// The party that a grant is for: its grantor's, or that of the office its grantor holds.
    fn party(&self, grantor: &ActorId) -> Option<PartyId> {
        let own = self.party_of.iter().find(|(office, _)| office.as_str() == grantor.as_str());
        let held = || {
            let tenure =
                self.tenures.iter().find(|(_, tenure)| tenure.person.as_str() == grantor.as_str())?;
            self.party_of.get_key_value(&tenure.1.office)
        };
        own.or_else(held).map(|(_, party)| (*party).clone())
    }
}

/// Asks the evaluator whether one act under a grant would be authorised.
struct Asker<'w, 'm> {
    auditor: Auditor<'w>,
    people: People<'m>,
}

impl Asker<'_, '_> {
    /// An act in the middle of a grant's scope.
    fn act(&self, grant: &Grant, party: &PartyId, verb: Verb, at: Instant) -> Option<Act> {
        let (kind, qualifier) = KINDS.iter().find(|(known, ..)| *known == verb).map(|(_, k, q)| (*k, *q))?;
        let text = match grant.breadth {
            Some(Breadth::Special(text)) => text,
            _ => Digest([0; 32]),
        };
        let by = self.people.grantee(&grant.grantee, at)?;
        Some(Act {
            with: grant.scope.with.clone().into_iter().collect(),
            under: Some(grant.id.clone()),
            matter: Some(grant.scope.matter.clone()),
            text: Some(text),
            amount: grant.scope.up_to.map(|limit| limit.amount),
            qualifier,
            ..Act::new(Arc::from("lint"), kind, party.clone(), by, at)
        })
    }

    /// Why a grant gives nothing at a time; `None` where it gives something, or hangs on what is not stated.
    fn nothing(&self, grant: &Grant, at: Instant) -> Option<String> {
        let party = grant.grantors.first().and_then(|grantor| self.people.party(grantor))?;
        let mut why = None;
        for verb in &grant.scope.verbs {
            let Some(act) = self.act(grant, &party, *verb, at) else { continue };
            let internal = self.auditor.explain(&act).internal;
            if internal.verdict != Verdict::No {
                return None;
            }
            why = why.or_else(|| internal.why.first().map(|reason| reason.says.clone()));
        }
        why
    }
}

/// The acts that use each verb; `delegate` has none of its own.
const KINDS: [(Verb, ActKind, Qualifier); 13] = [
    (Verb::Mandate, ActKind::Mandate, Qualifier::Definitive),
    (Verb::Negotiate, ActKind::Negotiate, Qualifier::Definitive),
    (Verb::Adopt, ActKind::Adopt, Qualifier::Definitive),
    (Verb::Initial, ActKind::Initial, Qualifier::Definitive),
    (Verb::SignAdReferendum, ActKind::Sign, Qualifier::AdReferendum),
    (Verb::SignSubjectToRatification, ActKind::Sign, Qualifier::SubjectToRatification),
    (Verb::Sign, ActKind::Sign, Qualifier::Definitive),
    (Verb::Ratify, ActKind::Ratify, Qualifier::Definitive),
    (Verb::Confirm, ActKind::Confirm, Qualifier::Definitive),
    (Verb::Withdraw, ActKind::Withdraw, Qualifier::Definitive),
    (Verb::Suspend, ActKind::Suspend, Qualifier::Definitive),
    (Verb::Order, ActKind::Order, Qualifier::Definitive),
    (Verb::Report, ActKind::Report, Qualifier::Definitive),
];

/// Longest chain that the evaluator follows.
const LINKS_MAX: u8 = 8;

/// Most grants asked about: each costs an evaluation.
const GRANTS_MAX: usize = 2_000;

fn grants(found: &mut Found<'_>, asker: &Asker<'_, '_>) {
    let grants = found.facts(|fact| if let Fact::Grant(grant) = fact { Some(grant) } else { None });
    for (placed, grant) in grants.iter().take(GRANTS_MAX) {
        let from = placed.valid().from;
        let at = if from == Instant::MIN { found.as_of } else { from };
        if grant.depth > LINKS_MAX {
            let what = format!("at most {LINKS_MAX} links of a chain count, not {}", grant.depth);
            found.note(Lint::Unreachable, placed, "depth", what, "no chain is followed further");
        }
        if let Some(ring) = ring(&grants, grant) {
            let what = format!("grants lead back to each other: {}", ring.join(" from "));
            found.note(
                Lint::Cycle,
                placed,
                grant.id.as_str(),
                what,
                "one of them must come from an office with the power",
            );
        } else if let Some(why) = asker.nothing(grant, at) {
            let what = format!("grant {} gives nothing: {why}", grant.id);
            found.note(
                Lint::Unreachable,
                placed,
                grant.id.as_str(),
                what,
                "a grantor can give only what it may do itself",
            );
        }
    }
}

/// The ring of grants that a grant's grantor stands in, the first named again at the end.
fn ring<'g>(all: &[(Placed<'_>, &'g Grant)], start: &'g Grant) -> Option<Vec<&'g str>> {
    let mut path = vec![start];
    let mut seen: BTreeSet<&GrantId> = BTreeSet::from([&start.id]);
    loop {
        let last = path.last()?;
        let gives = |grant: &Grant| {
            last.grantors.contains(&grant.grantee)
                && grant.scope.matter.covers(&last.scope.matter)
                && last.scope.verbs.iter().any(|verb| grant.scope.verbs.contains(verb))
        };
        let upper: Vec<&Grant> = all.iter().map(|(_, grant)| *grant).filter(|grant| gives(grant)).collect();
        if upper.iter().any(|grant| grant.id == start.id) {
            let names = path.iter().chain([&start]).map(|grant| grant.id.as_str());
            return Some(names.collect());
        }
        let next = upper.into_iter().find(|grant| seen.insert(&grant.id))?;
        path.push(next);
    }
}

/// Revocations after which the grant still gives what it gave.
fn revocations(found: &mut Found<'_>, asker: &Asker<'_, '_>) {
    let grants = found.facts(|fact| if let Fact::Grant(grant) = fact { Some(grant) } else { None });
    let revocations =
        found.facts(|fact| if let Fact::Revocation(revocation) = fact { Some(revocation) } else { None });
    for (placed, revocation) in revocations.iter().take(GRANTS_MAX) {
        let Revocation { grant: id, by, .. } = revocation;
        let at = placed.valid().from;
        let Some((given, grant)) = grants.iter().find(|(_, grant)| grant.id == *id) else { continue };
        if at >= given.valid().until {
            let what = format!("grant {id} has ended by then, on {}", given.valid().until);
            found.note(
                Lint::Unreachable,
                placed,
                id.as_str(),
                what,
                "revoke it earlier, or drop the revocation",
            );
            continue;
        }
        let party = grant.grantors.first().and_then(|grantor| asker.people.party(grantor));
        let still = party.is_some_and(|party| {
            grant.scope.verbs.iter().any(|verb| {
                asker.act(grant, &party, *verb, at).is_some_and(|act| asker.auditor.authorised(&act))
            })
        });
        if let (true, Some(by)) = (still, by) {
            let what = format!("the revocation has no effect: {by} may not revoke {id}");
            let help = "the grantor, whoever stands above it, or an office that may `delegate` on the matter can revoke";
            found.note(Lint::Unreachable, placed, by.as_str(), what, help);
        }
    }
}
