//! Acts in order, with their names looked up.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::ops::Deref;

use crate::model::act::{Act, Capacity};
use crate::model::amount::Amount;
use crate::model::name::{Digest, Matter, PartyId};
use crate::model::time::Instant;
use crate::world::{Ix, World};

/// The standing in which somebody acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    /// Neither capacity nor grant is stated.
    Unstated,
    /// As holder of an office: its powers, grants to it, grants to the person.
    Office(Ix),
    /// In one's own name: grants to the person.
    Own,
    /// Under one grant only (by its name).
    Grant(Ix),
    /// Under a capacity or grant that no map knows.
    Unheard,
}

/// An act in its place.
#[derive(Debug, Clone)]
pub(crate) struct Event<'a> {
    pub(crate) act: &'a Act,
    /// Its index among the acts given; proofs name it by this.
    pub(crate) given: u32,
    /// Its place in the order of time.
    pub(crate) order: u32,
    pub(crate) party: Option<Ix>,
    pub(crate) person: Option<Ix>,
    pub(crate) route: Route,
    pub(crate) matter: Option<&'a Matter>,
    pub(crate) text: Option<Digest>,
    pub(crate) amount: Option<Amount>,
    pub(crate) with: &'a [PartyId],
    /// The same person acted for another party on the same text.
    pub(crate) deals_with_self: bool,
}

/// Events in their order; one alone needs no room of its own.
#[derive(Debug)]
pub(crate) enum Events<'a> {
    One([Event<'a>; 1]),
    Many(Vec<Event<'a>>),
}

impl<'a> Deref for Events<'a> {
    type Target = [Event<'a>];

    fn deref(&self) -> &[Event<'a>] {
        match self {
            Self::One(one) => one,
            Self::Many(many) => many,
        }
    }
}

/// All acts up to as-of, in the order of `at`, ties in the order given.
#[derive(Debug)]
pub(crate) struct Acts<'a> {
    /// The acts as given.
    pub(crate) all: &'a [Act],
    pub(crate) events: Events<'a>,
    /// Each act given, where it counts, by its place in the order of time.
    order_of: Vec<Option<u32>>,
    /// Texts in their order, each with its acts' places, ascending.
    by_text: Vec<(Digest, u32)>,
}

impl<'a> Acts<'a> {
    pub(crate) fn new(world: &World<'_>, acts: &'a [Act], as_of: Instant) -> Self {
        let mut sorted: Vec<(u32, &Act)> = (0_u32..).zip(acts).filter(|(_, act)| act.at <= as_of).collect();
        sorted.sort_by_key(|(_, act)| act.at);
        let confirmed_ids: BTreeSet<&str> =
            sorted.iter().filter_map(|(_, a)| a.confirms.as_deref()).collect();
        let confirmed_acts: BTreeMap<&str, &Act> = sorted
            .iter()
            .filter(|(_, act)| confirmed_ids.contains(&*act.id))
            .map(|(_, act)| (&*act.id, *act))
            .collect();
        let mut events = Vec::with_capacity(sorted.len());
        let mut by_text: Vec<(Digest, u32)> = Vec::new();
        for (order, (given, act)) in (0_u32..).zip(&sorted) {
            let confirmed = act.confirms.as_ref().and_then(|id| confirmed_acts.get(&**id).copied());
            let about = act.about(confirmed);
            let text = about.text;
            by_text.extend(text.map(|text| (text, order)));
            events.push(Event {
                act,
                given: *given,
                order,
                party: world.party_names.find(act.on_behalf_of.as_str()),
                person: world.person_names.find(act.by.as_str()),
                route: route(world, act),
                matter: about.matter,
                text,
                amount: about.amount,
                with: about.with,
                deals_with_self: false,
            });
        }
        by_text.sort_unstable();
        let mut order_of = alloc::vec![None; acts.len()];
        for event in &events {
            if let Some(order) = order_of.get_mut(event.given as usize) {
                *order = Some(event.order);
            }
        }
        mark_self_dealing(&mut events, &by_text);
        Self { all: acts, events: Events::Many(events), order_of, by_text }
    }

    /// One act alone.
    pub(crate) fn one(world: &World<'_>, act: &'a Act) -> Self {
        let event = Event {
            act,
            given: 0,
            order: 0,
            party: world.party_names.find(act.on_behalf_of.as_str()),
            person: world.person_names.find(act.by.as_str()),
            route: route(world, act),
            matter: act.matter.as_ref(),
            text: act.text,
            amount: act.amount,
            with: &act.with,
            deals_with_self: false,
        };
        Self {
            all: core::slice::from_ref(act),
            events: Events::One([event]),
            order_of: Vec::new(),
            by_text: Vec::new(),
        }
    }

    pub(crate) fn event(&self, order: u32) -> Option<&Event<'a>> {
        self.events.get(order as usize)
    }

    /// The act with this id; the last, where several have it.
    pub(crate) fn find(&self, id: &str) -> Option<&Event<'a>> {
        self.events.iter().rev().find(|event| &*event.act.id == id)
    }

    /// Every party on whose behalf an act was done, in the order given.
    pub(crate) fn parties(&self) -> Vec<PartyId> {
        let mut first: BTreeMap<&PartyId, u32> = BTreeMap::new();
        for event in self.events.iter() {
            let given = first.entry(&event.act.on_behalf_of).or_insert(event.given);
            *given = (*given).min(event.given);
        }
        let mut parties: Vec<(u32, &PartyId)> =
            first.into_iter().map(|(party, given)| (given, party)).collect();
        parties.sort_unstable();
        parties.into_iter().map(|(_, party)| party.clone()).collect()
    }

    /// An act by its index among those given.
    pub(crate) fn given(&self, given: u32) -> Option<&Event<'a>> {
        self.event((*self.order_of.get(given as usize)?)?)
    }

    /// Acts on one text, in order.
    pub(crate) fn on_text(&self, text: Digest) -> impl Iterator<Item = &Event<'a>> {
        let first = self.by_text.partition_point(|(known, _)| *known < text);
        let from = self.by_text.get(first..).unwrap_or(&[]);
        from.iter().take_while(move |(known, _)| *known == text).filter_map(|(_, order)| self.event(*order))
    }

    pub(crate) fn of_party(&self, party: &PartyId) -> impl Iterator<Item = &Event<'a>> {
        self.events.iter().filter(move |event| event.act.on_behalf_of == *party)
    }
}

fn route(world: &World<'_>, act: &Act) -> Route {
    if let Some(grant) = &act.under {
        return world.grant_names.find(grant.as_str()).map_or(Route::Unheard, Route::Grant);
    }
    match &act.capacity {
        None => Route::Unstated,
        Some(Capacity::Person) => Route::Own,
        Some(Capacity::Office(office)) => {
            world.office_names.find(office.as_str()).map_or(Route::Unheard, Route::Office)
        }
    }
}

/// Marks the acts of whoever acted for several parties on one text.
fn mark_self_dealing(events: &mut [Event<'_>], by_text: &[(Digest, u32)]) {
    let mut marked = Vec::new();
    for orders in by_text.chunk_by(|a, b| a.0 == b.0).filter(|orders| orders.len() > 1) {
        let mut sides: BTreeMap<&str, BTreeSet<&PartyId>> = BTreeMap::new();
        for event in orders.iter().filter_map(|(_, o)| events.get(*o as usize)) {
            if event.act.kind.makes_binding() {
                sides.entry(event.act.by.as_str()).or_default().insert(&event.act.on_behalf_of);
            }
        }
        let both = |event: &Event<'_>| sides.get(event.act.by.as_str()).is_some_and(|s| s.len() > 1);
        let orders = orders.iter().map(|(_, order)| *order);
        marked.extend(orders.filter(|o| events.get(*o as usize).is_some_and(both)));
    }
    for order in marked {
        if let Some(event) = events.get_mut(order as usize) {
            event.deals_with_self = true;
        }
    }
}
