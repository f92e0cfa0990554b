//! A home with acts to put into it: what the driver writes and the checks know.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use countersign_agreement::record::Salt;
use countersign_agreement::signed::SignedAct;
use countersign_authority::model::time::Instant;
use countersign_signature::{Signer as _, sign_detached};
use countersign_store::directory::Directory;
use countersign_store::dossiers::{Dossier, Dossiers as _};
use countersign_store::error::LedgerError;
use countersign_store::seal::{MemoryError, RememberingSeal};
use countersign_store::sqlite::{Access, Sqlite};
use countersign_store::witnesses::Nobody;
use countersign_store::writer::{Admitted, Parts, Submission, admit};
use countersign_testkit::Pki;
use countersign_tlog::note::{KeyName, Refused, SignatureType, Signer, VerifierKey};
use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest as _, Sha256};

pub(crate) const ORIGIN: &str = "kravonia.example/record";
pub(crate) const DOSSIER: &str = "talks";

/// Where everything of one run lies: the home beside what the driver tells of it.
#[derive(Debug, Clone)]
pub(crate) struct Scene(pub(crate) PathBuf);

impl Scene {
    /// All that the record is made of, and all that a fault may touch.
    pub(crate) fn home(&self) -> PathBuf {
        self.0.join("home")
    }
    pub(crate) fn database(&self) -> PathBuf {
        self.home().join("countersign.db")
    }
    pub(crate) fn record(&self) -> PathBuf {
        self.home().join("record")
    }
    /// What was acknowledged: `index commitment`, a line each, synced before the next act is written.
    pub(crate) fn acknowledged(&self) -> PathBuf {
        self.0.join("acknowledged")
    }
    /// Every checkpoint that was ever signed: `size root`, a line each.
    pub(crate) fn signed(&self) -> PathBuf {
        self.0.join("signed")
    }

    /// Opens the database, or makes one where there is none.
    pub(crate) fn ledger(&self) -> Result<Sqlite, LedgerError> {
        let access = Access::default();
        let opened = match self.database().try_exists() {
            Ok(true) => Sqlite::open(&self.database(), &access),
            _ => Sqlite::create(&self.database(), &access),
        };
        match opened {
            // Killed while it was created, or another process is about to.
            Err(LedgerError::Damaged(_) | LedgerError::Absent { .. }) => {
                Sqlite::create(&self.database(), &access)
            }
            Err(LedgerError::Present { .. }) => Sqlite::open(&self.database(), &access),
            opened => opened,
        }
    }

    /// The record's key, which remembers what it signed last and tells a file of everything that it signs.
    pub(crate) fn seal(&self, told: &Path) -> Result<Arc<RememberingSeal<Seal>>, MemoryError> {
        Ok(Arc::new(RememberingSeal::open(Seal::telling(told), &self.home().join("seal.last"))?))
    }

    /// All that a writer needs, with a seal that tells of every signature.
    pub(crate) fn parts(&self) -> Result<Parts, Box<dyn std::error::Error>> {
        fs::create_dir_all(self.home())?;
        let ledger = self.ledger()?;
        let dossier = Dossier {
            id: DOSSIER.into(),
            title: "Talks".to_owned(),
            parties: vec!["RUR".to_owned(), "KRA".to_owned()],
            created: Instant(1_767_225_600_000_000_000),
        };
        ledger.open(&dossier)?;
        Ok(Parts {
            ledger: Arc::new(ledger),
            objects: Arc::new(Directory::make(&self.record())?),
            seal: self.seal(&self.signed())?,
            witnesses: Arc::new(Nobody::new()?),
        })
    }
}

/// The record's key. Tells a file of everything that it signs, before it does.
pub(crate) struct Seal {
    key: VerifierKey,
    secret: SigningKey,
    told: Option<PathBuf>,
}

impl Seal {
    pub(crate) fn new() -> Self {
        Self::named(ORIGIN, SignatureType::Ed25519)
    }

    pub(crate) fn telling(told: &Path) -> Self {
        Self { told: Some(told.to_owned()), ..Self::new() }
    }

    pub(crate) fn named(name: &str, kind: SignatureType) -> Self {
        let secret = SigningKey::from_bytes(&Sha256::digest(name).into());
        let public = secret.verifying_key();
        let key = VerifierKey::new(KeyName::new(name).unwrap(), kind, public.as_bytes()).unwrap();
        Self { key, secret, told: None }
    }
}

impl Signer for Seal {
    fn key(&self) -> &VerifierKey {
        &self.key
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], Refused> {
        if let Some(told) = &self.told {
            let text = String::from_utf8_lossy(message);
            let mut lines = text.lines().skip(1);
            let (size, root) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
            append(told, &format!("{size} {root}\n"));
        }
        Ok(self.secret.sign(message).to_bytes())
    }
}

/// Appends to a file and syncs it.
pub(crate) fn append(path: &Path, text: &str) {
    let mut file: File = OpenOptions::new().create(true).append(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file.sync_all().unwrap();
}

/// Signs acts and writes them to a file, a line each: `json signature`, both in hex.
pub(crate) fn write_acts(path: &Path, count: usize) {
    let pki = Pki::new("faults");
    let house = pki.authority("house", "CN=House CA,O=Ruritania");
    let key = pki.person("dahl", "CN=dahl,O=Ruritania", &house);
    assert!(!key.certificate().fingerprint().is_empty());
    let mut lines = String::new();
    for number in 0..count {
        let json = format!(
            r#"{{"at":"2026-05-01T10:00:00Z","body":{{"says":"note {number}"}},"by":{{"capacity":"MFA","person":"dahl","under":null}},"dossier":"{DOSSIER}","kind":"note","matter":"security/nuclear","on_behalf_of":"RUR","seen":null,"v":1,"visibility":"public","with":["KRA"]}}"#
        );
        let json = SignedAct::read_any(json.as_bytes()).unwrap().canonical();
        let p7s = sign_detached(&json, &key, 1_777_629_600).unwrap();
        lines.push_str(&format!("{} {}\n", hex(&json), hex(&p7s)));
    }
    fs::write(path, lines).unwrap();
}

/// Acts of a file, in a range, checked as any act is.
pub(crate) fn acts(path: &Path, from: usize, to: usize) -> Vec<Admitted> {
    let text = fs::read_to_string(path).unwrap();
    let wanted = text.lines().skip(from).take(to - from);
    wanted
        .map(|line| {
            let (json, p7s) = line.split_once(' ').unwrap();
            let (json, p7s) = (unhex(json), unhex(p7s));
            let salt = Salt::new(Sha256::digest(&json).into());
            admit(Submission { json, p7s, salt }).unwrap()
        })
        .collect()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    text.as_bytes()
        .chunks_exact(2)
        .map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

/// A folder for scenes: in memory where that is to be had, since nothing here tests the loss of power and each run syncs a
/// hundred times.
pub(crate) fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let made = memory.is_dir().then(|| tempfile::tempdir_in(memory));
    made.and_then(Result::ok).unwrap_or_else(|| tempfile::tempdir().unwrap())
}

/// Copies a folder with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (there, here) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type().unwrap().is_dir() {
            copy(&there, &here);
        } else {
            fs::copy(there, here).unwrap();
        }
    }
}
