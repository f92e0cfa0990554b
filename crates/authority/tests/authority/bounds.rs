//! Hostile worlds: every search ends, and says *unknown* where it stopped.

use std::fmt::Write;
use std::sync::Arc;

use countersign_authority::model::act::{Act, Capacity};
use countersign_authority::model::name::{GrantId, OfficeId, PersonId};
use countersign_authority::verdict::Verdict;

use crate::world::{Deed, Standing, ask, internal, read};

const HEAD: &str = "map \"M\" version 1\nsource \"S\" as of 2025-01-01\nparty P \"P\" state\nparty Q \"Q\" state\nmatter trade\n";

fn signature(person: &str, standing: Option<&str>, under: Option<&str>) -> Act {
    let deed = Deed { person: 0, standing: Standing::Own, verb: 0, matter: 0, amount: 0, day: 10, text: 0 };
    Act {
        by: PersonId::new(person).unwrap(),
        capacity: standing.map(|office| Capacity::Office(OfficeId::new(office).unwrap())),
        under: under.map(|grant| GrantId::new(grant).unwrap()),
        ..deed.act("a")
    }
}

#[test]
fn a_ring_of_grants_ends_with_no() {
    let mut text = format!("{HEAD}office A \"A\" of P decides basis \"b\"\n");
    for n in 0..200 {
        let _ = writeln!(text, "person p{n} \"p\"");
        let _ = writeln!(
            text,
            "grant G{n}: p{n} lets p{} sign on trade from 2026-01-01 depth 9 basis \"b\"",
            (n + 1) % 200
        );
    }
    let maps = read(&[&text]);
    assert_eq!(internal(&maps, &[signature("p1", None, Some("G0"))], "a"), Verdict::No);
}

#[test]
fn grants_from_everybody_to_everybody_end_and_say_where_they_stopped() {
    let mut text = HEAD.to_owned();
    text.push_str("office A \"A\" of P decides basis \"b\"\n");
    for n in 0..24 {
        let _ = writeln!(text, "person p{n} \"p\"");
    }
    for from in 0..24 {
        for to in 0..24 {
            if from != to {
                let _ = writeln!(
                    text,
                    "grant G{from}x{to}: p{from} lets p{to} sign on trade from 2026-01-01 depth 9 basis \"b\""
                );
            }
        }
    }
    let maps = read(&[&text]);
    let decision = ask(&maps, &[signature("p1", None, Some("G0x1"))], Some("a"), None);
    let column = &decision.parties[0].internal;
    assert_eq!(column.verdict, Verdict::Unknown);
    assert!(column.why.iter().any(|reason| reason.says.contains("stopped")), "{:?}", column.why);
}

#[test]
fn a_joint_rule_of_sixteen_with_every_other_pair_excluded_is_decided() {
    let mut text = HEAD.to_owned();
    let mut offices = Vec::new();
    for n in 0..16 {
        let _ = writeln!(
            text,
            "office O{n} \"o\" of P decides basis \"b\"\nperson p{n} \"p\"\np{n} holds O{n} from 2020-01-01 basis \"b\""
        );
        offices.push(format!("O{n}"));
    }
    let pairs: Vec<String> = (0..15).step_by(2).map(|n| format!(" but not O{n} with O{}", n + 1)).collect();
    let exclusions = pairs.concat();
    let _ = writeln!(text, "jointly 8 of {}{exclusions} may sign on trade basis \"b\"", offices.join(", "));
    let maps = read(&[&text]);
    let sign = |n: usize| Act {
        id: Arc::from(format!("a{n}").as_str()),
        ..signature(&format!("p{n}"), Some(&format!("O{n}")), None)
    };
    let all: Vec<Act> = (0..16).map(sign).collect();
    assert_eq!(internal(&maps, &all, "a0"), Verdict::Yes);
    let seven: Vec<Act> = (0..14).map(sign).collect();
    assert_ne!(internal(&maps, &seven, "a0"), Verdict::Yes);
}

#[test]
fn more_contradictions_than_can_be_tried_are_a_conflict_or_unknown_never_a_yes() {
    let map = |source: usize| {
        let mut text = HEAD.replace("\"S\"", &format!("\"S{source}\""));
        for n in 0..10 {
            let reserved = if source == 0 { "" } else { " reserved" };
            let _ = writeln!(
                text,
                "office O{n} \"o\" of P decides basis \"b\"\nO{n} may sign on trade{reserved} basis \"b\""
            );
        }
        text.push_str("person p \"p\"\nperson q \"q\"\np holds O0 from 2020-01-01 basis \"b\"\ngrant G: O0 lets q sign on trade from 2026-01-01 basis \"b\"\n");
        text
    };
    let (one, two) = (map(0), map(1).replace("grant G:", "grant H:"));
    let maps = read(&[&one, &two]);
    let verdict = internal(&maps, &[signature("q", None, Some("G"))], "a");
    assert!(matches!(verdict, Verdict::Conflict | Verdict::Unknown), "{verdict:?}");
}
