//! What records show of a dossier, and what they don't.

use std::fmt::Write as _;

use countersign_agreement::record::Salt;
use countersign_authority::model::name::Digest;
use countersign_tlog::note::SignatureType;
use countersign_tlog::size::LeafIndex;
use countersign_verify::bundle::{Bundle, Manifest, read, write};
use countersign_verify::record::{Completeness, Fork, Incomplete, KnownAt, RecordEvidence, Unproven};
use proptest::prelude::*;

use crate::keeper::{Keeper, OURS, Software, THEIRS, WITNESSES, trust};

const KINDS: [(&str, &str); 6] = [
    ("mandate", r#""says":"talk""#),
    ("note", r#""says":"a thought""#),
    ("comment", r#""says":"too long""#),
    ("refuse", r#""says":"no""#),
    ("note", r#""says":"another""#),
    ("sign", r#""text":"sha256:a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1""#),
];

fn act(number: usize) -> Vec<u8> {
    let (kind, body) = KINDS[number - 1];
    format!(
        "{{\"at\":\"2026-03-0{number}T10:00:00Z\",\"body\":{{{body}}},\"by\":{{\"capacity\":\"MFA\",\
         \"person\":\"dahl\",\"under\":null}},\"dossier\":\"talks\",\"kind\":\"{kind}\",\"matter\":null,\
         \"on_behalf_of\":\"RUR\",\"seen\":null,\"v\":1,\"visibility\":\"public\",\"with\":[\"KRA\"]}}"
    )
    .into_bytes()
}

/// Six acts in two batches, recorded by us and by the other side.
struct Scene {
    bundle: Bundle,
    ours: Keeper,
    theirs: Keeper,
}

fn scene() -> Scene {
    let parties = vec!["RUR".into(), "KRA".into()];
    let origin = Some(OURS.to_owned());
    let mut bundle = Bundle::new(Manifest { id: "talks".into(), title: "Talks".into(), parties, origin });
    for number in 1..=6 {
        bundle.push_act(act(number), format!("signature {number}").into_bytes());
    }
    let acts: Vec<(&[u8], &[u8])> =
        bundle.acts.iter().map(|act| (act.json.as_slice(), act.p7s.as_slice())).collect();
    let (mut ours, mut theirs) = (Keeper::new(OURS, 2), Keeper::new(THEIRS, 1));
    ours.admit("talks", &acts[..2]);
    ours.entries.push([99; 32]);
    ours.admit("talks", &acts[2..]);
    // The other side was given two of them.
    theirs.admit("talks", &acts[2..4]);
    let mut scene = Scene { bundle: bundle.clone(), ours, theirs };
    scene.give();
    scene
}

impl Scene {
    fn give(&mut self) {
        self.ours.give(&mut self.bundle);
        self.theirs.give(&mut self.bundle);
    }

    /// Takes acts out.
    fn without(mut self, numbers: &[u32]) -> Self {
        let gone = |number| numbers.contains(&number);
        let ids: Vec<Digest> =
            self.bundle.acts.iter().filter(|act| gone(act.number)).map(|act| act.id).collect();
        self.bundle.acts.retain(|act| !gone(act.number));
        for record in self.bundle.records.values_mut() {
            record.acts.retain(|id, _| !ids.contains(id));
        }
        self
    }

    fn own(&mut self) -> &mut countersign_verify::bundle::BundledRecord {
        self.bundle.records.get_mut(&self.ours.origin).expect("our record")
    }
}

fn examined(scene: &Scene) -> RecordEvidence {
    let bundle = read(&write(&scene.bundle).expect("a bundle")).expect("reads");
    RecordEvidence::examine(&bundle, &trust(&[OURS, THEIRS], 2))
}

/// A message with its hashes cut, so that it can be read.
fn short(text: &str) -> String {
    let cut = |word: &str| match word.trim_end_matches(',').len() {
        44 => format!("{}…", &word[..6]),
        _ => word.to_owned(),
    };
    text.split(' ').map(cut).collect::<Vec<_>>().join(" ")
}

fn completeness(evidence: &RecordEvidence) -> String {
    match evidence.own().expect("our record").completeness() {
        Completeness::CompleteTo(head) => {
            format!("complete to {}, at {}", head.number(), head.proven().included().index())
        }
        Completeness::Withheld { head, numbers, bearing } => {
            format!("{numbers:?} of {} withheld, {bearing:?} bear", head.number())
        }
        Completeness::Unproven(reason) => short(&reason.to_string()),
    }
}

#[test]
fn a_whole_dossier_is_complete_and_witnessed_in_our_record_and_included_in_theirs() {
    let evidence = examined(&scene());
    assert_eq!(completeness(&evidence), "complete to 6, at 13");
    let mut said = String::new();
    for testimony in evidence.own().into_iter().chain(evidence.others()) {
        for act in testimony.acts() {
            let index = act.state().index().map(LeafIndex::get);
            writeln!(
                said,
                "{} act {} place {:?}: {} {index:?}",
                testimony.origin(),
                act.number(),
                act.place(),
                act.state().word(),
            )
            .expect("writes");
        }
    }
    insta::assert_snapshot!(said, @"
    ruritania.example/record act 1 place Some(1): witnessed Some(5)
    ruritania.example/record act 2 place Some(2): witnessed Some(6)
    ruritania.example/record act 3 place Some(3): witnessed Some(9)
    ruritania.example/record act 4 place Some(4): witnessed Some(10)
    ruritania.example/record act 5 place Some(5): witnessed Some(11)
    ruritania.example/record act 6 place Some(6): witnessed Some(12)
    kravonia.example/record act 1 place None: none None
    kravonia.example/record act 2 place None: none None
    kravonia.example/record act 3 place Some(1): included Some(5)
    kravonia.example/record act 4 place Some(2): included Some(6)
    kravonia.example/record act 5 place None: none None
    kravonia.example/record act 6 place None: none None
    ");
    let theirs = &evidence.others()[0];
    assert!(matches!(theirs.completeness(), Completeness::CompleteTo(head) if head.number() == 2));
    assert!(evidence.is_witnessed(3) && evidence.forks().next().is_none() && theirs.lies().is_empty());
}

#[test]
fn withheld_acts_are_numbered_and_those_that_bear_told_apart() {
    for (gone, said) in [
        (vec![2], "[2] of 6 withheld, [] bear"),
        (vec![2, 5], "[2, 5] of 6 withheld, [] bear"),
        (vec![4], "[4] of 6 withheld, [4] bear"),
        (vec![2, 4, 6], "[2, 4, 6] of 6 withheld, [4, 6] bear"),
        (vec![1, 2, 3, 4, 5, 6], "[1, 2, 3, 4, 5, 6] of 6 withheld, [1, 3, 4, 6] bear"),
    ] {
        let evidence = examined(&scene().without(&gone));
        assert_eq!(completeness(&evidence), said, "without {gone:?}");
    }
    // Their record has what was given to it, and one of these is withheld.
    let evidence = examined(&scene().without(&[4]));
    let theirs = evidence.others()[0].completeness();
    assert!(matches!(theirs, Completeness::Withheld { numbers, .. } if *numbers == [2]));
}

type Spoil = fn(&mut Scene);

#[test]
fn a_chain_that_shows_nothing_says_why() {
    let table: &[(&str, Spoil)] = &[
        ("no links", |s| *s.own() = Default::default()),
        ("no head", |s| s.own().head = None),
        ("head is no proof", |s| s.own().head = Some(b"c2sp.org/tlog-proof@v1\n".to_vec())),
        ("head of another record", |s| s.own().head = Some(s.theirs.proof(s.theirs.head))),
        ("head at another index", |s| s.own().head = Some(s.ours.proof(3))),
        ("head of before", |s| s.own().head = Some(s.ours.proof(7))),
        ("last link left out", |s| {
            s.own().links.pop();
            s.bundle.acts.pop();
        }),
        ("a link exchanged", |s| s.own().links[1].bears = true),
        ("the last link exchanged", |s| s.own().links[5].bears = false),
        ("another dossier's link", |s| s.own().links[2].dossier = "other".into()),
        ("no salt", |s| s.bundle.acts[3].salt = None),
        ("another salt", |s| s.bundle.acts[3].salt = Some(Salt::new([1; 32]))),
        ("another signature", |s| s.bundle.acts[3].p7s.push(0)),
        ("acts exchanged", |s| {
            let acts = &mut s.bundle.acts;
            acts.swap(1, 3);
            (acts[1].number, acts[3].number) = (2, 4);
        }),
        ("an untrusted log", |s| {
            let mallory = Software::seeded(OURS, "mallory", SignatureType::Ed25519);
            s.own().head = Some(s.ours.proof_by(s.ours.head, &mallory));
        }),
    ];
    let mut said = String::new();
    for (what, spoil) in table {
        let mut scene = scene();
        spoil(&mut scene);
        let evidence = examined(&scene);
        assert!(evidence.own().expect("ours").completeness().head().is_none(), "{what}");
        writeln!(said, "{what}: {}", completeness(&evidence)).expect("writes");
    }
    insta::assert_snapshot!(said, @r#"
    no links: the bundle has no links of this record; ask for an export with `links.jsonl`
    no head: nothing shows that link 6, the last, is in the record: `head.tlog-proof` is missing
    head is no proof: link 6, the last, is not shown to be in the record: its proof can't be read: the proof file has no empty line before the checkpoint; ask for a fresh export
    head of another record: link 6, the last, is not shown to be in the record: its proof is of the record "kravonia.example/record", not of "ruritania.example/record"; ask for a fresh export
    head at another index: link 6, the last, is not shown to be in the record: the leaf is not included: the proof leads from leaf 3 to the root bqFYUs… the tree's is 7RfCmL…
    head of before: link 6, the last, is not shown to be in the record: the leaf is not included: the proof leads from leaf 7 to the root WOlISR… the tree's is 7RfCmL…
    last link left out: link 5, the last, is not shown to be in the record: the leaf is not included: the proof leads from leaf 13 to the root CtVIL1… the tree's is 7RfCmL…
    a link exchanged: link 3 does not follow the one before it: links were exchanged; ask for a fresh export
    the last link exchanged: link 6, the last, is not shown to be in the record: the leaf is not included: the proof leads from leaf 13 to the root Jj/O4k… the tree's is 7RfCmL…
    another dossier's link: link 3 is of dossier other, not of talks; ask for a fresh export
    no salt: act 4 has no salt, so nothing shows that it is the act that link 4 commits to
    another salt: act 4 is not the act that the record's links commit to; ask for a fresh export
    another signature: act 4 is not the act that the record's links commit to; ask for a fresh export
    acts exchanged: act 2 is not the act that the record's links commit to; ask for a fresh export
    an untrusted log: link 6, the last, is not shown to be in the record: the checkpoint is not trusted: the checkpoint of ruritania.example/record is not signed by that log's key
    "#);
}

#[test]
fn a_proof_that_shows_nothing_says_why_and_others_stand() {
    let table: &[(&str, Spoil)] = &[
        ("no proof", |s| s.bundle.acts[1].tlog_proof = None),
        ("no salt", |s| s.bundle.acts[1].salt = None),
        ("no proof file", |s| s.bundle.acts[1].tlog_proof = Some(vec![0xff])),
        ("another act's", |s| s.bundle.acts[1].tlog_proof = Some(s.ours.proof(s.ours.places[2]))),
        ("another index", |s| {
            let text = String::from_utf8(s.ours.proof(s.ours.places[1])).expect("text");
            s.bundle.acts[1].tlog_proof = Some(text.replace("index 6", "index 7").into_bytes());
        }),
        ("an index beyond", |s| {
            let text = String::from_utf8(s.ours.proof(s.ours.places[1])).expect("text");
            s.bundle.acts[1].tlog_proof = Some(text.replace("index 6", "index 600").into_bytes());
        }),
        ("another record's", |s| s.bundle.acts[1].tlog_proof = Some(s.theirs.proof(6))),
        ("another key", |s| {
            let mallory = Software::seeded(OURS, "mallory", SignatureType::Ed25519);
            s.bundle.acts[1].tlog_proof = Some(s.ours.proof_by(6, &mallory));
        }),
        ("another salt", |s| s.bundle.acts[1].salt = Some(Salt::new([1; 32]))),
        ("another signature", |s| s.bundle.acts[1].p7s.push(0)),
    ];
    let mut said = String::new();
    for (what, spoil) in table {
        let mut scene = scene();
        spoil(&mut scene);
        let evidence = examined(&scene);
        let act = evidence.act(2).expect("act 2");
        let reason = match act.state() {
            countersign_verify::record::RecordState::Unproven(reason) => short(&reason.to_string()),
            other => other.word().to_owned(),
        };
        assert!(!act.state().is_witnessed() && act.state().index().is_none(), "{what}");
        assert!(evidence.act(1).expect("act 1").state().is_witnessed(), "{what}");
        writeln!(said, "{what}: {reason}").expect("writes");
    }
    insta::assert_snapshot!(said, @r#"
    no proof: none
    no salt: its salt is missing, without which nobody can tell what its entry is; ask for a fresh export
    no proof file: its proof can't be read: the proof file does not begin with the line c2sp.org/tlog-proof@v1; ask for a fresh export
    another act's: the leaf is not included: the proof leads from leaf 9 to the root 4u3j6k… the tree's is 7RfCmL…
    another index: the leaf is not included: the proof leads from leaf 7 to the root OFQ7Dc… the tree's is 7RfCmL…
    an index beyond: the leaf is not included: a tree of 14 leaves has no leaf 600
    another record's: its proof is of the record "kravonia.example/record", not of "ruritania.example/record"; ask for a fresh export
    another key: the checkpoint is not trusted: the checkpoint of ruritania.example/record is not signed by that log's key
    another salt: the leaf is not included: the proof leads from leaf 6 to the root 2iO2cv… the tree's is 7RfCmL…
    another signature: the leaf is not included: the proof leads from leaf 6 to the root 712dXb… the tree's is 7RfCmL…
    "#);
}

#[test]
fn nothing_is_shown_to_a_reader_who_trusts_no_log() {
    let evidence = RecordEvidence::examine(&scene().bundle, &trust(&[], 2));
    insta::assert_snapshot!(completeness(&evidence), @r#"link 6, the last, is not shown to be in the record: the checkpoint is not trusted: the policy trusts no log "ruritania.example/record""#);
    let states: Vec<&str> =
        evidence.own().expect("ours").acts().iter().map(|act| act.state().word()).collect();
    assert_eq!(states, ["unproven"; 6]);
}

/// A policy that asks for no witness makes nobody a witness: what demands `witnessed` must not be met by it.
#[test]
fn witnessed_is_what_the_readers_quorum_saw() {
    for (witnesses, quorum, word) in [
        (2, 2, "witnessed"),
        (1, 1, "witnessed"),
        (1, 2, "included"),
        (0, 1, "included"),
        (2, 0, "included"),
        (0, 0, "included"),
    ] {
        let mut scene = scene();
        scene.ours.witnesses = witnesses;
        scene.give();
        let evidence = RecordEvidence::examine(&scene.bundle, &trust(&[OURS], quorum));
        let words: Vec<&str> =
            evidence.own().expect("ours").acts().iter().map(|act| act.state().word()).collect();
        assert_eq!(words, [word; 6], "{witnesses} of {} sign, {quorum} asked for", WITNESSES.len());
        assert_eq!(evidence.is_witnessed(1), word == "witnessed");
    }
}

/// Whoever keeps the record says of each act whether it could matter. Shown acts hold him to that.
#[test]
fn a_keeper_who_lied_about_what_bears_is_believed_about_nothing_withheld() {
    let mut scene = scene();
    let mut ours = Keeper::new(OURS, 2);
    let acts: Vec<(Vec<u8>, Vec<u8>)> =
        scene.bundle.acts.iter().map(|act| (act.json.clone(), act.p7s.clone())).collect();
    for (at, (json, p7s)) in acts.iter().enumerate() {
        ours.admit("talks", &[(json, p7s)]);
        if at == 0 {
            // A mandate that couldn't matter.
            ours.links[0].bears = false;
            ours.entries[ours.head] = ours.links[0].digest().0;
        }
    }
    scene.ours = ours;
    scene.give();
    let evidence = examined(&scene.without(&[2, 5]));
    assert_eq!(completeness(&evidence), "[2, 5] of 6 withheld, [2, 5] bear");
    let lies: Vec<String> = evidence.own().expect("ours").lies().iter().map(ToString::to_string).collect();
    assert_eq!(lies, ["the record says that act 1 can't change a verdict; a mandate can"]);
}

#[test]
fn a_head_from_before_its_acts_shows_no_completeness() {
    let mut scene = scene();
    // The head's entry is written first, as if acts could be put in behind it.
    let (head, act) = (scene.ours.head, scene.ours.places[5]);
    scene.ours.entries.swap(head, act);
    (scene.ours.head, scene.ours.places[5]) = (act, head);
    scene.give();
    insta::assert_snapshot!(completeness(&examined(&scene)), @"act 6 has index 13, link 6 is in the record at 12: a link comes after its act");
    // Two acts in one order by number, in another by index.
    let mut scene = self::scene();
    scene.ours.entries.swap(5, 6);
    scene.ours.places.swap(0, 1);
    scene.give();
    insta::assert_snapshot!(completeness(&examined(&scene)), @"act 1 has index 6, and act 2, which comes after it, has 5");
}

#[test]
fn a_forked_log_gives_itself_away_within_one_bundle() {
    let mut scene = scene();
    // One proof is from a log that goes on another way.
    let mut forked = scene.ours.clone();
    forked.entries[8] = [77; 32];
    scene.bundle.acts[0].tlog_proof = Some(forked.proof(5));
    scene.bundle.acts[1].tlog_proof = Some(forked.proof(6));
    let evidence = examined(&scene);
    let forks: Vec<String> = evidence.forks().map(ToString::to_string).collect();
    assert_eq!(forks.len(), 1, "one for each size: {forks:?}");
    assert!(forks[0].starts_with("ruritania.example/record signed two trees of 14 leaves: root "));
    // Anybody can write such a checkpoint with another key: that shows nothing.
    let mallory = Software::seeded(OURS, "mallory", SignatureType::Ed25519);
    scene.bundle.acts[0].tlog_proof = Some(forked.proof_by(5, &mallory));
    scene.bundle.acts[1].tlog_proof = Some(scene.ours.proof(6));
    assert_eq!(examined(&scene).forks().count(), 0);
    // Another size, and another entry at an index that is proven already.
    forked.entries.push([0; 32]);
    forked.entries[13] = forked.entries[5];
    scene.bundle.acts[0].tlog_proof = Some(forked.proof(13));
    let evidence = examined(&scene);
    let forks: Vec<String> = evidence.forks().map(ToString::to_string).collect();
    assert_eq!(forks, ["ruritania.example/record has two entries at index 13: act 1 and the head"]);
}

#[test]
fn two_exports_with_two_links_of_one_number_show_a_fork() {
    let (one, mut other) = (scene(), scene());
    assert_eq!(examined(&one).contradictions(&examined(&other)), []);
    let acts: Vec<(Vec<u8>, Vec<u8>)> =
        other.bundle.acts.iter().map(|act| (act.json.clone(), act.p7s.clone())).collect();
    let mut forked = Keeper::new(OURS, 2);
    // The third act is another one, and the log is longer.
    let acts: Vec<(&[u8], &[u8])> =
        acts.iter().map(|(json, p7s)| (json.as_slice(), p7s.as_slice())).collect();
    forked.admit("talks", &acts[..2]);
    forked.admit("talks", &[acts[5], acts[4], acts[3]]);
    forked.entries.extend([[1; 32], [2; 32], [3; 32]]);
    other.ours = forked;
    other.bundle.acts.truncate(2);
    for record in other.bundle.records.values_mut() {
        *record = Default::default();
    }
    other.ours.give(&mut other.bundle);
    let found = examined(&one).contradictions(&examined(&other));
    assert!(
        found.iter().any(|fork| matches!(fork, Fork::Links { number: 3, .. })),
        "the third link differs: {found:?}"
    );
}

#[test]
fn known_at_an_index_are_the_acts_proven_to_be_there() {
    let mut scene = scene();
    scene.bundle.acts[4].tlog_proof = None;
    let evidence = examined(&scene);
    let at = |index| evidence.own().expect("ours").known_at(LeafIndex::new(index).expect("an index"));
    let known = |known: &[u32], later: &[u32]| KnownAt {
        known: known.to_vec(),
        later: later.to_vec(),
        unknown: vec![5],
    };
    assert_eq!(at(0), known(&[], &[1, 2, 3, 4, 6]));
    assert_eq!(at(5), known(&[1], &[2, 3, 4, 6]));
    assert_eq!(at(8), known(&[1, 2], &[3, 4, 6]));
    assert_eq!(at(9), known(&[1, 2, 3], &[4, 6]));
    assert_eq!(at(1_000), known(&[1, 2, 3, 4, 6], &[]));
}

#[test]
fn proofs_beside_acts_of_a_bundle_that_names_no_record_show_nothing() {
    let mut scene = scene();
    scene.bundle.manifest.origin = None;
    scene.bundle.records.clear();
    let evidence = examined(&scene);
    assert!(evidence.own().is_none() && evidence.others().is_empty());
    assert_eq!(evidence.unplaced(), [1, 2, 3, 4, 5, 6]);
    assert!(!evidence.is_witnessed(1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever is left out, the numbers told are those left out: nothing passes for complete.
    #[test]
    fn what_is_left_out_is_told_to_the_number(mask in 0..64_u8) {
        let gone: Vec<u32> = (1..=6).filter(|number| mask >> (number - 1) & 1 == 1).collect();
        let evidence = examined(&scene().without(&gone));
        let told = match evidence.own().expect("ours").completeness() {
            Completeness::CompleteTo(_) => vec![],
            Completeness::Withheld { numbers, .. } => numbers.clone(),
            Completeness::Unproven(reason) => panic!("{reason}"),
        };
        prop_assert_eq!(told, gone);
    }

    /// A byte changed in any file of the record or of an act: nothing is proven that wasn't, and what is called complete has
    /// every act.
    #[test]
    fn a_changed_byte_proves_nothing_new(
        which in 0..4_usize,
        act in 0..6_usize,
        at in any::<prop::sample::Index>(),
        bit in 0..8_u8,
    ) {
        let mut scene = scene();
        let flip = |bytes: &mut [u8]| {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
        };
        match which {
            0 => flip(scene.bundle.acts[act].tlog_proof.as_mut().expect("a proof")),
            1 => {
                let mut salt = *scene.bundle.acts[act].salt.expect("a salt").as_bytes();
                flip(&mut salt);
                scene.bundle.acts[act].salt = Some(Salt::new(salt));
            }
            2 => flip(&mut scene.bundle.acts[act].p7s),
            _ => flip(scene.own().head.as_mut().expect("a head")),
        }
        let evidence = examined(&scene);
        let ours = evidence.own().expect("ours");
        let changed = u32::try_from(act + 1).expect("small");
        match which {
            // A changed cosignature leaves an act included, a changed line of an unknown key changes nothing.
            0 | 3 => {}
            _ => {
                prop_assert_eq!(evidence.act(changed).expect("an act").state().index(), None);
                let unproven = matches!(ours.completeness(),
                    Completeness::Unproven(Incomplete::OtherAct { number }) if *number == changed);
                prop_assert!(unproven);
            }
        }
        for act in ours.acts().iter().filter(|act| act.number() != changed) {
            prop_assert!(act.state().is_witnessed());
        }
        // Whatever is still proven is at the place where it was.
        let index = evidence.act(changed).expect("an act").state().index().map(LeafIndex::get);
        prop_assert!(index.is_none_or(|index| index == scene.ours.places[act] as u64));
        prop_assert!(ours.forks().is_empty() && ours.lies().is_empty());
    }
}

#[test]
fn reasons_are_values_to_be_matched() {
    let mut scene = scene();
    scene.own().head = Some(scene.theirs.proof(scene.theirs.head));
    let evidence = examined(&scene);
    assert!(matches!(
        evidence.own().expect("ours").completeness(),
        Completeness::Unproven(Incomplete::Head { number: 6, reason: Unproven::OtherOrigin { .. } })
    ));
}
