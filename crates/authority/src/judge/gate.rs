//! Rule GATE (column C): did the one who really decides act, in person, publicly, witnessed where asked?

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::model::act::{ActKind, Visibility};
use crate::model::name::{Digest, Matter, PartyId};
use crate::model::policy::{Gate, GateSigner, GateStep};
use crate::model::time::Instant;
use crate::proof::Proof;
use crate::search::Search;
use crate::search::events::{Event, Route};
use crate::verdict::{Column, Reason, Rule, StatementRef, Verdict};
use crate::world::{Actor, ClaimFact, Ix};

/// What gates are asked about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AtTheGate<'a> {
    pub(crate) party: &'a PartyId,
    pub(crate) text: Option<Digest>,
    pub(crate) matter: Option<&'a Matter>,
    /// Which steps are asked about, and by which act alone.
    pub(crate) steps: &'a [GateStep],
    pub(crate) only: Option<u32>,
}

/// A three-valued answer with its reason or proof.
#[derive(Debug, Clone)]
enum Passed {
    Yes(Proof),
    Unknown(Reason),
    No(Reason),
}

impl Passed {
    fn rank(&self) -> u8 {
        match self {
            Self::Yes(_) => 0,
            Self::Unknown(_) => 1,
            Self::No(_) => 2,
        }
    }

    /// The better of two ways.
    fn or(self, other: Self) -> Self {
        if other.rank() < self.rank() { other } else { self }
    }
}

impl<'s> Search<'s> {
    /// Column C: every gate of the policy that stands here.
    pub(crate) fn gates(&mut self, here: AtTheGate<'_>) -> Column {
        let world = self.world;
        let gates: Vec<&Gate> = world
            .policy
            .into_iter()
            .flat_map(super::super::model::policy::Policy::gates)
            .filter(|gate| {
                gate.with == *here.party
                    && here.steps.contains(&gate.step)
                    && here.matter.is_none_or(|matter| gate.matter.covers(matter))
            })
            .collect();
        if gates.is_empty() {
            return Column { verdict: Verdict::None, why: Vec::new(), proof: None };
        }
        let mut proofs = Vec::new();
        let (mut noes, mut unknowns, mut yeses) = (Vec::new(), Vec::new(), Vec::new());
        for gate in gates {
            match self.passed(gate, here) {
                Passed::Yes(proof) => {
                    yeses.push(self.gate_passed(gate, &proof));
                    proofs.push(proof);
                }
                Passed::Unknown(reason) => unknowns.push(reason),
                Passed::No(reason) => noes.push(reason),
            }
        }
        let verdict = match (noes.is_empty(), unknowns.is_empty()) {
            (false, _) => Verdict::No,
            (true, false) => Verdict::Unknown,
            (true, true) => Verdict::Yes,
        };
        let proof = (verdict == Verdict::Yes).then(|| Proof::new(Rule::Text, self.as_of).from(proofs));
        let why = noes.into_iter().chain(unknowns).chain(yeses).collect();
        Column { verdict, why, proof }
    }

    fn gate_passed(&self, gate: &Gate, proof: &Proof) -> Reason {
        let act = proof.act.and_then(|given| self.acts.given(given));
        let says = match act {
            Some(event) => format!(
                "gate {}: {} {} {}{}{}{}",
                gate.step.word(),
                event.act.by,
                if gate.step == GateStep::OpenTalks { "signed the mandate" } else { "signed the text" },
                event.act.id,
                if gate.in_person { ", in person" } else { "" },
                if gate.publicly { ", publicly" } else { "" },
                if gate.witnessed { ", witnessed" } else { "" },
            ),
            None => format!("gate {} is passed", gate.step.word()),
        };
        Reason { rule: Rule::Gate, says, facts: proof.fact.into_iter().collect() }
    }

    fn passed(&self, gate: &Gate, here: AtTheGate<'_>) -> Passed {
        match gate.step {
            GateStep::OpenTalks => self.open_talks(gate, here),
            GateStep::Conclude => self.conclude(gate, here),
        }
    }

    /// The act that would meet a gate if it were witnessed.
    pub(crate) fn to_witness(&self, gate: &Gate, here: AtTheGate<'_>) -> Option<&'s Event<'s>> {
        if !gate.witnessed || matches!(self.passed(gate, here), Passed::Yes(_)) {
            return None;
        }
        match self.passed(&gate.unwitnessed(), here) {
            Passed::Yes(proof) => self.acts.given(proof.act?),
            _ => None,
        }
    }

    /// The claim that counts for a matter: the nearest at or above it.
    pub(crate) fn claim(
        &self,
        party: &PartyId,
        matter: Option<&Matter>,
        at: Instant,
    ) -> Option<&'s ClaimFact<'s>> {
        let world = self.world;
        let index = world.parties.get(world.party_names.find(party.as_str())? as usize)?;
        index
            .claims
            .iter()
            .filter(|claim| {
                self.view.sees(claim.at)
                    && claim.valid.contains(at)
                    && matter.is_none_or(|matter| claim.says.matter.covers(matter))
            })
            .max_by_key(|claim| claim.says.matter.depth())
    }

    fn unclaimed(here: AtTheGate<'_>, at: Instant) -> Reason {
        let on = here.matter.map_or(String::new(), |matter| format!(" on {matter}"));
        Reason {
            rule: Rule::Gate,
            says: format!("no accepted source claims who decides for {}{on} as of {at}", here.party),
            facts: Vec::new(),
        }
    }

    /// Whether the act is the principal's: the decider's own, in person and publicly where asked.
    fn principal_acted(&self, gate: &Gate, event: &Event<'_>, decider: Actor, claim: StatementRef) -> Passed {
        let at = self.times.of(event);
        let id = &event.act.id;
        let facts = vec![claim];
        let no = |says: String| Passed::No(Reason { rule: Rule::Gate, says, facts: vec![claim] });
        let who = self.actor_name(decider);
        let tenure = match (decider, event.person) {
            (Actor::Office(office), Some(person)) => match self.holds(person, office, at) {
                Some(tenure) => Some(tenure.at),
                None => return no(Self::not_principal(gate, event, &who)),
            },
            (Actor::Person(decider), Some(person)) if person == decider => None,
            _ => return no(Self::not_principal(gate, event, &who)),
        };
        let mut unknown = None;
        let mut doubt = |says: String| {
            unknown = Some(Passed::Unknown(Reason { rule: Rule::Gate, says, facts: facts.clone() }));
        };
        if matches!(event.route, Route::Unstated) {
            doubt(format!("{id} says neither capacity nor grant: whether {who} acted as such is not known"));
        }
        if gate.publicly {
            match event.act.visibility {
                Some(Visibility::Public) => {}
                Some(visible) => {
                    return no(format!(
                        "gate {}: {who} must act publicly; {id} was visible to {} only",
                        gate.step.word(),
                        visible.word()
                    ));
                }
                None => doubt(format!("whether {id} was public is not known")),
            }
        }
        let attested = gate.attested && event.act.attested_by.is_some();
        if gate.in_person && !attested {
            if event.act.under.is_some() {
                return no(format!(
                    "gate {}: {who} must act in person; {id} was done under a grant",
                    gate.step.word()
                ));
            }
            match event.act.in_person {
                Some(true) => {}
                Some(false) => {
                    return no(format!("gate {}: {who} must act in person; {id} was not", gate.step.word()));
                }
                None => doubt(format!("whether {id} was done in person is not known")),
            }
        }
        if gate.witnessed {
            match event.act.witnessed {
                Some(true) => {}
                Some(false) => {
                    return no(format!(
                        "gate {}: {id} must be witnessed; it is not shown to be in a trusted record under a checkpoint that enough trusted witnesses cosigned",
                        gate.step.word()
                    ));
                }
                None => doubt(format!("whether {id} was witnessed is not known")),
            }
        }
        unknown.unwrap_or_else(|| {
            Passed::Yes(Proof::new(Rule::Gate, at).on(claim).holding(tenure).by(event.given))
        })
    }

    fn not_principal(gate: &Gate, event: &Event<'_>, who: &str) -> String {
        let what = match gate.step {
            GateStep::OpenTalks => "the mandate",
            GateStep::Conclude => "the text",
        };
        format!(
            "gate {}: {who} must sign {what}{}; {} was signed by {}",
            gate.step.word(),
            if gate.in_person { " in person" } else { "" },
            event.act.id,
            Self::actor_of(event),
        )
    }

    fn mandates(&self, here: AtTheGate<'_>) -> Vec<&'s Event<'s>> {
        let acts = self.acts;
        let counts = |event: &&Event<'_>| {
            event.act.kind == ActKind::Mandate
                && here.only.is_none_or(|only| only == event.order)
                && match (event.matter, here.matter) {
                    (Some(of), Some(matter)) => of.covers(matter),
                    _ => true,
                }
        };
        acts.of_party(here.party).filter(counts).collect()
    }

    /// The party's acts of talks on the text, or on the matter where no text is named.
    fn talks(&self, here: AtTheGate<'_>) -> Vec<&'s Event<'s>> {
        let acts = self.acts;
        let counts = |event: &&Event<'_>| {
            let related = || match (event.matter, here.matter) {
                (Some(a), Some(b)) => a.covers(b) || b.covers(a),
                _ => true,
            };
            match event.act.kind {
                ActKind::Negotiate | ActKind::Adopt | ActKind::Initial | ActKind::Sign => {
                    match (event.text, here.text) {
                        (Some(text), Some(asked)) => text == asked,
                        _ => related(),
                    }
                }
                _ => false,
            }
        };
        acts.of_party(here.party).filter(counts).collect()
    }

    /// Whether one mandate is the principal's.
    fn mandate_counts(&self, gate: &Gate, here: AtTheGate<'_>, mandate: &Event<'_>) -> Passed {
        let at = self.times.of(mandate);
        if mandate.matter.is_none() {
            let says = format!("{} names no matter: whether it covers the text is not known", mandate.act.id);
            return Passed::Unknown(Reason { rule: Rule::Gate, says, facts: Vec::new() });
        }
        match self.claim(here.party, here.matter, at) {
            Some(claim) => self.principal_acted(gate, mandate, claim.decider, claim.at),
            None => Passed::Unknown(Self::unclaimed(here, at)),
        }
    }

    /// Gate 1: a mandate before the first act of talks, renewed by each new holder before the next.
    fn open_talks(&self, gate: &Gate, here: AtTheGate<'_>) -> Passed {
        let none = Passed::No(Reason {
            rule: Rule::Gate,
            says: format!("gate {}: no mandate of {} is among the acts", gate.step.word(), here.party),
            facts: Vec::new(),
        });
        if here.only.is_some() {
            return self
                .mandates(here)
                .into_iter()
                .map(|m| self.mandate_counts(gate, here, m))
                .fold(none, Passed::or);
        }
        let talks = self.talks(here);
        if talks.is_empty() {
            return self
                .mandates(here)
                .into_iter()
                .map(|m| self.mandate_counts(gate, here, m))
                .fold(none, Passed::or);
        }
        let mut passed: Option<Passed> = None;
        for act in talks {
            let at = self.times.of(act);
            let mut best = none.clone();
            for mandate in self.mandates(here) {
                let before = if self.times.of(mandate) == at {
                    mandate.order < act.order
                } else {
                    self.times.of(mandate) < at
                };
                if !before {
                    let says = format!(
                        "gate {}: {} came before the mandate ({})",
                        gate.step.word(),
                        act.act.id,
                        mandate.act.id
                    );
                    best = best_reason(best, says);
                    continue;
                }
                let counts = self.mandate_counts(gate, here, mandate);
                let counts = match counts {
                    Passed::No(_) => counts,
                    other if self.still_decides(here, mandate, at) => other,
                    _ => Passed::No(Reason {
                        rule: Rule::Gate,
                        says: format!(
                            "gate {}: whoever decides changed after {}; the new holder must sign a mandate before {}",
                            gate.step.word(),
                            mandate.act.id,
                            act.act.id
                        ),
                        facts: Vec::new(),
                    }),
                };
                best = if matches!((&best, &counts), (Passed::No(_), Passed::No(_))) {
                    counts
                } else {
                    best.or(counts)
                };
            }
            passed = Some(match passed {
                None => best,
                // Every act of talks must be covered: the worst counts, the first of equals stays.
                Some(worst) => {
                    if best.rank() > worst.rank() {
                        best
                    } else {
                        worst
                    }
                }
            });
        }
        passed.unwrap_or(none)
    }

    /// Whether the signer of a mandate still decides at `at`; a vacant office leaves its mandate standing.
    fn still_decides(&self, here: AtTheGate<'_>, mandate: &Event<'_>, at: Instant) -> bool {
        let Some(claim) = self.claim(here.party, here.matter, at) else { return true };
        match (claim.decider, mandate.person) {
            (Actor::Person(decider), Some(person)) => decider == person,
            (Actor::Office(office), Some(person)) => {
                self.holder(office, at).is_none() || self.holds(person, office, at).is_some()
            }
            _ => false,
        }
    }

    /// The mandates that `same office` and `same person` can refer to: those that count before `before`, witnessed or
    /// not.
    fn references(
        &self,
        gate: &Gate,
        here: AtTheGate<'_>,
        before: u32,
    ) -> Vec<(&'s Event<'s>, Actor, StatementRef)> {
        let here = AtTheGate { only: None, ..here };
        let gate = &gate.unwitnessed();
        self.mandates(here)
            .into_iter()
            .filter(|mandate| mandate.order < before)
            .filter(|mandate| !matches!(self.mandate_counts(gate, here, mandate), Passed::No(_)))
            .filter_map(|mandate| {
                let claim = self.claim(here.party, here.matter, self.times.of(mandate))?;
                Some((mandate, claim.decider, claim.at))
            })
            .collect()
    }

    fn opening_gate(&self, here: AtTheGate<'_>) -> Option<&'s Gate> {
        self.world.policy?.gates().find(|gate| {
            gate.step == GateStep::OpenTalks
                && gate.with == *here.party
                && here.matter.is_none_or(|matter| gate.matter.covers(matter))
        })
    }

    /// Gate 2: the principal (or the mandate's office, or person) signed the text.
    fn conclude(&self, gate: &Gate, here: AtTheGate<'_>) -> Passed {
        let none = Passed::No(Reason {
            rule: Rule::Gate,
            says: match here.text {
                Some(text) => {
                    format!("gate {}: {} has not signed text {}", gate.step.word(), here.party, text.short())
                }
                None => format!("gate {}: {} has signed no text", gate.step.word(), here.party),
            },
            facts: Vec::new(),
        });
        let signatures: Vec<&Event<'_>> = self
            .acts
            .of_party(here.party)
            .filter(|event| {
                event.act.kind == ActKind::Sign
                    && match here.only {
                        Some(only) => event.order == only,
                        None => event.text.is_some() && event.text == here.text,
                    }
            })
            .collect();
        let mut best: Option<Passed> = None;
        for event in signatures {
            let passed = self.signature_counts(gate, here, event);
            best = Some(match best {
                None => passed,
                Some(best) => best.or(passed),
            });
        }
        best.unwrap_or(none)
    }

    fn signature_counts(&self, gate: &Gate, here: AtTheGate<'_>, event: &Event<'_>) -> Passed {
        let at = self.times.of(event);
        let Some(claim) = self.claim(here.party, here.matter, at) else {
            return Passed::Unknown(Self::unclaimed(here, at));
        };
        let opening = match gate.signer {
            GateSigner::Principal => None,
            GateSigner::SameOffice | GateSigner::SamePerson => self.opening_gate(here),
        };
        let Some(opening) = opening else {
            return self.principal_acted(gate, event, claim.decider, claim.at);
        };
        let mandates = self.references(opening, here, event.order);
        let reference = match gate.signer {
            // The person who opened the talks; a renewal by another does not make them the same.
            GateSigner::SamePerson => mandates.first(),
            _ => mandates.last(),
        };
        let Some(&(mandate, decider, claimed)) = reference else {
            if let Passed::No(reason) = self.principal_acted(gate, event, claim.decider, claim.at) {
                return Passed::No(reason);
            }
            let says =
                format!("gate {}: no mandate that counts comes before {}", gate.step.word(), event.act.id);
            return Passed::No(Reason { rule: Rule::Gate, says, facts: Vec::new() });
        };
        let passed = self.principal_acted(gate, event, decider, claimed);
        if gate.signer == GateSigner::SamePerson && mandate.act.by != event.act.by {
            let says = format!(
                "gate {}: the person who signed the mandate ({}, {}) must sign the text; {} was signed by {}",
                gate.step.word(),
                mandate.act.by,
                mandate.act.id,
                event.act.id,
                Self::actor_of(event)
            );
            return Passed::No(Reason { rule: Rule::Gate, says, facts: vec![claimed] });
        }
        passed
    }

    pub(crate) fn actor_name(&self, actor: Actor) -> String {
        match actor {
            Actor::Office(office) => self.office_name(office),
            Actor::Person(person) => self.person_name(person),
        }
    }

    pub(crate) fn office_name(&self, office: Ix) -> String {
        self.world.office_names.name(office).map_or(String::new(), |name| name.as_str().into())
    }

    pub(crate) fn person_name(&self, person: Ix) -> String {
        self.world.person_names.name(person).map_or(String::new(), |name| name.as_str().into())
    }

    /// `MFA (dahl)`, `dahl under FP7`, `dahl`.
    pub(crate) fn actor_of(event: &Event<'_>) -> String {
        let by = &event.act.by;
        match (&event.act.capacity, &event.act.under) {
            (Some(crate::model::act::Capacity::Office(office)), Some(grant)) => {
                format!("{office} ({by}) under {grant}")
            }
            (Some(crate::model::act::Capacity::Office(office)), None) => format!("{office} ({by})"),
            (_, Some(grant)) => format!("{by} under {grant}"),
            _ => format!("{by}"),
        }
    }
}

/// Replaces the plain reason "no mandate" by one that says what is wrong with the mandate there is.
fn best_reason(best: Passed, says: String) -> Passed {
    match best {
        Passed::No(reason) if reason.facts.is_empty() => Passed::No(Reason { says, ..reason }),
        other => other,
    }
}
