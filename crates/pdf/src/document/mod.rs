//! A PDF file as its revisions (ISO 32000-2 §7.5).
//!
//! Opening reads cross-references alone; objects are read when asked for. What opens is what every reader that
//! follows the cross-references sees: nothing is searched for, nothing repaired.

mod container;
mod error;
mod form;
mod indirect;
mod pages;
mod revision;
mod section;
mod view;

pub use error::{Part, ReadError};
pub use form::Field;
pub use revision::Revision;
pub use section::XrefKind;
pub(crate) use view::Location;
pub use view::View;

use container::Container;
use section::Place;
use std::collections::HashMap;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};

/// A PDF file, open for reading.
#[derive(Debug)]
pub struct Document<'a> {
    bytes: &'a [u8],
    revisions: Vec<Revision<'a>>,
    /// Every entry of every revision, sorted by number and then by revision.
    places: Vec<(u32, u32, Place)>,
    /// Object streams already decoded, by their offset.
    containers: Mutex<HashMap<usize, Arc<Container>>>,
    decoded: AtomicUsize,
    read: AtomicUsize,
}

impl<'a> Document<'a> {
    /// Opens a file: follows `startxref` and `/Prev`, and reads no object but cross-reference streams.
    pub fn read(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let revisions = revision::revisions(bytes)?;
        let count = revisions.iter().map(|revision| revision.entries.len()).sum();
        let mut places = Vec::with_capacity(count);
        for (index, revision) in (0..).zip(&revisions) {
            places.extend(revision.entries.iter().map(|(number, place)| (*number, index, *place)));
        }
        if revisions.len() > 1 {
            places.sort_unstable_by_key(|(number, revision, _)| (*number, *revision));
        }
        Ok(Self {
            bytes,
            revisions,
            places,
            containers: Mutex::default(),
            decoded: AtomicUsize::new(0),
            read: AtomicUsize::new(0),
        })
    }

    /// The whole file.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Its revisions, the first one first. There is at least one.
    pub fn revisions(&self) -> &[Revision<'a>] {
        &self.revisions
    }

    /// The document as a revision shows it; the last one for numbers beyond.
    pub fn at(&self, revision: usize) -> View<'_, 'a> {
        View::new(self, revision.min(self.revisions.len().saturating_sub(1)))
    }

    /// The document as it is now.
    pub fn latest(&self) -> View<'_, 'a> {
        self.at(usize::MAX)
    }

    /// What follows the last `%%EOF` and its line end: no revision, but bytes someone put there.
    pub fn trailing(&self) -> &'a [u8] {
        let end = self.revisions.last().map_or(0, Revision::end);
        self.bytes.get(end..).unwrap_or_default()
    }
}
