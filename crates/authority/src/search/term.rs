//! Rule TERM: when a grant ends before its time.

use crate::model::map::Verb;
use crate::model::meaning::includes;
use crate::model::policy::Profile;
use crate::model::time::Instant;
use crate::search::events::Event;
use crate::search::{DEPTH_MAX, Lens, Search};
use crate::world::{Actor, GrantFact, Ix, RevocationFact, TenureFact};

impl<'s> Search<'s> {
    /// Whether the grant is terminated at `at`: from the effective date internally; from notice to a party of
    /// the act's other side in law. Only an authorised revocation counts.
    pub(crate) fn terminated(&mut self, grant: &GrantFact<'_>, event: &Event<'_>, at: Instant) -> bool {
        let world = self.world;
        world.revocations.get(grant.name as usize).into_iter().flatten().any(|revocation| {
            self.view.sees(revocation.at)
                && at < revocation.valid.until
                && self.counts_from(revocation, event).is_some_and(|from| from <= at)
                && self.may_revoke(revocation, grant, event.party)
        })
    }

    /// The moment from which a revocation counts against this act.
    pub(crate) fn counts_from(&self, revocation: &RevocationFact, event: &Event<'_>) -> Option<Instant> {
        let effective = revocation.valid.from;
        match self.lens {
            Lens::Internal | Lens::Legal(Profile::Strict) => Some(effective),
            Lens::Legal(Profile::Vclt | Profile::Unidroit) => revocation
                .notified
                .iter()
                .filter(|(to, _)| self.is_other_side(*to, event))
                .map(|(_, at)| effective.max(*at))
                .min(),
        }
    }

    pub(crate) fn is_other_side(&self, party: Ix, event: &Event<'_>) -> bool {
        self.world.party_names.name(party).is_some_and(|name| event.with.contains(name))
    }

    /// The grantor, whoever stands above the grantor in the chain, their office, or an office with the power to
    /// delegate on the matter.
    pub(crate) fn may_revoke(
        &self,
        revocation: &RevocationFact,
        grant: &GrantFact<'_>,
        party: Option<Ix>,
    ) -> bool {
        let Some(by) = revocation.by else { return true };
        let at = revocation.valid.from;
        if let Actor::Office(office) = by
            && self.holder(office, at).is_none()
        {
            return false;
        }
        self.stands_above(by, grant, at, DEPTH_MAX) || self.may_delegate(by, grant, party, at)
    }

    fn stands_above(&self, by: Actor, grant: &GrantFact<'_>, at: Instant, depth: u8) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        let made = grant.made.unwrap_or(at);
        grant.grantors.iter().any(|grantor| {
            *grantor == by
                || match (*grantor, by) {
                    (Actor::Office(office), Actor::Person(person)) => {
                        self.holds(person, office, at).is_some()
                    }
                    (Actor::Person(person), Actor::Office(office)) => {
                        self.holds(person, office, made).is_some()
                    }
                    _ => false,
                }
                || self.grants_to(*grantor).any(|upper| {
                    self.world.grants.get(upper).is_some_and(|upper| {
                        self.view.sees(upper.at)
                            && upper.valid.contains(made)
                            && self.stands_above(by, upper, at, depth)
                    })
                })
        })
    }

    fn may_delegate(&self, by: Actor, grant: &GrantFact<'_>, party: Option<Ix>, at: Instant) -> bool {
        let delegates = |office: Ix| {
            self.powers_of(office).any(|power| {
                !power.joint()
                    && Some(power.party) == party
                    && power.valid.contains(at)
                    && includes(&power.says.scope.verbs, Verb::Delegate)
                    && power.says.scope.matter.covers(&grant.says.scope.matter)
            })
        };
        match by {
            Actor::Office(office) => delegates(office),
            Actor::Person(person) => self.tenures_of(person, at).any(|tenure| delegates(tenure.office)),
        }
    }

    /// The first holder of an office at a moment, full or acting.
    pub(crate) fn holder(&self, office: Ix, at: Instant) -> Option<&'s TenureFact> {
        self.holders(office, at).next()
    }

    pub(crate) fn holders(
        &self,
        office: Ix,
        at: Instant,
    ) -> impl Iterator<Item = &'s TenureFact> + Clone + use<'s> {
        let view = self.view;
        let all = self.world.offices.get(office as usize).map_or(&[][..], |index| &index.tenures);
        all.iter().filter(move |tenure| tenure.valid.contains(at) && view.sees(tenure.at))
    }

    /// The tenure by which a person holds an office at a moment.
    pub(crate) fn holds(&self, person: Ix, office: Ix, at: Instant) -> Option<&'s TenureFact> {
        self.tenures_of(person, at).find(|tenure| tenure.office == office)
    }

    /// The offices a person holds at a moment.
    pub(crate) fn tenures_of(
        &self,
        person: Ix,
        at: Instant,
    ) -> impl Iterator<Item = &'s TenureFact> + Clone + use<'s> {
        let view = self.view;
        let all = self.world.persons.get(person as usize).map_or(&[][..], |index| &index.tenures);
        all.iter().filter(move |tenure| tenure.valid.contains(at) && view.sees(tenure.at))
    }

    /// Grants to an office or a person, by index.
    pub(crate) fn grants_to(&self, actor: Actor) -> impl Iterator<Item = usize> + use<'s> {
        let list = match actor {
            Actor::Office(office) => self.world.offices.get(office as usize).map(|index| &index.grants),
            Actor::Person(person) => self.world.persons.get(person as usize).map(|index| &index.grants),
        };
        list.map_or(&[][..], |list| list.as_slice()).iter().copied()
    }
}

/// Whether one of the other side's parties was told before or at `at`.
pub(crate) fn told(notified: &[(Ix, Instant)], is_other: impl Fn(Ix) -> bool, at: Instant) -> bool {
    notified.iter().any(|(to, when)| *when <= at && is_other(*to))
}
