//! Hostile bundles, each with the words that its reader sees.

use super::forge::{Forged, zip};
use super::{sample, short};
use crate::bundle::layout::{ActPart, act_path};
use crate::bundle::{BundleError, read, sha256, write};
use countersign_signature::{SignatureError, verify_detached};

const MANIFEST: &[u8] = br#"{"format":1,"id":"d","title":"t","parties":["RUR"]}"#;
const ACT: &[u8] = b"{}";

fn manifest() -> Forged {
    Forged::stored("dossier.json", MANIFEST)
}

fn act(number: u32, bytes: &[u8], part: ActPart, content: &[u8]) -> Forged {
    Forged::stored(&act_path(number, &sha256(bytes), part), content)
}

/// What reading says of a zip of these entries after an honest manifest; digests cut to six digits.
fn said(entries: &[Forged]) -> String {
    let mut all = vec![manifest()];
    all.extend_from_slice(entries);
    refusal(&zip(&all, None))
}

fn refusal(bytes: &[u8]) -> String {
    short(&read(bytes).expect_err("a hostile bundle was read").to_string())
}

#[test]
fn an_honest_forgery_is_read() {
    let entries = [manifest(), act(1, ACT, ActPart::Json, ACT), act(1, ACT, ActPart::P7s, b"sig")];
    let bundle = read(&zip(&entries, None)).unwrap();
    assert_eq!((bundle.acts[0].json.as_slice(), bundle.acts[0].p7s.as_slice()), (ACT, &b"sig"[..]));
}

#[test]
fn names_that_are_traps_are_refused() {
    let mut all = String::new();
    for name in [
        "/etc/passwd",
        "../../.ssh/authorized_keys",
        "maps/../../x.authority",
        "maps/./x.authority",
        "maps//x.authority",
        "maps\\x.authority",
        "C:evil.txt",
        "maps/x.authority\0.txt",
        "maps/x\u{1b}[2J.authority",
        "maps/\u{430}.authority",
        "maps/nul.authority",
        "trust/COM1.pem",
        "trust/a.pem.",
        "trust/a.pem ",
        "",
        "maps/",
        "surprise.exe",
        "maps/x.sh",
        "maps/deeper/x.authority",
        "acts/1-x.json",
        "acts/0001-abc.json",
        "documents/x.pdf",
        "documents/0000000000000000000000000000000000000000000000000000000000000000.PDF",
        "DOSSIER.JSON",
        "dossier.json",
    ] {
        all.push_str(&said(&[Forged::stored(name, b"")]));
        all.push('\n');
    }
    let mut raw = Forged::stored("x", b"");
    raw.name = b"maps/\xff.authority".to_vec();
    all.push_str(&said(&[raw]));
    all.push('\n');
    all.push_str(&said(&[Forged::stored(&format!("maps/{}.authority", "x".repeat(200)), b"")]));
    insta::assert_snapshot!(all, @r"
    `/etc/passwd`: the name is absolute; do not unpack this file
    `../../.ssh/authorized_keys`: the name has a part `.` or `..`; do not unpack this file
    `maps/../../x.authority`: the name has a part `.` or `..`; do not unpack this file
    `maps/./x.authority`: the name has a part `.` or `..`; do not unpack this file
    `maps//x.authority`: a part of the name is empty; do not unpack this file
    `maps\\x.authority`: the name has a backslash; do not unpack this file
    `C:evil.txt`: the name has a colon; do not unpack this file
    `maps/x.authority\u{0}.txt`: the name has a NUL or another control character; do not unpack this file
    `maps/x\u{1b}[2J.authority`: the name has a NUL or another control character; do not unpack this file
    `maps/\u{430}.authority`: the name is not ASCII; do not unpack this file
    `maps/nul.authority`: the name is a device on some systems; do not unpack this file
    `trust/COM1.pem`: the name is a device on some systems; do not unpack this file
    `trust/a.pem.`: a part of the name ends in a dot or a space; do not unpack this file
    `trust/a.pem `: a part of the name ends in a dot or a space; do not unpack this file
    ``: a part of the name is empty; do not unpack this file
    `maps/` is a directory, a bundle holds files alone; remove it (zip -D leaves directories out)
    `surprise.exe` has no place in a bundle; remove it, or check that this program is not older than the bundle
    `maps/x.sh` has no place in a bundle; remove it, or check that this program is not older than the bundle
    `maps/deeper/x.authority` has no place in a bundle; remove it, or check that this program is not older than the bundle
    `acts/1-x.json` has no place in a bundle; remove it, or check that this program is not older than the bundle
    `acts/0001-abc.json` has no place in a bundle; remove it, or check that this program is not older than the bundle
    `documents/x.pdf` has no place in a bundle; remove it, or check that this program is not older than the bundle
    `documents/000000….PDF` has no place in a bundle; remove it, or check that this program is not older than the bundle
    `DOSSIER.JSON` and `dossier.json` differ in case alone: unpacked on some systems one would replace the other; rename one
    `dossier.json` is there twice; do not trust this file
    `maps/\u{fffd}.authority`: the name is not ASCII; do not unpack this file
    `maps/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…`: the name is longer than 200 bytes; do not unpack this file
    ");
}

#[test]
fn entries_that_are_no_files_are_refused() {
    let kind =
        |name: &str, attributes: u32| said(&[Forged { attributes, ..Forged::stored(name, b"/etc/passwd") }]);
    let all = [
        kind("maps/x.authority", 0o120_777 << 16),
        kind("maps/x.authority", 0o020_644 << 16),
        kind("maps/", 0o040_755 << 16),
        kind("maps/x.authority", 0x10),
    ];
    insta::assert_snapshot!(all.join("\n"), @"
    `maps/x.authority` is a symbolic link, a bundle holds files alone; remove it
    `maps/x.authority` is a device, pipe or socket, a bundle holds files alone; remove it
    `maps/` is a directory, a bundle holds files alone; remove it (zip -D leaves directories out)
    `maps/x.authority` is a directory, a bundle holds files alone; remove it (zip -D leaves directories out)
    ");
}

#[test]
fn a_zip_that_two_tools_would_read_differently_is_refused() {
    let map = || Forged::deflated("maps/x.authority", b"party RUR");
    let odd = [
        Forged { central_name: Some(b"maps/y.authority".to_vec()), ..map() },
        Forged { central_size: Some(3), ..map() },
        Forged { central_crc: Some(0), ..map() },
        Forged { central_packed: Some(1), ..map() },
        Forged { central_offset: Some(0), ..map() },
        Forged { central_offset: Some(9_999), ..map() },
        Forged { before: b"hidden".to_vec(), ..map() },
        Forged { flags: 1, ..map() },
        Forged { flags: 8, ..map() },
        Forged { flags: 0x2000, ..map() },
        Forged { method: 12, ..map() },
        Forged { method: 99, flags: 1, ..map() },
        Forged { extra: [&[1, 0, 8, 0][..], &[0; 8]].concat(), ..map() },
        Forged { extra: [&[0x75, 0x70, 2, 0][..], &[0; 2]].concat(), ..map() },
        Forged { extra: vec![9], ..map() },
    ];
    let mut all: Vec<String> = odd.into_iter().map(|entry| said(&[entry])).collect();
    let honest = write(&sample()).unwrap();
    all.push(refusal(&[&b"#!/bin/sh\n"[..], &honest].concat()));
    all.push(refusal(&[&honest[..], b"more"].concat()));
    all.push(refusal(&[&honest[..], &honest].concat()));
    let mut commented = honest.clone();
    let comment = commented.len() - 2;
    commented[comment] = 4;
    commented.extend(b"note");
    all.push(refusal(&commented));
    all.push(refusal(&zip(&[manifest(), map()], Some(60_000))));
    all.push(refusal(&zip(&[manifest(), map()], Some(1))));
    all.push(refusal(&zip(&[manifest(), map()], Some(u16::MAX))));
    insta::assert_snapshot!(all.join("\n"), @"
    `maps/y.authority` has one name in the zip's directory and another at its place; do not trust this file
    `maps/x.authority` has one size in the zip's directory and another at its place; do not trust this file
    `maps/x.authority` has one checksum in the zip's directory and another at its place; do not trust this file
    `maps/x.authority` has one packed size in the zip's directory and another at its place; do not trust this file
    `maps/x.authority` begins at byte 0, the entry before it ends at 93: entries must not overlap or hide bytes; do not trust this file
    `maps/x.authority` begins at byte 9999, the entry before it ends at 93: entries must not overlap or hide bytes; do not trust this file
    `maps/x.authority` begins at byte 99, the entry before it ends at 93: entries must not overlap or hide bytes; do not trust this file
    `maps/x.authority` is encrypted; write the bundle again without a password
    `maps/x.authority` uses zip flags 0x0008, a bundle uses none; write it again as a plain zip
    `maps/x.authority` uses zip flags 0x2000, a bundle uses none; write it again as a plain zip
    `maps/x.authority` is packed by method 12, a bundle stores (0) or deflates (8); write it again as a plain zip
    `maps/x.authority` is encrypted; write the bundle again without a password
    `maps/x.authority` has extra zip fields that change what it is (zip64, another name); write it again as a plain zip
    `maps/x.authority` has extra zip fields that change what it is (zip64, another name); write it again as a plain zip
    `maps/x.authority` has extra zip fields that change what it is (zip64, another name); write it again as a plain zip
    the zip's directory is not where its end says: expected it to end at 6369, found 6359; fetch it again
    4 bytes follow the end of the zip: a bundle ends with its zip; fetch it again
    the zip's directory is not where its end says: expected it to end at 12740, found 6359; fetch it again
    4 bytes follow the end of the zip: a bundle ends with its zip; fetch it again
    the zip's end says 60000 entries, its directory is cut off after 2; fetch it again
    the zip's directory is not where its end says: expected it to end at 270, found 208; fetch it again
    the bundle is a zip64 or a split zip, which a bundle never is; write it again as a plain zip
    ");
}

#[test]
fn names_used_twice_are_refused() {
    let map = |name: &str| Forged::stored(name, b"x");
    let document = |ending: &str| Forged::stored(&format!("documents/{}.{ending}", sha256(b"x").hex()), b"x");
    let p7s = |number| act(number, ACT, ActPart::P7s, b"");
    let json = |number| act(number, ACT, ActPart::Json, ACT);
    let all = [
        said(&[map("maps/x.authority"), map("maps/x.authority")]),
        said(&[map("maps/x.authority"), map("maps/X.authority")]),
        said(&[document("pdf"), document("txt")]),
        said(&[json(1), act(1, b"[]", ActPart::Json, b"[]")]),
        said(&[json(1), p7s(1), json(2), p7s(2)]),
    ];
    insta::assert_snapshot!(all.join("\n"), @"
    `maps/x.authority` is there twice; do not trust this file
    `maps/X.authority` and `maps/x.authority` differ in case alone: unpacked on some systems one would replace the other; rename one
    `documents/2d7116….txt` is the same document as `documents/2d7116….pdf`; keep one
    `acts/0001-4f53cd….json` and `acts/0001-44136f….json` have one number; ask for a fresh export
    `acts/0002-44136f….json` is the same act as `acts/0001-44136f….json`; ask for a fresh export
    ");
}

#[test]
fn what_is_missing_or_altered_is_named() {
    let json = |number, content: &[u8]| act(number, ACT, ActPart::Json, content);
    let p7s = |number| act(number, ACT, ActPart::P7s, b"");
    let all = [
        refusal(&zip(&[Forged::stored("README.txt", b"")], None)),
        refusal(&zip(&[], None)),
        said(&[json(1, b"[]"), p7s(1)]),
        said(&[json(1, ACT)]),
        said(&[p7s(1)]),
        said(&[act(1, ACT, ActPart::Salt, &[0; 32])]),
        said(&[json(1, ACT), p7s(1), act(1, ACT, ActPart::Salt, b"short")]),
        said(&[json(2, ACT), p7s(2)]),
        said(&[json(0, ACT), p7s(0)]),
        said(&[Forged::stored(&format!("documents/{}.pdf", sha256(b"a").hex()), b"b")]),
    ];
    insta::assert_snapshot!(all.join("\n"), @"
    `dossier.json` is missing: this is a zip but not a bundle
    `dossier.json` is missing: this is a zip but not a bundle
    `acts/0001-44136f….json` has sha256:4f53cd…, its name says sha256:44136f…: it was altered; ask for a fresh export
    `acts/0001-44136f….json` has no signature: `acts/0001-44136f….p7s` is missing; ask for a fresh export
    `acts/0001-44136f….p7s` belongs to no act: `acts/0001-44136f….json` is missing; ask for a fresh export
    `acts/0001-44136f….salt` belongs to no act: `acts/0001-44136f….json` is missing; ask for a fresh export
    `acts/0001-44136f….salt` has 5 bytes, a salt has 32; ask for a fresh export
    `acts/0002-44136f….json` is act 2, act 1 is missing: acts are numbered 0001, 0002, … without a gap; ask for a fresh export
    `acts/0000-44136f….json` is act 0, act 1 is missing: acts are numbered 0001, 0002, … without a gap; ask for a fresh export
    `documents/ca9781….pdf` has sha256:3e23e8…, its name says sha256:ca9781…: it was altered; ask for a fresh export
    ");
}

#[test]
fn a_manifest_that_says_something_else_is_refused() {
    let mut all = Vec::new();
    for text in [
        "",
        "[]",
        r#"{"format":2,"id":"d","title":"t","parties":[]}"#,
        r#"{"id":"d","title":"t","parties":[]}"#,
        r#"{"format":1,"title":"t","parties":[]}"#,
        r#"{"format":1,"id":"d","title":"a\u001bb","parties":[]}"#,
        r#"{"format":1,"id":"d","title":"t","parties":["A","A"]}"#,
        r#"{"format":1,"id":"d","title":"t","parties":["not an id"]}"#,
        r#"{"format":1,"id":"d","id":"e","title":"t","parties":[]}"#,
        r#"{"format":1,"id":"d","title":"t","parties":[],"verified":true}"#,
        r#"{"format":1,"id":"d","title":"t","parties":[],"origin":5}"#,
    ] {
        all.push(refusal(&zip(&[Forged::stored("dossier.json", text.as_bytes())], None)));
    }
    insta::assert_snapshot!(all.join("\n"), @"
    `dossier.json`: it is not JSON (EOF while parsing a value at line 1 column 0); ask for a fresh export
    `dossier.json`: `dossier.json` must be an object; ask for a fresh export
    `dossier.json`: `format` is the number 2, this program reads 1; update the program
    `dossier.json`: `format` must be 1; ask for a fresh export
    `dossier.json`: `id` must be a text of 1 to 500 bytes without control characters; ask for a fresh export
    `dossier.json`: `title` must be a text of 1 to 500 bytes without control characters; ask for a fresh export
    `dossier.json`: `parties` must be a list of party ids, each once; ask for a fresh export
    `dossier.json`: `parties` must be a list of party ids, each once; ask for a fresh export
    `dossier.json`: it is not JSON (`id` is given twice at line 1 column 25); ask for a fresh export
    `dossier.json`: `verified` is not a member that format 1 has; update the program
    `dossier.json`: `origin` must be null, or a text of 1 to 500 bytes; ask for a fresh export
    ");
}

#[test]
fn what_is_too_large_is_refused_before_it_is_unpacked() {
    let zeros = vec![0; 20 << 20];
    let document =
        |entry: Forged| Forged { name: format!("documents/{}.bin", sha256(&zeros).hex()).into(), ..entry };
    let bomb = document(Forged::deflated("x", &zeros));
    let claims = |size| Forged { size, ..bomb.clone() };
    let all = [
        said(std::slice::from_ref(&bomb)),
        // States a size that fits, holds twenty megabytes: stops at the size stated.
        said(&[claims(u32::try_from(bomb.packed.len()).unwrap())]),
        said(&[claims(21 << 20)]),
        said(&[claims(100_000_001)]),
        said(&[claims(u32::MAX)]),
        said(&[act(1, ACT, ActPart::Json, &vec![b' '; 65_537])]),
        said(&[Forged::stored("maps/x.authority", &vec![b' '; (1 << 20) + 1])]),
        // Eleven documents of a hundred megabytes each, by their headers.
        said(
            &(0..11_u8)
                .map(|n| {
                    let name = format!("documents/{}.bin", sha256(&[n]).hex()).into();
                    Forged { name, size: 100_000_000, ..bomb.clone() }
                })
                .collect::<Vec<_>>(),
        ),
    ];
    insta::assert_snapshot!(all.join("\n"), @"
    `documents/cd52d8….bin` unpacks 20387 bytes to 20971520, more than 200 times as many: this is a zip bomb; do not unpack it
    `documents/cd52d8….bin` is damaged: it does not unpack to the 20387 bytes and checksum that the zip states; fetch the bundle again
    `documents/cd52d8….bin` unpacks 20387 bytes to 22020096, more than 200 times as many: this is a zip bomb; do not unpack it
    `documents/cd52d8….bin` has 100000001 bytes, the limit there is 100000000; leave it out or split it
    the bundle has 4294967346 bytes, the limit is 1073741824; export fewer documents
    `acts/0001-44136f….json` has 65537 bytes, the limit there is 65536; leave it out or split it
    `maps/x.authority` has 1048577 bytes, the limit there is 1048576; leave it out or split it
    the bundle has 1100000051 bytes, the limit is 1073741824; export fewer documents
    ");
}

#[test]
fn damaged_entries_are_named() {
    let map = || Forged::deflated("maps/x.authority", &b"party RUR ".repeat(30));
    let mut cut = map();
    cut.packed.truncate(5);
    let mut longer = map();
    longer.packed.extend(b"behind the end of the stream");
    let all = [
        said(&[Forged { crc: 1, ..map() }]),
        said(&[Forged { size: 10, ..map() }]),
        said(&[Forged { size: 900, ..map() }]),
        said(&[Forged { packed: b"\xff\xff\xff".to_vec(), ..map() }]),
        said(&[Forged { packed: vec![], ..map() }]),
        said(&[cut]),
        said(&[longer]),
    ];
    insta::assert_snapshot!(all.join("\n"), @"
    `maps/x.authority` is damaged: it does not unpack to the 300 bytes and checksum that the zip states; fetch the bundle again
    `maps/x.authority` is damaged: it does not unpack to the 10 bytes and checksum that the zip states; fetch the bundle again
    `maps/x.authority` is damaged: it does not unpack to the 900 bytes and checksum that the zip states; fetch the bundle again
    `maps/x.authority` is damaged: it does not unpack to the 300 bytes and checksum that the zip states; fetch the bundle again
    `maps/x.authority` is damaged: it does not unpack to the 300 bytes and checksum that the zip states; fetch the bundle again
    `maps/x.authority` is damaged: it does not unpack to the 300 bytes and checksum that the zip states; fetch the bundle again
    `maps/x.authority` is damaged: it does not unpack to the 300 bytes and checksum that the zip states; fetch the bundle again
    ");
}

/// A signature swapped for another is a well-formed bundle: what finds it is the signature.
#[test]
fn a_swapped_signature_is_found_by_verifying_it() {
    let mut bundle = sample();
    let first = bundle.acts[0].p7s.clone();
    bundle.acts[0].p7s = std::mem::replace(&mut bundle.acts[1].p7s, first);
    let bundle = read(&write(&bundle).unwrap()).unwrap();
    for (act, other) in [(0, 1), (1, 0)] {
        let error = verify_detached(&bundle.acts[act].json, &bundle.acts[act].p7s).unwrap_err();
        let (signed, found) = (bundle.acts[other].id.0, bundle.acts[act].id.0);
        assert_eq!(
            error,
            SignatureError::ContentChanged {
                digest: countersign_signature::DigestAlgorithm::Sha256,
                signed: signed.to_vec(),
                found: found.to_vec()
            }
        );
    }
}

/// A byte changed in an act, with zip checksums mended: found by the act's name.
#[test]
fn a_changed_byte_in_any_act_is_found_and_the_act_named() {
    let bundle = sample();
    for act in &bundle.acts {
        for at in 0..act.json.len() {
            let mut json = act.json.clone();
            json[at] ^= 1;
            let entries = [
                manifest(),
                Forged::stored(&act_path(1, &act.id, ActPart::Json), &json),
                Forged::stored(&act_path(1, &act.id, ActPart::P7s), &act.p7s),
            ];
            let (entry, named, found) = (act_path(1, &act.id, ActPart::Json), act.id, sha256(&json));
            assert_eq!(read(&zip(&entries, None)), Err(BundleError::Digest { entry, named, found }));
        }
    }
}
