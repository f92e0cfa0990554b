//! What a verifier sees of one party: accepted maps known by then, less what a contradiction resolved away.

use alloc::vec::Vec;

use crate::model::time::Instant;
use crate::verdict::StatementRef;
use crate::world::{Ix, World};

/// The statements that count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct View {
    pub(crate) maps: Vec<bool>,
    pub(crate) dropped: Vec<StatementRef>,
}

impl View {
    /// What the policy accepts on `party` of what was known at `known_at`.
    pub(crate) fn of(world: &World<'_>, party: Ix, known_at: Instant) -> Self {
        let name = world.party_names.name(party);
        let maps = (0_u32..)
            .zip(world.maps)
            .zip(&world.known_since)
            .map(|((ix, map), since)| {
                let accepted = match (world.policy, name) {
                    _ if world.record == Some(ix) => true,
                    (Some(policy), Some(name)) => policy.accepts(&map.source, name),
                    _ => true,
                };
                accepted && *since <= known_at
            })
            .collect();
        Self { maps, dropped: Vec::new() }
    }

    /// Every map, accepted or not: what recognition would change.
    pub(crate) fn everything(world: &World<'_>) -> Self {
        Self { maps: world.maps.iter().map(|_| true).collect(), dropped: Vec::new() }
    }

    pub(crate) fn sees(&self, at: StatementRef) -> bool {
        self.maps.get(at.map as usize).copied().unwrap_or(false)
            && (self.dropped.is_empty() || !self.dropped.contains(&at))
    }

    /// Whether any map that counts speaks of the party.
    pub(crate) fn covers(&self, world: &World<'_>, party: Ix) -> bool {
        world
            .parties
            .get(party as usize)
            .is_some_and(|p| p.covered_by.iter().any(|m| self.maps.get(*m as usize) == Some(&true)))
    }
}
