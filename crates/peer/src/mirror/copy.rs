//! The copy that a mirror keeps.

use std::sync::{Mutex, PoisonError};

use countersign_store::objects::{Created, Object, Objects, ObjectsError, Replaced};
use countersign_tlog::tile::TilePath;

use super::upstream::{Unread, Upstream, whole};

/// The checkpoint's name.
pub(crate) const CHECKPOINT: &str = "checkpoint";

/// Files that are made durable together: one by one a sync each would take far longer than fetching them.
const TOGETHER: usize = 128;

/// Bytes that are held back for that.
const TOGETHER_BYTES: usize = 8 << 20;

/// A log's files among objects. Only what was proven under a checkpoint of the log is put in.
pub(crate) struct Copy<'a> {
    objects: &'a dyn Objects,
    /// Proven, not yet stored.
    held: Mutex<Vec<Object>>,
}

impl<'a> Copy<'a> {
    pub(crate) fn new(objects: &'a dyn Objects) -> Self {
        Self { objects, held: Mutex::default() }
    }

    pub(crate) fn read(&self, path: TilePath) -> Result<Option<Vec<u8>>, ObjectsError> {
        self.objects.read(&path.to_string())
    }

    /// Puts a proven file in, sooner or later; at [`Copy::publish`] it is there.
    pub(crate) fn put(&self, path: TilePath, bytes: Vec<u8>) -> Result<(), ObjectsError> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.push(Object { name: path.to_string(), bytes });
        let bytes: usize = held.iter().map(|object| object.bytes.len()).sum();
        if held.len() < TOGETHER && bytes < TOGETHER_BYTES {
            return Ok(());
        }
        let objects = std::mem::take(&mut *held);
        drop(held);
        self.store(&objects)
    }

    /// What is there in another form was damaged, and is replaced.
    fn store(&self, objects: &[Object]) -> Result<(), ObjectsError> {
        let created = self.objects.create_all(objects)?;
        for (object, _) in objects.iter().zip(created).filter(|(_, created)| *created == Created::Existed) {
            if self.objects.read(&object.name)?.as_ref() != Some(&object.bytes) {
                self.objects.remove(&object.name)?;
                self.objects.create(&object.name, &object.bytes)?;
            }
        }
        Ok(())
    }

    /// Publishes a checkpoint, all of whose files were put in; says whether `before` was still the one there.
    pub(crate) fn publish(&self, before: Option<&str>, note: &str) -> Result<Replaced, ObjectsError> {
        let held = std::mem::take(&mut *self.held.lock().unwrap_or_else(PoisonError::into_inner));
        self.store(&held)?;
        self.objects.replace(CHECKPOINT, before.map(str::as_bytes), note.as_bytes())
    }

    /// Removes partial tiles and bundles whose full ones are in; until then a reader of an older checkpoint may ask for
    /// them (tlog-tiles, *Partial Tiles*).
    pub(crate) fn tidy(&self) -> Result<(), ObjectsError> {
        let names = self.objects.list("tile/")?;
        for name in &names {
            let full = name.parse().ok().and_then(whole).map(|path| path.to_string());
            if full.is_some_and(|full| names.binary_search(&full).is_ok()) {
                self.objects.remove(name)?;
            }
        }
        Ok(())
    }
}

/// Nobody: what isn't in the copy isn't there.
pub(crate) struct Nobody;

impl Upstream for Nobody {
    fn fetch(&self, _: &str, _: usize) -> Result<Option<Vec<u8>>, Unread> {
        Ok(None)
    }
}
