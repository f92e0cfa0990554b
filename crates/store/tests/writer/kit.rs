//! Acts, a seal and witnesses made of words.

use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex};

use countersign_agreement::record::Salt;
use countersign_agreement::signed::SignedAct;
use countersign_authority::model::time::Instant;
use countersign_signature::sign_detached;
use countersign_store::directory::Directory;
use countersign_store::dossiers::{Dossier, Dossiers as _};
use countersign_store::memory::Memory;
use countersign_store::objects::{Objects, Tiles};
use countersign_store::witnesses::{Answer, Nobody, Request, Silence, Witnesses};
use countersign_store::writer::{Admitted, CHECKPOINT, Parts, Submission, admit};
use countersign_testkit::Pki;
use countersign_tlog::checkpoint::SignedCheckpoint;
use countersign_tlog::cosignature::Timestamp;
use countersign_tlog::fsck::{Findings, fsck};
use countersign_tlog::hash::Hash;
use countersign_tlog::note::KeyRing;
use countersign_tlog::note::{ED25519_LENGTH, KeyName, Refused, SignatureType, Signer, VerifierKey};
use countersign_tlog::policy::Policy;
use countersign_tlog::witness::{AddCheckpoint, Latest, Refusal};
use ed25519_dalek::{Signer as _, SigningKey};

pub(crate) const ORIGIN: &str = "kravonia.example/record";

/// A key made from its name, which remembers every message it signed.
pub(crate) struct Software {
    key: VerifierKey,
    secret: SigningKey,
    pub(crate) signed: Mutex<Vec<String>>,
}

impl Software {
    pub(crate) fn seal() -> Arc<Self> {
        Arc::new(Self::new(ORIGIN, SignatureType::Ed25519))
    }

    pub(crate) fn new(name: &str, signature_type: SignatureType) -> Self {
        let secret = SigningKey::from_bytes(Hash::leaf(name.as_bytes()).as_bytes());
        let key =
            VerifierKey::new(KeyName::new(name).unwrap(), signature_type, secret.verifying_key().as_bytes());
        Self { key: key.unwrap(), secret, signed: Mutex::default() }
    }
}

impl Signer for Software {
    fn key(&self) -> &VerifierKey {
        &self.key
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; ED25519_LENGTH], Refused> {
        self.signed.lock().unwrap().push(String::from_utf8_lossy(message).into_owned());
        Ok(self.secret.sign(message).to_bytes())
    }
}

/// Trusts the record's own key and asks for nobody.
pub(crate) fn policy() -> Policy {
    Policy::read(b"quorum none\n").unwrap().with_log(Software::seal().key().clone()).unwrap()
}

/// A ledger with the dossier that all acts here belong to.
pub(crate) fn ledger() -> Arc<Memory> {
    let memory = Memory::new();
    memory.open(&dossier()).unwrap();
    Arc::new(memory)
}

pub(crate) fn dossier() -> Dossier {
    let created = Instant(1_777_000_000);
    Dossier { id: "talks".into(), title: "Talks".to_owned(), parties: vec!["RUR".to_owned()], created }
}

pub(crate) fn parts(ledger: Arc<Memory>, objects: Arc<dyn Objects>) -> Parts {
    Parts { ledger, objects, seal: Software::seal(), witnesses: Arc::new(Nobody::new().unwrap()) }
}

pub(crate) fn directory(path: &Path) -> Arc<Directory> {
    Arc::new(Directory::make(path).unwrap())
}

pub(crate) fn submission(number: usize) -> Submission {
    submission_to("talks", number)
}

pub(crate) fn submission_to(dossier: &str, number: usize) -> Submission {
    static SIGNER: LazyLock<countersign_keys::SoftwareKey> = LazyLock::new(|| {
        let pki = Pki::new("writer");
        pki.person("berg", "CN=A. Berg", &pki.authority("house", "CN=House CA"))
    });
    let json = format!(
        r#"{{"v":1,"dossier":"{dossier}","kind":"note","on_behalf_of":"RUR","with":["KRA"],"by":{{"person":"berg"}},"at":"2026-05-01T10:00:00Z","visibility":"parties","body":{{"says":"act {number}"}}}}"#
    );
    let json = SignedAct::read_any(json.as_bytes()).unwrap().canonical();
    let p7s = sign_detached(&json, &*SIGNER, 1_777_000_000).unwrap();
    Submission { json, p7s, salt: Salt::new(*Hash::leaf(&number.to_be_bytes()).as_bytes()) }
}

/// Act number so-and-so, always the same.
pub(crate) fn act(number: usize) -> Admitted {
    static ACTS: Mutex<Vec<Admitted>> = Mutex::new(Vec::new());
    let mut acts = ACTS.lock().unwrap();
    while acts.len() <= number {
        let next = admit(submission(acts.len())).unwrap();
        acts.push(next);
    }
    acts[number].clone()
}

pub(crate) fn acts(numbers: std::ops::Range<usize>) -> Vec<Admitted> {
    numbers.map(act).collect()
}

/// The checkpoint that readers see.
pub(crate) fn published(objects: &dyn Objects) -> SignedCheckpoint {
    SignedCheckpoint::read(&objects.read(CHECKPOINT).unwrap().unwrap()).unwrap()
}

/// Re-hashes all that lies under the published checkpoint; gives how many entries that is.
pub(crate) fn expect_sound(objects: &dyn Objects) -> u64 {
    let checkpoint = published(objects);
    policy().evaluate(&checkpoint).unwrap();
    let (size, root) = (checkpoint.checkpoint().size(), checkpoint.checkpoint().root());
    match fsck(size, root, &Tiles(objects)).unwrap() {
        Findings::Sound(sound) => sound.entries,
        Findings::Faulty(fault) => panic!("{fault}"),
    }
}

/// A witness in this process, which keeps what it cosigned last and tells the time it is told.
pub(crate) struct Neighbour {
    key: Software,
    policy: Policy,
    latest: Mutex<Latest>,
    pub(crate) clock: Mutex<u64>,
}

impl Neighbour {
    pub(crate) fn new() -> Arc<Self> {
        let key = Software::new("neighbour", SignatureType::CosignatureV1);
        let policy = format!("log {}\nwitness n {}\nquorum n\n", Software::seal().key(), key.key());
        let policy = Policy::read(policy.as_bytes()).unwrap();
        Arc::new(Self { key, policy, latest: Mutex::new(Latest::NOTHING), clock: Mutex::new(1_777_000_000) })
    }

    fn cosign(
        &self,
        request: &Request<'_>,
        old: countersign_tlog::size::TreeSize,
    ) -> Result<Answer, Silence> {
        let log = KeyRing::new([Software::seal().key().clone()]).unwrap();
        let size = request.checkpoint().checkpoint().size();
        let none = || Silence::Garbage { reason: "no proof".to_owned() };
        let proof = request.consistency(old).ok_or_else(none)?;
        let mut latest = self.latest.lock().unwrap();
        let request = AddCheckpoint::new(old, proof, request.checkpoint().clone());
        let accepted = request.decide(Some((&log, *latest))).map_err(|refusal| match refusal {
            Refusal::Conflict { latest, fork: None, .. } => {
                Silence::Ahead { latest: latest.size(), asked: size }
            }
            _ => Silence::Fork { size, shown: true },
        })?;
        *latest = accepted.after();
        let line = accepted.cosign(&self.key, Timestamp::new(*self.clock.lock().unwrap()).unwrap()).unwrap();
        Ok(Answer { witness: self.key.key().clone(), said: Ok(vec![line]) })
    }
}

impl Witnesses for Neighbour {
    fn policy(&self) -> &Policy {
        &self.policy
    }

    fn ask(&self, request: &Request<'_>) -> Vec<Answer> {
        let size = request.checkpoint().checkpoint().size();
        let old = request.cosigned_by(self.key.key()).min(size);
        let answer = match self.cosign(request, old) {
            Err(Silence::Ahead { latest, .. }) if latest <= size => self.cosign(request, latest),
            answer => answer,
        };
        let witness = self.key.key().clone();
        vec![answer.unwrap_or_else(|silence| Answer { witness, said: Err(silence) })]
    }
}
