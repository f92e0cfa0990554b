//! OCSP answers, by the authority itself and by whom it appointed, over the years.

use super::world::*;
use countersign_keys::SoftwareKey;
use countersign_signature::ades::{Evidence, SubIndication, Validation};
use countersign_signature::issue::ocsp::{CertificateId, Moment, Request, Status, answer};
use countersign_signature::issue::{Reason, Revoked};
use countersign_signature::{Signer as _, ValidationData, with_validation_data};

/// What a responder says of the signer at a moment; newer news is due a week later.
fn about_signer(world: &World, responder: &SoftwareKey, moment: i64, status: Status) -> Vec<u8> {
    let ca = world.ca.certificate();
    let request = Request::about(CertificateId::of(world.signer.certificate(), ca));
    let times = Moment {
        produced_at: moment,
        this_update: moment,
        next_update: Some(moment + 7 * DAY),
        archive_cutoff: None,
    };
    answer(&request, ca, times, responder, |_| status).unwrap()
}

/// Signed, stamped, with an answer of a day later, lists of the other authorities, archived, stamped again.
fn renewed(world: &World, responder: &SoftwareKey) -> Vec<u8> {
    let p7s = world.made(Made::BT, Event::Nothing);
    let with = |p7s: &[u8], day: i64| {
        let mut crls = world.lists(Event::Nothing, day);
        crls.remove(1);
        let ocsps = vec![about_signer(world, responder, day, Status::Good)];
        with_validation_data(p7s, &ValidationData { crls, ocsps, certificates: Vec::new() }).unwrap()
    };
    let p7s = World::archived(&with(&p7s, LISTED), &world.tsa, ARCHIVED);
    let data =
        ValidationData { crls: world.lists(Event::Nothing, RENEWED - DAY), ..ValidationData::default() };
    World::archived(&with_validation_data(&p7s, &data).unwrap(), &world.later_tsa, RENEWED)
}

/// An answer and the lists of everybody else, of a day.
fn collected(world: &World, answer: Vec<u8>, day: i64) -> Evidence {
    let mut crls = world.lists(Event::Nothing, day);
    crls.remove(1);
    Evidence { crls, ocsps: vec![answer], ..Evidence::default() }
}

fn ask(world: &World, p7s: &[u8], responder: &SoftwareKey, status: Status, moment: i64) -> Validation {
    world.ask(p7s, &collected(world, about_signer(world, responder, moment, status), moment), moment)
}

fn responder(world: &World) -> SoftwareKey {
    let pki = world.pki.between(at(2025, 1, 1), at(2031, 1, 1));
    pki.ocsp_responder("responder", "CN=Responder,O=Ruritania", &world.ca)
}

#[test]
fn answers_of_the_authority_and_of_its_responder_count_like_lists() {
    let world = World::new();
    let p7s = world.made(Made::BT, Event::Nothing);
    for responder in [&world.ca, &responder(&world)] {
        assert_eq!(ask(&world, &p7s, responder, Status::Good, SOON).sub(), None);
        let revoked = |at| Status::Revoked { at, reason: Reason::KeyCompromise };
        let validation = ask(&world, &p7s, responder, revoked(SIGNED - DAY), SOON);
        assert_eq!(validation.sub(), Some(SubIndication::RevokedNoPoe));
        let validation = ask(&world, &p7s, responder, revoked(SIGNED + DAY), SOON);
        assert_eq!(validation.sub(), None, "{validation}");
        let validation = ask(&world, &p7s, responder, Status::Unknown, SOON);
        assert_eq!(validation.sub(), Some(SubIndication::TryLater));
    }
}

#[test]
fn an_answer_that_its_responder_did_not_sign_says_nothing() {
    let world = World::new();
    let p7s = world.made(Made::BT, Event::Nothing);
    let mut forged = about_signer(&world, &world.ca, SOON, Status::Good);
    let last = forged.len() - 1;
    forged[last] ^= 1;
    let validation = world.ask(&p7s, &collected(&world, forged, SOON), SOON);
    assert_eq!(validation.sub(), Some(SubIndication::TryLater));
}

#[test]
fn an_answer_in_an_archived_signature_outlives_its_responder() {
    let world = World::new();
    for responder in [&world.ca, &responder(&world)] {
        let p7s = renewed(&world, responder);
        let offline = Evidence { crls: world.lists(Event::Nothing, CA_ENDED), ..Evidence::default() };
        let validation = world.ask(&p7s, &offline, CA_ENDED);
        assert_eq!(validation.sub(), None, "{validation}");
    }
}

#[test]
fn the_newest_of_list_and_answer_counts_and_a_revocation_for_good_stays() {
    let world = World::new();
    let p7s = world.made(Made::BT, Event::Nothing);
    let good = about_signer(&world, &world.ca, SOON, Status::Good);
    let mut evidence = collected(&world, good, SOON);
    let revoked = |reason| {
        let serial = world.signer.certificate().serial().to_vec();
        list(&world.ca, SOON - DAY, vec![Revoked { serial, at: SIGNED - DAY, reason, invalid_since: None }])
    };
    evidence.crls.push(revoked(Reason::KeyCompromise));
    assert_eq!(world.ask(&p7s, &evidence, SOON).sub(), Some(SubIndication::RevokedNoPoe));
}
