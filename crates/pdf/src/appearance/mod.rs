//! What a signature looks like on the page: a box with who signed, in what capacity, why and when.
//!
//! It shows what the signature says and nothing else: all but the entity's name and the title is taken from the request
//! that is signed. It proves nothing; readers are shown what was verified, not this.

mod font;
mod geometry;
mod layout;

pub use font::{BadFont, Font, Unwritable};
pub use geometry::{Length, Rectangle};
pub use layout::{Enough, LayoutError};

pub(crate) use geometry::{PageView, Turn};
pub(crate) use layout::{Paragraph, Rank};

use crate::object::{Dictionary, Object, Reference, Stream};
use crate::write::Update;
use font::Used;
use layout::{Line, layout};
use std::fmt::Write as _;

/// Why a box can't be drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AppearanceError {
    /// The text doesn't fit or can't be written.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// The font.
    #[error(transparent)]
    Font(#[from] BadFont),
}

/// Between the edge of the box and the bar at its left, and the bar's width.
const BAR: Length = Length::thousandths(1_500);
/// From the edges of the box to the text.
const MARGIN: Length = Length::points(3);
/// From the left edge to the text.
const MARGIN_LEFT: Length = Length::points(6);

/// Adds the form that draws the box, with its font, and gives the form's reference.
///
/// `turn` is the page's: the form is turned back, so that it stands upright.
pub(crate) fn draw(
    update: &mut Update<'_>,
    paragraphs: &[Paragraph],
    font: &Font<'_>,
    (width, height): (Length, Length),
    turn: Turn,
) -> Result<Reference, AppearanceError> {
    let (across, along) = (MARGIN_LEFT.plus(MARGIN), MARGIN.plus(MARGIN));
    let lines = layout(paragraphs, font, width.minus(across), height.minus(along))
        .map_err(|error| error.with_margins(across, along))?;
    let mut used = Used::new(font);
    let content = content(&lines, height, &mut used)?;
    let font = embed(update, &used)?;
    let form = Dictionary::new()
        .with("Type", Object::name("XObject"))
        .with("Subtype", Object::name("Form"))
        .with("BBox", Rectangle { width, height, ..Rectangle::default() }.to_object())
        .with("Matrix", turn.upright().map(Object::Integer).to_vec())
        .with("Resources", Dictionary::new().with("Font", Dictionary::new().with("F", font)));
    Ok(update.add(Stream { dictionary: form, data: content.into_bytes().into() }))
}

/// The drawing itself, in shades of grey alone: those need no colour profile beyond the one that any PDF/A file has.
fn content(lines: &[Line], height: Length, used: &mut Used<'_, '_>) -> Result<String, AppearanceError> {
    let mut out = format!("q 0.35 g 0 0 {BAR} {height} re f Q\nBT 0 g\n");
    for line in lines {
        let codes = used.codes(&line.text).map_err(|source| {
            let text = line.text.clone();
            LayoutError::Unwritable { text, source }
        })?;
        let (x, y) = (line.x.plus(MARGIN_LEFT), line.y.plus(MARGIN));
        // Writing to a string doesn't fail.
        let _ = write!(out, "/F {} Tf 1 0 0 1 {x} {y} Tm <", line.size);
        for byte in codes {
            let _ = write!(out, "{byte:02x}");
        }
        out.push_str("> Tj\n");
    }
    out.push_str("ET\n");
    Ok(out)
}

/// The part of the font that is used, as a composite font whose codes are its glyphs (ISO 32000-2 §9.7).
fn embed(update: &mut Update<'_>, used: &Used<'_, '_>) -> Result<Reference, AppearanceError> {
    let font = used.font();
    let file = used.subset()?;
    let name = format!("{}+{}", subset_tag(&file), font.name());
    let length = i64::try_from(file.len()).unwrap_or(i64::MAX);
    let file =
        update.add(Stream { dictionary: Dictionary::new().with("Length1", length), data: file.into() });
    let descriptor = update.add(
        Dictionary::new()
            .with("Type", Object::name("FontDescriptor"))
            .with("FontName", Object::name(name.clone()))
            // Symbolic: its codes are no character set's (table 121).
            .with("Flags", 4)
            .with("FontBBox", font.bounds().map(Object::Integer).to_vec())
            .with("ItalicAngle", 0)
            .with("Ascent", font.ascent())
            .with("Descent", font.descent())
            .with("CapHeight", font.capitals())
            // Not in the font; no reader here draws with it (§9.8.1 asks for it all the same).
            .with("StemV", 80)
            .with("FontFile2", file),
    );
    let widths = used.widths().into_iter().map(Object::Integer).collect::<Vec<_>>();
    let system = Dictionary::new()
        .with("Registry", Object::string(&b"Adobe"[..]))
        .with("Ordering", Object::string(&b"Identity"[..]))
        .with("Supplement", 0);
    let descendant = update.add(
        Dictionary::new()
            .with("Type", Object::name("Font"))
            .with("Subtype", Object::name("CIDFontType2"))
            .with("BaseFont", Object::name(name.clone()))
            .with("CIDSystemInfo", system)
            .with("FontDescriptor", descriptor)
            .with("CIDToGIDMap", Object::name("Identity"))
            .with("W", vec![Object::Integer(1), Object::Array(widths)]),
    );
    let unicode = to_unicode(used);
    let unicode = update.add(Stream { dictionary: Dictionary::new(), data: unicode.into_bytes().into() });
    Ok(update.add(
        Dictionary::new()
            .with("Type", Object::name("Font"))
            .with("Subtype", Object::name("Type0"))
            .with("BaseFont", Object::name(name))
            .with("Encoding", Object::name("Identity-H"))
            .with("DescendantFonts", vec![Object::Reference(descendant)])
            .with("ToUnicode", unicode),
    ))
}

/// Six capitals that differ where the parts differ (§9.9.2).
fn subset_tag(file: &[u8]) -> String {
    let digest = countersign_signature::DigestAlgorithm::Sha256.of(&[file]);
    digest.iter().take(6).map(|byte| char::from(b'A' + byte % 26)).collect()
}

/// What each code says, so that the text can be searched and copied (§9.10.3).
fn to_unicode(used: &Used<'_, '_>) -> String {
    let characters: Vec<(u16, char)> = used.characters().collect();
    let mut out = String::from(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n\
         /CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n\
         /CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n\
         1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n",
    );
    for block in characters.chunks(BLOCK_MAX) {
        let _ = writeln!(out, "{} beginbfchar", block.len());
        for (code, character) in block {
            let _ = write!(out, "<{code:04x}> <");
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "{unit:04x}");
            }
            out.push_str(">\n");
        }
        out.push_str("endbfchar\n");
    }
    out.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
    out
}

/// Entries in one block of a CMap (§9.7.5.3: 100 at most).
const BLOCK_MAX: usize = 100;
