//! The document as one revision shows it.

use super::container::Container;
use super::error::ReadError;
use super::indirect::indirect;
use super::section::Place;
use super::{Document, Revision};
use crate::object::{Dictionary, Object, Reference};
use std::borrow::Cow;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

/// The document at one revision: each object as its latest entry up to there says.
#[derive(Clone, Copy, Debug)]
pub struct View<'d, 'a> {
    document: &'d Document<'a>,
    revision: usize,
}

/// Where an object's bytes are: two views with one location for a number hold the same bytes for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Location {
    /// Nowhere.
    None,
    /// In the file.
    Offset(usize),
    /// In the object stream at an offset of the file, at this place in it.
    Contained(usize, u32),
}

impl<'d, 'a> View<'d, 'a> {
    pub(super) fn new(document: &'d Document<'a>, revision: usize) -> Self {
        Self { document, revision }
    }

    /// Which document this is a state of.
    pub fn document(&self) -> &'d Document<'a> {
        self.document
    }

    /// Which revision's state it is, from 0.
    pub fn revision(&self) -> usize {
        self.revision
    }

    /// The trailer that holds here.
    pub fn trailer(&self) -> &'d Dictionary<'a> {
        static NONE: Dictionary<'static> = Dictionary::NONE;
        self.document.revisions.get(self.revision).map_or(&NONE, Revision::trailer)
    }

    /// The object a reference names: `null` where there is none (§7.3.10).
    pub fn object(&self, reference: Reference) -> Result<Object<'a>, ReadError> {
        self.object_within(reference, INDIRECTIONS_MAX)
    }

    /// The object itself, or what the reference names; references to references are followed.
    pub fn resolve<'o>(&self, object: &'o Object<'a>) -> Result<Cow<'o, Object<'a>>, ReadError> {
        let Object::Reference(reference) = object else { return Ok(Cow::Borrowed(object)) };
        let mut found = self.object(*reference)?;
        let mut left = INDIRECTIONS_MAX;
        while let Object::Reference(next) = found {
            left = left.checked_sub(1).ok_or(TOO_INDIRECT)?;
            found = self.object(next)?;
        }
        Ok(Cow::Owned(found))
    }

    /// What stands in a dictionary under a name, references followed; `null` where nothing does.
    pub fn get<'o>(
        &self,
        dictionary: &'o Dictionary<'a>,
        name: &str,
    ) -> Result<Cow<'o, Object<'a>>, ReadError> {
        match dictionary.get(name) {
            None => Ok(Cow::Owned(Object::Null)),
            Some(object) => self.resolve(object),
        }
    }

    /// The dictionary under a name, references followed; an empty one where there is no dictionary.
    pub(crate) fn dictionary(
        &self,
        dictionary: &Dictionary<'a>,
        name: &str,
    ) -> Result<Dictionary<'a>, ReadError> {
        Ok(match self.get(dictionary, name)?.into_owned() {
            Object::Dictionary(dictionary) => dictionary,
            _ => Dictionary::new(),
        })
    }

    /// The array under a name, references followed; an empty one where there is no array.
    pub(crate) fn array(
        &self,
        dictionary: &Dictionary<'a>,
        name: &str,
    ) -> Result<Vec<Object<'a>>, ReadError> {
        Ok(match self.get(dictionary, name)?.into_owned() {
            Object::Array(items) => items,
            _ => Vec::new(),
        })
    }

    /// The document catalog (§7.7.2).
    pub fn catalog(&self) -> Result<Dictionary<'a>, ReadError> {
        self.dictionary(self.trailer(), "Root")
    }

    /// Where the bytes of an object are.
    pub(crate) fn location(&self, number: u32) -> Location {
        match self.place(number) {
            None | Some(Place::Free) => Location::None,
            Some(Place::Offset(offset, _)) => Location::Offset(offset),
            Some(Place::Contained { container, index }) => match self.place(container) {
                Some(Place::Offset(offset, _)) => Location::Contained(offset, index),
                _ => Location::None,
            },
        }
    }

    /// Whether the number is in use here.
    pub(crate) fn is_used(&self, number: u32) -> bool {
        !matches!(self.place(number), None | Some(Place::Free))
    }

    /// The reference that names the object with this number here, if one is in use.
    pub(crate) fn reference(&self, number: u32) -> Option<Reference> {
        match self.place(number)? {
            Place::Free => None,
            Place::Offset(_, generation) => Some(Reference { number, generation }),
            Place::Contained { .. } => Some(Reference { number, generation: 0 }),
        }
    }

    fn place(&self, number: u32) -> Option<Place> {
        let places = &self.document.places;
        let after = places.partition_point(|(other, revision, _)| {
            *other < number
                || *other == number && usize::try_from(*revision).is_ok_and(|at| at <= self.revision)
        });
        let (found, _, place) = places.get(after.checked_sub(1)?)?;
        (*found == number).then_some(*place)
    }

    fn object_within(&self, reference: Reference, left: usize) -> Result<Object<'a>, ReadError> {
        let generation = |generation| ReadError::Generation { reference, generation };
        match self.place(reference.number) {
            None | Some(Place::Free) => Ok(Object::Null),
            Some(Place::Offset(_, given)) if given != reference.generation => Err(generation(given)),
            Some(Place::Offset(at, _)) => self.object_in_file(reference, at, left),
            Some(Place::Contained { .. }) if reference.generation != 0 => Err(generation(0)),
            Some(Place::Contained { container, index }) => {
                let number = reference.number;
                let Some(Place::Offset(at, generation)) = self.place(container) else {
                    let found = "there is no such stream in the file";
                    return Err(ReadError::NotInContainer { number, container, index, found });
                };
                let holder = self.container(Reference { number: container, generation }, at, left)?;
                let (object, read) = holder.object(number, container, index)?;
                self.spend(read)?;
                Ok(object)
            }
        }
    }

    /// Where the object at an offset ends.
    pub(crate) fn end_of(&self, reference: Reference, at: usize) -> Result<usize, ReadError> {
        Ok(self.indirect(reference, at, INDIRECTIONS_MAX)?.1)
    }

    fn object_in_file(&self, reference: Reference, at: usize, left: usize) -> Result<Object<'a>, ReadError> {
        Ok(self.indirect(reference, at, left)?.0)
    }

    /// The object at an offset, and where it ends.
    fn indirect(
        &self,
        reference: Reference,
        at: usize,
        left: usize,
    ) -> Result<(Object<'a>, usize), ReadError> {
        let left = left.checked_sub(1).ok_or(TOO_INDIRECT)?;
        let mut length = |place| Ok(self.object_within(place, left)?.into_owned());
        let found = indirect(self.document.bytes, at, &mut length).map_err(|error| match error {
            ReadError::NotThere { source, .. } => ReadError::NotThere { reference, at, source },
            other => other,
        })?;
        if found.reference != reference {
            let parser = crate::syntax::Parser::new(self.document.bytes, at);
            let source = parser.unexpected("this object and no other");
            return Err(ReadError::NotThere { reference, at, source });
        }
        self.spend(found.read)?;
        Ok((found.object, found.end))
    }

    fn container(&self, reference: Reference, at: usize, left: usize) -> Result<Arc<Container>, ReadError> {
        let lock = || self.document.containers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(container) = lock().get(&at) {
            return Ok(Arc::clone(container));
        }
        let Object::Stream(stream) = self.object_in_file(reference, at, left)? else {
            let part = super::Part::Container(reference);
            return Err(ReadError::Entry { part, key: "Type", expected: "ObjStm, in a stream" });
        };
        let allowed =
            self.document.bytes.len().saturating_mul(DECODED_RATIO_MAX).saturating_add(DECODED_FREE);
        let allowed = allowed.min(DECODED_MAX);
        let room = allowed.saturating_sub(self.document.decoded.load(Ordering::Relaxed));
        let container = Container::open(reference, &stream, room).map_err(|error| match error {
            ReadError::Filter { source: crate::filter::FilterError::TooLarge { max }, .. } if max >= room => {
                ReadError::Budget { what: "bytes in object streams", max: allowed }
            }
            other => other,
        })?;
        self.document.decoded.fetch_add(container.size(), Ordering::Relaxed);
        let container = Arc::new(container);
        lock().insert(at, Arc::clone(&container));
        Ok(container)
    }

    fn spend(&self, bytes: usize) -> Result<(), ReadError> {
        let before = self.document.read.fetch_add(bytes, Ordering::Relaxed);
        if before > READ_MAX {
            Err(ReadError::Budget { what: "bytes of objects read", max: READ_MAX })
        } else {
            Ok(())
        }
    }
}

/// A `/Length` in an object stream whose `/Length` is a reference: two. More is a game.
const INDIRECTIONS_MAX: usize = 6;
const TOO_INDIRECT: ReadError = ReadError::Budget { what: "references to references", max: INDIRECTIONS_MAX };

/// All object streams together: twice what a 50 MB file of nothing else decodes to.
const DECODED_MAX: usize = 256 << 20;

/// Object streams deflate to a tenth at best, and are a part of the file only.
const DECODED_RATIO_MAX: usize = 16;
/// A ratio says nothing about a small file.
const DECODED_FREE: usize = 16 << 20;

/// Bytes of objects (streams' data apart), each time they are read: a second or two of work, and fifty times what a
/// long contract with a hundred revisions asks for.
const READ_MAX: usize = 256 << 20;
