//! The search for derivations: may this person do this act, then? One [`Search`] a question, column and
//! alternative; every step is counted, and what was tried in vain is kept only where somebody asks why.

pub(crate) mod attrib;
pub(crate) mod chain;
pub(crate) mod events;
pub(crate) mod fit;
pub(crate) mod joint;
pub(crate) mod ledger;
pub(crate) mod term;
pub(crate) mod view;

use alloc::vec::Vec;

use crate::model::map::Verb;
use crate::model::policy::{Event as Milestone, Profile};
use crate::model::time::Instant;
use crate::proof::Proof;
use crate::search::events::{Acts, Event};
use crate::search::fit::Check;
use crate::search::ledger::Ledger;
use crate::search::view::View;
use crate::world::{Ix, World};

/// Whose rules count: the party's own, or those of a body of law.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lens {
    /// Column A.
    Internal,
    /// Column B.
    Legal(Profile),
}

/// Which moment of its interval each act is taken at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Times {
    /// Every act at its earliest.
    Earliest,
    /// Every act at its latest.
    Latest,
    /// One act at a moment, the others at their earliest.
    Moved(u32, Instant),
}

impl Times {
    pub(crate) fn of(self, event: &Event<'_>) -> Instant {
        match self {
            Self::Latest => event.act.not_after,
            Self::Moved(order, at) if order == event.order => at,
            Self::Earliest | Self::Moved(..) => event.act.at,
        }
    }
}

/// What a search for one derivation ends with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A derivation.
    Yes(Proof),
    /// None, but one that hangs on what is not known.
    Unknown,
    /// None.
    No,
}

/// What was tried in vain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Miss {
    pub(crate) tried: Tried,
    pub(crate) check: Check,
    pub(crate) order: u32,
    pub(crate) verb: Verb,
    pub(crate) at: Instant,
}

/// The derivation that was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tried {
    /// Neither capacity nor grant stated.
    Unstated,
    /// The capacity's office, not held.
    Holding(Ix),
    /// A capacity, person or grant that no map knows.
    Unheard,
    /// A sole power.
    Power(usize),
    /// A grant.
    Grant(usize),
    /// A joint power, with the number of slots filled.
    Joint(usize, usize),
    /// The steps ran out.
    Budget,
}

/// Bound on steps a search: more than any honest map needs, and it ends in milliseconds.
pub(crate) const STEPS_MAX: u32 = 50_000;

/// Longest chain of grants.
pub(crate) const DEPTH_MAX: u8 = 8;

pub(crate) struct Search<'s> {
    pub(crate) world: &'s World<'s>,
    pub(crate) acts: &'s Acts<'s>,
    pub(crate) view: &'s View,
    pub(crate) lens: Lens,
    pub(crate) times: Times,
    pub(crate) ledger: &'s Ledger,
    pub(crate) as_of: Instant,
    /// Events that the acts don't show but the asker knows of (a demand).
    pub(crate) milestones: &'s [(Milestone, Instant)],
    pub(crate) steps: u32,
    /// Kept only on the second pass, when somebody asks why.
    pub(crate) misses: Option<Vec<Miss>>,
}

impl<'s> Search<'s> {
    pub(crate) fn new(
        world: &'s World<'s>,
        acts: &'s Acts<'s>,
        view: &'s View,
        lens: Lens,
        ledger: &'s Ledger,
        as_of: Instant,
    ) -> Self {
        Self {
            world,
            acts,
            view,
            lens,
            times: Times::Earliest,
            ledger,
            as_of,
            milestones: &[],
            steps: 0,
            misses: None,
        }
    }

    /// Counts a step; `false` once the budget is spent.
    pub(crate) fn step(&mut self) -> bool {
        self.steps = self.steps.saturating_add(1);
        self.steps <= STEPS_MAX
    }

    pub(crate) fn spent(&self) -> bool {
        self.steps > STEPS_MAX
    }

    pub(crate) fn miss(&mut self, tried: Tried, check: Check, event: &Event<'_>, verb: Verb, at: Instant) {
        if let Some(misses) = &mut self.misses {
            misses.push(Miss { tried, check, order: event.order, verb, at });
        }
    }
}
