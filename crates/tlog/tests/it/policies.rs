//! Policies: what reads, what doesn't, and when a quorum is met.

use crate::log::{Log, ORIGIN, Software};
use countersign_tlog::note::{SignatureType, VerifyError};
use countersign_tlog::policy::{COMPONENTS_MAX, POLICY_MAX, Policy, PolicyError, UntrustedError};
use insta::assert_snapshot;
use proptest::prelude::*;
use std::error::Error;

const WITNESSES: [&str; 6] = ["X1", "X2", "X3", "Y1", "Y2", "Y3"];

fn witness(name: &str) -> Software {
    Software::witness(&format!("witness.example/{name}"))
}

fn log_line() -> String {
    format!("log {}\n", Software::log(ORIGIN).verifier())
}

fn witness_line(name: &str) -> String {
    format!("witness {name} {}\n", witness(name).verifier())
}

/// The example of tlog-policy, with keys.
fn example() -> String {
    let line = witness_line;
    format!(
        "{}\n{}{}{}group X-witnesses 2 X1 X2 X3\n\n{}{}{}group Y-witnesses any Y1 Y2 Y3\n\n\
         group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n",
        log_line(),
        line("X1"),
        line("X2"),
        line("X3"),
        line("Y1"),
        line("Y2"),
        line("Y3"),
    )
}

fn read(text: &str) -> Policy {
    Policy::read(text.as_bytes()).expect("a policy")
}

/// Whether the quorum is met by these, and the words for it.
fn quorum(policy: &Policy, signers: &[&str]) -> (bool, String) {
    let signers: Vec<Software> = signers.iter().map(|name| witness(name)).collect();
    let signers: Vec<&Software> = signers.iter().collect();
    let trusted = policy.evaluate(&Log::of(5).witnessed(&signers)).expect("the log signed");
    (trusted.quorum().is_met(), trusted.quorum().to_string())
}

#[test]
fn the_example_of_the_specification_is_met_by_two_of_x_and_one_of_y() {
    let policy = read(&example());
    assert_eq!((policy.logs().len(), policy.witnesses().len()), (1, 6));
    for signers in 0..64_u32 {
        let names: Vec<&str> = WITNESSES
            .iter()
            .enumerate()
            .filter(|(bit, _)| signers >> bit & 1 == 1)
            .map(|(_, name)| *name)
            .collect();
        let x = names.iter().filter(|name| name.starts_with('X')).count();
        let y = names.iter().filter(|name| name.starts_with('Y')).count();
        assert_eq!(quorum(&policy, &names).0, x >= 2 && y >= 1, "{names:?}");
    }
}

#[test]
fn a_quorum_says_who_signed_and_who_is_missing() {
    let policy = read(&example());
    assert_snapshot!(quorum(&policy, &["X1", "Y2"]).1, @"not met: X-and-Y has 1 of the 2 it takes (X-witnesses has 1 of the 2 it takes (X1 signed, X2 missing, X3 missing), Y-witnesses has 1 of the 1 it takes (Y1 missing, Y2 signed, Y3 missing))");
    assert_snapshot!(quorum(&policy, &["X1", "X3", "Y2"]).1, @"met: X-and-Y has 2 of the 2 it takes (X-witnesses has 2 of the 2 it takes (X1 signed, X2 missing, X3 signed), Y-witnesses has 1 of the 1 it takes (Y1 missing, Y2 signed, Y3 missing))");
    let trusted = policy.evaluate(&Log::of(5).witnessed(&[&witness("Y2")])).expect("the log signed");
    let signed: Vec<String> = trusted.quorum().signed().iter().map(|one| one.name.to_string()).collect();
    let missing: Vec<String> = trusted.quorum().missing().iter().map(ToString::to_string).collect();
    assert_eq!(signed, ["Y2"]);
    assert_eq!(missing, ["X1", "X2", "X3", "Y1", "Y3"]);
    assert_eq!(trusted.quorum().signed()[0].time.get(), 1_764_000_000);
    assert_eq!(trusted.log(), &Software::log(ORIGIN).verifier());
}

#[test]
fn quorum_none_asks_for_nothing_and_a_single_witness_for_itself() {
    let none = read(&format!("{}quorum none\n", log_line()));
    assert_eq!(quorum(&none, &[]), (true, "met: none is asked for".to_owned()));
    let one = read(&format!("{}{}{}quorum X1\n", log_line(), witness_line("X1"), witness_line("X2")));
    assert_eq!(quorum(&one, &["X2"]), (false, "not met: X1 missing".to_owned()));
    assert_eq!(quorum(&one, &["X1"]), (true, "met: X1 signed".to_owned()));
    assert_eq!(read("quorum none\n").to_bytes(), b"quorum none\n");
}

#[test]
fn a_witness_that_signs_under_a_name_of_its_own_does_not_count() {
    let policy = read(&format!("{}{}quorum X1\n", log_line(), witness_line("X1")));
    let same_name = Software::witness("witness.example/X2");
    assert!(!quorum(&policy, &["X2"]).0);
    assert_ne!(same_name.verifier(), witness("X1").verifier());
    // The log's own signature is no cosignature, even with the same key.
    let log_as_witness = Software::new(ORIGIN, SignatureType::CosignatureV1);
    let text = format!("{}witness W {}\nquorum W\n", log_line(), log_as_witness.verifier());
    let trusted = read(&text).evaluate(&Log::of(5).signed()).expect("the log signed");
    assert!(!trusted.quorum().is_met());
}

#[test]
fn a_checkpoint_counts_only_with_the_signature_of_its_own_log() {
    let other = Software::log("ruritania.example/record");
    let policy = read(&format!("log {}\nquorum none\n", other.verifier()));
    let error = policy.evaluate(&Log::of(5).signed()).expect_err("another log");
    assert_snapshot!(error, @r#"the policy trusts no log "kravonia.example/record""#);

    // Signed by a trusted log, under the name of another trusted log.
    let policy = read(&format!("{}log {}\nquorum none\n", log_line(), other.verifier()));
    let foreign = Log::of(5).checkpoint().sign(&other).expect("signs");
    let error = policy.evaluate(&foreign).expect_err("the wrong log");
    assert_snapshot!(error, @"the checkpoint of kravonia.example/record is not signed by that log's key");

    let unsigned = Log::of(5).checkpoint().sign(&Software::log("stranger.example")).expect("signs");
    assert!(matches!(
        policy.evaluate(&unsigned),
        Err(UntrustedError::Signatures(VerifyError::NoKnownKey { .. }))
    ));
}

#[test]
fn one_bad_signature_by_a_witness_of_the_policy_spoils_the_checkpoint() {
    let policy = read(&example());
    let five = Log::of(5).witnessed(&[&witness("X1")]).to_string();
    let six = Log::of(6).signed().to_string();
    // X1's cosignature of another tree.
    let line = five.lines().last().expect("X1's");
    let mixed = countersign_tlog::checkpoint::SignedCheckpoint::read(format!("{six}{line}\n").as_bytes());
    let error = policy.evaluate(&mixed.expect("reads")).expect_err("spoilt");
    assert!(matches!(error, UntrustedError::Signatures(VerifyError::BadSignature { .. })));
}

#[test]
fn spaces_tabs_comments_and_empty_lines_are_skipped() {
    let plain = read(&example());
    let strange = format!(
        "# ours\n \t# theirs\n\n  \t\n{}",
        example().replace(' ', " \t ").replace('\n', "\t\n").replace("log ", "\tlog ")
    );
    assert_eq!(read(&strange), plain);
    assert_eq!(Policy::read(&plain.to_bytes()).expect("reads"), plain);
}

#[test]
fn names_and_urls_are_octets() {
    let (x1, x2) = (witness("X1").verifier().to_string(), witness("X2").verifier().to_string());
    let lines = [
        [b"witness K\xe2\x84\xaa\xff ".as_slice(), x1.as_bytes(), b" https://\xfc.example/\n"].concat(),
        [b"witness K ".as_slice(), x2.as_bytes(), b"\n"].concat(),
        b"quorum K\xe2\x84\xaa\xff\n".to_vec(),
    ];
    let text = lines.concat();
    let policy = Policy::read(&text).expect("a policy");
    assert_eq!(policy.to_bytes(), text);
    assert_eq!(policy.witnesses()[0].url().expect("a url").as_bytes(), b"https://\xfc.example/");
    assert_eq!(policy.witnesses()[1].name().as_bytes(), b"K");
}

#[test]
fn wrong_lines_are_refused_with_their_number_and_reason() {
    let error = |text: &str| {
        let error = Policy::read(text.as_bytes()).expect_err("refused");
        let reason = error.source().map(|source| format!("{error}: {source}"));
        reason.unwrap_or_else(|| error.to_string())
    };
    let with = |lines: &str| error(&format!("{}{}", witness_line("X1"), lines));
    assert_snapshot!(error(""), @"the policy has no quorum line; write `quorum none` where no cosignature is asked for");
    assert_snapshot!(error("quorum none"), @"the policy's last line does not end in a newline");
    assert_snapshot!(error("quorum none\nquorum none\n"), @"line 2 of the policy is wrong: the quorum stands on an earlier line already");
    assert_snapshot!(error("quorum X1\n"), @"line 1 of the policy is wrong: no earlier line defines X1");
    assert_snapshot!(error("quorum\n"), @"line 1 of the policy is wrong: it has 1 words; write: quorum <name>|none");
    assert_snapshot!(error("trust everybody\n"), @"line 1 of the policy is wrong: `trust` is not log, witness, group or quorum");
    assert_snapshot!(error("quorum none\r\n"), @"line 1 of the policy is wrong: it holds the octet 0x0d; of control characters only tab and newline are allowed");
    assert_snapshot!(with(&witness_line("X1")), @"line 2 of the policy is wrong: the key of witness.example/X1 stands on an earlier line already");
    assert_snapshot!(with(&witness_line("X2").replace("witness X2", "witness X1")), @"line 2 of the policy is wrong: the name X1 is taken");
    assert_snapshot!(with(&witness_line("X2").replace("witness X2", "witness none")), @"line 2 of the policy is wrong: the name none is taken");
    assert_snapshot!(with("group G any X2\n"), @"line 2 of the policy is wrong: no earlier line defines X2");
    assert_snapshot!(with("group G any G\n"), @"line 2 of the policy is wrong: no earlier line defines G");
    assert_snapshot!(with("group G any\n"), @"line 2 of the policy is wrong: it has 3 words; write: group <name> all|any|<k> <name>...");
    assert_snapshot!(with("group G any none\n"), @"line 2 of the policy is wrong: no earlier line defines none");
    assert_snapshot!(with("group G 0 X1\n"), @"line 2 of the policy is wrong: the threshold `0` is not all, any or a number from 1 to 1");
    assert_snapshot!(with("group G 2 X1\n"), @"line 2 of the policy is wrong: the threshold `2` is not all, any or a number from 1 to 1");
    assert_snapshot!(with("group G +1 X1\n"), @"line 2 of the policy is wrong: the threshold `+1` is not all, any or a number from 1 to 1");
    assert_snapshot!(with("group G all X1 X1\n"), @"line 2 of the policy is wrong: X1 is a member of a group already");
    assert_snapshot!(with("group G all X1\ngroup H all X1\n"), @"line 3 of the policy is wrong: X1 is a member of a group already");
    assert_snapshot!(with("group X1 all X1\n"), @"line 2 of the policy is wrong: the name X1 is taken");
    let log = Software::log(ORIGIN).verifier();
    assert_snapshot!(error(&format!("witness W {log}\n")), @"line 1 of the policy is wrong: kravonia.example/record is a key for notes (Ed25519); here it takes one for cosignatures (cosignature/v1)");
    assert_snapshot!(error(&log_line().repeat(2)), @"line 2 of the policy is wrong: the key of kravonia.example/record stands on an earlier line already");
    assert_snapshot!(error(&format!("log {log} https://a.example more\n")), @"line 1 of the policy is wrong: it has 4 words; write: log <vkey> [<url>]");
    assert_snapshot!(error(&format!("log {}\n", witness("X1").verifier())), @"line 1 of the policy is wrong: witness.example/X1 is a key for cosignatures (cosignature/v1); here it takes one for notes (Ed25519)");
}

#[test]
fn a_log_known_from_elsewhere_is_added_to_a_policy_that_lists_none() {
    let policy = read(&format!("{}quorum X1\n", witness_line("X1")));
    let checkpoint = Log::of(5).witnessed(&[&witness("X1")]);
    assert!(matches!(policy.evaluate(&checkpoint), Err(UntrustedError::UnknownLog { .. })));
    let log = Software::log(ORIGIN).verifier();
    let policy = policy.with_log(log.clone()).expect("room");
    assert!(policy.evaluate(&checkpoint).expect("the log signed").quorum().is_met());
    assert!(matches!(policy.clone().with_log(log), Err(PolicyError::Log(_))));
    assert!(matches!(policy.with_log(witness("X2").verifier()), Err(PolicyError::Log(_))));
}

#[test]
fn a_policy_is_bounded() {
    let long = format!("#{}\nquorum none\n", "a".repeat(POLICY_MAX));
    assert!(matches!(Policy::read(long.as_bytes()), Err(PolicyError::TooLong { .. })));
    let many: String = (0..=COMPONENTS_MAX).map(|at| witness_line(&format!("W{at}"))).collect();
    let error = Policy::read(many.as_bytes()).expect_err("too many");
    assert!(matches!(error, PolicyError::Line { line: 129, .. }));
    // Groups in groups as deep as there are groups.
    let mut deep = log_line() + &witness_line("X1") + "group G0 any X1\n";
    for at in 1..COMPONENTS_MAX {
        deep += &format!("group G{at} all G{}\n", at - 1);
    }
    let policy = read(&format!("{deep}quorum G127\n"));
    assert!(quorum(&policy, &["X1"]).0 && !quorum(&policy, &[]).0);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn policies_are_read_as_they_were_printed(
        thresholds in prop::collection::vec((1_usize..4, 1_usize..4), 0..5), url in "[!-~]{0,9}", which in any::<prop::sample::Index>()
    ) {
        let mut text = log_line().replace('\n', &format!(" {url}\n"));
        let mut free: Vec<String> = Vec::new();
        for name in WITNESSES {
            text += &witness_line(name);
            free.push(name.to_owned());
        }
        for (at, (members, threshold)) in thresholds.into_iter().enumerate() {
            let members: Vec<String> = free.drain(..members.min(free.len())).collect();
            let threshold = threshold.min(members.len());
            text += &format!("group G{at} {threshold} {}\n", members.join(" "));
            free.push(format!("G{at}"));
        }
        text += &format!("quorum {}\n", free[which.index(free.len())]);
        let policy = read(&text);
        prop_assert_eq!(Policy::read(&policy.to_bytes()).expect("reads"), policy);
    }

    #[test]
    fn hostile_policies_are_refused_or_read_as_they_are_printed(at in 0..800_usize, byte in any::<u8>()) {
        let mut bytes = example().into_bytes();
        let at = at.min(bytes.len() - 1);
        bytes[at] = byte;
        if let Ok(policy) = Policy::read(&bytes) {
            prop_assert_eq!(Policy::read(&policy.to_bytes()).expect("reads"), policy);
        }
    }
}
