//! Objects whose calls come by a hook.

use std::io;
use std::sync::Arc;

use countersign_tlog::tile::TilePath;

use super::{Fate, Hook, Site, carried, flip};
use crate::objects::{Created, Doing, Object, Objects, ObjectsError, Replaced};

/// Other objects behind a hook. What is created at once comes by one after another.
pub struct FaultyObjects {
    inner: Arc<dyn Objects>,
    hook: Arc<dyn Hook>,
}

impl FaultyObjects {
    /// Puts a hook before objects.
    pub fn new(inner: Arc<dyn Objects>, hook: Arc<dyn Hook>) -> Self {
        Self { inner, hook }
    }
}

fn site(name: &str) -> Site {
    match name.parse() {
        Ok(TilePath::Entries(_)) => Site::Bundle,
        Ok(TilePath::Tile(tile)) if tile.level() == 0 => Site::Tile,
        Ok(TilePath::Tile(_)) => Site::TileAbove,
        Err(_) => Site::Object,
    }
}

fn injected(doing: Doing, name: &str) -> impl FnOnce() -> ObjectsError {
    move || ObjectsError::new(doing, name, io::Error::other("injected"))
}

impl Objects for FaultyObjects {
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, ObjectsError> {
        let fate = self.hook.at(Site::Read);
        let mut read = carried(fate, injected(Doing::Reading, name), || self.inner.read(name))?;
        if fate == Fate::Flipped
            && let Some(bytes) = &mut read
        {
            flip(bytes);
        }
        Ok(read)
    }

    fn create_all(&self, objects: &[Object]) -> Result<Vec<Created>, ObjectsError> {
        let mut created = Vec::with_capacity(objects.len());
        for Object { name, bytes } in objects {
            let fate = self.hook.at(site(name));
            let mut bytes = bytes.clone();
            if fate == Fate::Flipped {
                flip(&mut bytes);
            }
            created.push(carried(fate, injected(Doing::Writing, name), || self.inner.create(name, &bytes))?);
        }
        Ok(created)
    }

    fn replace(&self, name: &str, before: Option<&[u8]>, bytes: &[u8]) -> Result<Replaced, ObjectsError> {
        let site = if name == crate::writer::CHECKPOINT { Site::Checkpoint } else { Site::Object };
        let call = || self.inner.replace(name, before, bytes);
        carried(self.hook.at(site), injected(Doing::Writing, name), call)
    }

    fn list(&self, prefix: &str) -> Result<Vec<String>, ObjectsError> {
        carried(self.hook.at(Site::Read), injected(Doing::Listing, prefix), || self.inner.list(prefix))
    }

    fn remove(&self, name: &str) -> Result<(), ObjectsError> {
        let site = if site(name) == Site::Object { Site::Object } else { Site::Remove };
        carried(self.hook.at(site), injected(Doing::Removing, name), || self.inner.remove(name))
    }
}
