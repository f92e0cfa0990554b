//! The client against a real server on the loopback, honest and otherwise, and openssl on either side.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod client;
mod openssl;

use std::time::Duration;

use countersign_keys::SoftwareKey;
use countersign_signature::DigestAlgorithm;
use countersign_signature::timestamp::MessageImprint;
use countersign_testkit::{Pki, Tsa};
use countersign_timestamp::{Authority, Client, NoTimestamp, Patience, Stamped, Surroundings};

/// 2026-03-01T12:00:00Z
const AT: i64 = 1_772_366_400;

/// Chance that counts up, and pauses that are noted, not slept.
#[derive(Debug, Default)]
struct Bench {
    drawn: u8,
    paused: Vec<Duration>,
}

impl Surroundings for Bench {
    fn random(&mut self) -> Option<[u8; 9]> {
        self.drawn = self.drawn.wrapping_add(1);
        Some([self.drawn; 9])
    }

    fn pause(&mut self, length: Duration) {
        self.paused.push(length);
    }
}

fn tsa(name: &str) -> Tsa {
    Tsa::start(tsa_key(name), AT)
}

fn tsa_key(name: &str) -> SoftwareKey {
    let pki = Pki::new("timestamps");
    let root = pki.authority("root", "CN=Clockwork CA,O=Clockwork");
    pki.timestamp_authority(name, &format!("CN={name},O=Clockwork"), &root)
}

fn imprint() -> MessageImprint {
    MessageImprint::of(DigestAlgorithm::Sha256, &[b"a signature"])
}

/// Patience for a loopback.
fn patience() -> Patience {
    Patience { answer_within: Duration::from_secs(5), ..Patience::default() }
}

fn ask(urls: &[&str], bench: &mut Bench) -> Result<Stamped, NoTimestamp> {
    let authorities: Vec<Authority> =
        urls.iter().map(|url| Authority::new(url).expect("an address")).collect();
    Client::new(patience()).stamp(&imprint(), &authorities, bench)
}
