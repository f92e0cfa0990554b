//! What would mend a verdict: who must sign, confirm, consent, raise a limit; which source to accept.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::judge::gate::AtTheGate;
use crate::judge::proofs::Proofs;
use crate::judge::question::{Bench, Columns, Subject};
use crate::model::act::ActKind;
use crate::model::map::Verb;
use crate::model::meaning::includes;
use crate::model::name::PartyId;
use crate::model::policy::{GateStep, Profile};
use crate::search::events::Event;
use crate::search::fit::Premise;
use crate::search::ledger::Ledger;
use crate::search::view::View;
use crate::search::{Lens, Search, Tried};
use crate::verdict::{ColumnName, Repair, Verdict};
use crate::world::Ix;

/// Most repairs named.
const REPAIRS_MAX: usize = 8;

impl Bench<'_> {
    /// Repairs for the columns that fall short of yes.
    pub(crate) fn repairs(
        &self,
        party: &PartyId,
        ix: Option<Ix>,
        view: &View,
        profile: Profile,
        subject: &Subject<'_>,
        columns: &Columns,
    ) -> Vec<Repair> {
        let ledger = Ledger::default();
        let mut search = Search::new(self.world, self.acts, view, Lens::Internal, &ledger, self.as_of);
        let mut repairs: Vec<Repair> = Vec::new();
        let mut add = |says: String, mends: Vec<ColumnName>| {
            if !says.is_empty() && repairs.len() < REPAIRS_MAX && !repairs.iter().any(|r| r.says == says) {
                repairs.push(Repair { says, mends });
            }
        };
        if let Some(ix) = ix
            && !view.covers(self.world, ix)
        {
            if let Some((says, mends)) = self.recognition(party, ix, profile, subject) {
                add(says, mends);
            }
            return repairs;
        }
        for says in self.gate_repairs(party, &search, subject, columns) {
            add(says, vec![ColumnName::Gate]);
        }
        let short = |column: &crate::verdict::Column| !matches!(column.verdict, Verdict::Yes | Verdict::None);
        let mut both = Vec::new();
        if short(&columns.internal) {
            both.push(ColumnName::Internal);
        }
        if short(&columns.legal) {
            both.push(ColumnName::Legal);
        }
        if both.is_empty() {
            return repairs;
        }
        if let Verdict::YesIf(conditions) = &columns.internal.verdict {
            for condition in conditions {
                add(condition.says.clone(), both.clone());
            }
        }
        let Some(event) = subject.group.last().copied() else {
            if subject.text.is_some() {
                for says in self.signers(party, ix, &search, subject, None) {
                    add(says, both.clone());
                }
            }
            return repairs;
        };
        if matches!(columns.internal.verdict, Verdict::YesIf(_)) {
            return repairs;
        }
        for miss in search.misses_of(&subject.group, subject.must) {
            if miss.check.failed(Premise::UpTo) && miss.check.failed.is_power_of_two() {
                let what = match miss.tried {
                    Tried::Grant(grant) => {
                        self.world.grants.get(grant).map(|g| format!("grant {}", g.says.id))
                    }
                    Tried::Power(power) => {
                        self.world.powers.get(power).map(|p| format!("the power of {}", search.head(p)))
                    }
                    _ => None,
                };
                if let (Some(what), Some(amount)) = (what, event.amount) {
                    add(format!("raise the cap of {what} to cover {amount}"), both.clone());
                }
            }
        }
        for says in self.signers(party, ix, &search, subject, Some(event)) {
            add(says, both.clone());
        }
        if matches!(event.act.kind, ActKind::Sign | ActKind::Withdraw | ActKind::Suspend | ActKind::Mandate) {
            let confirmers = self.confirmers(ix, &search, event);
            if confirmers.is_empty() && matches!(columns.legal.verdict, Verdict::Curable) {
                let says = format!(
                    "{party} confirms {} (no office is stated to hold the power to confirm it)",
                    event.act.id
                );
                add(says, both.clone());
            }
            for says in confirmers {
                add(says, both.clone());
            }
        }
        repairs
    }

    /// What accepting the sources not accepted would change.
    fn recognition(
        &self,
        party: &PartyId,
        ix: Ix,
        profile: Profile,
        subject: &Subject<'_>,
    ) -> Option<(String, Vec<ColumnName>)> {
        let everything = View::everything(self.world);
        if !everything.covers(self.world, ix) {
            return None;
        }
        let subject = self.subject(party, &subject.asked());
        // What is not recognised can't be checked as if it were.
        let asked = Self { proofs: Proofs::Believed, ..*self };
        let would = asked.columns(party, &everything, Some(ix), profile, &subject);
        let covering = &self.world.parties.get(ix as usize)?.covered_by;
        let mut sources: Vec<String> = covering
            .iter()
            .filter_map(|map| self.world.maps.get(*map as usize))
            .map(|map| format!("\"{}\"", map.source))
            .collect();
        sources.dedup();
        let says = format!(
            "accept source {} on {party} (known by then): internal would be {}, legal {}, gate {}",
            sources.join(", "),
            would.internal.verdict.word(),
            would.legal.verdict.word(),
            would.gate.verdict.word()
        );
        Some((says, vec![ColumnName::Internal, ColumnName::Legal, ColumnName::Gate]))
    }

    fn gate_repairs(
        &self,
        party: &PartyId,
        search: &Search<'_>,
        subject: &Subject<'_>,
        columns: &Columns,
    ) -> Vec<String> {
        if matches!(columns.gate.verdict, Verdict::Yes | Verdict::None) {
            return Vec::new();
        }
        let Some(policy) = self.world.policy else { return Vec::new() };
        let who = search
            .claim(party, subject.matter, self.as_of)
            .map_or(format!("the principal of {party}"), |claim| search.actor_name(claim.decider));
        policy
            .gates()
            .filter(|gate| {
                gate.with == *party
                    && subject.steps.contains(&gate.step)
                    && subject.matter.is_none_or(|matter| gate.matter.covers(matter))
            })
            .map(|gate| {
                let here = AtTheGate {
                    party,
                    text: subject.text,
                    matter: subject.matter,
                    steps: &subject.steps,
                    only: subject.must,
                };
                if let Some(event) = search.to_witness(gate, here) {
                    return format!(
                        "have {} witnessed: in a trusted record, under a checkpoint that enough trusted witnesses cosigned",
                        event.act.id
                    );
                }
                let what = match (gate.step, subject.text) {
                    (GateStep::OpenTalks, _) => String::from("a mandate"),
                    (GateStep::Conclude, Some(text)) => format!("text {}", text.short()),
                    (GateStep::Conclude, None) => String::from("the definitive text"),
                };
                let on = match (gate.step, subject.matter) {
                    (GateStep::OpenTalks, Some(matter)) => format!(" on {matter}"),
                    _ => String::new(),
                };
                let mut says = format!("{who} signs {what}{on}");
                if gate.in_person {
                    says.push_str(", in person");
                }
                if gate.publicly {
                    says.push_str(", publicly");
                }
                if gate.witnessed {
                    says.push_str(", witnessed");
                }
                says
            })
            .collect()
    }

    /// Offices that hold a power over the whole act and could sign now.
    fn signers(
        &self,
        party: &PartyId,
        ix: Option<Ix>,
        search: &Search<'_>,
        subject: &Subject<'_>,
        event: Option<&Event<'_>>,
    ) -> Vec<String> {
        let Some(index) = ix.and_then(|ix| self.world.parties.get(ix as usize)) else { return Vec::new() };
        let _ = party;
        let verb = event.and_then(|event| event.act.verb()).unwrap_or(Verb::Sign);
        let what = match (verb, subject.text) {
            (Verb::Sign | Verb::SignAdReferendum | Verb::SignSubjectToRatification, Some(text)) => {
                format!("signs text {}", text.short())
            }
            (verb, _) => format!("does it ({})", verb.word()),
        };
        let covering = index.powers.iter().filter_map(|p| self.world.powers.get(*p)).filter(|power| {
            search.view.sees(power.at)
                && power.valid.contains(self.as_of)
                && match event {
                    Some(event) => search.power_check(power, event, verb, self.as_of).holds(),
                    None => {
                        includes(&power.says.scope.verbs, verb)
                            && subject.matter.is_none_or(|m| power.says.scope.matter.covers(m))
                    }
                }
        });
        covering
            .filter_map(|power| {
                if power.joint() {
                    let signed: Vec<&Event<'_>> = subject.group.clone();
                    let missing: Vec<String> = power
                        .offices
                        .iter()
                        .filter(|office| {
                            search.holder(**office, self.as_of).is_some()
                                && !signed
                                    .iter()
                                    .any(|e| e.route == crate::search::events::Route::Office(**office))
                        })
                        .map(|office| search.office_name(*office))
                        .collect();
                    (!missing.is_empty())
                        .then(|| format!("{} {what}, as {} must", missing.join(" or "), search.head(power)))
                } else {
                    let office = *power.offices.first()?;
                    let holder = search.holder(office, self.as_of)?;
                    Some(format!(
                        "{} ({}) {what}",
                        search.office_name(office),
                        search.person_name(holder.person)
                    ))
                }
            })
            .collect()
    }

    /// Offices that could confirm the act.
    fn confirmers(&self, ix: Option<Ix>, search: &Search<'_>, event: &Event<'_>) -> Vec<String> {
        let Some(index) = ix.and_then(|ix| self.world.parties.get(ix as usize)) else { return Vec::new() };
        index
            .powers
            .iter()
            .filter_map(|p| self.world.powers.get(*p))
            .filter(|power| {
                search.view.sees(power.at)
                    && search.power_check(power, event, Verb::Confirm, self.as_of).holds()
            })
            .map(|power| format!("{} confirms {}", search.head(power), event.act.id))
            .collect()
    }
}

impl Subject<'_> {
    /// The question that this subject answers, for asking it again under another view.
    fn asked(&self) -> crate::verdict::Asked {
        match (self.must, self.text, self.group.last()) {
            (Some(_), _, Some(event)) => crate::verdict::Asked::Act(event.act.id.clone()),
            (_, text, _) => crate::verdict::Asked::Text(text),
        }
    }
}
