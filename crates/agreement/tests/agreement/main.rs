//! Acts and what follows from them: canonical bytes, replay, clocks, facts without signatures.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod acts;
mod clocks;
mod facts;
mod record;
mod replay;

use countersign_agreement::replay::Admitted;
use countersign_agreement::signed::SignedAct;

const TEXT: &str = "sha256:a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1";
const OTHER: &str = "sha256:b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2";

/// An act as JSON: who, for whom, when, and the body's members.
fn act(kind: &str, party: &str, at: &str, body: &str) -> String {
    let with = if party == "RUR" { "KRA" } else { "RUR" };
    format!(
        "{{\"at\":\"{at}\",\"body\":{{{body}}},\"by\":{{\"capacity\":\"MFA\",\"person\":\"dahl\",\"under\":null}},\
         \"dossier\":\"talks\",\"kind\":\"{kind}\",\"matter\":\"security/nuclear\",\"on_behalf_of\":\"{party}\",\
         \"seen\":null,\"v\":1,\"visibility\":\"public\",\"with\":[\"{with}\"]}}"
    )
}

/// Acts as admitted, numbered from 1.
fn admitted(acts: &[String]) -> Vec<Admitted> {
    let read = |(number, json): (u32, &String)| {
        let act = SignedAct::read_any(json.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{json}"));
        Admitted { number, id: act.id(), act, in_person: Some(true), witnessed: None }
    };
    (1_u32..).zip(acts).map(read).collect()
}
