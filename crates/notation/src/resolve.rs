//! Names: every one used is declared in one of the maps given, accepted or not, and means the same in all.

use std::collections::{BTreeMap, BTreeSet};

use countersign_authority::model::map::{Decider, Fact, Head, Map, Power, Role, Statement};
use countersign_authority::model::name::{ActorId, Matter, OfficeId, PartyId};
use countersign_authority::model::policy::{Policy, Rule};
use countersign_authority::model::terms::{Clause, Terms};
use countersign_authority::model::time::{Instant, Utc, Validity};

use crate::diagnostic::{Diagnostic, Fault};
use crate::parse::{ERRORS_MAX, Parsed};

pub use crate::names::{Actor, Names, UnknownName};

/// Resolves every name of maps, a policy and terms against all the maps.
pub fn resolve(
    maps: &[Parsed<Map>],
    policy: Option<&Parsed<Policy>>,
    terms: &[Parsed<Terms>],
) -> Result<Names, Vec<Diagnostic>> {
    let names = Names::of(maps.iter().map(|map| &map.value));
    let mut faults = Vec::new();
    faults.extend(meanings(maps));
    for map in maps {
        each(map, &map.value.statements, &names, &mut faults, Missing::statement);
        faults.extend(ring(map));
    }
    if let Some(policy) = policy {
        each(policy, &policy.value.rules, &names, &mut faults, Missing::rule);
    }
    for terms in terms {
        resolve_terms(terms, &names, !maps.is_empty(), &mut faults);
    }
    // One id at a time is told of once.
    let mut told = BTreeSet::new();
    faults.retain(|fault| told.insert((fault.file.clone(), fault.span.start, fault.message.clone())));
    faults.truncate(ERRORS_MAX);
    if faults.is_empty() { Ok(names) } else { Err(faults) }
}

fn each<'n, T, L>(
    parsed: &Parsed<T>,
    lines: &[L],
    names: &'n Names,
    faults: &mut Vec<Diagnostic>,
    look: impl Fn(&mut Missing<'n>, &L),
) {
    for (ix, line) in lines.iter().enumerate() {
        if faults.len() >= ERRORS_MAX {
            return;
        }
        let mut missing = Missing { names, found: Vec::new() };
        look(&mut missing, line);
        faults.extend(missing.found.iter().map(|unknown| unknown_name(parsed, ix, unknown)));
    }
}

fn unknown_name<T>(parsed: &Parsed<T>, statement: usize, unknown: &UnknownName) -> Diagnostic {
    parsed.fault(statement, &unknown.name, |span| {
        let message = format!("{} `{}` is declared in no map given", unknown.what, unknown.name);
        Fault::new(span, message).help(match &unknown.suggestion {
            Some(near) => format!("did you mean `{near}`?"),
            None => "declare it, or give the map that does".to_owned(),
        })
    })
}

/// Parties may be declared in the terms themselves; those of `between`, and the matter, come from maps where any is
/// given.
fn resolve_terms(terms: &Parsed<Terms>, names: &Names, any_map: bool, faults: &mut Vec<Diagnostic>) {
    let Terms { between, clauses, matter, .. } = &terms.value;
    let mut own: BTreeSet<&PartyId> = clauses
        .iter()
        .filter_map(|clause| match clause {
            Clause::Party(party) => Some(&party.id),
            _ => None,
        })
        .collect();
    if any_map {
        let unknown =
            between.iter().filter(|party| !own.contains(party)).map(|party| names.party(party.as_str()));
        let unknown: Vec<UnknownName> =
            unknown.chain([names.matter(matter)]).filter_map(Result::err).take(ERRORS_MAX).collect();
        faults.extend(unknown.iter().map(|unknown| terms.header_fault(unknown)));
    }
    own.extend(between);
    for (ix, clause) in clauses.iter().enumerate() {
        let Clause::Obligation(obligation) = clause else { continue };
        if faults.len() >= ERRORS_MAX {
            return;
        }
        let used = obligation.verified_by.iter().filter_map(|m| m.by.as_ref()).chain([&obligation.party]);
        for party in used.filter(|party| !own.contains(party)) {
            if let Err(unknown) = names.party(party.as_str()) {
                let near = crate::diagnostic::nearest(party.as_str(), own.iter().map(|party| party.as_str()));
                let suggestion = unknown.suggestion.or(near.map(str::to_owned));
                faults.push(unknown_name(terms, ix, &UnknownName { suggestion, ..unknown }));
            }
        }
    }
}

impl Parsed<Terms> {
    /// A diagnostic about a name in the header.
    fn header_fault(&self, unknown: &UnknownName) -> Diagnostic {
        let whole =
            Self { spans: vec![crate::diagnostic::Span { start: 0, end: self.text.len() }], ..self.clone() };
        unknown_name(&whole, 0, unknown)
    }
}

/// An id is an office or a person, and an office is of one party, in all the maps.
fn meanings(maps: &[Parsed<Map>]) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    let mut offices: BTreeMap<&OfficeId, &PartyId> = BTreeMap::new();
    let mut kinds: BTreeMap<&str, Actor> = BTreeMap::new();
    let statements =
        maps.iter().flat_map(|map| map.value.statements.iter().enumerate().map(move |one| (map, one)));
    for (map, (ix, statement)) in statements {
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
                    Fault::new(
                        span,
                        format!("office `{id}` is of {of} in one place and of {} in another", office.of),
                    )
                    .help("ids mean the same in all maps: give one of the offices another id")
                }));
            }
        }
        if faults.len() >= ERRORS_MAX {
            break;
        }
    }
    for map in maps {
        faults.extend(mixed(map, &offices).take(ERRORS_MAX.saturating_sub(faults.len())));
    }
    faults
}

/// Joint powers of offices of several parties: nobody is bound by another's offices.
fn mixed<'m>(
    map: &'m Parsed<Map>,
    offices: &'m BTreeMap<&OfficeId, &PartyId>,
) -> impl Iterator<Item = Diagnostic> + 'm {
    map.value.statements.iter().enumerate().filter_map(|(ix, statement)| {
        let Fact::Power(Power { head: Head::Jointly(joint), .. }) = &statement.fact else { return None };
        let party = |office: &OfficeId| offices.get(office).copied();
        let first = joint.of.first()?;
        let other = joint.of.iter().find(|office| party(office) != party(first))?;
        let (a, b) = (party(first)?, party(other)?);
        Some(map.fault(ix, other.as_str(), |span| {
            let message =
                format!("a joint power of one party names {first}, an office of {a}, and {other}, of {b}");
            Fault::new(span, message)
                .help("a power binds the party whose offices hold it: let each have its own")
        }))
    })
}

/// Most dates at which a map's hierarchy is looked at for rings.
const DATES_MAX: usize = 64;

/// Offices that implement under each other in a ring, at one of the dates when the hierarchy changes.
fn ring(map: &Parsed<Map>) -> Option<Diagnostic> {
    let edges: Vec<Edge<'_>> = map
        .value
        .statements
        .iter()
        .enumerate()
        .filter_map(|(ix, statement)| match &statement.fact {
            Fact::Office(office) => match &office.role {
                Role::Implements { under } => {
                    Some(Edge { ix, valid: statement.valid, office: &office.id, under })
                }
                _ => None,
            },
            _ => None,
        })
        .collect();
    let starts: BTreeSet<Instant> = edges.iter().map(Edge::from).collect();
    starts.into_iter().take(DATES_MAX).find_map(|at| {
        let then = edges.iter().filter(|edge| edge.from() <= at && at < edge.until());
        let (ix, offices) = ring_of(&then.map(|edge| (edge.office, (edge.ix, edge.under))).collect())?;
        let under = offices.last().map(|office| office.as_str()).unwrap_or_default();
        let names: Vec<&str> = offices.iter().map(|office| office.as_str()).collect();
        Some(map.fault(ix, under, |span| {
            Fault::new(
                span,
                format!("offices implement under each other in a ring: {}", names.join(" under ")),
            )
            .help("one of them must decide, or implement under another")
        }))
    })
}

struct Edge<'m> {
    ix: usize,
    valid: Validity,
    office: &'m OfficeId,
    under: &'m OfficeId,
}

impl Edge<'_> {
    fn from(&self) -> Instant {
        self.valid.from.map_or(Instant::MIN, |from| from.instant(&Utc))
    }
    fn until(&self) -> Instant {
        self.valid.until.map_or(Instant::MAX, |until| until.instant(&Utc))
    }
}

/// The first ring, as the statement that closes it and the offices in it, the first named again at the end.
fn ring_of<'m>(above: &BTreeMap<&'m OfficeId, (usize, &'m OfficeId)>) -> Option<(usize, Vec<&'m OfficeId>)> {
    // Offices known to lead to the top, so that every edge is walked once.
    let mut settled: BTreeSet<&OfficeId> = BTreeSet::new();
    for start in above.keys() {
        let mut path: Vec<&OfficeId> = Vec::new();
        let mut on_path: BTreeSet<&OfficeId> = BTreeSet::new();
        let mut closes = 0;
        let mut at: &OfficeId = start;
        while let Some((ix, under)) = above.get(at).filter(|_| !settled.contains(at)) {
            if !on_path.insert(at) {
                let ring = path.into_iter().skip_while(|office| *office != at).chain([at]);
                return Some((closes, ring.collect()));
            }
            path.push(at);
            closes = *ix;
            at = under;
        }
        settled.extend(path);
    }
    None
}

/// Names used that are declared nowhere.
struct Missing<'n> {
    names: &'n Names,
    found: Vec<UnknownName>,
}

impl Missing<'_> {
    fn note(&mut self, result: Result<(), UnknownName>) {
        if self.found.len() < ERRORS_MAX {
            self.found.extend(result.err());
        }
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
            Fact::Party(_) | Fact::Person(_) | Fact::Matter(_) => {}
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
            Rule::Preference { .. }
            | Rule::Trust(_)
            | Rule::Quorum(_)
            | Rule::Deadline(_)
            | Rule::Zone(_) => {}
        }
    }
}
