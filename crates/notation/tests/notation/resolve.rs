//! Names across files.

use countersign_notation::parse;
use countersign_notation::resolve::{Actor, Names, resolve};

use crate::examples::{MAP, POLICY, TERMS};

const HEAD: &str = "map \"M\" version 1\nsource \"S\" as of 2026-03-01\nparty P \"P\" state\nparty Q \"Q\" state\nmatter trade\nmatter trade/steel\noffice Chief \"T\" of P decides basis \"B\"\noffice Deputy \"T\" of P implements under Chief basis \"B\"\nperson anna \"A\"\n";

fn errors(maps: &[&str], policy: Option<&str>, terms: Option<&str>) -> String {
    let maps: Vec<_> = maps
        .iter()
        .enumerate()
        .map(|(n, text)| parse::map(&format!("{n}.authority"), text.as_bytes()).unwrap())
        .collect();
    let policy = policy.map(|text| parse::policy("p.policy", text.as_bytes()).unwrap());
    let terms = terms.map(|text| parse::terms("t.terms", text.as_bytes()).unwrap());
    match resolve(&maps, policy.as_ref(), terms.as_slice()) {
        Ok(_) => "fine".to_owned(),
        Err(errors) => errors.iter().map(|e| e.one_line() + "\n").collect(),
    }
}

fn of(statement: &str) -> String {
    errors(&[&format!("{HEAD}{statement}\n")], None, None)
}

#[test]
fn every_kind_of_use_is_looked_up() {
    let all = [
        "office X \"T\" of PP decides basis \"B\"",
        "office X \"Chef\" of P implements under Chef basis \"B\"",
        "ana holds Chief basis \"B\"",
        "anna holds anna basis \"B\"",
        "Deputi may sign on trade basis \"B\"",
        "jointly 2 of Chief, Deputy, Zz may sign on trade basis \"B\"",
        "Chief may sign on tarde basis \"B\"",
        "Chief may sign on trade with R basis \"B\"",
        "on trade/iron P needs consent of Speaker basis \"B\"",
        "grant G: Chief lets ann sign on trade basis \"B\"",
        "revoke G9 by Chief from 2020-01-01 notified to Q 2020-01-02 basis \"B\"",
        "P held out bob to Q for sign on trade basis \"B\"",
        "restrict anna sign on trade basis \"B\"",
        "principal of P on trade is person Chief basis \"B\"",
    ];
    insta::assert_snapshot!(all.map(of).concat());
}

#[test]
fn a_matter_below_a_declared_one_is_known() {
    assert_eq!(of("Chief may sign on trade/iron/ore basis \"B\""), "fine");
}

#[test]
fn policies_and_terms_are_looked_up_in_the_maps() {
    let policy = "policy \"P\" version 1\nwe are PP\naccept source \"S\" on R\nprofile vclt for P, Qq\ngate conclude on tradee with P: principal signs definitive text\n";
    let terms = "terms \"T\" version 1\nbetween P, R on stel\nparty Agency \"A\" organisation\nobligation O: Agenc keeps x at most 1 u verified by report of Agency, inspection of Agencies\n";
    insta::assert_snapshot!(errors(&[HEAD], Some(policy), Some(terms)), @r"
    p.policy:2:8: the party `PP` is declared in no map given; declare it, or give the map that does
    p.policy:3:22: the party `R` is declared in no map given; declare it, or give the map that does
    p.policy:4:21: the party `Qq` is declared in no map given; declare it, or give the map that does
    p.policy:5:18: the matter `tradee` is declared in no map given; did you mean `trade`?
    t.terms:2:12: the party `R` is declared in no map given; declare it, or give the map that does
    t.terms:2:17: the matter `stel` is declared in no map given; declare it, or give the map that does
    t.terms:4:85: the party `Agencies` is declared in no map given; declare it, or give the map that does
    t.terms:4:15: the party `Agenc` is declared in no map given; did you mean `Agency`?
    ");
    assert_eq!(errors(&[MAP], Some(POLICY), Some(TERMS)), "fine");
}

#[test]
fn ids_mean_the_same_in_all_maps() {
    let other = "map \"N\" version 1\nsource \"T\" as of 2026-03-01\nparty Q \"Q\" state\nparty P \"P\" state\noffice anna \"T\" of Q decides basis \"B\"\nperson Deputy \"D\"\noffice Chief \"T\" of Q decides basis \"B\"\n";
    insta::assert_snapshot!(errors(&[HEAD, other], None, None), @r"
    1.authority:5:8: `anna` is an office in one place and a person in another; ids mean the same in all maps: give one of them another id
    1.authority:6:8: `Deputy` is an office in one place and a person in another; ids mean the same in all maps: give one of them another id
    1.authority:7:21: office `Chief` is of P in one place and of Q in another; ids mean the same in all maps: give one of the offices another id
    ");
}

#[test]
fn a_ring_of_offices_is_named() {
    let ring = "office A \"T\" of P implements under B basis \"B\"\noffice B \"T\" of P implements under C basis \"B\"\noffice C \"T\" of P implements under A basis \"B\"";
    insta::assert_snapshot!(of(ring), @"0.authority:12:36: offices implement under each other in a ring: A under B under C under A; one of them must decide, or implement under another");
    insta::assert_snapshot!(of("office A \"T\" of P implements under A basis \"B\""), @"0.authority:10:8: offices implement under each other in a ring: A under A; one of them must decide, or implement under another");
}

#[test]
fn offices_that_change_places_are_no_ring() {
    let swap = "office A \"T\" of P implements under B until 2020-01-01 basis \"B\"\noffice B \"T\" of P implements under A from 2020-01-01 basis \"B\"";
    assert_eq!(of(swap), "fine");
    let ring = "office A \"T\" of P implements under B until 2020-01-02 basis \"B\"\noffice B \"T\" of P implements under A from 2020-01-01 basis \"B\"";
    assert_ne!(of(ring), "fine");
}

#[test]
fn places_are_found_in_json_too() {
    let map = parse::map("m", HEAD.as_bytes()).unwrap().value;
    let json = countersign_notation::json::of_map(&map).replace("\"under\":\"Chief\"", "\"under\":\"Cheif\"");
    let map = parse::map("m.json", json.as_bytes()).unwrap();
    let error = resolve(&[map], None, &[]).unwrap_err().remove(0);
    assert_eq!(error.words, "\"Cheif\"");
    assert_eq!(error.help.as_deref(), Some("did you mean `Chief`?"));
}

#[test]
fn names_are_looked_up_for_acts() {
    let map = parse::map("m", MAP.as_bytes()).unwrap().value;
    let names = Names::of([&map]);
    assert_eq!(names.party("RUR"), Ok(()));
    assert_eq!(names.kind_of("MFA"), Some(Actor::Office));
    assert_eq!(names.party_of("MFA").unwrap().as_str(), "RUR");
    assert_eq!(
        names.person("dalh").unwrap_err().to_string(),
        "no map given knows the person `dalh`; did you mean `dahl`?"
    );
    assert_eq!(names.grant("x").unwrap_err().to_string(), "no map given knows the grant `x`");
}
