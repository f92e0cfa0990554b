//! The same questions, asked of pyHanko.

use super::world::*;
use countersign_signature::Signer as _;
use countersign_testkit::pyhanko;
use std::fs;
use std::path::Path;

const SCRIPT: &str = include_str!("../../foreign/cades.py");

/// A month before signing, and a quarter after.
const BEFORE: i64 = at(2026, 2, 1);
const AFTER: i64 = at(2026, 6, 1);

/// The signature, what happened, when it is asked about and with which lists; pyHanko's process; our word and pyHanko's.
type Row = (Made, Event, i64, Lists, &'static str, [&'static str; 2]);

fn write(dir: &Path, world: &World, p7s: &[u8], lists: &[Vec<u8>]) {
    fs::create_dir(dir).unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(dir.join(name), bytes).unwrap();
    write("act", CONTENT);
    write("act.p7s", p7s);
    write("root.der", world.root.certificate().as_der());
    write("tsa-root.der", world.tsa_root.certificate().as_der());
    for (number, list) in lists.iter().enumerate() {
        write(&format!("{number}.crl"), list);
    }
}

/// Asks both about every row.
fn compare(rows: &[Row]) {
    let world = World::new();
    let dir = tempfile::tempdir().unwrap();
    let (mut arguments, mut ours) = (Vec::new(), Vec::new());
    for (number, (made, event, asked, lists, process, _)) in rows.iter().copied().enumerate() {
        let p7s = world.made(made, event);
        let collected = world.collected(lists, event, asked);
        let validation = world.ask(&p7s, &collected, asked);
        ours.push(validation.sub().map_or("PASSED", |sub| sub.word()));
        let own = dir.path().join(number.to_string());
        write(&own, &world, &p7s, &collected.crls);
        arguments.extend([own.to_str().unwrap().to_owned(), asked.to_string(), process.to_owned()]);
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let Some(output) = pyhanko::run(SCRIPT, &arguments, &[]) else { return };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let theirs = String::from_utf8(output.stdout).unwrap();
    let found: Vec<_> = ours.into_iter().zip(theirs.lines()).map(|(ours, theirs)| [ours, theirs]).collect();
    assert_eq!(found.len(), rows.len());
    for (row, found) in rows.iter().zip(found) {
        assert_eq!(found, row.5, "{row:?}");
    }
}

/// The same word of both.
const fn same(word: &'static str) -> [&'static str; 2] {
    [word, word]
}

#[test]
fn pyhanko_agrees() {
    use Event::{CaRevoked, Nothing, SignerRevoked, TsaRevoked};
    use Lists::{Fetched, Offline};
    compare(&[
        (Made::BB, Nothing, SOON, Fetched, "basic", same("PASSED")),
        (Made::BB, Nothing, A_YEAR_LATER, Fetched, "basic", same("PASSED")),
        (Made::BB, Nothing, SIGNER_ENDED, Fetched, "basic", same("OUT_OF_BOUNDS_NO_POE")),
        (Made::BB, SignerRevoked(AFTER), A_YEAR_LATER, Fetched, "basic", same("REVOKED_NO_POE")),
        (Made::BB, SignerRevoked(BEFORE), SOON, Fetched, "basic", same("REVOKED_NO_POE")),
        (Made::BB, CaRevoked(AFTER), A_YEAR_LATER, Fetched, "basic", same("REVOKED_CA_NO_POE")),
        (Made::BB, CaRevoked(AFTER), SIGNER_ENDED, Fetched, "basic", same("REVOKED_CA_NO_POE")),
        (Made::BT, Nothing, SOON, Fetched, "with-time", same("PASSED")),
        (Made::BT, Nothing, A_YEAR_LATER, Fetched, "with-time", same("PASSED")),
        (Made::BT, SignerRevoked(AFTER), A_YEAR_LATER, Fetched, "with-time", same("PASSED")),
        (Made::BT, SignerRevoked(BEFORE), SOON, Fetched, "with-time", same("REVOKED_NO_POE")),
        (Made::BT, SignerRevoked(BEFORE), A_YEAR_LATER, Fetched, "with-time", same("REVOKED_NO_POE")),
        (Made::Blt, Nothing, SOON, Offline, "with-time", same("PASSED")),
        (Made::Blt, Nothing, SIGNER_ENDED, Fetched, "with-time", same("PASSED")),
        (Made::Blt, SignerRevoked(AFTER), A_YEAR_LATER, Fetched, "with-time", same("PASSED")),
        (Made::Blt, SignerRevoked(AFTER), SIGNER_ENDED, Fetched, "with-time", same("PASSED")),
        (Made::Blt, SignerRevoked(BEFORE), SOON, Offline, "with-time", same("REVOKED_NO_POE")),
        (Made::Blt, TsaRevoked(AFTER), SOON, Offline, "with-time", same("PASSED")),
    ]);
}

/// pyHanko gives its general word for what has no lists, where EN 319 102-1 §5.2.6.4 has `TRY_LATER`.
#[test]
fn pyhanko_has_another_word_for_missing_lists() {
    compare(&[
        (
            Made::BB,
            Event::Nothing,
            SOON,
            Lists::Offline,
            "basic",
            ["TRY_LATER", "CERTIFICATE_CHAIN_GENERAL_FAILURE"],
        ),
        (
            Made::BT,
            Event::Nothing,
            SOON,
            Lists::Offline,
            "with-time",
            ["TRY_LATER", "CERTIFICATE_CHAIN_GENERAL_FAILURE"],
        ),
    ]);
}

/// A certificate that was revoked and has ended since: that it was revoked is told first here. pyHanko's process with time
/// looks at its end alone, and passes once a timestamp lies within, by lists that were issued after its end and dropped
/// it or not. Here a list from while it held must say that it was good.
#[test]
fn pyhanko_asks_an_ended_certificate_no_more_about_revocation() {
    let revoked = Event::SignerRevoked(BEFORE);
    compare(&[
        (
            Made::BB,
            revoked,
            SIGNER_ENDED,
            Lists::Fetched,
            "basic",
            ["REVOKED_NO_POE", "OUT_OF_BOUNDS_NO_POE"],
        ),
        (Made::BT, revoked, SIGNER_ENDED, Lists::Fetched, "with-time", ["REVOKED_NO_POE", "PASSED"]),
        (Made::Blt, revoked, SIGNER_ENDED, Lists::Fetched, "with-time", ["REVOKED_NO_POE", "PASSED"]),
        (
            Made::BT,
            Event::Nothing,
            SIGNER_ENDED,
            Lists::Fetched,
            "with-time",
            ["OUT_OF_BOUNDS_NO_POE", "PASSED"],
        ),
    ]);
}

/// An authority revoked since: EN 319 102-1 §5.5.4 does not let a timestamp alone overcome that, since whoever has the
/// authority's key may have made the signer's certificate and its lists. pyHanko's process with time passes it on.
#[test]
fn pyhanko_lets_a_timestamp_overcome_a_revoked_authority() {
    let revoked = Event::CaRevoked(AFTER);
    compare(&[
        (Made::BT, revoked, A_YEAR_LATER, Lists::Fetched, "with-time", ["REVOKED_CA_NO_POE", "PASSED"]),
        (Made::Blt, revoked, A_YEAR_LATER, Lists::Fetched, "with-time", ["REVOKED_CA_NO_POE", "PASSED"]),
    ]);
}

/// A timestamp that proves nothing is left aside here (EN 319 102-1 §5.5.4, step 4 b), and the signature is judged without;
/// pyHanko gives the timestamp's own word for the whole.
#[test]
fn pyhanko_gives_a_failed_timestamps_word() {
    let revoked = Event::TsaRevoked(AFTER);
    compare(&[
        (Made::BT, revoked, A_YEAR_LATER, Lists::Fetched, "with-time", ["PASSED", "REVOKED_NO_POE"]),
        (
            Made::Blt,
            revoked,
            SIGNER_ENDED,
            Lists::Fetched,
            "with-time",
            ["OUT_OF_BOUNDS_NOT_REVOKED", "REVOKED_NO_POE"],
        ),
    ]);
}
