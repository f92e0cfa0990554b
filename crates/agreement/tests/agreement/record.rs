//! What the record keeps: every byte counts, a link has one form, and what is no link is refused by name.

use countersign_agreement::record::{Commitment, LINK_MAX, Link, Salt};
use countersign_authority::model::name::Digest;
use proptest::collection::vec;
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

/// The chain of a dossier whose acts bear or don't.
fn chain(dossier: &str, bears: &[bool]) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    for (at, bears) in (0_u8..).zip(bears) {
        let entry = Commitment::of(&Salt::new([at; 32]), b"act", b"cms");
        links.push(Link::after(links.last(), dossier.into(), entry, *bears));
    }
    links
}

#[test]
fn an_entry_is_the_sha_256_of_salt_act_and_signature_one_after_another() {
    let whole = [&[7; 32][..], b"{\"v\":1}", b"cms"].concat();
    let expected: [u8; 32] = Sha256::digest(whole).into();
    assert_eq!(*Commitment::of(&Salt::new([7; 32]), b"{\"v\":1}", b"cms").as_bytes(), expected);
}

#[test]
fn a_link_is_written_in_one_form() {
    let links = chain("talks", &[true, false]);
    let texts: Vec<String> = links.iter().map(|link| String::from_utf8(link.canonical()).unwrap()).collect();
    let entry = |at: usize| Digest(*links.get(at).map(|link| link.act.as_bytes()).unwrap()).hex();
    let first = Digest(Sha256::digest(texts.first().unwrap()).into());
    assert_eq!(
        texts,
        [
            format!(
                "{{\"act\":\"{}\",\"bears\":true,\"dossier\":\"talks\",\"number\":1,\"previous\":null,\"v\":1}}",
                entry(0)
            ),
            format!(
                "{{\"act\":\"{}\",\"bears\":false,\"dossier\":\"talks\",\"number\":2,\"previous\":\"{first}\",\"v\":1}}",
                entry(1)
            ),
        ]
    );
}

proptest! {
    #[test]
    fn every_flipped_bit_of_salt_act_or_signature_is_another_entry(
        salt in any::<[u8; 32]>(),
        act in vec(any::<u8>(), 0..200),
        cms in vec(any::<u8>(), 0..200),
        at in any::<prop::sample::Index>(),
        bit in 0..8_u8,
    ) {
        let honest = Commitment::of(&Salt::new(salt), &act, &cms);
        let mut all = [&salt[..], &act, &cms].concat();
        let at = at.index(all.len());
        if let Some(byte) = all.get_mut(at) {
            *byte ^= 1 << bit;
        }
        let (head, rest) = all.split_at(32);
        let (act, cms) = rest.split_at(act.len());
        let flipped = Commitment::of(&Salt::new(head.try_into().unwrap()), act, cms);
        prop_assert_ne!(flipped, honest);
    }

    #[test]
    fn a_link_reads_as_it_was_written(
        dossier in "\\PC{1,100}",
        number in 1..=u32::MAX,
        act in any::<[u8; 32]>(),
        bears in any::<bool>(),
        previous in proptest::option::of(any::<[u8; 32]>()),
    ) {
        let (act, previous) = (Commitment::new(act), previous.map(Digest));
        let link = Link { dossier: dossier.as_str().into(), number, act, bears, previous };
        prop_assert_eq!(Link::read(&link.canonical()), Ok(link));
    }

    #[test]
    fn every_changed_byte_of_a_link_is_refused_or_another_link(
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let links = chain("talks", &[true, true]);
        let link = links.last().unwrap();
        let mut bytes = link.canonical();
        let at = at.index(bytes.len());
        if let Some(place) = bytes.get_mut(at) {
            prop_assume!(*place != byte);
            *place = byte;
        }
        if let Ok(other) = Link::read(&bytes) {
            prop_assert_ne!(&other, link);
            prop_assert_ne!(other.digest(), link.digest());
        }
    }

    #[test]
    fn no_bytes_make_the_reader_of_links_panic(bytes in vec(any::<u8>(), 0..400)) {
        prop_assert!(Link::read(&bytes).is_err());
    }
}

#[test]
fn each_link_names_the_one_before() {
    let links = chain("talks", &[true, false, true]);
    let numbers: Vec<u32> = links.iter().map(|link| link.number).collect();
    assert_eq!(numbers, [1, 2, 3]);
    let named: Vec<Option<Digest>> = links.iter().map(|link| link.previous).collect();
    let before: Vec<Option<Digest>> =
        std::iter::once(None).chain(links.iter().map(|link| Some(link.digest()))).take(3).collect();
    assert_eq!(named, before);
}

/// A link with one member put in place of another.
fn spoiled(member: &str, by: &str) -> String {
    let zeros = "0".repeat(64);
    let members = [
        ("act", format!("\"{zeros}\"")),
        ("bears", "true".to_owned()),
        ("dossier", "\"talks\"".to_owned()),
        ("number", "2".to_owned()),
        ("previous", format!("\"sha256:{zeros}\"")),
        ("v", "1".to_owned()),
    ];
    let members = members.iter().filter(|(name, _)| *name != member || !by.is_empty());
    let members =
        members.map(|(name, value)| format!("\"{name}\":{}", if *name == member { by } else { value }));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

#[test]
fn what_is_no_link_is_refused_by_name() {
    let upper = format!("\"{}\"", "A".repeat(64));
    let table: &[(String, &str)] = &[
        (spoiled("v", "2"), "v"),
        (spoiled("v", ""), "v"),
        (spoiled("dossier", "7"), "dossier"),
        (spoiled("dossier", ""), "dossier"),
        (spoiled("number", "0"), "number"),
        (spoiled("number", "-1"), "number"),
        (spoiled("number", "4294967296"), "number"),
        (spoiled("number", "1.5"), "number"),
        (spoiled("number", "\"1\""), "number"),
        (spoiled("act", "\"00\""), "act"),
        (spoiled("act", &upper), "act"),
        (spoiled("act", ""), "act"),
        (spoiled("bears", "1"), "bears"),
        (spoiled("bears", ""), "bears"),
        (spoiled("previous", "\"00\""), "previous"),
        (spoiled("previous", "[]"), "previous"),
        (spoiled("v", "1,\"more\":1"), "more"),
        (spoiled("v", "1,\"v\":1"), "`v` is given twice"),
        (spoiled("v", "1 "), "not canonical"),
        (format!(" {}", spoiled("v", "1")), "not canonical"),
        (spoiled("dossier", "\"\\u0074alks\""), "not canonical"),
        (spoiled("previous", ""), "not canonical"),
        ("[]".to_owned(), "an object"),
        (String::new(), "JSON"),
        (format!("{}{{}}", spoiled("v", "1")), "JSON"),
        (" ".repeat(LINK_MAX + 1), "at most 4096"),
    ];
    assert!(Link::read(spoiled("v", "1").as_bytes()).is_ok());
    for (bytes, named) in table {
        let error = Link::read(bytes.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(named) && !error.contains('\n'), "{bytes}: {error}");
    }
}

/// After a salt's 32 bytes an act begins with its brace; there a link has a digit of the entry it names. So no salt, act and
/// signature are a link's bytes, and no link's entry can be passed off as an act's.
#[test]
fn no_act_with_its_salt_and_signature_is_a_link() {
    for link in chain("talks", &[true, false]) {
        let bytes = link.canonical();
        let (salt, rest) = bytes.split_at(32);
        assert!(salt.starts_with(b"{\"act\":\"") && rest.first().unwrap().is_ascii_hexdigit());
    }
    let act = crate::act("note", "RUR", "2026-03-02T10:00:00Z", "\"says\":\"words\"");
    assert!(act.starts_with('{'));
}
