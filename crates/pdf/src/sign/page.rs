//! One page, with what it inherits (ISO 32000-2 §7.7.3.4).

use crate::appearance::{Length, PageView, Rectangle, Turn};
use crate::document::{ReadError, View};
use crate::object::{Dictionary, Object, Reference};
use std::collections::HashSet;

/// A page and how it is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page {
    pub(crate) reference: Reference,
    pub(crate) view: PageView,
}

/// Attributes that kids take over from the nodes above them.
#[derive(Debug, Clone, Default)]
struct Inherited<'a> {
    media: Option<Object<'a>>,
    crop: Option<Object<'a>>,
    rotate: Option<Object<'a>>,
}

/// The page that is found, or how many there are.
pub(crate) enum Found {
    Page(Page),
    Only(usize),
}

/// Nodes visited at most: twice the pages of the longest document.
const NODES_MAX: usize = 400_000;
/// Bound on levels of the page tree.
const DEPTH_MAX: usize = 64;

/// A4, for a page that doesn't say.
const A4: [Length; 4] =
    [Length::points(0), Length::points(0), Length::thousandths(595_276), Length::thousandths(841_890)];

/// The first page that `wanted` says yes to, with its number from 1. Pages after it are not read.
pub(crate) fn find<'a>(
    view: View<'_, 'a>,
    mut wanted: impl FnMut(usize, Reference, &Dictionary<'a>) -> Result<bool, ReadError>,
) -> Result<Found, ReadError> {
    let root = view.catalog()?.get("Pages").and_then(Object::as_reference);
    // What is still to visit, the next one last.
    let mut left: Vec<(Reference, Inherited<'a>, usize)> =
        root.into_iter().map(|root| (root, Inherited::default(), 0)).collect();
    let (mut seen, mut count) = (HashSet::new(), 0_usize);
    while let Some((reference, above, depth)) = left.pop() {
        if !seen.insert(reference.number) {
            continue;
        }
        if seen.len() > NODES_MAX {
            return Err(ReadError::Budget { what: "nodes of the page tree", max: NODES_MAX });
        }
        if depth > DEPTH_MAX {
            return Err(ReadError::Budget { what: "levels of the page tree", max: DEPTH_MAX });
        }
        let Object::Dictionary(node) = view.object(reference)? else { continue };
        let here = Inherited {
            media: node.get("MediaBox").cloned().or(above.media),
            crop: node.get("CropBox").cloned().or(above.crop),
            rotate: node.get("Rotate").cloned().or(above.rotate),
        };
        if node.get("Kids").is_some() {
            let kids = view.array(&node, "Kids")?;
            let kids = kids.iter().rev().filter_map(Object::as_reference);
            left.extend(kids.map(|kid| (kid, here.clone(), depth.saturating_add(1))));
            continue;
        }
        count = count.saturating_add(1);
        if wanted(count, reference, &node)? {
            return Ok(Found::Page(Page { reference, view: shown(view, &here)? }));
        }
    }
    Ok(Found::Only(count))
}

/// What is seen of the page: the crop box where it lies within the media box (§14.11.2.1).
fn shown<'a>(view: View<'_, 'a>, page: &Inherited<'a>) -> Result<PageView, ReadError> {
    let media = rectangle(view, page.media.as_ref())?.unwrap_or_else(|| Rectangle::of_corners(A4));
    let seen = match rectangle(view, page.crop.as_ref())? {
        Some(crop) => crop.within(media),
        None => media,
    };
    let degrees = match &page.rotate {
        Some(rotate) => view.resolve(rotate)?.as_integer().unwrap_or(0),
        None => 0,
    };
    Ok(PageView { seen, turn: Turn::of_degrees(degrees) })
}

/// Four numbers as a rectangle; `None` for anything else.
pub(crate) fn rectangle<'a>(
    view: View<'_, 'a>,
    object: Option<&Object<'a>>,
) -> Result<Option<Rectangle>, ReadError> {
    let Some(object) = object else { return Ok(None) };
    let found = view.resolve(object)?;
    let Some(items) = found.as_array() else { return Ok(None) };
    let mut corners = Vec::with_capacity(4);
    for item in items {
        corners.extend(view.resolve(item)?.as_number().and_then(Length::from_points));
    }
    Ok(<[Length; 4]>::try_from(corners).ok().filter(|_| items.len() == 4).map(Rectangle::of_corners))
}
