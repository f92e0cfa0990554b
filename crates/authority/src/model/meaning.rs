//! What statements and acts plainly mean, one by one: the words of the model that both the search and the checker of
//! its proofs read. Nothing here looks at a second statement to judge a first, but for [`Fact::contradicts`].
//!
//! Three-valued answers are `Option<bool>`: `None` where the act does not say what the premise is about.

use core::slice;

use super::act::{Act, ActKind, Visibility};
use super::amount::Amount;
use super::map::{
    Breadth, ConsentRule, Fact, Grant, Head, Joint, Limit, Notice, Power, Quorum, Restriction, Scope,
    Standing, Statement, Verb,
};
use super::name::{Digest, Matter, OfficeId, PartyId};
use super::policy::Gate;
use super::time::{Instant, Interval, Moment, Validity, Zone};

impl Validity {
    /// The interval on the UTC time line.
    pub fn interval(self, zone: &dyn Zone) -> Interval {
        Interval {
            from: self.from.map_or(Instant::MIN, |moment| moment.instant(zone)),
            until: self.until.map_or(Instant::MAX, |moment| moment.instant(zone)),
        }
    }
}

impl Statement {
    /// Whether it holds at a moment.
    pub fn holds(&self, at: Instant, zone: &dyn Zone) -> bool {
        self.valid.interval(zone).contains(at)
    }
}

/// Whether one of the verbs includes `verb`.
pub fn includes(verbs: &[Verb], verb: Verb) -> bool {
    verbs.iter().any(|held| held.includes(verb))
}

/// Whether a matter covers what an act is about; an act that names none may be about anything.
pub fn may_cover(matter: &Matter, about: Option<&Matter>) -> bool {
    about.is_none_or(|about| matter.covers(about))
}

/// Whether one of the other side's parties was told at or before `at`.
pub fn told(notified: &[Notice], with: &[PartyId], at: Instant, zone: &dyn Zone) -> bool {
    notified.iter().any(|notice| with.contains(&notice.to) && notice.at.instant(zone) <= at)
}

/// What an act is about: its own words, or those of the act it confirms where it leaves its own out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About<'a> {
    /// On what.
    pub matter: Option<&'a Matter>,
    /// Which text.
    pub text: Option<Digest>,
    /// What is at stake.
    pub amount: Option<Amount>,
    /// The other side.
    pub with: &'a [PartyId],
}

impl Act {
    /// What it is about, given the act that it confirms.
    pub fn about<'a>(&'a self, confirmed: Option<&'a Act>) -> About<'a> {
        About {
            matter: self.matter.as_ref().or_else(|| confirmed.and_then(|c| c.matter.as_ref())),
            text: self.text.or_else(|| confirmed.and_then(|c| c.text)),
            amount: self.amount.or_else(|| confirmed.and_then(|c| c.amount)),
            with: if self.with.is_empty() { confirmed.map_or(&[], |c| &c.with) } else { &self.with },
        }
    }
}

impl ActKind {
    /// Whether a person takes part in making a text binding by this.
    #[must_use]
    pub fn makes_binding(self) -> bool {
        matches!(self, Self::Adopt | Self::Initial | Self::Sign | Self::Ratify | Self::Confirm)
    }

    /// Whether it is part of talks.
    #[must_use]
    pub fn is_talks(self) -> bool {
        matches!(self, Self::Negotiate | Self::Adopt | Self::Initial | Self::Sign)
    }
}

impl Limit {
    /// What counts against it: the act's amount and what earlier ones used up. `None` without an amount in its currency.
    #[must_use]
    pub fn total(&self, own: Option<Amount>, earlier: u128) -> Option<u128> {
        let own = own.filter(|amount| amount.currency == self.amount.currency)?;
        Some(earlier.saturating_add(u128::from(own.minor)))
    }

    /// Whether a total stays within it; it is inclusive.
    #[must_use]
    pub fn allows(&self, total: u128) -> bool {
        total <= u128::from(self.amount.minor)
    }
}

impl Scope {
    /// Whether the counterparty it names is the only one.
    pub fn suits(&self, with: &[PartyId]) -> Option<bool> {
        match &self.with {
            Some(_) if with.is_empty() => None,
            Some(only) => Some(with.iter().all(|party| party == only)),
            None => Some(true),
        }
    }

    /// `a ⊨ s`: whether the act lies in the scope, where `used` says what earlier acts took of a limit.
    pub fn covers(&self, verb: Verb, about: &About<'_>, used: impl Fn(&Limit) -> u128) -> Option<bool> {
        let total = |limit: &Limit| limit.total(about.amount, used(limit));
        let premises = [
            Some(includes(&self.verbs, verb)),
            about.matter.map(|matter| self.matter.covers(matter)),
            self.suits(about.with),
            self.up_to.map_or(Some(true), |limit| total(&limit).map(|total| limit.allows(total))),
            self.over.map_or(Some(true), |limit| total(&limit).map(|total| !limit.allows(total))),
        ];
        if premises.contains(&Some(false)) {
            Some(false)
        } else {
            (!premises.contains(&None)).then_some(true)
        }
    }
}

impl ConsentRule {
    /// Whether it asks for consent to an act that is about this; `None` where that hangs on an amount not stated.
    pub fn asks(&self, party: &PartyId, about: &About<'_>, used: impl Fn(&Limit) -> u128) -> Option<bool> {
        if self.party != *party || !may_cover(&self.matter, about.matter) {
            return Some(false);
        }
        self.over.map_or(Some(true), |limit| Some(!limit.allows(limit.total(about.amount, used(&limit))?)))
    }
}

impl Head {
    /// The office, or the offices of a joint rule in the order written.
    pub fn offices(&self) -> &[OfficeId] {
        match self {
            Self::Office(office) => slice::from_ref(office),
            Self::Jointly(joint) => &joint.of,
        }
    }

    /// Whether one of its offices suffices.
    pub fn alone(&self) -> bool {
        match self {
            Self::Office(_) => true,
            Self::Jointly(joint) => joint.must() <= 1,
        }
    }
}

impl Power {
    /// Whether it takes `other` away from those who hold it, over what both cover.
    pub fn removes(&self, other: &Power) -> bool {
        self.exclusive && !other.head.offices().iter().all(|office| self.head.offices().contains(office))
    }

    /// Whether it is reserved to `office` for this, so that no grant of that office reaches it.
    pub fn reserves(&self, office: &OfficeId, verb: Verb, matter: Option<&Matter>) -> bool {
        self.reserved && self.head.offices().contains(office) && self.ranges(verb, matter)
    }

    /// Whether delegating on the matter is exclusive to offices other than this.
    pub fn forbids_delegation(&self, office: &OfficeId, matter: Option<&Matter>) -> bool {
        self.exclusive
            && self.scope.verbs.contains(&Verb::Delegate)
            && !self.head.offices().contains(office)
            && may_cover(&self.scope.matter, matter)
    }

    fn ranges(&self, verb: Verb, matter: Option<&Matter>) -> bool {
        includes(&self.scope.verbs, verb) && may_cover(&self.scope.matter, matter)
    }
}

impl Joint {
    /// How many offices must act.
    pub fn must(&self) -> usize {
        match self.quorum {
            Quorum::All => self.of.len(),
            Quorum::Count(count) => usize::from(count),
        }
    }

    /// Whether these offices, each by a person of its own, meet the rule.
    pub fn met_by(&self, filled: &[&OfficeId]) -> bool {
        let twice = |(place, office): (usize, &&OfficeId)| filled.iter().take(place).any(|o| o == office);
        filled.len() >= self.must()
            && filled.iter().all(|office| self.of.contains(office))
            && !filled.iter().enumerate().any(twice)
            && self.including.iter().all(|office| filled.contains(&office))
            && !self.excluding.iter().any(|(a, b)| filled.contains(&a) && filled.contains(&b))
    }
}

impl Standing {
    /// What is presumed without full powers: VCLT 7(2) for concluding, 67(2) for ending.
    #[must_use]
    pub fn presumes(self, verb: Verb) -> bool {
        match self {
            Self::HeadOfState | Self::HeadOfGovernment | Self::ForeignMinister => {
                !matches!(verb, Verb::Delegate | Verb::Order | Verb::Report)
            }
            // Adoption only: between the accrediting states (b), or at the conference (c).
            Self::HeadOfMission | Self::Delegate => matches!(verb, Verb::Negotiate | Verb::Adopt),
            Self::Director | Self::Registered => false,
        }
    }
}

impl Grant {
    /// When it was made; used at `at`, a grant without a date is read as made then.
    pub fn made(&self, from: Option<Moment>, at: Instant, zone: &dyn Zone) -> Instant {
        self.made.or(from).map_or(at, |made| made.instant(zone))
    }

    /// Whether it carries this text: a special one carries its own only.
    pub fn carries(&self, text: Option<Digest>) -> Option<bool> {
        match self.breadth {
            Some(Breadth::Special(special)) => text.map(|text| text == special),
            _ => Some(true),
        }
    }

    /// Whether it is special to this text.
    pub fn special_to(&self, text: Option<Digest>) -> bool {
        matches!(self.breadth, Some(Breadth::Special(special)) if text == Some(special))
    }
}

impl Restriction {
    /// Whether it limits the office's standing for this.
    pub fn restricts(&self, verb: Verb, matter: Option<&Matter>) -> bool {
        includes(&self.verbs, verb) && may_cover(&self.matter, matter)
    }

    /// Whether it was public by then.
    pub fn public(&self, at: Instant, zone: &dyn Zone) -> bool {
        self.publicised.is_some_and(|since| since.instant(zone) <= at)
    }
}

impl Gate {
    /// Whether an act was done as the gate asks: publicly, in person under no grant (or in attested ink), witnessed.
    pub fn asks(&self, act: &Act) -> Option<bool> {
        let public = act.visibility.map(|visible| visible == Visibility::Public);
        let own = if act.under.is_some() { Some(false) } else { act.in_person };
        let ink = self.attested && act.attested_by.is_some();
        let premises = [
            if self.publicly { public } else { Some(true) },
            if self.in_person && !ink { own } else { Some(true) },
            if self.witnessed { act.witnessed } else { Some(true) },
        ];
        if premises.contains(&Some(false)) {
            Some(false)
        } else {
            (!premises.contains(&None)).then_some(true)
        }
    }
}

impl Fact {
    /// Whether two statements of different sources about one party can't both be so, where they touch the matter:
    /// of who decides, of an office's role or standing, of a reservation.
    pub fn contradicts(&self, other: &Fact, on: Option<&Matter>) -> bool {
        let touches = |matter: &Matter| may_cover(matter, on);
        match (self, other) {
            (Self::PrincipalClaim(a), Self::PrincipalClaim(b)) => {
                a.party == b.party && touches(&a.matter) && touches(&b.matter) && a.decider != b.decider
            }
            (Self::Office(a), Self::Office(b)) => {
                let standing = a.standing.is_some() && b.standing.is_some() && a.standing != b.standing;
                a.id == b.id && (standing || a.role != b.role)
            }
            (Self::Power(a), Self::Power(b)) => {
                let same_form = matches!(a.head, Head::Office(_)) == matches!(b.head, Head::Office(_));
                let disagree = if same_form && a.head.offices() == b.head.offices() {
                    a.reserved != b.reserved || a.exclusive != b.exclusive
                } else {
                    a.removes(b) || b.removes(a)
                };
                let one = |x: &Verb| b.scope.verbs.iter().any(|y| x.includes(*y) || y.includes(*x));
                disagree
                    && touches(&a.scope.matter)
                    && touches(&b.scope.matter)
                    && a.scope.verbs.iter().any(one)
            }
            _ => false,
        }
    }
}
