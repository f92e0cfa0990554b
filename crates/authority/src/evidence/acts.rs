//! Acts of the evidence in their order, and what they used up.

use core::ptr;

use super::{Reading, Use};
use crate::model::act::Act;
use crate::model::amount::period_of;
use crate::model::map::{Limit, Scope};
use crate::model::meaning::About;
use crate::model::time::Instant;
use crate::verdict::StatementRef;

impl<'a> Reading<'a> {
    pub(crate) fn acts(&self) -> impl Iterator<Item = &'a Act> + use<'a> {
        let as_of = self.e.as_of;
        self.e.acts.iter().filter(move |act| act.at <= as_of)
    }

    /// An act by its index, where it counts.
    pub(crate) fn act(&self, given: Option<u32>) -> Option<&'a Act> {
        self.e.acts.get(given? as usize).filter(|act| act.at <= self.e.as_of)
    }

    /// An act's place in the order of time, ties in the order given.
    pub(crate) fn order(&self, act: &Act) -> (Instant, Option<usize>) {
        let from_first = ptr::from_ref(act).addr().checked_sub(self.e.acts.as_ptr().addr());
        (act.at, from_first.map(|bytes| bytes / size_of::<Act>()))
    }

    /// The act that an act confirms.
    pub(crate) fn confirmed(&self, act: &Act) -> Option<&'a Act> {
        let id = act.confirms.as_ref()?;
        self.acts().filter(|other| other.id == *id).last()
    }

    pub(crate) fn about(&self, act: &'a Act) -> About<'a> {
        act.about(self.confirmed(act))
    }

    /// Earlier acts of other deals that used a statement's limit or single use.
    pub(crate) fn earlier(
        &self,
        place: StatementRef,
        act: &Act,
        about: &About<'a>,
    ) -> impl Iterator<Item = &'a Act> + '_ {
        let (own, text) = (self.order(act), about.text);
        let uses = self.e.used.iter().filter(move |(fact, _)| *fact == place);
        uses.filter_map(|(_, given)| self.act(Some(*given)))
            .filter(move |act| self.order(act) < own && (text.is_none() || self.about(act).text != text))
    }

    /// What earlier acts of the period used of a limit.
    pub(crate) fn used(
        &self,
        limit: &Limit,
        place: StatementRef,
        act: &Act,
        about: &About<'a>,
        at: Instant,
    ) -> u128 {
        let period = |at| limit.per.and_then(|per| period_of(per, at, self.e.zone));
        let same = |act: &&Act| limit.per.is_some() && period(act.at) == period(at);
        let amounts = self.earlier(place, act, about).filter(same).filter_map(|act| self.about(act).amount);
        amounts.map(|amount| u128::from(amount.minor)).sum()
    }

    /// `a ⊨ s`, with what earlier acts of the period used up.
    pub(crate) fn covers(&self, scope: &Scope, place: StatementRef, u: Use<'a>) -> Option<bool> {
        scope.covers(u.verb, &u.about, |limit| self.used(limit, place, u.act, &u.about, u.at))
    }

    /// One person on both sides of one text.
    pub(crate) fn both_sides(&self, u: Use<'a>) -> bool {
        let own = |a: &&Act| a.kind.makes_binding() && a.by == u.act.by && self.about(a).text == u.about.text;
        let mut sides = self.acts().filter(own).map(|act| &act.on_behalf_of);
        let first = sides.next();
        u.about.text.is_some() && sides.any(|side| Some(side) != first)
    }
}
