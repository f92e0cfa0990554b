//! The structure tree: it may take in the widget of a new signature field, and nothing else (ISO 32000-2 §14.7).

use super::change::{Kind, Level};
use super::path::Path;
use super::walk::{Role, Scope, Walk, is_equal, pairs};
use crate::document::ReadError;
use crate::object::Object;

impl<'a> Walk<'_, 'a> {
    pub(super) fn structure(
        &mut self,
        old: &Object<'a>,
        new: &Object<'a>,
        path: &Path<'_>,
    ) -> Result<(), ReadError> {
        match (old, new) {
            (Object::Dictionary(old), Object::Dictionary(new)) => {
                for (name, before, after) in pairs(old, new) {
                    let path = Path::Key(path, name);
                    match name.as_bytes() {
                        b"K" | b"ParentTree" | b"Nums" | b"Kids" if !before.is_null() => {
                            self.compare(before, after, Role::Structure, &path)?;
                        }
                        b"ParentTreeNextKey" => self.next_key(before, after, &path),
                        _ => self.forbid(before, after, Kind::Structure, &path)?,
                    }
                }
                Ok(())
            }
            (Object::Array(old), Object::Array(new)) if old.len() <= new.len() => {
                for (index, (before, after)) in old.iter().zip(new).enumerate() {
                    self.compare(before, after, Role::Structure, &Path::Index(path, index))?;
                }
                for (index, after) in new.iter().enumerate().skip(old.len()) {
                    let may = matches!(after, Object::Integer(_)) || self.is_for_new_widget(after)?;
                    let level = if may { Level::Extension } else { Level::Forbidden };
                    let scope = Scope::new(Kind::Structure, level);
                    let shown = self.new.resolve(after)?.into_owned();
                    self.report(scope, &Path::Index(path, index), &Object::Null, &shown);
                    self.reach(after)?;
                }
                Ok(())
            }
            _ => self.forbid(old, new, Kind::Structure, path),
        }
    }

    /// The next free key of the parent tree grows with it.
    fn next_key(&mut self, old: &Object<'a>, new: &Object<'a>, path: &Path<'_>) {
        if is_equal(old, new) {
            return;
        }
        let grows = matches!((old.as_integer(), new.as_integer()), (Some(old), Some(new)) if old < new);
        let level = if grows { Level::Extension } else { Level::Forbidden };
        self.report(Scope::new(Kind::Structure, level), path, old, new);
    }

    /// Whether this is a structure element that holds the widget of a signature field this revision adds.
    fn is_for_new_widget(&self, element: &Object<'a>) -> Result<bool, ReadError> {
        let element = self.new.resolve(element)?;
        let Object::Dictionary(element) = &*element else { return Ok(false) };
        let knows_all = element.iter().all(|(name, _)| ELEMENT.iter().any(|word| name == *word));
        let kid = self.new.get(element, "K")?;
        let kids = match &*kid {
            Object::Array(kids) => kids.clone(),
            Object::Null => return Ok(false),
            one => vec![one.clone()],
        };
        for kid in &kids {
            let kid = self.new.resolve(kid)?;
            let widget = kid.as_dictionary().filter(|kid| kid.is_type("OBJR")).and_then(|kid| kid.get("Obj"));
            let widget = widget.and_then(Object::as_reference);
            if !widget.is_some_and(|widget| self.new_widgets.contains(&widget.number)) {
                return Ok(false);
            }
        }
        Ok(knows_all && !kids.is_empty())
    }
}

/// Entries of an element that say nothing in place of other content.
const ELEMENT: [&str; 8] = ["Type", "S", "P", "K", "Pg", "T", "Alt", "Lang"];
