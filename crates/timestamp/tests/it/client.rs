//! What the client makes of answers.

use std::time::Duration;

use countersign_signature::timestamp::{TimestampError, TimestampRefused, TimestampRequest};
use countersign_testkit::loopback::Reply;
use countersign_testkit::tsa::Fault;
use countersign_testkit::{Loopback, Pki, Tsa};
use countersign_timestamp::{Authority, BadAuthority, Client, Patience, Why};

use crate::{AT, Bench, ask, imprint, patience, tsa};

#[test]
fn an_honest_authority_gives_a_token_over_the_imprint_at_its_time() {
    let server = tsa("One");
    let stamped = ask(&[&server.url()], &mut Bench::default()).expect("a token");
    assert_eq!(stamped.token.at(), AT);
    assert_eq!(stamped.token.at_latest(), AT + 1);
    assert_eq!(*stamped.token.imprint(), imprint());
    assert_eq!(stamped.token.authority().subject(), "CN=One,O=Clockwork");
    assert_eq!(stamped.url, server.url());
    assert!(stamped.failures.is_empty());
}

#[test]
fn every_attempt_has_a_nonce_of_its_own() {
    let server = tsa("One");
    server.will([Fault::Status(503), Fault::Status(503)]);
    ask(&[&server.url()], &mut Bench::default()).expect("a token");
    let mut nonces: Vec<Vec<u8>> = server
        .asked()
        .iter()
        .map(|asked| TimestampRequest::from_der(&asked.body).expect("a request").nonce.expect("a nonce"))
        .collect();
    nonces.dedup();
    assert_eq!(nonces.len(), 3);
    assert!(nonces.iter().all(|nonce| nonce.len() == 8));
}

/// What one fault is called, with the second and last server left out.
fn told(fault: Fault) -> String {
    let server = tsa("One");
    server.will([fault.clone(), fault.clone(), fault]);
    let error = ask(&[&server.url()], &mut Bench::default()).expect_err("no token");
    let failure = error.failures.first().expect("a failure");
    format!("{} × {}", error.failures.len(), failure).replace(&server.url(), "URL")
}

#[test]
fn every_fault_is_named_with_the_address_and_no_token_comes_of_it() {
    let faults = [
        Fault::Status(500),
        Fault::Status(404),
        Fault::Status(429),
        Fault::Redirect("http://elsewhere.example/tsa".into()),
        Fault::OtherNonce,
        Fault::OtherImprint,
        Fault::Garbage,
        Fault::Html,
        Fault::Endless,
        Fault::Refusal("not on Sundays"),
        Fault::Refusal("\u{1b}[31mred"),
        Fault::Flipped,
    ];
    let all: Vec<String> = faults.into_iter().map(told).collect();
    insta::assert_snapshot!(all.join("\n"), @r"
    3 × URL (attempt 1): HTTP status 500: a fault of its own
    1 × URL (attempt 1): HTTP status 404: there is no timestamp authority at this address
    3 × URL (attempt 1): HTTP status 429: too many requests
    1 × URL (attempt 1): HTTP status 302: it points to http://elsewhere.example/tsa; redirects are not followed, give that address where it is right
    1 × URL (attempt 1): HTTP status 200: the timestamp does not repeat the nonce of the request: it may be an old answer
    1 × URL (attempt 1): HTTP status 200: the timestamp is over another digest than the one asked for
    1 × URL (attempt 1): HTTP status 200: the timestamp authority's answer does not parse as DER (ASN.1 DER message is incomplete: expected 65539, actual 17 at DER byte 0)
    1 × URL (attempt 1): HTTP status 200 with content of type text/html; charset=utf-8, expected application/timestamp-reply
    1 × URL (attempt 1): the answer is longer than 65536 bytes
    1 × URL (attempt 1): HTTP status 200: the timestamp authority refused (status 2, badRequest: not on Sundays)
    1 × URL (attempt 1): HTTP status 200: the timestamp authority refused (status 2, badRequest: \1b[31mred)
    1 × URL (attempt 1): HTTP status 200: the timestamp token does not hold: the timestamp's signature: the signature does not match the key of `CN=One,O=Clockwork`
    ");
}

#[test]
fn a_closed_connection_is_asked_again_and_told() {
    let said = told(Fault::HangUp);
    assert!(said.starts_with("3 × URL (attempt 1): it can't be reached: "), "{said}");
}

#[test]
fn silence_and_dripping_end_when_patience_does() {
    let server = tsa("One");
    server.will([Fault::Silence, Fault::Drip]);
    let within = Duration::from_millis(300);
    let hasty = Patience { attempts: 2, answer_within: within, ..patience() };
    let authority = Authority::new(&server.url()).expect("an address");
    let error = Client::new(hasty)
        .stamp(&imprint(), &[authority], &mut Bench::default())
        .expect_err("no whole answer in time");
    let whys: Vec<Why> = error.failures.into_iter().map(|failure| failure.why).collect();
    assert_eq!(whys, [Why::TimedOut { within }, Why::TimedOut { within }]);
}

#[test]
fn the_second_authority_is_asked_when_the_first_fails_and_the_result_tells_of_both() {
    let (first, second) = (tsa("One"), tsa("Two"));
    first.will([Fault::OtherNonce]);
    let stamped = ask(&[&first.url(), &second.url()], &mut Bench::default()).expect("a token");
    assert_eq!(stamped.url, second.url());
    assert_eq!(stamped.token.authority().subject(), "CN=Two,O=Clockwork");
    let failed: Vec<&str> = stamped.failures.iter().map(|failure| failure.url.as_str()).collect();
    assert_eq!(failed, [first.url()]);
}

#[test]
fn the_second_authority_is_not_asked_when_the_first_answers() {
    let (first, second) = (tsa("One"), tsa("Two"));
    ask(&[&first.url(), &second.url()], &mut Bench::default()).expect("a token");
    assert!(second.asked().is_empty());
}

#[test]
fn an_authority_that_is_not_there_is_named() {
    let gone = tsa("One").url();
    let error = ask(&[&gone], &mut Bench::default()).expect_err("nobody is there");
    assert_eq!(error.failures.len(), 3);
    assert!(error.to_string().contains(&gone), "{error}");
}

#[test]
fn no_authority_is_no_timestamp() {
    let error = ask(&[], &mut Bench::default()).expect_err("nobody was asked");
    assert_eq!(error.to_string(), "no timestamp: no authority was asked");
}

#[test]
fn pauses_double_and_differ_by_chance_within_half() {
    let server = tsa("One");
    server.will([Fault::Status(500), Fault::Status(500), Fault::Status(500), Fault::Status(500)]);
    let patient = Patience { attempts: 4, ..patience() };
    let authority = Authority::new(&server.url()).expect("an address");
    let mut bench = Bench::default();
    Client::new(patient).stamp(&imprint(), &[authority], &mut bench).expect_err("four times 500");
    let millis: Vec<u128> = bench.paused.iter().map(Duration::as_millis).collect();
    assert_eq!(millis, [501, 1007, 2023], "half of 1, 2 and 4 s, and 1/255, 2/255, 3/255 of the other half");
}

#[test]
fn what_an_authority_asks_for_is_waited_within_a_bound() {
    let replies = ["2", "100000"].map(|seconds| Reply::Answer {
        status: 503,
        fields: vec![("Retry-After", seconds.to_owned())],
        body: Vec::new(),
    });
    let mut replies = replies.into_iter();
    let server = Loopback::serve(move |_| replies.next().unwrap_or(Reply::HangUp));
    let mut bench = Bench::default();
    ask(&[&server.url()], &mut bench).expect_err("no token");
    assert_eq!(bench.paused, [Duration::from_secs(2), patience().longest_pause]);
}

#[test]
fn what_can_not_pass_is_not_asked_again() {
    let server = tsa("One");
    server.will([Fault::Refusal("no")]);
    let mut bench = Bench::default();
    ask(&[&server.url()], &mut bench).expect_err("refused");
    assert_eq!((server.asked().len(), bench.paused.len()), (1, 0));
}

#[test]
fn a_certificate_that_is_not_for_timestamps_alone_is_refused() {
    let pki = Pki::new("timestamps");
    let root = pki.authority("root", "CN=Clockwork CA,O=Clockwork");
    let server = Tsa::start(pki.person("dahl", "CN=C. Dahl", &root), AT);
    let error = ask(&[&server.url()], &mut Bench::default()).expect_err("not for timestamps");
    let expected = TimestampError::Purpose { subject: "CN=C. Dahl".into() };
    let why = &error.failures.first().expect("a failure").why;
    assert_eq!(*why, Why::Answer(TimestampRefused::Token(expected)));
}

#[test]
fn credentials_go_to_the_authority_they_are_for_and_into_no_message() {
    let server = tsa("One");
    server.demands("dahl", "øre:2");
    let plain = Authority::new(&server.url()).expect("an address");
    let client = Client::new(patience());
    let refused =
        client.stamp(&imprint(), std::slice::from_ref(&plain), &mut Bench::default()).expect_err("401");
    assert!(refused.to_string().contains("HTTP status 401: it wants other credentials"), "{refused}");
    let known = plain.with_credentials("dahl", "øre:2").expect("they can be sent");
    assert!(!format!("{known:?}").contains("Basic"));
    client.stamp(&imprint(), &[known], &mut Bench::default()).expect("a token");
    assert_eq!(
        server.asked().last().and_then(|asked| asked.field("authorization")),
        Some("Basic ZGFobDrDuHJlOjI=")
    );
}

#[test]
fn without_random_numbers_nothing_is_asked() {
    struct Empty;
    impl countersign_timestamp::Surroundings for Empty {
        fn random(&mut self) -> Option<[u8; 9]> {
            None
        }
        fn pause(&mut self, _: Duration) {}
    }
    let server = tsa("One");
    let authority = Authority::new(&server.url()).expect("an address");
    let error = Client::new(patience()).stamp(&imprint(), &[authority], &mut Empty).expect_err("no nonce");
    assert!(error.to_string().contains("no random number"), "{error}");
    assert!(server.asked().is_empty());
}

#[test]
fn an_address_is_one_over_http_without_credentials_inside() {
    for bad in
        ["", "tsa.example", "ftp://tsa.example", "file:///etc/passwd", "http://", "https:///tsa", "ht tp://x"]
    {
        assert!(matches!(Authority::new(bad), Err(BadAuthority::Url { .. })), "{bad}");
    }
    let error = Authority::new("https://dahl:secret@tsa.example/").expect_err("credentials inside");
    assert_eq!(error, BadAuthority::CredentialsInside { host: "tsa.example".into() });
    let fine = Authority::new("https://tsa.example:8443/tsr?x=1").expect("an address");
    assert!(fine.clone().with_credentials("a:b", "c").is_err());
    assert!(fine.with_credentials("a", "b\r\nX: y").is_err());
}
