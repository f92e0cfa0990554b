//! What came of asking witnesses.

use countersign_tlog::checkpoint::{Origin, SignedCheckpoint};
use countersign_tlog::cosignature::Timestamp;
use countersign_tlog::hash::Hash;
use countersign_tlog::note::VerifierKey;
use countersign_tlog::policy::{Octets, Quorum};
use countersign_tlog::size::TreeSize;
use countersign_tlog::witness::AnswerError;
use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What came of asking all witnesses of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The checkpoint, with the cosignatures that verify by the policy's keys.
    pub checkpoint: SignedCheckpoint,
    /// Who cosigned, and whether that is enough.
    pub quorum: Quorum,
    /// One for each witness, in the policy's order.
    pub answers: Vec<Answered>,
}

/// What came of asking one witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// What the policy calls it.
    pub name: Octets,
    /// Its key in the policy.
    pub key: VerifierKey,
    /// What came of it.
    pub outcome: Outcome,
    /// The size it says it cosigned last: where to start from next time.
    pub latest: Option<TreeSize>,
    /// Set where that is less than what it had cosigned before: it has lost its state. What it attests from now on
    /// counts for less, since it could have been led to a second history.
    pub went_back: Option<TreeSize>,
}

/// What a witness did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It cosigned.
    Cosigned {
        /// When, by its own clock.
        time: Option<Timestamp>,
    },
    /// The alarm: it has seen another history under this log's key.
    Fork(Box<ForkAlarm>),
    /// It has seen more of this log than is here: this record is an old copy, or somebody else has its key.
    Behind {
        /// What the witness cosigned last.
        latest: TreeSize,
    },
    /// 404: it was not told about this log.
    NotKnown,
    /// 403: it knows another key of this log.
    KeyNotKnown,
    /// 429 or 503: it has no time now.
    Busy {
        /// The status.
        status: u16,
        /// When it wants to be asked again.
        retry_after: Option<Duration>,
    },
    /// Another status.
    Refused {
        /// The status.
        status: u16,
    },
    /// 3xx: a witness is asked where the policy says, nowhere else.
    Redirected {
        /// The status.
        status: u16,
        /// Where to, shortened.
        to: String,
    },
    /// 200, and nothing in it verifies by the policy's key.
    NotCounted {
        /// Signature lines in the answer.
        lines: usize,
    },
    /// An answer that can't be read.
    Garbled(AnswerError),
    /// 409 with sizes that contradict one another, or what was asked.
    Contradictory {
        /// The size asked from.
        from: TreeSize,
        /// The size it stated.
        latest: TreeSize,
    },
    /// More bytes than an answer has.
    TooLong,
    /// No answer in time.
    TimedOut {
        /// How long was waited.
        within: Duration,
    },
    /// No connection, or one that broke.
    Unreachable {
        /// What the network said.
        error: String,
    },
    /// The quorum was met, or the time was up, before it answered.
    NotWaitedFor,
    /// The policy has no http address for it.
    NoAddress,
    /// No proof could be made from what it cosigned last: this log's own tiles can't be read.
    NoProof {
        /// From which size.
        from: TreeSize,
        /// Why not.
        error: String,
    },
}

/// A witness has seen another history than this one. Either the log's key signed both, or the witness is wrong; where
/// `seen` is there and signed by the log's key, it is the former, for everybody to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForkAlarm {
    /// Which log.
    pub origin: Origin,
    /// Which witness.
    pub witness: VerifierKey,
    /// At which size its history is another.
    pub at: TreeSize,
    /// The checkpoint that it refused.
    pub ours: SignedCheckpoint,
    /// The checkpoint that it cosigned, as it shows it: signed by this log's key too.
    pub seen: Option<SignedCheckpoint>,
}

impl Asked {
    /// Alarms, if any.
    pub fn alarms(&self) -> impl Iterator<Item = &ForkAlarm> {
        self.answers.iter().filter_map(|answered| match &answered.outcome {
            Outcome::Fork(alarm) => Some(&**alarm),
            _ => None,
        })
    }

    /// The largest size that a witness has seen beyond this record: set, the record is an old copy and must not sign.
    pub fn behind(&self) -> Option<TreeSize> {
        let beyond = self.answers.iter().filter_map(|answered| match answered.outcome {
            Outcome::Behind { latest } => Some(latest),
            _ => None,
        });
        beyond.max()
    }
}

impl Outcome {
    /// What to do about it; `None` where nothing is to be done.
    pub fn help(&self) -> Option<&'static str> {
        Some(match self {
            Self::Cosigned { .. } | Self::NotWaitedFor => return None,
            Self::Fork(_) => "stop writing, keep the alarm, compare with a mirror: `countersign log verify`",
            Self::Behind { .. } => {
                "don't sign: fetch what is missing from a mirror, or find out who else has the log's key"
            }
            Self::NotKnown | Self::KeyNotKnown => {
                "give its operator this log's verifier key: `countersign witness log add VKEY`"
            }
            Self::Busy { .. } | Self::TimedOut { .. } | Self::Unreachable { .. } => {
                "it will be asked again with the next checkpoint"
            }
            Self::Refused { .. } | Self::Garbled(_) | Self::TooLong | Self::Contradictory { .. } => {
                "ask its operator whether a witness is running at that address"
            }
            Self::Redirected { .. } => {
                "put the address it redirects to into the policy, if it is the witness's"
            }
            Self::NotCounted { .. } => {
                "its key is not the one in the policy: ask its operator for its verifier key"
            }
            Self::NoAddress => "write its http address after its key in the policy",
            Self::NoProof { .. } => "check this log's files: `countersign log fsck`",
        })
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cosigned { .. } => write!(f, "cosigned"),
            Self::Fork(alarm) => write!(f, "{alarm}"),
            Self::Behind { latest } => {
                write!(f, "has seen {latest} entries of this record, more than are here")
            }
            Self::NotKnown => write!(f, "does not know this log (404)"),
            Self::KeyNotKnown => write!(f, "does not know this log's key (403)"),
            Self::Busy { status, retry_after: Some(after) } => {
                write!(f, "is busy ({status}), asks to be asked again in {} s", after.as_secs())
            }
            Self::Busy { status, retry_after: None } => write!(f, "is busy ({status})"),
            Self::Refused { status } => write!(f, "refused with the status {status}"),
            Self::Redirected { status, to } => {
                write!(f, "redirects ({status}) to {to}, which is not followed")
            }
            Self::NotCounted { lines: 1 } => {
                write!(f, "answered with a signature that does not verify by its key")
            }
            Self::NotCounted { lines } => {
                write!(f, "answered with {lines} signatures, none of which verifies by its key")
            }
            Self::Garbled(error) => write!(f, "gave an answer that can't be read: {error}"),
            Self::Contradictory { from, latest } => {
                write!(
                    f,
                    "contradicts itself: asked from {from} entries, it says that {latest} were its latest"
                )
            }
            Self::TooLong => write!(f, "sent more than an answer has"),
            Self::TimedOut { within } => write!(f, "gave no answer within {} s", within.as_secs_f32()),
            Self::Unreachable { error } => write!(f, "could not be reached: {error}"),
            Self::NotWaitedFor => write!(f, "had not answered yet"),
            Self::NoAddress => write!(f, "has no http address in the policy"),
            Self::NoProof { from, error } => {
                write!(f, "could not be asked: no proof from {from} entries: {error}")
            }
        }
    }
}

/// One line.
impl fmt::Display for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.outcome)?;
        match (self.went_back, self.latest) {
            (Some(before), Some(_)) => write!(f, "; it has forgotten that it had cosigned {before} entries"),
            _ => Ok(()),
        }
    }
}

/// One line.
impl fmt::Display for ForkAlarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, at, seen, .. } = self;
        write!(f, "FORK: has seen another history of {origin} at {at} entries")?;
        match seen {
            Some(_) => write!(f, ", signed by this log's own key"),
            None => write!(f, ", and shows no checkpoint that proves it"),
        }
    }
}

impl ForkAlarm {
    /// For whoever holds the notes beside it.
    fn why(&self) -> String {
        let Self { witness, .. } = self;
        let seen = match &self.seen {
            None => "It shows no checkpoint of it: that is its word against the record's.",
            Some(_) => {
                "`offered.checkpoint` is the one that it refused, `seen.checkpoint` the one that it cosigned. The log's key signed\n\
                 both, and neither tree begins with the other:\n\n\
                 \x20   countersign log verify --consistency seen.checkpoint offered.checkpoint --source RECORD --key VKEY"
            }
        };
        format!("{self}\nAs the witness says: {witness}\n\n{seen}\n")
    }

    /// Keeps both checkpoints in a folder of its own in `dir`, one for each witness and each pair of them, as a mirror keeps a
    /// fork; what is kept already stays. Gives that folder.
    pub fn keep_in(&self, dir: &Path) -> io::Result<PathBuf> {
        let seen = self.seen.as_ref().map(ToString::to_string);
        let what = format!("{}\n{}{}", self.witness, self.ours.note().text(), seen.as_deref().unwrap_or(""));
        let hash = Hash::leaf(what.as_bytes());
        let name: String = hash.as_bytes().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let kept = dir.join(name);
        std::fs::create_dir_all(&kept)?;
        let files = [
            ("offered.checkpoint", Some(self.ours.to_string())),
            ("seen.checkpoint", seen),
            ("why.txt", Some(self.why())),
        ];
        for (name, text) in files {
            let Some(text) = text else { continue };
            match OpenOptions::new().write(true).create_new(true).open(kept.join(name)) {
                Ok(mut file) => file.write_all(text.as_bytes()).and_then(|()| file.sync_all())?,
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Ok(kept)
    }
}
