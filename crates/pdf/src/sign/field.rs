//! The field that is signed and its widget: one that is there and empty, or a new one (ISO 32000-2 §12.7.5.5).

use super::catalog::form;
use super::page::{self, Found, Page};
use super::prepare::PrepareError;
use super::text::text_string;
use crate::appearance::{PageView, Rectangle, Turn};
use crate::document::{Field, ReadError, View};
use crate::object::{Dictionary, Object, Reference};
use crate::write::Draft;

/// A field that a signature goes into.
#[derive(Debug)]
pub(crate) struct Target<'a> {
    /// Its fully qualified name.
    pub(crate) name: String,
    pub(crate) reference: Reference,
    pub(crate) widget: Option<Widget>,
    /// `/SV`, where there is one.
    pub(crate) seed: Option<Dictionary<'a>>,
    /// `/Lock`, where there is one.
    pub(crate) lock: Option<Dictionary<'a>>,
}

/// Where the field stands on a page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Widget {
    pub(crate) reference: Reference,
    /// In the page's own coordinates; of no width or height where nothing is seen.
    pub(crate) rectangle: Rectangle,
    pub(crate) turn: Turn,
}

/// Annotation flags (table 167): printed with the page, and not to be moved or deleted. An invisible signature has them
/// too, and a rectangle of no size: hidden annotations are no part of a PDF/A file (ISO 19005-2 §6.3.2).
const PRINT_AND_LOCKED: i64 = (1 << 2) | (1 << 7);

/// The field to sign, by its name where one is given: found, or free for a new one.
pub(crate) enum Choice<'a> {
    Existing(Box<Field<'a>>),
    New(String),
}

/// Finds the field of this name, or a name of this stem that is free: `Signature1`.
pub(crate) fn choose<'a>(
    view: View<'_, 'a>,
    name: Option<&str>,
    stem: &str,
) -> Result<Choice<'a>, PrepareError> {
    let fields = view.fields()?;
    let Some(name) = name else {
        let taken = |name: &str| fields.iter().any(|field| is_or_is_within(&field.name, name));
        let free = (1..=fields.len().saturating_add(1)).map(|number| format!("{stem}{number}"));
        let free = free.into_iter().find(|name| !taken(name)).unwrap_or_else(|| stem.to_owned());
        return Ok(Choice::New(free));
    };
    if let Some(field) = fields.iter().find(|field| field.name == name) {
        if !field.is_signature() {
            return Err(PrepareError::OtherField { field: name.to_owned() });
        }
        if field.value.as_ref().is_some_and(|value| !value.is_null()) {
            return Err(PrepareError::Signed { field: name.to_owned() });
        }
        return Ok(Choice::Existing(Box::new(field.clone())));
    }
    if let Some(inside) = fields.iter().find(|field| is_or_is_within(&field.name, name)) {
        return Err(PrepareError::NameTaken { field: name.to_owned(), by: inside.name.clone() });
    }
    // A full stop separates the names of a field and of what it stands in (§12.7.4.2).
    if name.is_empty() || name.contains('.') {
        return Err(PrepareError::FieldName { field: name.to_owned() });
    }
    Ok(Choice::New(name.to_owned()))
}

fn is_or_is_within(field: &str, name: &str) -> bool {
    field.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// A field that is there, the form's flags set for it.
pub(crate) fn existing<'a>(draft: &mut Draft<'_, 'a>, field: &Field<'a>) -> Result<Target<'a>, PrepareError> {
    form(draft)?;
    let view = draft.view;
    let part = |name: &str| -> Result<Option<Dictionary<'a>>, ReadError> {
        let found = view.get(&field.dictionary, name)?.into_owned();
        Ok(if let Object::Dictionary(dictionary) = found { Some(dictionary) } else { None })
    };
    Ok(Target {
        name: field.name.clone(),
        reference: field.reference,
        widget: field.widgets.first().map(|widget| self::widget(view, *widget)).transpose()?,
        seed: part("SV")?,
        lock: part("Lock")?,
    })
}

fn widget(view: View<'_, '_>, reference: Reference) -> Result<Widget, ReadError> {
    let object = view.object(reference)?;
    let none = Dictionary::new();
    let dictionary = object.as_dictionary().unwrap_or(&none);
    let rectangle = page::rectangle(view, dictionary.get("Rect"))?.unwrap_or_default();
    let named = dictionary.get("P").and_then(Object::as_reference);
    let found = page::find(view, |_, page, node| {
        if let Some(named) = named {
            return Ok(page == named);
        }
        Ok(view.array(node, "Annots")?.iter().any(|one| one.as_reference() == Some(reference)))
    })?;
    let turn = match found {
        Found::Page(page) => page.view.turn,
        Found::Only(_) => Turn::None,
    };
    Ok(Widget { reference, rectangle, turn })
}

/// A page by its number from 1.
pub(crate) fn page(view: View<'_, '_>, number: usize) -> Result<Page, PrepareError> {
    match page::find(view, |count, _, _| Ok(count == number))? {
        Found::Page(page) => Ok(page),
        Found::Only(pages) => Err(PrepareError::NoPage { page: number, pages }),
    }
}

/// Adds a field with its widget to the form and to a page. `seen`: where, as people see the page.
pub(crate) fn create<'a>(
    draft: &mut Draft<'_, 'a>,
    name: &str,
    (number, seen): (usize, Rectangle),
) -> Result<Target<'a>, PrepareError> {
    let on = page(draft.view, number)?;
    let rectangle = place(on.view, number, seen)?;
    let reference = draft.update.reserve();
    let mut field = Dictionary::new()
        .with("Type", Object::name("Annot"))
        .with("Subtype", Object::name("Widget"))
        .with("FT", Object::name("Sig"))
        .with("T", text_string("field's name", name)?)
        .with("F", PRINT_AND_LOCKED)
        .with("Rect", rectangle.to_object())
        .with("P", on.reference);
    if on.view.turn != Turn::None {
        field.set("MK", Dictionary::new().with("R", on.view.turn.degrees()));
    }
    draft.update.set(reference, field);
    append(draft, &crate::write::Spot::of(on.reference), "Annots", reference)?;
    let form = form(draft)?;
    append(draft, &form, "Fields", reference)?;
    let widget = Some(Widget { reference, rectangle, turn: on.view.turn });
    Ok(Target { name: name.to_owned(), reference, widget, seed: None, lock: None })
}

/// The box in the page's own coordinates; nothing at all where it has no size.
fn place(view: PageView, page: usize, seen: Rectangle) -> Result<Rectangle, PrepareError> {
    if seen == Rectangle::default() {
        return Ok(seen);
    }
    let (width, height) = view.size();
    if seen.fits(width, height) {
        return Ok(view.place(seen));
    }
    Err(PrepareError::OffPage { page, width, height })
}

/// Adds a reference to an array, wherever that stands.
fn append(
    draft: &mut Draft<'_, '_>,
    owner: &crate::write::Spot,
    name: &'static str,
    reference: Reference,
) -> Result<(), ReadError> {
    let spot = draft.within(owner, name)?;
    let mut items = match draft.read(&spot)? {
        Object::Array(items) => items,
        _ => Vec::new(),
    };
    items.push(Object::Reference(reference));
    draft.write(&spot, items)
}
