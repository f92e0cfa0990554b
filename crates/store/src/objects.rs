//! Where files that are written once are kept: a folder, a bucket.

use std::fmt;

/// Objects by name. Reads never need the ledger: a log is readable from its objects alone.
///
/// **Rules for every backend** (the conformance suite holds them): [`Objects::create`] is atomic – a reader sees all of an
/// object or none of it – and of two creators one wins; what was created is read back by everyone who asks after the call
/// returned; nothing but [`Objects::replace`] changes an object.
pub trait Objects: Send + Sync {
    /// The object's bytes; `None` where it isn't there.
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, ObjectsError>;

    /// Creates an object; says whether it was there already, and leaves it as it was.
    fn create(&self, name: &str, bytes: &[u8]) -> Result<Created, ObjectsError>;

    /// Creates an object or puts it in the place of the one there, atomically: for `checkpoint` only.
    fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), ObjectsError>;

    /// Makes everything written so far durable: the batches can be forgotten afterwards.
    fn sync(&self) -> Result<(), ObjectsError>;

    /// Names that begin with a prefix, in order.
    fn list(&self, prefix: &str) -> Result<Vec<String>, ObjectsError>;

    /// Removes an object; it may be gone already.
    fn remove(&self, name: &str) -> Result<(), ObjectsError>;
}

/// What [`Objects::create`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// It was not there and is now.
    New,
    /// It was there already; the bytes may be others.
    Existed,
}

/// Why objects could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{doing} {name}")]
pub struct ObjectsError {
    /// Which.
    pub name: String,
    /// What was done with it.
    pub doing: Doing,
    /// What the system said.
    pub source: std::io::Error,
}

/// What was done with an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// Reading.
    Reading,
    /// Writing.
    Writing,
    /// Listing.
    Listing,
    /// Removing.
    Removing,
}

impl fmt::Display for Doing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reading => "reading",
            Self::Writing => "writing",
            Self::Listing => "listing",
            Self::Removing => "removing",
        })
    }
}
