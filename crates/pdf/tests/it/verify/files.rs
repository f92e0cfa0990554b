//! Files with several signers, changes after signing, and signatures that don't match.

use super::world::*;
use crate::sign::bases::Base;
use countersign_pdf::{ChangeVerdict, Purpose};
use countersign_signature::ades::{Indication, SubIndication};

fn said(world: &World, file: &[u8], at: i64) -> String {
    let report = world.ask(file, Event::Nothing, at);
    report.signatures.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn each_signature_and_timestamp_of_a_file_is_told_in_a_line() {
    let world = World::new();
    let file = world.t(&Base::Classic.bytes(), &world.berg, SIGNED);
    let file = world.t(&file, &world.dahl, SIGNED + 600);
    let file = world.lt(&file, &["Signature1", "Signature2"], Event::Nothing, LISTED);
    let file = World::lta(&file, &world.tsa, ARCHIVED);
    insta::assert_snapshot!(said(&world, &file, SOON), @r"
    signature `Signature1` by `CN=A. Berg,O=Kravonia` (B-LTA): TOTAL-PASSED; permitted changes after it
    signature `Signature2` by `CN=C. Dahl,O=Ruritania` (B-LTA): TOTAL-PASSED; permitted changes after it
    document timestamp `Timestamp1` by `CN=TSA 1`: TOTAL-PASSED; nothing after it
    ");
}

#[test]
fn a_signer_who_comes_after_the_store_has_no_level_by_it() {
    let world = World::new();
    let file = World::lta(
        &world.lt(
            &world.t(&Base::Classic.bytes(), &world.berg, SIGNED),
            &["Signature1"],
            Event::Nothing,
            LISTED,
        ),
        &world.tsa,
        ARCHIVED,
    );
    let file = World::b(&file, &world.dahl);
    insta::assert_snapshot!(said(&world, &file, SOON), @r"
    signature `Signature1` by `CN=A. Berg,O=Kravonia` (B-LTA): TOTAL-PASSED; permitted changes after it
    document timestamp `Timestamp1` by `CN=TSA 1`: TOTAL-PASSED; permitted changes after it
    signature `Signature2` by `CN=C. Dahl,O=Ruritania` (B-B): TOTAL-PASSED; nothing after it
    ");
}

#[test]
fn a_flipped_byte_fails_totally_whatever_covers_it_later() {
    let world = World::new();
    let [.., lta, _] = world.levels(Event::Nothing);
    let mut file = lta;
    let at = file.windows(8).position(|window| window == b"MediaBox").unwrap() - 20;
    let at = (at..file.len()).find(|at| file[*at].is_ascii_digit()).unwrap();
    file[at] = if file[at] == b'1' { b'2' } else { b'1' };
    let report = world.ask(&file, Event::Nothing, SOON);
    assert_eq!(report.signatures.len(), 2);
    for signature in &report.signatures {
        assert_eq!(signature.conclusion().sub(), Some(SubIndication::HashFailure), "{signature}");
        assert_eq!(signature.conclusion().indication(), Indication::TotalFailed);
        assert!(!signature.holds());
    }
}

#[test]
fn what_a_document_timestamp_covers_is_what_stood_in_its_revision() {
    let world = World::new();
    let [.., again] = world.levels(Event::Nothing);
    let report = world.ask(&again, Event::Nothing, SIGNED + 5 * YEAR);
    let purposes: Vec<_> = report.signatures.iter().map(|one| one.purpose).collect();
    assert_eq!(purposes, [Purpose::Signature, Purpose::Timestamp, Purpose::Timestamp]);
    assert!(report.signatures.iter().all(|one| one.conclusion().is_passed()), "{report:#?}");
    let verdicts: Vec<_> = report.signatures.iter().map(|one| one.changed).collect();
    assert!(matches!(verdicts[0], ChangeVerdict::AsPermitted(_)));
    assert_eq!(verdicts[2], ChangeVerdict::Untouched);
}

#[test]
fn a_file_cut_back_to_its_signature_is_what_it_was_then() {
    let world = World::new();
    let [_, t, lt, ..] = world.levels(Event::Nothing);
    assert!(lt.starts_with(&t));
    let report = world.ask(&lt[..t.len()], Event::Nothing, SOON);
    assert!(report.signatures[0].holds(), "{}", report.signatures[0]);
    assert_eq!(report.signatures[0].changed, ChangeVerdict::Untouched);
}

#[test]
fn bytes_after_the_end_are_named() {
    let world = World::new();
    let [_, mut file, ..] = world.levels(Event::Nothing);
    file.extend_from_slice(b"% more\n");
    let report = world.ask(&file, Event::Nothing, SOON);
    let signature = &report.signatures[0];
    assert!(signature.conclusion().is_passed());
    assert_eq!(signature.changed, ChangeVerdict::Forbidden);
    assert!(!signature.holds());
}

#[test]
fn a_file_without_signatures_has_none() {
    let world = World::new();
    assert!(world.ask(&Base::Classic.bytes(), Event::Nothing, SOON).signatures.is_empty());
}

#[test]
fn each_signature_over_a_certificate_or_a_list_is_checked_once() {
    let world = World::new();
    let [b, _, _, lta, _] = world.levels(Event::Nothing);
    // Two certificates below the root, and the two lists of the day.
    assert_eq!(world.ask(&b, Event::Nothing, SOON).checked, 4);
    // The authority's certificate too, and the two lists of the store: what speaks for both paths is checked once.
    assert_eq!(world.ask(&lta, Event::Nothing, SOON).checked, 7);
}

#[test]
fn a_second_signer_of_the_same_authority_costs_one_certificate_more() {
    let world = World::new();
    let one = World::b(&Base::Classic.bytes(), &world.berg);
    let two = World::b(&one, &world.dahl);
    let checked = |file: &[u8]| world.ask(file, Event::Nothing, SOON).checked;
    assert_eq!(checked(&two), checked(&one) + 1);
}
