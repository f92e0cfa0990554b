//! A document made ready for a signature or a timestamp.

use super::catalog;
use super::field::{self, Choice, Target};
use super::permission::{self, Forbidden, Rules};
use super::plan::Plan;
use super::prepared::Prepared;
use super::request::{SignatureRequest, VisibleBox};
use super::seed::{Failure, Seed, SeedError};
use super::text::{BadText, text_string};
use crate::appearance::{self, AppearanceError, Length, Paragraph, Rank, Rectangle};
use crate::document::{Document, ReadError};
use crate::object::{Dictionary, Object};
use crate::write::{Draft, Placeholder, Spot, UpdateError};
use countersign_signature::SigningError;

/// Why a document can't be made ready.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PrepareError {
    /// The document can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// An earlier signature forbids it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The field demands something else.
    #[error("`{field}`: {source}")]
    Seed {
        /// The field.
        field: String,
        /// What it demands.
        source: SeedError,
    },
    /// A field of this name is there, and no signature field.
    #[error("the form has a field `{field}` that is not for signatures")]
    OtherField {
        /// Its name.
        field: String,
    },
    /// The field is signed.
    #[error("the field `{field}` is signed already")]
    Signed {
        /// Its name.
        field: String,
    },
    /// A field of this name would hold other fields.
    #[error("`{field}` can't be a new field: the form has `{by}`")]
    NameTaken {
        /// The name asked for.
        field: String,
        /// The field that stands within it.
        by: String,
    },
    /// No name for a new field.
    #[error("`{field}` can't be the name of a new field: it must not be empty nor have a full stop")]
    FieldName {
        /// The name asked for.
        field: String,
    },
    /// No such page.
    #[error("the document has no page {page}: it has {pages}")]
    NoPage {
        /// Counted from 1.
        page: usize,
        /// How many there are.
        pages: usize,
    },
    /// The box isn't on the page, or has no size.
    #[error(
        "the signature's box must lie on page {page}, which is shown {width} wide and {height} high (points)"
    )]
    OffPage {
        /// Counted from 1.
        page: usize,
        /// As it is shown.
        width: Length,
        /// As it is shown.
        height: Length,
    },
    /// A box is asked for and has no place.
    #[error("the signature in the new field `{field}` is to be seen: say where")]
    NoPlace {
        /// The field.
        field: String,
    },
    /// The field has its place, and another one is asked for.
    #[error("the field `{field}` has its place on a page: give no other")]
    HasPlace {
        /// The field.
        field: String,
    },
    /// The field has no place where anything could be seen.
    #[error("the field `{field}` has no place on a page: its signature can't be seen")]
    Invisible {
        /// The field.
        field: String,
    },
    /// Text that a PDF can't say.
    #[error(transparent)]
    Text(#[from] BadText),
    /// The box can't be drawn.
    #[error(transparent)]
    Appearance(#[from] AppearanceError),
    /// The signature's size can't be told.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// The update can't be written.
    #[error(transparent)]
    Update(#[from] UpdateError),
}

/// What is written for a signature or a timestamp: the value's own entries, and how large its hole is.
pub(crate) struct Value {
    pub(crate) entries: Dictionary<'static>,
    pub(crate) room: usize,
}

/// Makes a document ready for a signature: all that will be signed is written, `/Contents` is left free.
///
/// Refused where an earlier signature forbids it or the field demands something else. The document's own bytes are the
/// beginning of what comes out.
pub fn prepare<'a>(
    document: &Document<'a>,
    request: &SignatureRequest<'_>,
    plan: &Plan<'_>,
) -> Result<Prepared<'a>, PrepareError> {
    let entries = entries(request)?;
    let rules = Rules::read(document)?;
    let mut draft = Draft::new(document);
    let target = target(&mut draft, request)?;
    match request.certify {
        Some(_) => rules.allow_certifying()?,
        None => rules.allow_signing(&target.name)?,
    }
    if request.visible.as_ref().is_some_and(|visible| visible.place.is_some()) {
        rules.allow_new_box()?;
    }
    if let Some(seed) = target.seed.clone() {
        Seed::new(draft.view, seed).check(request, plan).map_err(|failure| match failure {
            Failure::Read(error) => PrepareError::Read(error),
            Failure::Seed(source) => PrepareError::Seed { field: target.name.clone(), source },
        })?;
    }
    if let Some(visible) = &request.visible {
        draw(&mut draft, &target, request, visible)?;
    }
    let mut references = Vec::new();
    references.extend(request.certify.map(permission::certifying));
    if let Some(lock) = &target.lock {
        let catalog = draft.view.trailer().get("Root").cloned().unwrap_or_default();
        references.push(permission::locking(draft.view, lock, catalog)?);
    }
    let room = plan.room(&request.cms_claims())?;
    fill(draft, target, Value { entries, room }, references, request.certify.is_some())
}

/// The field that is signed: there already, or made.
fn target<'a>(draft: &mut Draft<'_, 'a>, request: &SignatureRequest<'_>) -> Result<Target<'a>, PrepareError> {
    let place = request.visible.as_ref().map(|visible| visible.place);
    match field::choose(draft.view, request.field.as_deref(), "Signature")? {
        Choice::Existing(field) => {
            let target = field::existing(draft, &field)?;
            let is_seen = target.widget.is_some_and(|widget| widget.rectangle.has_size());
            let field = || target.name.clone();
            match place {
                Some(Some(_)) => return Err(PrepareError::HasPlace { field: field() }),
                Some(None) if !is_seen => return Err(PrepareError::Invisible { field: field() }),
                _ => {}
            }
            Ok(target)
        }
        Choice::New(name) => match place {
            None => field::create(draft, &name, (1, Rectangle::default())),
            Some(None) => Err(PrepareError::NoPlace { field: name }),
            Some(Some(place)) if !place.rectangle.has_size() => {
                let (width, height) = field::page(draft.view, place.page)?.view.size();
                Err(PrepareError::OffPage { page: place.page, width, height })
            }
            Some(Some(place)) => field::create(draft, &name, (place.page, place.rectangle)),
        },
    }
}

/// The signature dictionary but for `/ByteRange` and `/Contents` (ISO 32000-2 table 255).
fn entries(request: &SignatureRequest<'_>) -> Result<Dictionary<'static>, BadText> {
    let mut entries = Dictionary::new()
        .with("Type", Object::name("Sig"))
        .with("Filter", Object::name(super::FILTER))
        .with("SubFilter", Object::name(super::SUB_FILTER))
        .with("M", Object::string(request.date.to_pdf().into_bytes()));
    for (entry, name, value) in [
        ("name", "Name", request.name.as_deref()),
        ("reason", "Reason", request.reason()),
        ("location", "Location", request.location.as_deref()),
        ("contact", "ContactInfo", request.contact.as_deref()),
    ] {
        if let Some(value) = value {
            entries.set(name, text_string(entry, value)?);
        }
    }
    Ok(entries)
}

/// Draws the box into the field's widget.
fn draw(
    draft: &mut Draft<'_, '_>,
    target: &Target<'_>,
    request: &SignatureRequest<'_>,
    visible: &VisibleBox<'_>,
) -> Result<(), PrepareError> {
    let Some(widget) = target.widget else {
        return Err(PrepareError::Invisible { field: target.name.clone() });
    };
    let size = widget.turn.seen(widget.rectangle);
    let form =
        appearance::draw(&mut draft.update, &paragraphs(request, visible), &visible.font, size, widget.turn)?;
    let spot = Spot::of(widget.reference);
    let mut annotation = draft.dictionary(&spot)?;
    annotation.set("AP", Dictionary::new().with("N", form));
    annotation.remove("AS");
    Ok(draft.write(&spot, annotation)?)
}

/// What the box says: for whom, by whom, in what capacity, why, when.
fn paragraphs(request: &SignatureRequest<'_>, visible: &VisibleBox<'_>) -> Vec<Paragraph> {
    let signer: Vec<&str> =
        [&request.name, &visible.title].into_iter().flatten().map(String::as_str).collect();
    let mut said = Vec::new();
    let mut say = |rank, text: String| said.push(Paragraph { text, rank });
    if let Some(entity) = &visible.entity {
        say(Rank::Head, entity.clone());
    }
    if !signer.is_empty() {
        say(Rank::Body, signer.join(", "));
    }
    for capacity in request.claims.iter().filter(|claim| claim.is_capacity()) {
        say(Rank::Note, format!("as {}", capacity.text));
    }
    match &request.meaning {
        Some(super::Meaning::Reason(reason)) => say(Rank::Note, format!("Reason: {reason}")),
        Some(super::Meaning::Commitment(commitment)) => say(Rank::Note, commitment.to_string()),
        None => {}
    }
    say(Rank::Note, request.date.to_string());
    said
}

/// Puts the value into its field and writes the update.
pub(crate) fn fill<'a>(
    mut draft: Draft<'_, 'a>,
    target: Target<'a>,
    value: Value,
    references: Vec<Object<'a>>,
    certification: bool,
) -> Result<Prepared<'a>, PrepareError> {
    let signature = draft.update.reserve();
    let mut dictionary: Dictionary<'a> = value.entries;
    if !references.is_empty() {
        dictionary.set("Reference", references);
    }
    draft.update.set_signature(signature, Placeholder { dictionary, room: value.room });
    let spot = Spot::of(target.reference);
    let mut field = draft.dictionary(&spot)?;
    field.set("V", signature);
    draft.write(&spot, field)?;
    if certification {
        catalog::certify(&mut draft, signature)?;
    }
    catalog::declare(&mut draft)?;
    let document = draft.view.document();
    let mut appended = draft.update.write(document)?;
    let hole = appended.hole.take().ok_or(UpdateError::NoHole)?;
    Ok(Prepared::new(document.bytes(), appended, hole, target.name))
}
