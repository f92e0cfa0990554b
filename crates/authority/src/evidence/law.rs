//! What the statements of a map come to for one use of a power: ends, reservations, restrictions, consents.

use core::ptr;

use super::{Reading, Stated, Use, only};
use crate::model::act::{Act, ActKind, Capacity};
use crate::model::map::{
    ConsentRule, Grant, Head, HeldOut, Office, Power, Restriction, Scope, Statement, Tenure, Verb,
};
use crate::model::meaning::{includes, told};
use crate::model::name::{ActorId, OfficeId};
use crate::model::policy::Profile;
use crate::model::time::{Instant, Moment};
use crate::verdict::StatementRef;

/// Longest chain of grants looked up for who stands above a grantor.
pub(crate) const DEPTH_MAX: u8 = 8;

impl<'a> Reading<'a> {
    /// Whether the other side was told of a restriction of the office before the act, or could read it.
    fn restricted(&self, office: &str, u: Use<'a>, law: Profile) -> bool {
        let known = |r: &Restriction| {
            let manifest = r.public(u.at, self.e.zone) && (r.fundamental || law == Profile::Unidroit);
            manifest || told(&r.notified, u.about.with, u.at, self.e.zone)
        };
        let here = |r: &Restriction| r.office.as_str() == office && r.restricts(u.verb, u.about.matter);
        self.all(u.at, only!(Restriction)).any(|(r, ..)| here(r) && known(r))
    }

    /// Whether the other side knew or ought to have known that the actor had no authority (UNIDROIT 2.2.5(2)).
    fn knew(&self, u: Use<'a>) -> bool {
        let limited = |office: &str| self.restricted(office, u, Profile::Unidroit);
        let stated = match &u.act.capacity {
            Some(Capacity::Office(office)) if u.act.under.is_none() => limited(office.as_str()),
            _ => false,
        };
        let held = |t: &Tenure| t.person == u.act.by && limited(t.office.as_str());
        stated || self.tenures(u.at).any(held) || self.told_of_an_end(u)
    }

    /// Whether the other side was told before the act that a grant to its actor had ended.
    fn told_of_an_end(&self, u: Use<'a>) -> bool {
        let his = |g: &Grant| g.grantee.as_str() == u.act.by.as_str() && includes(&g.scope.verbs, u.verb);
        self.ever(only!(Revocation)).any(|(r, s, _)| {
            s.valid.interval(self.e.zone).from <= u.at
                && told(&r.notified, u.about.with, u.at, self.e.zone)
                && self.ever(only!(Grant)).any(|(g, ..)| g.id == r.grant && his(g))
        })
    }

    /// Whether a power is one of the party asked about.
    pub(crate) fn ours(&self, power: &Power) -> bool {
        power.head.offices().iter().all(|o| self.party_of(o.as_str()) == Some(self.claim.party))
    }

    /// Whether another's exclusive power removes this one, or (`delegating`) a reservation keeps it with its office.
    pub(crate) fn blocked(&self, power: &Power, office: &OfficeId, u: Use<'a>, delegating: Passing) -> bool {
        let removes = |p: &Power, there| p.removes(power) && self.covers(&p.scope, there, u) != Some(false);
        let keeps = |p: &Power| {
            let matter = u.about.matter;
            p.reserves(office, u.verb, matter) || self.ours(p) && p.forbids_delegation(office, matter)
        };
        let mut powers =
            self.all(u.at, only!(Power)).filter(|(p, ..)| !ptr::eq(*p, power) || delegating == Passing::On);
        powers.any(|(p, _, there)| self.ours(p) && removes(p, there) || delegating == Passing::On && keeps(p))
    }

    /// Whether the grant was revoked, by one who may: as effective internally, as notified in law.
    pub(crate) fn revoked(&self, (grant, statement, _): Stated<'a, Grant>, u: Use<'a>, law: Profile) -> bool {
        self.all(u.at, only!(Revocation)).any(|(r, s, _)| {
            let from = s.valid.interval(self.e.zone).from;
            let vacant = |by: &str| {
                self.party_of(by).is_some() && !self.tenures(from).any(|t| t.office.as_str() == by)
            };
            let may = |by: &ActorId| {
                let above = self.above(by, grant, statement.valid.from, from, DEPTH_MAX);
                !vacant(by.as_str()) && (above || self.delegates(by, grant, from))
            };
            let known = law == Profile::Strict || told(&r.notified, u.about.with, u.at, self.e.zone);
            r.grant == grant.id && known && r.by.as_ref().is_none_or(may)
        })
    }

    /// Whether somebody is a grantor of the grant, or stands above one.
    fn above(&self, by: &ActorId, grant: &Grant, from: Option<Moment>, at: Instant, depth: u8) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        let made = grant.made(from, at, self.e.zone);
        let is = |g: &ActorId| {
            *g == *by || self.holds(by.as_str(), g.as_str(), at) || self.holds(g.as_str(), by.as_str(), made)
        };
        let upper = |g: &ActorId| {
            let above = |u: &Grant, s: &Statement| self.above(by, u, s.valid.from, at, depth);
            self.all(made, only!(Grant)).any(|(u, s, _)| u.grantee == *g && above(u, s))
        };
        grant.grantors.iter().any(|g| is(g) || upper(g))
    }

    /// Whether somebody may pass powers on alone over all that a grant covers.
    pub(crate) fn delegates(&self, by: &ActorId, grant: &Grant, at: Instant) -> bool {
        let holds = |o: &OfficeId| o.as_str() == by.as_str() || self.holds(by.as_str(), o.as_str(), at);
        let over = |scope: &Scope| {
            includes(&scope.verbs, Verb::Delegate) && scope.matter.covers(&grant.scope.matter)
        };
        self.all(at, only!(Power)).any(|(power, ..)| match &power.head {
            Head::Office(o) => holds(o) && over(&power.scope) && self.ours(power),
            Head::Jointly(_) => false,
        })
    }

    /// Whether each office that granted still has a holder who held it then.
    pub(crate) fn stayed(&self, grant: &Grant, made: Instant, at: Instant) -> bool {
        grant.grantors.iter().map(ActorId::as_str).all(|g| {
            let held = |t: &Tenure| t.office.as_str() == g && self.holds(t.person.as_str(), g, at);
            self.party_of(g).is_none() || self.tenures(made).any(held)
        })
    }

    /// Whether the report that a grant asks for came in time, where it is due.
    pub(crate) fn reported(&self, grant: &Grant, at: Instant) -> bool {
        let due = grant.report_due.map_or(Instant::MAX, |due| due.instant(self.e.zone));
        let reports =
            |a: &Act| a.kind == ActKind::Report && a.under.as_ref() == Some(&grant.id) && a.at < due;
        at < due || self.acts().any(reports)
    }

    /// Whether an office's standing presumes this, with no restriction that the other side knew (VCLT 7(2), 67(2), 46, 47).
    pub(crate) fn presumes(&self, line: &Office, u: Use<'a>, law: Profile) -> bool {
        let presumes = law == Profile::Vclt && line.standing.is_some_and(|s| s.presumes(u.verb));
        line.of == *self.claim.party && presumes && !self.restricted(line.id.as_str(), u, law)
    }

    /// Whether the principal let authority appear, of whose lack the other side had no notice (UNIDROIT 2.2.5(2)).
    pub(crate) fn appears(&self, held: &HeldOut, u: Use<'a>) -> bool {
        let noticed = self.knew(u) || self.both_sides(u);
        held.party == *self.claim.party && self.held_out_for(held, u) && !noticed
    }

    /// Whether somebody held out was held out for this, to the other side.
    fn held_out_for(&self, held: &HeldOut, u: Use<'a>) -> bool {
        let (actor, by) = (held.actor.as_str(), u.act.by.as_str());
        let capacity = u.act.under.is_none()
            && matches!(&u.act.capacity, Some(Capacity::Office(office)) if office.as_str() == actor);
        (actor == by || capacity && self.holds(by, actor, u.at))
            && u.about.with.contains(&held.to)
            && includes(&held.verbs, u.verb)
            && u.about.matter.is_some_and(|matter| held.matter.covers(matter))
    }

    /// The rules that ask for consent to an act, or may.
    pub(crate) fn consents(&self, act: &'a Act) -> impl Iterator<Item = &'a ConsentRule> + '_ {
        let about = self.about(act);
        let asks = move |rule: &ConsentRule, place: StatementRef| {
            let used = |limit: &crate::model::map::Limit| self.used(limit, place, act, &about, act.at);
            rule.asks(&act.on_behalf_of, &about, used) != Some(false)
        };
        let rules = self.all(act.at, only!(ConsentRule));
        rules.filter(move |(rule, _, place)| asks(rule, *place)).map(|(rule, ..)| rule)
    }

    /// Whether an act is that of the office whose consent is needed, on this text.
    pub(crate) fn speaks(&self, act: &Act, rule: &ConsentRule, at: Instant) -> bool {
        act.on_behalf_of == rule.party
            && act.under.is_none()
            && act.capacity == Some(Capacity::Office(rule.of.clone()))
            && self.holds(act.by.as_str(), rule.of.as_str(), at)
    }

    /// Whether the office refused what an act of it consents to, before.
    pub(crate) fn refused_before(&self, consent: &Act, rule: &ConsentRule) -> bool {
        let refuses = |a: &&'a Act| a.kind == ActKind::Refuse && self.about(a).text == consent.text;
        let earlier = |a: &Act| self.order(a) < self.order(consent);
        self.acts().filter(refuses).any(|a| earlier(a) && self.speaks(a, rule, a.at))
    }
}

/// Whether authority is used or passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Passing {
    /// By a grant.
    On,
    /// Used for the act itself.
    Not,
}
