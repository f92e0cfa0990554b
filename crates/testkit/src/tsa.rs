//! A timestamp authority over HTTP on the loopback: it reads requests, refuses bad ones, and can be told to fail.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use const_oid::ObjectIdentifier;
use countersign_keys::SoftwareKey;
use countersign_signature::timestamp::{MessageImprint, StampFacts, TimestampRequest, grant, refuse};

use crate::loopback::{Asked, Loopback, Reply};

/// One answer that is not what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// An HTTP status with nothing of use: 500, 503, 404 …
    Status(u16),
    /// A redirect to another address.
    Redirect(String),
    /// Nothing is said.
    Silence,
    /// A byte now and then.
    Drip,
    /// The connection is closed.
    HangUp,
    /// A good token for another nonce, as an old answer would be.
    OtherNonce,
    /// A good token over something else.
    OtherImprint,
    /// The right type of content, and bytes that are no answer.
    Garbage,
    /// A page for people, as portals send it.
    Html,
    /// An answer that never ends.
    Endless,
    /// A refusal in the form of RFC 3161.
    Refusal(&'static str),
    /// A token with one bit of its signature flipped.
    Flipped,
}

/// The authority; it stops when this is dropped.
#[derive(Debug)]
pub struct Tsa {
    server: Loopback,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug, Default)]
struct Shared {
    faults: VecDeque<Fault>,
    asked: Vec<Asked>,
    serial: u64,
    credentials: Option<String>,
}

/// The policy that its tokens name: under the enterprise number for examples (RFC 5612).
const POLICY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.32473.3161");

impl Tsa {
    /// Starts an authority whose clock stands at a moment, in unix seconds.
    pub fn start(authority: SoftwareKey, at: i64) -> Self {
        let shared = Arc::new(Mutex::new(Shared::default()));
        let seen = shared.clone();
        let server = Loopback::serve(move |asked| {
            let mut shared = seen.lock().unwrap_or_else(PoisonError::into_inner);
            shared.asked.push(asked.clone());
            shared.answer(asked, &authority, at)
        });
        Self { server, shared }
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("{}tsa", self.server.url())
    }

    /// What it does with the next requests, one each; after that it is honest again.
    pub fn will(&self, faults: impl IntoIterator<Item = Fault>) {
        self.shared().faults.extend(faults);
    }

    /// Demands basic authentication.
    pub fn demands(&self, user: &str, password: &str) {
        self.shared().credentials = Some(basic(&format!("{user}:{password}")));
    }

    /// What it was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.shared().asked.clone()
    }

    fn shared(&self) -> std::sync::MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    fn answer(&mut self, asked: &Asked, authority: &SoftwareKey, at: i64) -> Reply {
        if !asked.line.starts_with("POST ") {
            return Reply::status(405);
        }
        if asked.field("content-type") != Some("application/timestamp-query") {
            return Reply::status(415);
        }
        if self.credentials.is_some() && asked.field("authorization") != self.credentials.as_deref() {
            return Reply::status(401);
        }
        let reply = |body| Reply::ok("application/timestamp-reply", body);
        let request = match TimestampRequest::from_der(&asked.body) {
            Ok(request) => request,
            Err(error) => return reply(refuse(&error.to_string())),
        };
        let mut stamp = |request: &TimestampRequest| {
            self.serial = self.serial.saturating_add(1);
            let facts = StampFacts { at, serial: self.serial, policy: POLICY, accuracy: 1 };
            grant(request, &facts, authority).unwrap_or_else(|error| refuse(&error.to_string()))
        };
        let Some(fault) = self.faults.pop_front() else { return reply(stamp(&request)) };
        match fault {
            Fault::Status(status) => Reply::status(status),
            Fault::Redirect(to) => {
                Reply::Answer { status: 302, fields: vec![("Location", to)], body: Vec::new() }
            }
            Fault::Silence => Reply::Silence,
            Fault::Drip => Reply::Drip,
            Fault::HangUp => Reply::HangUp,
            Fault::OtherNonce => reply(stamp(&TimestampRequest { nonce: Some(vec![7; 8]), ..request })),
            Fault::OtherImprint => {
                let imprint = MessageImprint::of(request.imprint.digest, &[b"something else"]);
                reply(stamp(&TimestampRequest { imprint, ..request }))
            }
            Fault::Garbage => reply(b"\x30\x82\xff\xffnot an answer".to_vec()),
            Fault::Html => Reply::ok("text/html; charset=utf-8", b"<html>Please log in</html>".to_vec()),
            Fault::Endless => reply(vec![0x30; 8 << 20]),
            Fault::Refusal(why) => reply(refuse(why)),
            Fault::Flipped => {
                let mut answer = stamp(&request);
                if let Some(last) = answer.last_mut() {
                    *last ^= 1;
                }
                reply(answer)
            }
        }
    }
}

/// `Basic …` (RFC 7617 §2).
fn basic(credentials: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = "Basic ".to_owned();
    for three in credentials.as_bytes().chunks(3) {
        let mut bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        bits <<= 8 * (3 - three.len());
        for place in 0..4 {
            let digit = ALPHABET.get((bits >> (18 - 6 * place) & 63) as usize);
            text.push(if place > three.len() { '=' } else { digit.map_or('=', |digit| char::from(*digit)) });
        }
    }
    text
}
