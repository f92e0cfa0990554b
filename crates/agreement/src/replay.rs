//! Replay: from admitted acts to facts, milestones, what was heard, and what happened out of order.
//!
//! A dossier's state is derived here and never stored. Acts come in the order of their numbers; nothing here
//! decides who was bound: that is `countersign-authority`'s, on the facts that replay yields.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use countersign_authority::model::act::{Act, Capacity};
use countersign_authority::model::amount::Period;
use countersign_authority::model::map::{
    Breadth, Fact, Grant, Limit, Map, Notice, Restriction, Revocation, Scope, Statement, Verb,
};
use countersign_authority::model::name::{ActorId, Digest, GrantId, OfficeId, PartyId};
use countersign_authority::model::policy::Event;
use countersign_authority::model::time::{Instant, Moment, Validity};

use crate::kind::Kind;
use crate::signed::{BodyValue, SignedAct};

/// An act whose signature matched, with its number in the dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admitted {
    /// From 1, rising; a gap is a withheld act.
    pub number: u32,
    /// Its id.
    pub id: Digest,
    /// What it says.
    pub act: SignedAct,
    /// Whether the person acted with their own bound key; `None`: not known.
    pub in_person: Option<bool>,
    /// Whether a trusted record holds it under enough cosignatures; `None`: not known.
    pub witnessed: Option<bool>,
}

/// An event that starts or ends deadlines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Milestone {
    /// Which event.
    pub event: Event,
    /// When.
    pub at: Instant,
    /// The act that completed it.
    pub number: u32,
}

/// Something that happened out of order, or that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// The act.
    pub number: u32,
    /// In words.
    pub says: String,
}

/// Where the negotiation stands (record.md §2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Nothing yet.
    Opened,
    /// A demand was made.
    Demanded {
        /// By which act.
        number: u32,
    },
    /// A mandate was signed.
    Mandated {
        /// By which act.
        number: u32,
    },
    /// Talks began.
    Talks {
        /// With which act.
        number: u32,
    },
    /// A text was adopted by all who are party to it.
    DefinitiveText {
        /// Which text.
        text: Digest,
        /// With which act.
        number: u32,
    },
    /// Some or all have signed a text.
    Signed {
        /// Which text.
        text: Digest,
        /// Who signed it.
        by: BTreeSet<PartyId>,
        /// How many parties there are.
        of: usize,
    },
    /// Somebody refused.
    Refused {
        /// Who.
        by: PartyId,
        /// By which act.
        number: u32,
    },
    /// Somebody withdrew.
    Ended {
        /// Who.
        by: PartyId,
        /// By which act.
        number: u32,
    },
}

/// A dossier, replayed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// The parties: those that act or are acted with, in the order of appearance.
    pub parties: Vec<PartyId>,
    /// Facts for the evaluator, in order.
    pub facts: Vec<Act>,
    /// Grants, revocations and restrictions made in the record itself.
    pub record: Vec<Statement>,
    /// Which act made each of them.
    pub made_by: Vec<u32>,
    /// First occurrence of each event.
    pub milestones: Vec<Milestone>,
    /// What happened out of order.
    pub flags: Vec<Flag>,
    /// Where it stands.
    pub state: State,
}

/// The source that facts of the record itself carry.
pub const RECORD: &str = "the record";

impl Replay {
    /// Replays acts in order.
    #[must_use]
    pub fn of(acts: &[Admitted]) -> Self {
        let mut fold = Fold {
            facts: Vec::with_capacity(acts.len()),
            seen: HashSet::with_capacity(acts.len()),
            ..Fold::default()
        };
        for admitted in acts {
            fold.step(admitted);
        }
        let state = fold.state();
        Self {
            parties: fold.parties,
            facts: fold.facts,
            record: fold.record,
            made_by: fold.made_by,
            milestones: fold.milestones,
            flags: fold.flags,
            state,
        }
    }

    /// The record's own statements as a map.
    #[must_use]
    pub fn record_map(&self) -> Map {
        Map {
            title: RECORD.to_owned(),
            version: 1,
            source: RECORD.to_owned(),
            as_of: Moment::Instant(Instant::MIN),
            statements: self.record.clone(),
        }
    }

    /// When an event first happened.
    #[must_use]
    pub fn milestone(&self, event: Event) -> Option<&Milestone> {
        self.milestones.iter().find(|milestone| milestone.event == event)
    }
}

#[derive(Default)]
struct Fold {
    parties: Vec<PartyId>,
    seen: HashSet<Digest>,
    facts: Vec<Act>,
    record: Vec<Statement>,
    made_by: Vec<u32>,
    grants: BTreeSet<GrantId>,
    milestones: Vec<Milestone>,
    flags: Vec<Flag>,
    mandated: BTreeSet<PartyId>,
    early: BTreeMap<PartyId, u32>,
    adopted: BTreeMap<Digest, BTreeSet<PartyId>>,
    signed: BTreeMap<Digest, BTreeSet<PartyId>>,
    definitive: Option<(Digest, u32)>,
    last_signed: Option<Digest>,
    refused: Option<(PartyId, u32)>,
    ended: Option<(PartyId, u32)>,
    adopted_maps: BTreeSet<Digest>,
}

impl Fold {
    fn step(&mut self, admitted: &Admitted) {
        let Admitted { number, id, act, in_person, witnessed } = admitted;
        if let Some(seen) = act.seen
            && !self.seen.contains(&seen)
        {
            self.flag(*number, format!("act {number} has seen {}, which is no earlier act", seen.short()));
        }
        self.seen.insert(*id);
        for party in std::iter::once(&act.on_behalf_of).chain(&act.with) {
            if !self.parties.contains(party) {
                self.parties.push(party.clone());
            }
        }
        let evidenced = |fact| Act { in_person: *in_person, witnessed: *witnessed, ..fact };
        self.facts.extend(act.fact(*id).map(evidenced));
        match act.kind {
            Kind::Demand => self.reach(Event::Demand, act, *number),
            Kind::Mandate => {
                if let Some(early) = self.early.remove(&act.on_behalf_of) {
                    self.flag(
                        early,
                        format!(
                            "act {early} of {} took part in talks before its mandate (act {number})",
                            act.on_behalf_of
                        ),
                    );
                }
                self.mandated.insert(act.on_behalf_of.clone());
                self.reach(Event::Mandate, act, *number);
            }
            Kind::Draft | Kind::Comment | Kind::Initial => self.talks(act, *number),
            Kind::Adopt => {
                self.talks(act, *number);
                self.adopt(act, *number);
            }
            Kind::Sign => {
                self.talks(act, *number);
                self.sign(act, *number);
            }
            Kind::Refuse => self.refused = Some((act.on_behalf_of.clone(), *number)),
            Kind::Withdraw => self.ended = Some((act.on_behalf_of.clone(), *number)),
            Kind::Attest => self.attest(act, *number),
            Kind::Grant => self.grant(act, *number),
            Kind::Revoke => self.revoke(act, *number),
            Kind::Restrict => self.restrict(act, *number),
            Kind::AdoptMap => {
                self.adopted_maps.extend(act.digest("map"));
            }
            _ => {}
        }
    }

    fn flag(&mut self, number: u32, says: String) {
        self.flags.push(Flag { number, says });
    }

    fn reach(&mut self, event: Event, act: &SignedAct, number: u32) {
        if !self.milestones.iter().any(|milestone| milestone.event == event) {
            self.milestones.push(Milestone { event, at: act.at, number });
        }
    }

    fn talks(&mut self, act: &SignedAct, number: u32) {
        if !self.mandated.contains(&act.on_behalf_of) {
            self.early.entry(act.on_behalf_of.clone()).or_insert(number);
        }
        self.reach(Event::Talks, act, number);
    }

    fn adopt(&mut self, act: &SignedAct, number: u32) {
        let Some(text) = act.digest("text") else { return };
        let by = self.adopted.entry(text).or_default();
        by.insert(act.on_behalf_of.clone());
        if act.with.iter().all(|party| by.contains(party)) {
            self.definitive = Some((text, number));
            self.reach(Event::DefinitiveText, act, number);
        }
    }

    fn sign(&mut self, act: &SignedAct, number: u32) {
        let Some(text) = act.digest("text") else { return };
        if let Some((definitive, _)) = self.definitive
            && definitive != text
        {
            self.flag(
                number,
                format!(
                    "act {number} signs {}, which is not the definitive text {}",
                    text.short(),
                    definitive.short()
                ),
            );
        }
        self.last_signed = Some(text);
        let by = self.signed.entry(text).or_default();
        by.insert(act.on_behalf_of.clone());
        if !act.with.is_empty() && act.with.iter().all(|party| by.contains(party)) {
            self.reach(Event::Signature, act, number);
        }
    }

    fn attest(&mut self, act: &SignedAct, number: u32) {
        let Some(target) = act.digest("act") else { return };
        let who = act.words("attested_by").map(str::to_owned);
        let id = target.to_string();
        match self.facts.iter_mut().find(|fact| *fact.id == *id) {
            Some(fact) => fact.attested_by = who,
            None => {
                self.flag(
                    number,
                    format!("act {number} attests {}, which is no earlier act", target.short()),
                );
            }
        }
    }

    /// The names under which the signer of an act can grant.
    fn signs_as(act: &SignedAct, grantor: &str) -> bool {
        let office = match &act.capacity {
            Some(Capacity::Office(office)) => Some(office.as_str()),
            _ => None,
        };
        grantor == act.person.as_str() || Some(grantor) == office
    }

    fn grant(&mut self, act: &SignedAct, number: u32) {
        let (Some(name), Some(grantee), Some(matter)) =
            (act.words("grant"), act.words("grantee"), &act.matter)
        else {
            self.flag(number, format!("act {number} grants without a matter: it counts for nothing"));
            return;
        };
        let grantors: Vec<ActorId> =
            texts(act, "grantors").iter().filter_map(|g| ActorId::new(g).ok()).collect();
        if let Some(absent) = grantors.iter().find(|g| !Self::signs_as(act, g.as_str())) {
            self.flag(
                number,
                format!("act {number} grants for {absent}, who did not sign it: it counts for nothing"),
            );
            return;
        }
        let (Ok(id), Ok(grantee)) = (GrantId::new(name), ActorId::new(grantee)) else { return };
        if !self.grants.insert(id.clone()) {
            self.flag(number, format!("act {number} makes grant {id} a second time: it counts for nothing"));
            return;
        }
        let up_to = match act.body.get("up_to") {
            Some(BodyValue::Amount(amount)) => {
                Some(Limit { amount: *amount, per: act.words("per").and_then(Period::from_word) })
            }
            _ => None,
        };
        let breadth = act
            .digest("special_to")
            .map(Breadth::Special)
            .or(act.flag("general").then_some(Breadth::General));
        let depth = match act.body.get("depth") {
            Some(BodyValue::Number(depth)) => u8::try_from(*depth).unwrap_or(0).min(8),
            _ => 0,
        };
        let fact = Fact::Grant(Grant {
            id,
            grantors,
            grantee,
            scope: Scope {
                verbs: verbs(act),
                matter: matter.clone(),
                with: act.words("counterparty").and_then(|party| PartyId::new(party).ok()),
                up_to,
                over: None,
            },
            depth,
            breadth,
            personal: act.flag("personal"),
            single_use: act.flag("single_use"),
            may_deal_with_self: act.flag("may_deal_with_self"),
            made: Some(Moment::Instant(act.at)),
            report_due: act.moment("report_due").map(Moment::Instant),
        });
        // Nobody grants for the past either: what was done by then was done without it.
        let from = act.moment("from").map(|from| from.max(act.at));
        if act.moment("from").is_some_and(|from| from < act.at) {
            self.flag(
                number,
                format!("act {number} grants {name} from before it was done: it counts from its own time"),
            );
        }
        self.state_fact((act, number), fact, from, act.moment("until"));
    }

    fn revoke(&mut self, act: &SignedAct, number: u32) {
        let Some(grant) = act.words("grant").and_then(|name| GrantId::new(name).ok()) else { return };
        // Nobody revokes for the past: the record shows when it was done.
        let from = act.moment("from").map_or(act.at, |from| from.max(act.at));
        if act.moment("from").is_some_and(|from| from < act.at) {
            self.flag(
                number,
                format!("act {number} revokes {grant} from before it was done: it counts from its own time"),
            );
        }
        let by = match &act.capacity {
            Some(Capacity::Office(office)) => ActorId::from(office.clone()),
            _ => ActorId::from(act.person.clone()),
        };
        let fact = Fact::Revocation(Revocation { grant, by: Some(by), notified: notices(act) });
        self.state_fact((act, number), fact, Some(from), None);
    }

    fn restrict(&mut self, act: &SignedAct, number: u32) {
        let Some(matter) = act.matter.clone() else {
            self.flag(number, format!("act {number} restricts without a matter: it counts for nothing"));
            return;
        };
        let Some(office) = act.words("office").and_then(|name| OfficeId::new(name).ok()) else { return };
        let fact = Fact::Restriction(Restriction {
            office,
            verbs: verbs(act),
            matter,
            fundamental: act.flag("fundamental"),
            publicised: act.moment("publicised").map(Moment::Instant),
            notified: notices(act),
        });
        self.state_fact((act, number), fact, Some(act.at), None);
    }

    fn state_fact(
        &mut self,
        (act, number): (&SignedAct, u32),
        fact: Fact,
        from: Option<Instant>,
        until: Option<Instant>,
    ) {
        self.made_by.push(number);
        let valid = Validity { from: from.map(Moment::Instant), until: until.map(Moment::Instant) };
        self.record.push(Statement { fact, valid, basis: act.words("basis").map(str::to_owned) });
    }

    fn state(&self) -> State {
        if let Some((by, number)) = &self.ended {
            return State::Ended { by: by.clone(), number: *number };
        }
        if let Some(text) = self.definitive.map(|(text, _)| text).or(self.last_signed)
            && let Some(by) = self.signed.get(&text)
        {
            return State::Signed { text, by: by.clone(), of: self.parties.len() };
        }
        if let Some((by, number)) = &self.refused {
            return State::Refused { by: by.clone(), number: *number };
        }
        if let Some((text, number)) = self.definitive {
            return State::DefinitiveText { text, number };
        }
        let reached =
            |event| self.milestones.iter().find(|milestone| milestone.event == event).map(|m| m.number);
        match (reached(Event::Talks), reached(Event::Mandate), reached(Event::Demand)) {
            (Some(number), _, _) => State::Talks { number },
            (None, Some(number), _) => State::Mandated { number },
            (None, None, Some(number)) => State::Demanded { number },
            (None, None, None) => State::Opened,
        }
    }
}

fn texts<'a>(act: &'a SignedAct, name: &str) -> &'a [String] {
    match act.body.get(name) {
        Some(BodyValue::Texts(texts)) => texts,
        _ => &[],
    }
}

fn verbs(act: &SignedAct) -> Vec<Verb> {
    texts(act, "verbs").iter().filter_map(|word| Verb::from_word(word)).collect()
}

fn notices(act: &SignedAct) -> Vec<Notice> {
    match act.body.get("notified") {
        Some(BodyValue::Notices(notices)) => {
            notices.iter().map(|(to, at)| Notice { to: to.clone(), at: Moment::Instant(*at) }).collect()
        }
        _ => Vec::new(),
    }
}
