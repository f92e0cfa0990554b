//! Whether an act lies in a scope, premise by premise.

use crate::model::amount::period_of;
use crate::model::map::{Limit, Scope, Verb};
use crate::model::meaning::includes;
use crate::model::time::Instant;
use crate::search::Search;
use crate::search::events::Event;
use crate::verdict::StatementRef;

/// Premises that failed, and premises that hang on what is not known; one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Check {
    pub(crate) failed: u32,
    pub(crate) unknown: u32,
}

/// One premise of a derivation, as a bit of [`Check`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Premise {
    Party,
    Verb,
    Matter,
    With,
    UpTo,
    Over,
    Text,
    InForce,
    Holds,
    Reserved,
    Exclusive,
    Grantee,
    Terminated,
    Depth,
    Grantor,
    SingleUse,
    Reported,
    SelfDealing,
    Signers,
}

impl Premise {
    pub(crate) const ALL: [Self; 19] = [
        Self::Party,
        Self::Verb,
        Self::Matter,
        Self::With,
        Self::UpTo,
        Self::Over,
        Self::Text,
        Self::InForce,
        Self::Holds,
        Self::Reserved,
        Self::Exclusive,
        Self::Grantee,
        Self::Terminated,
        Self::Depth,
        Self::Grantor,
        Self::SingleUse,
        Self::Reported,
        Self::SelfDealing,
        Self::Signers,
    ];

    pub(crate) const fn bit(self) -> u32 {
        1 << self as u8
    }
}

impl Check {
    pub(crate) fn holds(self) -> bool {
        self.failed == 0 && self.unknown == 0
    }

    /// Nothing failed outright: it hangs on what is not known.
    pub(crate) fn open(self) -> bool {
        self.failed == 0
    }

    pub(crate) fn fail(&mut self, premise: Premise) {
        self.failed |= premise.bit();
    }

    pub(crate) fn require(&mut self, premise: Premise, holds: bool) {
        if !holds {
            self.fail(premise);
        }
    }

    pub(crate) fn doubt(&mut self, premise: Premise) {
        self.unknown |= premise.bit();
    }

    pub(crate) fn failed(self, premise: Premise) -> bool {
        self.failed & premise.bit() != 0
    }

    pub(crate) fn doubted(self, premise: Premise) -> bool {
        self.unknown & premise.bit() != 0
    }

    /// How many premises failed, then how many are unknown: the smaller, the nearer a miss.
    pub(crate) fn distance(self) -> (u32, u32) {
        (self.failed.count_ones(), self.unknown.count_ones())
    }
}

impl Search<'_> {
    /// `a ⊨ s`, with limits that add up over a period read from the ledger of `fact`.
    pub(crate) fn fit(
        &self,
        scope: &Scope,
        fact: StatementRef,
        event: &Event<'_>,
        verb: Verb,
        at: Instant,
    ) -> Check {
        let mut check = Check::default();
        check.require(Premise::Verb, includes(&scope.verbs, verb));
        match event.matter {
            Some(matter) => check.require(Premise::Matter, scope.matter.covers(matter)),
            None => check.doubt(Premise::Matter),
        }
        match scope.suits(event.with) {
            Some(suits) => check.require(Premise::With, suits),
            None => check.doubt(Premise::With),
        }
        if let Some(limit) = &scope.up_to {
            match self.total(limit, fact, event, at) {
                Some(total) => {
                    check.require(Premise::UpTo, limit.allows(total));
                }
                None => check.doubt(Premise::UpTo),
            }
        }
        if let Some(limit) = &scope.over {
            match self.total(limit, fact, event, at) {
                Some(total) => {
                    check.require(Premise::Over, !limit.allows(total));
                }
                None => check.doubt(Premise::Over),
            }
        }
        check
    }

    /// This act's amount, with earlier authorised ones of the period where the limit adds up; `None` without an
    /// amount in the limit's currency.
    pub(crate) fn total(
        &self,
        limit: &Limit,
        fact: StatementRef,
        event: &Event<'_>,
        at: Instant,
    ) -> Option<u128> {
        let earlier = match limit.per {
            Some(per) => self.ledger.earlier(fact, period_of(per, at, self.world.zone)?, event),
            None => 0,
        };
        limit.total(event.amount, earlier)
    }
}
