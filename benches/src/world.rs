//! One party with a minister who may sign, a chain of three grants, a joint rule, and as many other grants as asked for.

use std::fmt::Write;
use std::sync::Arc;

use countersign_authority::model::act::{Act, ActKind, Capacity};
use countersign_authority::model::amount::{Amount, Currency};
use countersign_authority::model::map::Map;
use countersign_authority::model::name::{Digest, GrantId, Matter, OfficeId, PartyId, PersonId};
use countersign_notation::{parse, resolve, time};

/// The map's text with this many grants beside those asked about.
pub fn text(grants: usize) -> String {
    let mut out = String::from(
        "map \"Bench\" version 1\nsource \"Bench\" as of 2026-01-01\nparty RUR \"Ruritania\" state\nparty KRA \"Kravonia\" state\n\
         matter trade\nmatter trade/rails\n\
         office SL \"Leader\" of RUR decides basis \"Constitution\"\noffice MFA \"Minister\" of RUR implements under SL as foreign-minister basis \"Constitution\"\n",
    );
    for (office, person) in [("A", "anna"), ("B", "bert"), ("C", "carl"), ("D", "dora")] {
        let _ = writeln!(out, "office {office} \"Director {office}\" of RUR decides basis \"Register\"");
        let _ = writeln!(
            out,
            "person {person} \"{person}\"\n{person} holds {office} from 2020-01-01 basis \"Register\""
        );
    }
    for person in ["berg", "dahl", "eriks", "falk", "gard", "hall"] {
        let _ = writeln!(out, "person {person} \"{person}\"");
    }
    out.push_str(
        "berg holds SL from 2019-06-04 basis \"Gazette\"\ndahl holds MFA from 2024-08-21 basis \"Gazette\"\n\
         SL may sign on trade basis \"Constitution\"\nMFA may sign on trade up to EUR 5000000 basis \"Act\"\n\
         jointly 3 of A, B, C, D including A but not B with C may sign on trade/rails within 10 days basis \"Articles\"\n\
         grant G1: SL lets eriks sign on trade up to EUR 4000000 from 2026-01-01 depth 2 basis \"Letter 1\"\n\
         grant G2: eriks lets falk sign on trade up to EUR 3000000 from 2026-01-02 depth 1 basis \"Letter 2\"\n\
         grant G3: falk lets gard sign on trade up to EUR 2000000 from 2026-01-03 basis \"Letter 3\"\n\
         grant J1: B lets hall sign on trade/rails from 2026-01-03 basis \"Letter 4\"\n",
    );
    let persons = grants.clamp(1, 1_000);
    if grants > 0 {
        for n in 0..persons {
            let _ = writeln!(out, "person p{n} \"p{n}\"");
        }
    }
    for n in 0..grants {
        let _ = writeln!(
            out,
            "grant X{n}: SL lets p{} sign on trade up to EUR {} from 2026-01-01 basis \"Letter X{n}\"",
            n % persons,
            n + 1
        );
    }
    out
}

/// The map, read and resolved.
pub fn map(grants: usize) -> Map {
    read(&text(grants))
}

/// The map in which *3 of 4* sign and *1 of 2* consent: an office that two hold must consent to the same text.
pub fn map_with_consent() -> Map {
    let mut text = text(0);
    text.push_str(
        "office FIN \"Finance\" of RUR decides basis \"Articles\"\nperson ines \"ines\"\nperson jost \"jost\"\n\
         ines holds FIN from 2020-01-01 basis \"Register\"\njost holds FIN from 2020-01-01 basis \"Register\"\n\
         on trade/rails RUR needs consent of FIN basis \"Articles\"\n",
    );
    read(&text)
}

fn read(text: &str) -> Map {
    let parsed = parse::map("bench.authority", text.as_bytes())
        .unwrap_or_else(|e| panic!("{}", e[0].one_line()));
    resolve::resolve(std::slice::from_ref(&parsed), None, &[])
        .unwrap_or_else(|e| panic!("{}", e[0].one_line()));
    parsed.value
}

/// A signature: by whom, in which capacity or under which grant, for how much.
pub fn sign(
    id: &str,
    by: &str,
    capacity: Option<&str>,
    under: Option<&str>,
    matter: &str,
    amount: &str,
) -> Act {
    let at = time::instant_or_day("2026-03-02").expect("a day");
    let currency = Currency::new("EUR").expect("a currency");
    let party = PartyId::new("RUR").expect("an id");
    let by = PersonId::new(by).expect("an id");
    Act {
        with: vec![PartyId::new("KRA").expect("an id")],
        capacity: capacity.map(|office| Capacity::Office(OfficeId::new(office).expect("an id"))),
        under: under.map(|grant| GrantId::new(grant).expect("an id")),
        matter: Some(Matter::new(matter).expect("a matter")),
        text: Some(Digest([7; 32])),
        amount: Some(Amount::parse(currency, amount).expect("an amount")),
        ..Act::new(Arc::from(id), ActKind::Sign, party, by, at)
    }
}

/// The minister within the cap.
pub fn direct() -> Act {
    sign("direct", "dahl", Some("MFA"), None, "trade", "1000000")
}

/// The minister above it.
pub fn above() -> Act {
    sign("above", "dahl", Some("MFA"), None, "trade", "9000000")
}

/// The last of a chain of three grants.
pub fn chain() -> Act {
    sign("chain", "gard", None, Some("G3"), "trade", "1000000")
}

/// Three of four, one of them through a grant.
pub fn joint() -> Vec<Act> {
    vec![
        sign("j1", "anna", Some("A"), None, "trade/rails", "1000000"),
        sign("j2", "hall", None, Some("J1"), "trade/rails", "1000000"),
        sign("j3", "dora", Some("D"), None, "trade/rails", "1000000"),
    ]
}

/// Three of four, one of them through a grant, and one of the two who must consent.
pub fn joint_and_consent() -> Vec<Act> {
    let mut acts = joint();
    let consent = sign("c1", "jost", Some("FIN"), None, "trade/rails", "1000000");
    acts.push(Act { kind: ActKind::Consent, ..consent });
    acts
}
