//! Who decides, and whether acts at a gate are theirs.

use alloc::vec::Vec;

use super::{Reading, Stated, only};
use crate::model::act::{Act, ActKind};
use crate::model::map::{Decider, PrincipalClaim};
use crate::model::name::{Matter, OfficeId};
use crate::model::policy::{Gate, GateStep};
use crate::model::time::Instant;
use crate::verdict::StatementRef;

impl<'a> Reading<'a> {
    /// The claim of who decides that counts: the nearest at or above the matter, of one map or of all.
    pub(crate) fn nearest(&self, at: Instant, map: Option<u32>) -> Option<Stated<'a, PrincipalClaim>> {
        let here = |c: &PrincipalClaim| {
            c.party == *self.claim.party && self.claim.matter.is_none_or(|matter| c.matter.covers(matter))
        };
        self.all(at, only!(PrincipalClaim))
            .filter(|(c, _, place)| here(c) && map.is_none_or(|map| map == place.map))
            .max_by_key(|(c, ..)| c.matter.depth())
    }

    /// Whether no source that is preferred to a claim's says that another decides.
    pub(crate) fn unrivalled(&self, claim: &PrincipalClaim, place: StatementRef, at: Instant) -> bool {
        let maps = (0_u32..).zip(self.e.maps).map(|(map, _)| map);
        maps.filter(|map| self.prefers(StatementRef { map: *map, statement: 0 }, place))
            .filter_map(|map| self.nearest(at, Some(map)))
            .all(|(other, ..)| other.decider == claim.decider)
    }

    /// The gates that stand before the party on the matter.
    pub(crate) fn gates(&self) -> impl Iterator<Item = &'a Gate> + '_ {
        let here = |gate: &&Gate| {
            gate.with == *self.claim.party && self.claim.matter.is_none_or(|m| gate.matter.covers(m))
        };
        self.e.policy.into_iter().flat_map(|policy| policy.gates()).filter(here)
    }

    /// Those of them that the question asks about.
    pub(crate) fn gates_asked(&self) -> impl Iterator<Item = &'a Gate> + '_ {
        let kind = self.act(self.claim.act).map(|act| act.kind);
        self.gates().filter(move |gate| match gate.step {
            GateStep::OpenTalks => kind.is_none_or(|kind| kind == ActKind::Mandate),
            GateStep::Conclude => kind.is_none_or(|kind| kind == ActKind::Sign),
        })
    }

    /// Whether an act is the decider's own, done as the gate asks.
    pub(crate) fn own(&self, gate: &Gate, act: &Act, decider: &Decider) -> Option<bool> {
        let stated = (act.capacity.is_some() || act.under.is_some()).then_some(true);
        let own = self.decides(decider, act, act.at);
        if own {
            gate.asks(act).and_then(|asked| if asked { stated } else { Some(false) })
        } else {
            Some(false)
        }
    }

    fn decides(&self, decider: &Decider, act: &Act, at: Instant) -> bool {
        match decider {
            Decider::Office(office) => self.holds(act.by.as_str(), office.as_str(), at),
            Decider::Person(person) => *person == act.by,
        }
    }

    pub(crate) fn mandates(&self) -> impl Iterator<Item = &'a Act> + '_ {
        let covers = |of: &Matter| self.claim.matter.is_none_or(|matter| of.covers(matter));
        let own = move |a: &&Act| a.kind == ActKind::Mandate && a.on_behalf_of == *self.claim.party;
        self.acts().filter(own).filter(move |a| a.matter.as_ref().is_none_or(covers))
    }

    pub(crate) fn counts(&self, gate: &Gate, mandate: &Act) -> Option<bool> {
        let (claim, ..) = mandate.matter.as_ref().and_then(|_| self.nearest(mandate.at, None))?;
        self.own(gate, mandate, &claim.decider)
    }

    /// Whether it is one that a later gate can refer to: witnessed or not.
    pub(crate) fn refers(&self, gate: &Gate, mandate: &Act) -> bool {
        self.counts(&gate.unwitnessed(), mandate) != Some(false)
    }

    /// Whether each act of talks follows a mandate of one who still decided then; a vacant office leaves it standing.
    pub(crate) fn covered(&self, gate: &Gate) -> bool {
        let still = |mandate: &Act, at| {
            self.nearest(at, None).is_none_or(|(claim, ..)| {
                let vacant = |o: &OfficeId| !self.tenures(at).any(|t| t.office == *o);
                self.decides(&claim.decider, mandate, at)
                    || matches!(&claim.decider, Decider::Office(o) if vacant(o))
            })
        };
        let related = |a: &Act| match (self.about(a).matter, self.claim.matter) {
            (Some(a), Some(b)) => a.covers(b) || b.covers(a),
            _ => true,
        };
        let talks = |a: &&'a Act| {
            a.kind.is_talks()
                && a.on_behalf_of == *self.claim.party
                && match (self.about(a).text, self.claim.text) {
                    (Some(a), Some(b)) => a == b,
                    _ => related(a),
                }
        };
        let counting: Vec<&Act> = self.mandates().filter(|m| self.counts(gate, m) == Some(true)).collect();
        let opened = |t: &'a Act| counting.iter().any(|m| self.order(m) < self.order(t) && still(m, t.at));
        self.acts().filter(talks).all(opened)
    }
}
