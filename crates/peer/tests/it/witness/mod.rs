//! The witness: its register, its server, and a log's side of it.

mod asking;
mod conformance;
mod hostile;
mod never_two_histories;
mod old_register;

use countersign_keys::NoteKey;
use countersign_peer::witness::register::Register;
use countersign_peer::witness::server::{Limits, Running, Server, Service, Told};
use countersign_testkit::TestLog;
use countersign_tlog::cosignature::Timestamp;
use countersign_tlog::note::{KeyName, KeyRing, SignatureType, Signer as _, VerifierKey};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};

pub(crate) const ORIGIN: &str = "log.example/ruritania";

/// A witness's key by its name.
pub(crate) fn key(name: &str) -> NoteKey {
    NoteKey::from_seed(KeyName::new(name).unwrap(), SignatureType::CosignatureV1, name).unwrap()
}

pub(crate) fn time(seconds: u64) -> Timestamp {
    Timestamp::new(seconds).unwrap()
}

pub(crate) fn ring(key: &VerifierKey) -> KeyRing {
    KeyRing::new([key.clone()]).unwrap()
}

/// A register that knows a log.
pub(crate) fn register(dir: &Path, name: &str, log: &TestLog) -> Register {
    let register = Register::open(dir, None, key(name).key()).unwrap();
    register.add_log(log.verifier(), None).unwrap();
    register
}

/// A witness that answers.
pub(crate) struct Witness {
    pub(crate) running: Running,
    /// Alarms and troubles that its operator was told of.
    pub(crate) told: Arc<Mutex<Vec<String>>>,
}

impl Witness {
    pub(crate) fn start(dir: &Path, name: &str, log: &TestLog) -> Self {
        Self::of(register(dir, name, log), name, Limits::default())
    }

    pub(crate) fn of(register: Register, name: &str, limits: Limits) -> Self {
        let told = Arc::new(Mutex::new(Vec::new()));
        let hears = told.clone();
        let service = Service {
            register,
            signer: Box::new(key(name)),
            now: Box::new(|| time(1_764_000_000)),
            tell: Box::new(move |told| {
                hears.lock().unwrap().push(match told {
                    Told::Fork(evidence) => {
                        format!("{}\n{}\n{}", evidence.fork, evidence.seen, evidence.offered)
                    }
                    Told::Trouble(error) => error.to_string(),
                });
            }),
            prefix: String::new(),
            limits,
        };
        let server = Server::bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        Self { running: server.start(Arc::new(service)).unwrap(), told }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.running.address())
    }

    pub(crate) fn told(&self) -> Vec<String> {
        self.told.lock().unwrap().clone()
    }
}
