//! One deed, one party: whether the acts that make it up were authorised, alone or jointly.

use alloc::vec::Vec;

use crate::model::map::Verb;
use crate::model::time::Instant;
use crate::proof::Proof;
use crate::search::chain::Root;
use crate::search::events::Event;
use crate::search::fit::Check;
use crate::search::joint::Jointly;
use crate::search::{Miss, Outcome, Search, Tried};
use crate::world::Ix;

/// Whether a deed was authorised.
#[derive(Debug, Clone)]
pub(crate) enum Authority {
    /// It was.
    Yes(Proof),
    /// It hangs on what is not known.
    Unknown,
    /// A joint power (by index) waits for signers who can still sign.
    Lacking(usize, Vec<Ix>),
    /// It was not.
    No,
}

impl Search<'_> {
    /// Authority for a group of acts of one party, kind and text; with `must`, through that act.
    pub(crate) fn authority(&mut self, group: &[&Event<'_>], must: Option<u32>) -> Authority {
        let mut unknown = false;
        for event in group.iter().filter(|event| must.is_none_or(|order| event.order == order)) {
            let Some(verb) = event.act.verb() else { continue };
            match self.sole(event, verb, self.times.of(event)) {
                Outcome::Yes(mut proof) => {
                    proof.act = Some(event.given);
                    return Authority::Yes(proof);
                }
                Outcome::Unknown => unknown = true,
                Outcome::No => {}
            }
        }
        let world = self.world;
        let joint = group
            .first()
            .and_then(|event| world.party_names.find(event.act.on_behalf_of.as_str()))
            .and_then(|party| world.parties.get(party as usize))
            .map_or(&[][..], |index| &index.joint_powers);
        let mut lacking = None;
        for power in joint {
            match self.joint(*power, group, must) {
                Jointly::Met(proof) => return Authority::Yes(proof),
                Jointly::Unknown => unknown = true,
                Jointly::Lacking(offices) => lacking = lacking.or(Some((*power, offices))),
                Jointly::No => {}
            }
        }
        if self.spent() {
            if let (Some(misses), Some(event)) = (&mut self.misses, group.first())
                && let Some(verb) = event.act.verb()
            {
                let check = Check { failed: 0, unknown: 1 };
                let at = event.act.at;
                misses.push(Miss { tried: Tried::Budget, check, order: event.order, verb, at });
            }
            unknown = true;
        }
        match lacking {
            _ if unknown => Authority::Unknown,
            Some((power, offices)) => Authority::Lacking(power, offices),
            None => Authority::No,
        }
    }

    /// What was tried in vain for a group of acts, the nearest miss first.
    pub(crate) fn misses_of(&mut self, group: &[&Event<'_>], must: Option<u32>) -> Vec<Miss> {
        self.steps = 0;
        self.misses = Some(Vec::new());
        let _ = self.authority(group, must);
        let mut misses = self.misses.take().unwrap_or_default();
        misses.sort_by_key(|miss| miss.check.distance());
        misses.dedup();
        misses
    }

    /// What was tried in vain for the grantors of a grant with `below` links under it, the nearest miss first.
    pub(crate) fn misses_above(
        &mut self,
        grant: usize,
        event: &Event<'_>,
        verb: Verb,
        at: Instant,
        below: u8,
    ) -> Vec<Miss> {
        let Some(grant) = self.world.grants.get(grant) else { return Vec::new() };
        self.steps = 0;
        self.misses = Some(Vec::new());
        let _ = self.grantors_at(grant, event, verb, grant.made.unwrap_or(at), Root::Sole, below);
        let mut misses = self.misses.take().unwrap_or_default();
        misses.sort_by_key(|miss| miss.check.distance());
        misses
    }
}
