//! Requests to a witness and its answers: what reads is printed as the same bytes; nothing made up is cosigned.
#![no_main]

use countersign_tlog::note::KeyRing;
use countersign_tlog::witness::{AddCheckpoint, Answer, Latest, Response, SIZE_CONTENT_TYPE};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(request) = AddCheckpoint::read(bytes) {
        assert_eq!(request.to_string().as_bytes(), bytes);
        assert_eq!(request.decide(None).expect_err("nobody knows it").status(), 404);
        let nobody = KeyRing::default();
        assert_eq!(
            request.decide(Some((&nobody, Latest::NOTHING))).expect_err("nobody signed").status(),
            403
        );
    }
    if let Ok(Answer::Cosigned(lines)) = Answer::read(200, None, bytes) {
        assert_eq!(Response::cosigned(&lines).body.as_bytes(), bytes);
    }
    let _ = Answer::read(409, Some(SIZE_CONTENT_TYPE), bytes);
});
