//! The authority map drawn: offices under whom they implement, who holds them, what each may do, what hangs on whom.
//!
//! SVG 1.1 with its own style for light and dark; every colour is said in words too. The same maps give the same
//! bytes.

mod cards;
mod svg;

use std::collections::BTreeMap;

use countersign_authority::model::map::{Fact, Map, Office, Party, Role, Statement};
use countersign_authority::model::name::OfficeId;
use countersign_authority::model::time::Instant;

use cards::Card;

/// Maps as they are looked at: together, on one day.
pub(crate) struct Scene<'m> {
    pub(crate) statements: Vec<&'m Statement>,
    pub(crate) as_of: Instant,
}

/// A party's part of the drawing.
struct Section<'m> {
    party: &'m Party,
    /// Offices, each with the index of the one above it.
    offices: Vec<(&'m Office, Option<usize>)>,
    cards: Vec<Card>,
    /// Joint powers and grants, each with the offices it hangs on.
    instruments: Vec<(Card, Vec<usize>)>,
}

/// Draws maps as they stand on `as_of`.
pub fn svg(maps: &[&Map], as_of: Instant) -> String {
    let scene = Scene { statements: maps.iter().flat_map(|map| &map.statements).collect(), as_of };
    let title: Vec<&str> = maps.iter().map(|map| map.title.as_str()).collect();
    let sections: Vec<Section<'_>> = scene.parties().filter_map(|party| scene.section(party)).collect();
    svg::draw(&title.join(" · "), &format!("as of {as_of}"), &sections)
}

impl<'m> Scene<'m> {
    pub(crate) fn facts<F>(&self, choose: impl Fn(&'m Statement) -> Option<F>) -> Vec<F> {
        self.statements.iter().copied().filter_map(choose).collect()
    }

    fn parties(&self) -> impl Iterator<Item = &'m Party> + use<'m> {
        let mut seen = std::collections::BTreeSet::new();
        let all = self.facts(|statement| match &statement.fact {
            Fact::Party(party) => Some(party),
            _ => None,
        });
        all.into_iter().filter(move |party| seen.insert(&party.id))
    }

    fn section(&self, party: &'m Party) -> Option<Section<'m>> {
        let mut index: BTreeMap<&OfficeId, usize> = BTreeMap::new();
        let mut offices: Vec<&Office> = Vec::new();
        let all = self.facts(|statement| match &statement.fact {
            Fact::Office(office) if office.of == party.id => Some(office),
            _ => None,
        });
        for office in all {
            index.entry(&office.id).or_insert_with(|| {
                offices.push(office);
                offices.len().saturating_sub(1)
            });
        }
        if offices.is_empty() {
            return None;
        }
        let cards = offices.iter().map(|office| self.office_card(office)).collect();
        let above = |office: &Office| match &office.role {
            Role::Implements { under } => index.get(under).copied(),
            _ => None,
        };
        Some(Section {
            party,
            cards,
            instruments: self.instruments(&index),
            offices: offices.iter().map(|office| (*office, above(office))).collect(),
        })
    }
}
