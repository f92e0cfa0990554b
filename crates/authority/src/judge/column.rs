//! Columns A and B for one deed of one party: the best derivation counts.

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use crate::judge::authority::Authority;
use crate::judge::cond::{Confirmed, Late};
use crate::model::act::ActKind;
use crate::model::name::PartyId;
use crate::model::policy::Profile;
use crate::proof::Proof;
use crate::search::attrib::{Presumed, VCLT_46, VCLT_47};
use crate::search::events::Event;
use crate::search::{Lens, Search};
use crate::verdict::{Column, Condition, Reason, Rule, Verdict};

/// What a column is asked about.
pub(crate) struct Deed<'a, 'e> {
    /// Whose deed.
    pub(crate) party: &'a PartyId,
    /// The acts that make it up, in order.
    pub(crate) group: Vec<&'e Event<'e>>,
    /// The act that must take part, where one act is asked about.
    pub(crate) must: Option<u32>,
}

impl<'e> Deed<'_, 'e> {
    /// The acts asked about.
    fn asked(&self) -> impl Iterator<Item = &'e Event<'e>> + '_ {
        self.group.iter().copied().filter(|event| self.must.is_none_or(|order| event.order == order))
    }
}

/// Order in which the best verdict counts.
fn rank(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::Yes => 0,
        Verdict::YesIf(_) => 1,
        Verdict::Contestable { .. } => 2,
        Verdict::Conflict => 3,
        Verdict::Unknown => 4,
        Verdict::Curable => 5,
        Verdict::No => 6,
        Verdict::None => 7,
    }
}

/// The best column so far.
pub(crate) struct Best(Column);

impl Best {
    fn new() -> Self {
        Self(Column { verdict: Verdict::No, why: Vec::new(), proof: None })
    }

    fn offer(&mut self, verdict: Verdict, why: Vec<Reason>, proof: Option<Proof>) {
        if rank(&verdict) < rank(&self.0.verdict) {
            self.0 = Column { verdict, why, proof };
        } else if rank(&verdict) == rank(&self.0.verdict) && self.0.why.is_empty() {
            self.0.why = why;
        }
    }

    fn settled(&self) -> bool {
        self.0.verdict == Verdict::Yes
    }
}

impl Search<'_> {
    /// Column A, or column B under the search's lens.
    pub(crate) fn column(&mut self, deed: &Deed<'_, '_>) -> Column {
        let mut best = Best::new();
        let mut ended: Option<Reason> = None;
        let mut note = |reason: Option<Reason>| ended = ended.take().or(reason);
        match self.authority(&deed.group, deed.must) {
            Authority::Yes(proof) => note(self.with_conditions(proof, deed, true, &mut best)),
            Authority::Unknown => best.offer(Verdict::Unknown, Vec::new(), None),
            Authority::Lacking(power, offices) => {
                let says = self.lacking(power, &offices);
                best.offer(
                    Verdict::Curable,
                    vec![Reason { rule: Rule::Joint, says, facts: Vec::new() }],
                    None,
                );
            }
            Authority::No => {}
        }
        if !best.settled() {
            let asked: Vec<&Event<'_>> = deed.asked().collect();
            for event in &asked {
                match self.confirmed(event) {
                    Confirmed::Yes(proof) => note(self.with_conditions(proof, deed, true, &mut best)),
                    Confirmed::Unknown(reason) => best.offer(Verdict::Unknown, vec![reason], None),
                    Confirmed::No => {}
                }
            }
            if let Lens::Legal(profile) = self.lens {
                for event in &asked {
                    note(self.attribute(profile, event, deed, &mut best));
                }
            }
        }
        let mut column = best.0;
        if let Some(reason) = ended
            && matches!(column.verdict, Verdict::No | Verdict::Curable)
        {
            column = Column { verdict: Verdict::No, why: vec![reason], proof: None };
            return column;
        }
        if matches!(column.verdict, Verdict::No | Verdict::Unknown | Verdict::Curable) {
            let misses = self.misses_of(&deed.group, deed.must);
            let told = self.tell(&misses, deed);
            // The reason of the profile first, then what was missing internally.
            column.why.extend(told);
        }
        column
    }

    /// A derivation with its conditions; returns the reason where one of them ended it.
    fn with_conditions(
        &mut self,
        proof: Proof,
        deed: &Deed<'_, '_>,
        internal: bool,
        best: &mut Best,
    ) -> Option<Reason> {
        let against = proof.nodes().find_map(|node| node.against);
        let acts: Vec<&Event<'_>> = deed
            .group
            .iter()
            .copied()
            .filter(|event| {
                proof.rule == Rule::Confirm || proof.nodes().any(|node| node.act == Some(event.given))
            })
            .filter(|event| matches!(event.act.kind, ActKind::Sign | ActKind::Ratify))
            .collect();
        let mut conditions = self.conditions(&acts, internal);
        if let Some(ended) = conditions.ended {
            return Some(ended);
        }
        if let Some(unknown) = conditions.unknown {
            best.offer(Verdict::Unknown, vec![unknown], None);
            return None;
        }
        let mut why = self.explain(&proof, deed);
        let proof = if conditions.discharged.is_empty() {
            proof
        } else {
            let at = proof.at;
            why.extend(conditions.discharged.iter().flat_map(|p| self.explain(p, deed)));
            conditions.discharged.insert(0, proof);
            Proof::new(Rule::Cond, at).from(conditions.discharged)
        };
        let verdict = if !conditions.pending.is_empty() {
            let waits = |c: &Condition| Reason {
                rule: Rule::Cond,
                says: format!("waits for {}", c.says),
                facts: Vec::new(),
            };
            why.splice(0..0, conditions.pending.iter().map(waits));
            Verdict::YesIf(conditions.pending)
        } else if let Some(against) = against {
            let notified = self.article(against, deed);
            why.insert(
                0,
                Reason {
                    rule: Rule::Attrib,
                    says: format!(
                        "{} may contest its consent, nobody else may: the restriction was {} before the act ({notified})",
                        deed.party,
                        if notified == VCLT_47 { "notified to the other side" } else { "fundamental and public" },
                    ),
                    facts: vec![against],
                },
            );
            Verdict::Contestable { by: deed.party.clone(), under: notified }
        } else {
            Verdict::Yes
        };
        best.offer(verdict, why, Some(proof));
        None
    }

    fn article(&self, against: crate::verdict::StatementRef, deed: &Deed<'_, '_>) -> &'static str {
        deed.asked()
            .find_map(|event| {
                let verb = event.act.verb()?;
                let at = self.times.of(event);
                self.world.offices.iter().zip(0_u32..).find_map(|(_, office)| {
                    self.restricted(office, event, verb, at).filter(|(r, _)| *r == against).map(|(_, a)| a)
                })
            })
            .unwrap_or(VCLT_46)
    }

    /// Rule ATTRIB for one act.
    fn attribute(
        &mut self,
        profile: Profile,
        event: &Event<'_>,
        deed: &Deed<'_, '_>,
        best: &mut Best,
    ) -> Option<Reason> {
        let verb = event.act.verb()?;
        let at = self.times.of(event);
        let one = Deed { party: deed.party, group: vec![event], must: None };
        let mut ended = None;
        match profile {
            Profile::Strict => return None,
            Profile::Vclt => match self.presumption(event, verb, at) {
                Presumed::Yes(proof) => ended = self.with_conditions(proof, &one, false, best),
                Presumed::Lapsed(office) => {
                    let office = self.office_name(office);
                    let says = format!(
                        "{}'s tenure of {office} had ended on {at} and no successor is recorded: whether {office} still had standing is not known",
                        event.act.by
                    );
                    best.offer(
                        Verdict::Unknown,
                        vec![Reason { rule: Rule::Attrib, says, facts: Vec::new() }],
                        None,
                    );
                }
                Presumed::No => {}
            },
            Profile::Unidroit => {
                if let Some(proof) = self.apparent(event, verb, at) {
                    ended = self.with_conditions(proof, &one, false, best);
                }
            }
        }
        if ended.is_some() {
            return ended;
        }
        // No profile lets a signature that was refused revive.
        let conditions = self.conditions(&[event], false);
        if conditions.ended.is_some() {
            return conditions.ended;
        }
        match self.too_late_at(event, self.as_of, u32::MAX) {
            Late::Yes(says) => {
                best.offer(Verdict::No, vec![Reason { rule: Rule::Confirm, says, facts: Vec::new() }], None);
            }
            late => {
                let (article, lack) = match profile {
                    Profile::Vclt => ("VCLT 8", "with neither standing nor full powers"),
                    _ => ("UNIDROIT 2.2.9", "without authority"),
                };
                let says = format!(
                    "{} acted {lack} ({}): without effect unless {} confirms it ({article})",
                    event.act.by, event.act.id, deed.party
                );
                let mut why = vec![Reason { rule: Rule::Attrib, says, facts: Vec::new() }];
                why.extend(late.reason());
                best.offer(Verdict::Curable, why, None);
            }
        }
        None
    }
}
