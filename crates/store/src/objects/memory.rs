//! Objects in memory, for tests and for what needs no keeping.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Created, Doing, Object, Objects, ObjectsError, Replaced, check_name};

/// Objects that vanish with the process.
#[derive(Debug, Default)]
pub struct Memory(Mutex<BTreeMap<String, Vec<u8>>>);

impl Memory {
    /// Without objects.
    pub fn new() -> Self {
        Self::default()
    }

    fn objects(&self) -> MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        // Each change is one call on the map: a thread that died left it whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A copy of all that is there now.
impl Clone for Memory {
    fn clone(&self) -> Self {
        Self(Mutex::new(self.objects().clone()))
    }
}

impl Objects for Memory {
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, ObjectsError> {
        check_name(Doing::Reading, name)?;
        Ok(self.objects().get(name).cloned())
    }

    fn create_all(&self, objects: &[Object]) -> Result<Vec<Created>, ObjectsError> {
        objects.iter().try_for_each(|object| check_name(Doing::Writing, &object.name))?;
        let mut there = self.objects();
        let created = objects.iter().map(|Object { name, bytes }| {
            if there.contains_key(name) {
                return Created::Existed;
            }
            there.insert(name.clone(), bytes.clone());
            Created::New
        });
        Ok(created.collect())
    }

    fn replace(&self, name: &str, before: Option<&[u8]>, bytes: &[u8]) -> Result<Replaced, ObjectsError> {
        check_name(Doing::Writing, name)?;
        let mut there = self.objects();
        if there.get(name).map(Vec::as_slice) != before {
            return Ok(Replaced::Differs);
        }
        there.insert(name.to_owned(), bytes.to_vec());
        Ok(Replaced::Done)
    }

    fn list(&self, prefix: &str) -> Result<Vec<String>, ObjectsError> {
        Ok(self.objects().keys().filter(|name| name.starts_with(prefix)).cloned().collect())
    }

    fn remove(&self, name: &str) -> Result<(), ObjectsError> {
        check_name(Doing::Removing, name)?;
        self.objects().remove(name);
        Ok(())
    }
}
