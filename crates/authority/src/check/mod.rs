//! The independent proof checker: re-verifies the proof of a `yes` from the maps, the policy and the acts alone.
//!
//! It imports nothing of the search and scans statements one by one ([`facts`]), so that a mistake in the search's
//! indices, matching or shortcuts can't hide here. It takes as settled only what earlier acts used up
//! ([`Evidence::earlier`]), which rests on proofs of their own.

mod attrib;
mod facts;

use alloc::vec::Vec;

use crate::model::act::{Act, ActKind, Capacity, Qualifier};
use crate::model::map::{Breadth, Fact, Grant, Head, Joint, Quorum, Statement, Tenure};
use crate::model::name::{ActorId, OfficeId};
use crate::model::policy::Profile;
use crate::model::time::Instant;
use crate::proof::Proof;
use crate::verdict::{ColumnName, Rule};
use facts::{Checked, Checker, For, need, some};

pub use facts::{Claim, Evidence, Refused};

/// Checks the proof of a column whose verdict is `yes`.
///
/// # Errors
/// [`Refused`] names the rule and the premise that does not hold.
pub fn check(evidence: &Evidence<'_>, claim: &Claim<'_>, proof: &Proof) -> Checked {
    let profile = match claim.column {
        ColumnName::Legal => evidence.policy.map_or(Profile::Strict, |policy| policy.profile(claim.party)),
        _ => Profile::Strict,
    };
    let checker = Checker { e: evidence, claim, profile };
    if claim.column != ColumnName::Gate {
        return checker.deed(proof);
    }
    need(!proof.premises.is_empty(), Rule::Gate, "a gate is passed")?;
    proof.premises.iter().try_for_each(|gate| checker.gate(gate))
}

impl<'a> Checker<'a> {
    fn deed(&self, proof: &Proof) -> Checked {
        if proof.rule == Rule::Cond && proof.act.is_some() {
            return self.consent(proof).map(|_| ());
        }
        let (base, discharges) = match (proof.rule, proof.premises.split_first()) {
            (Rule::Cond, Some(split)) => split,
            _ => (proof, &[][..]),
        };
        self.authority(base)?;
        let given = |ix: &u32| self.e.acts.get(*ix as usize);
        let mut acts: Vec<&Act> = base.nodes().filter_map(|node| given(&node.act?)).collect();
        if base.rule == Rule::Confirm
            && self.claim.act.and_then(|ix| given(&ix)).is_none_or(|a| a.kind != ActKind::Confirm)
        {
            acts = acts.first().map(|confirm| self.subject(confirm)).into_iter().collect();
        }
        need(!acts.is_empty(), Rule::Text, "an act is proven")?;
        for act in acts {
            need(act.on_behalf_of == *self.claim.party, Rule::Text, "the act is the party's")?;
            match self.claim.act.and_then(|ix| given(&ix)) {
                Some(asked) => {
                    need(
                        act.kind == asked.kind && act.text == asked.text,
                        Rule::Text,
                        "the act asked about",
                    )?;
                }
                None => need(
                    act.kind == ActKind::Sign && act.text == self.claim.text,
                    Rule::Text,
                    "the text asked about",
                )?,
            }
            self.conditions(act, base, discharges)?;
        }
        Ok(())
    }

    fn conditions(&self, act: &'a Act, base: &Proof, discharges: &[Proof]) -> Checked {
        let confirms = |p: &Proof| {
            p.rule == Rule::Confirm
                && self.act(p).is_ok_and(|c| c.confirms.as_ref() == Some(&act.id))
                && self.authority(p).is_ok()
        };
        let ratifies = |p: &Proof| {
            p.premises.first().is_some_and(|q| {
                self.authority(q).is_ok()
                    && self.act(&Proof { at: q.at, ..p.clone() }).is_ok_and(|r| r.text == act.text)
                    && q.nodes().all(|n| {
                        n.act.is_none()
                            || self.act(n).is_ok_and(|r| r.kind == ActKind::Ratify && r.text == act.text)
                    })
            })
        };
        match act.qualifier {
            Qualifier::Definitive => {}
            Qualifier::AdReferendum => {
                need(confirms(base) || discharges.iter().any(confirms), Rule::Cond, "it is confirmed")?;
            }
            Qualifier::SubjectToRatification => {
                need(discharges.iter().any(ratifies), Rule::Cond, "it is ratified")?;
            }
        }
        let internal = base.rule != Rule::Attrib && matches!(act.kind, ActKind::Sign | ActKind::Ratify);
        for (statement, place) in self.all().filter(|(s, _)| internal && self.holds_at(s, act.at)) {
            let Fact::ConsentRule(rule) = &statement.fact else { continue };
            let free = rule.over.is_some_and(|l| {
                act.amount.is_some_and(|a| a.currency == l.amount.currency && a.minor <= l.amount.minor)
            });
            let asked =
                rule.party == act.on_behalf_of && act.matter.as_ref().is_some_and(|m| rule.matter.covers(m));
            let given =
                |p: &Proof| p.fact == Some(place) && self.consent(p).is_ok_and(|c| c.text == act.text);
            need(free || !asked || discharges.iter().any(given), Rule::Cond, "the consent is given")?;
        }
        Ok(())
    }

    fn consent(&self, node: &Proof) -> Checked<&'a Act> {
        let act = self.act(node)?;
        let tenure = self.tenure(node, node.at)?;
        let (statement, _) = self.statement(node.fact, Rule::Cond)?;
        let Fact::ConsentRule(rule) = &statement.fact else {
            return Err(Refused { rule: Rule::Cond, premise: "a rule of consent" });
        };
        let holder = tenure.person == act.by
            && tenure.office == rule.of
            && act.capacity == Some(Capacity::Office(rule.of.clone()));
        need(
            holder && act.kind == ActKind::Consent && rule.party == act.on_behalf_of,
            Rule::Cond,
            "its holder consents",
        )
        .map(|()| act)
    }

    /// Authority for a deed: alone, jointly, presumed, apparent, confirmed.
    fn authority(&self, node: &Proof) -> Checked {
        match node.rule {
            Rule::Confirm => {
                let act = self.act(node)?;
                let confirmed = self.subject(act);
                need(
                    act.kind == ActKind::Confirm && confirmed.id != act.id && confirmed.at <= act.not_after,
                    Rule::Confirm,
                    "a later confirmation",
                )?;
                self.authority(some(node.premises.first(), Rule::Confirm, "the confirmation is authorised")?)
            }
            Rule::Joint => {
                let (power, place) = self.power(node, node.at)?;
                let Head::Jointly(joint) = &power.head else {
                    return need(false, Rule::Joint, "a joint power");
                };
                let mut voices = Vec::new();
                let mut slots = Vec::new();
                for slot in &node.premises {
                    let act = self.act(slot)?;
                    let verb = some(act.verb(), Rule::Joint, "an act of power")?;
                    let office = self.sole(slot, For { act, verb, slot_of: Some(place) })?;
                    let special = slot.rule == Rule::Deleg
                        && self.special(slot, act)
                        && self.tenures(slot.at).any(|t| {
                            t.person == act.by && t.office != office && joint.of.contains(&t.office)
                        });
                    need(special || !voices.contains(&&act.by), Rule::Joint, "distinct persons")?;
                    voices.extend((!special).then_some(&act.by));
                    slots.push((office, slot.at, act.text));
                }
                need(
                    slots.windows(2).all(|w| w.first().map(|s| s.2) == w.last().map(|s| s.2)),
                    Rule::Joint,
                    "one text",
                )?;
                let times = slots.iter().map(|slot| slot.1);
                need(times.clone().max() == Some(node.at), Rule::Joint, "complete with the last signature")?;
                let window = power.within_days.zip(times.clone().min()).zip(times.max());
                need(
                    window.is_none_or(|((days, first), last)| last <= first.plus_days(days)),
                    Rule::Joint,
                    "within the window",
                )?;
                Self::rule_met(joint, &slots.into_iter().map(|slot| slot.0).collect::<Vec<_>>())
            }
            rule => {
                let act = self.act(node)?;
                self.sole(node, For { act, verb: some(act.verb(), rule, "an act of power")?, slot_of: None })
                    .map(|_| ())
            }
        }
    }

    fn rule_met(joint: &Joint, filled: &[OfficeId]) -> Checked {
        let once = filled
            .iter()
            .enumerate()
            .all(|(i, office)| joint.of.contains(office) && !filled.iter().take(i).any(|o| o == office));
        let quorum = match joint.quorum {
            Quorum::All => joint.of.len(),
            Quorum::Count(count) => usize::from(count),
        };
        need(once && filled.len() >= quorum, Rule::Joint, "enough offices of the rule, each once")?;
        need(
            joint.including.iter().all(|office| filled.contains(office)),
            Rule::Joint,
            "those who must be among them",
        )?;
        need(
            !joint.excluding.iter().any(|(a, b)| filled.contains(a) && filled.contains(b)),
            Rule::Joint,
            "no pair that does not count",
        )
    }

    fn special(&self, node: &Proof, act: &Act) -> bool {
        let text = |s: &Statement| matches!(&s.fact, Fact::Grant(g) if matches!(g.breadth, Some(Breadth::Special(t)) if act.text == Some(t)));
        self.statement(node.fact, Rule::Joint).is_ok_and(|(statement, _)| text(statement))
    }

    /// One person's authority for one act, or for one slot; returns the office it comes from.
    fn sole(&self, node: &Proof, f: For<'a>) -> Checked<OfficeId> {
        let capacity = |office: &OfficeId| f.act.capacity == Some(Capacity::Office(office.clone()));
        match node.rule {
            Rule::Orig => {
                let tenure = self.tenure(node, node.at)?;
                let by_grant_between_holders = f.slot_of.is_some() && f.act.under.is_some();
                need(tenure.person == f.act.by, Rule::Orig, "the actor holds the office")?;
                need(
                    by_grant_between_holders || capacity(&tenure.office) && f.act.under.is_none(),
                    Rule::Orig,
                    "acting in that capacity",
                )?;
                need(!self.both_sides(f.act), Rule::Constraint, "no self-dealing")?;
                self.held_power(node, tenure, f, node.at, false)?;
                Ok(tenure.office.clone())
            }
            Rule::Deleg => {
                let (grant, _) = self.grant(node)?;
                let holding = if node.tenure.is_some() { Some(self.tenure(node, node.at)?) } else { None };
                let grantee = grant.grantee.as_str();
                let is_grantee = grantee == f.act.by.as_str()
                    || holding.is_some_and(|t| t.person == f.act.by && t.office.as_str() == grantee);
                need(is_grantee, Rule::Deleg, "to the actor")?;
                let reached =
                    f.act.under.as_ref().map_or(f.act.capacity.is_some(), |under| *under == grant.id);
                need(reached, Rule::Deleg, "the grant acted under")?;
                self.link(node, f, node.at, 0)
            }
            Rule::Attrib => self.attributed(node, f, node.at).and_then(|()| {
                let line = self.statement(node.fact, Rule::Attrib)?.0;
                let Fact::Office(office) = &line.fact else {
                    return OfficeId::new("apparent")
                        .map_err(|_| Refused { rule: Rule::Attrib, premise: "named" });
                };
                need(capacity(&office.id) && f.act.under.is_none(), Rule::Attrib, "acting in that capacity")?;
                need(
                    self.tenure(node, node.at)?.person == f.act.by,
                    Rule::Attrib,
                    "the actor holds the office",
                )
                .map(|()| office.id.clone())
            }),
            rule => Err(Refused { rule, premise: "a rule of authority" }),
        }
    }

    /// A power of an office held: for the act itself, or as the top of a chain.
    fn held_power(
        &self,
        node: &Proof,
        tenure: &Tenure,
        f: For<'a>,
        at: Instant,
        delegating: bool,
    ) -> Checked {
        let (power, place) = self.power(node, at)?;
        need(Self::offices(power).contains(&tenure.office), Rule::Orig, "the office's power")?;
        let alone = match &power.head {
            Head::Office(_) => true,
            Head::Jointly(joint) => joint.quorum == Quorum::Count(1) || f.slot_of == Some(place),
        };
        need(alone, Rule::Joint, "a power held alone, or a slot of this one")?;
        self.covers(&power.scope, place, f, at, Rule::Orig)?;
        self.not_exclusive(power, place, f, at)?;
        let reserved = delegating
            && self.all().filter(|(s, _)| self.holds_at(s, at)).any(|(s, p)| match &s.fact {
                Fact::Power(power) => {
                    power.reserved
                        && Self::offices(power).contains(&tenure.office)
                        && self.covers(&power.scope, p, f, at, Rule::Reserved).is_ok()
                }
                _ => false,
            });
        need(!reserved, Rule::Reserved, "not reserved")
    }

    fn grant(&self, node: &Proof) -> Checked<(&'a Grant, &'a Statement)> {
        let (statement, _) = self.statement(node.fact, Rule::Deleg)?;
        match &statement.fact {
            Fact::Grant(grant) => Ok((grant, statement)),
            _ => Err(Refused { rule: Rule::Deleg, premise: "a grant" }),
        }
    }

    /// One link of a chain and those above it; returns the office at the top.
    fn link(&self, node: &Proof, f: For<'a>, at: Instant, below: u8) -> Checked<OfficeId> {
        let (grant, statement) = self.grant(node)?;
        let place = some(node.fact, Rule::Deleg, "a grant")?;
        need(node.at == at && self.holds_at(statement, at), Rule::Deleg, "in force then")?;
        need(below <= grant.depth && below < 8, Rule::Deleg, "no deeper than allowed")?;
        self.covers(&grant.scope, place, f, at, Rule::Deleg)?;
        let text = self.subject(f.act).text;
        let fits = !matches!(grant.breadth, Some(Breadth::Special(special)) if text != Some(special));
        need(fits, Rule::Deleg, "special to this text")?;
        need(grant.may_deal_with_self || !self.both_sides(f.act), Rule::Constraint, "no self-dealing")?;
        let used = self.e.earlier.iter().filter(|(fact, _)| *fact == place && grant.single_use);
        let other = |ix: &u32| self.e.acts.get(*ix as usize).is_some_and(|a| self.subject(a).text != text);
        need(!used.clone().any(|(_, ix)| other(ix)), Rule::Constraint, "not used up")?;
        need(!self.revoked(grant, node, f.act, at), Rule::Term, "not revoked")?;
        let made = grant.made.or(statement.valid.from).map_or(at, |made| made.instant(self.e.zone));
        if let Some(joint) = node.premises.first().filter(|p| p.rule == Rule::Joint) {
            return self.joint_grantors(joint, grant, f, made);
        }
        need(node.premises.len() == grant.grantors.len(), Rule::Deleg, "each grantor had authority")?;
        let mut top = Err(Refused { rule: Rule::Deleg, premise: "a grantor" });
        for (grantor, premise) in grant.grantors.iter().zip(&node.premises) {
            need(premise.at == made, Rule::Deleg, "when granting")?;
            top = Ok(self.delegates(grantor, premise, f, made, below)?);
            let stayed = || {
                let then: Vec<_> =
                    self.tenures(made).filter(|t| t.office.as_str() == grantor.as_str()).collect();
                self.tenures(at).any(|t| then.iter().any(|h| h.person == t.person && h.office == t.office))
                    || self.tenures(at).any(|t| t.person.as_str() == grantor.as_str())
            };
            need(!grant.personal || stayed(), Rule::Deleg, "the grantor is still there")?;
        }
        top
    }

    fn revoked(&self, grant: &Grant, node: &Proof, act: &Act, at: Instant) -> bool {
        self.all().any(|(statement, _)| {
            let Fact::Revocation(r) = &statement.fact else { return false };
            let able = r.by.as_ref().is_none_or(|by| {
                let chain =
                    node.nodes().filter_map(|n| self.grant(n).ok()).any(|(g, _)| g.grantors.contains(by));
                let is = |t: &Tenure, other: &ActorId| {
                    t.person.as_str() == by.as_str() && t.office.as_str() == other.as_str()
                        || t.office.as_str() == by.as_str() && t.person.as_str() == other.as_str()
                };
                chain || self.tenures(at).any(|t| grant.grantors.iter().any(|g| is(t, g)))
            });
            let told = self.profile == Profile::Strict || self.told(&r.notified, act, at);
            r.grant == grant.id && self.holds_at(statement, at) && able && told
        })
    }

    /// A grantor's authority to delegate when granting.
    fn delegates(
        &self,
        by: &ActorId,
        node: &Proof,
        f: For<'a>,
        made: Instant,
        below: u8,
    ) -> Checked<OfficeId> {
        let is = |t: &Tenure| by.as_str() == t.office.as_str() || by.as_str() == t.person.as_str();
        match node.rule {
            Rule::Deleg => {
                let (upper, _) = self.grant(node)?;
                let held = if node.tenure.is_some() { Some(self.tenure(node, made)?) } else { None };
                let to = upper.grantee == *by
                    || held.is_some_and(|t| is(t) && t.office.as_str() == upper.grantee.as_str());
                need(to, Rule::Deleg, "the link above is to the grantor")?;
                self.link(node, f, made, below.saturating_add(1))
            }
            rule => {
                let tenure = self.tenure(node, made)?;
                need(is(tenure), rule, "the grantor held the office")?;
                match rule {
                    Rule::Orig => self.held_power(node, tenure, f, made, true)?,
                    _ => self.attributed(node, f, made)?,
                }
                Ok(tenure.office.clone())
            }
        }
    }

    fn joint_grantors(&self, node: &Proof, grant: &Grant, f: For<'a>, made: Instant) -> Checked<OfficeId> {
        let (power, place) = self.power(node, made)?;
        let Head::Jointly(joint) = &power.head else {
            return Err(Refused { rule: Rule::Joint, premise: "a joint power" });
        };
        let mut filled = Vec::new();
        let mut persons = Vec::new();
        for slot in &node.premises {
            need(node.at == made && slot.at == made, Rule::Joint, "when granting")?;
            let tenure = self.tenure(slot, made)?;
            let is =
                |g: &ActorId| g.as_str() == tenure.office.as_str() || g.as_str() == tenure.person.as_str();
            need(grant.grantors.iter().any(is), Rule::Joint, "a grantor")?;
            need(!persons.contains(&&tenure.person), Rule::Joint, "distinct persons")?;
            self.held_power(slot, tenure, For { slot_of: Some(place), ..f }, made, true)?;
            persons.push(&tenure.person);
            filled.push(tenure.office.clone());
        }
        Self::rule_met(joint, &filled)?;
        some(filled.pop(), Rule::Joint, "an office")
    }
}
