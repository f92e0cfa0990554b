//! What earlier authorised acts used up: sums per limit and period, and single-use grants.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::model::name::Digest;
use crate::search::events::Event;
use crate::verdict::StatementRef;

/// A deal, counted once however many acts it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Deal {
    Text(Digest),
    /// An act without a text.
    Act(u32),
}

impl Deal {
    pub(crate) fn of(event: &Event<'_>) -> Self {
        event.text.map_or(Self::Act(event.order), Self::Text)
    }
}

#[derive(Debug, Default)]
struct Sum {
    /// (order of the act, deal, its amount, sum of all so far), in order.
    uses: Vec<(u32, u64, u128)>,
    by_deal: BTreeMap<Deal, (u32, u64)>,
}

/// Uses of limits and single-use grants, filled in the order of acts.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    sums: BTreeMap<(StatementRef, i64), Sum>,
    single: BTreeMap<StatementRef, (u32, Deal)>,
}

impl Ledger {
    /// What deals other than the event's used up before it.
    pub(crate) fn earlier(&self, fact: StatementRef, period: i64, event: &Event<'_>) -> u128 {
        let Some(sum) = self.sums.get(&(fact, period)) else { return 0 };
        let before = sum.uses.partition_point(|(order, _, _)| *order < event.order);
        let total = before.checked_sub(1).and_then(|last| sum.uses.get(last)).map_or(0, |(_, _, all)| *all);
        let own = sum
            .by_deal
            .get(&Deal::of(event))
            .filter(|(order, _)| *order < event.order)
            .map_or(0, |(_, minor)| u128::from(*minor));
        total.saturating_sub(own)
    }

    /// Whether a single-use grant already carried another deal before this event.
    pub(crate) fn used_up(&self, grant: StatementRef, event: &Event<'_>) -> bool {
        self.single.get(&grant).is_some_and(|(order, deal)| *order < event.order && *deal != Deal::of(event))
    }

    /// Every use entered: which statement's limit or single use, by the act in which place of the order.
    pub(crate) fn uses(&self) -> impl Iterator<Item = (StatementRef, u32)> + '_ {
        let sums =
            self.sums.iter().flat_map(|((fact, _), sum)| sum.uses.iter().map(|(order, ..)| (*fact, *order)));
        sums.chain(self.single.iter().map(|(grant, (order, _))| (*grant, *order)))
    }

    pub(crate) fn add(&mut self, fact: StatementRef, period: i64, event: &Event<'_>, minor: u64) {
        let sum = self.sums.entry((fact, period)).or_default();
        if sum.by_deal.contains_key(&Deal::of(event)) {
            return;
        }
        sum.by_deal.insert(Deal::of(event), (event.order, minor));
        let all = sum.uses.last().map_or(0, |(_, _, all)| *all);
        sum.uses.push((event.order, minor, all.saturating_add(u128::from(minor))));
    }

    pub(crate) fn use_up(&mut self, grant: StatementRef, event: &Event<'_>) {
        self.single.entry(grant).or_insert((event.order, Deal::of(event)));
    }
}
