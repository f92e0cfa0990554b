//! Signed acts: every kind reads, has one canonical form (RFC 8785), and refuses what it does not know.

use countersign_agreement::kind::{Field, Kind, Shape};
use countersign_agreement::signed::SignedAct;
use proptest::prelude::*;

use crate::{TEXT, act};

/// A member of a body that its shape accepts.
fn sample(field: &Field) -> String {
    let value = match field.shape {
        Shape::Words => "\"words\"".to_owned(),
        Shape::Digest | Shape::Act => format!("\"{TEXT}\""),
        Shape::Amount => "{\"currency\":\"EUR\",\"value\":\"8000000\"}".to_owned(),
        Shape::Party => "\"KRA\"".to_owned(),
        Shape::Office | Shape::Actor => "\"MFA\"".to_owned(),
        Shape::Actors => "[\"MFA\",\"dahl\"]".to_owned(),
        Shape::Id => "\"FP7\"".to_owned(),
        Shape::Parties => "[\"RUR\",\"KRA\"]".to_owned(),
        Shape::Verbs => "[\"sign\",\"initial\"]".to_owned(),
        Shape::Qualifier => "\"ad-referendum\"".to_owned(),
        Shape::Period => "\"quarter\"".to_owned(),
        Shape::Moment => "\"2026-05-02T00:00:00Z\"".to_owned(),
        Shape::Number => "1".to_owned(),
        Shape::Flag => "true".to_owned(),
        Shape::Sets => "[{\"quantity\":\"enrichment\",\"unit\":\"percent\",\"value\":\"60\"}]".to_owned(),
        Shape::Notices => "[{\"at\":\"2026-05-06T00:00:00Z\",\"to\":\"KRA\"}]".to_owned(),
    };
    format!("\"{}\":{value}", field.name)
}

fn body(fields: &[&Field]) -> String {
    fields.iter().map(|field| sample(field)).collect::<Vec<_>>().join(",")
}

fn of_kind(kind: Kind, fields: &[&Field]) -> String {
    act(kind.word(), "RUR", "2026-03-02T10:00:00Z", &body(fields))
}

#[test]
fn every_kind_reads_with_all_its_fields_and_has_one_canonical_form() {
    for (kind, word) in Kind::WORDS {
        let all: Vec<&Field> = kind.fields().iter().filter(|field| field.name != "general").collect();
        let json = of_kind(*kind, &all);
        let read =
            SignedAct::read_any(json.as_bytes()).unwrap_or_else(|error| panic!("{word}: {error}\n{json}"));
        assert_eq!((read.kind, &*read.dossier), (*kind, "talks"));
        let canonical = read.canonical();
        let again = SignedAct::read(&canonical).unwrap_or_else(|error| panic!("{word}: {error}"));
        assert_eq!((again.canonical(), again.id()), (canonical, read.id()), "{word}");
    }
}

#[test]
fn every_field_that_must_be_there_is_missed_by_name() {
    for (kind, word) in Kind::WORDS {
        for missing in kind.fields().iter().filter(|field| field.required) {
            let rest: Vec<&Field> =
                kind.fields().iter().filter(|field| field.required && field.name != missing.name).collect();
            let error = SignedAct::read_any(of_kind(*kind, &rest).as_bytes()).unwrap_err().to_string();
            assert!(error.contains(&format!("`body.{}` is missing", missing.name)), "{word}: {error}");
        }
    }
}

#[test]
fn what_an_act_does_not_know_is_named() {
    let good = act("sign", "RUR", "2026-03-02T10:00:00Z", &format!("\"text\":\"{TEXT}\""));
    let rows = [
        ("\"kind\":\"sign\"", "\"kind\":\"sing\"", "sing"),
        ("\"v\":1", "\"v\":2", "v"),
        ("\"v\":1", "\"v\":1,\"extra\":1", "extra"),
        ("\"text\":", "\"txet\":", "txet"),
        ("\"visibility\":\"public\"", "\"visibility\":\"secret\"", "secret"),
        ("\"person\":\"dahl\"", "\"person\":\"d ahl\"", "d ahl"),
        ("2026-03-02T10:00:00Z", "2026-02-30T10:00:00Z", "2026-02-30"),
        ("2026-03-02T10:00:00Z", "2026-03-02T10:00:00", "2026-03-02T10:00:00"),
        ("security/nuclear", "security//nuclear", "security//nuclear"),
        (TEXT, "sha256:A1", "sha256:A1"),
        ("\"seen\":null", "\"seen\":null,\"seen\":null", "seen"),
    ];
    assert!(SignedAct::read(good.as_bytes()).is_ok());
    for (from, to, named) in rows {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good);
        let error = SignedAct::read_any(bad.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(named), "{to}: {error}");
    }
}

#[test]
fn other_spellings_of_the_same_act_are_refused_where_bytes_are_signed() {
    let good = act("sign", "RUR", "2026-03-02T10:00:00Z", &format!("\"text\":\"{TEXT}\""));
    for other in [
        good.replace("\":", "\": "),
        good.replace("dahl", "\\u0064ahl"),
        good.replace("2026-03-02T10:00:00Z", "2026-03-02T11:00:00+01:00"),
        format!("{good}\n"),
    ] {
        assert!(SignedAct::read(other.as_bytes()).is_err(), "{other}");
        let read = SignedAct::read_any(other.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{other}"));
        assert_eq!(read.canonical(), good.as_bytes());
    }
}

proptest! {
    #[test]
    fn a_changed_byte_changes_the_id_or_is_refused(at in 0_usize..300, bit in 0_u8..8) {
        let good = act("sign", "RUR", "2026-03-02T10:00:00Z", &format!("\"text\":\"{TEXT}\""));
        let id = SignedAct::read(good.as_bytes()).unwrap().id();
        let mut bytes = good.into_bytes();
        let at = at % bytes.len();
        bytes[at] ^= 1 << bit;
        if let Ok(changed) = SignedAct::read(&bytes) {
            prop_assert_ne!(changed.id(), id);
        }
    }
}
