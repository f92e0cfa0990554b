//! What an answer hangs on: acts in doubt, and acts that may be younger than they claim.
//!
//! The question is decided again as things may be as well: without the doubtful acts, with the late ones as late as they may be,
//! and both. An answer that is not the same each time is none.

use std::collections::BTreeMap;

use countersign_agreement::replay::{Admitted, Replay};
use countersign_authority::model::act::Act;
use countersign_authority::model::map::{Fact, Map, Statement};
use countersign_authority::model::name::GrantId;
use countersign_authority::model::policy::Policy;
use countersign_authority::model::time::{Instant, Moment, Zone};
use countersign_authority::verdict::{
    Asked, Column, Decision, Headline, PartyDecision, Reason, Rule, Verdict,
};
use countersign_authority::{Question, World, decide};

use super::Doubt;
use super::signed::hangs_on;

/// What the answer may hang on.
pub(super) struct Hanging<'a> {
    /// The maps, then what was done on the record.
    pub(super) maps: &'a [Map],
    pub(super) policy: Option<&'a Policy>,
    pub(super) zone: &'a (dyn Zone + Sync),
    pub(super) replay: &'a Replay,
    pub(super) admitted: &'a [Admitted],
    /// Acts that may count or not.
    pub(super) doubts: &'a [Doubt],
    /// Acts that may have been done as late as this.
    pub(super) late: &'a BTreeMap<u32, (Doubt, Instant)>,
}

impl Hanging<'_> {
    /// Decides as things may be as well; `None`: what is left does not go together.
    fn decide(&self, ask: &Question, without_doubtful: bool, late: bool) -> Option<Decision> {
        let gone = |number: u32| without_doubtful && self.doubts.iter().any(|doubt| doubt.number == number);
        let ids: Vec<String> =
            self.admitted.iter().filter(|act| gone(act.number)).map(|act| act.id.to_string()).collect();
        let facts = self.replay.facts.iter().filter(|fact| !ids.iter().any(|id| **id == *fact.id));
        let facts: Vec<Act> = facts.cloned().collect();
        let latest = |number: &u32| self.late.get(number).filter(|_| late).map(|(_, until)| *until);
        let made = self.replay.record.iter().zip(&self.replay.made_by);
        let (left, lost): (Vec<_>, Vec<_>) = made.partition(|(_, number)| !gone(**number));
        let lost: Vec<_> = lost.iter().filter_map(|(statement, _)| granted(&statement.fact)).collect();
        let ends_lost = |fact: &Fact| matches!(fact, Fact::Revocation(ends) if lost.contains(&&ends.grant));
        let left = left.into_iter().filter(|(statement, _)| !ends_lost(&statement.fact));
        let statements = left.map(|(statement, number)| no_earlier(statement.clone(), latest(number)));
        let record = Map { statements: statements.collect(), ..self.replay.record_map() };
        let (_, maps) = self.maps.split_last()?;
        let maps: Vec<Map> = maps.iter().cloned().chain([record]).collect();
        let index = u32::try_from(maps.len().saturating_sub(1)).unwrap_or(u32::MAX);
        let world = World::new(&maps, self.policy, self.zone).ok()?.with_record(index);
        Some(decide(&world, &facts, ask))
    }
}

fn granted(fact: &Fact) -> Option<&GrantId> {
    match fact {
        Fact::Grant(grant) => Some(&grant.id),
        _ => None,
    }
}

/// A statement as it is if it was made at a moment, after what happened then.
fn no_earlier(mut statement: Statement, until: Option<Instant>) -> Statement {
    let Some(moment) = until.map(|until| Instant(until.0.saturating_add(1))) else { return statement };
    let from = match statement.valid.from {
        Some(Moment::Instant(from)) => from.max(moment),
        _ => moment,
    };
    statement.valid.from = Some(Moment::Instant(from));
    if let Fact::Grant(grant) = &mut statement.fact {
        grant.made = Some(Moment::Instant(moment));
    }
    statement
}

/// Decides, and where the answer hangs on acts that are in doubt, or on when they were done, says so.
pub(super) fn decided(world: &World<'_>, ask: &Question, hanging: &Hanging<'_>) -> Decision {
    let mut decision = decide(world, &hanging.replay.facts, ask);
    let (doubts, late) = (!hanging.doubts.is_empty(), !hanging.late.is_empty());
    let ask = match &decision.asked {
        // Without the doubtful acts another text could be the one asked about; keep to this one where it is.
        Asked::Text(_) => Question { as_of: Some(decision.as_of), ..ask.clone() },
        _ => ask.clone(),
    };
    let mut cases = vec![(doubts, false), (false, late), (doubts, late)];
    cases.retain(|case| *case != (false, false));
    cases.dedup();
    let others: Vec<Option<Decision>> =
        cases.into_iter().map(|(doubts, late)| hanging.decide(&ask, doubts, late)).collect();
    let said: Vec<Doubt> =
        hanging.doubts.iter().chain(hanging.late.values().map(|(doubt, _)| doubt)).cloned().collect();
    for party in &mut decision.parties {
        let id = party.party.clone();
        let differs = |column: &Column, of: &dyn Fn(&PartyDecision) -> &Column| {
            let same = |other: &Option<Decision>| {
                let other = other.as_ref()?.parties.iter().find(|other| other.party == id)?;
                Some(of(other).verdict.word() == column.verdict.word())
            };
            others.iter().any(|other| same(other) != Some(true))
        };
        let hang = [
            differs(&party.internal, &|other| &other.internal),
            differs(&party.legal, &|other| &other.legal),
            differs(&party.gate, &|other| &other.gate),
        ];
        for (column, hangs) in [&mut party.internal, &mut party.legal, &mut party.gate].into_iter().zip(hang)
        {
            if hangs {
                let says = hangs_on(&said, column.verdict.word());
                let why = vec![Reason { rule: Rule::Recognition, says, facts: Vec::new() }];
                *column = Column { verdict: Verdict::Unknown, why, proof: None };
            }
        }
        if hang.contains(&true) {
            party.headline = Headline::of(&party.legal.verdict, &party.gate.verdict);
            if party.headline == Headline::Undetermined {
                party.gloss = None;
            }
        }
    }
    decision
}
