//! The independent proof checker: re-verifies a positive column from the maps, the policy and the acts alone.
//!
//! It imports nothing of the search and scans statements one by one, so that a mistake in the search's indices,
//! matching or shortcuts cannot hide here. It takes as settled only what earlier acts used up
//! ([`Evidence::earlier`]), which rests on proofs of their own.

use alloc::vec::Vec;

use crate::model::act::{Act, ActKind, Capacity, Qualifier, Visibility};
use crate::model::amount::Period;
use crate::model::map::{
    Breadth, Decider, Fact, Grant, Head, Limit, Map, Notice, Power, Quorum, Scope, Standing, Statement, Tenure, Verb,
};
use crate::model::name::{ActorId, Digest, PartyId};
use crate::model::policy::{GateSigner, GateStep, Policy, Profile};
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
    /// What earlier authorised acts used: (limit or single-use grant, act).
    pub earlier: &'a [(StatementRef, u32)],
}

/// What a proof is said to show: that `party` is bound to `text` (or did `act`) in this column.
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

/// Why a proof is refused: the rule whose premise does not hold, and which premise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// The rule of the node at fault.
    pub rule: Rule,
    /// The premise at fault.
    pub premise: &'static str,
}

type Checked = Result<(), Refused>;

/// Checks a proof of a positive column.
pub fn check(evidence: &Evidence<'_>, claim: &Claim<'_>, proof: &Proof) -> Checked {
    let checker = Checker { e: evidence, claim, profile: profile(evidence, claim) };
    match claim.column {
        ColumnName::Gate => proof.premises.iter().try_for_each(|gate| checker.gate(gate)).and_then(|()| {
            need(!proof.premises.is_empty(), Rule::Gate, "a gate is passed")
        }),
        ColumnName::Internal | ColumnName::Legal => checker.deed(proof),
    }
}

struct Checker<'a> {
    e: &'a Evidence<'a>,
    claim: &'a Claim<'a>,
    profile: Profile,
}

fn profile(e: &Evidence<'_>, claim: &Claim<'_>) -> Profile {
    match claim.column {
        ColumnName::Legal => e.policy.map_or(Profile::Strict, |policy| policy.profile(claim.party)),
        _ => Profile::Strict,
    }
}

fn need(holds: bool, rule: Rule, premise: &'static str) -> Checked {
    if holds { Ok(()) } else { Err(Refused { rule, premise }) }
}

fn some<T>(value: Option<T>, rule: Rule, premise: &'static str) -> Result<T, Refused> {
    value.ok_or(Refused { rule, premise })
}

impl<'a> Checker<'a> {
    fn statement(&self, at: Option<StatementRef>, rule: Rule) -> Result<(&'a Statement, StatementRef), Refused> {
        let at = some(at, rule, "a statement is named")?;
        let map = some(self.e.maps.get(at.map as usize), rule, "the map is given")?;
        let counts = self.e.record == Some(at.map)
            || self.e.policy.is_none_or(|policy| policy.accepts(&map.source, self.claim.party));
        need(counts && map.as_of.instant(self.e.zone) <= self.e.known_at, rule, "the source is accepted")?;
        Ok((some(map.statements.get(at.statement as usize), rule, "the statement is given")?, at))
    }

    fn visible(&self) -> impl Iterator<Item = (&'a Statement, StatementRef)> + '_ {
        let all = (0_u32..).zip(self.e.maps).flat_map(|(map, m)| (0_u32..m.statements.len() as u32).map(move |statement| StatementRef { map, statement }));
        all.filter_map(|at| self.statement(Some(at), Rule::Recognition).ok())
    }

    fn during(&self, statement: &Statement, at: Instant, rule: Rule) -> Checked {
        let open = |moment: Option<Moment>| moment.map(|m| m.instant(self.e.zone));
        let from = open(statement.valid.from).is_none_or(|from| from <= at);
        need(from && open(statement.valid.until).is_none_or(|until| at < until), rule, "in force then")
    }

    fn tenure(&self, at: Option<StatementRef>, when: Instant, rule: Rule) -> Result<&'a Tenure, Refused> {
        let (statement, _) = self.statement(at, rule)?;
        self.during(statement, when, rule)?;
        match &statement.fact {
            Fact::Tenure(tenure) => Ok(tenure),
            _ => Err(Refused { rule, premise: "the office is held" }),
        }
    }

    fn act(&self, ix: Option<u32>, rule: Rule) -> Result<&'a Act, Refused> {
        let act = some(ix.and_then(|ix| self.e.acts.get(ix as usize)), rule, "the act is given")?;
        need(act.on_behalf_of == *self.claim.party, rule, "the act is the party's")?;
        Ok(act)
    }

    /// Columns A and B: conditions around an authority or a confirmation.
    fn deed(&self, proof: &Proof) -> Checked {
        let (base, discharges) = match proof.rule {
            Rule::Cond if proof.act.is_none() => {
                let (first, rest) = some(proof.premises.split_first(), Rule::Cond, "something is conditional")?;
                (first, rest)
            }
            _ => (proof, &[][..]),
        };
        if proof.rule == Rule::Cond && proof.act.is_some() {
            return self.consent(proof, self.act(proof.act, Rule::Cond)?);
        }
        self.authority(base, None)?;
        let mut signed: Vec<&Act> = base.nodes().filter_map(|n| self.e.acts.get(n.act? as usize)).collect();
        if base.rule == Rule::Confirm {
            let confirm = self.act(base.act, Rule::Confirm)?;
            signed = self.e.acts.iter().filter(|a| confirm.confirms.as_ref() == Some(&a.id)).collect();
        }
        need(!signed.is_empty(), Rule::Text, "an act is proven")?;
        for act in signed {
            need(act.on_behalf_of == *self.claim.party, Rule::Text, "the act is the party's")?;
            match (self.claim.act, self.claim.text) {
                (Some(asked), _) => need(self.e.acts.get(asked as usize).is_some_and(|a| a.kind == act.kind && a.text == act.text), Rule::Text, "the act asked about")?,
                (None, text) => need(act.kind == ActKind::Sign && act.text == text, Rule::Text, "a signature of the text")?,
            }
            self.conditions(act, base, discharges)?;
        }
        Ok(())
    }

    fn conditions(&self, act: &Act, base: &Proof, discharges: &[Proof]) -> Checked {
        let confirmed = |proof: &Proof| proof.rule == Rule::Confirm && self.authority(proof, Some(act)).is_ok();
        match act.qualifier {
            Qualifier::Definitive => {}
            Qualifier::AdReferendum => need(confirmed(base) || discharges.iter().any(confirmed), Rule::Cond, "confirmed")?,
            Qualifier::SubjectToRatification => {
                let ratified = |proof: &Proof| {
                    let ratifies = |n: &Proof| n.act.and_then(|ix| self.e.acts.get(ix as usize)).is_some_and(|a| a.kind == ActKind::Ratify && a.text == act.text);
                    proof.nodes().any(ratifies) && proof.premises.iter().all(|p| self.authority(p, None).is_ok())
                };
                need(discharges.iter().any(ratified), Rule::Cond, "ratified")?;
            }
        }
        let internal = base.rule != Rule::Attrib;
        for (statement, at) in self.visible().filter(|_| internal && matches!(act.kind, ActKind::Sign | ActKind::Ratify)) {
            let Fact::ConsentRule(rule) = &statement.fact else { continue };
            let over = rule.over.is_none_or(|l| act.amount.is_none_or(|a| a.currency != l.amount.currency || a.minor > l.amount.minor));
            let applies = rule.party == act.on_behalf_of && act.matter.as_ref().is_some_and(|m| rule.matter.covers(m)) && over;
            if applies && self.during(statement, act.at, Rule::Cond).is_ok() {
                let given = |proof: &Proof| proof.fact == Some(at) && self.act(proof.act, Rule::Cond).is_ok_and(|c| c.text == act.text && self.consent(proof, c).is_ok());
                need(discharges.iter().any(given), Rule::Cond, "the consent is given")?;
            }
        }
        Ok(())
    }

    fn consent(&self, proof: &Proof, act: &Act) -> Checked {
        let (statement, _) = self.statement(proof.fact, Rule::Cond)?;
        let tenure = self.tenure(proof.tenure, proof.at, Rule::Cond)?;
        let Fact::ConsentRule(rule) = &statement.fact else { return need(false, Rule::Cond, "a rule of consent") };
        let holder = tenure.office == rule.of && tenure.person == act.by && act.capacity == Some(Capacity::Office(rule.of.clone()));
        need(act.kind == ActKind::Consent && holder && rule.party == act.on_behalf_of, Rule::Cond, "its holder consents")
    }

    /// Authority for an act: alone, jointly, presumed, apparent or confirmed.
    fn authority(&self, proof: &Proof, confirms: Option<&Act>) -> Checked {
        match proof.rule {
            Rule::Confirm => {
                let act = self.act(proof.act, Rule::Confirm)?;
                need(act.kind == ActKind::Confirm, Rule::Confirm, "a confirmation")?;
                let target = self.e.acts.iter().find(|a| act.confirms.as_ref() == Some(&a.id));
                let target = some(target, Rule::Confirm, "of a known act")?;
                need(confirms.is_none_or(|c| c.id == target.id) && target.at <= act.not_after, Rule::Confirm, "of this act, later")?;
                proof.premises.first().map_or(Err(Refused { rule: Rule::Confirm, premise: "authorised" }), |p| self.authority(p, None))
            }
            Rule::Joint => {
                let power = self.power(proof)?.0;
                let Head::Jointly(joint) = &power.head else { return need(false, Rule::Joint, "a joint power") };
                self.slots(proof, joint, power.within_days, None)
            }
            _ => {
                let act = self.act(proof.act, proof.rule)?;
                need(act.at <= proof.at && proof.at <= act.not_after, proof.rule, "at the time of the act")?;
                self.sole(proof, act, some(act.verb(), proof.rule, "a kind that needs power")?, None)
            }
        }
    }

    /// Slots of a joint rule; for grantors, `delegated` is the grant and the act it is used for.
    fn slots(&self, proof: &Proof, joint: &crate::model::map::Joint, within: Option<u32>, delegated: Option<(&Grant, &Act)>) -> Checked {
        let mut filled: Vec<(usize, &ActorId)> = Vec::new();
        let mut voices = Vec::new();
        let (mut first, mut last) = (Instant::MAX, Instant::MIN);
        let texts: Vec<_> = proof.premises.iter().filter_map(|p| self.e.acts.get(p.act? as usize)).map(|a| a.text).collect();
        need(delegated.is_some() || texts.windows(2).all(|pair| pair.first() == pair.last()), Rule::Joint, "one text")?;
        for premise in &proof.premises {
            (first, last) = (first.min(premise.at), last.max(premise.at));
            let office = self.slot_office(premise, proof.fact)?;
            let slot = some(joint.of.iter().position(|o| *o == office), Rule::Joint, "an office of the rule")?;
            need(!filled.iter().any(|(other, _)| *other == slot), Rule::Joint, "each office once")?;
            let (person, special) = match delegated {
                Some((grant, used)) => {
                    let tenure = self.tenure(premise.tenure, premise.at, Rule::Joint)?;
                    need(grant.grantors.iter().any(|g| g.as_str() == tenure.office.as_str() || g.as_str() == tenure.person.as_str()), Rule::Joint, "a grantor")?;
                    let power = self.power(premise)?.0;
                    need(!power.reserved, Rule::Reserved, "not reserved")?;
                    self.covers(&power.scope, some(premise.fact, Rule::Joint, "a power")?, used, some(used.verb(), Rule::Joint, "a verb")?, premise.at, Rule::Joint)?;
                    (tenure.person.clone(), false)
                }
                None => {
                    let act = self.act(premise.act, Rule::Joint)?;
                    need(act.at <= premise.at && premise.at <= act.not_after, Rule::Joint, "at the time of the act")?;
                    self.sole(premise, act, some(act.verb(), Rule::Joint, "a kind that needs power")?, proof.fact)?;
                    let special = premise.rule == Rule::Deleg && self.special(premise, act) && joint.of.iter().any(|o| *o != office && self.holds(act, o, premise.at));
                    (act.by.clone(), special)
                }
            };
            need(special || !voices.contains(&person), Rule::Joint, "distinct persons")?;
            if !special {
                voices.push(person);
            }
            filled.push((slot, some(joint.of.first().map(|_| &NONE), Rule::Joint, "offices")?));
        }
        let has = |office: &crate::model::name::OfficeId| filled.iter().any(|(slot, _)| joint.of.get(*slot) == Some(office));
        let quorum = match joint.quorum {
            Quorum::All => joint.of.len(),
            Quorum::Count(count) => usize::from(count),
        };
        need(filled.len() >= quorum, Rule::Joint, "enough signers")?;
        need(joint.including.iter().all(has), Rule::Joint, "those who must be among them")?;
        need(!joint.excluding.iter().any(|(a, b)| has(a) && has(b)), Rule::Joint, "no excluded pair")?;
        need(within.is_none_or(|days| last <= first.plus_days(days)), Rule::Joint, "within the window")
    }
}
