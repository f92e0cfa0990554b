//! Proof files: what they show, and what they don't.

use crate::log::{Log, ORIGIN, Software, entry};
use countersign_tlog::checkpoint::{Checkpoint, Origin};
use countersign_tlog::hash::Hash;
use countersign_tlog::policy::Policy;
use countersign_tlog::proof::{InclusionProof, PROOF_MAX};
use countersign_tlog::size::{LeafIndex, TreeSize};
use countersign_tlog::spicy::{EXTRA_MAX, PROOF_FILE_MAX, SpicyError, TlogProof, TlogProofError};
use insta::assert_snapshot;
use proptest::prelude::*;

fn witnesses() -> [Software; 3] {
    ["one", "two", "three"].map(|name| Software::witness(&format!("witness.example/{name}")))
}

/// Two of three.
fn policy() -> Policy {
    let mut text = format!("log {}\n", Software::log(ORIGIN).verifier());
    for (at, witness) in witnesses().iter().enumerate() {
        text += &format!("witness W{at} {}\n", witness.verifier());
    }
    Policy::read(format!("{text}group G 2 W0 W1 W2\nquorum G\n").as_bytes()).expect("a policy")
}

fn index(at: u64) -> LeafIndex {
    LeafIndex::new(at).expect("an index")
}

/// A proof for one entry, cosigned by the first few witnesses.
fn proof(log: &Log, at: u64, cosigned: usize) -> TlogProof {
    let witnesses = witnesses();
    let cosigned: Vec<&Software> = witnesses.iter().take(cosigned).collect();
    TlogProof::new(index(at), log.inclusion(at), log.witnessed(&cosigned), Vec::new()).expect("a proof")
}

fn read(text: &str) -> TlogProof {
    TlogProof::read(text.as_bytes()).expect("a proof file")
}

#[test]
fn a_cosigned_proof_verifies_for_every_entry() {
    let (log, policy) = (Log::of(600), policy());
    for at in (0..600).step_by(7) {
        let file = proof(&log, at, 2).to_string();
        let witnessed = read(&file).verify(Hash::leaf(&entry(at)), &policy).expect("verifies");
        let included = witnessed.included();
        assert_eq!((included.index(), included.size(), included.root()), (index(at), log.size(), log.root()));
        assert_eq!((included.origin().as_str(), included.leaf()), (ORIGIN, Hash::leaf(&entry(at))));
        assert_eq!(read(&file).to_string(), file);
    }
}

#[test]
fn included_and_witnessed_are_told_apart() {
    let log = Log::of(9);
    let once = proof(&log, 4, 1);
    let included = once.verify_inclusion(Hash::leaf(&entry(4)), &policy()).expect("included");
    assert!(!included.quorum().is_met());
    assert!(matches!(included.witnessed(), Err(SpicyError::NotWitnessed { .. })));
    let error = once.verify(Hash::leaf(&entry(4)), &policy()).expect_err("one of two");
    assert_snapshot!(error, @"the quorum is not met: G has 1 of the 2 it takes (W0 signed, W1 missing, W2 missing)");
    let twice = proof(&log, 4, 2).verify_inclusion(Hash::leaf(&entry(4)), &policy()).expect("included");
    assert!(twice.witnessed().is_ok());
}

#[test]
fn another_entry_index_tree_or_log_does_not_verify() {
    let (log, policy) = (Log::of(9), policy());
    let file = proof(&log, 4, 3).to_string();
    let leaf = Hash::leaf(&entry(4));
    let refused = |text: &str| read(text).verify(leaf, &policy).expect_err("refused");
    assert!(matches!(read(&file).verify(Hash::leaf(&entry(5)), &policy), Err(SpicyError::NotIncluded(_))));
    assert!(matches!(refused(&file.replace("index 4", "index 5")), SpicyError::NotIncluded(_)));
    assert!(matches!(refused(&file.replace("index 4", "index 9")), SpicyError::NotIncluded(_)));
    assert!(matches!(refused(&file.replace("\n9\n", "\n10\n")), SpicyError::Untrusted(_)));
    let later = Log::of(10).witnessed(&witnesses().each_ref());
    let mixed = TlogProof::new(index(4), log.inclusion(4), later, Vec::new()).expect("a proof");
    // In a tree of 10 the path of leaf 4 has the same length, and leads elsewhere.
    assert!(matches!(mixed.verify(leaf, &policy), Err(SpicyError::NotIncluded(_))));
    let nobody = Policy::read(b"quorum none\n").expect("a policy");
    let error = read(&file).verify(leaf, &nobody).expect_err("no log is trusted");
    assert_snapshot!(error, @"the checkpoint is not trusted");
}

#[test]
fn extra_data_is_carried_and_authenticated_by_nothing() {
    let log = Log::of(3);
    let with = |extra: &[u8]| TlogProof::new(index(1), log.inclusion(1), log.signed(), extra.to_vec());
    let file = with(b"age-v1.2.1").expect("a proof").to_string();
    assert!(file.starts_with("c2sp.org/tlog-proof@v1\nextra YWdlLXYxLjIuMQ==\nindex 1\n"));
    assert_eq!(read(&file).extra(), Some(b"age-v1.2.1".as_slice()));
    assert_eq!(read(&file).to_string(), file);
    assert_eq!(with(b"").expect("a proof").extra(), None);
    let most = with(&vec![7; EXTRA_MAX]).expect("a proof");
    assert_eq!(read(&most.to_string()), most);
    assert!(matches!(with(&vec![7; EXTRA_MAX + 1]), Err(TlogProofError::ExtraTooLong { .. })));
}

#[test]
fn a_file_is_what_the_specification_shows() {
    let file = proof(&Log::of(9), 4, 1).to_string();
    assert_snapshot!(file, @r"
    c2sp.org/tlog-proof@v1
    index 4
    bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=
    wuuCdYlRXwrcBhU4IJqob8sWUpPBWNW6rcRxJQe2IJY=
    tlnYAo27yNCG4J/pJwZqDeCLuACQKp1fRoRyDkriTdM=
    ZtZHf3nABZgoEME0k7elSuJpVeExj5GKEefmV9oQbIs=

    kravonia.example/record
    9
    2cYQs6ueAnqcTgJuuxGhPGzNScenIBNoE5oWxjldzkE=

    — kravonia.example/record DMqyq++5t7YAPZk9K8GGTqgLfLPxR4r38hxXh9dAmZoJpvHd1kUpwGqKhpNk9B2bhBjNbGsJl2vDNltig9V8flv/HQA=
    — witness.example/one A0cmXQAAAABpJIEA8adzKO1dEfQcal36d+ZPWy3gAWjmdLu+6xZWt2TSGscqlgJl338R4vZWvzS5Fwzay4hJDY2jl8cWUpaFGxGACQ==
    ");
}

#[test]
fn malformed_files_are_refused() {
    let good = proof(&Log::of(9), 4, 1).to_string();
    let hash = format!("{}\n", Hash::EMPTY_ROOT);
    let bad = [
        String::new(),
        good.replacen("c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2", 1),
        good.replacen("@v1\n", "@v1\n\n", 1),
        good.replacen("@v1\n", "@v1\r\n", 1),
        good.replacen("index 4\n", "", 1),
        good.replacen("index 4\n", "index 04\n", 1),
        good.replacen("index 4\n", "index -4\n", 1),
        good.replacen("index 4\n", "index 4 \n", 1),
        good.replacen("index 4\n", "index 4611686018427387904\n", 1),
        good.replacen("index 4\n", "index 4\nindex 4\n", 1),
        good.replacen("index 4\n", "index 4\nextra AA==\n", 1),
        good.replacen("index 4\n", "extra \nindex 4\n", 1),
        good.replacen("index 4\n", "extra\nindex 4\n", 1),
        good.replacen("index 4\n", "extra AB==\nindex 4\n", 1),
        good.replacen("index 4\n", "extra AA\nindex 4\n", 1),
        good.replacen("index 4\n", "extra AA==\nextra AA==\nindex 4\n", 1),
        good.replacen("index 4\n", "index 4\n\n", 1),
        good.replacen("index 4\n", &format!("index 4\n{}", hash.repeat(PROOF_MAX)), 1),
        good.replacen("\n\n", "\n", 1),
        good.trim_end().to_owned(),
    ];
    for text in bad {
        assert!(TlogProof::read(text.as_bytes()).is_err(), "{text}");
    }
    assert!(matches!(TlogProof::read(&vec![b'a'; PROOF_FILE_MAX + 1]), Err(TlogProofError::TooLong { .. })));
    let message = |text: &str| TlogProof::read(text.as_bytes()).expect_err("refused").to_string();
    assert_snapshot!(message("index 4\n"), @"the proof file does not begin with the line c2sp.org/tlog-proof@v1");
    assert_snapshot!(message("c2sp.org/tlog-proof@v1\nindx 4\n\n"), @"the proof file has no line `index <number>` before the proof");
}

#[test]
fn a_proof_in_an_empty_tree_shows_nothing() {
    let empty = Log::of(0).witnessed(&witnesses().each_ref());
    let none = InclusionProof::new(Vec::new()).expect("empty");
    let file = TlogProof::new(index(0), none, empty, Vec::new()).expect("a proof");
    assert!(matches!(file.verify(Hash::EMPTY_ROOT, &policy()), Err(SpicyError::NotIncluded(_))));
}

#[test]
fn a_proof_at_a_million_entries_with_three_witnesses_takes_at_most_1600_bytes() {
    let size = TreeSize::new(1_000_000).expect("a size");
    // Of leaf 0, which has the longest path, by names of usual length.
    let proof = InclusionProof::new(vec![Hash::EMPTY_ROOT; 20]).expect("20 hashes");
    let checkpoint = Checkpoint::new(Origin::new(ORIGIN).expect("an origin"), size, Hash::EMPTY_ROOT);
    let mut signed = checkpoint.sign(&Software::log(ORIGIN)).expect("signs");
    for witness in &witnesses() {
        let time = crate::log::time(1_764_000_000);
        signed
            .add([countersign_tlog::cosignature::cosign(&checkpoint, witness, time).expect("cosigns")])
            .expect("room");
    }
    let length = TlogProof::new(index(0), proof, signed, Vec::new()).expect("a proof").to_string().len();
    println!("{length} bytes");
    assert!(length <= 1_600, "{length}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn no_changed_byte_verifies_as_something_else(at in 0..1_200_usize, byte in any::<u8>()) {
        let file = proof(&Log::of(9), 4, 3).to_string();
        let mut bytes = file.clone().into_bytes();
        let at = at.min(bytes.len() - 1);
        bytes[at] = byte;
        let Ok(read) = TlogProof::read(&bytes) else { return Ok(()) };
        prop_assert_eq!(read.to_string().into_bytes(), bytes.clone());
        // A witness's name may be changed to that of a stranger: two of three are left.
        if let Ok(witnessed) = read.verify(Hash::leaf(&entry(4)), &policy()) {
            prop_assert_eq!(witnessed.included().index(), index(4));
            prop_assert_eq!(witnessed.included().root(), Log::of(9).root());
            prop_assert!(bytes == file.as_bytes() || witnessed.included().quorum().signed().len() == 2);
        }
    }
}
