//! Names: every one used is declared in one of the maps given, accepted or not, and means the same in all.

use std::collections::BTreeMap;

use countersign_authority::model::map::{Decider, Fact, Head, Map, Role, Statement};
use countersign_authority::model::name::{ActorId, Matter, OfficeId, PartyId};
use countersign_authority::model::policy::{Policy, Rule};
use countersign_authority::model::terms::{Clause, Terms};

use crate::diagnostic::{Diagnostic, Fault, nearest};
use crate::parse::{ERRORS_MAX, Parsed};

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Actor {
    Office,
    Person,
}

/// Every name that maps declare.
#[derive(Debug, Clone, Default)]
pub struct Names {
    parties: BTreeMap<String, ()>,
    actors: BTreeMap<String, Actor>,
    office_party: BTreeMap<String, PartyId>,
    grants: BTreeMap<String, ()>,
    matters: BTreeMap<String, ()>,
}

/// A name that no map declares.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no map given knows {what} `{name}`{}", suggestion.as_ref().map(|s| format!("; did you mean `{s}`?")).unwrap_or_default())]
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
                    names.parties.insert(party.id.to_string(), ());
                }
                Fact::Matter(matter) => {
                    names.matters.insert(matter.to_string(), ());
                }
                Fact::Office(office) => {
                    names.actors.insert(office.id.to_string(), Actor::Office);
                    names.office_party.entry(office.id.to_string()).or_insert_with(|| office.of.clone());
                }
                Fact::Person(person) => {
                    names.actors.entry(person.id.to_string()).or_insert(Actor::Person);
                }
                Fact::Grant(grant) => {
                    names.grants.insert(grant.id.to_string(), ());
                }
                _ => {}
            }
        }
        names
    }

    /// Whether a party is declared.
    pub fn party(&self, name: &str) -> Result<(), UnknownName> {
        lookup(&self.parties, "the party", name)
    }

    /// Whether a grant is declared.
    pub fn grant(&self, name: &str) -> Result<(), UnknownName> {
        lookup(&self.grants, "the grant", name)
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

    /// Whether a matter, or one above it, is declared.
    pub fn matter(&self, matter: &Matter) -> Result<(), UnknownName> {
        let mut above = Some(matter.clone());
        while let Some(at) = above {
            if self.matters.contains_key(at.as_str()) {
                return Ok(());
            }
            above = at.parent();
        }
        lookup(&self.matters, "the matter", matter.as_str())
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

fn lookup(known: &BTreeMap<String, ()>, what: &'static str, name: &str) -> Result<(), UnknownName> {
    if known.contains_key(name) {
        return Ok(());
    }
    let suggestion = nearest(name, known.keys().map(String::as_str)).map(str::to_owned);
    Err(UnknownName { what, name: name.to_owned(), suggestion })
}

/// Resolves every name of maps, a policy and terms against all the maps.
pub fn resolve(
    maps: &[Parsed<Map>],
    policy: Option<&Parsed<Policy>>,
    terms: &[Parsed<Terms>],
) -> Result<Names, Vec<Diagnostic>> {
    let names = Names::of(maps.iter().map(|map| &map.value));
    let mut faults = Vec::new();
    let mut offices: BTreeMap<&OfficeId, &PartyId> = BTreeMap::new();
    let mut kinds: BTreeMap<&str, Actor> = BTreeMap::new();
    for map in maps {
        for (ix, statement) in map.value.statements.iter().enumerate() {
            let mut missing = Missing { names: &names, found: Vec::new() };
            missing.statement(statement);
            faults.extend(missing.found.into_iter().map(|unknown| unknown_name(map, ix, &unknown)));
            let (id, kind) = match &statement.fact {
                Fact::Office(office) => (office.id.as_str(), Actor::Office),
                Fact::Person(person) => (person.id.as_str(), Actor::Person),
                _ => continue,
            };
            if *kinds.entry(id).or_insert(kind) != kind {
                faults.push(map.fault(ix, id, |span| {
                    Fault::new(span, format!("`{id}` is an office in one place and a person in another"))
                        .help("ids mean the same in all maps: give one of them another id")
                }));
            }
            if let Fact::Office(office) = &statement.fact {
                let of = *offices.entry(&office.id).or_insert(&office.of);
                if *of != office.of {
                    faults.push(map.fault(ix, office.of.as_str(), |span| {
                        Fault::new(span, format!("office `{id}` is of {of} in one place and of {} in another", office.of))
                            .help("ids mean the same in all maps: give one of the offices another id")
                    }));
                }
            }
        }
        if faults.len() < ERRORS_MAX {
            faults.extend(cycle(map));
        }
    }
    if let Some(policy) = policy {
        for (ix, rule) in policy.value.rules.iter().enumerate() {
            let mut missing = Missing { names: &names, found: Vec::new() };
            missing.rule(rule);
            faults.extend(missing.found.into_iter().map(|unknown| unknown_name(policy, ix, &unknown)));
        }
    }
    for terms in terms {
        let named: Vec<&PartyId> = terms
            .value
            .clauses
            .iter()
            .filter_map(|clause| match clause {
                Clause::Party(party) => Some(&party.id),
                _ => None,
            })
            .collect();
        for (ix, clause) in terms.value.clauses.iter().enumerate() {
            let Clause::Obligation(obligation) = clause else { continue };
            let parties = obligation.verified_by.iter().filter_map(|m| m.by.as_ref()).chain([&obligation.party]);
            for party in parties.filter(|party| !named.contains(party) && !terms.value.between.contains(party)) {
                if let Err(unknown) = names.party(party.as_str()) {
                    faults.push(unknown_name(terms, ix, &unknown));
                }
            }
        }
    }
    faults.truncate(ERRORS_MAX);
    if faults.is_empty() { Ok(names) } else { Err(faults) }
}

fn unknown_name<T>(parsed: &Parsed<T>, statement: usize, unknown: &UnknownName) -> Diagnostic {
    parsed.fault(statement, &unknown.name, |span| {
        let mut fault = Fault::new(span, format!("{} `{}` is declared in no map given", unknown.what, unknown.name));
        fault.help = Some(match &unknown.suggestion {
            Some(near) => format!("did you mean `{near}`?"),
            None => "declare it, or give the map that does".to_owned(),
        });
        fault
    })
}

/// Offices that implement under each other in a ring.
fn cycle(map: &Parsed<Map>) -> Option<Diagnostic> {
    let above: BTreeMap<&OfficeId, (usize, &OfficeId)> = map
        .value
        .statements
        .iter()
        .enumerate()
        .filter_map(|(ix, statement)| match &statement.fact {
            Fact::Office(office) => match &office.role {
                Role::Implements { under } => Some((&office.id, (ix, under))),
                _ => None,
            },
            _ => None,
        })
        .collect();
    // Offices known to lead to the top, so that every edge is walked once.
    let mut settled: std::collections::BTreeSet<&OfficeId> = std::collections::BTreeSet::new();
    for start in above.keys() {
        let mut path: Vec<&OfficeId> = Vec::new();
        let mut on_path: std::collections::BTreeSet<&OfficeId> = std::collections::BTreeSet::new();
        let mut at: &OfficeId = start;
        while let Some((ix, under)) = above.get(at) {
            if settled.contains(at) {
                break;
            }
            if !on_path.insert(at) {
                let ring: Vec<String> = path
                    .iter()
                    .skip_while(|office| **office != at)
                    .chain(std::iter::once(&at))
                    .map(ToString::to_string)
                    .collect();
                return Some(map.fault(*ix, under.as_str(), |span| {
                    Fault::new(span, format!("offices implement under each other in a ring: {}", ring.join(" under ")))
                        .help("one of them must decide, or implement under another")
                }));
            }
            path.push(at);
            at = under;
        }
        settled.extend(path);
    }
    None
}

struct Missing<'n> {
    names: &'n Names,
    found: Vec<UnknownName>,
}

impl Missing<'_> {
    fn note(&mut self, result: Result<(), UnknownName>) {
        self.found.extend(result.err());
    }

    fn party(&mut self, id: &PartyId) {
        self.note(self.names.party(id.as_str()));
    }

    fn office(&mut self, id: &OfficeId) {
        self.note(self.names.office(id.as_str()));
    }

    fn actor(&mut self, id: &ActorId) {
        self.note(self.names.actor(id.as_str()));
    }

    fn matter(&mut self, matter: &Matter) {
        self.note(self.names.matter(matter));
    }

    fn statement(&mut self, statement: &Statement) {
        match &statement.fact {
            Fact::Party(_) | Fact::Person(_) => {}
            Fact::Matter(_) => {}
            Fact::Office(office) => {
                self.party(&office.of);
                if let Role::Implements { under } = &office.role {
                    self.office(under);
                }
            }
            Fact::Tenure(tenure) => {
                self.note(self.names.person(tenure.person.as_str()));
                self.office(&tenure.office);
            }
            Fact::Power(power) => {
                match &power.head {
                    Head::Office(office) => self.office(office),
                    Head::Jointly(joint) => joint.of.iter().for_each(|office| self.office(office)),
                }
                self.matter(&power.scope.matter);
                power.scope.with.iter().for_each(|party| self.party(party));
            }
            Fact::ConsentRule(rule) => {
                self.party(&rule.party);
                self.matter(&rule.matter);
                self.office(&rule.of);
            }
            Fact::Grant(grant) => {
                grant.grantors.iter().for_each(|grantor| self.actor(grantor));
                self.actor(&grant.grantee);
                self.matter(&grant.scope.matter);
                grant.scope.with.iter().for_each(|party| self.party(party));
            }
            Fact::Revocation(revocation) => {
                self.note(self.names.grant(revocation.grant.as_str()));
                revocation.by.iter().for_each(|by| self.actor(by));
                revocation.notified.iter().for_each(|notice| self.party(&notice.to));
            }
            Fact::HeldOut(held) => {
                self.party(&held.party);
                self.actor(&held.actor);
                self.party(&held.to);
                self.matter(&held.matter);
            }
            Fact::Restriction(restriction) => {
                self.office(&restriction.office);
                self.matter(&restriction.matter);
                restriction.notified.iter().for_each(|notice| self.party(&notice.to));
            }
            Fact::PrincipalClaim(claim) => {
                self.party(&claim.party);
                self.matter(&claim.matter);
                match &claim.decider {
                    Decider::Office(office) => self.office(office),
                    Decider::Person(person) => self.note(self.names.person(person.as_str())),
                }
            }
        }
    }

    fn rule(&mut self, rule: &Rule) {
        match rule {
            Rule::WeAre(party) => self.party(party),
            Rule::Recognition(recognition) => recognition.on.iter().for_each(|party| self.party(party)),
            Rule::Profile { parties, .. } => parties.iter().for_each(|party| self.party(party)),
            Rule::Gate(gate) => {
                self.matter(&gate.matter);
                self.party(&gate.with);
            }
            Rule::Preference { .. } | Rule::Trust(_) | Rule::Deadline(_) | Rule::Zone(_) => {}
        }
    }
}
