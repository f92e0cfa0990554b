//! Trailer, catalog, metadata (ISO 32000-2 §7.5.5, §7.7.2, §14.3).

use super::change::{Kind, Level};
use super::path::{Path, Paths};
use super::walk::{Role, Scope, Walk, pairs};
use crate::document::ReadError;
use crate::object::{Dictionary, Object};

impl<'a> Walk<'_, 'a> {
    pub(super) fn trailer(&mut self) -> Result<(), ReadError> {
        let (old, new) = (self.old.trailer(), self.new.trailer());
        let null = Object::Null;
        let entry = |name| (old.get(name).unwrap_or(&null), new.get(name).unwrap_or(&null));
        self.form()?;
        let (before, after) = entry("Root");
        let path = Path::Word(&Paths::ROOT, "Root");
        if before != after {
            self.report(Scope::forbidden(Kind::Catalog), &path, before, after);
        }
        self.compare(before, after, Role::Catalog, &path)?;
        let (before, after) = entry("Info");
        self.information(before, after, &Path::Word(&Paths::ROOT, "Info"))?;
        let (before, after) = entry("ID");
        let (before, after) = self.arrays(before, after)?;
        if let (Some(before), Some(after)) = (before.first(), after.first())
            && before != after
        {
            let path = Path::Word(&Paths::ROOT, "ID");
            self.report(Scope::forbidden(Kind::Catalog), &Path::Index(&path, 0), before, after);
        }
        Ok(())
    }

    pub(super) fn catalog(
        &mut self,
        old: &Dictionary<'a>,
        new: &Dictionary<'a>,
        path: &Path<'_>,
    ) -> Result<(), ReadError> {
        for (name, before, after) in pairs(old, new) {
            let path = Path::Key(path, name);
            match name.as_bytes() {
                b"Pages" => self.compare(before, after, Role::PageTree, &path)?,
                b"StructTreeRoot" => self.compare(before, after, Role::Structure, &path)?,
                b"DSS" => self.security_store(before, after, &path)?,
                b"Metadata" => self.metadata(before, after, &path)?,
                b"Extensions" | b"Version" => {
                    let scope = Scope::new(Kind::Extensions, Level::Extension);
                    self.compare(before, after, Role::Plain(scope), &path)?;
                }
                b"AcroForm" => {
                    // Its entries have been compared with the form; here it counts that it is one.
                    let (before, after) = self.resolved(before, after)?;
                    if after.is_null() && !before.is_null() {
                        self.report(Scope::forbidden(Kind::Form), &path, &before, &after);
                    }
                }
                b"OpenAction" | b"AA" => self.forbid(before, after, Kind::Action, &path)?,
                b"OCProperties" => self.forbid(before, after, Kind::Layers, &path)?,
                _ => self.forbid(before, after, Kind::Catalog, &path)?,
            }
        }
        Ok(())
    }

    /// Compares what may not change at all.
    pub(super) fn forbid(
        &mut self,
        old: &Object<'a>,
        new: &Object<'a>,
        kind: Kind,
        path: &Path<'_>,
    ) -> Result<(), ReadError> {
        self.compare(old, new, Role::Plain(Scope::forbidden(kind)), path)
    }

    /// XMP metadata: a stream that says it is that, whatever it says.
    fn metadata(&mut self, old: &Object<'a>, new: &Object<'a>, path: &Path<'_>) -> Result<(), ReadError> {
        let (before, after) = self.resolved(old, new)?;
        let is_metadata = |object: &Object<'_>| match object {
            Object::Stream(stream) => stream.dictionary.is_type("Metadata"),
            other => other.is_null(),
        };
        let may = is_metadata(&before) && is_metadata(&after);
        let level = if may { Level::Extension } else { Level::Forbidden };
        self.compare(&before, &after, Role::Plain(Scope::new(Kind::Metadata, level)), path)
    }

    /// The information dictionary: writers set who wrote last, and when.
    fn information(&mut self, old: &Object<'a>, new: &Object<'a>, path: &Path<'_>) -> Result<(), ReadError> {
        let (before, after) = self.resolved(old, new)?;
        let (before, after) = match (&*before, &*after) {
            (Object::Dictionary(before), Object::Dictionary(after)) => (before.clone(), after.clone()),
            (Object::Null, Object::Dictionary(after)) => (Dictionary::new(), after.clone()),
            // Left out, it is the writer's saving, not a statement.
            (_, Object::Null) => return Ok(()),
            (before, after) => return self.forbid(before, after, Kind::Metadata, path),
        };
        for (name, before, after) in pairs(&before, &after) {
            let by_writers = WRITTEN_BY_WRITERS.iter().any(|word| name == *word);
            let level = if by_writers { Level::Extension } else { Level::Forbidden };
            let scope = Scope::new(Kind::Metadata, level);
            self.compare(before, after, Role::Plain(scope), &Path::Key(path, name))?;
        }
        Ok(())
    }
}

/// Entries of the information dictionary that say how the file was written, not what the document is (table 349).
const WRITTEN_BY_WRITERS: [&str; 4] = ["ModDate", "CreationDate", "Producer", "Creator"];
