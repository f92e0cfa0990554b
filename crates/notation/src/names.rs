//! The names that maps declare, for whoever reads acts.

use std::collections::{BTreeMap, BTreeSet};

use countersign_authority::model::map::{Fact, Map};
use countersign_authority::model::name::{Matter, PartyId};

use crate::diagnostic::nearest;

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// An office.
    Office,
    /// A person.
    Person,
}

/// Every name that maps declare.
#[derive(Debug, Clone, Default)]
pub struct Names {
    parties: BTreeSet<String>,
    actors: BTreeMap<String, Actor>,
    office_party: BTreeMap<String, PartyId>,
    grants: BTreeSet<String>,
    matters: BTreeSet<String>,
}

/// A name that no map declares.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no map given knows {what} `{name}`{}", .suggestion.as_ref().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default())]
pub struct UnknownName {
    /// What kind of name: `the party`, `the office` …
    pub what: &'static str,
    /// The name at fault.
    pub name: String,
    /// A declared name that is near.
    pub suggestion: Option<String>,
}

impl Names {
    /// Collects what maps declare.
    pub fn of<'m>(maps: impl IntoIterator<Item = &'m Map>) -> Self {
        let mut names = Self::default();
        for statement in maps.into_iter().flat_map(|map| &map.statements) {
            match &statement.fact {
                Fact::Party(party) => {
                    names.parties.insert(party.id.to_string());
                }
                Fact::Matter(matter) => {
                    names.matters.insert(matter.to_string());
                }
                Fact::Office(office) => {
                    names.actors.insert(office.id.to_string(), Actor::Office);
                    names.office_party.entry(office.id.to_string()).or_insert_with(|| office.of.clone());
                }
                Fact::Person(person) => {
                    names.actors.entry(person.id.to_string()).or_insert(Actor::Person);
                }
                Fact::Grant(grant) => {
                    names.grants.insert(grant.id.to_string());
                }
                _ => {}
            }
        }
        names
    }

    /// Whether a party is declared.
    pub fn party(&self, name: &str) -> Result<(), UnknownName> {
        declared(&self.parties, "the party", name)
    }

    /// Whether a grant is declared.
    pub fn grant(&self, name: &str) -> Result<(), UnknownName> {
        declared(&self.grants, "the grant", name)
    }

    /// Whether an office is declared.
    pub fn office(&self, name: &str) -> Result<(), UnknownName> {
        self.actor_of(name, "the office", Some(Actor::Office))
    }

    /// Whether a person is declared.
    pub fn person(&self, name: &str) -> Result<(), UnknownName> {
        self.actor_of(name, "the person", Some(Actor::Person))
    }

    /// Whether an office or a person is declared.
    pub fn actor(&self, name: &str) -> Result<(), UnknownName> {
        self.actor_of(name, "the office or person", None)
    }

    /// What an office's or person's name stands for.
    pub fn kind_of(&self, name: &str) -> Option<Actor> {
        self.actors.get(name).copied()
    }

    /// The party whose office it is.
    pub fn party_of(&self, office: &str) -> Option<&PartyId> {
        self.office_party.get(office)
    }

    /// Whether a matter, or one above it, is declared.
    pub fn matter(&self, matter: &Matter) -> Result<(), UnknownName> {
        let mut above = Some(matter.clone());
        while let Some(at) = above {
            if self.matters.contains(at.as_str()) {
                return Ok(());
            }
            above = at.parent();
        }
        declared(&self.matters, "the matter", matter.as_str())
    }

    fn actor_of(&self, name: &str, what: &'static str, kind: Option<Actor>) -> Result<(), UnknownName> {
        let fits = |actor: &Actor| kind.is_none_or(|kind| kind == *actor);
        if self.actors.get(name).is_some_and(fits) {
            return Ok(());
        }
        let known = self.actors.iter().filter(|(_, actor)| fits(actor)).map(|(name, _)| name.as_str());
        Err(UnknownName { what, name: name.to_owned(), suggestion: nearest(name, known).map(str::to_owned) })
    }
}

fn declared(known: &BTreeSet<String>, what: &'static str, name: &str) -> Result<(), UnknownName> {
    if known.contains(name) {
        return Ok(());
    }
    let suggestion = nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
    Err(UnknownName { what, name: name.to_owned(), suggestion })
}
