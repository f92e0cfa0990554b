//! Rule ATTRIB: standing that a body of law presumes, and authority that a principal let appear.

use crate::model::map::Verb;
use crate::model::meaning::includes;
use crate::model::time::Instant;
use crate::proof::Proof;
use crate::search::Search;
use crate::search::events::{Event, Route};
use crate::search::term::told;
use crate::verdict::{Rule, StatementRef};
use crate::world::{Actor, Ix};

/// Whether an actor is presumed to represent (VCLT 7(2)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Presumed {
    /// A tenure runs.
    Yes(Proof),
    /// The tenure ended and no successor is recorded.
    Lapsed(Ix),
    /// No standing.
    No,
}

/// Article under which a party may invoke a restriction.
pub(crate) const VCLT_46: &str = "VCLT 46";
/// Article on restrictions notified beforehand.
pub(crate) const VCLT_47: &str = "VCLT 47";

impl Search<'_> {
    /// The line that gives an office of the act's party a standing which presumes this.
    pub(crate) fn presumed_line(
        &self,
        office: Ix,
        event: &Event<'_>,
        verb: Verb,
        at: Instant,
    ) -> Option<StatementRef> {
        let index = self.world.offices.get(office as usize).filter(|o| Some(o.party) == event.party)?;
        index.lines.iter().find_map(|line| {
            let presumed = line.says.standing.is_some_and(|standing| standing.presumes(verb));
            (presumed && line.valid.contains(at) && self.view.sees(line.at)).then_some(line.at)
        })
    }

    /// The restriction that lets the party contest, and the article: known to the other side before the act.
    pub(crate) fn restricted(
        &self,
        office: Ix,
        event: &Event<'_>,
        verb: Verb,
        at: Instant,
    ) -> Option<(StatementRef, &'static str)> {
        let restrictions = &self.world.offices.get(office as usize)?.restrictions;
        restrictions.iter().find_map(|restriction| {
            let applies = self.view.sees(restriction.at)
                && restriction.valid.contains(at)
                && restriction.says.restricts(verb, event.matter);
            let notified = told(&restriction.notified, |party| self.is_other_side(party, event), at);
            let manifest = restriction.says.fundamental && restriction.publicised.is_some_and(|p| p <= at);
            match (applies, notified, manifest) {
                (true, true, _) => Some((restriction.at, VCLT_47)),
                (true, false, true) => Some((restriction.at, VCLT_46)),
                _ => None,
            }
        })
    }

    /// VCLT 7(2): the capacity's office carries the presumption while a tenure runs.
    pub(crate) fn presumption(&self, event: &Event<'_>, verb: Verb, at: Instant) -> Presumed {
        let (Route::Office(office), Some(person)) = (event.route, event.person) else { return Presumed::No };
        let Some(line) = self.presumed_line(office, event, verb, at) else { return Presumed::No };
        if let Some(tenure) = self.holds(person, office, at) {
            let mut proof = Proof::new(Rule::Attrib, at).on(line).holding(Some(tenure.at)).by(event.given);
            proof.against = self.restricted(office, event, verb, at).map(|(against, _)| against);
            return Presumed::Yes(proof);
        }
        let Some(index) = self.world.offices.get(office as usize) else { return Presumed::No };
        let tenures = || index.tenures.iter().filter(|tenure| self.view.sees(tenure.at));
        let ended =
            tenures().filter(|t| t.person == person && t.valid.until <= at).map(|t| t.valid.until).max();
        match ended {
            Some(ended) if !tenures().any(|t| t.person != person && t.valid.until > ended) => {
                Presumed::Lapsed(office)
            }
            _ => Presumed::No,
        }
    }

    /// UNIDROIT 2.2.5(2): the principal held the actor out to the other side, who neither knew nor ought to
    /// have known of the lack of authority.
    pub(crate) fn apparent(&self, event: &Event<'_>, verb: Verb, at: Instant) -> Option<Proof> {
        if event.deals_with_self {
            return None;
        }
        let (party, person) = (event.party?, event.person?);
        let held_out = self.world.parties.get(party as usize)?.held_out.iter().find(|held| {
            let is_actor = match held.actor {
                Actor::Person(held) => held == person,
                Actor::Office(office) => {
                    event.route == Route::Office(office) && self.holds(person, office, at).is_some()
                }
            };
            is_actor
                && self.view.sees(held.at)
                && held.valid.contains(at)
                && self.is_other_side(held.to, event)
                && includes(&held.says.verbs, verb)
                && event.matter.is_some_and(|matter| held.says.matter.covers(matter))
        })?;
        if self.knew(person, event, verb, at) {
            return None;
        }
        Some(Proof::new(Rule::Attrib, at).on(held_out.at).by(event.given))
    }

    /// Notice of a revocation or restriction to the other side, or publication of a restriction, before the act.
    fn knew(&self, person: Ix, event: &Event<'_>, verb: Verb, at: Instant) -> bool {
        let offices = self.tenures_of(person, at).map(|t| t.office);
        let route_office = match event.route {
            Route::Office(office) => Some(office),
            _ => None,
        };
        let restricted = offices.chain(route_office).any(|office| {
            self.world.offices.get(office as usize).is_some_and(|index| {
                index.restrictions.iter().any(|r| {
                    self.view.sees(r.at)
                        && r.valid.contains(at)
                        && r.says.restricts(verb, event.matter)
                        && (told(&r.notified, |p| self.is_other_side(p, event), at)
                            || r.publicised.is_some_and(|p| p <= at))
                })
            })
        });
        let revoked = self.grants_to(Actor::Person(person)).any(|ix| {
            self.world.grants.get(ix).is_some_and(|grant| {
                includes(&grant.says.scope.verbs, verb)
                    && self.world.revocations.get(grant.name as usize).is_some_and(|list| {
                        list.iter().any(|revocation| {
                            self.view.sees(revocation.at)
                                && revocation.valid.from <= at
                                && told(&revocation.notified, |p| self.is_other_side(p, event), at)
                        })
                    })
            })
        });
        restricted || revoked
    }
}
