//! Rules COND and CONFIRM: what a signature still waits for, and what mends one made without authority.

use alloc::format;
use alloc::vec::Vec;

use crate::judge::authority::Authority;
use crate::model::act::{ActKind, Qualifier};
use crate::model::map::Verb;
use crate::model::policy::Event as Milestone;
use crate::model::time::{Instant, Interval};
use crate::proof::Proof;
use crate::search::events::{Event, Route};
use crate::search::view::View;
use crate::search::{Lens, Search};
use crate::verdict::{Condition, Reason, Rule};

/// What the conditions of a signature come to.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    pub(crate) pending: Vec<Condition>,
    pub(crate) discharged: Vec<Proof>,
    pub(crate) ended: Option<Reason>,
    pub(crate) unknown: Option<Reason>,
}

/// One condition.
enum Outcome {
    Discharged(Proof),
    Pending(Condition),
    Ended(Reason),
    Unknown(Reason),
}

impl Search<'_> {
    /// The conditions that ride along with these acts; consents of internal law only where `internal`.
    pub(crate) fn conditions(&mut self, acts: &[&Event<'_>], internal: bool) -> Conditions {
        let mut all = Conditions::default();
        for event in acts {
            let mut found = Vec::new();
            match event.act.qualifier {
                Qualifier::Definitive => {}
                Qualifier::AdReferendum => found.push(self.ad_referendum(event)),
                Qualifier::SubjectToRatification => found.push(self.ratification(event)),
            }
            if internal {
                found.extend(self.consents(event));
            }
            for outcome in found {
                match outcome {
                    Outcome::Discharged(proof) => all.discharged.push(proof),
                    Outcome::Pending(condition) if all.pending.contains(&condition) => {}
                    Outcome::Pending(condition) => all.pending.push(condition),
                    Outcome::Ended(reason) => all.ended = all.ended.or(Some(reason)),
                    Outcome::Unknown(reason) => all.unknown = all.unknown.or(Some(reason)),
                }
            }
        }
        all
    }

    /// VCLT 12(2)(b): definitive once confirmed by the state.
    fn ad_referendum(&mut self, event: &Event<'_>) -> Outcome {
        if let Some(ended) = self.refusal_by_power(event, &[Verb::Confirm, Verb::Sign]) {
            return Outcome::Ended(ended);
        }
        match self.confirmed(event) {
            Confirmed::Yes(proof) => Outcome::Discharged(proof),
            Confirmed::Unknown(reason) => Outcome::Unknown(reason),
            Confirmed::No => Outcome::Pending(Condition {
                says: format!("confirmation of {} (signed ad referendum)", event.act.id),
            }),
        }
    }

    /// VCLT 14(1)(c): bound once ratified.
    fn ratification(&mut self, event: &Event<'_>) -> Outcome {
        if let Some(ended) = self.refusal_by_power(event, &[Verb::Ratify]) {
            return Outcome::Ended(ended);
        }
        let acts = self.acts;
        let group: Vec<&Event<'_>> = event
            .text
            .into_iter()
            .flat_map(|text| acts.on_text(text))
            .filter(|a| a.act.kind == ActKind::Ratify && a.act.on_behalf_of == event.act.on_behalf_of)
            .collect();
        match self.authority(&group, None) {
            Authority::Yes(proof) => {
                let by = group.last().map_or(event.given, |e| e.given);
                Outcome::Discharged(Proof::new(Rule::Cond, proof.at).by(by).from(alloc::vec![proof]))
            }
            Authority::Unknown if !group.is_empty() => Outcome::Unknown(Reason {
                rule: Rule::Cond,
                says: format!("whether the ratification of {} was authorised is not known", event.act.id),
                facts: Vec::new(),
            }),
            _ => Outcome::Pending(Condition {
                says: format!("ratification of the text (signed subject to ratification, {})", event.act.id),
            }),
        }
    }

    /// `… needs consent of OFFICE`: consent by its holder discharges, a refusal ends it; the first one counts.
    fn consents(&mut self, event: &Event<'_>) -> Vec<Outcome> {
        let world = self.world;
        let consents = world
            .party_names
            .find(event.act.on_behalf_of.as_str())
            .and_then(|party| world.parties.get(party as usize))
            .map_or(&[][..], |index| &index.consents);
        let at = self.times.of(event);
        let mut found = Vec::new();
        for rule in consents {
            let applies = self.view.sees(rule.at)
                && rule.valid.contains(at)
                && event.matter.is_none_or(|matter| rule.says.matter.covers(matter));
            if !applies {
                continue;
            }
            let office = &rule.says.of;
            if let Some(over) = &rule.says.over {
                match self.total(over, rule.at, event, at) {
                    Some(total) if total <= u128::from(over.amount.minor) => continue,
                    Some(_) => {}
                    None => {
                        found.push(Outcome::Unknown(Reason {
                            rule: Rule::Cond,
                            says: format!(
                                "consent of {office} is needed over {}, and {} states no amount in {}",
                                over.amount,
                                event.act.id,
                                over.amount.currency.code()
                            ),
                            facts: alloc::vec![rule.at],
                        }));
                        continue;
                    }
                }
            }
            found.push(self.consent(event, rule));
        }
        found
    }

    fn consent(&mut self, event: &Event<'_>, rule: &crate::world::ConsentFact<'_>) -> Outcome {
        let office = &rule.says.of;
        for act in self.acts.events.iter() {
            let relevant = matches!(act.act.kind, ActKind::Consent | ActKind::Refuse)
                && act.act.on_behalf_of == event.act.on_behalf_of
                && act.text.is_some()
                && act.text == event.text;
            if !relevant {
                continue;
            }
            let at = self.times.of(act);
            let holder = match (act.route, act.person) {
                (Route::Office(o), Some(person)) if o == rule.office => self.holds(person, o, at),
                (Route::Unstated, Some(person)) if self.holds(person, rule.office, at).is_some() => {
                    return Outcome::Unknown(Reason {
                        rule: Rule::Cond,
                        says: format!(
                            "{} says neither capacity nor grant: whether {office} acted is not known",
                            act.act.id
                        ),
                        facts: alloc::vec![rule.at],
                    });
                }
                _ => None,
            };
            let Some(tenure) = holder else { continue };
            if act.act.kind == ActKind::Consent {
                let proof = Proof::new(Rule::Cond, at).on(rule.at).holding(Some(tenure.at)).by(act.given);
                return Outcome::Discharged(proof);
            }
            return Outcome::Ended(Reason {
                rule: Rule::Cond,
                says: format!("{office} refused the consent that is needed ({})", act.act.id),
                facts: alloc::vec![rule.at],
            });
        }
        Outcome::Pending(Condition { says: format!("consent of {office}") })
    }

    /// A refusal, after the signature, by one who could have done what it waits for.
    fn refusal_by_power(&mut self, event: &Event<'_>, verbs: &[Verb]) -> Option<Reason> {
        let acts = self.acts;
        let refusals: Vec<&Event<'_>> = acts
            .events
            .iter()
            .filter(|act| {
                act.act.kind == ActKind::Refuse
                    && act.act.on_behalf_of == event.act.on_behalf_of
                    && act.order > event.order
                    && (act.text == event.text || act.act.confirms.as_ref() == Some(&event.act.id))
            })
            .collect();
        for refusal in refusals {
            let at = self.times.of(refusal);
            let misses = self.misses.take();
            let able = verbs.iter().any(|verb| self.could(refusal, *verb, at));
            self.misses = misses;
            if able {
                return Some(Reason {
                    rule: Rule::Cond,
                    says: format!(
                        "{} refused ({}): {} never became binding, and the interim duty ended with the notice (VCLT 18)",
                        refusal.act.by, refusal.act.id, event.act.id
                    ),
                    facts: Vec::new(),
                });
            }
        }
        None
    }

    /// Whether the actor could do this, alone or as one slot of a joint power.
    fn could(&mut self, event: &Event<'_>, verb: Verb, at: Instant) -> bool {
        if matches!(self.sole(event, verb, at), crate::search::Outcome::Yes(_)) {
            return true;
        }
        let Route::Office(office) = event.route else { return false };
        let held = event.person.is_some_and(|person| self.holds(person, office, at).is_some());
        held && self.powers_of(office).any(|power| self.power_check(power, event, verb, at).holds())
    }

    /// Whether an authorised confirmation gives the act effect.
    pub(crate) fn confirmed(&mut self, event: &Event<'_>) -> Confirmed {
        let acts = self.acts;
        let group: Vec<&Event<'_>> = acts
            .events
            .iter()
            .filter(|act| {
                act.act.kind == ActKind::Confirm
                    && act.act.confirms.as_ref() == Some(&event.act.id)
                    && act.act.on_behalf_of == event.act.on_behalf_of
                    && act.order > event.order
            })
            .collect();
        let Some(last) = group.last().copied() else { return Confirmed::No };
        let authority = self.authority(&group, None);
        let unknown = |says| Confirmed::Unknown(Reason { rule: Rule::Confirm, says, facts: Vec::new() });
        match authority {
            Authority::Yes(proof) => match self.too_late(event, last) {
                Late::No => {
                    let confirm = Proof::new(Rule::Confirm, proof.at).by(proof.act.unwrap_or(last.given));
                    Confirmed::Yes(confirm.from(alloc::vec![proof]))
                }
                Late::Yes(_) => Confirmed::No,
                Late::Unknown(says) => unknown(says),
            },
            Authority::Unknown => unknown(format!(
                "whether {} was authorised to confirm {} is not known",
                last.act.id, event.act.id
            )),
            _ => Confirmed::No,
        }
    }

    /// The other side withdrew first, or a deadline for the signature lapsed (UNIDROIT 2.2.9(2), (3)).
    pub(crate) fn too_late(&mut self, event: &Event<'_>, confirmation: &Event<'_>) -> Late {
        self.too_late_at(event, self.times.of(confirmation), confirmation.order)
    }

    pub(crate) fn too_late_at(&mut self, event: &Event<'_>, at: Instant, order: u32) -> Late {
        let acts = self.acts;
        let withdrawals: Vec<&Event<'_>> = acts
            .events
            .iter()
            .filter(|act| {
                act.act.kind == ActKind::Withdraw
                    && event.with.contains(&act.act.on_behalf_of)
                    && act.order > event.order
                    && act.order < order
                    && match act.text {
                        Some(_) => act.text == event.text,
                        None => act.matter == event.matter,
                    }
            })
            .collect();
        for withdrawal in withdrawals {
            let Some(party) = self.world.party_names.find(withdrawal.act.on_behalf_of.as_str()) else {
                continue;
            };
            let view = View::of(self.world, party, Instant::MAX);
            let mut other =
                Search::new(self.world, self.acts, &view, Lens::Internal, self.ledger, self.as_of);
            if !view.covers(self.world, party) {
                return Late::Unknown(format!(
                    "{} withdrew ({}) before it was confirmed, and no accepted source says whether it could",
                    withdrawal.act.on_behalf_of, withdrawal.act.id
                ));
            }
            match other.authority(&[withdrawal], None) {
                Authority::Yes(_) => {
                    return Late::Yes(format!(
                        "{} withdrew ({}) before it was confirmed",
                        withdrawal.act.on_behalf_of, withdrawal.act.id
                    ));
                }
                Authority::Unknown => {
                    return Late::Unknown(format!(
                        "whether the withdrawal {} before confirmation was authorised is not known",
                        withdrawal.act.id
                    ));
                }
                _ => {}
            }
        }
        let deadlines =
            self.world.policy.into_iter().flat_map(super::super::model::policy::Policy::deadlines);
        for deadline in deadlines {
            if !matches!(deadline.until, Milestone::Signature | Milestone::EntryIntoForce) {
                continue;
            }
            let Some(start) = self.milestone(deadline.after, event) else { continue };
            let Some(due) = crate::deadline::due(deadline.days, deadline.count, start, self.world.zone)
            else {
                continue;
            };
            let window = Interval { from: start, until: due };
            if !window.contains(at) && at >= due && self.times.of(event) < due {
                return Late::Yes(format!(
                    "deadline {} for the {} lapsed on {} before it was confirmed",
                    deadline.id,
                    deadline.until.word(),
                    due
                ));
            }
        }
        Late::No
    }

    /// When the clock of a deadline started, as far as the acts show.
    fn milestone(&self, milestone: Milestone, event: &Event<'_>) -> Option<Instant> {
        let given = self.milestones.iter().find(|(known, _)| *known == milestone).map(|(_, at)| *at);
        given.or_else(|| {
            let starts = |act: &Event<'_>| match milestone {
                Milestone::Mandate => act.act.kind == ActKind::Mandate,
                Milestone::Talks => matches!(
                    act.act.kind,
                    ActKind::Negotiate | ActKind::Adopt | ActKind::Initial | ActKind::Sign
                ),
                Milestone::DefinitiveText => act.act.kind == ActKind::Adopt && act.text == event.text,
                _ => false,
            };
            self.acts.events.iter().find(|act| starts(act)).map(|act| self.times.of(act))
        })
    }
}

/// Whether an act was confirmed.
#[derive(Debug)]
pub(crate) enum Confirmed {
    Yes(Proof),
    Unknown(Reason),
    No,
}

/// Whether a confirmation comes too late.
#[derive(Debug)]
pub(crate) enum Late {
    Yes(alloc::string::String),
    Unknown(alloc::string::String),
    No,
}

impl Late {
    /// The reason, where there is one.
    pub(crate) fn reason(&self) -> Option<Reason> {
        match self {
            Self::Yes(says) | Self::Unknown(says) => {
                Some(Reason { rule: Rule::Confirm, says: says.clone(), facts: Vec::new() })
            }
            Self::No => None,
        }
    }
}
