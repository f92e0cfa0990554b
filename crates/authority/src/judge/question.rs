//! The question and its answer.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::judge::alternatives::{ALTERNATIVES_MAX, Alternative, alternatives};
use crate::judge::authority::Authority;
use crate::judge::column::Deed;
use crate::judge::gate::AtTheGate;
use crate::judge::proofs::{Proofs, ShowProof};
use crate::judge::settle::settle;
use crate::model::act::{Act, ActId, ActKind};
use crate::model::name::{Digest, Matter, PartyId};
use crate::model::policy::{Event as Milestone, GateStep, Profile};
use crate::model::time::Instant;
use crate::proof::Proof;
use crate::search::events::{Acts, Event, Route};
use crate::search::ledger::Ledger;
use crate::search::view::View;
use crate::search::{Lens, Search};
use crate::verdict::{Asked, Column, Decision, Headline, PartyDecision, Reason, Rule, Verdict};
use crate::world::{Ix, World};

/// What is asked of the acts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Ask {
    /// Whether each party is bound to the text adopted last, or else signed last.
    #[default]
    Text,
    /// Each party's latest mandate.
    Mandate,
    /// One act alone.
    Act(ActId),
}

/// A question: what, as of when, known when, about whom.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Question {
    /// What is asked.
    pub ask: Ask,
    /// Acts after this are ignored; the latest time among the acts where not said.
    pub as_of: Option<Instant>,
    /// Maps not known by then are ignored; unlimited where not said.
    pub known_at: Option<Instant>,
    /// The parties reported; every party on whose behalf an act was done where none is named.
    pub parties: Vec<PartyId>,
    /// Events that the acts don't show but the asker knows of, such as a demand.
    pub milestones: Vec<(Milestone, Instant)>,
}

/// Answers a question about acts.
///
/// Never fails: what can't be told is `unknown`, with what is missing.
#[must_use]
pub fn decide(world: &World<'_>, acts: &[Act], question: &Question) -> Decision {
    judge(world, acts, question, Proofs::Checked)
}

/// Answers a question, and shows the proof of every `yes` with what it was checked against, for those who check it by
/// means of their own. Maps that disagree show one proof a reading, with what that reading leaves out.
pub fn decide_showing(
    world: &World<'_>,
    acts: &[Act],
    question: &Question,
    show: &ShowProof<'_>,
) -> Decision {
    judge(world, acts, question, Proofs::Shown(show))
}

pub(crate) fn judge(world: &World<'_>, acts: &[Act], question: &Question, proofs: Proofs<'_>) -> Decision {
    let latest = acts.iter().map(|act| act.not_after).max().unwrap_or(Instant::MIN);
    let as_of = question.as_of.unwrap_or(latest);
    let known_at = question.known_at.unwrap_or(Instant::MAX);
    let acts = Acts::new(world, acts, as_of);
    let bench = Bench { world, acts: &acts, as_of, known_at, question, proofs };
    let parties = if question.parties.is_empty() { acts.parties() } else { question.parties.clone() };
    let asked = bench.asked();
    let parties = parties.iter().map(|party| bench.party(party, &asked)).collect();
    Decision { asked, as_of, parties }
}

/// Everything a question is answered from.
#[derive(Clone, Copy)]
pub(crate) struct Bench<'b> {
    pub(crate) world: &'b World<'b>,
    pub(crate) acts: &'b Acts<'b>,
    pub(crate) as_of: Instant,
    pub(crate) known_at: Instant,
    pub(crate) question: &'b Question,
    pub(crate) proofs: Proofs<'b>,
}

/// The three columns of one reading.
pub(crate) struct Columns {
    pub(crate) internal: Column,
    pub(crate) legal: Column,
    pub(crate) gate: Column,
}

impl<'b> Bench<'b> {
    pub(crate) fn view(&self, party: &PartyId) -> (Option<Ix>, View) {
        match self.world.party_names.find(party.as_str()) {
            Some(ix) => (Some(ix), View::of(self.world, ix, self.known_at)),
            None => (None, View { maps: Vec::new(), dropped: Vec::new() }),
        }
    }

    /// Resolves the question against the acts.
    fn asked(&self) -> Asked {
        match &self.question.ask {
            Ask::Mandate => Asked::Mandate,
            Ask::Act(id) => Asked::Act(id.clone()),
            Ask::Text => Asked::Text(self.definitive_text().or_else(|| {
                let signed = |event: &&Event<'_>| event.act.kind == ActKind::Sign && event.text.is_some();
                self.acts.events.iter().rev().find(signed).and_then(|event| event.text)
            })),
        }
    }

    /// The text adopted last: by every party that its adoptions name, with authority.
    pub(crate) fn definitive_text(&self) -> Option<Digest> {
        let mut adoptions: BTreeMap<Digest, Vec<&Event<'_>>> = BTreeMap::new();
        for event in self.acts.events.iter().filter(|event| event.act.kind == ActKind::Adopt) {
            if let Some(text) = event.text {
                adoptions.entry(text).or_default().push(event);
            }
        }
        let mut last: Option<(u32, Digest)> = None;
        for (text, events) in adoptions {
            let parties: BTreeSet<&PartyId> = events
                .iter()
                .flat_map(|event| core::iter::once(&event.act.on_behalf_of).chain(event.with))
                .collect();
            let adopted: Option<Vec<u32>> =
                parties.into_iter().map(|party| self.adopted(party, &events)).collect();
            if let Some(order) = adopted.and_then(|orders| orders.into_iter().max())
                && last.is_none_or(|(latest, _)| latest < order)
            {
                last = Some((order, text));
            }
        }
        last.map(|(_, text)| text)
    }

    /// When a party's adoption was complete, if it was authorised.
    fn adopted(&self, party: &PartyId, events: &[&Event<'_>]) -> Option<u32> {
        let (ix, view) = self.view(party);
        ix?;
        let own: Vec<&Event<'_>> =
            events.iter().copied().filter(|event| event.act.on_behalf_of == *party).collect();
        let ledger = Ledger::default();
        let mut search = Search::new(self.world, self.acts, &view, Lens::Internal, &ledger, self.as_of);
        // More acts never take authority away: the first prefix that suffices is found by halving.
        let mut suffices = |count: usize| {
            search.steps = 0;
            own.get(..count).is_some_and(|acts| matches!(search.authority(acts, None), Authority::Yes(_)))
        };
        if !suffices(own.len()) {
            return None;
        }
        let (mut too_few, mut enough) = (0, own.len());
        while enough.saturating_sub(too_few) > 1 {
            let middle = too_few.midpoint(enough);
            if suffices(middle) { enough = middle } else { too_few = middle }
        }
        own.get(enough.checked_sub(1)?).map(|event| event.order)
    }

    /// One party's decision, over every reading of maps that disagree.
    fn party(&self, party: &PartyId, asked: &Asked) -> PartyDecision {
        let profile = self.world.policy.map_or(Profile::Strict, |policy| policy.profile(party));
        let subject = self.subject(party, asked);
        let (ix, view) = self.view(party);
        let columns = match ix {
            None => self.columns(party, &view, None, profile, &subject),
            Some(ix) => {
                if let Some(all) = alternatives(self.world, &view, ix, subject.matter) {
                    self.over_alternatives(party, ix, profile, &subject, &all)
                } else {
                    let says = format!(
                        "more than {ALTERNATIVES_MAX} readings of maps that disagree: add prefer lines"
                    );
                    let column = || Column {
                        verdict: Verdict::Unknown,
                        why: vec![Reason { rule: Rule::Recognition, says: says.clone(), facts: Vec::new() }],
                        proof: None,
                    };
                    Columns { internal: column(), legal: column(), gate: column() }
                }
            }
        };
        let headline = Headline::of(&columns.legal.verdict, &columns.gate.verdict);
        let gloss = match headline {
            Headline::AttributableGateNotMet if !self.principal_signed(party, &view, &subject) => {
                Some("on paper only")
            }
            Headline::GateMetNotAttributable => Some("effective but informal"),
            _ => None,
        };
        let repairs = self.repairs(party, ix, &view, profile, &subject, &columns);
        let Columns { internal, legal, gate } = columns;
        PartyDecision { party: party.clone(), profile, internal, legal, gate, headline, gloss, repairs }
    }

    fn over_alternatives(
        &self,
        party: &PartyId,
        ix: Ix,
        profile: Profile,
        subject: &Subject<'b>,
        all: &[Alternative],
    ) -> Columns {
        let mut readings: Vec<Columns> = all
            .iter()
            .map(|alternative| self.columns(party, &alternative.view, Some(ix), profile, subject))
            .collect();
        if readings.len() == 1
            && let Some(only) = readings.pop()
        {
            return only;
        }
        let merge = |pick: fn(&Columns) -> &Column| -> Column {
            let columns: Vec<&Column> = readings.iter().map(pick).collect();
            let Some(first) = columns.first().copied() else {
                return Column { verdict: Verdict::None, why: Vec::new(), proof: None };
            };
            if columns.iter().all(|column| column.verdict.word() == first.verdict.word()) {
                return first.clone();
            }
            let mut why = Vec::new();
            for (column, alternative) in columns.iter().zip(all) {
                let sources: Vec<String> = alternative
                    .sources
                    .iter()
                    .filter_map(|map| self.world.maps.get(*map))
                    .map(|map| format!("\"{}\"", map.source))
                    .collect();
                let reason = column.why.first();
                why.push(Reason {
                    rule: Rule::Recognition,
                    says: format!(
                        "as {} has it: {}{}",
                        sources.join(", "),
                        column.verdict.word(),
                        reason.map_or(String::new(), |reason| format!(", {}", reason.says))
                    ),
                    facts: reason.map_or(Vec::new(), |reason| reason.facts.clone()),
                });
            }
            let premises: Vec<Proof> = columns.iter().filter_map(|column| column.proof.clone()).collect();
            let proof =
                (!premises.is_empty()).then(|| Proof::new(Rule::Recognition, self.as_of).from(premises));
            Column { verdict: Verdict::Conflict, why, proof }
        };
        Columns { internal: merge(|c| &c.internal), legal: merge(|c| &c.legal), gate: merge(|c| &c.gate) }
    }

    /// The three columns under one view, over every reading of uncertain times.
    pub(crate) fn columns(
        &self,
        party: &PartyId,
        view: &View,
        ix: Option<Ix>,
        profile: Profile,
        subject: &Subject<'b>,
    ) -> Columns {
        let covered = ix.is_some_and(|ix| view.covers(self.world, ix));
        let ledger = settle(self.world, self.acts, view, Lens::Internal, party, self.as_of);
        let mut internal = Search::new(self.world, self.acts, view, Lens::Internal, &ledger, self.as_of);
        internal.milestones = &self.question.milestones;
        let mut legal = Search::new(self.world, self.acts, view, Lens::Legal(profile), &ledger, self.as_of);
        legal.milestones = &self.question.milestones;
        let relevant: Vec<&Event<'_>> = subject.relevant(self.acts, party);
        let readings = internal.readings(&relevant);
        let mut all: Vec<Columns> = Vec::with_capacity(readings.len());
        for (times, _) in &readings {
            internal.times = *times;
            legal.times = *times;
            let a = self.authority_column(party, &mut internal, covered, subject);
            let b = if profile == Profile::Strict {
                a.clone()
            } else {
                self.authority_column(party, &mut legal, covered, subject)
            };
            let here = AtTheGate {
                party,
                text: subject.text,
                matter: subject.matter,
                steps: &subject.steps,
                only: subject.must,
            };
            let c = internal.gates(here);
            all.push(Columns { internal: a, legal: b, gate: c });
        }
        let moments: Vec<_> = readings.iter().map(|(_, moment)| *moment).collect();
        let merge = |pick: fn(&Columns) -> &Column| -> Column {
            let Some(first) = all.first().map(pick) else {
                return Column { verdict: Verdict::None, why: Vec::new(), proof: None };
            };
            let differing =
                all.iter().zip(&moments).find(|(c, _)| pick(c).verdict.word() != first.verdict.word());
            match differing {
                None => first.clone(),
                Some((other, moment)) => {
                    let other = pick(other);
                    let when = moment.map_or(String::from("the latest time"), |(at, what)| {
                        internal.moment_in_words(at, what)
                    });
                    let says = format!(
                        "the answer changes inside the act's uncertain time, from {} to {}, at {when}",
                        first.verdict.word(),
                        other.verdict.word()
                    );
                    let facts = moment.and_then(|(_, what)| what).into_iter().collect();
                    let mut why = vec![Reason { rule: Rule::Time, says, facts }];
                    why.extend(other.why.iter().cloned());
                    why.extend(first.why.iter().cloned());
                    Column { verdict: Verdict::Unknown, why, proof: None }
                }
            }
        };
        let merged = Columns {
            internal: merge(|c| &c.internal),
            legal: merge(|c| &c.legal),
            gate: merge(|c| &c.gate),
        };
        match self.proofs {
            Proofs::Checked | Proofs::Shown(_) => self.checked(merged, party, view, &ledger, subject),
            Proofs::Believed => merged,
        }
    }

    /// Column A, or B, by the kind of what is asked about.
    fn authority_column(
        &self,
        party: &PartyId,
        search: &mut Search<'_>,
        covered: bool,
        subject: &Subject<'b>,
    ) -> Column {
        search.steps = 0;
        let plain = |verdict, rule, says| Column {
            verdict,
            why: vec![Reason { rule, says, facts: Vec::new() }],
            proof: None,
        };
        if subject.group.is_empty() {
            return match subject.nothing {
                Nothing::Mandate => Column { verdict: Verdict::None, why: Vec::new(), proof: None },
                Nothing::Text => plain(Verdict::No, Rule::Text, self.no_signature(party, subject)),
            };
        }
        let kind = subject.group.first().map(|event| event.act.kind);
        if kind == Some(ActKind::Assurance) {
            let says =
                String::from("an assurance is recorded and carries no authority, whoever it is spoken for");
            return plain(Verdict::No, Rule::Text, says);
        }
        if !covered {
            let known: Vec<String> = self
                .world
                .maps
                .iter()
                .filter(|map| !map.source.is_empty())
                .map(|map| format!("\"{}\"", map.source))
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect();
            let says = format!(
                "no accepted source speaks of {party} as of what was known (maps given: {})",
                if known.is_empty() { String::from("none") } else { known.join(", ") }
            );
            return plain(Verdict::Unknown, Rule::Recognition, says);
        }
        match kind {
            Some(ActKind::Consent | ActKind::Refuse) => self.consent_column(party, search, subject),
            _ => search.column(&Deed { party, group: subject.group.clone(), must: subject.must }),
        }
    }

    /// A consent needs the office that a rule names, and no power; a refusal, an office that could have agreed.
    fn consent_column(&self, party: &PartyId, search: &mut Search<'_>, subject: &Subject<'b>) -> Column {
        let Some(event) = subject.group.first().copied() else {
            return Column { verdict: Verdict::No, why: Vec::new(), proof: None };
        };
        let at = search.times.of(event);
        let rules = self
            .world
            .party_names
            .find(party.as_str())
            .and_then(|ix| self.world.parties.get(ix as usize))
            .map_or(&[][..], |index| &index.consents);
        let reason = |says: String, facts| vec![Reason { rule: Rule::Cond, says, facts }];
        if event.route == Route::Unstated {
            let says = format!("{} states neither capacity nor grant", event.act.id);
            return Column { verdict: Verdict::Unknown, why: reason(says, Vec::new()), proof: None };
        }
        for rule in rules.iter().filter(|rule| search.view.sees(rule.at)) {
            if event.route == Route::Office(rule.office)
                && let Some(tenure) = event.person.and_then(|p| search.holds(p, rule.office, at))
            {
                let says = format!("{} is the office whose consent is needed", rule.says.of);
                let proof = Proof::new(Rule::Cond, at).on(rule.at).holding(Some(tenure.at)).by(event.given);
                return Column {
                    verdict: Verdict::Yes,
                    why: reason(says, vec![rule.at]),
                    proof: Some(proof),
                };
            }
        }
        let says = format!("no rule asks for the consent of {}", Search::actor_of(event));
        Column { verdict: Verdict::No, why: reason(says, Vec::new()), proof: None }
    }

    fn no_signature(&self, party: &PartyId, subject: &Subject<'b>) -> String {
        let older: Vec<String> = self
            .acts
            .of_party(party)
            .filter(|event| event.act.kind == ActKind::Sign && event.text != subject.text)
            .map(|event| {
                let text = event.text.map_or(String::from("no text"), |text| text.short());
                format!("{} signed {text} ({}), which is not this text", event.act.by, event.act.id)
            })
            .collect();
        let text = subject.text.map_or(String::from("any text"), |text| format!("text {}", text.short()));
        let mut says = format!("{party} has not signed {text}");
        if !older.is_empty() {
            says.push_str("; ");
            says.push_str(&older.join("; "));
        }
        says
    }

    fn principal_signed(&self, party: &PartyId, view: &View, subject: &Subject<'b>) -> bool {
        let ledger = Ledger::default();
        let search = Search::new(self.world, self.acts, view, Lens::Internal, &ledger, self.as_of);
        subject.group.iter().any(|event| {
            let at = event.act.at;
            let claim = search.claim(party, subject.matter, at);
            claim.is_some_and(|claim| match (claim.decider, event.person) {
                (crate::world::Actor::Office(office), Some(person)) => {
                    search.holds(person, office, at).is_some()
                }
                (crate::world::Actor::Person(decider), Some(person)) => decider == person,
                _ => false,
            })
        })
    }

    /// What one party is asked about.
    pub(crate) fn subject(&self, party: &PartyId, asked: &Asked) -> Subject<'b> {
        let acts = self.acts;
        match asked {
            Asked::Text(text) => {
                let group: Vec<&Event<'_>> = text
                    .iter()
                    .flat_map(|text| acts.on_text(*text))
                    .filter(|event| event.act.kind == ActKind::Sign && event.act.on_behalf_of == *party)
                    .collect();
                let on_text = || text.iter().flat_map(|text| acts.on_text(*text));
                let matter = group
                    .iter()
                    .rev()
                    .find_map(|event| event.matter)
                    .or_else(|| on_text().filter_map(|event| event.matter).last())
                    .or_else(|| acts.of_party(party).filter_map(|event| event.matter).last());
                Subject {
                    group,
                    must: None,
                    text: *text,
                    matter,
                    steps: vec![GateStep::OpenTalks, GateStep::Conclude],
                    nothing: Nothing::Text,
                }
            }
            Asked::Mandate => {
                let latest = acts.of_party(party).filter(|event| event.act.kind == ActKind::Mandate).last();
                let group = latest.map_or(Vec::new(), |latest| {
                    acts.of_party(party)
                        .filter(|e| {
                            e.act.kind == ActKind::Mandate
                                && e.matter == latest.matter
                                && e.text == latest.text
                        })
                        .collect()
                });
                Subject {
                    must: latest.map(|event| event.order).filter(|_| !group.is_empty()),
                    matter: latest.and_then(|event| event.matter),
                    group,
                    text: None,
                    steps: vec![GateStep::OpenTalks],
                    nothing: Nothing::Mandate,
                }
            }
            Asked::Act(id) => {
                let Some(event) = acts.find(id).filter(|event| event.act.on_behalf_of == *party) else {
                    return Subject {
                        group: Vec::new(),
                        must: None,
                        text: None,
                        matter: None,
                        steps: Vec::new(),
                        nothing: Nothing::Mandate,
                    };
                };
                let group = acts
                    .of_party(party)
                    .filter(|other| {
                        other.order == event.order
                            || other.act.kind == event.act.kind
                                && other.act.confirms == event.act.confirms
                                && other.text == event.text
                                && (event.text.is_some() || other.matter == event.matter)
                                && event.act.verb().is_some()
                    })
                    .collect();
                let steps = match event.act.kind {
                    ActKind::Mandate => vec![GateStep::OpenTalks],
                    ActKind::Sign => vec![GateStep::Conclude],
                    _ => Vec::new(),
                };
                Subject {
                    group,
                    must: Some(event.order),
                    text: event.text,
                    matter: event.matter,
                    steps,
                    nothing: Nothing::Mandate,
                }
            }
        }
    }
}

/// What one party is asked about: the acts, the text, the matter, the gates.
pub(crate) struct Subject<'b> {
    pub(crate) group: Vec<&'b Event<'b>>,
    pub(crate) must: Option<u32>,
    pub(crate) text: Option<Digest>,
    pub(crate) matter: Option<&'b Matter>,
    pub(crate) steps: Vec<GateStep>,
    nothing: Nothing,
}

/// What it means that there is no act to judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nothing {
    /// No signature: the party is not bound.
    Text,
    /// No mandate, or not this party's act: nothing is asked.
    Mandate,
}

impl<'b> Subject<'b> {
    /// Acts whose uncertain times can change the answer.
    fn relevant(&self, acts: &'b Acts<'b>, party: &PartyId) -> Vec<&'b Event<'b>> {
        let uncertain = |event: &&Event<'_>| event.act.at < event.act.not_after;
        acts.events
            .iter()
            .filter(uncertain)
            .filter(|event| {
                event.act.on_behalf_of == *party
                    && (event.act.kind == ActKind::Mandate
                        || event.act.kind == ActKind::Negotiate
                        || event.text == self.text && self.text.is_some()
                        || self.group.iter().any(|asked| {
                            asked.order == event.order || event.act.confirms.as_ref() == Some(&asked.act.id)
                        }))
                    || event.act.kind == ActKind::Withdraw
            })
            .take(UNCERTAIN_MAX)
            .collect()
    }
}

/// Most uncertain acts whose readings are tried.
const UNCERTAIN_MAX: usize = 64;
