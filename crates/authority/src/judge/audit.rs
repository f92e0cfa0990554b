//! Signatures one by one, each as of its own date: the question of an audit over a table.
//!
//! Joint powers and amounts that add up over a period need other acts, which a row does not have: such rows come out
//! as what the row alone shows.

use alloc::vec::Vec;

use crate::judge::question::{Question, decide};
use crate::judge::{Ask, authority::Authority};
use crate::model::act::Act;
use crate::model::name::PartyId;
use crate::model::time::Instant;
use crate::search::events::Acts;
use crate::search::ledger::Ledger;
use crate::search::view::View;
use crate::search::{Lens, Search};
use crate::verdict::{Column, PartyDecision, Reason, Rule, Verdict};
use crate::world::World;

/// Judges single signatures against one world, from many threads.
#[derive(Debug)]
pub struct Auditor<'w> {
    world: &'w World<'w>,
    /// One a party, by its index.
    views: Vec<View>,
    empty: Ledger,
}

/// Columns A and B of one signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// Column A.
    pub internal: Column,
    /// Column B.
    pub legal: Column,
}

impl<'w> Auditor<'w> {
    /// Makes the views that questions share.
    pub fn new(world: &'w World<'w>) -> Self {
        let parties = 0_u32..u32::try_from(world.parties.len()).unwrap_or(u32::MAX);
        let views = parties.map(|party| View::of(world, party, Instant::MAX)).collect();
        Self { world, views, empty: Ledger::default() }
    }

    /// Whether the signature alone was authorised by the party's own rules, with nothing left open. Fast; says
    /// nothing of why.
    pub fn authorised(&self, act: &Act) -> bool {
        let Some(party) = self.world.party_names.find(act.on_behalf_of.as_str()) else { return false };
        let Some(view) = self.views.get(party as usize).filter(|view| view.covers(self.world, party)) else {
            return false;
        };
        let definitive = act.qualifier == crate::model::act::Qualifier::Definitive && act.at == act.not_after;
        let consents = self.world.parties.get(party as usize).is_some_and(|index| !index.consents.is_empty());
        if !definitive || consents || self.world.maps.len() > 1 {
            return self.explain(act).internal.verdict == Verdict::Yes;
        }
        let acts = Acts::one(self.world, act);
        let mut search = Search::new(self.world, &acts, view, Lens::Internal, &self.empty, act.at);
        let Some(event) = acts.events.first() else { return false };
        matches!(search.authority(&[event], None), Authority::Yes(_))
    }

    /// Both columns with their reasons.
    pub fn explain(&self, act: &Act) -> Audit {
        let question = Question {
            ask: Ask::Act(act.id.clone()),
            as_of: Some(act.at),
            known_at: None,
            parties: alloc::vec![act.on_behalf_of.clone()],
            milestones: Vec::new(),
        };
        let decision = decide(self.world, core::slice::from_ref(act), &question);
        match decision.parties.into_iter().next() {
            Some(PartyDecision { internal, legal, .. }) => Audit { internal, legal },
            None => Audit { internal: nobody(&act.on_behalf_of), legal: nobody(&act.on_behalf_of) },
        }
    }
}

fn nobody(party: &PartyId) -> Column {
    let says = alloc::format!("{party} is not known");
    let why = alloc::vec![Reason { rule: Rule::Recognition, says, facts: Vec::new() }];
    Column { verdict: Verdict::Unknown, why, proof: None }
}
