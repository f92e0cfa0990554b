//! What an authority's answer must be to count as one.

use const_oid::ObjectIdentifier;
use countersign_signature::DigestAlgorithm;
use countersign_signature::timestamp::{
    MessageImprint, StampFacts, TimestampError, TimestampRefused, TimestampRequest, grant, read_response,
};
use countersign_testkit::Pki;

const AT: i64 = 1_772_323_200;

const POLICY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.3.4");

fn request(over: &[u8], nonce: u8) -> TimestampRequest {
    TimestampRequest::new(MessageImprint::of(DigestAlgorithm::Sha256, &[over]), [nonce; 8])
}

fn facts() -> StampFacts {
    StampFacts { at: AT, serial: 7, policy: POLICY, accuracy: 1 }
}

#[test]
fn an_answer_counts_for_its_own_request_alone() {
    let pki = Pki::new("stamps");
    let tsa = pki.timestamp_authority("tsa", "CN=TSA", &pki.authority("house", "CN=House CA"));
    let answer = grant(&request(b"act", 1), &facts(), &tsa).unwrap();
    assert!(read_response(&request(b"act", 1), &answer).is_ok());
    assert_eq!(read_response(&request(b"act", 2), &answer), Err(TimestampRefused::OtherNonce));
    assert_eq!(read_response(&request(b"other", 1), &answer), Err(TimestampRefused::OtherImprint));
}

#[test]
fn a_persons_key_stamps_nothing() {
    let pki = Pki::new("stamps");
    let person = pki.person("dahl", "CN=C. Dahl", &pki.authority("house", "CN=House CA"));
    let answer = grant(&request(b"act", 1), &facts(), &person).unwrap();
    let expected = TimestampError::Purpose { subject: "CN=C. Dahl".into() };
    assert_eq!(read_response(&request(b"act", 1), &answer), Err(expected.into()));
}
