//! Pages and their annotations (ISO 32000-2 §7.7.3, §12.5).

use super::change::{Kind, Level};
use super::path::Path;
use super::walk::{Role, Scope, Walk, pairs};
use crate::document::ReadError;
use crate::object::{Dictionary, Object};
use std::collections::HashSet;

impl<'a> Walk<'_, 'a> {
    /// A node of the page tree, or a page.
    pub(super) fn page_tree(
        &mut self,
        old: &Dictionary<'a>,
        new: &Dictionary<'a>,
        path: &Path<'_>,
    ) -> Result<(), ReadError> {
        for (name, before, after) in pairs(old, new) {
            let path = Path::Key(path, name);
            match name.as_bytes() {
                b"Kids" => self.page_kids(before, after, &path)?,
                b"Annots" => self.annotations(before, after, &path)?,
                b"Tabs" | b"LastModified" if before.is_null() || name == "LastModified" => {
                    let scope = Scope::new(Kind::Page, Level::Extension);
                    self.compare(before, after, Role::Plain(scope), &path)?;
                }
                other => self.forbid(before, after, kind_of(other), &path)?,
            }
        }
        Ok(())
    }

    fn page_kids(&mut self, old: &Object<'a>, new: &Object<'a>, path: &Path<'_>) -> Result<(), ReadError> {
        let (before, after) = self.resolved(old, new)?;
        match (&*before, &*after) {
            (Object::Array(before), Object::Array(after)) if before.len() == after.len() => {
                for (index, (before, after)) in before.iter().zip(after).enumerate() {
                    self.compare(before, after, Role::PageTree, &Path::Index(path, index))?;
                }
                Ok(())
            }
            (before, after) => {
                self.report(Scope::forbidden(Kind::PageTree), path, before, after);
                self.reach(after)
            }
        }
    }

    /// The annotations of a page: those that stay stay in their order, new ones come under their own rules.
    fn annotations(&mut self, old: &Object<'a>, new: &Object<'a>, path: &Path<'_>) -> Result<(), ReadError> {
        let (before, after) = self.arrays(old, new)?;
        let numbers = |items: &[Object<'a>]| -> HashSet<u32> {
            items.iter().filter_map(Object::as_reference).map(|item| item.number).collect()
        };
        let (in_old, in_new) = (numbers(&before), numbers(&after));
        let stays = |there: &HashSet<u32>, item: &Object<'a>| match item {
            Object::Reference(item) => there.contains(&item.number),
            // A direct annotation can't be told from another: it is compared with the next one.
            _ => true,
        };
        let kept: Vec<&Object<'a>> = before.iter().filter(|item| stays(&in_new, item)).collect();
        let mut left = kept.into_iter();
        for item in before.iter().filter(|item| !stays(&in_new, item)) {
            self.annotation_gone(item, path)?;
        }
        for (index, item) in after.iter().enumerate() {
            let path = Path::Index(path, index);
            if !stays(&in_old, item) {
                self.annotation_new(item, &path)?;
                continue;
            }
            match left.next() {
                None => self.annotation_new(item, &path)?,
                Some(before) => self.annotation_kept(before, item, &path)?,
            }
        }
        for item in left {
            self.annotation_gone(item, path)?;
        }
        Ok(())
    }

    fn annotation_kept(
        &mut self,
        old: &Object<'a>,
        new: &Object<'a>,
        path: &Path<'_>,
    ) -> Result<(), ReadError> {
        let by_form = |object: &Object<'a>| {
            object.as_reference().is_some_and(|found| self.form_objects.contains(&found.number))
        };
        if by_form(new) && old == new {
            return Ok(());
        }
        if old.as_reference() == new.as_reference() {
            return self.compare(old, new, Role::Annotation, path);
        }
        // Another one in its place: a new order is another picture.
        let (before, after) = self.resolved(old, new)?;
        let level =
            if is_widget(&before) || is_widget(&after) { Level::Forbidden } else { Level::Annotations };
        self.report(Scope::new(Kind::Annotation, level), path, old, new);
        Ok(())
    }

    fn annotation_gone(&mut self, old: &Object<'a>, path: &Path<'_>) -> Result<(), ReadError> {
        let (before, after) = self.resolved(old, &Object::Null)?;
        let scope = if is_widget(&before) {
            Scope::forbidden(Kind::Field)
        } else {
            Scope::new(Kind::Annotation, Level::Annotations)
        };
        self.report(scope, path, &before, &after);
        Ok(())
    }
}

pub(super) fn is_widget(annotation: &Object<'_>) -> bool {
    let subtype = annotation.as_dictionary().and_then(|annotation| annotation.get("Subtype"));
    subtype.and_then(Object::as_name) == Some(b"Widget")
}

/// What an entry of a page is about (table 31).
fn kind_of(entry: &[u8]) -> Kind {
    match entry {
        b"Contents" => Kind::PageContent,
        b"Resources" => Kind::Resource,
        b"MediaBox" | b"CropBox" | b"BleedBox" | b"TrimBox" | b"ArtBox" | b"Rotate" | b"UserUnit" => {
            Kind::PageBox
        }
        b"Count" | b"Parent" | b"Type" => Kind::PageTree,
        b"AA" => Kind::Action,
        b"StructParents" => Kind::Structure,
        _ => Kind::Page,
    }
}
