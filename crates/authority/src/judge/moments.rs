//! Uncertain times: the moments inside an act's interval at which an answer could change.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::model::map::Fact;
use crate::model::time::Instant;
use crate::search::events::{Event, Route};
use crate::search::{DEPTH_MAX, Search, Times};
use crate::verdict::StatementRef;
use crate::world::{Actor, Ix};

/// Most moments looked at for one act: the earliest ones count.
const MOMENTS_MAX: usize = 256;

/// One reading of uncertain times, with the moment it turns on and what happens then.
pub(crate) type Reading = (Times, Option<(Instant, Option<StatementRef>)>);

/// What happens at a moment: the statement that begins, ends or is notified then.
pub(crate) type Moments = BTreeMap<Instant, Option<StatementRef>>;

impl Search<'_> {
    /// The readings of uncertain times: every act at its earliest, each uncertain act at each moment of its
    /// interval, every act at its latest.
    pub(crate) fn readings(&self, relevant: &[&Event<'_>]) -> Vec<Reading> {
        let mut readings = vec![(Times::Earliest, None)];
        let mut uncertain = false;
        for event in relevant.iter().filter(|event| event.act.at < event.act.not_after) {
            uncertain = true;
            for (at, what) in self.moments(event).into_iter().take(MOMENTS_MAX) {
                readings.push((Times::Moved(event.order, at), Some((at, what))));
            }
            let last = event.act.not_after;
            readings.push((Times::Moved(event.order, last), Some((last, None))));
        }
        if uncertain {
            readings.push((Times::Latest, None));
        }
        readings
    }

    /// Moments in (at, `not_after`] at which something that the act may rest on changes.
    fn moments(&self, event: &Event<'_>) -> Moments {
        let (lo, hi) = (event.act.at, event.act.not_after);
        let mut moments = Moments::new();
        let mut note = |at: Instant, what: Option<StatementRef>| {
            if lo < at && at <= hi && moments.len() < MOMENTS_MAX {
                let entry = moments.entry(at).or_insert(what);
                *entry = entry.or(what);
            }
        };
        let mut offices: Vec<Ix> = match event.route {
            Route::Office(office) => vec![office],
            _ => Vec::new(),
        };
        let world = self.world;
        if let Some(person) = event.person {
            let tenures = world.persons.get(person as usize).map_or(&[][..], |index| &index.tenures);
            offices.extend(tenures.iter().map(|tenure| tenure.office));
        }
        let mut grants: Vec<usize> = match event.route {
            Route::Grant(name) => world.grants_named.get(name as usize).cloned().unwrap_or_default(),
            _ => offices
                .iter()
                .flat_map(|office| self.grants_to(Actor::Office(*office)))
                .chain(event.person.into_iter().flat_map(|p| self.grants_to(Actor::Person(p))))
                .collect(),
        };
        let mut from = 0;
        for _ in 0..DEPTH_MAX {
            let upper: Vec<usize> = grants
                .get(from..)
                .unwrap_or_default()
                .iter()
                .filter_map(|ix| world.grants.get(*ix))
                .flat_map(|grant| grant.grantors.clone())
                .flat_map(|grantor| {
                    if let Actor::Office(office) = grantor {
                        offices.push(office);
                    }
                    self.grants_to(grantor).collect::<Vec<_>>()
                })
                .filter(|ix| !grants.contains(ix))
                .take(MOMENTS_MAX)
                .collect();
            from = grants.len();
            grants.extend(upper);
        }
        if let Some(party) = world.party_names.find(event.act.on_behalf_of.as_str())
            && let Some(index) = world.parties.get(party as usize)
        {
            for (at, valid) in index
                .claims
                .iter()
                .map(|c| (c.at, c.valid))
                .chain(index.consents.iter().map(|c| (c.at, c.valid)))
                .chain(index.held_out.iter().map(|h| (h.at, h.valid)))
                .chain(index.powers.iter().filter_map(|p| world.powers.get(*p)).map(|p| (p.at, p.valid)))
            {
                note(valid.from, Some(at));
                note(valid.until, Some(at));
            }
            offices.extend(index.claims.iter().filter_map(|claim| match claim.decider {
                Actor::Office(office) => Some(office),
                Actor::Person(_) => None,
            }));
        }
        offices.sort_unstable();
        offices.dedup();
        for index in offices.iter().filter_map(|office| world.offices.get(*office as usize)) {
            let lines = index.lines.iter().map(|l| (l.at, l.valid));
            for (at, valid) in lines.chain(index.tenures.iter().map(|t| (t.at, t.valid))) {
                note(valid.from, Some(at));
                note(valid.until, Some(at));
            }
            for restriction in &index.restrictions {
                let told = restriction.notified.iter().map(|(_, at)| *at).chain(restriction.publicised);
                for at in told.chain([restriction.valid.from, restriction.valid.until]) {
                    note(at, Some(restriction.at));
                }
            }
        }
        for grant in grants.iter().filter_map(|ix| world.grants.get(*ix)) {
            for at in [grant.valid.from, grant.valid.until].into_iter().chain(grant.report_due) {
                note(at, Some(grant.at));
            }
            for revocation in world.revocations.get(grant.name as usize).into_iter().flatten() {
                let told = revocation.notified.iter().map(|(_, at)| *at);
                for at in told.chain([revocation.valid.from]) {
                    note(at, Some(revocation.at));
                }
            }
        }
        for other in self.acts.events.iter().filter(|other| other.order != event.order).take(10_000) {
            note(other.act.at, None);
        }
        moments
    }

    /// What happens at a deciding moment, in words.
    pub(crate) fn moment_in_words(&self, at: Instant, what: Option<StatementRef>) -> String {
        let what = match what.and_then(|what| Some((what, &self.world.statement(what)?.fact))) {
            Some((at, Fact::Revocation(revocation))) => {
                format!("the revocation of {}{}", revocation.grant, self.basis(at))
            }
            Some((at, Fact::Tenure(tenure))) => {
                format!("the tenure of {} in {}{}", tenure.person, tenure.office, self.basis(at))
            }
            Some((at, Fact::Grant(grant))) => format!("the interval of grant {}{}", grant.id, self.basis(at)),
            Some((at, Fact::Restriction(restriction))) => {
                format!("the restriction of {}{}", restriction.office, self.basis(at))
            }
            Some((at, Fact::Power(_))) => format!("the interval of a power{}", self.basis(at)),
            Some((at, Fact::PrincipalClaim(_))) => format!("the claim of who decides{}", self.basis(at)),
            Some((at, _)) => format!("a statement's interval{}", self.basis(at)),
            None => String::from("the order of acts"),
        };
        format!("{at}: {what}")
    }
}
