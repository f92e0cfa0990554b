//! The document security store (ETSI EN 319 142-1 §5.4.2, ISO 32000-2 §12.8.4.3).

use super::change::{Kind, Level};
use super::path::Path;
use super::walk::{Scope, Walk, pairs};
use crate::document::ReadError;
use crate::object::{Dictionary, Object, Reference};
use std::collections::BTreeSet;

impl<'a> Walk<'_, 'a> {
    /// The store may grow and shed what is no longer needed; it holds nothing but streams in arrays, and a stream that
    /// stays stays as it is.
    pub(super) fn security_store(
        &mut self,
        old: &Object<'a>,
        new: &Object<'a>,
        path: &Path<'_>,
    ) -> Result<(), ReadError> {
        let (before, after) = self.resolved(old, new)?;
        let before_streams = self.old_streams(&before)?;
        let Object::Dictionary(store) = &*after else {
            if !before.is_null() || !after.is_null() {
                self.report(Scope::forbidden(Kind::Dss), path, &before, &after);
            }
            return Ok(());
        };
        for reference in before_streams {
            let stream = Object::Reference(reference);
            if self.old.location(reference.number) != self.new.location(reference.number) {
                self.forbid(&stream, &stream, Kind::Dss, path)?;
            }
        }
        let is_well_formed = self.is_store(store)?;
        let empty = Dictionary::new();
        let was = before.as_dictionary().unwrap_or(&empty);
        for (name, before, after) in pairs(was, store) {
            if !is_well_formed {
                self.report(Scope::forbidden(Kind::Dss), &Path::Key(path, name), before, after);
            } else if self.differs(before, after)? {
                let scope = Scope::new(Kind::Dss, Level::Extension);
                self.report(scope, &Path::Key(path, name), before, after);
            }
        }
        self.reach(new)?;
        self.reach(&after)
    }

    /// Whether two values, references followed once, are written differently.
    fn differs(&mut self, old: &Object<'a>, new: &Object<'a>) -> Result<bool, ReadError> {
        let (before, after) = self.resolved(old, new)?;
        Ok(before != after)
    }

    /// Every stream that the arrays of a store name.
    fn old_streams(&self, store: &Object<'a>) -> Result<BTreeSet<Reference>, ReadError> {
        let mut streams = BTreeSet::new();
        let Some(store) = store.as_dictionary() else { return Ok(streams) };
        let related = self.old.dictionary(store, "VRI")?;
        let mut dictionaries = vec![store.clone()];
        for (_, one) in related.iter() {
            dictionaries.extend(self.old.resolve(one)?.as_dictionary().cloned());
        }
        for dictionary in dictionaries {
            for name in ARRAYS {
                streams.extend(self.old.array(&dictionary, name)?.iter().filter_map(Object::as_reference));
            }
        }
        Ok(streams)
    }

    fn is_store(&self, store: &Dictionary<'a>) -> Result<bool, ReadError> {
        for (name, value) in store.iter() {
            let value = self.new.resolve(value)?;
            let fits = match name.as_bytes() {
                b"Type" => value.as_name() == Some(b"DSS"),
                b"Certs" | b"CRLs" | b"OCSPs" => self.is_streams(&value)?,
                b"VRI" => self.is_related(&value)?,
                _ => false,
            };
            if !fits {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What belongs to single signatures, by the digest of each.
    fn is_related(&self, related: &Object<'a>) -> Result<bool, ReadError> {
        let Object::Dictionary(related) = related else { return Ok(false) };
        for (name, value) in related.iter() {
            if name == "Type" {
                continue;
            }
            let is_digest =
                name.as_bytes().len() == SHA1_DIGITS && name.as_bytes().iter().all(u8::is_ascii_hexdigit);
            let value = self.new.resolve(value)?;
            let (true, Object::Dictionary(one)) = (is_digest, &*value) else { return Ok(false) };
            for (name, value) in one.iter() {
                let value = self.new.resolve(value)?;
                let fits = match name.as_bytes() {
                    b"Type" => value.as_name() == Some(b"VRI"),
                    b"Cert" | b"CRL" | b"OCSP" => self.is_streams(&value)?,
                    b"TU" => value.as_string().is_some(),
                    b"TS" => value.as_stream().is_some(),
                    _ => false,
                };
                if !fits {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    fn is_streams(&self, array: &Object<'a>) -> Result<bool, ReadError> {
        let Object::Array(items) = array else { return Ok(false) };
        for item in items {
            if item.as_reference().is_none() || self.new.resolve(item)?.as_stream().is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

const ARRAYS: [&str; 6] = ["Certs", "CRLs", "OCSPs", "Cert", "CRL", "OCSP"];

/// A signature's key in `/VRI` is the SHA-1 of its `/Contents`, in hexadecimal.
const SHA1_DIGITS: usize = 40;
