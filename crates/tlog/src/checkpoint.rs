//! Checkpoints (C2SP tlog-checkpoint): a log's size and root as a signed note.
//!
//! ```text
//! <origin>
//! <size>
//! <root in base64>
//! [<extension line> …]
//!
//! — <key name> <base64>
//! ```

use crate::hash::{BadHash, Hash};
use crate::note::{
    KeyRing, NoteError, SignError, SignatureLine, SignedNote, Signer, VerifiedNote, VerifyError, check_text,
};
use crate::size::{BadNumber, TreeSize};
use std::fmt;

/// Bytes of an origin: what the cosigned message of tlog-cosignature's newer type has room for.
pub const ORIGIN_MAX: usize = 255;

/// Which log: its identity for ever, not empty, one line. Need not be a URL that leads anywhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(String);

/// Why a text is no origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadOrigin {
    /// Nothing.
    #[error("an origin is empty")]
    Empty,
    /// Longer than [`ORIGIN_MAX`].
    #[error("an origin of {length} bytes is longer than {ORIGIN_MAX}")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// A newline or another control character.
    #[error("the origin {text:?} holds a control character")]
    ControlCharacter {
        /// The words at fault.
        text: String,
    },
}

impl Origin {
    /// Refuses what cannot be a checkpoint's first line.
    pub fn new(text: &str) -> Result<Self, BadOrigin> {
        if text.is_empty() {
            return Err(BadOrigin::Empty);
        }
        if text.len() > ORIGIN_MAX {
            return Err(BadOrigin::TooLong { length: text.len() });
        }
        if text.contains(|c: char| c < ' ') {
            return Err(BadOrigin::ControlCharacter { text: text.to_owned() });
        }
        Ok(Self(text.to_owned()))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a log states of itself at one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: Origin,
    size: TreeSize,
    root: Hash,
    extensions: Vec<String>,
}

/// A checkpoint with its signatures, as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: SignedNote,
}

/// Why a text is not a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Not a signed note.
    #[error("the checkpoint is not a signed note")]
    Note(#[from] NoteError),
    /// Fewer than three lines.
    #[error("a checkpoint has at least three lines, this one has {found}")]
    Lines {
        /// Lines it has.
        found: usize,
    },
    /// An empty line within the text.
    #[error("line {line} of the checkpoint is empty")]
    EmptyLine {
        /// Which, counted from 1.
        line: usize,
    },
    /// The first line.
    #[error("the first line of the checkpoint is no origin")]
    Origin(#[from] BadOrigin),
    /// The second line.
    #[error("the second line of the checkpoint is no tree size")]
    Size(#[from] BadNumber),
    /// The third line.
    #[error("the third line of the checkpoint is no root hash")]
    Root(#[from] BadHash),
}

impl Checkpoint {
    /// Without extension lines, as is recommended.
    pub fn new(origin: Origin, size: TreeSize, root: Hash) -> Self {
        Self { origin, size, root, extensions: Vec::new() }
    }

    /// Reads a note's text.
    pub fn read(text: &str) -> Result<Self, CheckpointError> {
        check_text(text)?;
        let lines: Vec<&str> = text.split_terminator('\n').collect();
        let [origin, size, root, extensions @ ..] = lines.as_slice() else {
            return Err(CheckpointError::Lines { found: lines.len() });
        };
        if let Some(at) = lines.iter().position(|line| line.is_empty()) {
            return Err(CheckpointError::EmptyLine { line: at + 1 });
        }
        Ok(Self {
            origin: Origin::new(origin)?,
            size: size.parse()?,
            root: root.parse()?,
            extensions: extensions.iter().map(|line| (*line).to_owned()).collect(),
        })
    }

    /// Which log.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// How many leaves.
    pub fn size(&self) -> TreeSize {
        self.size
    }

    /// The root over them.
    pub fn root(&self) -> Hash {
        self.root
    }

    /// Further lines, which no monitor can audit.
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }

    /// Signs it with the log's key, whose name should be the origin.
    ///
    /// A log must never sign two checkpoints of one size with different roots: that is for whoever calls this to hold.
    pub fn sign(&self, signer: &dyn Signer) -> Result<SignedCheckpoint, SignError> {
        let note = SignedNote::sign(&self.to_string(), signer)?;
        Ok(SignedCheckpoint { checkpoint: self.clone(), note })
    }
}

/// The note's text.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, self.root)?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl SignedCheckpoint {
    /// Reads it to the last byte. What it says is a claim until [`SignedCheckpoint::verify`].
    pub fn read(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let note = SignedNote::read(bytes)?;
        let checkpoint = Checkpoint::read(note.text())?;
        Ok(Self { checkpoint, note })
    }

    /// What it states.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note it came in.
    pub fn note(&self) -> &SignedNote {
        &self.note
    }

    /// Verifies every signature by a known key; see [`SignedNote::verify`].
    pub fn verify(&self, known: &KeyRing) -> Result<VerifiedNote<'_>, VerifyError> {
        self.note.verify(known)
    }

    /// Adds the lines that verify, say of a witness's answer; see [`SignedNote::add_verified`].
    pub fn add_verified(&mut self, lines: Vec<SignatureLine>, known: &KeyRing) -> Result<usize, NoteError> {
        self.note.add_verified(lines, known)
    }

    /// Adds signature lines as they are; see [`SignedNote::add`].
    pub fn add(&mut self, lines: impl IntoIterator<Item = SignatureLine>) -> Result<(), NoteError> {
        self.note.add(lines)
    }
}

/// The note, byte for byte as it was read.
impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(f)
    }
}
