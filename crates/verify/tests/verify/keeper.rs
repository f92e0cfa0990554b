//! Who keeps a record, in memory: a log whose tree is computed by the definition (RFC 6962 §2.1), and keys made of words.

use countersign_agreement::record::{Commitment, Link, Salt};
use countersign_agreement::signed::SignedAct;
use countersign_tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use countersign_tlog::cosignature::{Timestamp, cosign};
use countersign_tlog::hash::Hash;
use countersign_tlog::note::{ED25519_LENGTH, KeyName, Refused, SignatureType, Signer, VerifierKey};
use countersign_tlog::policy::Policy;
use countersign_tlog::proof::InclusionProof;
use countersign_tlog::size::{LeafIndex, TreeSize};
use countersign_tlog::spicy::TlogProof;
use countersign_verify::bundle::{Bundle, BundledProof};
use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest as _, Sha256};

/// A key whose private half is the hash of its name.
pub(crate) struct Software {
    key: VerifierKey,
    secret: SigningKey,
}

impl Software {
    pub(crate) fn new(name: &str, signature_type: SignatureType) -> Self {
        Self::seeded(name, name, signature_type)
    }

    /// Another key of the same name, by its seed.
    pub(crate) fn seeded(name: &str, seed: &str, signature_type: SignatureType) -> Self {
        let secret = SigningKey::from_bytes(&Sha256::digest(seed).into());
        let name = KeyName::new(name).expect("a name");
        let public = secret.verifying_key();
        Self { key: VerifierKey::new(name, signature_type, public.as_bytes()).expect("a key"), secret }
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

pub(crate) const OURS: &str = "ruritania.example/record";
pub(crate) const THEIRS: &str = "kravonia.example/record";
pub(crate) const WITNESSES: [&str; 2] = ["north.example/w", "south.example/w"];

/// Who keeps one record, in which a dossier stands.
#[derive(Clone)]
pub(crate) struct Keeper {
    pub(crate) origin: Origin,
    pub(crate) entries: Vec<[u8; 32]>,
    pub(crate) links: Vec<Link>,
    /// Act's index in the log, by its number less one.
    pub(crate) places: Vec<usize>,
    pub(crate) head: usize,
    /// How many of the witnesses cosign.
    pub(crate) witnesses: usize,
}

impl Keeper {
    /// A record in which others' entries stand already.
    pub(crate) fn new(origin: &str, witnesses: usize) -> Self {
        let entries = (0..5_u8).map(|at| [at; 32]).collect();
        let origin = Origin::new(origin).expect("an origin");
        Self { origin, entries, links: Vec::new(), places: Vec::new(), head: 0, witnesses }
    }

    /// The salt of the act with a number.
    pub(crate) fn salt(&self, number: u32) -> Salt {
        Salt::new(Sha256::digest(format!("salt {} {number}", self.origin)).into())
    }

    /// Admits a batch of acts: their entries, then one for the dossier's head.
    pub(crate) fn admit(&mut self, dossier: &str, acts: &[(&[u8], &[u8])]) {
        for (json, p7s) in acts {
            let number = u32::try_from(self.links.len() + 1).expect("few");
            let entry = Commitment::of(&self.salt(number), json, p7s);
            let bears = SignedAct::read(json).is_ok_and(|act| act.kind.bears());
            self.places.push(self.entries.len());
            self.entries.push(*entry.as_bytes());
            self.links.push(Link::after(self.links.last(), dossier.into(), entry, bears));
        }
        self.head = self.entries.len();
        self.entries.push(self.links.last().expect("a link").digest().0);
    }

    fn key(&self) -> Software {
        Software::new(self.origin.as_str(), SignatureType::Ed25519)
    }

    pub(crate) fn signed_by(&self, key: &Software) -> SignedCheckpoint {
        let size = TreeSize::new(self.entries.len() as u64).expect("a size");
        let checkpoint = Checkpoint::new(self.origin.clone(), size, root(&self.entries));
        let mut signed = checkpoint.sign(key).expect("signs");
        for name in &WITNESSES[..self.witnesses] {
            let witness = Software::new(name, SignatureType::CosignatureV1);
            let time = Timestamp::new(1_764_000_000).expect("a time");
            signed.add([cosign(signed.checkpoint(), &witness, time).expect("cosigns")]).expect("room");
        }
        signed
    }

    pub(crate) fn proof_by(&self, at: usize, key: &Software) -> Vec<u8> {
        let index = LeafIndex::new(at as u64).expect("an index");
        let proof = InclusionProof::new(path(at, &self.entries)).expect("short");
        let proof = TlogProof::new(index, proof, self.signed_by(key), Vec::new()).expect("a proof");
        proof.to_string().into_bytes()
    }

    /// The proof of the entry at an index, in the tree of all entries.
    pub(crate) fn proof(&self, at: usize) -> Vec<u8> {
        self.proof_by(at, &self.key())
    }

    /// Gives a bundle what it has of its acts, as the bundle's own record or as another.
    pub(crate) fn give(&self, bundle: &mut Bundle) {
        let own = bundle.origin().as_ref() == Some(&self.origin);
        let record = bundle.records.entry(self.origin.clone()).or_default();
        record.links.clone_from(&self.links);
        record.head = Some(self.proof(self.head));
        for act in &mut bundle.acts {
            let known = self
                .links
                .iter()
                .find(|link| Commitment::of(&self.salt(link.number), &act.json, &act.p7s) == link.act);
            let Some(link) = known else { continue };
            let proof = self.proof(self.places[link.number as usize - 1]);
            if own {
                (act.number, act.tlog_proof, act.salt) =
                    (link.number, Some(proof), Some(self.salt(link.number)));
            } else {
                let proof = BundledProof { tlog_proof: Some(proof), salt: Some(self.salt(link.number)) };
                record.acts.insert(act.id, proof);
            }
        }
    }
}

/// A policy that trusts logs, and a quorum of the witnesses.
pub(crate) fn trust(logs: &[&str], quorum: usize) -> Policy {
    let mut text = String::new();
    for log in logs {
        text += &format!("log {}\n", Software::new(log, SignatureType::Ed25519).key());
    }
    for name in WITNESSES {
        text += &format!("witness {name} {}\n", Software::new(name, SignatureType::CosignatureV1).key());
    }
    text += &match quorum {
        0 => "quorum none\n".to_owned(),
        some => format!("group both {some} {}\nquorum both\n", WITNESSES.join(" ")),
    };
    Policy::read(text.as_bytes()).expect("a policy")
}

/// The root, by the definition.
fn root(entries: &[[u8; 32]]) -> Hash {
    match entries {
        [one] => Hash::leaf(one),
        many => {
            let (left, right) = many.split_at(split(many.len()));
            Hash::node(&root(left), &root(right))
        }
    }
}

/// The hashes beside an entry's path, from the entry up.
fn path(at: usize, entries: &[[u8; 32]]) -> Vec<Hash> {
    if entries.len() == 1 {
        return Vec::new();
    }
    let (left, right) = entries.split_at(split(entries.len()));
    let (mut below, beside) = if at < left.len() {
        (path(at, left), root(right))
    } else {
        (path(at - left.len(), right), root(left))
    };
    below.push(beside);
    below
}

/// The largest power of two below a number.
fn split(length: usize) -> usize {
    length.next_power_of_two() / 2
}
