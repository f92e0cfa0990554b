//! Maps that disagree: contradictory statements are alternatives, silence is not.

use alloc::collections::BTreeSet;
use alloc::vec;
use alloc::vec::Vec;

use crate::model::name::Matter;
use crate::search::view::View;
use crate::verdict::StatementRef;
use crate::world::{Ix, PowerFact, World};

/// Most alternatives evaluated; more contradictions want a `prefer` line.
pub(crate) const ALTERNATIVES_MAX: usize = 64;

/// One way to read the maps: which sources' statements stand where they contradict each other.
#[derive(Debug, Clone)]
pub(crate) struct Alternative {
    pub(crate) view: View,
    /// Sources whose reading this is, one a contradiction.
    pub(crate) sources: Vec<usize>,
}

/// Every way to read what the view shows of the party on the matter; `None` where there are too many.
pub(crate) fn alternatives(
    world: &World<'_>,
    view: &View,
    party: Ix,
    matter: Option<&Matter>,
) -> Option<Vec<Alternative>> {
    let mut pairs = contradictions(world, view, party, matter);
    let mut settled = view.clone();
    if let Some(policy) = world.policy {
        for (a, b) in &pairs {
            if policy.prefers(world.source(*a), world.source(*b)) {
                settled.dropped.push(*b);
            } else if policy.prefers(world.source(*b), world.source(*a)) {
                settled.dropped.push(*a);
            }
        }
    }
    pairs.retain(|(a, b)| settled.sees(*a) && settled.sees(*b));
    let mut all = vec![Alternative { view: settled, sources: Vec::new() }];
    for group in groups(&pairs) {
        let sources: BTreeSet<u32> = group.iter().map(|at| at.map).collect();
        let mut next = Vec::new();
        for alternative in &all {
            for source in &sources {
                let mut one = alternative.clone();
                // This source's statements stand; those that contradict them fall.
                one.view.dropped.extend(group.iter().copied().filter(|at| {
                    at.map != *source
                        && pairs
                            .iter()
                            .any(|(a, b)| (a == at && b.map == *source) || (b == at && a.map == *source))
                }));
                one.sources.push(*source as usize);
                next.push(one);
            }
        }
        all = next;
        if all.len() > ALTERNATIVES_MAX {
            return None;
        }
    }
    Some(all)
}

/// Connected groups of contradictory statements.
fn groups(pairs: &[(StatementRef, StatementRef)]) -> Vec<BTreeSet<StatementRef>> {
    let mut groups: Vec<BTreeSet<StatementRef>> = Vec::new();
    for (a, b) in pairs {
        let mut joined = BTreeSet::from([*a, *b]);
        groups.retain(|group| {
            let touches = group.contains(a) || group.contains(b);
            if touches {
                joined.extend(group.iter().copied());
            }
            !touches
        });
        groups.push(joined);
    }
    groups
}

/// Pairs of statements from different maps that can't both be so, where they touch the matter.
fn contradictions(
    world: &World<'_>,
    view: &View,
    party: Ix,
    matter: Option<&Matter>,
) -> Vec<(StatementRef, StatementRef)> {
    let mut pairs = Vec::new();
    let Some(index) = world.parties.get(party as usize) else { return pairs };
    if view.maps.iter().filter(|seen| **seen).count() < 2 {
        return pairs;
    }
    let apart = |a: StatementRef, b: StatementRef| a.map != b.map && view.sees(a) && view.sees(b);
    let covers = |of: &Matter| matter.is_none_or(|matter| of.covers(matter));
    // Who decides. Within one map the nearest claim counts, so each source speaks through that one.
    for (i, a) in index.claims.iter().enumerate() {
        for b in index.claims.iter().skip(i.saturating_add(1)) {
            let nearest = |claim: &crate::world::ClaimFact<'_>| {
                !index.claims.iter().any(|other| {
                    other.at.map == claim.at.map
                        && other.at != claim.at
                        && other.valid.overlaps(&claim.valid)
                        && covers(&other.says.matter)
                        && other.says.matter.depth() > claim.says.matter.depth()
                })
            };
            if apart(a.at, b.at)
                && a.valid.overlaps(&b.valid)
                && contradicts(world, a.at, b.at, matter)
                && nearest(a)
                && nearest(b)
            {
                pairs.push((a.at, b.at));
            }
        }
    }
    // An office's standing.
    for lines in index.offices.iter().filter_map(|o| world.offices.get(*o as usize)).map(|o| &o.lines) {
        for (i, a) in lines.iter().enumerate() {
            for b in lines.iter().skip(i.saturating_add(1)) {
                if apart(a.at, b.at) && a.valid.overlaps(&b.valid) && contradicts(world, a.at, b.at, matter) {
                    pairs.push((a.at, b.at));
                }
            }
        }
    }
    // A reservation: of the same head, or exclusive against another's.
    let powers: Vec<&PowerFact<'_>> = index
        .powers
        .iter()
        .filter_map(|ix| world.powers.get(*ix))
        .filter(|power| view.sees(power.at) && covers(&power.says.scope.matter))
        .collect();
    let marked = |power: &PowerFact<'_>| power.says.reserved || power.says.exclusive;
    for a in powers.iter().filter(|power| marked(power)) {
        for b in &powers {
            if apart(a.at, b.at)
                && a.valid.overlaps(&b.valid)
                && contradicts(world, a.at, b.at, matter)
                && !pairs.contains(&(b.at, a.at))
            {
                pairs.push((a.at, b.at));
            }
        }
    }
    pairs
}

fn contradicts(world: &World<'_>, a: StatementRef, b: StatementRef, matter: Option<&Matter>) -> bool {
    let facts = world.statement(a).zip(world.statement(b));
    facts.is_some_and(|(a, b)| a.fact.contradicts(&b.fact, matter))
}
