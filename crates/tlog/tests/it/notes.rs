//! Notes, keys, checkpoints and cosignatures: those of others, and hostile ones.

use crate::log::{Log, ORIGIN, Software, time};
use countersign_testkit::openssl::openssl_succeeds;
use countersign_tlog::checkpoint::{Checkpoint, ORIGIN_MAX, Origin, SignedCheckpoint};
use countersign_tlog::cosignature::{Timestamp, cosign};
use countersign_tlog::hash::Hash;
use countersign_tlog::note::{
    BadKey, BadSignature, ED25519_LENGTH, KeyName, KeyRing, NOTE_MAX, NoteError, Refused, SIGNATURES_MAX,
    SignError, SignatureLine, SignatureType, SignedNote, Signer, VerifierKey, VerifyError,
};
use ed25519_dalek::Signer as _;
use ed25519_dalek::SigningKey;
use insta::assert_snapshot;
use proptest::prelude::*;
use std::fs;

/// Go's `sumdb/note`: its example and its test.
const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const PETER_SEED: &str = "gQoUAtUUbI2E8kQzMPVAgOv5juF9nHT2JS/F1ccoMXM=";
const ENOCH: &str = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
const TEXT: &str =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const PETER_LINE: &str = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const ENOCH_LINE: &str = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

/// The key of Go's checksum database, and one of its tree heads.
const SUMDB: &str = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
const SUMDB_HEAD: &str = "go.sum database tree
49189689
ftjbAOzaupaIvaPo/G+Dk63nxOZ2s1OPOKIaPtXs7S4=

— sum.golang.org Az3grlKZssqRoMNPpZfKt0TphbbcF+pzXqElURJKRNFKfaUAgqeI5k2AORH0QAhg/ebRwyIqD/OqP4oLtLnNumvOBAM=
";

/// The example of tlog-cosignature, and that of signed-note; whose keys are not published.
const BEHIND_THE_SOFA: &str = "example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
";
const QUASIMODO: &str = "Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
";

fn ring(keys: &[&str]) -> KeyRing {
    KeyRing::new(keys.iter().map(|key| key.parse().expect("a key"))).expect("different keys")
}

fn note(text: &str) -> SignedNote {
    SignedNote::read(text.as_bytes()).expect("a note")
}

#[test]
fn a_key_has_the_id_that_its_name_type_and_bytes_give() {
    for key in [PETER, ENOCH, SUMDB] {
        assert_eq!(key.parse::<VerifierKey>().expect("a key").to_string(), key);
    }
    let sumdb: VerifierKey = SUMDB.parse().expect("a key");
    assert_eq!((sumdb.name().as_str(), sumdb.id().to_string()), ("sum.golang.org", "033de0ae".to_owned()));
    // The same key for cosignatures is another key with another id.
    let witness = VerifierKey::new(sumdb.name().clone(), SignatureType::CosignatureV1, sumdb.public_key());
    let witness = witness.expect("a key");
    assert_ne!(witness.id(), sumdb.id());
    assert_eq!(witness.to_string().parse(), Ok(witness));
}

#[test]
fn no_mangled_key_is_read() {
    for from in 0..PETER.len() {
        for to in from + 1..=PETER.len() {
            if (from, to) != (0, PETER.len()) {
                assert!(PETER[from..to].parse::<VerifierKey>().is_err(), "{}", &PETER[from..to]);
            }
        }
        let mut bytes = PETER.as_bytes().to_vec();
        bytes[from] += 1;
        let text = String::from_utf8(bytes).expect("ASCII");
        assert!(text.parse::<VerifierKey>().is_err(), "{text}");
    }
}

#[test]
fn unusable_keys_are_refused_with_their_reason() {
    let read = |text: &str| text.parse::<VerifierKey>().expect_err("refused");
    let long = "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==";
    assert_snapshot!(read(long), @r#""PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==" is not a verifier key: write name+id+base64"#);
    assert_snapshot!(read("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"), @"the key PeterNeumann is of type 0x65, supported are 0x01 (Ed25519) and 0x04 (cosignature/v1)");
    assert_snapshot!(read(&PETER.replace("c74f20a3", "c74f20a4")), @"the key PeterNeumann has the id c74f20a3, the text says c74f20a4");
    assert_snapshot!(read(&PETER.replace("Peter", "Peter ")), @r#""Peter Neumann" is no key name: those are not empty and have no spaces, control characters or `+`"#);
    assert_snapshot!(read("PeterNeumann"), @r#""PeterNeumann" is not a verifier key: write name+id+base64"#);
    // The neutral element: anybody can sign for it.
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let name = KeyName::new("anybody").expect("a name");
    let weak = VerifierKey::new(name.clone(), SignatureType::Ed25519, &neutral);
    assert_eq!(weak, Err(BadKey::Unusable { name }));
}

#[test]
fn a_note_of_go_is_opened_and_signed_again_as_the_same_bytes() {
    let text = format!("{TEXT}\n{PETER_LINE}");
    let peter = note(&text);
    assert_eq!(peter.verify(&ring(&[PETER])).expect("verifies").text(), TEXT);
    assert_eq!(peter.to_string(), text);

    struct Peter(VerifierKey, SigningKey);
    impl Signer for Peter {
        fn key(&self) -> &VerifierKey {
            &self.0
        }
        fn sign(&self, message: &[u8]) -> Result<[u8; ED25519_LENGTH], Refused> {
            Ok(self.1.sign(message).to_bytes())
        }
    }
    use base64ct::{Base64, Encoding};
    let seed = Base64::decode_vec(PETER_SEED).expect("base64").try_into().expect("32 bytes");
    let signer = Peter(PETER.parse().expect("a key"), SigningKey::from_bytes(&seed));
    assert_eq!(SignedNote::sign(TEXT, &signer).expect("signs").to_string(), text);
}

#[test]
fn a_tree_head_of_gos_checksum_database_verifies() {
    let head = SignedCheckpoint::read(SUMDB_HEAD.as_bytes()).expect("a checkpoint");
    assert_eq!(head.checkpoint().origin().as_str(), "go.sum database tree");
    assert_eq!(head.checkpoint().size().get(), 49_189_689);
    let verified = head.verify(&ring(&[SUMDB])).expect("verifies");
    assert_eq!((verified.signatures().len(), verified.ignored()), (1, 0));
    let changed = SUMDB_HEAD.replace("49189689", "49189688");
    let changed = SignedCheckpoint::read(changed.as_bytes()).expect("a checkpoint");
    let error = changed.verify(&ring(&[SUMDB])).expect_err("another size");
    assert_snapshot!(error, @"the signature by sum.golang.org (key 033de0ae) does not verify: the key did not sign this text");
}

#[test]
fn the_examples_of_the_specifications_are_read_and_printed_as_the_same() {
    for text in [QUASIMODO, BEHIND_THE_SOFA] {
        assert_eq!(note(text).to_string(), text);
    }
    assert_eq!(note(QUASIMODO).text().lines().last(), Some("ed è subito sera."));
    let sofa = SignedCheckpoint::read(BEHIND_THE_SOFA.as_bytes()).expect("a checkpoint");
    assert_eq!(sofa.to_string(), BEHIND_THE_SOFA);
    // A time of 1679315147 stands in front of the witness's signature.
    let line = &sofa.note().signatures()[1];
    assert_eq!(line.signature().len(), 8 + ED25519_LENGTH);
    assert_eq!(line.signature()[..8], 1_679_315_147_u64.to_be_bytes());
    assert_eq!(line.id().to_string(), "8d66cf3f");
}

#[test]
fn a_checkpoint_text_is_the_one_that_go_writes() {
    let golden = "go.sum database tree\n123456789012\nTszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=\n";
    let checkpoint = Checkpoint::read(golden).expect("a checkpoint");
    assert_eq!(checkpoint.root(), Hash::leaf(b"hello world"));
    assert_eq!(checkpoint.to_string(), golden);
    let extended = format!("{golden}JOE\nand more\n");
    let checkpoint = Checkpoint::read(&extended).expect("with extension lines");
    assert_eq!(checkpoint.extensions(), ["JOE", "and more"]);
    assert_eq!(checkpoint.to_string(), extended);
}

#[test]
fn signatures_by_unknown_keys_are_ignored() {
    let both = note(&format!("{TEXT}\n{PETER_LINE}{ENOCH_LINE}"));
    let verified = both.verify(&ring(&[PETER])).expect("Peter's verifies");
    assert_eq!((verified.signatures().len(), verified.ignored()), (1, 1));
    let verified = both.verify(&ring(&[ENOCH, PETER])).expect("both verify");
    let names: Vec<&str> = verified.signatures().iter().map(|one| one.key().name().as_str()).collect();
    assert_eq!(names, ["PeterNeumann", "EnochRoot"]);
    // The name alone or the id alone make no known key.
    let other_name = PETER_LINE.replace("PeterNeumann", "CarmenSandiego");
    let other_id = PETER_LINE.replace("x08g", "xxxx");
    let strange = note(&format!("{TEXT}\n{other_name}{other_id}{ENOCH_LINE}"));
    assert_eq!(strange.verify(&ring(&[PETER, ENOCH])).expect("Enoch's verifies").ignored(), 2);
}

#[test]
fn a_note_that_nobody_known_signed_is_not_verified() {
    let both = note(&format!("{TEXT}\n{PETER_LINE}{ENOCH_LINE}"));
    assert_snapshot!(both.verify(&ring(&[SUMDB])).expect_err("nobody known"), @r#"of 1 known keys none signed the note; it is signed by "PeterNeumann", "EnochRoot""#);
    assert!(matches!(both.verify(&KeyRing::default()), Err(VerifyError::NoKnownKey { known: 0, .. })));
}

#[test]
fn one_bad_signature_by_a_known_key_spoils_the_note() {
    // Enoch's is good, Peter's is Enoch's text.
    let text = TEXT.replace("cryptography", "typography");
    let bad = note(&format!("{text}\n{PETER_LINE}"));
    assert!(matches!(
        bad.verify(&ring(&[PETER])),
        Err(VerifyError::BadSignature { reason: BadSignature::Mismatch, .. })
    ));
    let longer = format!("{}ABCD{}", &PETER_LINE[..60], &PETER_LINE[60..]);
    let bad = note(&format!("{TEXT}\n{ENOCH_LINE}{longer}"));
    assert_eq!(bad.verify(&ring(&[ENOCH])).expect("Peter is unknown").ignored(), 1);
    let error = bad.verify(&ring(&[ENOCH, PETER])).expect_err("Peter is known");
    assert_snapshot!(error, @"the signature by PeterNeumann (key c74f20a3) does not verify: it has 67 bytes, such a signature has 64");
}

#[test]
fn the_same_signature_twice_counts_once() {
    let twice = note(&format!("{TEXT}\n{PETER_LINE}{PETER_LINE}"));
    assert_eq!(twice.verify(&ring(&[PETER])).expect("verifies").signatures().len(), 1);
    let mut added = note(&format!("{TEXT}\n{PETER_LINE}"));
    added.add(twice.signatures().to_vec()).expect("nothing is added");
    assert_eq!(added.signatures().len(), 1);
}

#[test]
fn two_keys_that_a_line_cannot_tell_apart_make_no_ring() {
    let peter: VerifierKey = PETER.parse().expect("a key");
    let error = KeyRing::new([peter.clone(), peter]).expect_err("twice");
    assert_snapshot!(error, @"two keys are named PeterNeumann and have the id c74f20a3");
}

#[test]
fn malformed_notes_are_refused() {
    let bad = [
        String::new(),
        "\n".to_owned(),
        "\n\n".to_owned(),
        TEXT.to_owned(),
        format!("{TEXT}\n"),
        format!("{TEXT}{PETER_LINE}"),
        format!("{TEXT}\n{}", PETER_LINE.trim_end()),
        format!("\u{1}{TEXT}\n{PETER_LINE}"),
        format!("{}\n{PETER_LINE}", TEXT.replace('\n', "\r\n")),
        format!("{TEXT}\n{}", PETER_LINE.replace("PeterNeumann", "Bad Name")),
        format!("{TEXT}\n{}", PETER_LINE.replace("PeterNeumann", "Bad\u{a0}Name")),
        format!("{TEXT}\n{}", PETER_LINE.replace("PeterNeumann", "Bad+Name")),
        format!("{TEXT}\n{}", PETER_LINE.replace("PeterNeumann ", " ")),
        format!("{TEXT}\n{}", PETER_LINE.replace('—', "-")),
        format!("{TEXT}\n{}", PETER_LINE.replace("— ", "—  ")),
        format!("{TEXT}\n{}", PETER_LINE.replace("nAM=", "nAN=")),
        format!("{TEXT}\n{}", PETER_LINE.replace("nAM=", "nAM")),
        format!("{TEXT}\n{}", PETER_LINE.replace("nAM=", "nAM= ")),
        format!("{TEXT}\n— PeterNeumann x08gow==\n"),
        format!("{TEXT}\n{PETER_LINE}Unexpected line.\n"),
        format!("{TEXT}\n{PETER_LINE}\n"),
        format!("{TEXT}\n{}", PETER_LINE.repeat(SIGNATURES_MAX + 1)),
    ];
    for text in bad {
        assert!(SignedNote::read(text.as_bytes()).is_err(), "{text:?}");
    }
    assert!(SignedNote::read(&[b"\xff", TEXT.as_bytes(), b"\n", PETER_LINE.as_bytes()].concat()).is_err());
    let long = format!("{}\n\n{PETER_LINE}", "a".repeat(NOTE_MAX));
    assert!(matches!(SignedNote::read(long.as_bytes()), Err(NoteError::TooLong { .. })));
    let most = format!("{TEXT}\n{}", PETER_LINE.repeat(SIGNATURES_MAX));
    assert!(SignedNote::read(most.as_bytes()).is_ok());
    let message = |text: &str| SignedNote::read(text.as_bytes()).expect_err("refused").to_string();
    assert_snapshot!(message("no signature\n"), @"the note has no empty line between text and signatures");
    assert_snapshot!(message("a\u{7}b\n\n— x x08gowAA\n"), @"the note holds the control character 0x07 at byte 1");
}

#[test]
fn malformed_checkpoints_are_refused() {
    let root = "TszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=";
    let bad = [
        "log\n1\n".to_owned(),
        format!("\n1\n{root}\n"),
        format!("log\n01\n{root}\n"),
        format!("log\n+1\n{root}\n"),
        format!("log\n-1\n{root}\n"),
        format!("log\n0x1\n{root}\n"),
        format!("log\n\n{root}\n"),
        format!("log\n4611686018427387905\n{root}\n"),
        format!("log\n1\n{root}"),
        format!("log\n1\n{root}\n\n"),
        format!("log\n1\n{root}\n\nextension\n"),
        format!("log\n1\n {root}\n"),
        format!("log\n1\n{}\n", root.replace("Bb0=", "Bb1=")),
        format!("log\n1\n{}\n", root.replace('=', "")),
        format!("log\n1\n{}\n", root.replace('+', "-")),
        "log\n1\nAAAA\n".to_owned(),
        format!("{}\n1\n{root}\n", "a".repeat(ORIGIN_MAX + 1)),
        format!("l\tog\n1\n{root}\n"),
    ];
    for text in bad {
        assert!(Checkpoint::read(&text).is_err(), "{text:?}");
    }
    assert!(Checkpoint::read(&format!("{}\n0\n{root}\n", "é".repeat(127))).is_ok());
    assert!(Checkpoint::read(&format!("example log+origin\n1\n{root}\n")).is_ok());
}

#[test]
fn a_cosignature_verifies_for_its_text_key_and_time_alone() {
    let (checkpoint, witness) = (Log::of(5).checkpoint(), Software::witness("witness.example/w1"));
    let line = cosign(&checkpoint, &witness, time(1_679_315_147)).expect("cosigns");
    let known = KeyRing::new([witness.verifier()]).expect("one key");
    let text = format!("{checkpoint}\n{line}");
    let verified = note(&text);
    let verified = verified.verify(&known).expect("verifies");
    assert_eq!(verified.signatures()[0].time(), Some(time(1_679_315_147)));

    let other = note(&format!("{}\n{line}", Log::of(6).checkpoint()));
    assert!(matches!(other.verify(&known), Err(VerifyError::BadSignature { .. })));
    let mut bytes = line.signature().to_vec();
    bytes[7] ^= 1;
    assert_eq!(witness.key().verify(&checkpoint.to_string(), &bytes), Err(BadSignature::Mismatch));
    bytes[0] = 0x80;
    let beyond = witness.key().verify(&checkpoint.to_string(), &bytes).expect_err("beyond 2^63");
    assert_snapshot!(beyond, @"its time is 9223372038534090954, more than 9223372036854775807");
    let short = witness.key().verify(&checkpoint.to_string(), &bytes[..64]).expect_err("short");
    assert_snapshot!(short, @"it has 64 bytes, such a signature has 72");
    assert!(Timestamp::new(1 << 63).is_err());
}

#[test]
fn a_key_signs_only_what_it_is_for() {
    let checkpoint = Log::of(1).checkpoint();
    let error = cosign(&checkpoint, &Software::log(ORIGIN), time(1)).expect_err("a log's key");
    assert_snapshot!(error, @"kravonia.example/record is a key for notes (Ed25519), this asks for cosignatures (cosignature/v1)");
    let error = checkpoint.sign(&Software::witness("w")).expect_err("a witness's key");
    assert_snapshot!(error, @"w is a key for cosignatures (cosignature/v1), this asks for notes (Ed25519)");
    assert_eq!(cosign(&checkpoint, &Software::witness("w"), time(0)), Err(SignError::NoTime));
}

#[test]
fn what_a_faulty_key_signs_is_not_handed_out() {
    struct Faulty(Software);
    impl Signer for Faulty {
        fn key(&self) -> &VerifierKey {
            self.0.key()
        }
        fn sign(&self, message: &[u8]) -> Result<[u8; ED25519_LENGTH], Refused> {
            let mut signature = self.0.sign(message)?;
            signature[5] ^= 1;
            Ok(signature)
        }
    }
    struct Absent(Software);
    impl Signer for Absent {
        fn key(&self) -> &VerifierKey {
            self.0.key()
        }
        fn sign(&self, _: &[u8]) -> Result<[u8; ED25519_LENGTH], Refused> {
            Err(Refused { reason: "the card was removed".to_owned() })
        }
    }
    let checkpoint = Log::of(1).checkpoint();
    assert!(matches!(checkpoint.sign(&Faulty(Software::log("a"))), Err(SignError::Faulty { .. })));
    let witness = Faulty(Software::witness("w"));
    assert!(matches!(cosign(&checkpoint, &witness, time(1)), Err(SignError::Faulty { .. })));
    let absent = checkpoint.sign(&Absent(Software::log("a")));
    assert!(matches!(absent, Err(SignError::Refused { .. })));
    for text in ["", "no newline", "tab\there\n"] {
        assert!(matches!(SignedNote::sign(text, &Software::log("a")), Err(SignError::Text(_))), "{text:?}");
    }
}

#[test]
fn openssl_accepts_our_cosignature_and_we_accept_openssls() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let pem = ["genpkey", "-algorithm", "ed25519", "-out", "key.pem"];
    if openssl_succeeds(folder.path(), &pem).is_none() {
        return;
    }
    openssl_succeeds(folder.path(), &["pkey", "-in", "key.pem", "-outform", "DER", "-out", "key.der"]);
    openssl_succeeds(
        folder.path(),
        &["pkey", "-in", "key.pem", "-pubout", "-outform", "DER", "-out", "pub.der"],
    );
    // PKCS#8 and SPKI of Ed25519 (RFC 8410) end in the 32 bytes.
    let last_32 = |name: &str| -> [u8; 32] {
        let der = fs::read(path(name)).expect("DER");
        der[der.len() - 32..].try_into().expect("32 bytes")
    };
    let name = KeyName::new("openssl.example").expect("a name");
    let key = VerifierKey::new(name, SignatureType::CosignatureV1, &last_32("pub.der")).expect("a key");
    struct Exported(VerifierKey, SigningKey);
    impl Signer for Exported {
        fn key(&self) -> &VerifierKey {
            &self.0
        }
        fn sign(&self, message: &[u8]) -> Result<[u8; ED25519_LENGTH], Refused> {
            Ok(self.1.sign(message).to_bytes())
        }
    }
    let signer = Exported(key.clone(), SigningKey::from_bytes(&last_32("key.der")));
    let checkpoint = Log::of(7).checkpoint();
    let message = format!("cosignature/v1\ntime 1764000000\n{checkpoint}");
    fs::write(path("message"), message).expect("written");

    let ours = cosign(&checkpoint, &signer, time(1_764_000_000)).expect("cosigns");
    fs::write(path("ours.sig"), &ours.signature()[8..]).expect("written");
    let verify =
        ["pkeyutl", "-verify", "-inkey", "key.pem", "-rawin", "-in", "message", "-sigfile", "ours.sig"];
    openssl_succeeds(folder.path(), &verify);

    let sign = ["pkeyutl", "-sign", "-inkey", "key.pem", "-rawin", "-in", "message", "-out", "theirs.sig"];
    openssl_succeeds(folder.path(), &sign);
    let mut theirs = 1_764_000_000_u64.to_be_bytes().to_vec();
    theirs.extend(fs::read(path("theirs.sig")).expect("a signature"));
    assert_eq!(key.verify(&checkpoint.to_string(), &theirs), Ok(Some(time(1_764_000_000))));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn what_is_signed_reads_as_the_same_and_verifies(lines in prop::collection::vec("[^\\x00-\\x1f]{0,12}", 1..5)) {
        let text = lines.join("\n") + "\n";
        let signer = Software::log(ORIGIN);
        let signed = SignedNote::sign(&text, &signer).expect("signs");
        let read = SignedNote::read(signed.to_string().as_bytes()).expect("reads");
        prop_assert_eq!(&read, &signed);
        prop_assert_eq!(read.text(), &text);
        let known = KeyRing::new([signer.verifier()]).expect("one key");
        prop_assert!(read.verify(&known).is_ok());
    }

    #[test]
    fn what_reads_as_a_note_is_printed_as_the_same(at in 0..250_usize, byte in any::<u8>(), cut in 0..250_usize) {
        let mut bytes = format!("{TEXT}\n{PETER_LINE}").into_bytes();
        let at = at.min(bytes.len() - 1);
        bytes[at] = byte;
        bytes.truncate(bytes.len() - cut.saturating_sub(200));
        if let Ok(note) = SignedNote::read(&bytes) {
            prop_assert_eq!(note.to_string().into_bytes(), bytes);
        }
    }

    #[test]
    fn what_reads_as_a_checkpoint_is_printed_as_the_same(
        origin in "[^\\x00-\\x1f]{1,20}", size in 0..=1_u64 << 62, more in prop::collection::vec("[^\\x00-\\x1f]{1,9}", 0..3)
    ) {
        let size = countersign_tlog::size::TreeSize::new(size).expect("a size");
        let plain = Checkpoint::new(Origin::new(&origin).expect("an origin"), size, Hash::leaf(b"root"));
        let text = more.iter().fold(plain.to_string(), |text, line| text + line + "\n");
        let read = Checkpoint::read(&text).expect("reads");
        prop_assert_eq!(read.to_string(), text);
        prop_assert_eq!(read.extensions(), more);
    }

    #[test]
    fn hostile_signature_lines_are_refused_or_printed_as_the_same(line in "(— )?[a-z +.]{0,6} [A-Za-z0-9+/=]{0,14}") {
        if let Ok(read) = SignatureLine::read(&line) {
            prop_assert_eq!(read.to_string(), format!("{line}\n"));
        }
    }
}
