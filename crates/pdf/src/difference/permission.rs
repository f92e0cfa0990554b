//! What a signature lets later revisions do (ISO 32000-2 §12.8.2.2, §12.8.2.4, §12.7.5.5).

use super::change::{Change, Kind, Level};
use crate::document::{Document, ReadError};
use crate::object::{Dictionary, Object};
use crate::signature::SignatureValue;
use crate::text::text;

/// What one signature demands of what comes later.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Demands {
    /// `/P` of DocMDP or of the field's lock.
    pub(super) level: Option<Level>,
    /// Fields that may not change.
    pub(super) locks: Vec<Lock>,
}

/// Which fields a signature closes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Lock {
    All,
    Include(Vec<String>),
    Exclude(Vec<String>),
}

impl Lock {
    fn closes(&self, field: &str) -> bool {
        let names = |names: &[String]| {
            names.iter().any(|name| {
                field.strip_prefix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
        };
        match self {
            Self::All => true,
            Self::Include(fields) => names(fields),
            Self::Exclude(fields) => !names(fields),
        }
    }
}

impl Demands {
    /// Reads them from the signature's references and from its field's lock, as its own revision shows them.
    pub(super) fn of(document: &Document<'_>, signature: &SignatureValue<'_>) -> Result<Self, ReadError> {
        let view = document.at(signature.revision);
        let mut demands = Self::default();
        for reference in view.array(&signature.dictionary, "Reference")? {
            let reference = view.resolve(&reference)?;
            let Some(reference) = reference.as_dictionary() else { continue };
            let parameters = view.dictionary(reference, "TransformParams")?;
            match view.get(reference, "TransformMethod")?.as_name() {
                Some(b"DocMDP") => demands.limit(&*view.get(&parameters, "P")?),
                Some(b"FieldMDP") => demands.lock(&parameters, &view.array(&parameters, "Fields")?),
                _ => {}
            }
        }
        let field = view.object(signature.field)?;
        if let Some(field) = field.as_dictionary() {
            let lock = view.dictionary(field, "Lock")?;
            demands.lock(&lock, &view.array(&lock, "Fields")?);
            let level = view.get(&lock, "P")?;
            if !level.is_null() {
                demands.limit(&level);
            }
        }
        Ok(demands)
    }

    /// Table 257: 2 where nothing is said; what isn't in it permits nothing.
    fn limit(&mut self, level: &Object<'_>) {
        let level = match level {
            Object::Null | Object::Integer(2) => Level::Filling,
            Object::Integer(3) => Level::Annotations,
            _ => Level::Extension,
        };
        self.level = Some(self.level.map_or(level, |other| other.min(level)));
    }

    /// Table 259.
    fn lock(&mut self, parameters: &Dictionary<'_>, fields: &[Object<'_>]) {
        let fields = fields.iter().filter_map(Object::as_string).map(text).collect();
        match parameters.get("Action").and_then(Object::as_name) {
            Some(b"Include") => self.locks.push(Lock::Include(fields)),
            Some(b"Exclude") => self.locks.push(Lock::Exclude(fields)),
            // `All`, or a word not known: then nothing is left open.
            Some(_) => self.locks.push(Lock::All),
            None => {}
        }
    }
}

/// What all signatures up to one demand together.
pub(super) struct Permission<'p> {
    pub(super) level: Level,
    pub(super) is_certified: bool,
    pub(super) locks: Vec<&'p Lock>,
}

impl Permission<'_> {
    /// What it takes to let a change pass.
    pub(super) fn needed(&self, change: &Change) -> Level {
        // Filling in is permitted in what was certified; new boxes that show something are not (§12.8.2.2).
        let certified = match change.kind {
            Kind::VisibleSignatureField if self.is_certified => Level::Annotations,
            _ => Level::Extension,
        };
        let closed =
            change.field.as_deref().is_some_and(|field| self.locks.iter().any(|lock| lock.closes(field)));
        let locked =
            if closed && change.level > Level::Extension { Level::Forbidden } else { Level::Extension };
        change.level.max(certified).max(locked)
    }
}
