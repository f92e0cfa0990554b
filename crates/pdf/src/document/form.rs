//! The interactive form: its fields and their widgets (ISO 32000-2 §12.7).

use super::{ReadError, View};
use crate::object::{Dictionary, Name, Object, Reference};
use crate::text::text;
use std::collections::HashSet;

/// A field that holds a value: a leaf of the form's tree.
#[derive(Clone, Debug)]
pub struct Field<'a> {
    /// Its fully qualified name: the partial names from the root, with full stops between.
    pub name: String,
    /// Its object.
    pub reference: Reference,
    /// What its object says.
    pub dictionary: Dictionary<'a>,
    /// `/FT`, its own or inherited.
    pub kind: Option<Name<'a>>,
    /// `/V`, its own or inherited, as it stands there: often a reference.
    pub value: Option<Object<'a>>,
    /// Its widgets: the field itself where both are one object.
    pub widgets: Vec<Reference>,
}

impl Field<'_> {
    /// Whether it is a signature field.
    pub fn is_signature(&self) -> bool {
        self.kind.as_ref().is_some_and(|kind| kind == "Sig")
    }
}

impl<'a> View<'_, 'a> {
    /// The form dictionary, empty where there is none.
    pub fn form(&self) -> Result<Dictionary<'a>, ReadError> {
        let catalog = self.catalog()?;
        self.dictionary(&catalog, "AcroForm")
    }

    /// All fields that hold a value, in the form's order. Direct objects among the kids are no fields: nothing could
    /// refer to them.
    pub fn fields(&self) -> Result<Vec<Field<'a>>, ReadError> {
        Ok(self.form_tree()?.fields)
    }

    /// The same, with the fields that only hold other fields.
    pub(crate) fn form_tree(&self) -> Result<FormTree<'a>, ReadError> {
        let form = self.form()?;
        let mut walk = Walk { view: *self, seen: HashSet::new(), tree: FormTree::default() };
        let root = Inherited { name: String::new(), kind: None, value: None };
        for kid in self.array(&form, "Fields")? {
            walk.node(&kid, &root, DEPTH_MAX)?;
        }
        Ok(walk.tree)
    }
}

/// The form's fields.
#[derive(Debug, Default)]
pub(crate) struct FormTree<'a> {
    /// Those that hold a value.
    pub(crate) fields: Vec<Field<'a>>,
    /// Those that hold other fields, with their names.
    pub(crate) inner: Vec<(Reference, String)>,
}

/// What a field passes on to its kids (§12.7.4.1).
struct Inherited<'a> {
    name: String,
    kind: Option<Name<'a>>,
    value: Option<Object<'a>>,
}

struct Walk<'d, 'a> {
    view: View<'d, 'a>,
    seen: HashSet<u32>,
    tree: FormTree<'a>,
}

impl<'a> Walk<'_, 'a> {
    fn node(&mut self, node: &Object<'a>, above: &Inherited<'a>, depth: usize) -> Result<(), ReadError> {
        let Object::Reference(reference) = *node else { return Ok(()) };
        let depth =
            depth.checked_sub(1).ok_or(ReadError::Budget { what: "levels of fields", max: DEPTH_MAX })?;
        if !self.seen.insert(reference.number) {
            return Ok(());
        }
        if self.seen.len() > FIELDS_MAX {
            return Err(ReadError::Budget { what: "fields", max: FIELDS_MAX });
        }
        let Object::Dictionary(dictionary) = self.view.object(reference)? else { return Ok(()) };
        let kind = match &*self.view.get(&dictionary, "FT")? {
            Object::Name(kind) => Some(kind.clone()),
            _ => above.kind.clone(),
        };
        let value = dictionary.get("V").cloned().or_else(|| above.value.clone());
        let here = Inherited { name: self.name(&dictionary, above)?, kind, value };
        let kids = self.view.array(&dictionary, "Kids")?;
        let mut widgets = Vec::new();
        let mut has_fields = false;
        for kid in &kids {
            if self.is_field(kid)? {
                has_fields = true;
                self.node(kid, &here, depth)?;
            } else {
                widgets.extend(kid.as_reference());
            }
        }
        if has_fields {
            self.tree.inner.push((reference, here.name));
        } else {
            if kids.is_empty() {
                widgets.push(reference);
            }
            let Inherited { name, kind, value } = here;
            self.tree.fields.push(Field { name, reference, dictionary, kind, value, widgets });
        }
        Ok(())
    }

    /// A kid with a name of its own is a field, one without is a widget of its parent.
    fn is_field(&self, kid: &Object<'a>) -> Result<bool, ReadError> {
        let kid = self.view.resolve(kid)?;
        Ok(kid.as_dictionary().is_some_and(|kid| kid.get("T").is_some()))
    }

    fn name(&self, dictionary: &Dictionary<'a>, above: &Inherited<'a>) -> Result<String, ReadError> {
        let part = self.view.get(dictionary, "T")?;
        let Some(part) = part.as_string().map(text) else { return Ok(above.name.clone()) };
        Ok(if above.name.is_empty() { part } else { format!("{}.{part}", above.name) })
    }
}

/// Forms are two or three levels deep.
const DEPTH_MAX: usize = 32;
/// The largest forms of tax offices have some ten thousand.
const FIELDS_MAX: usize = 100_000;
