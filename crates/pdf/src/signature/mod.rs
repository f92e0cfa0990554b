//! Signatures as they stand in a file (ISO 32000-2 §12.8.1): where, over which bytes, with what in them.
//!
//! Whether the key signed those bytes is for `countersign-signature` to say; what a later revision may do to them is
//! for the difference analysis.

mod contents;
mod coverage;

pub use contents::Contents;
pub use coverage::{Coverage, CoverageFault};

use crate::document::{Document, ReadError, View};
use crate::object::{Dictionary, Object, Reference};
use crate::syntax::Parser;
use std::collections::HashSet;

/// A signature field's value, whatever it is worth.
#[derive(Clone, Debug)]
pub struct SignatureValue<'a> {
    /// The fully qualified name of its field.
    pub field_name: String,
    /// The field's object.
    pub field: Reference,
    /// The signature dictionary's object; `None` where it stands in the field itself.
    pub reference: Option<Reference>,
    /// The revision, from 0, in which it first stands in the form.
    pub revision: usize,
    /// Whether the form still holds it in the last revision.
    pub is_present: bool,
    /// The signature dictionary.
    pub dictionary: Dictionary<'a>,
    /// `/Contents`, and exactly where it stands; `None` where it is absent or no hexadecimal string.
    pub contents: Option<Contents<'a>>,
}

/// What a signature is for (§12.8.1, §12.8.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Somebody signs.
    Signature,
    /// A timestamp over the document: `/DocTimeStamp`.
    Timestamp,
}

impl<'a> SignatureValue<'a> {
    /// `/SubFilter`: how `/Contents` is encoded.
    pub fn sub_filter(&self) -> Option<&[u8]> {
        self.dictionary.get("SubFilter").and_then(Object::as_name)
    }

    /// Whether this is a signature or a timestamp.
    pub fn purpose(&self) -> Purpose {
        let is_timestamp =
            self.dictionary.is_type("DocTimeStamp") || self.sub_filter() == Some(b"ETSI.RFC3161".as_slice());
        if is_timestamp { Purpose::Timestamp } else { Purpose::Signature }
    }

    /// `/ByteRange` as four numbers, if it is four whole numbers, none negative.
    pub fn byte_range(&self) -> Option<[usize; 4]> {
        let items = self.dictionary.get("ByteRange")?.as_array()?;
        let numbers: Option<Vec<usize>> =
            items.iter().map(|item| usize::try_from(item.as_integer()?).ok()).collect();
        numbers?.try_into().ok()
    }

    /// The bytes `/ByteRange` names, in two parts; `None` where it names none or runs out of the file.
    pub fn signed_bytes(&self, document: &Document<'a>) -> Option<[&'a [u8]; 2]> {
        let [first, length, second, rest] = self.byte_range()?;
        let part = |from: usize, length: usize| document.bytes().get(from..from.checked_add(length)?);
        Some([part(first, length)?, part(second, rest)?])
    }
}

impl<'a> Document<'a> {
    /// Every signature that stands in the form of any revision, oldest first, also those a later revision took out.
    pub fn signatures(&self) -> Result<Vec<SignatureValue<'a>>, ReadError> {
        let mut found: Vec<SignatureValue<'a>> = Vec::new();
        let mut seen = HashSet::new();
        for revision in 0..self.revisions().len() {
            let view = self.at(revision);
            let mut here = HashSet::new();
            for field in view.fields()? {
                if !field.is_signature() {
                    continue;
                }
                let Some(value) = field.value else { continue };
                let holder = value.as_reference().unwrap_or(field.reference);
                let key = (view.location(holder.number), field.name.clone());
                here.insert(key.clone());
                if !seen.insert(key) {
                    continue;
                }
                let Some((dictionary, contents)) = signature_dictionary(&view, &value)? else { continue };
                found.push(SignatureValue {
                    field_name: field.name,
                    field: field.reference,
                    reference: value.as_reference(),
                    revision,
                    is_present: false,
                    dictionary,
                    contents,
                });
            }
            if revision + 1 == self.revisions().len() {
                for value in &mut found {
                    let holder = value.reference.unwrap_or(value.field);
                    let then = self.at(value.revision).location(holder.number);
                    value.is_present = here.contains(&(then, value.field_name.clone()));
                }
            }
        }
        Ok(found)
    }
}

type Read<'a> = (Dictionary<'a>, Option<Contents<'a>>);

/// A signature dictionary with the span of its `/Contents`, where that can be told.
fn signature_dictionary<'a>(view: &View<'_, 'a>, value: &Object<'a>) -> Result<Option<Read<'a>>, ReadError> {
    let object = view.resolve(value)?;
    let Object::Dictionary(dictionary) = &*object else { return Ok(None) };
    let contents = value.as_reference().and_then(|reference| contents(view, reference));
    Ok(Some((dictionary.clone(), contents)))
}

/// `/Contents` of the object at its place in the file, read again for where its bytes are.
fn contents<'a>(view: &View<'_, 'a>, reference: Reference) -> Option<Contents<'a>> {
    let crate::document::Location::Offset(at) = view.location(reference.number) else { return None };
    let bytes = view.document().bytes();
    let mut parser = Parser::new(bytes, at);
    parser.skip_white();
    parser.skip_header().ok()?;
    let (dictionary, spans) = parser.dictionary_with_spans().ok()?;
    let index = dictionary.iter().position(|(name, _)| name == "Contents")?;
    Contents::at(bytes, spans.get(index)?.clone())
}
