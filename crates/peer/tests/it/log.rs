//! A log in memory that its owner can rewrite, and keys made of words.

use std::collections::BTreeMap;
use std::sync::Mutex;

use countersign_peer::mirror::{Unread, Upstream, Why};
use countersign_tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use countersign_tlog::cosignature::{Timestamp, cosign};
use countersign_tlog::hash::Hash;
use countersign_tlog::note::{ED25519_LENGTH, KeyName, Refused, SignatureType, Signer, VerifierKey};
use countersign_tlog::policy::Policy;
use countersign_tlog::tile::{Edge, TilePath, bundles_between, tile_bytes, write_bundle};
use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest, Sha256};

pub(crate) const ORIGIN: &str = "ruritania.example/record";

/// A key whose private half is the hash of a word.
pub(crate) struct Key {
    key: VerifierKey,
    secret: SigningKey,
}

impl Key {
    pub(crate) fn new(name: &str, word: &str, signature_type: SignatureType) -> Self {
        let secret = SigningKey::from_bytes(&Sha256::digest(word).into());
        let name = KeyName::new(name).unwrap();
        Self {
            key: VerifierKey::new(name, signature_type, secret.verifying_key().as_bytes()).unwrap(),
            secret,
        }
    }

    pub(crate) fn log() -> Self {
        Self::new(ORIGIN, "the log's", SignatureType::Ed25519)
    }

    pub(crate) fn witness(name: &str) -> Self {
        Self::new(name, name, SignatureType::CosignatureV1)
    }
}

impl Signer for Key {
    fn key(&self) -> &VerifierKey {
        &self.key
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; ED25519_LENGTH], Refused> {
        Ok(self.secret.sign(message).to_bytes())
    }
}

/// A log's files. Every request is written down.
#[derive(Default)]
pub(crate) struct Log {
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    edge: Edge,
    entries: Vec<Vec<u8>>,
    asked: Mutex<Vec<String>>,
}

impl Log {
    /// A log whose entries are those of `history` from `since` on, and everybody's before that.
    pub(crate) fn of(size: u64, since: u64, history: &str) -> Self {
        let mut log = Self::default();
        log.grow(size, since, history);
        log
    }

    pub(crate) fn new(size: u64) -> Self {
        Self::of(size, 0, "common")
    }

    /// Grows to a size, and publishes it.
    pub(crate) fn grow(&mut self, size: u64, since: u64, history: &str) {
        let old = self.edge.size();
        for at in old.get()..size {
            let word = if at < since { "common" } else { history };
            let entry = format!("{word} {at} ").repeat(usize::try_from(at % 4).unwrap()).into_bytes();
            let Self { files, edge, .. } = self;
            let filled = |tile, hashes: &[Hash]| {
                files.insert(TilePath::Tile(tile).to_string(), tile_bytes(hashes));
            };
            edge.append(Hash::leaf(&entry), filled).unwrap();
            self.entries.push(entry);
        }
        for (tile, hashes) in self.edge.partial_tiles() {
            self.files.insert(TilePath::Tile(tile).to_string(), tile_bytes(hashes));
        }
        for bundle in bundles_between(old, self.edge.size()) {
            let first = usize::try_from(bundle.first()).unwrap();
            let within = &self.entries[first..first + usize::from(bundle.width())];
            let bytes = write_bundle(bundle, within.iter().map(Vec::as_slice)).unwrap();
            self.files.insert(TilePath::Entries(bundle).to_string(), bytes);
        }
        let signed = self.signed(&Key::log());
        self.publish(&signed);
    }

    pub(crate) fn signed(&self, key: &Key) -> SignedCheckpoint {
        let origin = Origin::new(key.key.name().as_str()).unwrap();
        Checkpoint::new(origin, self.edge.size(), self.edge.root()).sign(key).unwrap()
    }

    pub(crate) fn witnessed(&self, witnesses: &[&str]) -> SignedCheckpoint {
        let mut signed = self.signed(&Key::log());
        for name in witnesses {
            let time = Timestamp::new(1_790_000_000).unwrap();
            let line = cosign(signed.checkpoint(), &Key::witness(name), time).unwrap();
            signed.add([line]).unwrap();
        }
        signed
    }

    pub(crate) fn publish(&mut self, checkpoint: &SignedCheckpoint) {
        self.files.insert("checkpoint".to_owned(), checkpoint.to_string().into_bytes());
    }

    /// The partial tiles and bundles whose full ones are there are dropped.
    pub(crate) fn tidy(&mut self) {
        let full = |name: &str| name.split_once(".p/").map(|(full, _)| full.to_owned());
        let names: Vec<String> = self.files.keys().cloned().collect();
        self.files.retain(|name, _| full(name).is_none_or(|full| names.binary_search(&full).is_err()));
    }

    /// What was asked for since the last time.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

impl Upstream for Log {
    fn fetch(&self, name: &str, most: usize) -> Result<Option<Vec<u8>>, Unread> {
        self.asked.lock().unwrap().push(name.to_owned());
        match self.files.get(name) {
            Some(bytes) if bytes.len() > most => {
                Err(Unread { place: name.to_owned(), attempts: 1, why: Why::TooLong { most } })
            }
            found => Ok(found.cloned()),
        }
    }
}

/// Believes the log's key, and asks for this quorum.
pub(crate) fn policy(quorum: &str) -> Policy {
    let near = Key::witness("near.example/witness");
    let far = Key::witness("far.example/witness");
    let text = format!(
        "log {}\nwitness near {}\nwitness far {}\ngroup both all near far\nquorum {quorum}\n",
        Key::log().key,
        near.key,
        far.key
    );
    Policy::read(text.as_bytes()).unwrap()
}
