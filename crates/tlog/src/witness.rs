//! A witness's side and a log's side of `add-checkpoint` (C2SP tlog-witness), without the HTTP around it.
//!
//! ```text
//! POST <prefix>/add-checkpoint                200  cosignature lines
//! old <size>                                  400  malformed, or old above the checkpoint's size
//! [<consistency proof line> … up to 63]       403  not signed by the log's key
//!                                             404  an origin that is not known
//! <checkpoint>                                409  another latest size (text/x.tlog.size), or another root at it
//!                                             422  the proof does not verify
//! ```
//!
//! [`AddCheckpoint::decide`] is a function of what the witness signed last, the request and the log's keys. The witness
//! then compares and sets its state *durably*, and only then calls [`Accepted::cosign`] and answers.

use crate::checkpoint::{Checkpoint, CheckpointError, Origin, SignedCheckpoint};
use crate::cosignature::{Timestamp, cosign};
use crate::hash::Hash;
use crate::note::{KeyRing, NOTE_MAX, NoteError, SignError, SignatureLine, Signer, VerifyError};
use crate::proof::{ConsistencyError, ConsistencyProof, PROOF_MAX, ProofLinesError, read_lines};
use crate::size::{BadNumber, TreeSize};
use std::error::Error;
use std::fmt;

/// Bytes of a request: a note, 63 lines of proof, the line with the old size.
pub const REQUEST_MAX: usize = NOTE_MAX + PROOF_MAX * 45 + 64;

/// The content type of a 409 that states the latest size.
pub const SIZE_CONTENT_TYPE: &str = "text/x.tlog.size";

/// Characters of a number's line: 20 digits and a newline.
const SIZE_BODY_MAX: usize = 21;

/// A request to cosign a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    old: TreeSize,
    proof: ConsistencyProof,
    checkpoint: SignedCheckpoint,
}

/// Why bytes are not such a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// More than [`REQUEST_MAX`].
    #[error("a request of {length} bytes is longer than {REQUEST_MAX}")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// No empty line before the checkpoint.
    #[error("the request has no empty line before the checkpoint")]
    NoCheckpoint,
    /// What stands before the checkpoint is not text.
    #[error("the lines before the checkpoint are not UTF-8")]
    NotUtf8,
    /// The first line.
    #[error("the first line of the request is not `old` and a size")]
    NoOldSize,
    /// The size in it.
    #[error("the old size is malformed")]
    OldSize(#[from] BadNumber),
    /// The lines after it.
    #[error("the consistency proof is malformed")]
    Proof(#[from] ProofLinesError),
    /// What follows the empty line.
    #[error("the checkpoint is malformed")]
    Checkpoint(#[from] CheckpointError),
}

/// What a witness signed last for one log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Latest {
    size: TreeSize,
    root: Hash,
}

/// What an accepted request asks a witness to store, and to sign once that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "the new state is stored before anything is signed"]
pub struct Accepted {
    before: Latest,
    after: Latest,
    checkpoint: Checkpoint,
}

/// Why a witness doesn't cosign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// 400: not a request.
    #[error("the request is malformed")]
    Malformed(#[from] RequestError),
    /// 404: a log that the witness doesn't know.
    #[error("the log {:?} is not known here", origin.as_str())]
    UnknownLog {
        /// The origin in the request.
        origin: Origin,
    },
    /// 403: not signed by the log, or not this.
    #[error("the checkpoint is not signed by the log's key")]
    NotSigned(#[from] VerifyError),
    /// 400: the old size lies above the new.
    #[error("the old size {old} is above the checkpoint's {new}")]
    OldAboveNew {
        /// The old size in the request.
        old: TreeSize,
        /// The checkpoint's size.
        new: TreeSize,
    },
    /// 409: the witness signed another size last.
    #[error("the request starts from {old} leaves, the latest signed here has {}", latest.size)]
    Conflict {
        /// The old size in the request.
        old: TreeSize,
        /// What the witness signed last.
        latest: Latest,
        /// Set where the request is the log's own signature under another history.
        fork: Option<Box<Fork>>,
    },
    /// 409: the same size with another root. The log's key signed two histories.
    #[error("{fork}")]
    Fork {
        /// The evidence.
        fork: Box<Fork>,
    },
    /// 422: a tree without leaves has one root, and this isn't it.
    #[error("the root of an empty tree is {}, not {found}", Hash::EMPTY_ROOT)]
    EmptyRoot {
        /// The root in the checkpoint.
        found: Hash,
    },
    /// 422: from size 0 nothing is to be proven.
    #[error("a proof from 0 leaves has no hash, this one has {found}")]
    ProofFromNothing {
        /// Hashes it has.
        found: usize,
    },
    /// 422: the proof does not verify.
    #[error("the checkpoint does not follow from the one signed last")]
    Inconsistent(#[from] ConsistencyError),
}

/// The alarm: a checkpoint that the log's key signed, at a size for which the witness has seen another root. Whoever
/// holds both notes can show that the log rewrote its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fork {
    /// Which log.
    pub origin: Origin,
    /// At which size.
    pub size: TreeSize,
    /// The root that the witness signed.
    pub seen: Hash,
    /// The root in the request.
    pub offered: Hash,
}

impl fmt::Display for Fork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, size, seen, offered } = self;
        write!(f, "fork: {origin} signed two roots at {size} leaves, {seen} before and {offered} now")
    }
}

/// An answer as HTTP has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The content type.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

/// What a log reads out of a witness's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// 200: cosignatures, not yet verified: see [`SignedCheckpoint::add_verified`].
    Cosigned(Vec<SignatureLine>),
    /// 409: what the witness signed last. At the size that was asked for, it is a fork alarm.
    Conflict {
        /// Its size.
        latest: TreeSize,
    },
    /// Anything else. 409 without a size and 422 are a fork alarm where the request was right.
    Refused {
        /// The status.
        status: u16,
    },
}

/// Why an answer could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// 200 with something else than signature lines.
    #[error("the witness answered 200 with something else than signature lines")]
    Lines(#[from] NoteError),
    /// 200 with nothing, or with something that isn't text.
    #[error("the witness answered 200 without a signature line")]
    NoLines,
    /// 409 as a size that is none.
    #[error("the witness answered 409 with something else than a size")]
    Size(#[from] BadNumber),
}

impl Latest {
    /// Nothing signed yet.
    pub const NOTHING: Self = Self { size: TreeSize::ZERO, root: Hash::EMPTY_ROOT };

    /// What was stored.
    pub const fn new(size: TreeSize, root: Hash) -> Self {
        Self { size, root }
    }

    /// How many leaves.
    pub const fn size(&self) -> TreeSize {
        self.size
    }

    /// The root over them.
    pub const fn root(&self) -> Hash {
        self.root
    }
}

impl AddCheckpoint {
    /// A request for a log to send.
    pub fn new(old: TreeSize, proof: ConsistencyProof, checkpoint: SignedCheckpoint) -> Self {
        Self { old, proof, checkpoint }
    }

    /// Reads a request's body.
    pub fn read(bytes: &[u8]) -> Result<Self, RequestError> {
        if bytes.len() > REQUEST_MAX {
            return Err(RequestError::TooLong { length: bytes.len() });
        }
        let empty = bytes.windows(2).position(|pair| pair == b"\n\n").ok_or(RequestError::NoCheckpoint)?;
        let (head, note) = bytes.split_at_checked(empty + 2).ok_or(RequestError::NoCheckpoint)?;
        let head = std::str::from_utf8(head).map_err(|_| RequestError::NotUtf8)?;
        let mut lines = head.trim_end_matches('\n').split('\n');
        let old = lines
            .next()
            .and_then(|line| line.strip_prefix("old "))
            .ok_or(RequestError::NoOldSize)?
            .parse()?;
        let proof = ConsistencyProof::new(read_lines(lines)?)?;
        Ok(Self { old, proof, checkpoint: SignedCheckpoint::read(note)? })
    }

    /// The size that the proof starts from.
    pub fn old(&self) -> TreeSize {
        self.old
    }

    /// The checkpoint to cosign, with the log's signatures.
    pub fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    /// Decides, given what was signed last for this origin and the keys that are trusted for it; `None` where the witness
    /// doesn't know the origin.
    pub fn decide(&self, log: Option<(&KeyRing, Latest)>) -> Result<Accepted, Refusal> {
        let checkpoint = self.checkpoint.checkpoint();
        let Some((keys, latest)) = log else {
            return Err(Refusal::UnknownLog { origin: checkpoint.origin().clone() });
        };
        self.checkpoint.verify(keys)?;
        let (old, new, root) = (self.old, checkpoint.size(), checkpoint.root());
        if old > new {
            return Err(Refusal::OldAboveNew { old, new });
        }
        let fork = (new == latest.size && root != latest.root).then(|| {
            let origin = checkpoint.origin().clone();
            Box::new(Fork { origin, size: new, seen: latest.root, offered: root })
        });
        if old != latest.size {
            return Err(Refusal::Conflict { old, latest, fork });
        }
        if new == TreeSize::ZERO && root != Hash::EMPTY_ROOT {
            return Err(Refusal::EmptyRoot { found: root });
        }
        if let Some(fork) = fork {
            return Err(Refusal::Fork { fork });
        }
        if old > TreeSize::ZERO {
            self.proof.verify(old, latest.root, new, root)?;
        } else if !self.proof.is_empty() {
            return Err(Refusal::ProofFromNothing { found: self.proof.hashes().len() });
        }
        Ok(Accepted { before: latest, after: Latest { size: new, root }, checkpoint: checkpoint.clone() })
    }
}

/// The body of the request.
impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "old {}\n{}\n{}", self.old, self.proof, self.checkpoint)
    }
}

impl Accepted {
    /// What must still be stored when [`Accepted::after`] is put in its place: if it isn't, another request came first.
    pub fn before(&self) -> Latest {
        self.before
    }

    /// What is stored before [`Accepted::cosign`].
    pub fn after(&self) -> Latest {
        self.after
    }

    /// Which log.
    pub fn origin(&self) -> &Origin {
        self.checkpoint.origin()
    }

    /// Cosigns. Call it when [`Accepted::after`] is stored durably in place of [`Accepted::before`], never earlier: a witness
    /// that forgets what it signed can be led to sign two histories.
    pub fn cosign(self, signer: &dyn Signer, time: Timestamp) -> Result<SignatureLine, SignError> {
        cosign(&self.checkpoint, signer, time)
    }
}

impl Refusal {
    /// The status that the specification gives it.
    pub fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) | Self::OldAboveNew { .. } => 400,
            Self::NotSigned(_) => 403,
            Self::UnknownLog { .. } => 404,
            Self::Conflict { .. } | Self::Fork { .. } => 409,
            Self::EmptyRoot { .. } | Self::ProofFromNothing { .. } | Self::Inconsistent(_) => 422,
        }
    }

    /// The alarm, where the request shows one.
    pub fn fork(&self) -> Option<&Fork> {
        match self {
            Self::Fork { fork } | Self::Conflict { fork: Some(fork), .. } => Some(fork),
            _ => None,
        }
    }
}

impl Response {
    /// 200 with cosignatures.
    pub fn cosigned(lines: &[SignatureLine]) -> Self {
        let body = lines.iter().map(ToString::to_string).collect();
        Self { status: 200, content_type: "text/plain; charset=utf-8", body }
    }

    /// A refusal. Every 409 states the latest size, so that a log can start again from there, or see the fork.
    pub fn refused(refusal: &Refusal) -> Self {
        let latest = match refusal {
            Refusal::Conflict { latest, .. } => Some(latest.size),
            Refusal::Fork { fork } => Some(fork.size),
            _ => None,
        };
        let (content_type, body) = match latest {
            Some(size) => (SIZE_CONTENT_TYPE, format!("{size}\n")),
            None => ("text/plain; charset=utf-8", reasons(refusal)),
        };
        Self { status: refusal.status(), content_type, body }
    }
}

impl Answer {
    /// Reads a witness's answer; a body of more than [`NOTE_MAX`] bytes is none.
    pub fn read(status: u16, content_type: Option<&str>, body: &[u8]) -> Result<Self, AnswerError> {
        // Parameters may follow a content type.
        let content_type = content_type.and_then(|full| full.split(';').next()).map(str::trim);
        match (status, content_type) {
            (200, _) => {
                if body.len() > NOTE_MAX {
                    return Err(NoteError::TooLong { length: body.len() }.into());
                }
                let text = std::str::from_utf8(body).map_err(|_| AnswerError::NoLines)?;
                let lines = SignatureLine::read_all(text)?;
                if lines.is_empty() { Err(AnswerError::NoLines) } else { Ok(Self::Cosigned(lines)) }
            }
            (409, Some(SIZE_CONTENT_TYPE)) => {
                let text = body.get(..body.len().min(SIZE_BODY_MAX + 1)).unwrap_or_default();
                let text = String::from_utf8_lossy(text);
                let latest = text.strip_suffix('\n').unwrap_or(&text).parse()?;
                Ok(Self::Conflict { latest })
            }
            _ => Ok(Self::Refused { status }),
        }
    }
}

/// A refusal with its causes, in one line.
fn reasons(refusal: &Refusal) -> String {
    let mut text = refusal.to_string();
    let mut cause = refusal.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text + "\n"
}
