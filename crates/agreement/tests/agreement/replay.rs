//! Replay: what acts amount to, in their order.

use countersign_agreement::replay::{Replay, State};
use countersign_authority::model::act::ActKind;
use countersign_authority::model::map::Fact;
use countersign_authority::model::policy::Event;

use crate::{OTHER, TEXT, act, admitted};

fn text(digest: &str) -> String {
    format!("\"text\":\"{digest}\"")
}

#[test]
fn events_happen_once_and_at_their_first_act() {
    let acts = admitted(&[
        act("demand", "KRA", "2026-01-10T09:00:00Z", "\"says\":\"sign\",\"deadline\":\"D1\""),
        act("mandate", "RUR", "2026-02-01T09:00:00Z", ""),
        act("draft", "RUR", "2026-02-02T09:00:00Z", &text(TEXT)),
        act("adopt", "RUR", "2026-02-03T09:00:00Z", &text(TEXT)),
        act("adopt", "KRA", "2026-02-04T09:00:00Z", &text(TEXT)),
        act("sign", "RUR", "2026-02-05T09:00:00Z", &text(TEXT)),
        act("sign", "KRA", "2026-02-06T09:00:00Z", &text(TEXT)),
        act("mandate", "RUR", "2026-02-07T09:00:00Z", ""),
    ]);
    let replay = Replay::of(&acts);
    let number = |event| replay.milestone(event).map(|milestone| milestone.number);
    assert_eq!(number(Event::Demand), Some(1));
    assert_eq!(number(Event::Mandate), Some(2));
    assert_eq!(number(Event::Talks), Some(3));
    assert_eq!(number(Event::DefinitiveText), Some(5), "a text is definitive once all have adopted it");
    assert_eq!(number(Event::Signature), Some(7));
    assert_eq!(number(Event::EntryIntoForce), None);
    assert_eq!(replay.flags, []);
}

#[test]
fn an_assurance_is_a_fact_for_nobody() {
    let words = "\"speaker\":\"a spokesman\",\"speaks_for\":\"SL\",\"says\":\"he agrees\"";
    let replay = Replay::of(&admitted(&[act("assurance", "KRA", "2026-01-10T09:00:00Z", words)]));
    assert!(replay.facts.is_empty() && replay.milestones.is_empty() && replay.record.is_empty());
}

#[test]
fn what_is_out_of_order_is_flagged_and_kept() {
    let mut late = act("sign", "RUR", "2026-02-05T09:00:00Z", &text(OTHER));
    late = late.replace("\"seen\":null", &format!("\"seen\":\"{OTHER}\""));
    let acts = admitted(&[
        act("draft", "RUR", "2026-02-01T09:00:00Z", &text(TEXT)),
        act("mandate", "RUR", "2026-02-02T09:00:00Z", ""),
        act("adopt", "RUR", "2026-02-03T09:00:00Z", &text(TEXT)),
        act("adopt", "KRA", "2026-02-04T09:00:00Z", &text(TEXT)),
        late,
    ]);
    let replay = Replay::of(&acts);
    let flags: Vec<(u32, &str)> = replay.flags.iter().map(|flag| (flag.number, flag.says.as_str())).collect();
    assert!(flags.iter().any(|(n, says)| *n == 1 && says.contains("before its mandate")), "{flags:?}");
    assert!(flags.iter().any(|(n, says)| *n == 5 && says.contains("no earlier act")), "{flags:?}");
    assert!(flags.iter().any(|(n, says)| *n == 5 && says.contains("not the definitive text")), "{flags:?}");
    assert_eq!(replay.facts.len(), 5, "a flag removes nothing");
}

#[test]
fn a_grant_in_the_record_is_a_statement_of_the_record() {
    let body = "\"grant\":\"FP7\",\"grantors\":[\"MFA\"],\"grantee\":\"eriks\",\"verbs\":[\"sign\"],\
                \"from\":\"2026-03-01T00:00:00Z\",\"basis\":\"Full powers\"";
    let revoke = "\"grant\":\"FP7\",\"from\":\"2026-04-01T00:00:00Z\",\"basis\":\"Note\"";
    let replay = Replay::of(&admitted(&[
        act("grant", "RUR", "2026-02-20T09:00:00Z", body),
        act("grant", "RUR", "2026-02-21T09:00:00Z", &body.replace("\"MFA\"", "\"SL\"").replace("FP7", "FP8")),
        act("revoke", "RUR", "2026-03-20T09:00:00Z", revoke),
    ]));
    let kinds: Vec<&str> = replay
        .record
        .iter()
        .map(|statement| match &statement.fact {
            Fact::Grant(_) => "grant",
            Fact::Revocation(_) => "revocation",
            _ => "other",
        })
        .collect();
    assert_eq!(kinds, ["grant", "revocation"], "nobody grants for an office they did not sign as");
    assert!(
        replay.flags.iter().any(|flag| flag.number == 2 && flag.says.contains("SL")),
        "{:?}",
        replay.flags
    );
}

#[test]
fn an_attestation_names_its_witness_on_the_act() {
    let sign = act("sign", "RUR", "2026-02-05T09:00:00Z", &text(TEXT));
    let id = admitted(std::slice::from_ref(&sign))[0].id;
    let body = format!("\"act\":\"{id}\",\"scan\":\"{OTHER}\",\"attested_by\":\"the depositary\"");
    let replay = Replay::of(&admitted(&[sign, act("attest", "KRA", "2026-02-06T09:00:00Z", &body)]));
    assert_eq!(replay.facts[0].kind, ActKind::Sign);
    assert_eq!(replay.facts[0].attested_by.as_deref(), Some("the depositary"));
}

#[test]
fn a_withdrawal_ends_the_dossier() {
    let replay = Replay::of(&admitted(&[
        act("mandate", "RUR", "2026-02-02T09:00:00Z", ""),
        act("withdraw", "RUR", "2026-02-05T09:00:00Z", ""),
    ]));
    assert!(matches!(replay.state, State::Ended { .. }), "{:?}", replay.state);
}
