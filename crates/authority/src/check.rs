//! The independent proof checker: re-verifies the proof of a `yes` from the maps, the policy and the acts alone.
//!
//! It imports the model and a plain reading of the evidence, nothing of the search; it finds nothing, it looks up, also
//! for what must be *absent*. What earlier acts used up rests on proofs of their own ([`Evidence::used`]).

use alloc::vec::Vec;
use core::ptr;

pub use crate::evidence::{Claim, Evidence, Refused};
use crate::evidence::{DEPTH_MAX, Passing, Pick, Reading, Stated, Use, only};
use crate::model::act::{Act, ActKind, Capacity, Qualifier};
use crate::model::map::{ConsentRule, Decider, Grant, Head, Tenure};
use crate::model::name::{ActorId, OfficeId};
use crate::model::policy::{Gate, GateSigner, GateStep, Profile};
use crate::model::time::Instant;
use crate::proof::Proof;
use crate::verdict::{ColumnName, Rule, StatementRef};

type Checked<T = ()> = Result<T, Refused>;
type Place = Option<StatementRef>;

struct Checker<'a> {
    reading: Reading<'a>,
    claim: &'a Claim<'a>,
    profile: Profile,
}

/// What a derivation is for: a use of a power; in a slot of a joint one; to be passed on, with so many links below.
#[derive(Clone, Copy)]
struct For<'a, 'g> {
    u: Use<'a>,
    slot: Place,
    grantor: Option<(&'g ActorId, u8)>,
}

/// Checks the proof of a column whose verdict is `yes`.
///
/// # Errors
/// [`Refused`] names the rule and the premise that does not hold.
pub fn check(evidence: &Evidence<'_>, claim: &Claim<'_>, proof: &Proof) -> Result<(), Refused> {
    let legal = evidence.policy.filter(|_| claim.column == ColumnName::Legal);
    let profile = legal.map_or(Profile::Strict, |policy| policy.profile(claim.party));
    let this = Checker { reading: Reading::of(evidence, claim), claim, profile };
    Rule::Recognition.needs(this.reading.leaves_out_rightly(), "what is left out is contradicted")?;
    Rule::Text.needs(claim.act.is_none() || this.reading.act(claim.act).is_some(), "the act is given")?;
    if claim.column == ColumnName::Gate { this.gates(proof) } else { this.deed(proof) }
}

impl<'a> Checker<'a> {
    fn one<T>(&self, rule: Rule, at: Place, when: Instant, pick: Pick<'a, T>) -> Checked<Stated<'a, T>> {
        rule.finds(self.reading.one(at, when, pick), "a statement of the kind, in force, that counts")
    }

    fn tenure(&self, node: &Proof, at: Instant) -> Checked<&'a Tenure> {
        self.one(node.rule, node.tenure, at, only!(Tenure)).map(|(tenure, ..)| tenure)
    }

    fn act(&self, node: &Proof) -> Checked<&'a Act> {
        let act = node.rule.finds(self.reading.act(node.act), "the act is given")?;
        let then = act.at <= node.at && node.at <= act.not_after;
        node.rule.needs(act.on_behalf_of == *self.claim.party && then, "the party's act, then").map(|()| act)
    }

    fn of(&self, node: &Proof) -> Checked<For<'a, 'static>> {
        let act = self.act(node)?;
        let verb = node.rule.finds(act.verb(), "an act of power")?;
        Ok(For {
            u: Use { act, about: self.reading.about(act), verb, at: node.at },
            slot: None,
            grantor: None,
        })
    }

    fn deed(&self, proof: &Proof) -> Checked {
        let asked = self.reading.act(self.claim.act);
        let is_asked = |act: &Act| asked.is_some_and(|asked| ptr::eq(asked, act));
        if proof.rule == Rule::Cond && proof.act.is_some() {
            return Rule::Text.needs(is_asked(self.consent(proof)?.0), "the act asked about");
        }
        let (base, followed) = match proof.premises.split_first() {
            Some(split) if proof.rule == Rule::Cond => split,
            _ => (proof, &[][..]),
        };
        self.authority(base)?;
        let acts = base.nodes().filter(|n| n.act.is_some()).map(|n| self.act(n));
        let mut acts = acts.collect::<Checked<Vec<_>>>()?;
        if base.rule == Rule::Confirm && asked.is_none_or(|a| a.kind != ActKind::Confirm) {
            acts = acts.first().and_then(|confirm| self.reading.confirmed(confirm)).into_iter().collect();
        }
        let text = |act| self.reading.about(act).text;
        let (kind, wanted) = asked.map_or((ActKind::Sign, self.claim.text), |a| (a.kind, text(a)));
        let fits = |a: &&'a Act| a.on_behalf_of == *self.claim.party && a.kind == kind && text(a) == wanted;
        let through = acts.iter().any(|a| asked.is_none() || is_asked(a)) && acts.iter().all(fits);
        Rule::Text.needs(through, "the party's acts on what is asked about")?;
        acts.into_iter().try_for_each(|act| self.conditions(act, base, followed))
    }

    /// No condition is open: a qualified signature is followed up, each consent is given before any refusal.
    fn conditions(&self, act: &'a Act, base: &Proof, followed: &[Proof]) -> Checked {
        let text = self.reading.about(act).text;
        let confirms = |p: &Proof| {
            let this = self.act(p).is_ok_and(|c| c.confirms.as_ref() == Some(&act.id));
            p.rule == Rule::Confirm && this && self.authority(p).is_ok()
        };
        let ratify = |a: &'a Act| a.kind == ActKind::Ratify && self.reading.about(a).text == text;
        let by = |n: &Proof| n.act.is_none() || self.act(n).is_ok_and(ratify);
        let ratifies =
            |p: &Proof| p.nodes().all(by) && p.premises.first().is_some_and(|q| self.authority(q).is_ok());
        let done = match act.qualifier {
            Qualifier::Definitive => true,
            Qualifier::AdReferendum => confirms(base) || followed.iter().any(confirms),
            Qualifier::SubjectToRatification => followed.iter().any(ratifies),
        };
        Rule::Cond.needs(done, "a qualified signature is confirmed, or ratified")?;
        let consents = |rule: &ConsentRule, p: &Proof| {
            self.consent(p).is_ok_and(|(c, said)| ptr::eq(rule, said) && text.is_some() && c.text == text)
        };
        let internal = base.rule != Rule::Attrib && matches!(act.kind, ActKind::Sign | ActKind::Ratify);
        let mut rules = self.reading.consents(act).filter(|_| internal);
        Rule::Cond
            .needs(rules.all(|rule| followed.iter().any(|p| consents(rule, p))), "every consent is given")
    }

    fn consent(&self, node: &Proof) -> Checked<(&'a Act, &'a ConsentRule)> {
        let (act, tenure, r) = (self.act(node)?, self.tenure(node, node.at)?, &self.reading);
        let rule = r.ever(only!(ConsentRule)).find(|(.., place)| Some(*place) == node.fact);
        let (rule, ..) = Rule::Cond.finds(rule, "a rule of consent")?;
        let holder = tenure.person == act.by && tenure.office == rule.of && act.kind == ActKind::Consent;
        let consents = holder && r.speaks(act, rule, node.at) && !r.refused_before(act, rule);
        Rule::Cond.needs(consents, "its holder consents, and did not refuse before").map(|()| (act, rule))
    }

    /// Authority for a deed: alone, jointly, presumed, apparent, confirmed.
    fn authority(&self, node: &Proof) -> Checked {
        match (node.rule, node.premises.as_slice()) {
            (Rule::Confirm, [authorised]) => {
                let (act, order) = (self.act(node)?, |act| self.reading.order(act));
                let of = self.reading.confirmed(act).filter(|_| act.kind == ActKind::Confirm);
                let later = of.is_some_and(|c| c.on_behalf_of == act.on_behalf_of && order(c) < order(act));
                let same = authorised.act.is_none_or(|authorised| node.act == Some(authorised));
                Rule::Confirm.needs(later && same, "a later confirmation").and(self.authority(authorised))
            }
            (Rule::Joint, _) => self.jointly(node, None),
            _ => self.derives(node, self.of(node)?).map(|_| ()),
        }
    }

    /// A joint rule met: by acts, or by the grantors of a grant that all made then.
    fn jointly(&self, node: &Proof, granting: Option<(&'a Grant, Use<'a>)>) -> Checked {
        let (power, _, place) = self.one(Rule::Joint, node.fact, node.at, only!(Power))?;
        let Head::Jointly(joint) = &power.head else { return Rule::Joint.needs(false, "a joint power") };
        let (mut filled, mut voices, mut whats) = (Vec::new(), Vec::new(), Vec::new());
        for slot in &node.premises {
            let (office, by) = if let Some((grant, u)) = granting {
                let to = |g| For { u: Use { at: node.at, ..u }, slot: Some(place), grantor: Some((g, 0)) };
                let mut offices = grant.grantors.iter().filter_map(|g| self.derives(slot, to(g)).ok());
                (Rule::Joint.finds(offices.next(), "a grantor")?, Some(&self.tenure(slot, node.at)?.person))
            } else {
                let f = For { slot: Some(place), ..self.of(slot)? };
                let (office, by) = (self.derives(slot, f)?, &f.u.act.by);
                whats.push((f.u.act.kind, f.u.about.text));
                // A special grant between joint holders is a voice of its own, beside its holder's own place.
                let special = |p: &Proof| self.special(p, f.u);
                let own =
                    slot.rule == Rule::Deleg || f.u.act.under.is_none() || node.premises.iter().any(special);
                Rule::Joint.needs(own, "each acting as such")?;
                let holder = |o| Some(o) != office && self.reading.holds(by.as_str(), o.as_str(), slot.at);
                (office, (!special(slot) || !joint.of.iter().any(holder)).then_some(by))
            };
            Rule::Joint.needs(by.is_none_or(|by| !voices.contains(&by)), "distinct persons")?;
            voices.extend(by);
            filled.extend(office);
        }
        let times = || node.premises.iter().map(|slot| slot.at);
        let window = power.within_days.zip(times().min()).zip(times().max());
        let near = window.is_none_or(|((days, first), last)| last <= first.plus_days(days));
        let one = whats.windows(2).all(|two| two.first() == two.last()) && times().max() == Some(node.at);
        Rule::Joint.needs(near && one, "acts of one kind on one text, in the window, up to the last")?;
        let met = filled.len() == node.premises.len() && joint.met_by(&filled);
        Rule::Joint.needs(met, "the offices that the rule asks for")
    }

    fn special(&self, slot: &Proof, u: Use<'a>) -> bool {
        let grant = self.reading.one(slot.fact, u.at, only!(Grant));
        self.reading.act(slot.act).is_some_and(|act| ptr::eq(act, u.act))
            && grant.is_some_and(|(g, ..)| g.special_to(u.about.text))
    }

    /// Authority for an act or a slot of a joint power, or a grantor's to pass it on; returns the office it is from.
    fn derives(&self, node: &Proof, f: For<'a, '_>) -> Checked<Option<&'a OfficeId>> {
        let (by, under) = (f.grantor.map_or(f.u.act.by.as_str(), |(g, _)| g.as_str()), &f.u.act.under);
        let capacity = |o: &str| matches!(&f.u.act.capacity, Some(Capacity::Office(c)) if c.as_str() == o);
        let held = node.tenure.map(|_| self.tenure(node, f.u.at)).transpose()?;
        let is = |t: &Tenure| t.person.as_str() == by || f.grantor.is_some() && t.office.as_str() == by;
        node.rule.needs(node.at == f.u.at && held.is_none_or(is), "the holder of the office, then")?;
        let own = under.is_none() && held.is_some_and(|t| capacity(t.office.as_str()));
        let such = f.grantor.is_some() || own || under.is_some() && f.slot.is_some();
        match (node.rule, held) {
            (Rule::Orig, Some(tenure)) if such => self.held_power(node, tenure, f)?,
            (Rule::Attrib, Some(tenure)) if such && f.slot.is_none() => {
                let (line, ..) = self.one(node.rule, node.fact, f.u.at, only!(Office))?;
                let presumed = line.id == tenure.office && self.reading.presumes(line, f.u, self.profile);
                Rule::Attrib.needs(presumed, "a standing that presumes this, no restriction known")?;
            }
            (Rule::Attrib, None) if f.grantor.is_none() && f.slot.is_none() => {
                let (held, ..) = self.one(node.rule, node.fact, f.u.at, only!(HeldOut))?;
                let appears = self.profile == Profile::Unidroit && self.reading.appears(held, f.u);
                Rule::Attrib.needs(appears, "held out for this, without notice of the lack")?;
            }
            (Rule::Deleg, held) => {
                let (grant, ..) = self.one(node.rule, node.fact, f.u.at, only!(Grant))?;
                let (to, person) = (grant.grantee.as_str(), self.reading.party_of(by).is_none());
                let to_actor = held.map_or(to == by && person, |t| t.office.as_str() == to);
                let own = capacity(to) || to == f.u.act.by.as_str() && f.u.act.capacity.is_some();
                let reached = f.grantor.is_some() || under.as_ref().map_or(own, |id| grant.id == *id);
                Rule::Deleg.needs(to_actor && reached, "a grant to who acts or grants")?;
                return self.link(node, f);
            }
            (rule, _) => rule.needs(false, "a rule of authority, in that capacity")?,
        }
        Ok(held.map(|tenure| &tenure.office))
    }

    /// One link of a chain, and those above it.
    fn link(&self, node: &Proof, f: For<'a, '_>) -> Checked<Option<&'a OfficeId>> {
        let (r, below) = (&self.reading, f.grantor.map_or(0, |(_, below)| below));
        let stated = self.one(Rule::Deleg, node.fact, f.u.at, only!(Grant))?;
        let (grant, statement, place) = stated;
        Rule::Deleg.needs(below <= grant.depth && below < DEPTH_MAX, "no deeper than allowed")?;
        let text = grant.carries(f.u.about.text) == Some(true);
        Rule::Deleg.needs(text && r.covers(&grant.scope, place, f.u) == Some(true), "in its scope")?;
        let free = !grant.single_use || r.earlier(place, f.u.act, &f.u.about).next().is_none();
        let sides = grant.may_deal_with_self || !r.both_sides(f.u);
        Rule::Constraint.needs(free && sides, "not used up, no self-dealing")?;
        let made = grant.made(statement.valid.from, f.u.at, r.e.zone);
        let lapsed = !r.reported(grant, f.u.at) || grant.personal && !r.stayed(grant, made, f.u.at);
        Rule::Term.needs(!lapsed && !r.revoked(stated, f.u, self.profile), "neither revoked nor lapsed")?;
        if let ([joint @ Proof { rule: Rule::Joint, .. }], None) = (node.premises.as_slice(), f.slot) {
            Rule::Joint.needs(joint.premises.iter().all(|slot| slot.at == made), "when granting")?;
            return self.jointly(joint, Some((grant, f.u))).map(|()| None);
        }
        Rule::Deleg.needs(node.premises.len() == grant.grantors.len(), "each grantor had authority")?;
        grant.grantors.iter().zip(&node.premises).try_fold(None, |_, (grantor, premise)| {
            let u = Use { at: made, ..f.u };
            self.derives(premise, For { u, grantor: Some((grantor, below.saturating_add(1))), ..f })
        })
    }

    /// A power of an office of the party: for the act itself, or as the top of a chain.
    fn held_power(&self, node: &Proof, tenure: &Tenure, f: For<'a, '_>) -> Checked {
        let (r, office) = (&self.reading, &tenure.office);
        let (power, _, place) = self.one(Rule::Orig, node.fact, f.u.at, only!(Power))?;
        let alone = f.slot.map_or(power.head.alone(), |slot| slot == place);
        let held = power.head.offices().contains(office) && alone;
        Rule::Orig
            .needs(r.ours(power) && held, "a power of an office of the party, alone or in this slot")?;
        Rule::Orig.needs(r.covers(&power.scope, place, f.u) == Some(true), "in its scope")?;
        let passing = if f.grantor.is_some() { Passing::On } else { Passing::Not };
        Rule::Constraint.needs(passing == Passing::On || !r.both_sides(f.u), "no self-dealing")?;
        Rule::Reserved.needs(!r.blocked(power, office, f.u, passing), "neither reserved nor another's")
    }

    fn gates(&self, proof: &Proof) -> Checked {
        let gates = || self.reading.gates_asked();
        let each = proof.premises.len() == gates().count() && !proof.premises.is_empty();
        Rule::Gate.needs(each, "every gate that stands here")?;
        gates().zip(&proof.premises).try_for_each(|(gate, node)| self.passed(gate, node))
    }

    fn passed(&self, gate: &'a Gate, node: &Proof) -> Checked {
        let (act, r) = (self.act(node)?, &self.reading);
        let asked = r.act(self.claim.act).map(|asked| ptr::eq(asked, act));
        let text = act.text.is_some() && act.text == self.claim.text;
        let here = match gate.step {
            GateStep::Conclude => act.kind == ActKind::Sign && asked.unwrap_or(text),
            GateStep::OpenTalks => act.kind == ActKind::Mandate && asked.unwrap_or_else(|| r.covered(gate)),
        };
        Rule::Gate.needs(here, "a signature of the text, or a mandate before each act of talks")?;
        let order = |act: &&'a Act| r.order(act);
        let opening = r.gates().find(|gate| gate.step == GateStep::OpenTalks);
        let earlier = |o| r.mandates().filter(move |m| order(m) < r.order(act) && r.refers(o, m));
        // Whose claim counts: as of the act, or of the mandate that the gate refers to.
        let of = match (gate.step, gate.signer, opening) {
            (GateStep::Conclude, GateSigner::SamePerson, Some(o)) => earlier(o).min_by_key(order),
            (GateStep::Conclude, GateSigner::SameOffice, Some(o)) => earlier(o).max_by_key(order),
            _ => Some(act),
        };
        let of = Rule::Gate.finds(of, "the mandate that the gate refers to")?;
        let same = gate.signer != GateSigner::SamePerson || of.by == act.by;
        let (claim, _, place) = Rule::Gate.finds(r.nearest(of.at, None), "a claim of who decides")?;
        let agreed = node.fact == Some(place) && r.unrivalled(claim, place, of.at);
        Rule::Gate.needs(agreed, "the nearest claim, and no preferred source says otherwise")?;
        let own = r.own(gate, act, &claim.decider) == Some(true);
        Rule::Gate.needs(own && same, "the decider's own act, as asked")?;
        let Decider::Office(office) = &claim.decider else { return Ok(()) };
        let tenure = self.tenure(node, node.at)?;
        Rule::Gate.needs(tenure.office == *office && tenure.person == act.by, "the holder acted")
    }
}
