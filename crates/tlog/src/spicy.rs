//! Proofs to keep beside a document (C2SP tlog-proof, `.tlog-proof`), also known as spicy signatures: index, inclusion
//! proof and cosigned checkpoint in one file, verified offline against a policy.
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! [extra <base64>]
//! index <index>
//! [<hash in base64> …]
//!
//! <checkpoint>
//! ```

use crate::checkpoint::{CheckpointError, Origin, SignedCheckpoint};
use crate::hash::Hash;
use crate::note::{NOTE_MAX, VerifierKey};
use crate::policy::{Policy, Quorum, UntrustedError};
use crate::proof::{InclusionError, InclusionProof, PROOF_MAX, ProofLinesError, read_lines};
use crate::size::{BadNumber, LeafIndex, TreeSize};
use base64ct::{Base64, Encoding};
use std::fmt;

/// The first line.
const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// Bytes of extra data: as many as an entry may have.
pub const EXTRA_MAX: usize = 64 * 1024;

/// Bytes of a proof file: a note, 63 lines of proof, extra data in base64, and the lines before them.
pub const PROOF_FILE_MAX: usize = NOTE_MAX + PROOF_MAX * 45 + EXTRA_MAX / 3 * 4 + 256;

/// A proof file as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    extra: Option<Vec<u8>>,
    index: LeafIndex,
    proof: InclusionProof,
    checkpoint: SignedCheckpoint,
}

/// Why bytes are not a proof file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlogProofError {
    /// More than [`PROOF_FILE_MAX`].
    #[error("a proof file of {length} bytes is longer than {PROOF_FILE_MAX}")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// The first line is another.
    #[error("the proof file does not begin with the line {HEADER}")]
    Header,
    /// No empty line before the checkpoint.
    #[error("the proof file has no empty line before the checkpoint")]
    NoCheckpoint,
    /// The lines before the checkpoint are not text.
    #[error("the lines before the checkpoint are not UTF-8")]
    NotUtf8,
    /// The extra data is empty or not canonical base64.
    #[error("the extra data is not canonical base64 (RFC 4648 §4) of at least one byte")]
    Extra,
    /// More than [`EXTRA_MAX`].
    #[error("extra data of {length} bytes is longer than {EXTRA_MAX}")]
    ExtraTooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// No index where it belongs.
    #[error("the proof file has no line `index <number>` before the proof")]
    NoIndex,
    /// The index in it.
    #[error("the index is malformed")]
    Index(#[from] BadNumber),
    /// The lines after it.
    #[error("the inclusion proof is malformed")]
    Proof(#[from] ProofLinesError),
    /// What follows the empty line.
    #[error("the checkpoint is malformed")]
    Checkpoint(#[from] CheckpointError),
}

/// Why a leaf was not shown to be in a trusted log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpicyError {
    /// The checkpoint counts for nothing.
    #[error("the checkpoint is not trusted")]
    Untrusted(#[from] UntrustedError),
    /// The leaf isn't where the proof says.
    #[error("the leaf is not included")]
    NotIncluded(#[from] InclusionError),
    /// It is included, and too few witnesses saw it.
    #[error("the quorum is {quorum}")]
    NotWitnessed {
        /// Who cosigned and who didn't.
        quorum: Quorum,
    },
}

/// Proven: a leaf is at an index of a tree whose checkpoint a trusted log signed. Only [`TlogProof`] makes one.
///
/// Whether enough witnesses saw that tree is another question: [`IncludedAt::quorum`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncludedAt {
    leaf: Hash,
    index: LeafIndex,
    origin: Origin,
    size: TreeSize,
    root: Hash,
    log: VerifierKey,
    quorum: Quorum,
}

/// Proven: included, and the quorum of the policy saw that tree. Only [`TlogProof::verify`] and
/// [`IncludedAt::witnessed`] make one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witnessed(IncludedAt);

impl TlogProof {
    /// A proof to store. `extra` is authenticated by nothing; empty is none.
    pub fn new(
        index: LeafIndex,
        proof: InclusionProof,
        checkpoint: SignedCheckpoint,
        extra: Vec<u8>,
    ) -> Result<Self, TlogProofError> {
        if extra.len() > EXTRA_MAX {
            return Err(TlogProofError::ExtraTooLong { length: extra.len() });
        }
        Ok(Self { extra: (!extra.is_empty()).then_some(extra), index, proof, checkpoint })
    }

    /// Reads a file to its last byte. What it says is a claim until [`TlogProof::verify`].
    pub fn read(bytes: &[u8]) -> Result<Self, TlogProofError> {
        if bytes.len() > PROOF_FILE_MAX {
            return Err(TlogProofError::TooLong { length: bytes.len() });
        }
        let rest = bytes.strip_prefix(HEADER.as_bytes()).and_then(|rest| rest.strip_prefix(b"\n"));
        let rest = rest.ok_or(TlogProofError::Header)?;
        let empty = rest.windows(2).position(|pair| pair == b"\n\n").ok_or(TlogProofError::NoCheckpoint)?;
        let (head, note) = rest.split_at_checked(empty + 2).ok_or(TlogProofError::NoCheckpoint)?;
        let head = std::str::from_utf8(head).map_err(|_| TlogProofError::NotUtf8)?;
        let mut lines = head.trim_end_matches('\n').split('\n').peekable();
        let extra = match lines.next_if(|line| line.starts_with("extra ")) {
            Some(line) => Some(read_extra(line)?),
            None => None,
        };
        let index =
            lines.next().and_then(|line| line.strip_prefix("index ")).ok_or(TlogProofError::NoIndex)?;
        Ok(Self {
            extra,
            index: index.parse()?,
            proof: InclusionProof::new(read_lines(lines)?)?,
            checkpoint: SignedCheckpoint::read(note)?,
        })
    }

    /// Where the leaf is said to be.
    pub fn index(&self) -> LeafIndex {
        self.index
    }

    /// The hashes that are to show it.
    pub fn proof(&self) -> &InclusionProof {
        &self.proof
    }

    /// The tree in which it is said to be.
    pub fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    /// Extra data, for the application. Nothing authenticates it.
    pub fn extra(&self) -> Option<&[u8]> {
        self.extra.as_deref()
    }

    /// Verifies all that tlog-proof asks for: a log of the policy signed the checkpoint, its quorum cosigned it, and the
    /// leaf is where the proof says.
    pub fn verify(&self, leaf: Hash, policy: &Policy) -> Result<Witnessed, SpicyError> {
        self.verify_inclusion(leaf, policy)?.witnessed()
    }

    /// All but the quorum, for those who tell *included* and *witnessed* apart.
    pub fn verify_inclusion(&self, leaf: Hash, policy: &Policy) -> Result<IncludedAt, SpicyError> {
        let trusted = policy.evaluate(&self.checkpoint)?;
        let checkpoint = self.checkpoint.checkpoint();
        let (size, root) = (checkpoint.size(), checkpoint.root());
        self.proof.verify(self.index, size, leaf, root)?;
        Ok(IncludedAt {
            leaf,
            index: self.index,
            origin: checkpoint.origin().clone(),
            size,
            root,
            log: trusted.log().clone(),
            quorum: trusted.quorum().clone(),
        })
    }
}

/// The file, byte for byte as it was read.
impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", Base64::encode_string(extra))?;
        }
        write!(f, "index {}\n{}\n{}", self.index, self.proof, self.checkpoint)
    }
}

impl IncludedAt {
    /// The leaf.
    pub fn leaf(&self) -> Hash {
        self.leaf
    }

    /// Where it is.
    pub fn index(&self) -> LeafIndex {
        self.index
    }

    /// In which log.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// In a tree of how many leaves.
    pub fn size(&self) -> TreeSize {
        self.size
    }

    /// The tree's root.
    pub fn root(&self) -> Hash {
        self.root
    }

    /// The log's key that signed the checkpoint.
    pub fn log(&self) -> &VerifierKey {
        &self.log
    }

    /// Who cosigned the checkpoint, who didn't, and whether that is enough.
    pub fn quorum(&self) -> &Quorum {
        &self.quorum
    }

    /// Demands the quorum.
    pub fn witnessed(self) -> Result<Witnessed, SpicyError> {
        if self.quorum.is_met() {
            Ok(Witnessed(self))
        } else {
            Err(SpicyError::NotWitnessed { quorum: self.quorum })
        }
    }
}

impl Witnessed {
    /// What was proven of the leaf.
    pub fn included(&self) -> &IncludedAt {
        &self.0
    }
}

fn read_extra(line: &str) -> Result<Vec<u8>, TlogProofError> {
    let base64 = line.strip_prefix("extra ").ok_or(TlogProofError::Extra)?;
    let extra = Base64::decode_vec(base64).map_err(|_| TlogProofError::Extra)?;
    if extra.is_empty() {
        return Err(TlogProofError::Extra);
    }
    if extra.len() > EXTRA_MAX {
        return Err(TlogProofError::ExtraTooLong { length: extra.len() });
    }
    Ok(extra)
}
