//! Which logs and witnesses are trusted, and how many of them it takes (C2SP tlog-policy).
//!
//! ```text
//! log <vkey> [<url>]
//! witness <name> <vkey> [<url>]
//! group <name> all|any|<k> <name> …
//! quorum <name>|none
//! ```
//! Lines are octets; names are compared octet by octet. Each name is a member of at most one group, so the groups form
//! trees, and who signed is counted once.

mod quorum;
mod read;

pub use quorum::{Cosigner, Member, Quorum};
pub use read::{PolicyError, PolicyLineError};

use crate::checkpoint::{Origin, SignedCheckpoint};
use crate::note::{KeyRing, VerifiedNote, VerifierKey, VerifyError};
use std::fmt;

/// Bytes of a policy: 128 lines of each kind with generous names.
pub const POLICY_MAX: usize = 256 * 1024;

/// Logs, witnesses and groups, of each: four times the 32 that the specification asks for.
pub const COMPONENTS_MAX: usize = 128;

/// What predefined name asks for no cosignature.
const NONE: &[u8] = b"none";

/// Trusted logs and witnesses, and the quorum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<TrustedLog>,
    witnesses: Vec<Witness>,
    groups: Vec<Group>,
    quorum: Asked,
    ring: KeyRing,
}

/// A log whose checkpoints count. Its key's name is its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedLog {
    key: VerifierKey,
    origin: Origin,
    url: Option<Octets>,
}

/// A witness that may count towards the quorum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    name: Octets,
    key: VerifierKey,
    url: Option<Octets>,
}

/// A group: witnessed where at least `threshold` of its members are.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    name: Octets,
    threshold: usize,
    members: Vec<Component>,
}

/// A witness or a group, by its place in the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Component {
    Witness(usize),
    Group(usize),
}

/// Whose cosignature the quorum line asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// `quorum none`.
    Nothing,
    Of(Component),
}

/// A name or URL of a policy: opaque octets without spaces and control characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Octets(Vec<u8>);

/// Why a checkpoint does not count under a policy, before any witness is asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UntrustedError {
    /// No log with that origin is in the policy.
    #[error("the policy trusts no log {:?}", origin.as_str())]
    UnknownLog {
        /// The checkpoint's origin.
        origin: Origin,
    },
    /// A known key signed something else, or nobody known signed.
    #[error("the checkpoint's signatures do not verify")]
    Signatures(#[from] VerifyError),
    /// Known keys signed, the log's own isn't among them.
    #[error("the checkpoint of {origin} is not signed by that log's key")]
    NotSignedByLog {
        /// The checkpoint's origin.
        origin: Origin,
    },
}

/// A checkpoint that a trusted log signed, and who cosigned it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedCheckpoint {
    log: VerifierKey,
    quorum: Quorum,
}

impl Policy {
    /// Reads a policy to its last line.
    pub fn read(bytes: &[u8]) -> Result<Self, PolicyError> {
        read::policy(bytes)
    }

    /// Trusts no log and asks for no cosignature.
    pub fn nobody() -> Self {
        Self {
            logs: Vec::new(),
            witnesses: Vec::new(),
            groups: Vec::new(),
            quorum: Asked::Nothing,
            ring: KeyRing::default(),
        }
    }

    /// The same policy with one more log, for those who know it from elsewhere: a policy may list none.
    pub fn with_log(mut self, key: VerifierKey) -> Result<Self, PolicyError> {
        read::add_log(&mut self.logs, key, None).map_err(PolicyError::Log)?;
        self.ring = read::ring(&self.logs, &self.witnesses)?;
        Ok(self)
    }

    /// The logs, in the policy's order.
    pub fn logs(&self) -> &[TrustedLog] {
        &self.logs
    }

    /// The witnesses, in the policy's order.
    pub fn witnesses(&self) -> &[Witness] {
        &self.witnesses
    }

    /// Verifies the signatures on a checkpoint: one of the logs must have signed it under its own origin. Whether the
    /// quorum is met is told, not demanded: see [`TrustedCheckpoint::quorum`].
    pub fn evaluate(&self, checkpoint: &SignedCheckpoint) -> Result<TrustedCheckpoint, UntrustedError> {
        let origin = checkpoint.checkpoint().origin();
        if !self.logs.iter().any(|log| log.origin == *origin) {
            return Err(UntrustedError::UnknownLog { origin: origin.clone() });
        }
        let note = checkpoint.verify(&self.ring)?;
        let log = self.signing_log(origin, &note);
        let log = log.ok_or_else(|| UntrustedError::NotSignedByLog { origin: origin.clone() })?;
        Ok(TrustedCheckpoint { log: log.clone(), quorum: Quorum::count(self, &note) })
    }

    fn signing_log(&self, origin: &Origin, note: &VerifiedNote<'_>) -> Option<&VerifierKey> {
        let of_log = |log: &&TrustedLog| {
            log.origin == *origin && note.signatures().iter().any(|signature| *signature.key() == log.key)
        };
        self.logs.iter().find(of_log).map(|log| &log.key)
    }

    fn name(&self, component: Component) -> &[u8] {
        match component {
            Component::Witness(at) => self.witnesses.get(at).map_or(NONE, |witness| &witness.name.0),
            Component::Group(at) => self.groups.get(at).map_or(NONE, |group| &group.name.0),
        }
    }

    /// As it is read: logs, witnesses, groups, the quorum. Comments are not kept.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut line = |words: &[&[u8]]| {
            bytes.extend_from_slice(&words.join(&b' '));
            bytes.push(b'\n');
        };
        for TrustedLog { key, url, .. } in &self.logs {
            let key = key.to_string();
            line(&[&[b"log", key.as_bytes()], url.as_ref().map(Octets::as_bytes).as_slice()].concat());
        }
        for Witness { name, key, url } in &self.witnesses {
            let key = key.to_string();
            let url = url.as_ref().map(Octets::as_bytes);
            line(&[&[b"witness".as_slice(), &name.0, key.as_bytes()], url.as_slice()].concat());
        }
        for group in &self.groups {
            let threshold = group.threshold();
            let mut words = vec![b"group".as_slice(), &group.name.0, threshold.as_bytes()];
            words.extend(group.members.iter().map(|member| self.name(*member)));
            line(&words);
        }
        let quorum = match self.quorum {
            Asked::Nothing => NONE,
            Asked::Of(component) => self.name(component),
        };
        line(&[b"quorum", quorum]);
        bytes
    }
}

impl Group {
    /// `any`, `all` or the number.
    fn threshold(&self) -> String {
        match self.threshold {
            1 => "any".to_owned(),
            all if all == self.members.len() => "all".to_owned(),
            number => number.to_string(),
        }
    }
}

impl TrustedLog {
    /// The key, whose name is the origin.
    pub fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// Which log.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Where it is reached, where the policy says so.
    pub fn url(&self) -> Option<&Octets> {
        self.url.as_ref()
    }
}

impl Witness {
    /// What the policy calls it.
    pub fn name(&self) -> &Octets {
        &self.name
    }

    /// The key, whose own name stands on its signatures.
    pub fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// Where it is reached, where the policy says so.
    pub fn url(&self) -> Option<&Octets> {
        self.url.as_ref()
    }
}

impl TrustedCheckpoint {
    /// The key of the log that signed it.
    pub fn log(&self) -> &VerifierKey {
        &self.log
    }

    /// Who cosigned it, who didn't, and whether that is enough.
    pub fn quorum(&self) -> &Quorum {
        &self.quorum
    }
}

impl Octets {
    /// As they stand in the policy.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// As UTF-8, with a mark for what isn't.
impl fmt::Display for Octets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        String::from_utf8_lossy(&self.0).fmt(f)
    }
}
