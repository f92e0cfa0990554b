//! The form: what may be filled in, signed and added (ISO 32000-2 §12.7, §12.8.2.2).

use super::annotation::area;
use super::change::{Change, Kind, Level, short};
use super::path::Path;
use super::walk::{Role, Scope, Walk, is_equal, pairs};
use crate::document::{Field, ReadError};
use crate::object::{Dictionary, Object, Reference};
use std::collections::{HashMap, HashSet};

impl<'a> Walk<'_, 'a> {
    /// Compares the two forms field by field, before anything else: pages need to know which widgets are whose.
    pub(super) fn form(&mut self) -> Result<(), ReadError> {
        let (old_form, new_form) = (self.old.form()?, self.new.form()?);
        let (old, new) = (self.old.form_tree()?, self.new.form_tree()?);
        let path = self.paths.begin("catalog/AcroForm".into());
        let path = Path::Kept(path);
        self.form_entries(&old_form, &new_form, &path)?;

        let old_fields: HashMap<u32, &Field<'a>> =
            old.fields.iter().map(|field| (field.reference.number, field)).collect();
        let new_fields: HashSet<u32> = new.fields.iter().map(|field| field.reference.number).collect();
        for field in &new.fields {
            let objects = field.widgets.iter().chain([&field.reference]).map(|reference| reference.number);
            self.form_objects.extend(objects);
        }
        self.form_objects.extend(new.inner.iter().map(|(reference, _)| reference.number));
        self.ruled.extend(&self.form_objects);

        let old_names: HashSet<&str> = old.fields.iter().map(|field| field.name.as_str()).collect();
        for field in &new.fields {
            self.fields.push(field.name.clone());
            let path = self.paths.begin(format!("catalog/AcroForm/Fields/{}", field.name));
            let path = Path::Kept(path);
            match old_fields.get(&field.reference.number) {
                Some(before) => self.field(before, field, &path)?,
                None if old_names.contains(field.name.as_str()) => self.field_refused(field, &path)?,
                None => self.field_new(field, &path)?,
            }
        }
        for field in old.fields.iter().filter(|field| !new_fields.contains(&field.reference.number)) {
            let path = self.paths.begin(format!("catalog/AcroForm/Fields/{}", field.name));
            let shown = Object::Dictionary(field.dictionary.clone());
            self.report(Scope::forbidden(Kind::Field), &Path::Kept(path), &shown, &Object::Null);
        }
        let old_inner: HashMap<u32, &str> =
            old.inner.iter().map(|(reference, name)| (reference.number, name.as_str())).collect();
        for (reference, name) in &new.inner {
            self.inner(*reference, name, old_inner.get(&reference.number).copied())?;
        }
        Ok(())
    }

    /// The form dictionary, its fields apart (table 224).
    fn form_entries(
        &mut self,
        old: &Dictionary<'a>,
        new: &Dictionary<'a>,
        path: &Path<'_>,
    ) -> Result<(), ReadError> {
        for (name, before, after) in pairs(old, new) {
            let path = Path::Key(path, name);
            let extends = Scope::new(Kind::Form, Level::Extension);
            match name.as_bytes() {
                b"Fields" => self.direct_kids(before, after, &path)?,
                b"SigFlags" => {
                    let flags = |object: &Object<'a>| object.as_integer().unwrap_or(0);
                    let only_sets = flags(before) & !flags(after) == 0;
                    let scope = if only_sets { extends } else { Scope::forbidden(Kind::Form) };
                    self.compare(before, after, Role::Plain(scope), &path)?;
                }
                // The default look of fields to come; where there was one, fields may already rely on it.
                b"DA" | b"Q" if before.is_null() => {
                    self.compare(before, after, Role::Plain(extends), &path)?;
                }
                b"DR" => self.resources(before, after, &path)?,
                // Set, viewers draw every field anew from its value; taken back, they show what was signed.
                b"NeedAppearances" if after.as_boolean() != Some(true) => {
                    let scope = Scope::new(Kind::Form, Level::Filling);
                    self.compare(before, after, Role::Plain(scope), &path)?;
                }
                _ => self.forbid(before, after, Kind::Form, &path)?,
            }
        }
        Ok(())
    }

    /// Fields and widgets that are no objects of their own: nothing may be done with them.
    fn direct_kids(&mut self, old: &Object<'a>, new: &Object<'a>, path: &Path<'_>) -> Result<(), ReadError> {
        let (before, after) = self.arrays(old, new)?;
        let direct = |items: Vec<Object<'a>>| -> Object<'a> {
            items.into_iter().filter(|item| item.as_reference().is_none()).collect::<Vec<_>>().into()
        };
        self.forbid(&direct(before), &direct(after), Kind::Field, path)
    }

    /// Default resources: new names may come, old ones stay what they are.
    fn resources(&mut self, old: &Object<'a>, new: &Object<'a>, path: &Path<'_>) -> Result<(), ReadError> {
        let (before, after) = self.resolved(old, new)?;
        let empty = Dictionary::new();
        let scope = Scope::new(Kind::Resource, Level::Filling);
        match (before.as_dictionary(), after.as_dictionary()) {
            (before, Some(after)) => {
                for (name, before, after) in pairs(before.unwrap_or(&empty), after) {
                    let path = Path::Key(path, name);
                    let (before, after) = self.resolved(before, after)?;
                    match (before.as_dictionary(), after.as_dictionary()) {
                        (Some(before), Some(after)) => {
                            for (name, before, after) in pairs(before, after) {
                                let path = Path::Key(&path, name);
                                if before.is_null() {
                                    self.compare(before, after, Role::Plain(scope), &path)?;
                                } else {
                                    self.forbid(before, after, Kind::Resource, &path)?;
                                }
                            }
                        }
                        _ if before.is_null() => self.compare(&before, &after, Role::Plain(scope), &path)?,
                        _ => self.forbid(&before, &after, Kind::Resource, &path)?,
                    }
                }
                self.reach(&after.clone().into())
            }
            _ => self.forbid(&before, &after, Kind::Resource, path),
        }
    }

    /// A field that only holds others.
    fn inner(&mut self, reference: Reference, name: &str, was: Option<&str>) -> Result<(), ReadError> {
        let path = self.paths.begin(format!("catalog/AcroForm/Fields/{name}"));
        let path = Path::Kept(path);
        let (object, null) = (Object::Reference(reference), Object::Null);
        if was != Some(name) {
            let before = was.map_or(&null, |_| &object);
            self.report(Scope::forbidden(Kind::Field), &path, before, &object);
            return self.reach(&object);
        }
        let (before, after) = self.resolved(&object, &object)?;
        let (Some(before), Some(after)) = (before.as_dictionary(), after.as_dictionary()) else {
            return Ok(());
        };
        // Which kids it has was seen when the fields were compared.
        let kids = |field: &Dictionary<'a>| field.get("Kids").cloned().unwrap_or_default();
        self.direct_kids(&kids(before), &kids(after), &Path::Word(&path, "Kids"))?;
        self.entries(before, after, Scope::forbidden(Kind::Field), &path, &["Kids", "V"])?;
        let (before, after) = (before.get("V").unwrap_or(&null), after.get("V").unwrap_or(&null));
        let scope = Scope::new(Kind::FormFill, Level::Filling);
        self.compare(before, after, Role::Plain(scope), &Path::Word(&path, "V"))
    }

    /// A field that stood there before.
    fn field(&mut self, old: &Field<'a>, new: &Field<'a>, path: &Path<'_>) -> Result<(), ReadError> {
        let field = self.fields.len().checked_sub(1);
        let object = Object::Reference(new.reference);
        self.resolved(&object, &object)?;
        if old.name != new.name || old.kind != new.kind || old.widgets != new.widgets {
            let (before, after) =
                (Object::from(old.dictionary.clone()), Object::from(new.dictionary.clone()));
            self.report(Scope::forbidden(Kind::Field).of(field), path, &before, &after);
        }
        let look = self.value(old, new, field, path)?;
        let mut compared = HashSet::new();
        for reference in new.widgets.iter().chain([&new.reference]) {
            if compared.insert(reference.number)
                && old.widgets.iter().chain([&old.reference]).any(|was| was == reference)
            {
                let object = Object::Reference(*reference);
                let (before, after) = self.resolved(&object, &object)?;
                if let (Some(before), Some(after)) = (before.as_dictionary(), after.as_dictionary()) {
                    let is_large = area(&self.new, after)?.is_some_and(|area| area > LARGE);
                    let look = Look { scope: Scope { may_cover: is_large, ..look.scope }, ..look };
                    self.field_entries(before, after, look, path)?;
                } else {
                    self.report(Scope::forbidden(Kind::Field).of(field), path, &before, &after);
                }
            }
        }
        Ok(())
    }

    /// A field's value, and what then may happen to its look.
    fn value(
        &mut self,
        old: &Field<'a>,
        new: &Field<'a>,
        field: Option<usize>,
        path: &Path<'_>,
    ) -> Result<Look, ReadError> {
        let stays = Look { scope: Scope::forbidden(Kind::Appearance).of(field), is_signing: false };
        let path = Path::Word(path, "V");
        let null = Object::Null;
        let (before, after) = (old.value.as_ref().unwrap_or(&null), new.value.as_ref().unwrap_or(&null));
        if new.is_signature() {
            if old.value.is_some() {
                self.compare(before, after, Role::Plain(Scope::forbidden(Kind::Signature).of(field)), &path)?;
                return Ok(stays);
            }
            if new.value.is_none() {
                return Ok(stays);
            }
            self.signed(new, field, &path)?;
            let scope = Scope::new(Kind::Appearance, Level::Filling).of(field);
            return Ok(Look { scope, is_signing: true });
        }
        let scope = Scope::new(Kind::FormFill, Level::Filling).of(field);
        let changes = self.changes.len();
        self.compare(before, after, Role::Plain(scope), &path)?;
        let (was, is) = self.resolved(before, after)?;
        if self.changes.len() > changes || was != is {
            Ok(Look { scope, is_signing: false })
        } else {
            Ok(stays)
        }
    }

    /// The entries of a field or widget, the value apart (tables 166, 191, 226).
    fn field_entries(
        &mut self,
        old: &Dictionary<'a>,
        new: &Dictionary<'a>,
        look: Look,
        path: &Path<'_>,
    ) -> Result<(), ReadError> {
        let field = look.scope.field;
        for (name, before, after) in pairs(old, new) {
            let path = Path::Key(path, name);
            let scope = match name.as_bytes() {
                b"V" => continue,
                b"Kids" => {
                    self.direct_kids(before, after, &path)?;
                    continue;
                }
                b"AP" | b"AS" | b"DA" | b"Q" | b"RV" | b"I" | b"TI" => look.scope,
                b"M" => Scope::new(Kind::Metadata, Level::Extension).of(field),
                // A field that was filled in may be closed.
                b"Ff" if only_sets(before, after, READ_ONLY) => {
                    Scope::new(Kind::Field, Level::Extension).of(field)
                }
                b"F" if look.is_signing && is_hidden(before) == is_hidden(after) => look.scope,
                b"A" | b"AA" => Scope::forbidden(Kind::Action).of(field),
                _ => Scope::forbidden(Kind::Field).of(field),
            };
            self.compare(before, after, Role::Plain(scope), &path)?;
        }
        Ok(())
    }

    /// A field that was not there before.
    fn field_new(&mut self, new: &Field<'a>, path: &Path<'_>) -> Result<(), ReadError> {
        let mut objects: Vec<Reference> = new.widgets.clone();
        objects.push(new.reference);
        let is_fresh = objects.iter().all(|reference| !self.old.is_used(reference.number));
        let mut largest: Option<f64> = None;
        let (mut is_plain, mut has_picture) = (true, false);
        for widget in &new.widgets {
            let widget = self.new.object(*widget)?;
            let Some(widget) = widget.as_dictionary() else { return self.field_refused(new, path) };
            is_plain &= is_plain_signature_field(widget);
            has_picture |= widget.get("AP").is_some();
            if !is_hidden(widget.get("F").unwrap_or(&Object::Null)) {
                let area = area(&self.new, widget)?.unwrap_or(f64::INFINITY);
                largest = Some(largest.unwrap_or(0.0).max(area));
            }
        }
        is_plain &= is_plain_signature_field(&new.dictionary);
        let shown = largest.filter(|area| *area > 0.0);
        let is_signed = new.value.is_some();
        if !new.is_signature() || !is_fresh || !is_plain || shown.is_some() && has_picture && !is_signed {
            return self.field_refused(new, path);
        }
        self.new_widgets.extend(objects.iter().map(|reference| reference.number));
        let (kind, level) = match shown {
            None => (Kind::SignatureField, Level::Extension),
            Some(_) => (Kind::VisibleSignatureField, Level::Filling),
        };
        let rect = new.widgets.first().map(|widget| self.new.object(*widget)).transpose()?;
        let rect = rect.as_ref().and_then(Object::as_dictionary).and_then(|widget| widget.get("Rect"));
        self.push(Change {
            kind,
            level,
            may_cover: has_picture && shown.is_some_and(|area| area > LARGE),
            object: Some(new.reference),
            path: self.paths.show(path),
            field: Some(new.name.clone()),
            before: "nothing".into(),
            after: rect
                .map_or("a signature field".into(), |rect| format!("a signature field at {}", short(rect))),
            revision: self.new.revision(),
        });
        let field = self.fields.len().checked_sub(1);
        if is_signed {
            self.signed(new, field, &Path::Word(path, "V"))?;
        }
        self.reach(&Object::Reference(new.reference))
    }

    fn field_refused(&mut self, new: &Field<'a>, path: &Path<'_>) -> Result<(), ReadError> {
        let shown = Object::Dictionary(new.dictionary.clone());
        self.report(Scope::forbidden(Kind::Field), path, &Object::Null, &shown);
        self.reach(&Object::Reference(new.reference))
    }

    /// A signature where none was: a dictionary of its own, under a number not used before.
    fn signed(&mut self, new: &Field<'a>, field: Option<usize>, path: &Path<'_>) -> Result<(), ReadError> {
        let value = new.value.clone().unwrap_or_default();
        let signature = self.new.resolve(&value)?.into_owned();
        let is_fresh = value.as_reference().is_some_and(|value| !self.old.is_used(value.number));
        let is_shown = self.is_shown(new)?;
        let is_timestamp = signature.as_dictionary().is_some_and(|signature| {
            let sub_filter = signature.get("SubFilter").and_then(Object::as_name);
            signature.is_type("DocTimeStamp") && sub_filter == Some(b"ETSI.RFC3161")
        });
        let (kind, level) = match (is_fresh && matches!(signature, Object::Dictionary(_)), is_timestamp) {
            (false, _) => (Kind::Signature, Level::Forbidden),
            (true, true) if is_shown => (Kind::Timestamp, Level::Filling),
            (true, true) => (Kind::Timestamp, Level::Extension),
            (true, false) => (Kind::Signature, Level::Filling),
        };
        self.report(Scope::new(kind, level).of(field), path, &Object::Null, &signature);
        self.reach(&value)
    }

    fn is_shown(&self, field: &Field<'a>) -> Result<bool, ReadError> {
        for widget in &field.widgets {
            let widget = self.new.object(*widget)?;
            let Some(widget) = widget.as_dictionary() else { return Ok(true) };
            if area(&self.new, widget)?.is_some_and(|area| area > 0.0) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// What may happen to how a field looks.
#[derive(Clone, Copy)]
struct Look {
    scope: Scope,
    is_signing: bool,
}

fn is_plain_signature_field(dictionary: &Dictionary<'_>) -> bool {
    dictionary.iter().all(|(name, _)| SIGNATURE_FIELD.iter().any(|word| name == *word))
}

fn flags(object: &Object<'_>) -> i64 {
    object.as_integer().unwrap_or(0)
}

fn only_sets(old: &Object<'_>, new: &Object<'_>, allowed: i64) -> bool {
    is_equal(old, new) || flags(old) | allowed == flags(new)
}

/// Whether flags keep a widget from the screen and from paper: Hidden, or NoView without Print (table 167). Invisible
/// speaks of annotations that no viewer knows.
fn is_hidden(object: &Object<'_>) -> bool {
    let (hidden, print, no_view) = (1 << 1, 1 << 2, 1 << 5);
    let flags = flags(object);
    flags & hidden != 0 || flags & no_view != 0 && flags & print == 0
}

/// The first field flag (table 227).
const READ_ONLY: i64 = 1;

/// What a new signature field and its widget may say: nothing that acts.
const SIGNATURE_FIELD: [&str; 24] = [
    "Type",
    "Subtype",
    "FT",
    "T",
    "TU",
    "TM",
    "V",
    "Rect",
    "P",
    "F",
    "Ff",
    "AP",
    "AS",
    "Lock",
    "SV",
    "Kids",
    "Parent",
    "MK",
    "DA",
    "Q",
    "NM",
    "M",
    "BS",
    "StructParent",
];

/// A quarter of a letter page: no signature needs that.
const LARGE: f64 = 612.0 * 792.0 / 4.0;
