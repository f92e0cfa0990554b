//! Signatures one by one, each as of its own date: the question of an audit over a table.
//!
//! Joint powers and amounts that add up over a period need other acts, which a row does not have: such rows come out
//! as what the row alone shows.

use alloc::vec::Vec;

use crate::judge::proofs::Proofs;
use crate::judge::question::{Question, judge};
use crate::judge::{Ask, authority::Authority, column::Deed};
use crate::model::act::{Act, ActKind, Qualifier};
use crate::model::name::PartyId;
use crate::model::time::Instant;
use crate::proof::Proof;
use crate::search::events::{Acts, Event};
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
    /// nothing of why not.
    pub fn authorised(&self, act: &Act) -> bool {
        match self.plain(act) {
            Some(view) => self.derivation(&Acts::one(self.world, act), view).is_some(),
            None => self.explain(act).internal.verdict == Verdict::Yes,
        }
    }

    /// The proof that acts of one party, kind and text were authorised by its own rules, alone or jointly: column A
    /// without its conditions. `None` where they were not, and where more than this search is needed to tell
    /// (conditions, contradicting maps): ask [`decide`](crate::decide) then.
    pub fn prove(&self, acts: &[Act]) -> Option<Proof> {
        let (first, others) = acts.split_first()?;
        let alike = |act: &Act| {
            act.kind == first.kind && act.on_behalf_of == first.on_behalf_of && act.text == first.text
        };
        let view =
            self.plain(first).filter(|_| others.iter().all(|act| alike(act) && self.plain(act).is_some()))?;
        let acts = match others {
            [] => Acts::one(self.world, first),
            _ => Acts::new(self.world, acts, Instant::MAX),
        };
        self.derivation(&acts, view)
    }

    /// What counts about the act's party, where one search settles column A.
    fn plain(&self, act: &Act) -> Option<&View> {
        let party = self.world.party_names.find(act.on_behalf_of.as_str())?;
        let view = self.views.get(party as usize).filter(|view| view.covers(self.world, party))?;
        let definitive = act.qualifier == Qualifier::Definitive && act.at == act.not_after;
        let consents = self.world.parties.get(party as usize).is_some_and(|index| !index.consents.is_empty());
        (definitive && act.kind != ActKind::Confirm && !consents && self.world.maps.len() == 1)
            .then_some(view)
    }

    fn derivation(&self, acts: &Acts<'_>, view: &View) -> Option<Proof> {
        let as_of = acts.events.last()?.act.at;
        let mut search = Search::new(self.world, acts, view, Lens::Internal, &self.empty, as_of);
        let authority = match &*acts.events {
            [one] => search.authority(&[one], None),
            many => search.authority(&many.iter().collect::<Vec<_>>(), None),
        };
        match authority {
            Authority::Yes(proof) => Some(proof),
            _ => None,
        }
    }

    /// Why one signature was not authorised by the party's own rules: what was tried, the nearest miss first.
    pub fn why_not(&self, act: &Act) -> Vec<Reason> {
        let Some(view) = self.plain(act) else { return self.explain(act).internal.why };
        let acts = Acts::one(self.world, act);
        let mut search = Search::new(self.world, &acts, view, Lens::Internal, &self.empty, act.at);
        let group: Vec<&Event<'_>> = acts.events.iter().collect();
        let misses = search.misses_of(&group, None);
        let deed = Deed { party: &act.on_behalf_of, group, must: None };
        search.tell(&misses, &deed)
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
        let decision = judge(self.world, core::slice::from_ref(act), &question, Proofs::Believed);
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
