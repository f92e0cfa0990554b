//! What an incremental update adds (ISO 32000-2 §7.5.6).

use super::hole::{Hole, Placeholder};
use super::xref::{self, Entry};
use crate::document::{Document, Revision, XrefKind};
use crate::object::{Dictionary, Object, Reference};
use countersign_signature::DigestAlgorithm;
use std::collections::BTreeMap;
use std::io::Write as _;

/// Objects that will be appended.
#[derive(Debug, Clone)]
pub(crate) struct Update<'a> {
    next: u32,
    objects: BTreeMap<Reference, Content<'a>>,
}

#[derive(Debug, Clone)]
enum Content<'a> {
    Object(Object<'a>),
    Signature(Placeholder<'a>),
}

/// What is appended, its hole still empty.
#[derive(Debug, Clone)]
pub(crate) struct Appended {
    pub(crate) bytes: Vec<u8>,
    pub(crate) hole: Option<Hole>,
}

/// Why an update can't be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UpdateError {
    /// Past what ten digits hold.
    #[error("the PDF would have {length} bytes or more, signed ones have fewer than ten gigabytes")]
    TooLarge {
        /// The file's length in bytes.
        length: u64,
    },
    /// No number is free.
    #[error("the PDF has no object number left: {most} is the limit")]
    NoNumberLeft {
        /// The limit.
        most: u32,
    },
    /// Nothing of the update is a signature.
    #[error("there is no signature in the update")]
    NoHole,
    /// The file has no revision to go on from.
    #[error("the PDF has no revision to go on from")]
    NoRevision,
}

/// ISO 32000-1 annex C: readers need not handle more objects.
const OBJECTS_MAX: u32 = 8_388_607;

/// Bound on a file with its update in bytes: `/ByteRange` and tables have ten digits.
const LENGTH_MAX: u64 = 9_999_999_999;

impl<'a> Update<'a> {
    /// Nothing yet; new objects are numbered above every number that any revision has named or counted.
    pub(crate) fn new(document: &Document<'a>) -> Self {
        let sizes =
            document.revisions().iter().filter_map(|revision| revision.trailer().get("Size")?.as_integer());
        let size = sizes.max().and_then(|size| u32::try_from(size).ok()).unwrap_or(0);
        let named = document.revisions().iter().filter_map(|revision| revision.objects().last()).max();
        Self { next: size.max(named.unwrap_or(0).saturating_add(1)), objects: BTreeMap::new() }
    }

    /// Takes a number that no object has had.
    pub(crate) fn reserve(&mut self) -> Reference {
        let number = self.next;
        self.next = self.next.saturating_add(1);
        Reference { number, generation: 0 }
    }

    /// Adds a new object.
    pub(crate) fn add(&mut self, object: impl Into<Object<'a>>) -> Reference {
        let reference = self.reserve();
        self.set(reference, object);
        reference
    }

    /// Writes an object anew, or for the first time under a number reserved.
    pub(crate) fn set(&mut self, reference: Reference, object: impl Into<Object<'a>>) {
        self.objects.insert(reference, Content::Object(object.into()));
    }

    /// The same for the signature of this update.
    pub(crate) fn set_signature(&mut self, reference: Reference, placeholder: Placeholder<'a>) {
        self.objects.insert(reference, Content::Signature(placeholder));
    }

    /// What this update has written under a reference.
    pub(crate) fn get(&self, reference: Reference) -> Option<&Object<'a>> {
        match self.objects.get(&reference) {
            Some(Content::Object(object)) => Some(object),
            _ => None,
        }
    }

    /// The bytes to append: a line end where the file has none, objects by number, the cross-reference section, and where
    /// that begins.
    pub(crate) fn write(mut self, document: &Document<'a>) -> Result<Appended, UpdateError> {
        let base = document.bytes();
        let Some(last) = document.revisions().last() else { return Err(UpdateError::NoRevision) };
        // A hybrid file (§7.5.8.4) goes on with tables: every reader of it knows those.
        let own = match last.xref() {
            XrefKind::Stream => Some(self.reserve()),
            XrefKind::Table | XrefKind::Hybrid => None,
        };
        if self.next > OBJECTS_MAX {
            return Err(UpdateError::NoNumberLeft { most: OBJECTS_MAX });
        }
        let mut out = Vec::new();
        if !base.ends_with(b"\n") && !base.ends_with(b"\r") {
            out.push(b'\n');
        }
        let (mut entries, mut hole) = (Vec::with_capacity(self.objects.len()), None);
        for (reference, content) in &self.objects {
            entries.push(Entry { object: *reference, offset: offset(base, &out) });
            begin(&mut out, *reference);
            match content {
                Content::Object(object) => object.write_to(&mut out),
                Content::Signature(placeholder) => hole = Some(placeholder.write_to(&mut out)),
            }
            out.extend_from_slice(b"\nendobj\n");
        }
        let start = offset(base, &out);
        let trailer = trailer(last, self.next, &out);
        match own {
            None => out.extend(xref::table(&entries, &trailer)?),
            Some(own) => {
                entries.push(Entry { object: own, offset: start });
                begin(&mut out, own);
                Object::Stream(xref::stream(&entries, trailer)).write_to(&mut out);
                out.extend_from_slice(b"\nendobj\n");
            }
        }
        // Writing to a vector doesn't fail.
        let _ = write!(out, "startxref\n{start}\n%%EOF\n");
        let length = offset(base, &out);
        if length > LENGTH_MAX {
            return Err(UpdateError::TooLarge { length });
        }
        if let Some(hole) = &hole {
            hole.fill_byte_range(base.len(), &mut out);
        }
        Ok(Appended { bytes: out, hole })
    }
}

fn begin(out: &mut Vec<u8>, reference: Reference) {
    let _ = writeln!(out, "{} {} obj", reference.number, reference.generation);
}

/// Where the next byte will stand.
fn offset(base: &[u8], out: &[u8]) -> u64 {
    u64::try_from(base.len().saturating_add(out.len())).unwrap_or(u64::MAX)
}

/// The file's own entries, and where to go on reading.
fn trailer<'a>(base: &Revision<'a>, size: u32, objects: &[u8]) -> Dictionary<'a> {
    let mut trailer = Dictionary::new().with("Size", i64::from(size));
    for name in ["Root", "Info"] {
        if let Some(value) = base.trailer().get(name) {
            trailer.set(name, value.clone());
        }
    }
    if let Some(id) = base.trailer().get("ID") {
        trailer.set("ID", changed_id(id, objects));
    }
    trailer.with("Prev", i64::try_from(base.startxref()).unwrap_or(i64::MAX))
}

/// The file's identifier: its first half for ever, its second for this state of it (§14.4), made from the one before and
/// what is appended, so that the same update gives the same bytes.
fn changed_id<'a>(id: &Object<'a>, objects: &[u8]) -> Object<'a> {
    let Some([first, second]) = id.as_array() else { return id.clone() };
    let (Some(_), Some(before)) = (first.as_string(), second.as_string()) else { return id.clone() };
    let mut digest = DigestAlgorithm::Sha256.of(&[before, objects]);
    digest.truncate(ID_LENGTH);
    Object::Array(vec![first.clone(), Object::string(digest)])
}

/// As long as the MD5 digests that most files have here.
const ID_LENGTH: usize = 16;
