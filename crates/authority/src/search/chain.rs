//! Rules ORIG, DELEG and RESERVED: powers of offices held, grants, and the chains above them.

use alloc::vec;
use alloc::vec::Vec;

use crate::model::map::Verb;
use crate::model::policy::Profile;
use crate::model::time::Instant;
use crate::proof::Proof;
use crate::search::events::{Event, Route};
use crate::search::fit::{Check, Premise};
use crate::search::{DEPTH_MAX, Lens, Outcome, Search, Tried};
use crate::verdict::{Rule, StatementRef};
use crate::world::{Actor, GrantFact, Ix, PowerFact};

/// What the top of a chain must rest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Root {
    /// A power held alone (or, by joint grantors, a joint power as a whole).
    Sole,
    /// One slot of a joint power.
    Slot { power: usize, office: Ix },
}

impl<'s> Search<'s> {
    /// Whether the actor alone may do this act, by an office's own power or by a grant.
    pub(crate) fn sole(&mut self, event: &Event<'_>, verb: Verb, at: Instant) -> Outcome {
        self.routes(event, verb, at, Root::Sole)
    }

    /// Every way that the act's stated standing opens, to a root.
    pub(crate) fn routes(&mut self, event: &Event<'_>, verb: Verb, at: Instant, root: Root) -> Outcome {
        let mut unknown = false;
        match event.route {
            Route::Unstated => {
                let check = Check { failed: 0, unknown: Premise::Holds.bit() };
                self.miss(Tried::Unstated, check, event, verb, at);
                return Outcome::Unknown;
            }
            Route::Unheard => self.unheard(event, verb, at),
            Route::Grant(name) => {
                let named = self.world.grants_named.get(name as usize);
                for grant in named.into_iter().flatten() {
                    match self.granted(*grant, event, verb, at, root, None) {
                        Outcome::Yes(proof) => return Outcome::Yes(proof),
                        Outcome::Unknown => unknown = true,
                        Outcome::No => {}
                    }
                }
            }
            Route::Own => match event.person {
                Some(person) => {
                    for grant in self.grants_to(Actor::Person(person)) {
                        match self.granted(grant, event, verb, at, root, None) {
                            Outcome::Yes(proof) => return Outcome::Yes(proof),
                            Outcome::Unknown => unknown = true,
                            Outcome::No => {}
                        }
                    }
                }
                None => self.unheard(event, verb, at),
            },
            Route::Office(office) => {
                let Some(tenure) = event.person.and_then(|p| self.holds(p, office, at)).copied() else {
                    let check = Check { failed: Premise::Holds.bit(), unknown: 0 };
                    self.miss(Tried::Holding(office), check, event, verb, at);
                    return Outcome::No;
                };
                match self.base(office, tenure.at, event, verb, at, root, false) {
                    Outcome::Yes(proof) => return Outcome::Yes(proof),
                    Outcome::Unknown => unknown = true,
                    Outcome::No => {}
                }
                let to_office = self.grants_to(Actor::Office(office)).map(|g| (g, Some(tenure.at)));
                let to_person = self.grants_to(Actor::Person(tenure.person)).map(|g| (g, None));
                for (grant, holding) in to_office.chain(to_person) {
                    match self.granted(grant, event, verb, at, root, holding) {
                        Outcome::Yes(proof) => return Outcome::Yes(proof),
                        Outcome::Unknown => unknown = true,
                        Outcome::No => {}
                    }
                }
            }
        }
        if unknown { Outcome::Unknown } else { Outcome::No }
    }

    fn unheard(&mut self, event: &Event<'_>, verb: Verb, at: Instant) {
        let check = Check { failed: Premise::Holds.bit(), unknown: 0 };
        self.miss(Tried::Unheard, check, event, verb, at);
    }

    /// Powers of an office held: for the act itself, or (`delegating`) as the top of a chain of grants.
    fn base(
        &mut self,
        office: Ix,
        tenure: StatementRef,
        event: &Event<'_>,
        verb: Verb,
        at: Instant,
        root: Root,
        delegating: bool,
    ) -> Outcome {
        let mut unknown = false;
        let blocked =
            delegating && (self.reserved(office, event, verb, at) || self.no_delegation(office, event, at));
        let powers = self.world.offices.get(office as usize).map_or(&[][..], |index| &index.powers);
        for ix in powers {
            let wanted = match root {
                Root::Sole => None,
                Root::Slot { power, office: slot } if slot == office => Some(power),
                Root::Slot { .. } => break,
            };
            let Some(power) = self.world.powers.get(*ix) else { continue };
            if wanted.map_or(power.joint() && power.quorum > 1, |wanted| wanted != *ix)
                || !self.view.sees(power.at)
            {
                continue;
            }
            if !self.step() {
                return Outcome::Unknown;
            }
            let mut check = self.power_check(power, event, verb, at);
            check.require(Premise::Reserved, !(blocked || delegating && power.says.reserved));
            if !delegating {
                check.require(Premise::SelfDealing, !event.deals_with_self);
            }
            if check.holds() {
                return Outcome::Yes(Proof::new(Rule::Orig, at).on(power.at).holding(Some(tenure)));
            }
            unknown |= check.open();
            self.miss(Tried::Power(*ix), check, event, verb, at);
        }
        if delegating
            && root == Root::Sole
            && self.lens == Lens::Legal(Profile::Vclt)
            && let Some(line) = self.presumed_line(office, event, verb, at)
        {
            let mut proof = Proof::new(Rule::Attrib, at).on(line).holding(Some(tenure));
            proof.against = self.restricted(office, event, verb, at).map(|(against, _)| against);
            return Outcome::Yes(proof);
        }
        if unknown { Outcome::Unknown } else { Outcome::No }
    }

    /// Scope, interval and exclusivity of a power.
    pub(crate) fn power_check(
        &self,
        power: &PowerFact<'_>,
        event: &Event<'_>,
        verb: Verb,
        at: Instant,
    ) -> Check {
        let mut check = self.fit(&power.says.scope, power.at, event, verb, at);
        check.require(Premise::Party, event.party == Some(power.party) && power.own);
        check.require(Premise::InForce, power.valid.contains(at));
        check.require(Premise::Exclusive, self.excluded_by(power, event, verb, at).is_none());
        check
    }

    /// The exclusive power of another office that removes this one over the act.
    pub(crate) fn excluded_by(
        &self,
        power: &PowerFact<'_>,
        event: &Event<'_>,
        verb: Verb,
        at: Instant,
    ) -> Option<&'s PowerFact<'s>> {
        let world = self.world;
        let index = world.parties.get(power.party as usize)?;
        index.exclusive_powers.iter().filter_map(|ix| world.powers.get(*ix)).find(|other| {
            !power.offices.iter().all(|office| other.offices.contains(office))
                && self.view.sees(other.at)
                && other.valid.contains(at)
                && self.fit(&other.says.scope, other.at, event, verb, at).open()
        })
    }

    /// Whether a reserved power of the office covers the act: then no grant of that office reaches it, however
    /// general.
    pub(crate) fn reserved(&self, office: Ix, event: &Event<'_>, verb: Verb, at: Instant) -> bool {
        let name = self.world.office_names.name(office);
        let keeps = |power: &PowerFact<'_>| {
            power.says.reserved
                && power.valid.contains(at)
                && name.is_some_and(|name| power.says.reserves(name, verb, event.matter))
        };
        self.powers_of(office).any(keeps)
    }

    /// Whether delegating on the matter is exclusive to another office.
    pub(crate) fn no_delegation(&self, office: Ix, event: &Event<'_>, at: Instant) -> bool {
        let world = self.world;
        let Some(index) =
            world.offices.get(office as usize).and_then(|o| world.parties.get(o.party as usize))
        else {
            return false;
        };
        index.exclusive_powers.iter().filter_map(|ix| world.powers.get(*ix)).any(|power| {
            self.view.sees(power.at)
                && power.valid.contains(at)
                && world
                    .office_names
                    .name(office)
                    .is_some_and(|name| power.says.forbids_delegation(name, event.matter))
        })
    }

    /// Powers of an office that count.
    pub(crate) fn powers_of(&self, office: Ix) -> impl Iterator<Item = &'s PowerFact<'s>> {
        let (world, view) = (self.world, self.view);
        let list = world.offices.get(office as usize).map_or(&[][..], |index| &index.powers);
        list.iter().filter_map(move |ix| world.powers.get(*ix)).filter(move |power| view.sees(power.at))
    }

    /// DELEG for the act's own grant: the actor must be its grantee.
    pub(crate) fn granted(
        &mut self,
        ix: usize,
        event: &Event<'_>,
        verb: Verb,
        at: Instant,
        root: Root,
        holding: Option<StatementRef>,
    ) -> Outcome {
        let Some(grant) = self.world.grants.get(ix) else { return Outcome::No };
        let holding = match grant.grantee {
            Actor::Office(office) => {
                holding.or_else(|| event.person.and_then(|p| self.holds(p, office, at)).map(|t| t.at))
            }
            Actor::Person(_) => None,
        };
        let is_grantee = match grant.grantee {
            Actor::Office(_) => holding.is_some(),
            Actor::Person(person) => event.person == Some(person),
        };
        self.link(ix, event, verb, at, root, 0, is_grantee, holding)
    }

    /// One link of a chain, used at `at` with `below` links under it.
    fn link(
        &mut self,
        ix: usize,
        event: &Event<'_>,
        verb: Verb,
        at: Instant,
        root: Root,
        below: u8,
        is_grantee: bool,
        holding: Option<StatementRef>,
    ) -> Outcome {
        let Some(grant) = self.world.grants.get(ix) else { return Outcome::No };
        if !self.view.sees(grant.at) {
            return Outcome::No;
        }
        if !self.step() {
            return Outcome::Unknown;
        }
        let mut check = self.fit(&grant.says.scope, grant.at, event, verb, at);
        match grant.says.carries(event.text) {
            Some(carries) => check.require(Premise::Text, carries),
            None => check.doubt(Premise::Text),
        }
        check.require(Premise::Grantee, is_grantee);
        check.require(Premise::InForce, grant.valid.contains(at));
        check.require(Premise::Depth, below <= grant.says.depth && below < DEPTH_MAX);
        check.require(Premise::SelfDealing, !event.deals_with_self || grant.says.may_deal_with_self);
        check.require(Premise::SingleUse, !(grant.says.single_use && self.ledger.used_up(grant.at, event)));
        check.require(Premise::Reported, self.reported(grant, at));
        if check.failed == 0 || self.misses.is_some() {
            check.require(Premise::Terminated, !self.terminated(grant, event, at));
        }
        let mut premises = Vec::new();
        if check.failed == 0 || self.misses.is_some() {
            match self.grantors(grant, event, verb, at, root, below) {
                Ok(proofs) => premises = proofs,
                Err(Outcome::Unknown) => check.doubt(Premise::Grantor),
                Err(_) => check.fail(Premise::Grantor),
            }
        }
        if check.holds() {
            return Outcome::Yes(Proof::new(Rule::Deleg, at).on(grant.at).holding(holding).from(premises));
        }
        self.miss(Tried::Grant(ix), check, event, verb, at);
        if check.open() { Outcome::Unknown } else { Outcome::No }
    }

    /// Whether the grantors had authority to delegate when granting, and still where the grant is personal.
    fn grantors(
        &mut self,
        grant: &GrantFact<'_>,
        event: &Event<'_>,
        verb: Verb,
        at: Instant,
        root: Root,
        below: u8,
    ) -> Result<Vec<Proof>, Outcome> {
        // A grant without a date is read as made when it is used.
        let made = grant.made.unwrap_or(at);
        // What was tried further up is the business of the link that failed.
        let misses = self.misses.take();
        let mut result = self.grantors_at(grant, event, verb, made, root, below);
        if grant.says.personal && result.is_ok() && made != at {
            let stays = grant.grantors.iter().all(|grantor| match grantor {
                Actor::Office(office) => {
                    let then: Vec<Ix> = self.holders(*office, made).map(|t| t.person).collect();
                    self.holders(*office, at).any(|t| then.contains(&t.person))
                }
                Actor::Person(_) => true,
            });
            if !stays {
                result = Err(Outcome::No);
            } else if let Err(outcome) = self.grantors_at(grant, event, verb, at, root, below) {
                result = Err(outcome);
            }
        }
        self.misses = misses;
        result
    }

    pub(crate) fn grantors_at(
        &mut self,
        grant: &GrantFact<'_>,
        event: &Event<'_>,
        verb: Verb,
        made: Instant,
        root: Root,
        below: u8,
    ) -> Result<Vec<Proof>, Outcome> {
        if root == Root::Sole
            && grant.grantors.len() > 1
            && let Some(proof) = self.joint_grantors(grant, event, verb, made)
        {
            return Ok(vec![proof]);
        }
        let mut proofs = Vec::with_capacity(grant.grantors.len());
        let mut outcome = Outcome::No;
        for grantor in &grant.grantors {
            match self.share(*grantor, event, verb, made, root, below) {
                Outcome::Yes(proof) => proofs.push(proof),
                other => outcome = other,
            }
        }
        if proofs.len() == grant.grantors.len() && !proofs.is_empty() { Ok(proofs) } else { Err(outcome) }
    }

    /// One grantor's authority to delegate at `made`.
    fn share(
        &mut self,
        grantor: Actor,
        event: &Event<'_>,
        verb: Verb,
        made: Instant,
        root: Root,
        below: u8,
    ) -> Outcome {
        if below >= DEPTH_MAX {
            return Outcome::No;
        }
        let mut unknown = false;
        let (office, person) = match grantor {
            Actor::Office(office) => (self.holder(office, made), None),
            Actor::Person(person) => (None, Some(person)),
        };
        let of_office = office.into_iter();
        let of_person = person.map(|person| self.tenures_of(person, made)).into_iter().flatten();
        let tenures = of_office.chain(of_person);
        for tenure in tenures.clone() {
            match self.base(tenure.office, tenure.at, event, verb, made, root, true) {
                Outcome::Yes(proof) => return Outcome::Yes(proof),
                Outcome::Unknown => unknown = true,
                Outcome::No => {}
            }
        }
        let own = person.map(|person| self.grants_to(Actor::Person(person))).into_iter().flatten();
        for ix in own {
            match self.link(ix, event, verb, made, root, below.saturating_add(1), true, None) {
                Outcome::Yes(proof) => return Outcome::Yes(proof),
                Outcome::Unknown => unknown = true,
                Outcome::No => {}
            }
        }
        for tenure in tenures {
            for ix in self.grants_to(Actor::Office(tenure.office)) {
                let holding = Some(tenure.at);
                match self.link(ix, event, verb, made, root, below.saturating_add(1), true, holding) {
                    Outcome::Yes(proof) => return Outcome::Yes(proof),
                    Outcome::Unknown => unknown = true,
                    Outcome::No => {}
                }
            }
        }
        if unknown { Outcome::Unknown } else { Outcome::No }
    }

    /// A grant that asks for a report lapses where none came in time.
    fn reported(&self, grant: &GrantFact<'_>, at: Instant) -> bool {
        let Some(due) = grant.report_due else { return true };
        at < due
            || self.acts.events.iter().any(|event| {
                event.act.kind == crate::model::act::ActKind::Report
                    && event.act.under.as_ref() == Some(&grant.says.id)
                    && event.act.at < due
            })
    }

    /// Whether a grant is special to the event's text.
    pub(crate) fn special(grant: &GrantFact<'_>, event: &Event<'_>) -> bool {
        grant.says.special_to(event.text)
    }
}
