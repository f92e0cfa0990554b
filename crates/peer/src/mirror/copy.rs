//! The copy that a mirror keeps.

use countersign_store::objects::{Created, Objects, ObjectsError};
use countersign_tlog::tile::TilePath;

use super::upstream::{Unread, Upstream, whole};

/// The checkpoint's name.
pub(crate) const CHECKPOINT: &str = "checkpoint";

/// A log's files among objects. Only what was proven under a checkpoint of the log is put in.
pub(crate) struct Copy<'a>(pub(crate) &'a dyn Objects);

impl Copy<'_> {
    pub(crate) fn read(&self, path: TilePath) -> Result<Option<Vec<u8>>, ObjectsError> {
        self.0.read(&path.to_string())
    }

    /// Puts a proven file in; in the place of another where that was damaged.
    pub(crate) fn put(&self, path: TilePath, bytes: &[u8]) -> Result<(), ObjectsError> {
        let name = path.to_string();
        if self.0.create(&name, bytes)? == Created::Existed
            && self.0.read(&name)?.as_deref() != Some(bytes)
        {
            self.0.remove(&name)?;
            self.0.create(&name, bytes)?;
        }
        Ok(())
    }

    /// Publishes a checkpoint, all of whose files are in: they are made durable before it, and it before this returns.
    pub(crate) fn publish(&self, note: &str) -> Result<(), ObjectsError> {
        self.0.sync()?;
        self.0.replace(CHECKPOINT, note.as_bytes())?;
        self.0.sync()
    }

    /// Removes partial tiles and bundles whose full ones are in; until then a reader of an older checkpoint may ask for
    /// them (tlog-tiles, *Partial Tiles*).
    pub(crate) fn tidy(&self) -> Result<(), ObjectsError> {
        let names = self.0.list("tile/")?;
        for name in &names {
            let full = name.parse().ok().and_then(whole).map(|path| path.to_string());
            if full.is_some_and(|full| names.binary_search(&full).is_ok()) {
                self.0.remove(name)?;
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
