//! What the checker reads: statements that count, one by one, and the plain meaning of scopes.

use crate::model::act::{Act, ActKind};
use crate::model::amount::period_of;
use crate::model::map::{Fact, Head, Limit, Map, Notice, Power, Scope, Statement, Tenure, Verb};
use crate::model::name::{Digest, OfficeId, PartyId};
use crate::model::policy::{Policy, Profile};
use crate::model::time::{Instant, Moment, Zone};
use crate::proof::Proof;
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
    /// What earlier authorised acts used: (limit over a period or single-use grant, act).
    pub earlier: &'a [(StatementRef, u32)],
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
}

/// Why a proof is refused: the rule of the node at fault, and the premise that does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// The rule.
    pub rule: Rule,
    /// The premise.
    pub premise: &'static str,
}

pub(super) type Checked<T = ()> = Result<T, Refused>;

pub(super) fn need(holds: bool, rule: Rule, premise: &'static str) -> Checked {
    if holds { Ok(()) } else { Err(Refused { rule, premise }) }
}

pub(super) fn some<T>(value: Option<T>, rule: Rule, premise: &'static str) -> Checked<T> {
    value.ok_or(Refused { rule, premise })
}

pub(super) struct Checker<'a> {
    pub(super) e: &'a Evidence<'a>,
    pub(super) claim: &'a Claim<'a>,
    pub(super) profile: Profile,
}

/// The act that a derivation is for.
#[derive(Clone, Copy)]
pub(super) struct For<'a> {
    pub(super) act: &'a Act,
    pub(super) verb: Verb,
    /// The joint power whose slot it fills.
    pub(super) slot_of: Option<StatementRef>,
}

impl<'a> Checker<'a> {
    pub(super) fn statement(
        &self,
        at: Option<StatementRef>,
        rule: Rule,
    ) -> Checked<(&'a Statement, StatementRef)> {
        let at = some(at, rule, "a statement is named")?;
        let map = some(self.e.maps.get(at.map as usize), rule, "the map is given")?;
        let accepted = self.e.policy.is_none_or(|policy| policy.accepts(&map.source, self.claim.party));
        let known = map.as_of.instant(self.e.zone) <= self.e.known_at;
        need((accepted || self.e.record == Some(at.map)) && known, rule, "the source counts")?;
        Ok((some(map.statements.get(at.statement as usize), rule, "the statement is given")?, at))
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&'a Statement, StatementRef)> + '_ {
        (0_u32..).zip(self.e.maps).flat_map(move |(map, m)| {
            let at = move |statement| StatementRef { map, statement };
            (0_u32..)
                .zip(&m.statements)
                .filter_map(move |(s, _)| self.statement(Some(at(s)), Rule::Text).ok())
        })
    }

    pub(super) fn holds_at(&self, statement: &Statement, at: Instant) -> bool {
        let instant = |moment: Moment| moment.instant(self.e.zone);
        statement.valid.from.is_none_or(|m| instant(m) <= at)
            && statement.valid.until.is_none_or(|m| at < instant(m))
    }

    pub(super) fn tenure(&self, node: &Proof, at: Instant) -> Checked<&'a Tenure> {
        let (statement, _) = self.statement(node.tenure, node.rule)?;
        need(self.holds_at(statement, at), node.rule, "the tenure runs")?;
        match &statement.fact {
            Fact::Tenure(tenure) => Ok(tenure),
            _ => Err(Refused { rule: node.rule, premise: "the office is held" }),
        }
    }

    pub(super) fn tenures(&self, at: Instant) -> impl Iterator<Item = &'a Tenure> + '_ {
        self.all().filter(move |(statement, _)| self.holds_at(statement, at)).filter_map(|(s, _)| {
            match &s.fact {
                Fact::Tenure(tenure) => Some(tenure),
                _ => None,
            }
        })
    }

    pub(super) fn power(&self, node: &Proof, at: Instant) -> Checked<(&'a Power, StatementRef)> {
        let (statement, place) = self.statement(node.fact, node.rule)?;
        need(self.holds_at(statement, at), node.rule, "the power is in force")?;
        match &statement.fact {
            Fact::Power(power) => Ok((power, place)),
            _ => Err(Refused { rule: node.rule, premise: "a power" }),
        }
    }

    pub(super) fn act(&self, node: &Proof) -> Checked<&'a Act> {
        let act = some(node.act.and_then(|ix| self.e.acts.get(ix as usize)), node.rule, "the act is given")?;
        need(act.on_behalf_of == *self.claim.party, node.rule, "the act is the party's")?;
        need(act.at <= node.at && node.at <= act.not_after, node.rule, "at the time of the act").map(|()| act)
    }

    /// The act confirmed, where a confirmation leaves its own subject out.
    pub(super) fn subject(&self, act: &'a Act) -> &'a Act {
        act.confirms.as_ref().and_then(|id| self.e.acts.iter().find(|a| a.id == *id)).unwrap_or(act)
    }

    /// `a ⊨ s`
    pub(super) fn covers(
        &self,
        scope: &Scope,
        place: StatementRef,
        f: For<'a>,
        at: Instant,
        rule: Rule,
    ) -> Checked {
        let other = self.subject(f.act);
        let matter = f.act.matter.as_ref().or(other.matter.as_ref());
        let with = if f.act.with.is_empty() { &other.with } else { &f.act.with };
        need(scope.verbs.iter().any(|verb| verb.includes(f.verb)), rule, "the act is included")?;
        need(matter.is_some_and(|matter| scope.matter.covers(matter)), rule, "the matter is covered")?;
        let only = scope.with.as_ref();
        need(
            only.is_none_or(|p| !with.is_empty() && with.iter().all(|w| w == p)),
            rule,
            "the counterparty fits",
        )?;
        let amount = f.act.amount.or(other.amount);
        let total = |limit: &Limit| {
            let own = amount.filter(|a| a.currency == limit.amount.currency)?;
            let period = |at| limit.per.and_then(|per| period_of(per, at, self.e.zone));
            let counted = self.e.earlier.iter().filter(|(fact, _)| *fact == place && limit.per.is_some());
            let acts = counted.filter_map(|(_, ix)| self.e.acts.get(*ix as usize));
            let same_period =
                acts.filter(|a| period(a.at) == period(at) && (a.text.is_none() || a.text != f.act.text));
            Some(
                same_period.filter_map(|a| a.amount).map(|a| u128::from(a.minor)).sum::<u128>()
                    + u128::from(own.minor),
            )
        };
        let under =
            scope.up_to.as_ref().is_none_or(|l| total(l).is_some_and(|t| t <= u128::from(l.amount.minor)));
        let over =
            scope.over.as_ref().is_none_or(|l| total(l).is_some_and(|t| t > u128::from(l.amount.minor)));
        need(under && over, Rule::Constraint, "the amount is within the limits")
    }

    pub(super) fn offices(power: &Power) -> &[OfficeId] {
        match &power.head {
            Head::Office(office) => core::slice::from_ref(office),
            Head::Jointly(joint) => &joint.of,
        }
    }

    /// No exclusive power of others covers the act.
    pub(super) fn not_exclusive(
        &self,
        power: &Power,
        place: StatementRef,
        f: For<'a>,
        at: Instant,
    ) -> Checked {
        let party = |office: &OfficeId| {
            self.all().find_map(|(s, _)| match &s.fact {
                Fact::Office(line) if line.id == *office => Some(line.of.clone()),
                _ => None,
            })
        };
        let own = Self::offices(power).first().and_then(party);
        let removed = self.all().any(|(s, other)| match &s.fact {
            Fact::Power(p) if p.exclusive && other != place && self.holds_at(s, at) => {
                !Self::offices(power).iter().all(|office| Self::offices(p).contains(office))
                    && Self::offices(p).first().and_then(party) == own
                    && self.covers(&p.scope, other, f, at, Rule::Reserved).is_ok()
            }
            _ => false,
        });
        need(!removed, Rule::Reserved, "no exclusive power of others")
    }

    /// One person on both sides of one text.
    pub(super) fn both_sides(&self, act: &Act) -> bool {
        let kinds = [ActKind::Adopt, ActKind::Initial, ActKind::Sign, ActKind::Ratify, ActKind::Confirm];
        let text = self.subject(act).text;
        text.is_some()
            && self.e.acts.iter().any(|other| {
                kinds.contains(&other.kind)
                    && self.subject(other).text == text
                    && other.by == act.by
                    && other.on_behalf_of != act.on_behalf_of
            })
    }

    /// Whether the other side was told before the act.
    pub(super) fn told(&self, notified: &[Notice], act: &Act, at: Instant) -> bool {
        notified.iter().any(|n| act.with.contains(&n.to) && n.at.instant(self.e.zone) <= at)
    }
}
