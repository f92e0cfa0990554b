//! The golden authority matrix: every person, in every standing, with every kind of act, on every matter, as a table.
//!
//! A change of the evaluator that moves a verdict anywhere shows as a line of the diff.

use std::fmt::Write;
use std::sync::Arc;

use countersign_authority::model::act::{Act, ActKind, Capacity, Qualifier};
use countersign_authority::model::amount::{Amount, Currency};
use countersign_authority::model::map::{Fact, Map};
use countersign_authority::model::name::{Digest, Matter, OfficeId, PartyId, PersonId};
use countersign_authority::model::time::Utc;
use countersign_authority::{Ask, Question, World, decide};
use countersign_notation::{parse, time};

const KINDS: [(&str, ActKind, Qualifier); 9] = [
    ("mandate", ActKind::Mandate, Qualifier::Definitive),
    ("negotiate", ActKind::Negotiate, Qualifier::Definitive),
    ("adopt", ActKind::Adopt, Qualifier::Definitive),
    ("initial", ActKind::Initial, Qualifier::Definitive),
    ("sign", ActKind::Sign, Qualifier::Definitive),
    ("s.ratif.", ActKind::Sign, Qualifier::SubjectToRatification),
    ("ratify", ActKind::Ratify, Qualifier::Definitive),
    ("confirm", ActKind::Confirm, Qualifier::Definitive),
    ("withdraw", ActKind::Withdraw, Qualifier::Definitive),
];

fn example(file: &str) -> Map {
    let path = format!("{}/../../examples/{file}", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    parse::map(file, &bytes).unwrap_or_else(|errors| panic!("{}", errors[0].one_line())).value
}

fn facts<'m, T>(map: &'m Map, choose: impl Fn(&'m Fact) -> Option<T>) -> Vec<T> {
    map.statements.iter().filter_map(|statement| choose(&statement.fact)).collect()
}

/// A line for each person, standing, matter and amount; a column for each kind of act; A and B in one cell.
fn table(map: &Map, party: &str, with: &str, at: &str, amounts: &[&str], policy: Option<&str>) -> String {
    let policy = policy.map(|text| parse::policy("p", text.as_bytes()).unwrap().value);
    let maps = std::slice::from_ref(map);
    let world = World::new(maps, policy.as_ref(), &Utc).unwrap();
    let at = time::instant_or_day(at).unwrap();
    let mut out = format!("{:<42}", "person, standing, matter, amount");
    for (kind, ..) in KINDS {
        let _ = write!(out, " {kind:<16}");
    }
    out.push('\n');
    for person in facts(map, |fact| if let Fact::Person(person) = fact { Some(&person.id) } else { None }) {
        let offices = facts(map, |fact| match fact {
            Fact::Office(office) if office.of.as_str() == party => Some(office.id.as_str()),
            _ => None,
        });
        for standing in offices.into_iter().chain(["person"]) {
            for matter in facts(map, |fact| if let Fact::Matter(matter) = fact { Some(matter) } else { None })
            {
                for amount in amounts {
                    let row = format!("{person} as {standing} on {matter} {amount}");
                    let _ = write!(out, "{row:<42}");
                    for (_, kind, qualifier) in KINDS {
                        let act = act(person, standing, matter, amount, kind, qualifier);
                        let act = Act {
                            on_behalf_of: PartyId::new(party).unwrap(),
                            with: vec![PartyId::new(with).unwrap()],
                            at,
                            not_after: at,
                            ..act
                        };
                        let question = Question {
                            ask: Ask::Act(act.id.clone()),
                            parties: vec![act.on_behalf_of.clone()],
                            ..Question::default()
                        };
                        let decided = decide(&world, &[act], &question).parties.remove(0);
                        let cell = format!(
                            "{}/{}",
                            short(decided.internal.verdict.word()),
                            short(decided.legal.verdict.word())
                        );
                        let _ = write!(out, " {cell:<16}");
                    }
                    out.truncate(out.trim_end().len());
                    out.push('\n');
                }
            }
        }
    }
    out
}

fn short(verdict: &str) -> &str {
    if verdict == "contestable" { "contest" } else { verdict }
}

fn act(
    person: &PersonId,
    standing: &str,
    matter: &Matter,
    amount: &str,
    kind: ActKind,
    qualifier: Qualifier,
) -> Act {
    Act {
        id: Arc::from("a"),
        kind,
        on_behalf_of: PartyId::new("P").unwrap(),
        with: Vec::new(),
        by: person.clone(),
        capacity: Some(match standing {
            "person" => Capacity::Person,
            office => Capacity::Office(OfficeId::new(office).unwrap()),
        }),
        under: None,
        matter: Some(matter.clone()),
        text: Some(Digest([1; 32])),
        amount: amount
            .split_once(' ')
            .map(|(code, value)| Amount::parse(Currency::new(code).unwrap(), value).unwrap()),
        at: countersign_authority::model::time::Instant(0),
        not_after: countersign_authority::model::time::Instant(0),
        qualifier,
        confirms: None,
        in_person: None,
        visibility: None,
        attested_by: None,
        witnessed: None,
    }
}

#[test]
fn ruritania_under_treaty_law() {
    let policy =
        "policy \"P\" version 1\nwe are KRA\naccept source \"Deal desk, Kravonia\" on RUR\nprofile vclt\n";
    let map = example("enrichment-talks/ruritania.authority");
    insta::assert_snapshot!(table(&map, "RUR", "KRA", "2026-03-01", &[""], Some(policy)));
}

#[test]
fn ruritania_steel_while_a_power_of_attorney_runs() {
    let policy = "policy \"P\" version 1\nwe are BUY\naccept source \"Company register, Ruritania\" on RCO\nprofile unidroit\n";
    let map = example("steel-sale/steel.authority");
    insta::assert_snapshot!(table(
        &map,
        "RCO",
        "BUY",
        "2026-02-01",
        &["EUR 400000", "EUR 40000000"],
        Some(policy)
    ));
}
