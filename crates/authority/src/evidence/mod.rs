//! What a proof is checked against: maps, policy and acts, read statement by statement, without an index.
//!
//! The checker asks here what is so; the search reads its own indexes, and shares the model's meanings only. No proof
//! is known here: this says what the evidence holds, [`crate::check`] whether a proof follows from it.

mod acts;
mod law;
mod talks;

pub(crate) use law::{DEPTH_MAX, Passing};

use alloc::vec::Vec;

use crate::model::act::Act;
use crate::model::map::{Fact, Map, Statement, Tenure, Verb};
use crate::model::meaning::About;
use crate::model::name::{Digest, Matter, PartyId};
use crate::model::policy::Policy;
use crate::model::time::{Instant, Zone};
use crate::verdict::{ColumnName, Rule, StatementRef};

/// What a proof is checked against.
#[derive(Clone, Copy)]
pub struct Evidence<'a> {
    /// The maps, in the order that proofs refer to them.
    pub maps: &'a [Map],
    /// The policy, if any.
    pub policy: Option<&'a Policy>,
    /// Where days begin.
    pub zone: &'a dyn Zone,
    /// The acts, in the order that proofs refer to them.
    pub acts: &'a [Act],
    /// A map that counts whatever the policy recognises.
    pub record: Option<u32>,
    /// Maps known later don't count.
    pub known_at: Instant,
    /// Later acts don't count.
    pub as_of: Instant,
    /// Statements that this reading leaves out because another source contradicts them.
    pub left_out: &'a [StatementRef],
    /// What authorised acts used: (limit over a period or single-use grant, act).
    pub used: &'a [(StatementRef, u32)],
}

/// What a proof is said to show: that `party` is bound to `text`, or did `act`, in this column.
#[derive(Clone, Copy)]
pub struct Claim<'a> {
    /// Whose act.
    pub party: &'a PartyId,
    /// Which column.
    pub column: ColumnName,
    /// The text, where a text is asked about.
    pub text: Option<Digest>,
    /// The act, where one act is asked about.
    pub act: Option<u32>,
    /// The matter asked about.
    pub matter: Option<&'a Matter>,
}

/// Why a proof is refused: the rule of the node at fault, and the premise that does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// The rule.
    pub rule: Rule,
    /// The premise.
    pub premise: &'static str,
}

impl Rule {
    /// A premise of the rule.
    pub(crate) fn needs(self, holds: bool, premise: &'static str) -> Result<(), Refused> {
        if holds { Ok(()) } else { Err(Refused { rule: self, premise }) }
    }

    /// What a premise of the rule is about.
    pub(crate) fn finds<T>(self, found: Option<T>, premise: &'static str) -> Result<T, Refused> {
        found.ok_or(Refused { rule: self, premise })
    }
}

/// Picks one kind of fact out of a statement.
macro_rules! only {
    ($kind:ident) => {
        (|fact| match fact {
            $crate::model::map::Fact::$kind(says) => Some(says),
            _ => None,
        }) as $crate::evidence::Pick<'_, _>
    };
}
pub(crate) use only;

/// An act as it uses a power.
#[derive(Clone, Copy)]
pub(crate) struct Use<'a> {
    pub(crate) act: &'a Act,
    pub(crate) about: About<'a>,
    pub(crate) verb: Verb,
    pub(crate) at: Instant,
}

/// Picks one kind of fact.
pub(crate) type Pick<'a, T> = fn(&'a Fact) -> Option<&'a T>;

/// A fact with the statement that makes it and its place.
pub(crate) type Stated<'a, T> = (&'a T, &'a Statement, StatementRef);

/// The evidence as it counts for one party.
pub(crate) struct Reading<'a> {
    pub(crate) e: &'a Evidence<'a>,
    pub(crate) claim: &'a Claim<'a>,
    /// Which maps count.
    counts: Vec<bool>,
}

impl<'a> Reading<'a> {
    pub(crate) fn of(e: &'a Evidence<'a>, claim: &'a Claim<'a>) -> Self {
        let accepts = |map: &Map| e.policy.is_none_or(|policy| policy.accepts(&map.source, claim.party));
        let known = |map: &Map| map.as_of.instant(e.zone) <= e.known_at;
        let counts = (0_u32..).zip(e.maps).map(|(n, m)| (e.record == Some(n) || accepts(m)) && known(m));
        Self { e, claim, counts: counts.collect() }
    }

    /// Every statement of a kind that counts, whenever it holds.
    pub(crate) fn ever<T: 'a>(&self, pick: Pick<'a, T>) -> impl Iterator<Item = Stated<'a, T>> + '_ {
        let maps = (0_u32..).zip(self.e.maps).zip(&self.counts).filter(|(_, counts)| **counts);
        let all = maps.flat_map(|((map, m), _)| {
            (0_u32..).zip(&m.statements).map(move |(n, s)| (s, StatementRef { map, statement: n }))
        });
        all.filter(|(_, place)| !self.e.left_out.contains(place))
            .filter_map(move |(s, place)| Some((pick(&s.fact)?, s, place)))
    }

    /// Every statement of a kind that counts and holds at a moment.
    pub(crate) fn all<T: 'a>(
        &self,
        at: Instant,
        pick: Pick<'a, T>,
    ) -> impl Iterator<Item = Stated<'a, T>> + '_ {
        self.ever(pick).filter(move |(_, statement, _)| statement.holds(at, self.e.zone))
    }

    /// Whether the policy prefers what the map at `one` says to what the map at `other` says.
    pub(crate) fn prefers(&self, one: StatementRef, other: StatementRef) -> bool {
        let source = |at: StatementRef| self.e.maps.get(at.map as usize).map_or("", |map| &map.source);
        let prefers = |a, b| self.e.policy.is_some_and(|policy| policy.prefers(source(a), source(b)));
        one.map != other.map && prefers(one, other) && !prefers(other, one)
    }

    /// A statement by its place: it counts, holds, is of the kind, and no preferred source contradicts it.
    pub(crate) fn one<T: 'a>(
        &self,
        place: Option<StatementRef>,
        at: Instant,
        pick: Pick<'a, T>,
    ) -> Option<Stated<'a, T>> {
        let found = self.all(at, pick).find(|(.., here)| Some(*here) == place)?;
        let outweighs = |(fact, _, other): Stated<'a, Fact>| {
            self.prefers(other, found.2) && fact.contradicts(&found.1.fact, self.claim.matter)
        };
        // Of claims only each source's nearest speaks: see `nearest`.
        let claim = matches!(found.1.fact, Fact::PrincipalClaim(_));
        (claim || !self.all(at, Some).any(outweighs)).then_some(found)
    }

    /// Whether what is left out is contradicted by another source that stands and is not the less preferred.
    pub(crate) fn leaves_out_rightly(&self) -> bool {
        let all =
            |out: &StatementRef| self.e.maps.get(out.map as usize)?.statements.get(out.statement as usize);
        self.e.left_out.iter().all(|out| {
            let valid = |s: &Statement| s.valid.interval(self.e.zone);
            all(out).is_some_and(|left| {
                self.ever::<Fact>(Some).any(|(fact, s, place)| {
                    let apart = place.map != out.map && !self.prefers(*out, place);
                    apart && valid(s).overlaps(&valid(left)) && left.fact.contradicts(fact, self.claim.matter)
                })
            })
        })
    }

    pub(crate) fn tenures(&self, at: Instant) -> impl Iterator<Item = &'a Tenure> + '_ {
        self.all(at, only!(Tenure)).map(|(tenure, ..)| tenure)
    }

    pub(crate) fn holds(&self, person: &str, office: &str, at: Instant) -> bool {
        self.tenures(at).any(|t| t.person.as_str() == person && t.office.as_str() == office)
    }

    /// Whose office it is; names mean the same in every map, accepted or not.
    pub(crate) fn party_of(&self, office: &str) -> Option<&'a PartyId> {
        let lines = self.e.maps.iter().flat_map(|map| &map.statements).filter_map(|s| only!(Office)(&s.fact));
        lines.rev().find(|line| line.id.as_str() == office).map(|line| &line.of)
    }
}
