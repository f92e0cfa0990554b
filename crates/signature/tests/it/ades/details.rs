//! What is said, and what the choices of the one who verifies do.

use super::world::*;
use countersign_signature::ades::{
    AlgorithmRow, AlgorithmTable, Binding, Constraints, Evidence, Freshness, Indication, Level, Mechanism,
    ObjectId, Proof, RevocationRule, Rules, SubIndication, TimestampState, Validation, Witness, verify_cms,
    verify_token,
};
use countersign_signature::timestamp::MessageImprint;
use countersign_signature::{DigestAlgorithm, ValidationData, signature_value, with_validation_data};

/// A quarter after signing.
const AFTER: i64 = at(2026, 6, 1);

fn asked(made: Made, event: Event, moment: i64) -> Validation {
    let world = World::new();
    world.ask(&world.made(made, event), &world.collected(Lists::Fetched, event, moment), moment)
}

fn asked_by(made: Made, moment: i64, constraints: &Constraints) -> Validation {
    let world = World::new();
    let collected = world.collected(Lists::Fetched, Event::Nothing, moment);
    world.ask_by(&world.made(made, Event::Nothing), &collected, moment, constraints)
}

#[test]
fn both_sides_of_what_was_overcome_are_told() {
    let validation = asked(Made::BT, Event::SignerRevoked(AFTER), A_YEAR_LATER);
    insta::assert_snapshot!(validation, @"TOTAL-PASSED, although `CN=C. Dahl,O=Ruritania` was revoked at 2026-06-01T00:00:00Z (key compromise; CRL by `CN=Sub CA,O=Ruritania`); the signature is known to exist since 2026-03-01T00:00:01Z (timestamp by `CN=TSA 1,O=Kravonia`)");
    let validation = asked(Made::Renewed, Event::SignerRevoked(AFTER), CA_ENDED);
    let overcome: Vec<String> = validation.conclusion.overcome.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(overcome.join("\n"), @r"
    `CN=C. Dahl,O=Ruritania` was revoked at 2026-06-01T00:00:00Z (key compromise; CRL by `CN=Sub CA,O=Ruritania`); the signature is known to exist since 2026-03-01T00:00:01Z (timestamp by `CN=TSA 1,O=Kravonia`)
    `CN=C. Dahl,O=Ruritania` holds from 2025-01-01T00:00:00Z to 2027-12-31T23:59:59Z, asked about 2032-06-01T00:00:00Z; the signature is known to exist since 2026-03-01T00:00:01Z (timestamp by `CN=TSA 1,O=Kravonia`)
    `CN=Sub CA,O=Ruritania` holds from 2024-01-01T00:00:00Z to 2031-12-31T23:59:59Z, asked about 2032-06-01T00:00:00Z; the signature is known to exist since 2026-03-01T00:00:01Z (timestamp by `CN=TSA 1,O=Kravonia`)
    whether `CN=Sub CA,O=Ruritania` was revoked: the CRL by `CN=Root CA,O=Ruritania` is of 2029-05-31T00:00:00Z, the next was due by 2029-06-07T00:00:00Z, asked about 2032-06-01T00:00:00Z; the signature is known to exist since 2026-03-01T00:00:01Z (timestamp by `CN=TSA 1,O=Kravonia`)
    ");
}

#[test]
fn both_sides_of_what_decides_are_told() {
    insta::assert_snapshot!(asked(Made::BB, Event::SignerRevoked(AFTER), A_YEAR_LATER), @"INDETERMINATE/REVOKED_NO_POE: `CN=C. Dahl,O=Ruritania` was revoked at 2026-06-01T00:00:00Z (key compromise; CRL by `CN=Sub CA,O=Ruritania`); the signature is known to exist since 2027-03-01T00:00:00Z (no timestamp: that is when it was asked about)");
    insta::assert_snapshot!(asked(Made::Blt, Event::CaRevoked(AFTER), A_YEAR_LATER), @"INDETERMINATE/REVOKED_CA_NO_POE: `CN=Sub CA,O=Ruritania` was revoked at 2026-06-01T00:00:00Z (key compromise; CRL by `CN=Root CA,O=Ruritania`); the signature is known to exist since 2026-03-01T00:00:01Z (timestamp by `CN=TSA 1,O=Kravonia`); and 1 more");
    insta::assert_snapshot!(asked(Made::BB, Event::Nothing, SIGNER_ENDED), @"INDETERMINATE/OUT_OF_BOUNDS_NO_POE: `CN=C. Dahl,O=Ruritania` holds from 2025-01-01T00:00:00Z to 2027-12-31T23:59:59Z, asked about 2028-06-01T00:00:00Z; the signature is known to exist since 2028-06-01T00:00:00Z (no timestamp: that is when it was asked about); and 1 more");
    let world = World::new();
    let p7s = world.made(Made::Blt, Event::Nothing);
    insta::assert_snapshot!(world.ask(&p7s, &Evidence::default(), A_YEAR_LATER), @"INDETERMINATE/NO_POE: the certificate of `CN=C. Dahl,O=Ruritania` must have existed at 2026-03-09T00:00:00Z (until then `CN=Sub CA,O=Ruritania` is known to have held), it is known to exist since 2027-03-01T00:00:00Z (no timestamp: that is when it was asked about); and 2 more");
    let p7s = world.made(Made::BB, Event::Nothing);
    insta::assert_snapshot!(world.ask(&p7s, &Evidence::default(), SOON), @"INDETERMINATE/TRY_LATER: nothing at hand says whether `CN=C. Dahl,O=Ruritania` was revoked: no revocation list and no OCSP answer at hand is about it; and 1 more");
}

#[test]
fn each_timestamp_has_its_own_verdict() {
    let validation = asked(Made::Renewed, Event::Nothing, TSA_ENDED);
    let said: Vec<String> = validation.timestamps.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(said.join("\n"), @r"
    archive timestamp of 2029-06-01T00:00:01Z by `CN=TSA 2,O=Kravonia`: TOTAL-PASSED
    archive timestamp of 2026-03-03T00:00:01Z by `CN=TSA 1,O=Kravonia`: TOTAL-PASSED, although `CN=TSA 1,O=Kravonia` holds from 2025-01-01T00:00:00Z to 2029-12-31T23:59:59Z, asked about 2030-06-01T00:00:00Z; the signature is known to exist since 2029-06-01T00:00:01Z (timestamp by `CN=TSA 2,O=Kravonia`); and 1 more
    signature timestamp of 2026-03-01T00:00:01Z by `CN=TSA 1,O=Kravonia`: TOTAL-PASSED, although `CN=TSA 1,O=Kravonia` holds from 2025-01-01T00:00:00Z to 2029-12-31T23:59:59Z, asked about 2030-06-01T00:00:00Z; the signature is known to exist since 2026-03-03T00:00:01Z (timestamp by `CN=TSA 1,O=Kravonia`); and 1 more
    ");
}

#[test]
fn the_level_is_what_stands_there_whether_it_holds_or_not() {
    for (made, level) in [
        (Made::BB, Level::BB),
        (Made::BT, Level::BT),
        (Made::Blt, Level::BLT),
        (Made::Blta, Level::BLTA),
        (Made::Renewed, Level::BLTA),
    ] {
        let world = World::new();
        let p7s = world.made(made, Event::Nothing);
        let validation = world.ask(&p7s, &Evidence::default(), CA_ENDED);
        assert_eq!(validation.level, Some(level), "{made:?}");
        assert_eq!(validation.indication(), Indication::Indeterminate, "{made:?}");
    }
}

#[test]
fn changed_content_fails_totally() {
    let world = World::new();
    let (trust, constraints) = (world.trust(), Constraints::default());
    let collected = Evidence::default();
    let rules = Rules { trust: &trust, constraints: &constraints, collected: &collected, at: SOON };
    let p7s = world.made(Made::Blta, Event::Nothing);
    let (validation, signature) = verify_cms(&p7s, Some(&[b"the parties disagree"]), &[], &rules);
    assert!(signature.is_err());
    assert_eq!(validation.sub(), Some(SubIndication::HashFailure));
    assert_eq!(validation.indication(), Indication::TotalFailed);
    let (validation, _) = verify_cms(b"no signature", Some(&[CONTENT]), &[], &rules);
    assert_eq!(validation.sub(), Some(SubIndication::FormatFailure));
    let (validation, _) = verify_cms(&p7s, None, &[], &rules);
    assert_eq!(validation.sub(), Some(SubIndication::SignedDataNotFound));
}

#[test]
fn nobody_who_is_trusted_means_no_chain() {
    let world = World::new();
    let mut trust = world.trust();
    trust.signers.clone_from(&trust.timestamps);
    let (constraints, collected) = (Constraints::default(), Evidence::default());
    let rules = Rules { trust: &trust, constraints: &constraints, collected: &collected, at: SOON };
    let p7s = world.made(Made::Blta, Event::Nothing);
    let (validation, _) = verify_cms(&p7s, Some(&[CONTENT]), &[], &rules);
    assert_eq!(validation.sub(), Some(SubIndication::NoCertificateChainFound));
    assert_eq!(validation.state, TimestampState::Archived, "its time is shown all the same");
    assert!(validation.path.is_none());
}

#[test]
fn a_token_beside_the_signature_counts_as_one_inside() {
    let world = World::new();
    let p7s = world.made(Made::BB, Event::Nothing);
    let event = Event::SignerRevoked(AFTER);
    let imprint = MessageImprint::of(DigestAlgorithm::Sha384, &[&signature_value(&p7s).unwrap()]);
    let token = World::stamp(&world.tsa, imprint, SIGNED);
    let (trust, constraints) = (world.trust(), Constraints::default());
    let collected = world.collected(Lists::Fetched, event, A_YEAR_LATER);
    let rules = Rules { trust: &trust, constraints: &constraints, collected: &collected, at: A_YEAR_LATER };
    let (without, _) = verify_cms(&p7s, Some(&[CONTENT]), &[], &rules);
    assert_eq!(without.sub(), Some(SubIndication::RevokedNoPoe));
    let (with, _) = verify_cms(&p7s, Some(&[CONTENT]), &[token.as_der()], &rules);
    assert_eq!((with.indication(), with.state), (Indication::TotalPassed, TimestampState::Proven));
    assert_eq!(with.proven.unwrap().at, SIGNED + 1, "the authority's accuracy is a second");
}

#[test]
fn a_token_over_something_else_proves_nothing_and_is_named() {
    let world = World::new();
    let p7s = world.made(Made::BB, Event::Nothing);
    let other = World::stamp(&world.tsa, MessageImprint::of(DigestAlgorithm::Sha256, &[b"another"]), SIGNED);
    let (trust, constraints) = (world.trust(), Constraints::default());
    let event = Event::SignerRevoked(AFTER);
    let collected = world.collected(Lists::Fetched, event, A_YEAR_LATER);
    let rules = Rules { trust: &trust, constraints: &constraints, collected: &collected, at: A_YEAR_LATER };
    let (validation, _) = verify_cms(&p7s, Some(&[CONTENT]), &[other.as_der(), b"junk"], &rules);
    assert_eq!(validation.sub(), Some(SubIndication::RevokedNoPoe));
    let subs: Vec<_> = validation.timestamps.iter().map(|stamp| stamp.conclusion.sub()).collect();
    assert_eq!(subs, [Some(SubIndication::FormatFailure), Some(SubIndication::HashFailure)]);
}

#[test]
fn a_token_alone_is_weighed_over_its_bytes() {
    let world = World::new();
    let token = World::stamp(&world.tsa, MessageImprint::of(DigestAlgorithm::Sha256, &[b"a file"]), SIGNED);
    let (trust, constraints) = (world.trust(), Constraints::default());
    let ask = |over: &[u8], event, moment| {
        let collected = world.collected(Lists::Fetched, event, moment);
        let rules = Rules { trust: &trust, constraints: &constraints, collected: &collected, at: moment };
        verify_token(token.as_der(), &[over], &rules).conclusion.sub()
    };
    assert_eq!(ask(b"a file", Event::Nothing, SOON), None);
    assert_eq!(ask(b"another", Event::Nothing, SOON), Some(SubIndication::HashFailure));
    assert_eq!(ask(b"a file", Event::TsaRevoked(AFTER), A_YEAR_LATER), Some(SubIndication::RevokedNoPoe));
    assert_eq!(ask(b"a file", Event::Nothing, TSA_ENDED), Some(SubIndication::OutOfBoundsNoPoe));
}

#[test]
fn timestamps_out_of_order_are_contradictions() {
    let world = World::new();
    let p7s = sign(&world);
    let p7s = World::stamped(&p7s, &world.tsa, ARCHIVED + DAY);
    let p7s = world.with_lists(&p7s, Event::Nothing, LISTED);
    let p7s = World::archived(&p7s, &world.tsa, ARCHIVED);
    let validation = world.ask(&p7s, &world.collected(Lists::Fetched, Event::Nothing, SOON), SOON + DAY);
    assert_eq!(validation.sub(), Some(SubIndication::TimestampOrderFailure));
    insta::assert_snapshot!(validation, @"INDETERMINATE/TIMESTAMP_ORDER_FAILURE: a timestamp of 2026-03-03T00:00:01Z covers one of 2026-03-04T00:00:00Z, which says to be later");
}

fn sign(world: &World) -> Vec<u8> {
    world.made(Made::BB, Event::Nothing)
}

#[test]
fn a_signature_older_than_its_certificate_fails_totally() {
    let world = World::new();
    let p7s = World::stamped(&sign(&world), &world.tsa, at(2025, 1, 1));
    assert_eq!(world.ask(&p7s, &fetched(&world, SOON), SOON).indication(), Indication::TotalPassed);
    let younger = world.pki.between(at(2026, 1, 1), at(2028, 1, 1));
    let younger =
        World { signer: younger.person("dahl", "CN=C. Dahl,O=Ruritania", &world.ca), ..World::new() };
    let p7s = World::stamped(&sign(&younger), &younger.tsa, at(2025, 6, 1));
    let validation = younger.ask(&p7s, &fetched(&younger, SOON), SOON);
    assert_eq!(validation.sub(), Some(SubIndication::NotYetValid));
    insta::assert_snapshot!(validation, @"TOTAL-FAILED/NOT_YET_VALID: `CN=C. Dahl,O=Ruritania` holds from 2026-01-01T00:00:00Z; the signature existed at 2025-06-01T00:00:01Z (timestamp by `CN=TSA 1,O=Kravonia`)");
}

fn fetched(world: &World, moment: i64) -> Evidence {
    world.collected(Lists::Fetched, Event::Nothing, moment)
}

#[test]
fn the_callers_proof_counts_like_a_timestamp() {
    let world = World::new();
    let p7s = sign(&world);
    let event = Event::SignerRevoked(AFTER);
    let mut collected = world.collected(Lists::Fetched, event, A_YEAR_LATER);
    let by = Witness::Caller("record 7, witnessed by 2 of 2".into());
    collected.proofs = vec![(ObjectId::of(&signature_value(&p7s).unwrap()), Proof { at: SIGNED, by })];
    let validation = world.ask(&p7s, &collected, A_YEAR_LATER);
    assert_eq!(validation.indication(), Indication::TotalPassed);
    insta::assert_snapshot!(validation, @"TOTAL-PASSED, although `CN=C. Dahl,O=Ruritania` was revoked at 2026-06-01T00:00:00Z (key compromise; CRL by `CN=Sub CA,O=Ruritania`); the signature is known to exist since 2026-03-01T00:00:00Z (record 7, witnessed by 2 of 2)");
}

#[test]
fn an_algorithm_that_ended_is_overcome_by_an_earlier_timestamp_over_all_that_rests_on_it() {
    let digest = AlgorithmRow { mechanism: Mechanism::Digest(DigestAlgorithm::Sha256), until: None };
    let curve = AlgorithmRow { mechanism: Mechanism::Ecdsa(256), until: Some(at(2027, 1, 1) - 1) };
    let constraints =
        Constraints { algorithms: AlgorithmTable::new(vec![digest, curve]), ..Constraints::default() };
    let ended = at(2026, 12, 31);
    assert_eq!(asked_by(Made::BB, ended, &constraints).sub(), None);
    let validation = asked_by(Made::BB, A_YEAR_LATER, &constraints);
    assert_eq!(validation.sub(), Some(SubIndication::CryptoConstraintsFailureNoPoe));
    // The timestamp's own authority signs with it too: nothing is shown by what ended with it.
    let validation = asked_by(Made::Blta, A_YEAR_LATER, &constraints);
    assert_eq!(validation.sub(), Some(SubIndication::CryptoConstraintsFailureNoPoe));
    assert_eq!(validation.state, TimestampState::None);
    let never = Constraints { algorithms: AlgorithmTable::new(vec![digest]), ..Constraints::default() };
    assert_eq!(asked_by(Made::BT, SOON, &never).sub(), Some(SubIndication::CryptoConstraintsFailure));
}

#[test]
fn a_list_from_before_signing_shows_nothing_about_a_signer_once_the_next_was_due() {
    let world = World::new();
    let p7s = World::stamped(&sign(&world), &world.tsa, SIGNED);
    // Issued a day before signing, next due six days after it; everything else is of the day.
    let early = world.lists(Event::Nothing, SIGNED - DAY);
    let data = ValidationData { crls: vec![early[1].clone()], ..ValidationData::default() };
    let p7s = with_validation_data(&p7s, &data).unwrap();
    let late = SIGNED + 30 * DAY;
    let mut collected = fetched(&world, late);
    collected.crls.remove(1);
    assert_eq!(world.ask(&p7s, &collected, late).sub(), Some(SubIndication::TryLater));
    let lenient = Constraints { signers: Freshness::UntilNextUpdate, ..Constraints::default() };
    assert_eq!(world.ask_by(&p7s, &collected, late, &lenient).sub(), None);
    let mut of_the_day = fetched(&world, SIGNED + DAY);
    of_the_day.crls.remove(1);
    assert_eq!(world.ask(&p7s, &of_the_day, SIGNED + DAY).sub(), None, "it was fresh then");
}

#[test]
fn archiving_a_list_from_before_signing_makes_it_no_newer() {
    let world = World::new();
    let p7s = World::stamped(&sign(&world), &world.tsa, SIGNED);
    let p7s = world.with_lists(&p7s, Event::Nothing, SIGNED - DAY);
    let p7s = World::archived(&p7s, &world.tsa, ARCHIVED);
    // Of the day there is only what speaks of the timestamp authority.
    let mut collected = fetched(&world, A_YEAR_LATER);
    collected.crls.drain(..2);
    assert_eq!(world.ask(&p7s, &collected, A_YEAR_LATER).sub(), Some(SubIndication::TryLater));
    let lenient = Constraints { signers: Freshness::UntilNextUpdate, ..Constraints::default() };
    assert_eq!(world.ask_by(&p7s, &collected, A_YEAR_LATER, &lenient).sub(), None);
    let later = world.made(Made::Blta, Event::Nothing);
    assert_eq!(world.ask(&later, &collected, A_YEAR_LATER).sub(), None, "its lists are from after signing");
}

#[test]
fn an_old_list_about_an_authority_is_overcome_by_archived_lists_alone() {
    let world = World::new();
    let mut collected = fetched(&world, A_YEAR_LATER);
    // Of the day there is only what speaks of the timestamp authority.
    collected.crls.drain(..2);
    let ask = |made| world.ask(&world.made(made, Event::Nothing), &collected, A_YEAR_LATER);
    let validation = ask(Made::Blt);
    assert_eq!((validation.sub(), validation.state), (Some(SubIndication::NoPoe), TimestampState::Proven));
    insta::assert_snapshot!(validation, @"INDETERMINATE/NO_POE: the CRL by `CN=Sub CA,O=Ruritania` on `CN=C. Dahl,O=Ruritania` must have existed at 2026-03-09T00:00:00Z (until then `CN=Sub CA,O=Ruritania` is known to have held), it is known to exist since 2027-03-01T00:00:00Z (no timestamp: that is when it was asked about); and 1 more");
    assert_eq!(ask(Made::Blta).sub(), None);
}

#[test]
fn authorities_that_publish_no_lists_can_be_accepted_as_such() {
    let world = World::new();
    let constraints = Constraints { revocation: RevocationRule::WhereKnown, ..Constraints::default() };
    let nothing = Evidence::default();
    let p7s = world.made(Made::BT, Event::Nothing);
    assert_eq!(world.ask_by(&p7s, &nothing, SOON, &constraints).sub(), None);
    let validation = world.ask_by(&p7s, &nothing, SIGNER_ENDED, &constraints);
    assert_eq!(validation.sub(), None, "{validation}");
    let event = Event::SignerRevoked(at(2026, 2, 1));
    let collected = world.collected(Lists::Fetched, event, SOON);
    let validation = world.ask_by(&p7s, &collected, SOON, &constraints);
    assert_eq!(validation.sub(), Some(SubIndication::RevokedNoPoe), "what is known counts");
}

#[test]
fn the_claimed_time_may_have_to_lie_close_to_the_proven_one() {
    let constraints = Constraints { timestamp_delay: Some(DAY), ..Constraints::default() };
    let world = World::new();
    let late = World::stamped(&sign(&world), &world.tsa, SIGNED + 2 * DAY);
    let collected = fetched(&world, SOON);
    let validation = world.ask_by(&late, &collected, SOON, &constraints);
    assert_eq!(validation.sub(), Some(SubIndication::SigConstraintsFailure));
    insta::assert_snapshot!(validation, @"INDETERMINATE/SIG_CONSTRAINTS_FAILURE: claimed to be signed at 2026-03-01T00:00:00Z, known to exist since 2026-03-03T00:00:01Z (timestamp by `CN=TSA 1,O=Kravonia`): more than 86400 seconds apart");
    let in_time = world.made(Made::BT, Event::Nothing);
    assert_eq!(world.ask_by(&in_time, &collected, SOON, &constraints).sub(), None);
    assert_eq!(constraints.binding, Binding::Noted);
}

#[test]
fn every_word_stands_in_the_reference_under_its_verdict() {
    let page = include_str!("../../../../../docs/reference/signature-indications.md");
    let mut listed = Vec::new();
    let mut verdict = "";
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            verdict = heading;
        } else if let Some(word) = line.strip_prefix("| `").and_then(|row| row.split('`').next())
            && !verdict.is_empty()
        {
            listed.push(format!("{verdict}/{word}"));
        }
    }
    let given: Vec<String> =
        SubIndication::ALL.iter().map(|sub| format!("{}/{sub}", sub.indication())).collect();
    assert_eq!(listed, given);
}

#[test]
fn what_came_after_the_moment_asked_about_shows_nothing_yet() {
    let world = World::new();
    let p7s = world.made(Made::Blta, Event::Nothing);
    let validation = world.ask(&p7s, &fetched(&world, SIGNED - DAY), SIGNED - DAY);
    assert_eq!(validation.state, TimestampState::None);
    assert!(validation.proven.is_none());
    let subs: Vec<_> = validation.timestamps.iter().map(|stamp| stamp.conclusion.sub()).collect();
    assert_eq!(subs, [Some(SubIndication::TimestampOrderFailure); 2]);
    let validation = world.ask(&p7s, &fetched(&world, SIGNED + DAY), SIGNED + DAY);
    assert_eq!(validation.state, TimestampState::Proven, "the archive timestamp came a day later");
}
