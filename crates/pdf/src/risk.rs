//! What a signed document is prepared for: content that could be turned over later, or that never was signed.
//!
//! Nothing here breaks a signature. Each point says that what the signer saw isn't all that the signed bytes hold, or
//! depends on more than them (“Shadow Attacks”, NDSS 2021).

use crate::document::{Document, Location, ReadError, View};
use crate::object::{Dictionary, Object, Reference};
use crate::syntax::{Parser, is_space};
use std::collections::HashSet;

/// One thing to look at before relying on what a document shows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Risk {
    /// An object that stands in the bytes, but in no cross-references: a later revision could list it.
    UnlistedObject {
        /// Which object it says it is.
        reference: Reference,
        /// Where it stands.
        at: usize,
    },
    /// A catalog, page tree, page or form that is listed, but that nothing refers to: a later revision could show it.
    UnreferencedContent {
        /// The object.
        reference: Reference,
        /// Its `/Type` or `/Subtype`.
        kind: String,
    },
    /// Two annotations of a page that show something lie over one another.
    OverlappingAnnotations {
        /// The page.
        page: Reference,
        /// The lower one.
        below: Reference,
        /// The upper one.
        above: Reference,
    },
    /// A stream's bytes are in another file: nobody signed them.
    ExternalContent {
        /// The stream.
        reference: Reference,
    },
    /// Layers: what is shown depends on settings.
    Layers,
    /// Scripts may change what is shown.
    Scripts,
    /// The viewer is told to draw fields anew from their values, not as they were signed.
    DrawnByViewer,
}

impl Document<'_> {
    /// What the document is prepared for, as a revision shows it. Reads every object: an opinion worth its time where
    /// somebody relies on the document, not part of the verdict on a signature.
    pub fn risks(&self, revision: usize) -> Result<Vec<Risk>, ReadError> {
        let view = self.at(revision);
        let mut risks = unlisted(&view)?;
        let reached = reachable(&view, &mut risks)?;
        unreferenced(&view, &reached, &mut risks)?;
        overlapping(&view, &mut risks)?;
        let (catalog, form) = (view.catalog()?, view.form()?);
        if catalog.get("OCProperties").is_some() {
            risks.push(Risk::Layers);
        }
        if form.get("NeedAppearances").and_then(Object::as_boolean) == Some(true) {
            risks.push(Risk::DrawnByViewer);
        }
        Ok(risks)
    }
}

/// Objects between those that cross-references list.
fn unlisted(view: &View<'_, '_>) -> Result<Vec<Risk>, ReadError> {
    let document = view.document();
    let mut taken: Vec<(usize, usize)> = Vec::new();
    let revisions = document.revisions().iter().enumerate().take(view.revision() + 1);
    for (index, revision) in revisions {
        let then = document.at(index);
        for number in revision.objects() {
            if let (Location::Offset(at), Some(reference)) = (then.location(number), then.reference(number)) {
                taken.push((at, then.end_of(reference, at)?));
            }
        }
    }
    taken.sort_unstable();
    let end = document.revisions().get(view.revision()).map_or(0, |revision| revision.end());
    taken.push((end, end));
    let mut risks = Vec::new();
    let mut from = 0;
    for (start, stop) in taken {
        if let Some(gap) = document.bytes().get(from..start) {
            risks.extend(objects_in(document, gap, from));
        }
        from = from.max(stop);
    }
    Ok(risks)
}

/// What looks like the beginning of an object, cross-reference streams apart.
fn objects_in<'g>(document: &'g Document<'_>, gap: &'g [u8], from: usize) -> impl Iterator<Item = Risk> + 'g {
    let words = gap.windows(3).enumerate().filter(|(_, window)| *window == b"obj");
    words.filter_map(move |(index, _)| {
        let before = gap.get(..index)?;
        let (generation, before) = number_before(before)?;
        let (number, before) = number_before(before)?;
        let at = from + before.len();
        let reference =
            Reference { number: number.try_into().ok()?, generation: generation.try_into().ok()? };
        let mut parser = Parser::new(document.bytes(), from + index + 3);
        let is_xref = parser
            .object()
            .is_ok_and(|object| object.as_dictionary().is_some_and(|found| found.is_type("XRef")));
        (!is_xref).then_some(Risk::UnlistedObject { reference, at })
    })
}

/// The number that bytes end with, white space after it allowed, and what comes before it.
fn number_before(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let end = bytes.iter().rposition(|byte| !is_space(*byte))? + 1;
    let bytes = bytes.get(..end)?;
    let start = bytes.iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |at| at + 1);
    let number = std::str::from_utf8(bytes.get(start..)?).ok()?.parse().ok()?;
    Some((number, bytes.get(..start)?))
}

/// Every object the trailer leads to; on the way, streams whose bytes are elsewhere, and scripts.
fn reachable(view: &View<'_, '_>, risks: &mut Vec<Risk>) -> Result<HashSet<u32>, ReadError> {
    let mut reached = HashSet::new();
    let mut left: Vec<Reference> = Vec::new();
    let mut has_scripts = false;
    for (_, value) in view.trailer().iter() {
        references(value, &mut left, &mut has_scripts);
    }
    while let Some(reference) = left.pop() {
        if !reached.insert(reference.number) {
            continue;
        }
        let object = view.object(reference)?;
        references(&object, &mut left, &mut has_scripts);
        if let Object::Stream(stream) = &object
            && (stream.dictionary.get("F").is_some() || is_reference_form(&stream.dictionary))
        {
            risks.push(Risk::ExternalContent { reference });
        }
    }
    if has_scripts {
        risks.push(Risk::Scripts);
    }
    Ok(reached)
}

/// A form that stands for a page of another file (ISO 32000-2 §8.10.4).
fn is_reference_form(dictionary: &Dictionary<'_>) -> bool {
    dictionary.get("Subtype").and_then(Object::as_name) == Some(b"Form") && dictionary.get("Ref").is_some()
}

fn references(object: &Object<'_>, out: &mut Vec<Reference>, has_scripts: &mut bool) {
    match object {
        Object::Reference(reference) => out.push(*reference),
        Object::Array(items) => items.iter().for_each(|item| references(item, out, has_scripts)),
        Object::Dictionary(_) | Object::Stream(_) => {
            for (name, value) in object.as_dictionary().into_iter().flat_map(Dictionary::iter) {
                *has_scripts |= name == "JavaScript" || name == "JS" || name == "XFA";
                references(value, out, has_scripts);
            }
        }
        _ => {}
    }
}

fn unreferenced(view: &View<'_, '_>, reached: &HashSet<u32>, risks: &mut Vec<Risk>) -> Result<(), ReadError> {
    let mut numbers: Vec<u32> = view
        .document()
        .revisions()
        .iter()
        .take(view.revision() + 1)
        .flat_map(|revision| revision.objects())
        .filter(|number| !reached.contains(number))
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    for reference in numbers.into_iter().filter_map(|number| view.reference(number)) {
        let object = view.object(reference)?;
        let Some(dictionary) = object.as_dictionary() else { continue };
        let name = |key| dictionary.get(key).and_then(Object::as_name);
        let kind = [name("Type"), name("Subtype")].into_iter().flatten().find(|kind| SHOWN.contains(kind));
        if let Some(kind) = kind {
            let kind = kind.escape_ascii().to_string();
            risks.push(Risk::UnreferencedContent { reference, kind });
        }
    }
    Ok(())
}

/// Annotations with a picture that lie over one another, page by page.
fn overlapping(view: &View<'_, '_>, risks: &mut Vec<Risk>) -> Result<(), ReadError> {
    for page in view.pages()? {
        let object = view.object(page)?;
        let Some(dictionary) = object.as_dictionary() else { continue };
        let mut shown: Vec<(Reference, [f64; 4])> = Vec::new();
        for annotation in view.array(dictionary, "Annots")? {
            let Some(reference) = annotation.as_reference() else { continue };
            let annotation = view.object(reference)?;
            let Some(annotation) = annotation.as_dictionary() else { continue };
            if annotation.get("AP").is_none() {
                continue;
            }
            let sides = view.array(annotation, "Rect")?;
            let sides: Option<Vec<f64>> = sides.iter().map(Object::as_number).collect();
            if let Some(&[x, y, z, w]) = sides.as_deref()
                && shown.len() < ANNOTATIONS_MAX
            {
                shown.push((reference, [x.min(z), y.min(w), x.max(z), y.max(w)]));
            }
        }
        let mut covered: HashSet<u32> = HashSet::new();
        for (index, (above, upper)) in shown.iter().enumerate() {
            for (below, lower) in shown.iter().take(index) {
                if overlap(*upper, *lower) && covered.insert(below.number) {
                    risks.push(Risk::OverlappingAnnotations { page, below: *below, above: *above });
                }
            }
        }
    }
    Ok(())
}

/// Whether two rectangles (left, bottom, right, top) share more than an edge.
fn overlap(one: [f64; 4], other: [f64; 4]) -> bool {
    let along = |low: usize, high: usize| match (one.get(low..=high), other.get(low..=high)) {
        (Some(&[from, _, to]), Some(&[start, _, end])) => from.max(start) < to.min(end),
        _ => false,
    };
    along(0, 2) && along(1, 3)
}

/// What a page could be made to show.
const SHOWN: [&[u8]; 6] = [b"Catalog", b"Pages", b"Page", b"Annot", b"Form", b"Image"];

/// Every two of them are compared.
const ANNOTATIONS_MAX: usize = 1000;
