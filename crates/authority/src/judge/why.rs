//! Reasons in words: what a proof rests on, and what each near miss lacked.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use crate::judge::column::Deed;
use crate::model::map::{Limit, Scope, Verb};
use crate::model::meaning::includes;
use crate::model::time::Interval;
use crate::proof::Proof;
use crate::search::events::Event;
use crate::search::fit::{Check, Premise};
use crate::search::{DEPTH_MAX, Miss, Search, Tried};
use crate::verdict::{Reason, Rule, StatementRef};
use crate::world::{GrantFact, Ix, PowerFact};

/// Most near misses told: a reader wants the nearest, not all.
const MISSES_TOLD: usize = 6;

impl Search<'_> {
    /// What was tried in vain, the nearest miss first; then who could have done it.
    pub(crate) fn tell(&mut self, misses: &[Miss], deed: &Deed<'_, '_>) -> Vec<Reason> {
        let mut told: Vec<Reason> = Vec::new();
        for (ix, miss) in misses.iter().enumerate() {
            let Some(event) = self.acts.event(miss.order) else { continue };
            // One derivation tried twice, alone and as a joint slot: the nearer miss is told.
            let before = misses.iter().take(ix);
            if before.clone().any(|other| (other.tried, other.order) == (miss.tried, miss.order)) {
                continue;
            }
            let reason = self.miss_in_words(miss, event);
            if !told.contains(&reason) && told.len() < MISSES_TOLD {
                told.push(reason);
            }
        }
        if let Some(event) = deed.group.last()
            && let Some(verb) = event.act.verb()
        {
            self.who_could(deed, event, verb, &mut told);
            if told.is_empty() {
                let on = event.matter.map_or(String::new(), |m| format!(" on {m}"));
                told.push(Reason {
                    rule: Rule::Orig,
                    says: format!("{} has no power to {}{on}", Self::actor_of(event), verb.word()),
                    facts: Vec::new(),
                });
            }
        }
        told
    }

    /// Powers of the party that cover the act and that the actor did not act by, where they are not told of yet.
    fn who_could(&self, deed: &Deed<'_, '_>, event: &Event<'_>, verb: Verb, told: &mut Vec<Reason>) {
        let at = self.times.of(event);
        let world = self.world;
        let Some(index) =
            world.party_names.find(deed.party.as_str()).and_then(|p| world.parties.get(p as usize))
        else {
            return;
        };
        let covering = index.powers.iter().filter_map(|ix| world.powers.get(*ix)).filter(|power| {
            self.view.sees(power.at)
                && power.valid.contains(at)
                && includes(&power.says.scope.verbs, verb)
                && event.matter.is_none_or(|matter| power.says.scope.matter.covers(matter))
        });
        for power in covering.take(MISSES_TOLD) {
            if told.iter().any(|known| known.facts == [power.at]) {
                continue;
            }
            let (rule, how) = match (power.says.reserved, power.says.exclusive) {
                (true, _) => (Rule::Reserved, "reserved to"),
                (false, true) => (Rule::Reserved, "exclusive to"),
                _ => (Rule::Orig, "a power of"),
            };
            let says = format!(
                "{} on {} is {how} {}{}",
                verb.word(),
                power.says.scope.matter,
                self.head(power),
                self.basis(power.at)
            );
            told.push(Reason { rule, says, facts: vec![power.at] });
        }
    }

    fn miss_in_words(&mut self, miss: &Miss, event: &Event<'_>) -> Reason {
        let world = self.world;
        let reason = |rule, says, facts| Reason { rule, says, facts };
        match miss.tried {
            Tried::Unstated => reason(
                Rule::Orig,
                format!(
                    "{} states neither capacity nor grant: in which capacity {} acted is not known",
                    event.act.id, event.act.by
                ),
                Vec::new(),
            ),
            Tried::Unheard => reason(
                Rule::Orig,
                format!("{} names {}, which no accepted map knows", event.act.id, Self::actor_of(event)),
                Vec::new(),
            ),
            Tried::Holding(office) => {
                let office_name = self.office_name(office);
                let tenures = world.offices.get(office as usize).map_or(&[][..], |index| &index.tenures);
                let own = tenures.iter().find(|t| Some(t.person) == event.person && self.view.sees(t.at));
                let (said, facts) = match own {
                    Some(tenure) => (format!(" (tenure {})", interval(&tenure.valid)), vec![tenure.at]),
                    None => (String::new(), Vec::new()),
                };
                reason(
                    Rule::Orig,
                    format!("{} did not hold {office_name} on {}{said}", event.act.by, miss.at),
                    facts,
                )
            }
            Tried::Power(ix) => match world.powers.get(ix) {
                Some(power) => {
                    let lacks = self.lacks(miss, event, &power.says.scope, power.at, Some(power), None);
                    let says = format!(
                        "{}'s power to {} on {} {lacks}{}",
                        self.head(power),
                        verbs(&power.says.scope),
                        power.says.scope.matter,
                        self.basis(power.at)
                    );
                    reason(rule_of(miss.check, Rule::Orig), says, vec![power.at])
                }
                None => reason(Rule::Orig, String::new(), Vec::new()),
            },
            Tried::Grant(ix) => match world.grants.get(ix) {
                Some(grant) => {
                    let lacks = self.lacks(miss, event, &grant.says.scope, grant.at, None, Some(grant));
                    let says = format!("grant {} {lacks}{}", grant.says.id, self.basis(grant.at));
                    let mut facts = vec![grant.at];
                    if miss.check.failed(Premise::Terminated) {
                        facts.extend(self.ending(grant, event).map(|(at, _)| at));
                    }
                    reason(rule_of(miss.check, Rule::Deleg), says, facts)
                }
                None => reason(Rule::Deleg, String::new(), Vec::new()),
            },
            Tried::Joint(ix, _) => match world.powers.get(ix) {
                Some(power) => reason(Rule::Joint, self.joint_in_words(ix, power, event), vec![power.at]),
                None => reason(Rule::Joint, String::new(), Vec::new()),
            },
            Tried::Budget => reason(
                Rule::Time,
                format!("the search stopped after {} steps without an end", crate::search::STEPS_MAX),
                Vec::new(),
            ),
        }
    }

    /// The premises that failed or are unknown, in words.
    fn lacks(
        &mut self,
        miss: &Miss,
        event: &Event<'_>,
        scope: &Scope,
        fact: StatementRef,
        power: Option<&PowerFact<'_>>,
        grant: Option<&GrantFact<'_>>,
    ) -> String {
        let mut parts: Vec<String> = Vec::new();
        for premise in Premise::ALL {
            if miss.check.failed(premise) {
                parts.push(self.failed_in_words(premise, miss, event, scope, fact, power, grant));
            } else if miss.check.doubted(premise) {
                parts.push(doubt_in_words(premise, event, scope));
            }
        }
        parts.join("; ")
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "a reason names everything on both sides of the comparison"
    )]
    fn failed_in_words(
        &mut self,
        premise: Premise,
        miss: &Miss,
        event: &Event<'_>,
        scope: &Scope,
        fact: StatementRef,
        power: Option<&PowerFact<'_>>,
        grant: Option<&GrantFact<'_>>,
    ) -> String {
        match premise {
            Premise::Party => {
                let whose = power.and_then(|power| self.world.party_names.name(power.party));
                let whose = whose.map_or("another party", |party| party.as_str());
                format!("is of {whose}, and {} is on behalf of {}", event.act.id, event.act.on_behalf_of)
            }
            Premise::Verb => format!("does not include {} (only {})", miss.verb.word(), verbs(scope)),
            Premise::Matter => {
                let matter = event.matter.map_or("?", |matter| matter.as_str());
                format!("covers {}, not {matter}", scope.matter)
            }
            Premise::With => {
                let only = scope.with.as_ref().map_or("?", |party| party.as_str());
                let with: Vec<&str> =
                    event.with.iter().map(super::super::model::name::PartyId::as_str).collect();
                format!("is for acts with {only} only, not with {}", with.join(", "))
            }
            Premise::UpTo => {
                scope.up_to.map_or(String::new(), |limit| self.over_limit(&limit, fact, event, miss))
            }
            Premise::Over => {
                let bound = scope.over.map_or(String::new(), |limit| limit.amount.to_string());
                format!("is for amounts over {bound} only; {} is for {}", event.act.id, amount(event))
            }
            Premise::Text => {
                let text = event.text.map_or(String::from("no text"), |text| text.short());
                format!("is special to another text, not {text}")
            }
            Premise::InForce => {
                let valid = power.map(|p| p.valid).or(grant.map(|g| g.valid)).unwrap_or(Interval::ALWAYS);
                format!("was in force {}, not on {}", interval(&valid), miss.at)
            }
            Premise::Holds => format!("is not held by {}", event.act.by),
            Premise::Reserved => String::from("is reserved: it can't be reached by a grant"),
            Premise::Exclusive => {
                let other = power.and_then(|power| self.excluded_by(power, event, miss.verb, miss.at));
                match other {
                    Some(other) => {
                        format!(
                            "is removed by the exclusive power of {}{}",
                            self.head(other),
                            self.basis(other.at)
                        )
                    }
                    None => String::from("is removed by an exclusive power"),
                }
            }
            Premise::Grantee => format!("is not to {}", event.act.by),
            Premise::Terminated => match grant.and_then(|grant| self.ending(grant, event)) {
                Some((at, from)) => format!("was revoked from {from}{}", self.basis(at)),
                None => String::from("was revoked"),
            },
            Premise::Depth => {
                let depth = grant.map_or(0, |grant| grant.says.depth);
                format!("allows {depth} further links, and the chain below it is longer")
            }
            Premise::Grantor => {
                let grantors: Vec<&str> = grant
                    .map(|grant| {
                        grant.says.grantors.iter().map(super::super::model::name::ActorId::as_str).collect()
                    })
                    .unwrap_or_default();
                let made = grant.and_then(|grant| grant.made).unwrap_or(miss.at);
                let above = self.above(miss, event);
                format!(
                    "was made on {made} by {} without authority to grant this then{above}",
                    grantors.join(", ")
                )
            }
            Premise::SingleUse => String::from("is for a single use, and another text used it up"),
            Premise::Reported => {
                let due = grant.and_then(|grant| grant.report_due).unwrap_or(miss.at);
                format!("lapsed unreported: a report was due by {due}")
            }
            Premise::SelfDealing => {
                format!(
                    "does not let {} deal with self: the same person acted for the other side too",
                    event.act.by
                )
            }
            Premise::Signers => String::from("lacks signers"),
        }
    }

    /// Why the chain above a grant did not hold: the nearest miss of the first link that failed by itself.
    fn above(&mut self, miss: &Miss, event: &Event<'_>) -> String {
        let mut tried = (miss.tried, miss.at);
        for below in 0..DEPTH_MAX {
            let (Tried::Grant(ix), at) = tried else { break };
            let upper = self.misses_above(ix, event, miss.verb, at, below);
            let near = |upper: &&Miss| !upper.check.failed(Premise::Grantee) && upper.tried != tried.0;
            let Some(nearest) = upper.iter().find(near) else { break };
            if !nearest.check.failed(Premise::Grantor) {
                return format!(": {}", self.miss_in_words(nearest, event).says);
            }
            tried = (nearest.tried, nearest.at);
        }
        String::new()
    }

    fn over_limit(&self, limit: &Limit, fact: StatementRef, event: &Event<'_>, miss: &Miss) -> String {
        let own = amount(event);
        match limit.per {
            None => format!("is capped at {}, and {} is for {own}", limit.amount, event.act.id),
            Some(per) => {
                let total = self.total(limit, fact, event, miss.at).unwrap_or(0);
                let total = crate::model::amount::Amount {
                    currency: limit.amount.currency,
                    minor: u64::try_from(total).unwrap_or(u64::MAX),
                };
                format!(
                    "is capped at {} per {}: with earlier acts of the {} {} ({own}) makes {total}",
                    limit.amount,
                    per.word(),
                    per.word(),
                    event.act.id
                )
            }
        }
    }

    /// The authorised revocation that ended a grant, and from when it counts against this act.
    pub(crate) fn ending(
        &self,
        grant: &GrantFact<'_>,
        event: &Event<'_>,
    ) -> Option<(StatementRef, crate::model::time::Instant)> {
        self.world.revocations.get(grant.name as usize)?.iter().find_map(|revocation| {
            let counts = self.view.sees(revocation.at) && self.may_revoke(revocation, grant, event.party);
            Some((revocation.at, self.counts_from(revocation, event)?)).filter(|_| counts)
        })
    }

    fn joint_in_words(&mut self, ix: usize, power: &PowerFact<'_>, event: &Event<'_>) -> String {
        let mut problems: Vec<String> = Vec::new();
        let mut signers: Vec<String> = Vec::new();
        let mut persons: Vec<Ix> = Vec::new();
        let acts = self.acts;
        let same = |other: &&Event<'_>| {
            other.act.on_behalf_of == event.act.on_behalf_of && other.act.kind == event.act.kind
        };
        let group: Vec<&Event<'_>> = acts.of_party(&event.act.on_behalf_of).filter(same).collect();
        for other in group.iter().copied().filter(|other| other.text == event.text) {
            let slot = power.offices.iter().any(|o| other.route == crate::search::events::Route::Office(*o));
            signers.push(Self::actor_of(other));
            if let Some(person) = other.person
                && slot
            {
                if persons.contains(&person) {
                    problems.push(format!(
                        "{} fills one place only: the signers must be distinct persons",
                        other.act.by
                    ));
                }
                persons.push(person);
            }
        }
        if let (Some(first), Some(last), Some(days)) = (group.first(), group.last(), power.says.within_days)
            && last.act.at > first.act.at.plus_days(days)
        {
            problems.push(format!("the first and the last signature lie more than {days} days apart"));
        }
        for other in group.iter().copied().filter(|o| o.text.is_some() && o.text != event.text) {
            if power.offices.iter().any(|o| other.route == crate::search::events::Route::Office(*o)) {
                let text = other.text.map_or(String::new(), |text| text.short());
                problems.push(format!(
                    "{} signed another text ({text}, {})",
                    Self::actor_of(other),
                    other.act.id
                ));
            }
        }
        for (a, b) in &power.excluding {
            let name =
                |slot: &usize| power.offices.get(*slot).map_or(String::new(), |o| self.office_name(*o));
            let acted = |slot: &usize| {
                power.offices.get(*slot).is_some_and(|o| {
                    group
                        .iter()
                        .any(|e| e.text == event.text && e.route == crate::search::events::Route::Office(*o))
                })
            };
            if acted(a) && acted(b) {
                problems.push(format!("{} with {} does not count", name(a), name(b)));
            }
        }
        let whole = event.act.verb().map(|verb| self.power_check(power, event, verb, self.times.of(event)));
        if let (Some(check), Some(verb)) = (whole, event.act.verb())
            && !check.holds()
        {
            let miss = Miss {
                tried: Tried::Joint(ix, 0),
                check,
                order: event.order,
                verb,
                at: self.times.of(event),
            };
            problems.push(self.lacks(&miss, event, &power.says.scope, power.at, Some(power), None));
        }
        let says = if problems.is_empty() { String::new() } else { format!(": {}", problems.join("; ")) };
        format!(
            "the power to {} on {} needs {}{}; signed by {}{says}",
            verbs(&power.says.scope),
            power.says.scope.matter,
            self.head(power),
            self.basis(power.at),
            signers.join(", ")
        )
    }

    /// Who can still sign, where a joint power waits.
    pub(crate) fn lacking(&self, power: usize, offices: &[Ix]) -> String {
        let names: Vec<String> = offices.iter().map(|office| self.office_name(*office)).collect();
        match self.world.powers.get(power) {
            Some(power) => format!(
                "{}{} lacks signers: {} can still sign",
                self.head(power),
                self.basis(power.at),
                names.join(" or ")
            ),
            None => String::new(),
        }
    }

    /// What a proof rests on, a line a statement.
    pub(crate) fn explain(&self, proof: &Proof, deed: &Deed<'_, '_>) -> Vec<Reason> {
        let _ = deed;
        proof
            .nodes()
            .filter_map(|node| {
                let act = node.act.and_then(|given| self.acts.given(given));
                let who = act.map(|event| format!("{} ({})", Self::actor_of(event), event.act.id));
                let basis = node.fact.map_or(String::new(), |fact| self.basis(fact));
                let says = match (node.rule, node.fact) {
                    (Rule::Orig, Some(_)) => format!(
                        "{} by the office's own power{basis}",
                        who.unwrap_or_else(|| self.holder_of(node))
                    ),
                    (Rule::Deleg, Some(_)) => {
                        format!("{} under a grant{basis}", who.unwrap_or_else(|| String::from("granted")))
                    }
                    (Rule::Joint, Some(_)) => format!("the joint power is met{basis}"),
                    (Rule::Attrib, Some(fact)) => self.attribution(fact, who.as_deref()),
                    (Rule::Confirm, _) => format!("confirmed by {}", who?),
                    (Rule::Cond, _) => format!("condition met by {}{basis}", who?),
                    _ => return None,
                };
                Some(Reason { rule: node.rule, says, facts: node.fact.into_iter().collect() })
            })
            .collect()
    }

    fn holder_of(&self, node: &Proof) -> String {
        match node.tenure.and_then(|at| self.world.statement(at)).map(|s| &s.fact) {
            Some(crate::model::map::Fact::Tenure(tenure)) => format!("{} ({})", tenure.office, tenure.person),
            _ => String::from("granted"),
        }
    }

    fn attribution(&self, fact: StatementRef, who: Option<&str>) -> String {
        let who = who.unwrap_or("the grantor");
        match self.world.statement(fact).map(|s| &s.fact) {
            Some(crate::model::map::Fact::Office(office)) => {
                let standing = office.standing.map_or("", |standing| standing.word());
                format!(
                    "{who}: {standing} is considered as representing the state without full powers (VCLT 7(2))"
                )
            }
            Some(crate::model::map::Fact::HeldOut(held)) => format!(
                "{who}: {} held {} out to {}, who had no notice of a lack of authority (UNIDROIT 2.2.5(2))",
                held.party, held.actor, held.to
            ),
            _ => String::from(who),
        }
    }

    pub(crate) fn head(&self, power: &PowerFact<'_>) -> String {
        if !power.joint() {
            return power.offices.first().map_or(String::new(), |office| self.office_name(*office));
        }
        let names: Vec<String> = power.offices.iter().map(|office| self.office_name(*office)).collect();
        format!("{} of {} jointly", power.quorum, names.join(", "))
    }

    /// ` (Constitution art. 110)`, or nothing.
    pub(crate) fn basis(&self, at: StatementRef) -> String {
        self.world
            .statement(at)
            .and_then(|statement| statement.basis.as_ref())
            .map_or(String::new(), |basis| format!(" ({basis})"))
    }
}

fn rule_of(check: Check, fallback: Rule) -> Rule {
    let rules = [
        (Premise::Terminated, Rule::Term),
        (Premise::Reserved, Rule::Reserved),
        (Premise::Exclusive, Rule::Reserved),
        (Premise::UpTo, Rule::Constraint),
        (Premise::SingleUse, Rule::Constraint),
        (Premise::SelfDealing, Rule::Constraint),
    ];
    rules
        .iter()
        .find(|(premise, _)| check.failed(*premise) || check.doubted(*premise))
        .map_or(fallback, |(_, r)| *r)
}

fn verbs(scope: &Scope) -> String {
    let words: Vec<&str> = scope.verbs.iter().map(|verb| verb.word()).collect();
    words.join(", ")
}

fn amount(event: &Event<'_>) -> String {
    event.amount.map_or(String::from("no amount"), |amount| amount.to_string())
}

fn interval(valid: &Interval) -> String {
    format!("from {} until {}", valid.from, valid.until)
}

fn doubt_in_words(premise: Premise, event: &Event<'_>, scope: &Scope) -> String {
    let id = &event.act.id;
    let limit = scope.up_to.or(scope.over);
    let currency = limit.as_ref().map_or("", |limit| limit.amount.currency.code());
    match premise {
        Premise::Matter => format!("can't be compared: {id} states no matter"),
        Premise::With => format!("can't be compared: {id} does not say with whom"),
        Premise::UpTo | Premise::Over => match event.amount {
            None => format!("has a limit, and {id} states no amount"),
            Some(amount) => format!("has a limit in {currency}, and {id} is for {amount}"),
        },
        Premise::Text => format!("is special to a text, and {id} names none"),
        Premise::Grantor => String::from("hangs on its grantor's authority, which is not known"),
        Premise::Holds => format!("can't be placed: {id} states no capacity"),
        _ => String::from("hangs on what is not known"),
    }
}
