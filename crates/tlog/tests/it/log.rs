//! A log in memory, and keys made of words.

use countersign_tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use countersign_tlog::cosignature::{Timestamp, cosign};
use countersign_tlog::hash::Hash;
use countersign_tlog::note::{ED25519_LENGTH, KeyName, Refused, SignatureType, Signer, VerifierKey};
use countersign_tlog::proof::{ConsistencyProof, InclusionProof};
use countersign_tlog::size::{LeafIndex, TreeSize};
use countersign_tlog::tile::{
    Edge, TileNodes, TilePath, TileSource, bundles_between, tile_bytes, write_bundle,
};
use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::convert::Infallible;

/// The origin of the logs here.
pub(crate) const ORIGIN: &str = "kravonia.example/record";

/// A key whose private half is the hash of its name.
pub(crate) struct Software {
    key: VerifierKey,
    secret: SigningKey,
}

impl Software {
    /// Signs notes.
    pub(crate) fn log(name: &str) -> Self {
        Self::new(name, SignatureType::Ed25519)
    }

    /// Cosigns checkpoints.
    pub(crate) fn witness(name: &str) -> Self {
        Self::new(name, SignatureType::CosignatureV1)
    }

    pub(crate) fn new(name: &str, signature_type: SignatureType) -> Self {
        let secret = SigningKey::from_bytes(&Sha256::digest(name).into());
        let name = KeyName::new(name).expect("a name");
        let public = secret.verifying_key();
        Self { key: VerifierKey::new(name, signature_type, public.as_bytes()).expect("a key"), secret }
    }

    pub(crate) fn verifier(&self) -> VerifierKey {
        self.key.clone()
    }
}

impl Signer for Software {
    fn key(&self) -> &VerifierKey {
        &self.key
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; ED25519_LENGTH], Refused> {
        Ok(self.secret.sign(message).to_bytes())
    }
}

/// Files by their path.
#[derive(Clone, Default)]
pub(crate) struct Memory(pub(crate) BTreeMap<String, Vec<u8>>);

impl TileSource for Memory {
    type Error = Infallible;

    fn read(&self, path: TilePath) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(self.0.get(&path.to_string()).cloned())
    }
}

/// A log that keeps everything.
#[derive(Clone, Default)]
pub(crate) struct Log {
    pub(crate) memory: Memory,
    pub(crate) edge: Edge,
    entries: Vec<Vec<u8>>,
}

impl Log {
    pub(crate) fn of(entries: u64) -> Self {
        let mut log = Self::default();
        log.grow(entries);
        log
    }

    /// Appends entries and writes what a checkpoint of the new size needs.
    pub(crate) fn grow(&mut self, by: u64) {
        let old = self.edge.size();
        let Self { memory, edge, entries } = self;
        for at in old.get()..old.get() + by {
            let entry = entry(at);
            let filled = |tile, hashes: &[Hash]| {
                memory.0.insert(TilePath::Tile(tile).to_string(), tile_bytes(hashes));
            };
            edge.append(Hash::leaf(&entry), filled).expect("room");
            entries.push(entry);
        }
        for (tile, hashes) in edge.partial_tiles() {
            memory.0.insert(TilePath::Tile(tile).to_string(), tile_bytes(hashes));
        }
        for bundle in bundles_between(old, edge.size()) {
            let first = usize::try_from(bundle.first()).expect("small");
            let within = &entries[first..first + usize::from(bundle.width())];
            let bytes = write_bundle(bundle, within.iter().map(Vec::as_slice)).expect("a bundle");
            memory.0.insert(TilePath::Entries(bundle).to_string(), bytes);
        }
    }

    pub(crate) fn size(&self) -> TreeSize {
        self.edge.size()
    }

    pub(crate) fn root(&self) -> Hash {
        self.edge.root()
    }

    pub(crate) fn checkpoint(&self) -> Checkpoint {
        Checkpoint::new(Origin::new(ORIGIN).expect("an origin"), self.size(), self.root())
    }

    pub(crate) fn signed(&self) -> SignedCheckpoint {
        self.checkpoint().sign(&Software::log(ORIGIN)).expect("signs")
    }

    /// Signed by the log and cosigned by these witnesses.
    pub(crate) fn witnessed(&self, witnesses: &[&Software]) -> SignedCheckpoint {
        let mut signed = self.signed();
        for witness in witnesses {
            let line = cosign(signed.checkpoint(), *witness, time(1_764_000_000)).expect("cosigns");
            signed.add([line]).expect("room");
        }
        signed
    }

    pub(crate) fn inclusion(&self, at: u64) -> InclusionProof {
        let mut nodes = TileNodes::new(self.size(), &self.memory);
        InclusionProof::make(LeafIndex::new(at).expect("an index"), self.size(), &mut nodes).expect("a proof")
    }

    pub(crate) fn consistency(&self, old: TreeSize) -> ConsistencyProof {
        let mut nodes = TileNodes::new(self.size(), &self.memory);
        ConsistencyProof::make(old, self.size(), &mut nodes).expect("a proof")
    }
}

/// The entries of the logs here: of different lengths, the shortest empty.
pub(crate) fn entry(at: u64) -> Vec<u8> {
    let length = usize::try_from(at % 5).expect("small");
    format!("{at} ").repeat(length).into_bytes()
}

pub(crate) fn time(seconds: u64) -> Timestamp {
    Timestamp::new(seconds).expect("a time")
}
