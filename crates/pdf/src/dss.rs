//! What a later reader needs to find the paths and what was revoked: the document security store, level B-LT (ISO
//! 32000-2 §12.8.4.3, ETSI EN 319 142-1 §5.4.2).

use crate::document::{Document, ReadError};
use crate::filter;
use crate::object::{Dictionary, Object, Reference, Stream};
use crate::sign::{Extended, UpdateError, declare};
use crate::write::{Draft, Spot};
use countersign_signature::{DigestAlgorithm, ValidationData, sha1};
use std::collections::HashMap;
use std::fmt::Write as _;

/// What belongs to one signature or timestamp.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'e> {
    /// The name of its field.
    pub field: &'e str,
    /// Certificates, revocation lists and answers.
    pub data: &'e ValidationData,
}

/// Why validation data can't be added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DssError {
    /// The document can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// No such signature.
    #[error("the document has no signature in a field `{field}`")]
    NoSignature {
        /// The name given.
        field: String,
    },
    /// The update can't be written.
    #[error(transparent)]
    Update(#[from] UpdateError),
}

/// The three lists, each with its names in the store and in a signature's own part of it (tables 261 and 262).
const LISTS: [(&str, &str); 3] = [("Certs", "Cert"), ("CRLs", "CRL"), ("OCSPs", "OCSP")];

/// Bound on one value in the store: the largest revocation lists in the wild have some 50 MB.
const VALUE_MAX: usize = 64 << 20;

/// Adds what belongs to these signatures to the document's store. What is there stays, and nothing is there twice; where
/// all of it is there already, nothing is appended.
pub fn add_validation_data<'a>(
    document: &Document<'a>,
    evidence: &[Evidence<'_>],
) -> Result<Extended<'a>, DssError> {
    let keys = keys(document, evidence)?;
    let mut draft = Draft::new(document);
    let catalog = draft.catalog();
    let store = draft.within(&catalog, "DSS")?;
    let before = draft.dictionary(&store)?;
    let mut lists = Vec::with_capacity(LISTS.len());
    for (name, _) in LISTS {
        lists.push(List::read(&draft, &store, name)?);
    }
    let vri = draft.within(&store, "VRI")?;
    let mut own_parts = draft.dictionary(&vri)?;
    let own_before = own_parts.clone();
    for (Evidence { data, .. }, key) in evidence.iter().zip(keys) {
        let certificates: Vec<&[u8]> = data.certificates.iter().map(|one| one.as_der()).collect();
        let crls: Vec<&[u8]> = data.crls.iter().map(Vec::as_slice).collect();
        let ocsps: Vec<&[u8]> = data.ocsps.iter().map(Vec::as_slice).collect();
        let mut part = match own_parts.get(&key) {
            Some(part) => draft.view.resolve(part)?.as_dictionary().cloned().unwrap_or_default(),
            None => Dictionary::new().with("Type", Object::name("VRI")),
        };
        for ((list, (_, own)), values) in lists.iter_mut().zip(LISTS).zip([certificates, crls, ocsps]) {
            let mut named = draft.view.array(&part, own)?;
            for value in values {
                let stream = Object::Reference(list.reference(&mut draft, value));
                if !named.contains(&stream) {
                    named.push(stream);
                }
            }
            if !named.is_empty() {
                part.set(own, named);
            }
        }
        own_parts.set(key, part);
    }
    let grown = lists.iter().any(|list| list.has_grown);
    if !grown && own_parts == own_before {
        return Ok(Extended::new(document.bytes(), Vec::new()));
    }
    if before.is_empty() {
        let made = draft.update.add(Dictionary::new().with("Type", Object::name("DSS")));
        let mut changed = draft.dictionary(&catalog)?;
        changed.set("DSS", made);
        draft.write(&catalog, changed)?;
    }
    let store = draft.within(&catalog, "DSS")?;
    for ((name, _), list) in LISTS.into_iter().zip(lists) {
        if list.has_grown {
            let spot = draft.within(&store, name)?;
            draft.write(&spot, list.streams)?;
        }
    }
    let vri = draft.within(&store, "VRI")?;
    draft.write(&vri, own_parts)?;
    declare(&mut draft)?;
    Ok(Extended::new(document.bytes(), draft.update.write(document)?.bytes))
}

/// What each signature's part of the store is named: the SHA-1 of `/Contents`, the zeros that fill the hole among it, in
/// capital hexadecimal digits.
fn keys(document: &Document<'_>, evidence: &[Evidence<'_>]) -> Result<Vec<String>, DssError> {
    let signatures = document.signatures()?;
    let key = |one: &Evidence<'_>| {
        let signature = signatures.iter().rev().find(|signature| signature.field_name == one.field);
        let contents = signature.and_then(|signature| signature.contents.as_ref());
        let contents = contents.ok_or_else(|| DssError::NoSignature { field: one.field.to_owned() })?;
        let mut key = String::new();
        for byte in sha1::digest(&contents.bytes()) {
            // Writing to a string doesn't fail.
            let _ = write!(key, "{byte:02X}");
        }
        Ok(key)
    };
    evidence.iter().map(key).collect()
}

/// One list of streams.
struct List<'a> {
    streams: Vec<Object<'a>>,
    /// By the digest of the value.
    known: HashMap<Vec<u8>, Reference>,
    has_grown: bool,
}

impl<'a> List<'a> {
    fn read(draft: &Draft<'_, 'a>, store: &Spot, name: &'static str) -> Result<Self, ReadError> {
        let streams = match draft.read(&draft.within(store, name)?)? {
            Object::Array(streams) => streams,
            _ => Vec::new(),
        };
        let mut known = HashMap::new();
        for reference in streams.iter().filter_map(Object::as_reference) {
            // A stream that can't be decoded is none that is known: its value is added anew.
            if let Object::Stream(stream) = draft.view.object(reference)?
                && let Ok(value) = filter::decode(&stream, VALUE_MAX)
            {
                known.entry(digest(&value)).or_insert(reference);
            }
        }
        Ok(Self { streams, known, has_grown: false })
    }

    /// The stream that holds a value: there already, or added.
    fn reference(&mut self, draft: &mut Draft<'_, 'a>, value: &[u8]) -> Reference {
        let key = digest(value);
        if let Some(reference) = self.known.get(&key) {
            return *reference;
        }
        let stream = Stream { dictionary: Dictionary::new(), data: value.to_vec().into() };
        let reference = draft.update.add(stream);
        self.streams.push(Object::Reference(reference));
        self.known.insert(key, reference);
        self.has_grown = true;
        reference
    }
}

fn digest(value: &[u8]) -> Vec<u8> {
    DigestAlgorithm::Sha256.of(&[value])
}
