//! Rule JOINT: several offices, one text, distinct persons.
//!
//! Which slots can be filled together is a bipartite matching (Kuhn) of signers to slots; exclusions are tried
//! one side at a time, windows one first signature at a time. All of it is counted against the budget.

use alloc::collections::BTreeSet;
use alloc::vec;
use alloc::vec::Vec;

use crate::model::map::Verb;
use crate::model::name::Digest;
use crate::model::time::Instant;
use crate::proof::Proof;
use crate::search::chain::Root;
use crate::search::events::{Event, Route};
use crate::search::fit::{Check, Premise};
use crate::search::{Outcome, Search, Tried};
use crate::verdict::Rule;
use crate::world::{Actor, GrantFact, Ix, PowerFact};

/// Bound on other texts looked at for signatures that went astray.
const DIVERGENT_MAX: usize = 16;

/// Who fills a slot: a person fills one only; a special grant between joint holders is a voice of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Voice {
    Person(Ix),
    Special(usize),
    /// Someone who could still sign.
    Awaited(Ix),
}

/// One way to fill one slot.
#[derive(Debug, Clone)]
pub(crate) struct Edge {
    pub(crate) slot: usize,
    pub(crate) voice: Voice,
    pub(crate) at: Instant,
    pub(crate) order: u32,
    pub(crate) proof: Option<Proof>,
}

/// What a joint power comes to.
#[derive(Debug, Clone)]
pub(crate) enum Jointly {
    /// Met.
    Met(Proof),
    /// Hangs on what is not known.
    Unknown,
    /// Fewer have signed than must, and these offices still can.
    Lacking(Vec<Ix>),
    /// Not met.
    No,
}

impl Search<'_> {
    /// Whether the acts (of one party, kind and text) satisfy a joint power; with `must`, through that act.
    pub(crate) fn joint(&mut self, ix: usize, group: &[&Event<'_>], must: Option<u32>) -> Jointly {
        let Some(power) = self.world.powers.get(ix) else { return Jointly::No };
        if !power.joint() || !self.view.sees(power.at) {
            return Jointly::No;
        }
        let mut edges = Vec::new();
        let mut unknown = false;
        let mut attempted = BTreeSet::new();
        let mut covered = false;
        let mut check = Check::default();
        for event in group {
            let Some(verb) = event.act.verb() else { continue };
            let at = self.times.of(event);
            let whole = self.power_check(power, event, verb, at);
            covered |= whole.holds();
            check = whole;
            unknown |= self.slots_of(ix, power, event, verb, at, &mut edges, &mut attempted);
        }
        if attempted.is_empty() {
            return Jointly::No;
        }
        if let Some(chosen) = self.assign(power, &edges, must) {
            let chosen: Vec<&Edge> = chosen.into_iter().filter_map(|e| edges.get(e)).collect();
            let at = chosen.iter().map(|edge| edge.at).max().unwrap_or(self.as_of);
            let premises = chosen
                .into_iter()
                .filter_map(|edge| {
                    let mut proof = edge.proof.clone()?;
                    proof.act = Some(self.acts.event(edge.order)?.given);
                    Some(proof)
                })
                .collect();
            return Jointly::Met(Proof::new(Rule::Joint, at).on(power.at).from(premises));
        }
        if let Some(event) = group.last()
            && let Some(verb) = event.act.verb()
        {
            let mut missed = check;
            missed.fail(Premise::Signers);
            self.miss(Tried::Joint(ix, edges.len()), missed, event, verb, self.times.of(event));
        }
        if unknown || self.spent() {
            return Jointly::Unknown;
        }
        if covered && attempted.len() < power.quorum && !edges.is_empty() {
            attempted.extend(self.divergent(ix, power, group));
        }
        if covered && attempted.len() < power.quorum && !edges.is_empty() {
            let lacking = self.could_still(power, &edges, must);
            if !lacking.is_empty() {
                return Jointly::Lacking(lacking);
            }
        }
        Jointly::No
    }

    /// Slots whose signatures went to another text of the same matter and sides, which they didn't bind either.
    fn divergent(&mut self, ix: usize, power: &PowerFact<'_>, group: &[&Event<'_>]) -> BTreeSet<usize> {
        let mut slots = BTreeSet::new();
        let Some(first) = group.first() else { return slots };
        let acts = self.acts;
        let mut others: BTreeSet<Digest> = BTreeSet::new();
        for event in acts.of_party(&first.act.on_behalf_of) {
            let sibling = event.act.kind == first.act.kind
                && event.matter == first.matter
                && event.with == first.with
                && event.text != first.text;
            let near = power.says.within_days.is_none_or(|days| {
                event.act.at <= first.act.at.plus_days(days) && first.act.at <= event.act.at.plus_days(days)
            });
            if sibling && near && others.len() < DIVERGENT_MAX {
                others.extend(event.text);
            }
        }
        for text in others {
            let (mut edges, mut attempted) = (Vec::new(), BTreeSet::new());
            for event in acts.on_text(text) {
                let same =
                    event.act.kind == first.act.kind && event.act.on_behalf_of == first.act.on_behalf_of;
                if let (true, Some(verb)) = (same, event.act.verb()) {
                    let at = self.times.of(event);
                    self.slots_of(ix, power, event, verb, at, &mut edges, &mut attempted);
                }
            }
            if self.assign(power, &edges, None).is_none() {
                slots.extend(attempted);
            }
        }
        slots
    }

    /// The slots that one act fills, and those it was meant to fill. Returns whether any hangs on the unknown.
    fn slots_of(
        &mut self,
        ix: usize,
        power: &PowerFact<'_>,
        event: &Event<'_>,
        verb: Verb,
        at: Instant,
        edges: &mut Vec<Edge>,
        attempted: &mut BTreeSet<usize>,
    ) -> bool {
        let Some(person) = event.person else { return false };
        let mut unknown = event.route == Route::Unstated;
        let whole = self.power_check(power, event, verb, at);
        let excluded_self = event.deals_with_self;
        let grants: Vec<usize> = match event.route {
            Route::Grant(name) => {
                self.world.grants_named.get(name as usize).into_iter().flatten().copied().collect()
            }
            Route::Office(office) if self.holds(person, office, at).is_some() => {
                self.grants_to(Actor::Office(office)).chain(self.grants_to(Actor::Person(person))).collect()
            }
            Route::Own => self.grants_to(Actor::Person(person)).collect(),
            _ => Vec::new(),
        };
        let own_slot = power.offices.iter().position(|o| event.route == Route::Office(*o));
        let held_slot = power.offices.iter().position(|o| self.holds(person, *o, at).is_some());
        if let Some(slot) = own_slot {
            attempted.insert(slot);
            if let Some(office) = power.offices.get(slot)
                && let Some(tenure) = self.holds(person, *office, at)
            {
                unknown |= whole.open() && !whole.holds();
                if whole.holds() && !excluded_self {
                    let proof = Proof::new(Rule::Orig, at).on(power.at).holding(Some(tenure.at));
                    let voice = Voice::Person(person);
                    edges.push(Edge { slot, voice, at, order: event.order, proof: Some(proof) });
                }
            }
        }
        for grant_ix in grants {
            let Some(grant) = self.world.grants.get(grant_ix) else { continue };
            if !self.view.sees(grant.at) {
                continue;
            }
            for (slot, office) in power.offices.iter().enumerate() {
                if !self.descends_from(grant, *office, at, 8) {
                    continue;
                }
                let between_holders = held_slot.is_some_and(|held| held != slot);
                attempted.insert(slot);
                if between_holders && let Some(held) = held_slot {
                    attempted.insert(held);
                }
                let root = Root::Slot { power: ix, office: *office };
                match self.granted(grant_ix, event, verb, at, root, None) {
                    Outcome::Yes(proof) if whole.holds() => {
                        let special = between_holders && Self::special(grant, event);
                        let voice = if special { Voice::Special(grant_ix) } else { Voice::Person(person) };
                        edges.push(Edge { slot, voice, at, order: event.order, proof: Some(proof) });
                        // The special authority is to act alone for both: the holder's own slot counts too.
                        if special
                            && own_slot.is_none()
                            && let Some(held) = held_slot
                            && let Some(office) = power.offices.get(held)
                            && let Some(tenure) = self.holds(person, *office, at)
                        {
                            let proof = Proof::new(Rule::Orig, at).on(power.at).holding(Some(tenure.at));
                            let voice = Voice::Person(person);
                            edges.push(Edge {
                                slot: held,
                                voice,
                                at,
                                order: event.order,
                                proof: Some(proof),
                            });
                        }
                    }
                    Outcome::Yes(_) => unknown |= whole.open(),
                    Outcome::Unknown => unknown = true,
                    Outcome::No => {}
                }
            }
        }
        unknown
    }

    /// Whether the chain above a grant names this office, whatever else may be wrong with it.
    fn descends_from(&self, grant: &GrantFact<'_>, office: Ix, at: Instant, depth: u8) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        let made = grant.made.unwrap_or(at);
        grant.grantors.iter().any(|grantor| match *grantor {
            Actor::Office(o) if o == office => true,
            Actor::Person(person) if self.holds(person, office, made).is_some() => true,
            other => self.grants_to(other).any(|upper| {
                self.world.grants.get(upper).is_some_and(|u| self.descends_from(u, office, made, depth))
            }),
        })
    }

    /// A choice of edges that meets the rule: quorum, inclusions, exclusions, window, distinct voices.
    fn assign(&mut self, power: &PowerFact<'_>, edges: &[Edge], must: Option<u32>) -> Option<Vec<usize>> {
        let starts: Vec<Option<Instant>> = match power.says.within_days {
            None => vec![None],
            Some(_) => edges.iter().map(|edge| Some(edge.at)).collect::<BTreeSet<_>>().into_iter().collect(),
        };
        for start in starts {
            let inside: Vec<usize> = edges
                .iter()
                .enumerate()
                .filter(|(_, edge)| match (start, power.says.within_days) {
                    (Some(start), Some(days)) => start <= edge.at && edge.at <= start.plus_days(days),
                    _ => true,
                })
                .map(|(e, _)| e)
                .collect();
            let mut banned = BTreeSet::new();
            if let Some(chosen) = self.assign_without(power, edges, &inside, must, &mut banned, 0) {
                return Some(chosen);
            }
        }
        None
    }

    /// Takes one side out of each exclusion in turn, then matches.
    fn assign_without(
        &mut self,
        power: &PowerFact<'_>,
        edges: &[Edge],
        inside: &[usize],
        must: Option<u32>,
        banned: &mut BTreeSet<usize>,
        pair: usize,
    ) -> Option<Vec<usize>> {
        if !self.step() {
            return None;
        }
        if let Some((a, b)) = power.excluding.get(pair) {
            let next = pair.saturating_add(1);
            if banned.contains(a) || banned.contains(b) {
                return self.assign_without(power, edges, inside, must, banned, next);
            }
            for slot in [*b, *a] {
                banned.insert(slot);
                if let Some(found) = self.assign_without(power, edges, inside, must, banned, next) {
                    return Some(found);
                }
                banned.remove(&slot);
            }
            return None;
        }
        let open: Vec<usize> = inside
            .iter()
            .copied()
            .filter(|e| edges.get(*e).is_some_and(|edge| !banned.contains(&edge.slot)))
            .collect();
        let firsts: Vec<Option<usize>> = match must {
            None => vec![None],
            Some(order) => open
                .iter()
                .copied()
                .filter(|e| edges.get(*e).is_some_and(|edge| edge.order == order))
                .map(Some)
                .collect(),
        };
        firsts.into_iter().find_map(|first| matching(power, edges, &open, first))
    }

    /// The offices that could complete the rule by signing now.
    fn could_still(&mut self, power: &PowerFact<'_>, edges: &[Edge], must: Option<u32>) -> Vec<Ix> {
        let mut all: Vec<Edge> = edges.to_vec();
        for (slot, office) in power.offices.iter().enumerate() {
            if edges.iter().any(|edge| edge.slot == slot) || !power.valid.contains(self.as_of) {
                continue;
            }
            for tenure in self.holders(*office, self.as_of) {
                let taken = edges.iter().any(|edge| edge.voice == Voice::Person(tenure.person));
                if !taken {
                    let voice = Voice::Awaited(tenure.person);
                    all.push(Edge { slot, voice, at: self.as_of, order: u32::MAX, proof: None });
                }
            }
        }
        let awaited: BTreeSet<usize> = all.iter().filter(|e| e.proof.is_none()).map(|e| e.slot).collect();
        let anchor = must.or_else(|| edges.first().map(|edge| edge.order));
        let mut lacking: Vec<Ix> = Vec::new();
        for slot in awaited {
            // An office helps if the rule can be met through it and one who signed already.
            let through: Vec<Edge> = all
                .iter()
                .filter(|e| e.proof.is_some() || e.slot == slot || power.quorum > 2)
                .cloned()
                .collect();
            if self.assign(power, &through, anchor).is_some()
                && let Some(office) = power.offices.get(slot)
            {
                lacking.push(*office);
            }
        }
        lacking
    }

    /// Several grantors who together meet a joint power: they can delegate it as a whole.
    pub(crate) fn joint_grantors(
        &mut self,
        grant: &GrantFact<'_>,
        event: &Event<'_>,
        verb: Verb,
        made: Instant,
    ) -> Option<Proof> {
        let world = self.world;
        let office_of = |actor: &Actor| match *actor {
            Actor::Office(office) => Some(office),
            Actor::Person(person) => self.tenures_of(person, made).next().map(|t| t.office),
        };
        let party =
            grant.grantors.iter().find_map(office_of).and_then(|o| world.offices.get(o as usize))?.party;
        let joint = world.parties.get(party as usize)?.joint_powers.clone();
        for ix in joint {
            let Some(power) = world.powers.get(ix) else { continue };
            let kept = |office: &Ix| {
                self.reserved(*office, event, verb, made) || self.no_delegation(*office, event, made)
            };
            if !self.view.sees(power.at)
                || power.says.reserved
                || power.offices.iter().any(kept)
                || !self.power_check(power, event, verb, made).holds()
            {
                continue;
            }
            let mut edges = Vec::new();
            for (slot, office) in power.offices.iter().enumerate() {
                for grantor in &grant.grantors {
                    let tenure = match *grantor {
                        Actor::Office(o) if o == *office => self.holder(o, made),
                        Actor::Person(person) => self.holds(person, *office, made),
                        Actor::Office(_) => None,
                    };
                    if let Some(tenure) = tenure {
                        let proof = Proof::new(Rule::Orig, made).on(power.at).holding(Some(tenure.at));
                        let voice = Voice::Person(tenure.person);
                        edges.push(Edge { slot, voice, at: made, order: u32::MAX, proof: Some(proof) });
                    }
                }
            }
            if let Some(chosen) = self.assign(power, &edges, None) {
                let premises =
                    chosen.into_iter().filter_map(|e| edges.get(e).and_then(|e| e.proof.clone())).collect();
                return Some(Proof::new(Rule::Joint, made).on(power.at).from(premises));
            }
        }
        None
    }
}

/// Matches voices to slots, inclusions first; slots once filled stay filled along augmenting paths, so the
/// inclusions survive. `None` unless the quorum is met. `first` is an edge that must be used.
fn matching(
    power: &PowerFact<'_>,
    edges: &[Edge],
    open: &[usize],
    first: Option<usize>,
) -> Option<Vec<usize>> {
    let slots = power.offices.len();
    let mut filled: Vec<Option<usize>> = vec![None; slots];
    let fixed = first.and_then(|e| edges.get(e).map(|edge| (edge.slot, edge.voice)));
    if let (Some((slot, _)), Some(first)) = (fixed, first) {
        *filled.get_mut(slot)? = Some(first);
    }
    let free = |edge: &Edge| fixed.is_none_or(|(slot, voice)| edge.slot != slot && edge.voice != voice);
    let usable: Vec<usize> = open.iter().copied().filter(|e| edges.get(*e).is_some_and(free)).collect();
    let rest = (0..slots).filter(|slot| !power.including.contains(slot));
    let mut count = usize::from(fixed.is_some());
    for slot in power.including.iter().copied().chain(rest) {
        if filled.get(slot)?.is_some() {
            continue;
        }
        if count >= power.quorum && !power.including.contains(&slot) {
            break;
        }
        if augment(slot, edges, &usable, &mut filled, &mut BTreeSet::new()) {
            count = count.saturating_add(1);
        } else if power.including.contains(&slot) {
            return None;
        }
    }
    (count >= power.quorum).then(|| filled.into_iter().flatten().collect())
}

/// Kuhn's augmenting path from a slot.
fn augment(
    slot: usize,
    edges: &[Edge],
    usable: &[usize],
    filled: &mut [Option<usize>],
    seen: &mut BTreeSet<Voice>,
) -> bool {
    for e in usable {
        let Some(edge) = edges.get(*e).filter(|edge| edge.slot == slot) else { continue };
        if !seen.insert(edge.voice) {
            continue;
        }
        let holder = filled
            .iter()
            .position(|f| f.and_then(|f| edges.get(f)).is_some_and(|other| other.voice == edge.voice));
        let movable = match holder {
            None => true,
            Some(other) => augment(other, edges, usable, filled, seen),
        };
        if movable {
            if let Some(place) = filled.get_mut(slot) {
                *place = Some(*e);
            }
            return true;
        }
    }
    false
}
