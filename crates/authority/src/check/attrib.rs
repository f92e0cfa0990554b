//! The checker's rules ATTRIB and GATE.

use super::facts::{Checked, Checker, For, Refused, need, some};
use crate::model::act::{Act, ActKind, Visibility};
use crate::model::map::{Decider, Fact, Standing, Verb};
use crate::model::policy::{GateStep, Profile};
use crate::model::time::Instant;
use crate::proof::Proof;
use crate::verdict::Rule;

impl<'a> Checker<'a> {
    /// Standing that the profile presumes (VCLT 7(2), 67(2)), or authority let appear (UNIDROIT 2.2.5(2)).
    pub(super) fn attributed(&self, node: &Proof, f: For<'a>, at: Instant) -> Checked {
        let (statement, _) = self.statement(node.fact, Rule::Attrib)?;
        need(self.holds_at(statement, at), Rule::Attrib, "in force then")?;
        match &statement.fact {
            Fact::Office(line) => {
                let ministers =
                    [Standing::HeadOfState, Standing::HeadOfGovernment, Standing::ForeignMinister].map(Some);
                let missions = [Standing::HeadOfMission, Standing::Delegate].map(Some);
                let concludes = !matches!(f.verb, Verb::Delegate | Verb::Order | Verb::Report);
                let presumed = ministers.contains(&line.standing) && concludes
                    || missions.contains(&line.standing) && matches!(f.verb, Verb::Negotiate | Verb::Adopt);
                need(
                    self.profile == Profile::Vclt && presumed,
                    Rule::Attrib,
                    "a standing that presumes this",
                )?;
                need(self.tenure(node, at)?.office == line.id, Rule::Attrib, "of the office held")?;
                need(
                    !self.restricted(&line.id, f, at),
                    Rule::Attrib,
                    "no restriction known to the other side",
                )
            }
            Fact::HeldOut(held) => {
                let fits = held.actor.as_str() == f.act.by.as_str()
                    || self
                        .tenures(at)
                        .any(|t| t.person == f.act.by && t.office.as_str() == held.actor.as_str());
                let scope = held.verbs.iter().any(|v| v.includes(f.verb))
                    && f.act.matter.as_ref().is_some_and(|m| held.matter.covers(m))
                    && f.act.with.contains(&held.to)
                    && held.party == *self.claim.party;
                need(self.profile == Profile::Unidroit && fits && scope, Rule::Attrib, "held out for this")?;
                let knew =
                    self.tenures(at).any(|t| t.person == f.act.by && self.restricted(&t.office, f, at));
                need(!knew && !self.both_sides(f.act), Rule::Attrib, "the other side had no notice")
            }
            _ => Err(Refused { rule: Rule::Attrib, premise: "a standing or a holding out" }),
        }
    }

    fn restricted(&self, office: &crate::model::name::OfficeId, f: For<'a>, at: Instant) -> bool {
        self.all().any(|(statement, _)| {
            let Fact::Restriction(r) = &statement.fact else { return false };
            let public = r.publicised.is_some_and(|p| p.instant(self.e.zone) <= at);
            let manifest = public && (r.fundamental || self.profile == Profile::Unidroit);
            r.office == *office
                && self.holds_at(statement, at)
                && r.verbs.iter().any(|v| v.includes(f.verb))
                && f.act.matter.as_ref().is_none_or(|m| r.matter.covers(m))
                && (manifest || self.told(&r.notified, f.act, at))
        })
    }

    /// One gate passed: the decider's own act, in person and publicly where asked.
    pub(super) fn gate(&self, node: &Proof) -> Checked {
        let act = self.act(node)?;
        need(node.rule == Rule::Gate, node.rule, "a gate")?;
        let step = match act.kind {
            ActKind::Mandate => GateStep::OpenTalks,
            ActKind::Sign => GateStep::Conclude,
            _ => return Err(Refused { rule: Rule::Gate, premise: "a mandate or a signature" }),
        };
        let (statement, _) = self.statement(node.fact, Rule::Gate)?;
        let Fact::PrincipalClaim(claim) = &statement.fact else { return need(false, Rule::Gate, "a claim") };
        let at = node.at;
        need(
            claim.party == *self.claim.party && self.holds_at(statement, at),
            Rule::Gate,
            "the claim counts then",
        )?;
        match &claim.decider {
            Decider::Office(office) => {
                let tenure = self.tenure(node, at)?;
                need(tenure.office == *office && tenure.person == act.by, Rule::Gate, "the holder acted")?;
            }
            Decider::Person(person) => need(*person == act.by, Rule::Gate, "the person acted")?,
        }
        let gates = self.e.policy.into_iter().flat_map(|policy| policy.gates());
        let here = |matter: &crate::model::name::Matter| {
            act.matter.as_ref().is_none_or(|m| m.covers(matter) || matter.covers(m))
        };
        for gate in gates.filter(|g| g.step == step && g.with == *self.claim.party && here(&g.matter)) {
            need(!gate.publicly || act.visibility == Some(Visibility::Public), Rule::Gate, "publicly")?;
            let ink = gate.attested && act.attested_by.is_some();
            let own = act.in_person == Some(true) && act.under.is_none();
            need(!gate.in_person || ink || own, Rule::Gate, "in person")?;
        }
        match (step, self.claim.text, self.claim.act) {
            (GateStep::Conclude, text, None) => need(act.text == text, Rule::Gate, "the text asked about"),
            (GateStep::OpenTalks, Some(text), None) => {
                let talks = |a: &&Act| {
                    a.on_behalf_of == *self.claim.party && a.text == Some(text) && a.kind != ActKind::Mandate
                };
                let first = self.e.acts.iter().filter(talks).map(|a| a.at).min();
                need(first.is_none_or(|first| act.at <= first), Rule::Gate, "before talks on the text")
            }
            _ => some(Some(()), Rule::Gate, ""),
        }
    }
}
