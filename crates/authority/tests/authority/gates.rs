//! Gates that ask for witnessed acts: they fail closed, and a proof more never makes a verdict worse.

use std::fmt::Write;

use countersign_authority::model::act::{Act, ActKind, Capacity, Visibility};
use countersign_authority::model::name::{Digest, Matter, OfficeId, PartyId, PersonId};
use countersign_authority::model::policy::Policy;
use countersign_authority::model::time::{Instant, NANOS_PER_DAY, Utc};
use countersign_authority::verdict::Verdict;
use countersign_authority::{Ask, Question, World, decide};
use countersign_notation::{parse, time};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::world::{read, runner};

/// Ann decides for the first ten days, bob for the next ten.
const MAP: &str = "map \"M\" version 1
source \"S\" as of 2025-01-01
party P \"P\" state
party Q \"Q\" state
matter peace
office A \"A\" of P decides basis \"b\"
person ann \"Ann\"
person bob \"Bob\"
person cid \"Cid\"
ann holds A from 2026-01-01 until 2026-01-11 basis \"b\"
bob holds A from 2026-01-11 basis \"b\"
A may mandate, sign on peace basis \"b\"
principal of P on peace is A basis \"b\"
";

const SHOWN: [Option<bool>; 3] = [Some(false), None, Some(true)];

#[derive(Debug, Clone)]
struct Deed {
    mandate: bool,
    person: u8,
    day: u8,
    in_person: Option<bool>,
    visibility: Option<Visibility>,
    witnessed: Option<bool>,
}

fn deed() -> impl Strategy<Value = Deed> {
    let shown = prop_oneof![3 => Just(Some(true)), 1 => Just(None), 1 => Just(Some(false))];
    let seen =
        prop_oneof![3 => Just(Some(Visibility::Public)), 1 => Just(None), 1 => Just(Some(Visibility::Own))];
    let person = prop_oneof![5 => 0_u8..2, 1 => Just(2_u8)];
    let witnessed = proptest::sample::select(SHOWN.to_vec());
    (any::<bool>(), person, 0_u8..20, shown, seen, witnessed).prop_map(
        |(mandate, person, day, in_person, visibility, witnessed)| {
            // Mostly by whoever is in office.
            let person = if person < 2 { u8::from(day >= 10) } else { person };
            Deed { mandate, person, day, in_person, visibility, witnessed }
        },
    )
}

impl Deed {
    fn act(&self, id: usize) -> Act {
        let start = time::instant_or_day("2026-01-01").unwrap();
        let at = Instant(start.0 + NANOS_PER_DAY * i128::from(self.day) + NANOS_PER_DAY / 2);
        let kind = if self.mandate { ActKind::Mandate } else { ActKind::Sign };
        let by = PersonId::new(["ann", "bob", "cid"][usize::from(self.person)]).unwrap();
        Act {
            with: vec![PartyId::new("Q").unwrap()],
            capacity: Some(Capacity::Office(OfficeId::new("A").unwrap())),
            matter: Some(Matter::new("peace").unwrap()),
            text: (!self.mandate).then_some(Digest([1; 32])),
            in_person: self.in_person,
            visibility: self.visibility,
            witnessed: self.witnessed,
            ..Act::new(format!("a{id}").into(), kind, PartyId::new("P").unwrap(), by, at)
        }
    }
}

/// A policy with one gate or both, each with flags of its own.
fn policy() -> impl Strategy<Value = String> {
    let flags =
        (any::<bool>(), any::<bool>(), prop::bool::weighted(0.8)).prop_map(|(person, public, seen)| {
            let words = [(person, " in person"), (public, " publicly"), (seen, " witnessed")];
            words.iter().filter(|(set, _)| *set).map(|(_, word)| *word).collect::<String>()
        });
    let signer = proptest::sample::select(vec!["principal", "same office", "same person"]);
    (0_u8..3, flags.clone(), signer, flags).prop_map(|(which, opening, signer, concluding)| {
        let mut text = "policy \"P\" version 1\naccept source \"S\"\n".to_owned();
        if which != 1 {
            let _ = writeln!(text, "gate open-talks on peace with P: principal signs mandate{opening}");
        }
        if which != 0 {
            let _ =
                writeln!(text, "gate conclude on peace with P: {signer} signs definitive text{concluding}");
        }
        text
    })
}

fn parsed(policy: &str) -> Policy {
    parse::policy("p", policy.as_bytes()).unwrap_or_else(|e| panic!("{}\n{policy}", e[0].one_line())).value
}

/// Column C of the text.
fn gate(policy: &Policy, deeds: &[Deed]) -> Verdict {
    let maps = read(&[MAP]);
    let world = World::new(&maps, Some(policy), &Utc).unwrap();
    let acts: Vec<Act> = deeds.iter().enumerate().map(|(ix, deed)| deed.act(ix)).collect();
    let question =
        Question { ask: Ask::Text, parties: vec![PartyId::new("P").unwrap()], ..Question::default() };
    decide(&world, &acts, &question).parties.remove(0).gate.verdict
}

fn rank(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::No => 0,
        Verdict::Unknown => 1,
        Verdict::Yes => 2,
        other => panic!("a gate is never {}", other.word()),
    }
}

/// Runs a property over policies and acts; it must have something to say often enough.
fn holds(enough: u32, property: impl Fn(&Policy, &[Deed]) -> Result<u32, TestCaseError>) {
    let said = std::cell::Cell::new(0_u32);
    let cases = (policy(), vec(deed(), 1..5));
    let result = runner(2_000).run(&cases, |(text, deeds)| {
        said.set(said.get() + property(&parsed(&text), &deeds)?);
        Ok(())
    });
    result.unwrap();
    assert!(said.get() >= enough, "only {} instances", said.get());
}

#[test]
fn a_proof_more_never_makes_a_verdict_worse() {
    holds(200, |policy, deeds| {
        let mut better = 0;
        for ix in 0..deeds.len() {
            let ranks = SHOWN.map(|witnessed| {
                let mut deeds = deeds.to_vec();
                deeds[ix].witnessed = witnessed;
                rank(&gate(policy, &deeds))
            });
            prop_assert!(ranks.is_sorted(), "a{ix}: {ranks:?}");
            better += u32::from(ranks[0] < ranks[2]);
        }
        Ok(better)
    });
}

#[test]
fn a_gate_for_witnessed_acts_opens_to_no_other() {
    holds(300, |policy, deeds| {
        let unseen: Vec<Deed> = deeds
            .iter()
            .map(|deed| Deed { witnessed: deed.witnessed.filter(|seen| !seen), ..deed.clone() })
            .collect();
        if !policy.gates().any(|gate| gate.witnessed) {
            return Ok(0);
        }
        prop_assert_ne!(gate(policy, &unseen), Verdict::Yes);
        let mut unasked = policy.clone();
        for rule in &mut unasked.rules {
            if let countersign_authority::model::policy::Rule::Gate(gate) = rule {
                gate.witnessed = false;
            }
        }
        Ok(u32::from(gate(&unasked, &unseen) == Verdict::Yes))
    });
}

#[test]
fn where_no_gate_asks_for_witnesses_none_matter() {
    holds(200, |policy, deeds| {
        if policy.gates().any(|gate| gate.witnessed) {
            return Ok(0);
        }
        let base = gate(policy, deeds);
        for witnessed in SHOWN {
            let other: Vec<Deed> = deeds.iter().map(|deed| Deed { witnessed, ..deed.clone() }).collect();
            prop_assert_eq!(&gate(policy, &other), &base);
        }
        Ok(1)
    });
}

/// Golden: what each gate says of one act, by what it asks and what the act shows.
#[test]
fn what_a_gate_asks_and_what_an_act_shows() {
    let mut out = format!("{:<12} {:<31}", "gate", "asks");
    for witnessed in SHOWN {
        for in_person in SHOWN {
            let word = |shown: Option<bool>| shown.map_or("?", |shown| if shown { "+" } else { "-" });
            let _ = write!(out, " w{}p{}", word(witnessed), word(in_person));
        }
    }
    out.push('\n');
    for (step, words) in [
        ("open-talks", "open-talks on peace with P: principal signs mandate"),
        ("conclude", "conclude on peace with P: principal signs definitive text"),
    ] {
        for asks in
            ["", " in person", " witnessed", " in person, witnessed", " in person, attested, witnessed"]
        {
            let policy =
                parsed(&format!("policy \"P\" version 1\naccept source \"S\"\ngate {words}{asks}\n"));
            let _ = write!(out, "{step:<12} {:<31}", asks.trim());
            for witnessed in SHOWN {
                for in_person in SHOWN {
                    let shown =
                        Deed { mandate: true, person: 0, day: 1, in_person, visibility: None, witnessed };
                    let plain = Deed { in_person: Some(true), witnessed: Some(true), ..shown.clone() };
                    let signed = |deed: Deed| Deed { mandate: false, day: 2, ..deed };
                    let deeds = match step {
                        "open-talks" => [shown, signed(plain)],
                        _ => [plain, signed(shown)],
                    };
                    let _ = write!(
                        out,
                        " {:<4}",
                        match gate(&policy, &deeds) {
                            Verdict::Unknown => "?",
                            other => other.word(),
                        }
                    );
                }
            }
            out.truncate(out.trim_end().len());
            out.push('\n');
        }
    }
    insta::assert_snapshot!(out);
}
