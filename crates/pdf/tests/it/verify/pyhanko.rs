//! What pyHanko signs is verified here, and what it says of our files over the years.

use super::world::*;
use crate::sign::bases::Base;
use countersign_keys::SoftwareKey;
use countersign_pdf::{ChangeVerdict, PdfSignature, Purpose};
use countersign_signature::Signer as _;
use countersign_testkit::pyhanko;
use std::fs;
use std::path::Path;

const SCRIPT: &str = include_str!("../../foreign/long_term.py");

fn write_trust(dir: &Path, world: &World) {
    fs::write(dir.join("root.pem"), world.root.certificate().to_pem()).unwrap();
    fs::write(dir.join("sub.pem"), world.ca.certificate().to_pem()).unwrap();
}

fn write_lists(dir: &Path, lists: &[Vec<u8>]) {
    for (number, list) in lists.iter().enumerate() {
        fs::write(dir.join(format!("{number}.crl")), list).unwrap();
    }
}

#[test]
fn what_pyhanko_signs_at_each_level_is_verified_here() {
    let (world, dir) = (World::new(), tempfile::tempdir().unwrap());
    write_trust(dir.path(), &world);
    write_lists(dir.path(), &world.data(Event::Nothing, SIGNED).crls);
    let write = |name: &str, key: &SoftwareKey| {
        fs::write(dir.path().join(format!("{name}.pem")), key.certificate().to_pem()).unwrap();
        let pem = key.private_key().to_pem(None).unwrap();
        fs::write(dir.path().join(format!("{name}.key")), pem.as_bytes()).unwrap();
    };
    write("berg", &world.berg);
    write("dahl", &world.dahl);
    // pyHanko's own test authority signs with RSA alone.
    write("tsa", &world.rsa_tsa);
    fs::write(dir.path().join("base.pdf"), Base::Classic.bytes()).unwrap();
    let folder = dir.path().to_str().unwrap();
    let Some(output) = pyhanko::run(SCRIPT, &["sign", folder, &SIGNED.to_string()], &[]) else { return };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said: Vec<String> = ["b", "t", "lt", "lta", "two"]
        .into_iter()
        .flat_map(|name| {
            let file = fs::read(dir.path().join(format!("{name}.pdf"))).unwrap();
            let report = world.ask(&file, Event::Nothing, SIGNED + DAY);
            assert!(report.signatures.iter().all(|one| one.changed != ChangeVerdict::Forbidden), "{name}");
            // pyHanko draws the names of its timestamps' fields.
            let said = |one: &PdfSignature| match one.purpose {
                Purpose::Signature => format!("{name}: {one}"),
                Purpose::Timestamp => format!("{name}: {one}").replace(&one.field, "…"),
            };
            report.signatures.iter().map(said).collect::<Vec<_>>()
        })
        .collect();
    insta::assert_snapshot!(said.join("\n"), @r"
    b: signature `berg` by `CN=A. Berg,O=Kravonia` (B-B): TOTAL-PASSED; nothing after it
    t: signature `berg` by `CN=A. Berg,O=Kravonia` (B-T): TOTAL-PASSED; nothing after it
    lt: signature `berg` by `CN=A. Berg,O=Kravonia` (B-LT): TOTAL-PASSED; permitted changes after it
    lta: signature `berg` by `CN=A. Berg,O=Kravonia` (B-LTA): TOTAL-PASSED; permitted changes after it
    lta: document timestamp `…` by `CN=TSA 3`: TOTAL-PASSED; permitted changes after it
    two: signature `berg` by `CN=A. Berg,O=Kravonia` (B-T): TOTAL-PASSED; permitted changes after it
    two: signature `dahl` by `CN=C. Dahl,O=Ruritania` (B-T): TOTAL-PASSED; nothing after it
    ");
}

const LATER: i64 = SIGNED + 30 * DAY;
const EARLIER: i64 = SIGNED - DAY;
const EVENTS: [Event; 5] =
    [Event::Nothing, Event::Berg(LATER), Event::Berg(EARLIER), Event::Ca(LATER), Event::Tsa(LATER)];

/// When is asked: all holds; the signer's certificate has ended; the first timestamp authority's; the authority's above.
const SIGNER_ENDED: i64 = RENEWED + 10 * DAY;
const TSA_ENDED: i64 = SIGNED + 5 * YEAR;
const CA_ENDED: i64 = SIGNED + 7 * YEAR;

/// The places of B-LT, B-LTA and the file stamped again in [`World::levels`].
const LT: usize = 2;
const LTA: usize = 3;
const AGAIN: usize = 4;

/// A level, what happened, and when is asked.
type Row = (usize, Event, i64);

/// Asks both, about every level, event and moment; pairs of our word and pyHanko's.
fn compare() -> Option<Vec<(Row, [String; 2])>> {
    let (world, dir) = (World::new(), tempfile::tempdir().unwrap());
    write_trust(dir.path(), &world);
    let (mut questions, mut ours) = (String::new(), Vec::new());
    for event in EVENTS {
        let levels = world.levels(event);
        for asked in [SOON, SIGNED + YEAR, SIGNER_ENDED, TSA_ENDED, CA_ENDED] {
            for level in [LT, LTA, AGAIN].into_iter().filter(|level| *level < AGAIN || asked > RENEWED) {
                let name = format!("{}.pdf", ours.len());
                let report = world.ask(&levels[level], event, asked);
                let word = report.signatures[0].conclusion().sub().map_or("PASSED", |sub| sub.word());
                ours.push(((level, event, asked), word));
                fs::write(dir.path().join(&name), &levels[level]).unwrap();
                let lists = dir.path().join(format!("{name}.crls"));
                fs::create_dir(&lists).unwrap();
                write_lists(&lists, &world.data(event, asked).crls);
                questions.push_str(&format!("{name} {asked}\n"));
            }
        }
    }
    fs::write(dir.path().join("questions"), questions).unwrap();
    let output = pyhanko::run(SCRIPT, &["judge", dir.path().to_str().unwrap()], &[])?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let theirs = String::from_utf8(output.stdout).unwrap();
    assert_eq!(theirs.lines().count(), ours.len());
    let pairs = ours.into_iter().zip(theirs.lines());
    Some(pairs.map(|((row, ours), theirs)| (row, [ours.to_owned(), theirs.to_owned()])).collect())
}

/// Why we pass what pyHanko does not.
///
/// After sliding back, pyHanko verifies the whole path once more at the moment it came to, where EN 319 102-1 §5.6.2.4 asks
/// for a proof that the signature existed by then and for the signer's certificate to have held when it did. So a
/// fresh list from after a certificate's end, or a list that was due again before a revocation, undoes what is proven.
const VERIFIED_ONCE_MORE: &[Row] = &[
    (LT, Event::Nothing, SIGNER_ENDED),
    (LTA, Event::Nothing, SIGNER_ENDED),
    (AGAIN, Event::Nothing, SIGNER_ENDED),
    (AGAIN, Event::Nothing, TSA_ENDED),
    (LT, Event::Berg(LATER), SIGNED + YEAR),
    (LTA, Event::Berg(LATER), SIGNED + YEAR),
    (LT, Event::Berg(LATER), SIGNER_ENDED),
    (LTA, Event::Berg(LATER), SIGNER_ENDED),
    (AGAIN, Event::Berg(LATER), SIGNER_ENDED),
    (AGAIN, Event::Berg(LATER), TSA_ENDED),
    (AGAIN, Event::Ca(LATER), TSA_ENDED),
];

/// pyHanko takes an authority's end above the signer for a broken chain and looks no further; here it is out of bounds as
/// the signer's own end is.
const AUTHORITY_ENDED: &[Row] = &[
    (AGAIN, Event::Nothing, CA_ENDED),
    (AGAIN, Event::Berg(LATER), CA_ENDED),
    (AGAIN, Event::Ca(LATER), CA_ENDED),
];

/// pyHanko gives a failed timestamp's word for the whole; here the signature, which passes without, passes (EN 319 102-1
/// §5.5.4, step 4 b).
const FAILED_TIMESTAMP: &[Row] =
    &[(LT, Event::Tsa(LATER), SIGNED + YEAR), (LTA, Event::Tsa(LATER), SIGNED + YEAR)];

#[test]
fn what_pyhanko_passes_with_long_term_data_passes_here_and_what_passes_here_alone_is_known() {
    let Some(pairs) = compare() else { return };
    let (mut both, mut alone) = (0, Vec::new());
    for (row, [ours, theirs]) in &pairs {
        match (ours == "PASSED", theirs == "PASSED") {
            (true, true) => both += 1,
            (true, false) => alone.push(*row),
            (false, true) => panic!("pyHanko passes {row:?}, we say {ours}"),
            (false, false) => {}
        }
    }
    let known = [VERIFIED_ONCE_MORE, AUTHORITY_ENDED, FAILED_TIMESTAMP].concat();
    for row in &alone {
        assert!(known.contains(row), "{row:?} passes here alone");
    }
    assert_eq!((both, alone.len()), (13, known.len()), "{pairs:#?}");
}
