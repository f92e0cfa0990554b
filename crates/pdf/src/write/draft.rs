//! A document with changes not yet written: objects as they will be.

use super::Update;
use crate::document::{Document, ReadError, View};
use crate::object::{Dictionary, Object, Reference};

/// A document's newest state and the changes to it.
#[derive(Debug)]
pub(crate) struct Draft<'d, 'a> {
    pub(crate) view: View<'d, 'a>,
    pub(crate) update: Update<'a>,
}

/// Where an object stands: by itself, or inside another one under these names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spot {
    object: Reference,
    path: Vec<&'static str>,
}

/// References to references: one is rare.
const INDIRECTIONS_MAX: usize = 6;

impl Spot {
    pub(crate) fn of(object: Reference) -> Self {
        Self { object, path: Vec::new() }
    }
}

impl<'d, 'a> Draft<'d, 'a> {
    pub(crate) fn new(document: &'d Document<'a>) -> Self {
        Self { view: document.latest(), update: Update::new(document) }
    }

    /// The document catalog.
    pub(crate) fn catalog(&self) -> Spot {
        let root = self.view.trailer().get("Root").and_then(Object::as_reference);
        // The reader has seen to it that it is there.
        Spot::of(root.unwrap_or(Reference { number: 0, generation: 0 }))
    }

    /// An object as it will be.
    pub(crate) fn object(&self, reference: Reference) -> Result<Object<'a>, ReadError> {
        match self.update.get(reference) {
            Some(changed) => Ok(changed.clone()),
            None => self.view.object(reference),
        }
    }

    /// What stands at a spot; `null` where nothing does.
    pub(crate) fn read(&self, spot: &Spot) -> Result<Object<'a>, ReadError> {
        let mut object = self.object(spot.object)?;
        for name in &spot.path {
            object = object.as_dictionary().and_then(|inside| inside.get(name)).cloned().unwrap_or_default();
        }
        Ok(object)
    }

    /// The dictionary at a spot; an empty one where there is none.
    pub(crate) fn dictionary(&self, spot: &Spot) -> Result<Dictionary<'a>, ReadError> {
        Ok(match self.read(spot)? {
            Object::Dictionary(dictionary) => dictionary,
            _ => Dictionary::new(),
        })
    }

    /// Where what a dictionary holds under a name stands: in the dictionary, or by itself where that is a reference.
    pub(crate) fn within(&self, spot: &Spot, name: &'static str) -> Result<Spot, ReadError> {
        let mut inside = Spot { object: spot.object, path: spot.path.clone() };
        inside.path.push(name);
        for _ in 0..INDIRECTIONS_MAX {
            match self.read(&inside)? {
                Object::Reference(reference) => inside = Spot::of(reference),
                _ => break,
            }
        }
        Ok(inside)
    }

    /// Puts an object at a spot; the indirect object around it is written anew.
    pub(crate) fn write(&mut self, spot: &Spot, value: impl Into<Object<'a>>) -> Result<(), ReadError> {
        let mut whole = self.object(spot.object)?;
        *place(&mut whole, &spot.path) = value.into();
        self.update.set(spot.object, whole);
        Ok(())
    }
}

/// The object under these names, dictionaries made on the way where there are none.
fn place<'o, 'a>(object: &'o mut Object<'a>, path: &[&'static str]) -> &'o mut Object<'a> {
    let Some((name, rest)) = path.split_first() else { return object };
    if !matches!(object, Object::Dictionary(_)) {
        *object = Object::Dictionary(Dictionary::new());
    }
    match object {
        Object::Dictionary(dictionary) => place(dictionary.entry(name), rest),
        other => other,
    }
}
