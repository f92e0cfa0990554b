//! Objects that are sealed: their bytes and their names.

use std::io::{Error, ErrorKind};

use super::Cipher;
use crate::objects::{Created, Doing, Object, Objects, ObjectsError, Replaced, check_name};

/// What of an object is sealed together: the length of its name (2 bytes, big-endian), its name, its bytes.
const CONTEXT: &[u8] = b"object";

/// Objects behind a cipher: whoever reads the folder sees how many there are and how long. Of the names that the digest of a
/// document would be, whoever has the document could tell that it is there; so names are sealed too.
///
/// Not for the record's folder, which is public and holds commitments.
#[derive(Debug)]
pub struct SealedObjects<O, C> {
    objects: O,
    cipher: C,
}

impl<O: Objects, C: Cipher> SealedObjects<O, C> {
    /// Seals into `objects`.
    pub const fn new(objects: O, cipher: C) -> Self {
        Self { objects, cipher }
    }

    /// The name under which an object lies in the objects beneath.
    pub fn stored(&self, name: &str) -> String {
        hex(&self.cipher.name(CONTEXT, name.as_bytes()))
    }

    fn seal(&self, name: &str, bytes: &[u8]) -> Result<(String, Vec<u8>), ObjectsError> {
        let failed = |source| ObjectsError { name: name.to_owned(), doing: Doing::Writing, source };
        check_name(Doing::Writing, name)?;
        let length = u16::try_from(name.len())
            .map_err(|_| failed(Error::new(ErrorKind::InvalidFilename, "the name is too long")))?;
        let plain = [&length.to_be_bytes(), name.as_bytes(), bytes].concat();
        let stored = self.stored(name);
        let sealed =
            self.cipher.seal(&context(&stored), &plain).map_err(|error| failed(Error::other(error)))?;
        Ok((stored, sealed))
    }

    /// The name and the bytes of what lies under a stored name.
    fn open(&self, stored: &str, shown: &str) -> Result<Option<(String, Vec<u8>)>, ObjectsError> {
        let failed = |source| ObjectsError { name: shown.to_owned(), doing: Doing::Reading, source };
        let damaged = |why| failed(Error::new(ErrorKind::InvalidData, why));
        let Some(sealed) = self.objects.read(stored)? else { return Ok(None) };
        let plain = self
            .cipher
            .open(&context(stored), &sealed)
            .map_err(|error| failed(Error::new(ErrorKind::InvalidData, error)))?;
        let (name, bytes) = plain
            .split_first_chunk()
            .and_then(|(length, rest)| rest.split_at_checked(u16::from_be_bytes(*length).into()))
            .ok_or_else(|| damaged("the sealed object has no name"))?;
        let name = str::from_utf8(name).map_err(|_| damaged("the sealed object's name is no text"))?;
        if self.stored(name) != stored {
            return Err(damaged("the sealed object belongs under another name"));
        }
        Ok(Some((name.to_owned(), bytes.to_vec())))
    }
}

impl<O: Objects, C: Cipher> Objects for SealedObjects<O, C> {
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, ObjectsError> {
        check_name(Doing::Reading, name)?;
        Ok(self.open(&self.stored(name), name)?.map(|(_, bytes)| bytes))
    }

    fn create_all(&self, objects: &[Object]) -> Result<Vec<Created>, ObjectsError> {
        let sealed = objects.iter().map(|object| {
            let (name, bytes) = self.seal(&object.name, &object.bytes)?;
            Ok(Object { name, bytes })
        });
        self.objects.create_all(&sealed.collect::<Result<Vec<_>, ObjectsError>>()?)
    }

    fn replace(&self, name: &str, before: Option<&[u8]>, bytes: &[u8]) -> Result<Replaced, ObjectsError> {
        let (stored, sealed) = self.seal(name, bytes)?;
        // The same bytes are sealed in another way each time, so what lies there is opened to be compared.
        let there = self.objects.read(&stored)?;
        if self.read(name)?.as_deref() != before {
            return Ok(Replaced::Differs);
        }
        self.objects.replace(&stored, there.as_deref(), &sealed)
    }

    /// Opens every object to know its name: for backups and checks, not for looking something up.
    fn list(&self, prefix: &str) -> Result<Vec<String>, ObjectsError> {
        let mut names = Vec::new();
        for stored in self.objects.list("")? {
            if let Some((name, _)) = self.open(&stored, &stored)?
                && name.starts_with(prefix)
            {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    fn remove(&self, name: &str) -> Result<(), ObjectsError> {
        check_name(Doing::Removing, name)?;
        self.objects.remove(&self.stored(name))
    }
}

/// An object opens under the name it was sealed for, and no other.
fn context(stored: &str) -> Vec<u8> {
    [CONTEXT, b"\0", stored.as_bytes()].concat()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
