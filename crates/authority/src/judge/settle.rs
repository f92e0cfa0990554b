//! What earlier authorised acts used up, settled in the order of acts before a limit is read.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::judge::authority::Authority;
use crate::model::act::ActKind;
use crate::model::amount::period_of;
use crate::model::map::{Fact, Limit};
use crate::model::meaning::may_cover;
use crate::model::name::PartyId;
use crate::model::time::Instant;
use crate::proof::Proof;
use crate::search::events::{Acts, Event};
use crate::search::ledger::{Deal, Ledger};
use crate::search::view::View;
use crate::search::{Lens, Search};
use crate::verdict::StatementRef;
use crate::world::World;

/// Kinds that commit: a deal is counted once, by whichever comes first.
const COMMITTING: [ActKind; 4] = [ActKind::Sign, ActKind::Ratify, ActKind::Confirm, ActKind::Order];

/// Settles the party's acts in order. The authority of each depends only on those before it.
pub(crate) fn settle(
    world: &World<'_>,
    acts: &Acts<'_>,
    view: &View,
    lens: Lens,
    party: &PartyId,
    as_of: Instant,
) -> Ledger {
    let mut ledger = Ledger::default();
    if !world.counts_earlier_acts {
        return ledger;
    }
    let mut done: BTreeSet<Deal> = BTreeSet::new();
    for event in acts.of_party(party).filter(|event| COMMITTING.contains(&event.act.kind)) {
        if done.contains(&Deal::of(event)) {
            continue;
        }
        let mut search = Search::new(world, acts, view, lens, &ledger, as_of);
        let group: Vec<&Event<'_>> = match event.text {
            Some(text) => acts
                .on_text(text)
                .filter(|other| {
                    other.order <= event.order
                        && other.act.kind == event.act.kind
                        && other.act.on_behalf_of == *party
                })
                .collect(),
            None => alloc::vec![event],
        };
        if let Authority::Yes(proof) = search.authority(&group, Some(event.order)) {
            done.insert(Deal::of(event));
            enter(world, &mut ledger, event, &proof);
            let party = event.party.and_then(|party| world.parties.get(party as usize));
            for rule in party.into_iter().flat_map(|index| &index.consents) {
                let covers = view.sees(rule.at)
                    && rule.valid.contains(event.act.at)
                    && may_cover(&rule.says.matter, event.matter);
                if let Some(limit) = rule.says.over.filter(|_| covers) {
                    add(world, &mut ledger, event, rule.at, &limit);
                }
            }
        }
    }
    ledger
}

/// Adds to what counts against a limit over a period.
fn add(world: &World<'_>, ledger: &mut Ledger, event: &Event<'_>, fact: StatementRef, limit: &Limit) {
    if let Some(amount) = event.amount.filter(|amount| amount.currency == limit.amount.currency)
        && let Some(period) = limit.per.and_then(|per| period_of(per, event.act.at, world.zone))
    {
        ledger.add(fact, period, event, amount.minor);
    }
}

fn enter(world: &World<'_>, ledger: &mut Ledger, event: &Event<'_>, proof: &Proof) {
    for at in proof.nodes().filter_map(|node| node.fact) {
        let (scope, single_use) = match world.statement(at).map(|statement| &statement.fact) {
            Some(Fact::Power(power)) => (&power.scope, false),
            Some(Fact::Grant(grant)) => (&grant.scope, grant.single_use),
            _ => continue,
        };
        if single_use {
            ledger.use_up(at, event);
        }
        for limit in [scope.up_to, scope.over].into_iter().flatten() {
            add(world, ledger, event, at, &limit);
        }
    }
}
