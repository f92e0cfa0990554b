//! Annotations that are no widgets of fields (ISO 32000-2 §12.5.6).

use super::change::{Change, Kind, Level};
use super::page::is_widget;
use super::path::Path;
use super::walk::{Role, Scope, Walk, pairs};
use crate::document::{ReadError, View};
use crate::object::{Dictionary, Object};

impl<'a> Walk<'_, 'a> {
    /// One that stood there before.
    pub(super) fn annotation(
        &mut self,
        old: &Dictionary<'a>,
        new: &Dictionary<'a>,
        path: &Path<'_>,
    ) -> Result<(), ReadError> {
        // A widget outside the form is nobody's to fill in.
        let is_widget = [old, new].iter().any(|annotation| subtype(annotation) == Some(b"Widget"));
        for (name, before, after) in pairs(old, new) {
            let scope = match name.as_bytes() {
                b"A" | b"AA" => Scope::forbidden(Kind::Action),
                _ if is_widget => Scope::forbidden(Kind::Field),
                b"Subtype" | b"P" => Scope::forbidden(Kind::Annotation),
                _ => Scope::new(Kind::Annotation, Level::Annotations),
            };
            self.compare(before, after, Role::Plain(scope), &Path::Key(path, name))?;
        }
        Ok(())
    }

    /// One that a page shows for the first time.
    pub(super) fn annotation_new(&mut self, new: &Object<'a>, path: &Path<'_>) -> Result<(), ReadError> {
        if new.as_reference().is_some_and(|found| self.new_widgets.contains(&found.number)) {
            return Ok(());
        }
        let annotation = self.new.resolve(new)?.into_owned();
        let (kind, level) = if is_widget(&annotation) {
            (Kind::Field, Level::Forbidden)
        } else if acts(&self.new, &annotation)? {
            (Kind::Action, Level::Forbidden)
        } else {
            (Kind::Annotation, Level::Annotations)
        };
        let change = Change {
            kind,
            level,
            may_cover: covers(&self.new, &annotation)?,
            object: new.as_reference(),
            path: self.paths.show(path),
            field: None,
            before: "nothing".into(),
            after: described(&annotation),
            revision: self.new.revision(),
        };
        self.push(change);
        self.reach(new)
    }
}

fn subtype<'o>(annotation: &'o Dictionary<'_>) -> Option<&'o [u8]> {
    annotation.get("Subtype").and_then(Object::as_name)
}

fn described(annotation: &Object<'_>) -> String {
    let Some(dictionary) = annotation.as_dictionary() else { return annotation.kind().into() };
    let subtype = subtype(dictionary).unwrap_or(b"nameless").escape_ascii();
    match dictionary.get("Rect") {
        Some(rect) => format!("a {subtype} annotation at {}", super::change::short(rect)),
        None => format!("a {subtype} annotation"),
    }
}

/// Whether it does more than lead somewhere.
fn acts(view: &View<'_, '_>, annotation: &Object<'_>) -> Result<bool, ReadError> {
    let Some(dictionary) = annotation.as_dictionary() else { return Ok(true) };
    if dictionary.get("AA").is_some() {
        return Ok(true);
    }
    let Some(action) = dictionary.get("A") else { return Ok(false) };
    let action = match action {
        Object::Reference(reference) => view.object(*reference)?,
        direct => direct.clone(),
    };
    let action = action.as_dictionary();
    let kind = action.and_then(|action| action.get("S")).and_then(Object::as_name);
    let is_harmless = kind.is_some_and(|kind| HARMLESS_ACTIONS.contains(&kind));
    Ok(!is_harmless || action.is_some_and(|action| action.get("Next").is_some()))
}

/// Whether it can hide what the page shows, or be taken for it: by what it is, or by a picture of its own that is
/// larger than an icon.
fn covers(view: &View<'_, '_>, annotation: &Object<'_>) -> Result<bool, ReadError> {
    let Some(dictionary) = annotation.as_dictionary() else { return Ok(true) };
    if !subtype(dictionary).is_some_and(|subtype| NOTES.contains(&subtype)) {
        return Ok(true);
    }
    let has_picture = dictionary.get("AP").is_some();
    Ok(has_picture && area(view, dictionary)?.is_none_or(|area| area > ICON_AREA))
}

/// How much of the page a rectangle takes, in square points.
pub(super) fn area(view: &View<'_, '_>, annotation: &Dictionary<'_>) -> Result<Option<f64>, ReadError> {
    let rect = match annotation.get("Rect") {
        Some(Object::Reference(reference)) => view.object(*reference)?,
        Some(direct) => direct.clone(),
        None => return Ok(None),
    };
    let sides: Option<Vec<f64>> =
        rect.as_array().and_then(|sides| sides.iter().map(Object::as_number).collect());
    Ok(match sides.as_deref() {
        Some([left, bottom, right, top]) => Some(((right - left) * (top - bottom)).abs()),
        _ => None,
    })
}

/// Actions that lead to a place (table 201).
const HARMLESS_ACTIONS: [&[u8]; 4] = [b"URI", b"GoTo", b"GoToR", b"Named"];

/// Annotations that stand beside the text or mark it, and leave it to be read.
const NOTES: [&[u8]; 8] =
    [b"Text", b"Popup", b"Link", b"FileAttachment", b"Sound", b"Highlight", b"Underline", b"Squiggly"];

/// 32 by 32 points: the icon of a note.
const ICON_AREA: f64 = 1024.0;
