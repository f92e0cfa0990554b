//! What a witness answers, and that it never signs two histories.

use crate::log::{Log, ORIGIN, Software, time};
use crate::naive::Naive;
use countersign_tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use countersign_tlog::cosignature::cosign;
use countersign_tlog::hash::Hash;
use countersign_tlog::note::{KeyName, KeyRing, SignatureType, VerifierKey};
use countersign_tlog::proof::{ConsistencyProof, PROOF_MAX};
use countersign_tlog::size::TreeSize;
use countersign_tlog::witness::{
    AddCheckpoint, Answer, Latest, REQUEST_MAX, Refusal, RequestError, Response, SIZE_CONTENT_TYPE,
};
use insta::assert_snapshot;
use proptest::prelude::*;
use std::sync::LazyLock;

/// The example of tlog-witness.
const EXAMPLE: &str = "old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
";

/// The example of an answer.
const EXAMPLE_ANSWER: &str = "— witness.example/w1 CMp+6LWBU0anHGH5aNDTJkH/gj79sG+T6+iP2ThYN5krrDJbR1HDnucjL39QsZTSvVjyQLrdk3DXDqI5G2HgLatVs0pWh6Up69HVOw==
— witness.example/w1 I7rEps0pvK2UqkS2gSpVUDhrhVtQV9lgF6pRrWAvjJHjyWpW7VcE3SiOlVlbQNt64vWhO+DlkL0+UfzuOBMh9ChdMkP1vi/lCAsmlw==
— witness.example/w2 AWui8Sk55XjYLOijihBjhqEH6nS1ndDymE0a+6idX7pLcnoB+dhnz0854aLZgrrKbYKA7nC3HNJhm/kWl7oJlqU3rXXvpysAdyP3wQ==
";

/// Requests of a log that torchwood's witness is tested with: from nothing to 1, from 1 to 3, from 1 to 5.
const SIGSUM: &str = "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562";
const SIGSUM_KEY: [u8; 32] = [
    0xff, 0xdc, 0x2d, 0x4d, 0x98, 0xe4, 0x12, 0x4d, 0x3f, 0xea, 0xf7, 0x88, 0xc0, 0xc2, 0xf9, 0xab, 0xfd,
    0x79, 0x60, 0x83, 0xd1, 0xf0, 0x49, 0x54, 0x37, 0xf3, 0x02, 0xec, 0x79, 0xcf, 0x10, 0x0f,
];
const SIGSUM_TO_1: &str = "old 0

sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562
1
KgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=

— sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562 UgIom7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzVnnNuWRTYrajXpNUbIQY=
";
const SIGSUM_TO_3: &str = "old 1
KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
KgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=

sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562
3
RcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=

— sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562 UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6go=
";
const SIGSUM_TO_5: &str = "old 1
KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
+fUDV+k970B4I3uKrqJM4aP1lloPZP8mvr2Z4wRw2LI=
KgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=

sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562
5
QrtXrQZCCvpIgsSmOsah7HdICzMLLyDfxToMql9WTjY=

— sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562 UgIomw/EOJmWi0i1FQsOj+etB7F8IccFam/jgd6wzRns4QPVmyEZtdvl1U2KEmLOZ/ASRcWJi0tW90dJWAShei7sDww=
";

fn read(body: &str) -> AddCheckpoint {
    AddCheckpoint::read(body.as_bytes()).expect("a request")
}

fn size(number: u64) -> TreeSize {
    TreeSize::new(number).expect("a size")
}

/// The keys that are trusted for the logs here.
fn keys() -> KeyRing {
    KeyRing::new([Software::log(ORIGIN).verifier()]).expect("one key")
}

fn latest(log: &Log) -> Latest {
    Latest::new(log.size(), log.root())
}

/// A request from one state of a log to a later one.
fn request(from: &Log, to: &Log) -> AddCheckpoint {
    let proof = if from.size() == TreeSize::ZERO { nothing() } else { to.consistency(from.size()) };
    AddCheckpoint::new(from.size(), proof, to.signed())
}

fn nothing() -> ConsistencyProof {
    ConsistencyProof::new(Vec::new()).expect("empty")
}

/// A checkpoint that the log's own key signed, whatever it says.
fn forged(of: u64, root: Hash) -> SignedCheckpoint {
    let checkpoint = Checkpoint::new(Origin::new(ORIGIN).expect("an origin"), size(of), root);
    checkpoint.sign(&Software::log(ORIGIN)).expect("signs")
}

#[test]
fn the_example_of_the_specification_is_read_and_printed_as_the_same() {
    let request = read(EXAMPLE);
    assert_eq!(request.old(), size(20_852_014));
    assert_eq!(request.checkpoint().note().signatures().len(), 2);
    assert_eq!(request.to_string(), EXAMPLE);
    let answer = Answer::read(200, Some("text/plain"), EXAMPLE_ANSWER.as_bytes()).expect("an answer");
    let Answer::Cosigned(lines) = answer else { panic!("{answer:?}") };
    assert_eq!(Response::cosigned(&lines).body, EXAMPLE_ANSWER);
}

#[test]
fn the_requests_of_another_log_are_accepted_and_a_rollback_is_refused() {
    let name = KeyName::new(SIGSUM).expect("a name");
    let key = VerifierKey::new(name, SignatureType::Ed25519, &SIGSUM_KEY).expect("a key");
    let keys = KeyRing::new([key]).expect("one key");
    let one = read(SIGSUM_TO_1).decide(Some((&keys, Latest::NOTHING))).expect("accepted").after();
    assert_eq!(one.size(), size(1));
    let to_5 = read(SIGSUM_TO_5).decide(Some((&keys, one))).expect("accepted");
    assert_eq!((to_5.before(), to_5.after().size()), (one, size(5)));
    // To 3 is right as well, until 5 was signed.
    assert_eq!(read(SIGSUM_TO_3).decide(Some((&keys, one))).expect("accepted").after().size(), size(3));
    let refusal = read(SIGSUM_TO_3).decide(Some((&keys, to_5.after()))).expect_err("signed 5 already");
    assert_eq!((refusal.status(), Response::refused(&refusal).body), (409, "5\n".to_owned()));
    assert_eq!(refusal.fork(), None);
}

#[test]
fn a_witness_follows_a_growing_log_and_its_cosignatures_verify() {
    let (mut log, mut state) = (Log::default(), Latest::NOTHING);
    let witness = Software::witness("berg.example/witness");
    for by in [0, 1, 1, 5, 300, 0, 1] {
        let before = log.clone();
        log.grow(by);
        let mut signed = log.signed();
        let body = request(&before, &log).to_string();
        let accepted = read(&body).decide(Some((&keys(), state))).expect("accepted");
        assert_eq!((accepted.before(), accepted.after()), (state, latest(&log)));
        assert_eq!(accepted.origin().as_str(), ORIGIN);
        state = accepted.after();
        let response =
            Response::cosigned(&[accepted.cosign(&witness, time(1_764_000_000)).expect("cosigns")]);
        assert_eq!(response.status, 200);

        let Ok(Answer::Cosigned(lines)) =
            Answer::read(200, Some(response.content_type), response.body.as_bytes())
        else {
            panic!("{response:?}")
        };
        let known = KeyRing::new([witness.verifier(), Software::log(ORIGIN).verifier()]).expect("two keys");
        assert_eq!(signed.add_verified(lines, &known), Ok(1));
        assert_eq!(signed.verify(&known).expect("verifies").signatures().len(), 2);
    }
}

#[test]
fn each_refusal_has_the_status_of_the_specification() {
    let (three, seven) = (Log::of(3), Log::of(7));
    let good = request(&three, &seven);
    let at = |request: &AddCheckpoint, state| request.decide(Some((&keys(), state))).expect_err("refused");

    let unknown = good.decide(None).expect_err("unknown");
    assert_eq!(unknown.status(), 404);
    assert_snapshot!(unknown, @r#"the log "kravonia.example/record" is not known here"#);

    let strangers = KeyRing::new([Software::log("stranger.example").verifier()]).expect("one key");
    let unsigned = good.decide(Some((&strangers, latest(&three)))).expect_err("not signed");
    assert_eq!(unsigned.status(), 403);

    let changed = good.to_string().replace("\n7\n", "\n8\n");
    let bad_signature = at(&read(&changed), latest(&three));
    assert!(matches!(bad_signature, Refusal::NotSigned(_)));
    assert_eq!(bad_signature.status(), 403);

    let backwards = AddCheckpoint::new(size(8), nothing(), seven.signed());
    let backwards = at(&backwards, latest(&three));
    assert_eq!(backwards.status(), 400);
    assert_snapshot!(backwards, @"the old size 8 is above the checkpoint's 7");

    let stale = at(&good, latest(&Log::of(4)));
    assert_eq!(stale.status(), 409);
    assert_snapshot!(stale, @"the request starts from 3 leaves, the latest signed here has 4");
    let response = Response::refused(&stale);
    assert_eq!((response.content_type, response.body.as_str()), (SIZE_CONTENT_TYPE, "4\n"));
    let answer = Answer::read(409, Some(response.content_type), response.body.as_bytes());
    assert_eq!(answer, Ok(Answer::Conflict { latest: size(4) }));

    let no_proof = at(&AddCheckpoint::new(size(3), nothing(), seven.signed()), latest(&three));
    assert_eq!(no_proof.status(), 422);
    let from_nothing = AddCheckpoint::new(size(0), seven.consistency(size(3)), seven.signed());
    assert_eq!(at(&from_nothing, Latest::NOTHING).status(), 422);
    let other = Latest::new(size(3), Hash::leaf(b"another history"));
    let inconsistent = at(&good, other);
    assert!(matches!(inconsistent, Refusal::Inconsistent(_)));
    assert_eq!(inconsistent.status(), 422);
    assert!(Response::refused(&inconsistent).body.ends_with('\n'));

    let empty = AddCheckpoint::new(size(0), nothing(), forged(0, Hash::leaf(b"not empty")));
    assert_eq!(at(&empty, Latest::NOTHING).status(), 422);
    let late = at(&empty, latest(&three));
    assert_eq!(late.status(), 409, "a wrong size is told first");
}

#[test]
fn a_log_that_signs_two_roots_at_one_size_raises_the_alarm() {
    let seven = Log::of(7);
    let fork = AddCheckpoint::new(size(7), nothing(), forged(7, Hash::leaf(b"another history")));
    let refusal = fork.decide(Some((&keys(), latest(&seven)))).expect_err("a fork");
    assert_eq!(refusal.status(), 409);
    assert_snapshot!(refusal, @"fork: kravonia.example/record signed two roots at 7 leaves, /kum9FmWqjtyYZkxVeibKkqo3D+K+xm6SPj8bUmy00g= before and cFIuum/yrOV58DGCTgKMoGcV45GJMgNK9ggfUdMqpWU= now");
    let evidence = refusal.fork().expect("the alarm");
    assert_eq!((evidence.seen, evidence.size), (seven.root(), size(7)));
    assert_eq!(Response::refused(&refusal).body, "7\n");

    // Also where the request starts from another size.
    let fork = AddCheckpoint::new(size(0), nothing(), forged(7, Hash::leaf(b"another history")));
    let refusal = fork.decide(Some((&keys(), latest(&seven)))).expect_err("a fork");
    assert!(matches!(refusal, Refusal::Conflict { .. }));
    assert!(refusal.fork().is_some());

    // Nobody but the log can raise it.
    let stranger = Checkpoint::new(Origin::new(ORIGIN).expect("an origin"), size(7), Hash::leaf(b"x"));
    let stranger = stranger.sign(&Software::log("stranger.example")).expect("signs");
    let refusal = AddCheckpoint::new(size(7), nothing(), stranger).decide(Some((&keys(), latest(&seven))));
    assert_eq!(refusal.expect_err("not signed").fork(), None);
}

#[test]
fn an_answer_cannot_spoil_a_checkpoint_with_signatures_that_do_not_verify() {
    let (one, two) = (Software::witness("witness.example/one"), Software::witness("witness.example/two"));
    let known = KeyRing::new([one.verifier(), two.verifier()]).expect("two keys");
    let mut signed = Log::of(5).signed();
    let good = cosign(signed.checkpoint(), &one, time(7)).expect("cosigns");
    let of_another_tree = cosign(&Log::of(6).checkpoint(), &two, time(7)).expect("cosigns");
    let stranger =
        cosign(signed.checkpoint(), &Software::witness("stranger.example"), time(7)).expect("cosigns");
    let lines = vec![of_another_tree, good.clone(), stranger, good];
    assert_eq!(signed.add_verified(lines.clone(), &known), Ok(1));
    assert_eq!(signed.add_verified(lines, &known), Ok(0));
    assert_eq!(signed.verify(&known).expect("one verifies").signatures().len(), 1);
}

#[test]
fn a_refusal_tells_its_causes_in_one_line() {
    let error = AddCheckpoint::read(b"old 0\n\nlog\n01\n").expect_err("malformed");
    assert_snapshot!(Response::refused(&error.into()).body, @"the request is malformed: the checkpoint is malformed: the checkpoint is not a signed note: the note has no empty line between text and signatures");
    let error = AddCheckpoint::read(b"old 0\nAAAA\n\nlog\n1\n").expect_err("malformed");
    assert_snapshot!(Response::refused(&error.into()).body, @"the request is malformed: the consistency proof is malformed: line 1 of the proof is not a hash: a hash in base64 has 44 characters, this text has 4");
}

#[test]
fn the_same_checkpoint_again_is_cosigned_again() {
    let seven = Log::of(7);
    let again = AddCheckpoint::new(size(7), nothing(), seven.signed());
    let accepted = again.decide(Some((&keys(), latest(&seven)))).expect("accepted");
    assert_eq!((accepted.before(), accepted.after()), (latest(&seven), latest(&seven)));
    let longer = AddCheckpoint::new(size(7), Log::of(8).consistency(size(7)), seven.signed());
    assert_eq!(longer.decide(Some((&keys(), latest(&seven)))).expect_err("too long").status(), 422);
}

#[test]
fn malformed_requests_are_refused_with_400() {
    let good = request(&Log::of(3), &Log::of(7)).to_string();
    let hash = format!("{}\n", Hash::EMPTY_ROOT);
    let bad = [
        String::new(),
        "\n\n".to_owned(),
        good.replacen("old 3", "old 03", 1),
        good.replacen("old 3", "old -3", 1),
        good.replacen("old 3", "old  3", 1),
        good.replacen("old 3", "Old 3", 1),
        good.replacen("old 3", "old", 1),
        good.replacen("old 3\n", "", 1),
        good.replacen("old 3\n", "old 3\n\n", 1),
        good.replacen("old 3\n", "old 3\r\n", 1),
        good.replacen("old 3\n", "old 3\nnot a hash\n", 1),
        good.replacen("old 3\n", &format!("old 3\n{}", hash.repeat(PROOF_MAX)), 1),
        good.trim_end().to_owned(),
        format!("{good}more\n"),
    ];
    for body in bad {
        let error = AddCheckpoint::read(body.as_bytes()).expect_err("malformed");
        assert_eq!(Refusal::from(error).status(), 400, "{body:?}");
    }
    let long = vec![b'a'; REQUEST_MAX + 1];
    assert!(matches!(AddCheckpoint::read(&long), Err(RequestError::TooLong { .. })));
    let most = format!("old 0\n{}\n{}", hash.repeat(PROOF_MAX), Log::of(7).signed());
    assert_eq!(read(&most).to_string(), most);
    let many = format!("old 0\n{}\n{}", hash.repeat(PROOF_MAX + 1), Log::of(7).signed());
    assert!(matches!(AddCheckpoint::read(many.as_bytes()), Err(RequestError::Proof(_))));
}

#[test]
fn hostile_answers_are_read_as_what_they_are() {
    let read = |status, content_type, body: &[u8]| Answer::read(status, content_type, body);
    assert!(read(200, None, b"").is_err());
    assert!(read(200, None, b"hello\n").is_err());
    assert!(read(200, None, b"\xff").is_err());
    assert!(read(200, None, EXAMPLE_ANSWER.trim_end().as_bytes()).is_err());
    assert!(read(200, None, &EXAMPLE_ANSWER.as_bytes().repeat(5_000)).is_err());
    for body in [b"".as_slice(), b"07\n", b"-1\n", b"1 2\n", b"1\n\n", &[b'1'; 1_000], b"\xff\n"] {
        assert!(read(409, Some(SIZE_CONTENT_TYPE), body).is_err(), "{body:?}");
    }
    assert_eq!(
        read(409, Some("text/x.tlog.size; charset=utf-8"), b"7\n"),
        Ok(Answer::Conflict { latest: size(7) })
    );
    assert_eq!(read(409, Some("text/plain"), b"7\n"), Ok(Answer::Refused { status: 409 }));
    assert_eq!(read(409, None, b"7\n"), Ok(Answer::Refused { status: 409 }));
    assert_eq!(read(500, None, b"7\n"), Ok(Answer::Refused { status: 500 }));
}

/// A log at one size: what it signs, and the proofs from every smaller size.
struct State {
    latest: Latest,
    signed: SignedCheckpoint,
    proofs: Vec<ConsistencyProof>,
}

static HISTORIES: LazyLock<(Vec<State>, Vec<State>)> = LazyLock::new(|| {
    let history = |words: &str| {
        let leaf = |at: u64| Hash::leaf(format!("{} {at}", if at < 4 { "both" } else { words }).as_bytes());
        let mut tree = Naive::of((0..9).map(leaf).collect());
        let states = (0..9).map(|of| {
            let root = tree.hash(0, of);
            let proof =
                |old| ConsistencyProof::make(size(old), size(of), &mut tree).unwrap_or_else(|_| nothing());
            let proofs = (0..9).map(proof).collect();
            State { latest: Latest::new(size(of), root), signed: forged(of, root), proofs }
        });
        states.collect()
    };
    (history("one"), history("other"))
});

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    /// Whatever a log's key signs in whatever order: what was accepted is one history.
    #[test]
    fn whatever_is_asked_the_signed_roots_are_of_one_history(
        asked in prop::collection::vec((0_u64..9, 0_usize..9, any::<bool>()), 1..40)
    ) {
        // Two histories that part after the fourth entry, signed by the same key.
        let (honest, forked) = &*HISTORIES;
        let mut state = Latest::NOTHING;
        let mut signed = Vec::new();
        for (old, new, fork) in asked {
            let to = &(if fork { forked } else { honest })[new];
            let proof = to.proofs.get(usize::try_from(old).expect("small")).cloned().unwrap_or_else(nothing);
            let request = AddCheckpoint::new(size(old), proof, to.signed.clone());
            if let Ok(accepted) = request.decide(Some((&keys(), state))) {
                prop_assert!(accepted.after().size() >= state.size(), "sizes never decrease");
                state = accepted.after();
                signed.push(state);
            }
        }
        let one = |history: &[State]| signed.iter().all(|state| history.iter().any(|of| of.latest == *state));
        prop_assert!(one(honest) || one(forked));
    }

    #[test]
    fn what_reads_as_a_request_is_printed_as_the_same(at in 0..400_usize, byte in any::<u8>()) {
        let mut bytes = SIGSUM_TO_5.as_bytes().to_vec();
        let at = at.min(bytes.len() - 1);
        bytes[at] = byte;
        if let Ok(request) = AddCheckpoint::read(&bytes) {
            prop_assert_eq!(request.to_string().into_bytes(), bytes);
        }
    }
}
