//! Where files that are written once are kept: a folder, a bucket.

mod memory;
mod name;
mod probe;
mod tiles;

pub use memory::Memory;
pub use name::{NAME_MAX, check_name};
pub use probe::{Unfit, probe};
pub use tiles::Tiles;

use std::fmt;
use std::io;
use std::sync::Arc;

/// Objects by name. Reads never need the ledger: a log is readable from its objects alone.
///
/// **Rules for every backend** (the conformance suite holds them): a creation is atomic – a reader sees all of an object or
/// none of it, after a loss of power too – and of two creators one wins; what a call created or replaced is durable when it
/// returns, and read back by everyone who asks later; nothing but [`Objects::replace`] changes an object. A call that fails
/// may have done a part of its work, or all of it. Names are those of [`check_name`]; others are refused.
pub trait Objects: Send + Sync {
    /// The object's bytes; `None` where it isn't there.
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, ObjectsError>;

    /// Creates objects, in order; says of each whether it was there already, and leaves it as it was. One call for many, so
    /// that a folder syncs once for all of them and a bucket takes them in parallel.
    fn create_all(&self, objects: &[Object]) -> Result<Vec<Created>, ObjectsError>;

    /// Creates one object.
    fn create(&self, name: &str, bytes: &[u8]) -> Result<Created, ObjectsError> {
        let created = self.create_all(&[Object { name: name.to_owned(), bytes: bytes.to_vec() }])?;
        Ok(created.first().copied().unwrap_or(Created::Existed))
    }

    /// Puts an object in the place of the one whose bytes are `before` (`None`: of none), atomically: a compare-and-set, so
    /// that a writer who slept can't put back what is older. For `checkpoint` only.
    fn replace(&self, name: &str, before: Option<&[u8]>, bytes: &[u8]) -> Result<Replaced, ObjectsError>;

    /// Names that begin with a prefix, in order.
    fn list(&self, prefix: &str) -> Result<Vec<String>, ObjectsError>;

    /// Removes an object; it may be gone already.
    fn remove(&self, name: &str) -> Result<(), ObjectsError>;
}

impl<O: Objects + ?Sized> Objects for Arc<O> {
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, ObjectsError> {
        (**self).read(name)
    }

    fn create_all(&self, objects: &[Object]) -> Result<Vec<Created>, ObjectsError> {
        (**self).create_all(objects)
    }

    fn replace(&self, name: &str, before: Option<&[u8]>, bytes: &[u8]) -> Result<Replaced, ObjectsError> {
        (**self).replace(name, before, bytes)
    }

    fn list(&self, prefix: &str) -> Result<Vec<String>, ObjectsError> {
        (**self).list(prefix)
    }

    fn remove(&self, name: &str) -> Result<(), ObjectsError> {
        (**self).remove(name)
    }
}

/// An object to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Where it will be found.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// What a creation found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// It was not there and is now.
    New,
    /// It was there already; the bytes may be others.
    Existed,
}

/// What [`Objects::replace`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaced {
    /// What was expected, and the new bytes stand in its place.
    Done,
    /// Something else, which was left as it was.
    Differs,
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
    pub source: io::Error,
}

impl ObjectsError {
    /// What the system said when something was done with an object.
    pub fn new(doing: Doing, name: &str, source: io::Error) -> Self {
        Self { name: name.to_owned(), doing, source }
    }
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
