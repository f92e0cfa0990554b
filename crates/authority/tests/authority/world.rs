//! Small random worlds: one party with four offices and five persons, three matters, twenty days; and acts in them.
//!
//! A world is a list of small numbers, so that it shrinks; it is printed as a map, so that a failure can be read.

use std::fmt::Write;
use std::sync::Arc;

use countersign_authority::model::act::{Act, ActKind, Capacity};
use countersign_authority::model::amount::{Amount, Currency};
use countersign_authority::model::map::Map;
use countersign_authority::model::name::{Digest, GrantId, Matter, OfficeId, PartyId, PersonId};
use countersign_authority::model::time::{Instant, NANOS_PER_DAY, Utc};
use countersign_authority::verdict::{Decision, Verdict};
use countersign_authority::{Ask, Question, World, decide};
use countersign_notation::{parse, resolve::resolve, time};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

pub(crate) const OFFICES: [&str; 4] = ["A", "B", "C", "D"];
pub(crate) const PERSONS: [&str; 5] = ["ann", "bob", "cid", "dot", "eve"];
pub(crate) const MATTERS: [&str; 3] = ["trade", "trade/rails", "peace"];
pub(crate) const VERBS: [&str; 2] = ["sign", "ratify"];
pub(crate) const AMOUNTS: [u32; 3] = [5, 50, 500];
pub(crate) const CAPS: [u32; 2] = [10, 100];
pub(crate) const DAYS: u8 = 20;

/// An office or a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Actor {
    Office(u8),
    Person(u8),
}

impl Actor {
    fn word(self) -> &'static str {
        match self {
            Self::Office(o) => OFFICES[usize::from(o)],
            Self::Person(p) => PERSONS[usize::from(p)],
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Tenure {
    pub(crate) person: u8,
    pub(crate) office: u8,
    pub(crate) from: u8,
    pub(crate) until: u8,
}

#[derive(Debug, Clone)]
pub(crate) struct Scope {
    pub(crate) verb: u8,
    pub(crate) matter: u8,
    pub(crate) cap: Option<u8>,
}

#[derive(Debug, Clone)]
pub(crate) struct Power {
    pub(crate) office: u8,
    pub(crate) scope: Scope,
    pub(crate) from: u8,
    pub(crate) until: u8,
    pub(crate) reserved: bool,
    pub(crate) exclusive: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Joint {
    pub(crate) of: Vec<u8>,
    pub(crate) quorum: u8,
    pub(crate) including: Option<u8>,
    pub(crate) excluding: Option<(u8, u8)>,
    pub(crate) within: Option<u8>,
    pub(crate) scope: Scope,
}

#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(crate) by: Actor,
    pub(crate) to: Actor,
    pub(crate) scope: Scope,
    pub(crate) from: u8,
    pub(crate) until: u8,
    pub(crate) depth: u8,
    pub(crate) personal: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Revocation {
    pub(crate) grant: u8,
    pub(crate) by: Option<Actor>,
    pub(crate) from: u8,
}

#[derive(Debug, Clone)]
pub(crate) enum Standing {
    Office(u8),
    Own,
    Under(u8),
}

#[derive(Debug, Clone)]
pub(crate) struct Deed {
    pub(crate) person: u8,
    pub(crate) standing: Standing,
    pub(crate) verb: u8,
    pub(crate) matter: u8,
    pub(crate) amount: u8,
    pub(crate) day: u8,
    pub(crate) text: u8,
}

/// Everything said, and everything done.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) tenures: Vec<Tenure>,
    pub(crate) powers: Vec<Power>,
    pub(crate) joints: Vec<Joint>,
    pub(crate) grants: Vec<Grant>,
    pub(crate) revocations: Vec<Revocation>,
    pub(crate) deeds: Vec<Deed>,
}

fn scope() -> impl Strategy<Value = Scope> {
    let verb = prop_oneof![9 => Just(0_u8), 1 => Just(1_u8)];
    let matter = prop_oneof![6 => Just(0_u8), 2 => Just(1_u8), 1 => Just(2_u8)];
    (verb, matter, option::weighted(0.25, 0_u8..2)).prop_map(|(verb, matter, cap)| Scope {
        verb,
        matter,
        cap,
    })
}

fn actor() -> impl Strategy<Value = Actor> {
    prop_oneof![(0_u8..4).prop_map(Actor::Office), (0_u8..5).prop_map(Actor::Person)]
}

fn span() -> impl Strategy<Value = (u8, u8)> {
    let part = (0_u8..12, 2_u8..DAYS).prop_map(|(from, length)| (from, (from + length).min(DAYS)));
    prop_oneof![3 => Just((0, DAYS)), 1 => part]
}

fn joint() -> impl Strategy<Value = Joint> {
    let of = proptest::sample::subsequence(vec![0_u8, 1, 2, 3], 2..=4);
    (
        of,
        prop_oneof![4 => Just(2_u8), 1 => Just(3_u8)],
        option::weighted(0.3, 0_usize..4),
        option::weighted(0.3, (0_usize..4, 1_usize..4)),
        option::weighted(0.3, 1_u8..6),
        scope(),
    )
        .prop_map(|(of, quorum, including, excluding, within, scope)| {
            let n = of.len();
            Joint {
                quorum: quorum.min(u8::try_from(n).unwrap()),
                including: including.map(|i| of[i % n]),
                excluding: excluding
                    .map(|(i, step)| (of[i % n], of[(i + 1 + step % (n - 1)) % n]))
                    .filter(|(a, b)| a != b),
                within,
                scope,
                of,
            }
        })
}

prop_compose! {
    pub(crate) fn case()(
        tenures in vec((0_u8..5, 0_u8..4, span()), 4..9),
        powers in vec((0_u8..4, scope(), span(), prop::bool::weighted(0.15), prop::bool::weighted(0.1)), 1..4),
        joints in vec(joint(), 0..3),
        grants in vec((0_u8..10, actor(), actor(), scope(), (0_u8..6, 6_u8..DAYS), 0_u8..3, prop::bool::weighted(0.2)), 0..5),
        revocations in vec((0_u8..5, option::of(actor()), 0_u8..15), 0..2),
        deeds in vec((0_u8..8, 0_u8..12, scope(), prop_oneof![5 => Just(0_u8), 2 => Just(1_u8), 1 => Just(2_u8)], 4_u8..16, prop::bool::weighted(0.1)), 2..6),
    ) -> Case {
        // Mostly by an office with a power, or passing on what came before; sometimes by anybody.
        let mut chain: Vec<Grant> = Vec::new();
        for (source, by, to, scope, (from, length), depth, personal) in grants {
            let by = match (source, chain.last()) {
                (0..=4, _) => Actor::Office(powers[usize::from(source) % powers.len()].0),
                (5..=7, Some(before)) => before.to,
                _ => by,
            };
            let until = (from + length).min(DAYS);
            if by != to {
                chain.push(Grant { by, to, scope, from, until, depth, personal });
            }
        }
        let grants = chain;
        let count = u8::try_from(grants.len()).unwrap();
        Case {
            powers: powers
                .into_iter()
                .map(|(office, scope, (from, until), reserved, exclusive)| Power { office, scope, from, until, reserved, exclusive })
                .collect(),
            joints,
            revocations: revocations
                .into_iter()
                .filter(|_| count > 0)
                .map(|(grant, by, from)| Revocation { grant: grant % count.max(1), by, from })
                .collect(),
            deeds: deeds
                .into_iter()
                .map(|(person, standing, scope, amount, day, other)| {
                    let tenure = &tenures[usize::from(person) % tenures.len()];
                    let grant = grants.get(usize::from(standing) % grants.len().max(1));
                    // Mostly somebody in an office, or a grantee; sometimes anybody.
                    let (person, standing) = match (standing, grant) {
                        (0..=4, _) | (_, None) => (tenure.0, Standing::Office(tenure.1)),
                        (5..=8, Some(grant)) => match grant.to {
                            Actor::Person(to) => (to, Standing::Under(standing % count)),
                            Actor::Office(_) => (tenure.0, Standing::Under(standing % count)),
                        },
                        (9, _) => (person % 5, Standing::Own),
                        _ => (person % 5, Standing::Office(standing % 4)),
                    };
                    Deed {
                        person,
                        standing,
                        verb: scope.verb,
                        matter: scope.matter,
                        amount,
                        day,
                        text: u8::from(other),
                    }
                })
                .collect(),
            tenures: tenures
                .iter()
                .map(|(person, office, (from, until))| Tenure { person: *person, office: *office, from: *from, until: *until })
                .collect(),
            grants,
        }
    }
}

fn day(day: u8) -> String {
    format!("2026-01-{:02}", day + 1)
}

impl Scope {
    fn words(&self) -> String {
        let cap = self.cap.map_or(String::new(), |cap| format!(" up to EUR {}", CAPS[usize::from(cap)]));
        format!("{} on {}{cap}", VERBS[usize::from(self.verb)], MATTERS[usize::from(self.matter)])
    }
}

impl Case {
    /// The map, as one would write it.
    pub(crate) fn map(&self) -> String {
        let mut out =
            "map \"M\" version 1\nsource \"S\" as of 2025-01-01\nparty P \"P\" state\nparty Q \"Q\" state\n"
                .to_owned();
        for matter in MATTERS {
            let _ = writeln!(out, "matter {matter}");
        }
        for office in OFFICES {
            let _ = writeln!(out, "office {office} \"{office}\" of P decides basis \"b\"");
        }
        for person in PERSONS {
            let _ = writeln!(out, "person {person} \"{person}\"");
        }
        for Tenure { person, office, from, until } in &self.tenures {
            let (person, office) = (PERSONS[usize::from(*person)], OFFICES[usize::from(*office)]);
            let _ = writeln!(
                out,
                "{person} holds {office} from {} until {} basis \"b\"",
                day(*from),
                day(*until)
            );
        }
        for power in &self.powers {
            let office = OFFICES[usize::from(power.office)];
            let flags = [(power.reserved, " reserved"), (power.exclusive, " exclusive")];
            let flags: String = flags.iter().filter(|(set, _)| *set).map(|(_, word)| *word).collect();
            let (from, until) = (day(power.from), day(power.until));
            let _ = writeln!(
                out,
                "{office} may {} from {from} until {until}{flags} basis \"b\"",
                power.scope.words()
            );
        }
        for joint in &self.joints {
            let of: Vec<&str> = joint.of.iter().map(|o| OFFICES[usize::from(*o)]).collect();
            let including =
                joint.including.map_or(String::new(), |o| format!(" including {}", OFFICES[usize::from(o)]));
            let excluding = joint.excluding.map_or(String::new(), |(a, b)| {
                format!(" but not {} with {}", OFFICES[usize::from(a)], OFFICES[usize::from(b)])
            });
            let within = joint.within.map_or(String::new(), |days| format!(" within {days} days"));
            let (of, quorum, scope) = (of.join(", "), joint.quorum, joint.scope.words());
            let _ = writeln!(
                out,
                "jointly {quorum} of {of}{including}{excluding} may {scope}{within} basis \"b\""
            );
        }
        for (ix, grant) in self.grants.iter().enumerate() {
            let Grant { by, to, scope, from, until, depth, personal } = grant;
            let personal = if *personal { " personal" } else { "" };
            let _ = writeln!(
                out,
                "grant G{ix}: {} lets {} {} from {} until {} depth {depth}{personal} basis \"b\"",
                by.word(),
                to.word(),
                scope.words(),
                day(*from),
                day(*until)
            );
        }
        for Revocation { grant, by, from } in &self.revocations {
            let by = by.map_or(String::new(), |by| format!(" by {}", by.word()));
            let _ = writeln!(out, "revoke G{grant}{by} from {} basis \"b\"", day(*from));
        }
        out
    }

    /// The acts, `a0`, `a1` …, for the party P with Q.
    pub(crate) fn acts(&self) -> Vec<Act> {
        self.deeds.iter().enumerate().map(|(ix, deed)| deed.act(&format!("a{ix}"))).collect()
    }
}

impl Deed {
    pub(crate) fn act(&self, id: &str) -> Act {
        let start = time::instant_or_day(&day(self.day)).unwrap();
        let at = Instant(start.0 + NANOS_PER_DAY / 2);
        let currency = Currency::new("EUR").unwrap();
        let kind = if self.verb == 0 { ActKind::Sign } else { ActKind::Ratify };
        let (party, by) =
            (PartyId::new("P").unwrap(), PersonId::new(PERSONS[usize::from(self.person)]).unwrap());
        Act {
            with: vec![PartyId::new("Q").unwrap()],
            capacity: match self.standing {
                Standing::Office(office) => {
                    Some(Capacity::Office(OfficeId::new(OFFICES[usize::from(office)]).unwrap()))
                }
                Standing::Own => Some(Capacity::Person),
                Standing::Under(_) => None,
            },
            under: match self.standing {
                Standing::Under(grant) => Some(GrantId::new(&format!("G{grant}")).unwrap()),
                _ => None,
            },
            matter: Some(Matter::new(MATTERS[usize::from(self.matter)]).unwrap()),
            text: Some(Digest([self.text; 32])),
            amount: Some(Amount::parse(currency, &AMOUNTS[usize::from(self.amount)].to_string()).unwrap()),
            ..Act::new(Arc::from(id), kind, party, by, at)
        }
    }
}

/// Runs a property over the same cases every time; `$COUNTERSIGN_EXPLORE` times as many, at random, where it is set.
pub(crate) fn runner(cases: u32) -> TestRunner {
    let explore =
        std::env::var_os("COUNTERSIGN_EXPLORE").and_then(|times| times.to_str()?.parse::<u32>().ok());
    let cases = cases.saturating_mul(explore.unwrap_or(1));
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    match explore {
        Some(_) => TestRunner::new(config),
        None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
    }
}

/// Reads maps that must read and name nothing unknown.
pub(crate) fn read(maps: &[&str]) -> Vec<Map> {
    let parsed: Vec<_> = maps
        .iter()
        .map(|text| {
            parse::map("m.authority", text.as_bytes())
                .unwrap_or_else(|e| panic!("{}\n{text}", e[0].one_line()))
        })
        .collect();
    resolve(&parsed, None, &[]).unwrap_or_else(|e| panic!("{}", e[0].one_line()));
    parsed.into_iter().map(|map| map.value).collect()
}

/// Asks about one act of P, or about the text where none is named.
pub(crate) fn ask(maps: &[Map], acts: &[Act], act: Option<&str>, as_of: Option<Instant>) -> Decision {
    let world = World::new(maps, None, &Utc).unwrap();
    let ask = act.map_or(Ask::Text, |id| Ask::Act(Arc::from(id)));
    let parties = vec![PartyId::new("P").unwrap()];
    decide(&world, acts, &Question { ask, as_of, known_at: None, parties, milestones: Vec::new() })
}

/// The internal verdict of one act.
pub(crate) fn internal(maps: &[Map], acts: &[Act], act: &str) -> Verdict {
    ask(maps, acts, Some(act), None).parties.remove(0).internal.verdict
}
