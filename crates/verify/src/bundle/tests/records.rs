//! What came from records: read and written by rules of its own.

use super::forge::{Forged, zip};
use super::{sample, short};
use crate::bundle::layout::{ACTS_MAX, ActPart, RECORDS_MAX, RecordKey, RecordPart, act_path};
use crate::bundle::{Bundle, BundleError, BundledProof, BundledRecord, read, sha256, write};
use countersign_agreement::record::{Commitment, Link, Salt};
use countersign_tlog::checkpoint::Origin;

const OWN: &str = "log.example/2026";
const OTHER: &str = "other.example/log";

fn origin(text: &str) -> Origin {
    Origin::new(text).unwrap()
}

/// The chain of a dossier with so many acts.
fn links(count: u32) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    for number in 1..=count {
        let entry = Commitment::of(&Salt::new([0; 32]), &number.to_be_bytes(), b"");
        links.push(Link::after(links.last(), "rur-kra".into(), entry, true));
    }
    links
}

/// A bundle with acts 2 and 5 of 6, in its own record and in another.
pub(super) fn recorded() -> Bundle {
    let mut bundle = sample();
    (bundle.acts[0].number, bundle.acts[1].number) = (2, 5);
    let head = Some(b"c2sp.org/tlog-proof@v1\n".to_vec());
    let own = BundledRecord { links: links(6), head, ..BundledRecord::default() };
    bundle.records.insert(origin(OWN), own);
    let id = bundle.acts[0].id;
    let proof = BundledProof { tlog_proof: Some(vec![1]), salt: Some(Salt::new([9; 32])) };
    let other = BundledRecord { links: links(1), head: None, acts: [(id, proof)].into() };
    bundle.records.insert(origin(OTHER), other);
    bundle
}

fn path(of: &str, part: RecordPart) -> String {
    RecordKey::of(&origin(of)).path(part)
}

#[test]
fn what_came_from_records_is_read_as_it_was_written() {
    assert_eq!(read(&write(&recorded()).unwrap()).unwrap(), recorded());
    let zip = write(&recorded()).unwrap();
    let names = crate::bundle::container::open(&zip).unwrap();
    let names: Vec<String> = names.iter().map(|entry| short(entry.name)).collect();
    let names: Vec<&str> =
        names.iter().map(String::as_str).filter(|name| name.starts_with("records/")).collect();
    insta::assert_snapshot!(names.join("\n"), @"
    records/3192c68a87e6daf8/head.tlog-proof
    records/3192c68a87e6daf8/links.jsonl
    records/3192c68a87e6daf8/origin.txt
    records/99f4a0dd3f536f11/164926….salt
    records/99f4a0dd3f536f11/164926….tlog-proof
    records/99f4a0dd3f536f11/links.jsonl
    records/99f4a0dd3f536f11/origin.txt
    ");
}

/// Numbers of acts, and how many links the bundle's own record has; whether that is read.
#[test]
fn a_number_is_left_out_only_where_the_records_links_have_it() {
    for (numbers, count, fine) in [
        (vec![1, 2], None, true),
        (vec![1, 3], None, false),
        (vec![2, 3], None, false),
        (vec![1, 2], Some(2), true),
        (vec![1, 2], Some(3), true),
        (vec![2, 3], Some(3), true),
        (vec![2], Some(3), true),
        (vec![], Some(3), true),
        (vec![2, 4], Some(3), false),
        (vec![1, 2], Some(1), false),
        (vec![2, 1], Some(3), false),
        (vec![0, 1], Some(3), false),
    ] {
        let mut bundle = sample();
        bundle.acts.truncate(numbers.len());
        for (act, number) in bundle.acts.iter_mut().zip(&numbers) {
            act.number = *number;
        }
        if let Some(count) = count {
            let record = BundledRecord { links: links(count), ..BundledRecord::default() };
            bundle.records.insert(origin(OWN), record);
        }
        assert_eq!(write(&bundle).is_ok(), fine, "{numbers:?} of {count:?}");
    }
    // Another record's links number nothing here.
    let mut bundle = sample();
    bundle.acts[1].number = 3;
    bundle.records.insert(origin(OTHER), BundledRecord { links: links(3), ..BundledRecord::default() });
    assert!(matches!(write(&bundle), Err(BundleError::ActNumber { expected: 2, found: 3, .. })));
}

/// What reading says of a zip of these entries after an honest manifest with an origin.
fn said(entries: &[(String, Vec<u8>)]) -> String {
    let manifest = format!(r#"{{"format":1,"id":"d","title":"t","parties":["RUR"],"origin":"{OWN}"}}"#);
    let mut all = vec![Forged::stored("dossier.json", manifest.as_bytes())];
    all.extend(entries.iter().map(|(name, bytes)| Forged::stored(name, bytes)));
    match read(&zip(&all, None)) {
        Ok(_) => "is read".to_owned(),
        Err(error) => short(&error.to_string()),
    }
}

#[test]
fn hostile_records_are_refused_by_the_entry_at_fault() {
    let own = |part| path(OWN, part);
    let lines = |links: &[Link]| {
        links.iter().flat_map(|link| [link.canonical(), b"\n".to_vec()].concat()).collect::<Vec<u8>>()
    };
    let (named, three) = ((own(RecordPart::Origin), format!("{OWN}\n").into_bytes()), lines(&links(3)));
    let with = |name: String, bytes: &[u8]| vec![named.clone(), (name, bytes.to_vec())];
    let linked = |bytes: &[u8]| with(own(RecordPart::Links), bytes);
    let act = |number, part, bytes: &[u8]| (act_path(number, &sha256(b"{}"), part), bytes.to_vec());
    let id = sha256(b"{}");
    let other = |part| path(OTHER, part);
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let beyond = {
        let mut all = linked(&three);
        all.extend([act(4, ActPart::Json, b"{}"), act(4, ActPart::P7s, b"sig")]);
        all
    };
    let many = (0..=RECORDS_MAX).map(|at| {
        let name = format!("record {at}");
        (path(&name, RecordPart::Origin), format!("{name}\n").into_bytes())
    });
    let table = vec![
        ("honest", linked(&three)),
        ("no such file", with(own(RecordPart::Links).replace("links", "chains"), b"")),
        ("deeper", with(own(RecordPart::Links).replace("links.", "links/links."), b"")),
        ("a folder in capitals", with(own(RecordPart::Links).replace("records/", "records/A"), b"")),
        ("a short folder", vec![("records/0123/origin.txt".into(), b"x\n".to_vec())]),
        ("another origin's folder", vec![(other(RecordPart::Origin), named.1.clone())]),
        ("no origin", vec![(own(RecordPart::Links), three.clone())]),
        ("no line end", vec![(named.0.clone(), OWN.as_bytes().to_vec())]),
        ("two lines", vec![(named.0.clone(), format!("{OWN}\n{OWN}\n").into_bytes())]),
        ("an empty origin", vec![(named.0.clone(), b"\n".to_vec())]),
        ("no UTF-8", vec![(named.0.clone(), b"\xff\n".to_vec())]),
        ("a long origin", vec![(named.0.clone(), [b"o".repeat(256), b"\n".to_vec()].concat())]),
        ("an escape", vec![(named.0.clone(), "log\u{9b}2J\n".into())]),
        ("no links", linked(b"")),
        ("an empty line", linked(b"\n")),
        ("links without an end", linked(three.strip_suffix(b"\n").unwrap())),
        ("a line end too many", linked(&[three.as_slice(), b"\n"].concat())),
        ("other line ends", linked(text(&three).replace('\n', "\r\n").as_bytes())),
        ("a link twice", linked(&[three.as_slice(), &three].concat())),
        ("links from 2", linked(&lines(&links(3)[1..]))),
        ("a gap in links", linked(&lines(&[links(3)[0].clone(), links(3)[2].clone()]))),
        ("no link", linked(b"{}\n")),
        ("a head without links", with(own(RecordPart::Head), b"x")),
        ("a number beyond the links", beyond),
        ("a salt in the own record", {
            let mut all = linked(&three);
            all.extend([act(1, ActPart::Json, b"{}"), act(1, ActPart::P7s, b"sig")]);
            all.push((own(RecordPart::Salt(id)), vec![0; 32]));
            all
        }),
        (
            "a salt of no act",
            vec![
                (other(RecordPart::Origin), format!("{OTHER}\n").into_bytes()),
                (other(RecordPart::Salt(id)), vec![0; 32]),
            ],
        ),
        (
            "a proof of no act",
            vec![
                (other(RecordPart::Origin), format!("{OTHER}\n").into_bytes()),
                (other(RecordPart::Proof(id)), vec![0; 32]),
            ],
        ),
        ("a short salt", vec![(other(RecordPart::Salt(id)), vec![0; 31])]),
        ("too many records", many.collect()),
    ];
    let mut all = String::new();
    for (what, entries) in table {
        all.extend([what, ": ", &said(&entries), "\n"]);
    }
    insta::assert_snapshot!(all, @"
    honest: is read
    no such file: `records/3192c68a87e6daf8/chains.jsonl` has no place in a bundle; remove it, or check that this program is not older than the bundle
    deeper: `records/3192c68a87e6daf8/links/links.jsonl` has no place in a bundle; remove it, or check that this program is not older than the bundle
    a folder in capitals: `records/A3192c68a87e6daf8/links.jsonl` has no place in a bundle; remove it, or check that this program is not older than the bundle
    a short folder: `records/0123/origin.txt` has no place in a bundle; remove it, or check that this program is not older than the bundle
    another origin's folder: `records/99f4a0dd3f536f11/origin.txt` is of a record that belongs into `records/3192c68a87e6daf8/origin.txt`; ask for a fresh export
    no origin: `records/3192c68a87e6daf8/links.jsonl` is of no record: `records/3192c68a87e6daf8/origin.txt` is missing; ask for a fresh export
    no line end: `records/3192c68a87e6daf8/origin.txt`: it must be one line of printable UTF-8, with a newline after it; ask for a fresh export
    two lines: `records/3192c68a87e6daf8/origin.txt`: it must be one line of printable UTF-8, with a newline after it; ask for a fresh export
    an empty origin: `records/3192c68a87e6daf8/origin.txt`: an origin is empty; ask for a fresh export
    no UTF-8: `records/3192c68a87e6daf8/origin.txt`: it must be one line of printable UTF-8, with a newline after it; ask for a fresh export
    a long origin: `records/3192c68a87e6daf8/origin.txt`: an origin of 256 bytes is longer than 255; ask for a fresh export
    an escape: `records/3192c68a87e6daf8/origin.txt`: it must be one line of printable UTF-8, with a newline after it; ask for a fresh export
    no links: `records/3192c68a87e6daf8/links.jsonl` must hold at least one line, and a newline after each; ask for a fresh export
    an empty line: `records/3192c68a87e6daf8/links.jsonl` line 1: not JSON that this program reads: EOF while parsing a value at line 1 column 0; ask for a fresh export
    links without an end: `records/3192c68a87e6daf8/links.jsonl` must hold at least one line, and a newline after each; ask for a fresh export
    a line end too many: `records/3192c68a87e6daf8/links.jsonl` line 4: not JSON that this program reads: EOF while parsing a value at line 1 column 0; ask for a fresh export
    other line ends: `records/3192c68a87e6daf8/links.jsonl` line 1: the link is not canonical JSON (RFC 8785); ask for a fresh export
    a link twice: `records/3192c68a87e6daf8/links.jsonl` line 4 is link 1: links are numbered 1, 2, … without a gap; ask for a fresh export
    links from 2: `records/3192c68a87e6daf8/links.jsonl` line 1 is link 2: links are numbered 1, 2, … without a gap; ask for a fresh export
    a gap in links: `records/3192c68a87e6daf8/links.jsonl` line 2 is link 3: links are numbered 1, 2, … without a gap; ask for a fresh export
    no link: `records/3192c68a87e6daf8/links.jsonl` line 1: `v` is missing: the format version, 1; ask for a fresh export
    a head without links: `records/3192c68a87e6daf8/head.tlog-proof` proves a head of which there is no link: `records/3192c68a87e6daf8/links.jsonl` is missing; ask for a fresh export
    a number beyond the links: `acts/0004-44136f….json` is act 4, and `records/3192c68a87e6daf8/links.jsonl` has 3 links: the record knows no such act; ask for a fresh export
    a salt in the own record: `records/3192c68a87e6daf8/44136f….salt` is of the bundle's own record, which has such files in `acts/`; ask for a fresh export
    a salt of no act: `records/99f4a0dd3f536f11/44136f….salt` belongs to no act: `acts/NNNN-44136f….json` is missing; ask for a fresh export
    a proof of no act: `records/99f4a0dd3f536f11/44136f….tlog-proof` belongs to no act: `acts/NNNN-44136f….json` is missing; ask for a fresh export
    a short salt: `records/99f4a0dd3f536f11/44136f….salt` has 31 bytes, a salt has 32; ask for a fresh export
    too many records: the bundle has more than 64 records; leave some out
    ");
}

#[test]
fn more_links_than_acts_can_be_are_refused() {
    let mut bundle = sample();
    bundle
        .records
        .insert(origin(OWN), BundledRecord { links: links(ACTS_MAX + 1), ..BundledRecord::default() });
    assert_eq!(write(&bundle), Err(BundleError::TooManyActs));
    let record = bundle.records.values_mut().next().unwrap();
    record.links.pop();
    assert_eq!(read(&write(&bundle).unwrap()), Ok(bundle));
}

type Spoil = fn(&mut Bundle);

#[test]
fn records_that_could_not_be_read_again_are_not_written() {
    let spoil: [(&str, Spoil); 6] = [
        ("links", |b| drop(b.records.get_mut(&origin(OWN)).unwrap().links.remove(2))),
        ("no links", |b| b.records.get_mut(&origin(OWN)).unwrap().links.clear()),
        ("own proofs", |b| {
            let proofs = b.records[&origin(OTHER)].acts.clone();
            b.records.get_mut(&origin(OWN)).unwrap().acts = proofs;
        }),
        ("foreign acts", |b| drop(b.acts.remove(0))),
        ("origin", |b| drop(b.records.insert(origin("log\u{85}"), BundledRecord::default()))),
        ("too many", |b| {
            let many = (0..RECORDS_MAX).map(|at| (origin(&format!("record {at}")), BundledRecord::default()));
            b.records.extend(many);
        }),
    ];
    let mut said = String::new();
    for (what, spoil) in spoil {
        let mut bundle = recorded();
        spoil(&mut bundle);
        said.extend([what, ": ", &short(&write(&bundle).unwrap_err().to_string()), "\n"]);
    }
    insta::assert_snapshot!(said, @"
    links: `records/3192c68a87e6daf8/links.jsonl` line 3 is link 4: links are numbered 1, 2, … without a gap; ask for a fresh export
    no links: `records/3192c68a87e6daf8/head.tlog-proof` proves a head of which there is no link: `records/3192c68a87e6daf8/links.jsonl` is missing; ask for a fresh export
    own proofs: `records/3192c68a87e6daf8/164926….tlog-proof` is of the bundle's own record, which has such files in `acts/`; ask for a fresh export
    foreign acts: `records/99f4a0dd3f536f11/164926….tlog-proof` belongs to no act: `acts/NNNN-164926….json` is missing; ask for a fresh export
    origin: `records/ec4d8fda349c8fb9/origin.txt`: it must be one line of printable UTF-8, with a newline after it; ask for a fresh export
    too many: the bundle has more than 64 records; leave some out
    ");
}

/// Every byte of what came from records, changed: refused, or read as something else, never as the same and never with a
/// panic.
#[test]
fn every_changed_byte_of_a_records_files_is_refused_or_shows() {
    let bundle = recorded();
    let honest = write(&bundle).unwrap();
    let files: Vec<(String, Vec<u8>)> = crate::bundle::container::open(&honest)
        .unwrap()
        .iter()
        .map(|entry| (entry.name.to_owned(), entry.unpack(1 << 20).unwrap()))
        .collect();
    for (at, (name, bytes)) in files.iter().enumerate().filter(|(_, (name, _))| name.starts_with("records/"))
    {
        for byte in 0..bytes.len() {
            let mut changed = files.clone();
            changed[at].1[byte] ^= 1;
            let entries: Vec<Forged> =
                changed.iter().map(|(name, bytes)| Forged::stored(name, bytes)).collect();
            match read(&zip(&entries, None)) {
                Ok(read) => assert_ne!(read, bundle, "byte {byte} of {name}"),
                Err(error) => assert!(!error.to_string().contains('\n')),
            }
        }
    }
}
