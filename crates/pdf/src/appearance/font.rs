//! A font to set text in, and the part of it that goes into the PDF.
//!
//! Embedded always: the standard fonts (ISO 32000-2 §9.6.2.2) have no Greek, no Cyrillic and few letters of Central
//! Europe, and a PDF/A file that gets a font which isn't embedded is none any more (ISO 19005-2 §6.2.11.4).

use std::collections::BTreeMap;
use subsetter::GlyphRemapper;
use ttf_parser::{Face, GlyphId};

/// A TrueType font.
#[derive(Clone)]
pub struct Font<'f> {
    bytes: &'f [u8],
    face: Face<'f>,
    name: String,
}

/// Why bytes are no font that can be used here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadFont {
    /// Not a font.
    #[error("the font can't be read: {reason}")]
    Malformed {
        /// Why.
        reason: String,
    },
    /// Outlines in PostScript's way.
    #[error("the font has no TrueType outlines (`glyf`)")]
    NotTrueType,
    /// Its maker doesn't let it be embedded.
    #[error("the font's maker does not allow it to be embedded in part")]
    Forbidden,
}

/// A character that can't be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unwritable {
    /// The font has no glyph for it.
    #[error("the font has no `{character}` (U+{:04X}): give one that has", u32::from(*.character))]
    NoGlyph {
        /// Which.
        character: char,
    },
    /// Of a script whose letters join, combine or run from right to left.
    #[error("`{}` (U+{:04X}) is of a script that is not set here", .character.escape_unicode(), u32::from(*.character))]
    Script {
        /// Which.
        character: char,
    },
    /// A control character, a line end among them.
    #[error("U+{:04X} is a control character", u32::from(*.character))]
    Control {
        /// Which.
        character: char,
    },
}

/// Noto Sans: Latin, Greek, Cyrillic (SIL Open Font License 1.1, `fonts/OFL.txt`).
static NOTO_SANS: &[u8] = include_bytes!("../../fonts/NotoSans-Regular.ttf");

/// Scripts that need more than one glyph a character from left to right: combining marks (written `é` as one character,
/// they are none), Hebrew to the scripts of South and South-East Asia, Mongolian, marks and controls of direction,
/// variation selectors, and the presentation forms of Hebrew and Arabic.
const NOT_SET: [(u32, u32); 10] = [
    (0x0300, 0x036f),
    (0x0590, 0x109f),
    (0x1700, 0x18af),
    (0x1900, 0x1cff),
    (0x200b, 0x200f),
    (0x202a, 0x202e),
    (0x2066, 0x206f),
    (0xfb1d, 0xfdff),
    (0xfe00, 0xfeff),
    (0x1_0800, 0x1_1fff),
];

/// Widths and heights in a PDF are thousandths of the font's size (§9.2.4).
pub(crate) const EM: i64 = 1_000;

impl<'f> Font<'f> {
    /// The one that comes with this crate: Noto Sans with Latin, Greek and Cyrillic letters.
    pub fn noto_sans() -> Result<Font<'static>, BadFont> {
        Font::new(NOTO_SANS)
    }

    /// Reads a TrueType font, the first of a collection.
    pub fn new(bytes: &'f [u8]) -> Result<Self, BadFont> {
        let face = Face::parse(bytes, 0).map_err(|error| BadFont::Malformed { reason: error.to_string() })?;
        if face.tables().glyf.is_none() {
            return Err(BadFont::NotTrueType);
        }
        if !face.is_subsetting_allowed() || !face.is_outline_embedding_allowed() {
            return Err(BadFont::Forbidden);
        }
        let postscript = face.names().into_iter().find_map(|name| {
            (name.name_id == ttf_parser::name_id::POST_SCRIPT_NAME).then(|| name.to_string()).flatten()
        });
        let name = postscript.unwrap_or_default();
        let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let name = if plain { name } else { "Font".to_owned() };
        Ok(Self { bytes, face, name })
    }

    /// Which glyph a character has.
    fn glyph(&self, character: char) -> Result<GlyphId, Unwritable> {
        if character.is_control() {
            return Err(Unwritable::Control { character });
        }
        let code = u32::from(character);
        if NOT_SET.iter().any(|(first, last)| (*first..=*last).contains(&code)) {
            return Err(Unwritable::Script { character });
        }
        self.face.glyph_index(character).ok_or(Unwritable::NoGlyph { character })
    }

    /// How wide a text is, in thousandths of the font's size.
    pub(crate) fn width(&self, text: &str) -> Result<i64, Unwritable> {
        text.chars()
            .try_fold(0_i64, |sum, character| Ok(sum.saturating_add(self.advance(self.glyph(character)?))))
    }

    fn advance(&self, glyph: GlyphId) -> i64 {
        self.scaled(i64::from(self.face.glyph_hor_advance(glyph).unwrap_or(0)))
    }

    /// Font units in thousandths of the font's size.
    fn scaled(&self, units: i64) -> i64 {
        let em = i64::from(self.face.units_per_em()).max(1);
        units.saturating_mul(EM).saturating_add(em / 2).div_euclid(em)
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// From the baseline up, in thousandths of the font's size.
    pub(crate) fn ascent(&self) -> i64 {
        self.scaled(i64::from(self.face.ascender()))
    }

    /// From the baseline down, negative.
    pub(crate) fn descent(&self) -> i64 {
        self.scaled(i64::from(self.face.descender()))
    }

    /// How high capitals are.
    pub(crate) fn capitals(&self) -> i64 {
        self.face.capital_height().map_or_else(|| self.ascent(), |units| self.scaled(i64::from(units)))
    }

    /// The smallest box around every glyph: left, lower, right, upper.
    pub(crate) fn bounds(&self) -> [i64; 4] {
        let bounds = self.face.global_bounding_box();
        [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max].map(|units| self.scaled(i64::from(units)))
    }
}

impl std::fmt::Debug for Font<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Font({})", self.name)
    }
}

/// The glyphs that some text uses, renumbered from 1 in the order they come.
pub(crate) struct Used<'a, 'f> {
    font: &'a Font<'f>,
    glyphs: GlyphRemapper,
    /// Each with its width and the character it is for.
    set: BTreeMap<u16, (i64, char)>,
}

impl<'a, 'f> Used<'a, 'f> {
    pub(crate) fn new(font: &'a Font<'f>) -> Self {
        Self { font, glyphs: GlyphRemapper::new(), set: BTreeMap::new() }
    }

    /// The text as the two-byte codes of the embedded part.
    pub(crate) fn codes(&mut self, text: &str) -> Result<Vec<u8>, Unwritable> {
        let mut codes = Vec::with_capacity(text.len().saturating_mul(2));
        for character in text.chars() {
            let glyph = self.font.glyph(character)?;
            let code = self.glyphs.remap(glyph.0);
            self.set.entry(code).or_insert((self.font.advance(glyph), character));
            codes.extend(code.to_be_bytes());
        }
        Ok(codes)
    }

    /// Widths from code 1 on.
    pub(crate) fn widths(&self) -> Vec<i64> {
        self.set.values().map(|(width, _)| *width).collect()
    }

    /// Which character each code is for.
    pub(crate) fn characters(&self) -> impl Iterator<Item = (u16, char)> + '_ {
        self.set.iter().map(|(code, (_, character))| (*code, *character))
    }

    /// The part of the font that is used, as a TrueType file.
    pub(crate) fn subset(&self) -> Result<Vec<u8>, BadFont> {
        subsetter::subset(self.font.bytes, 0, &self.glyphs)
            .map_err(|error| BadFont::Malformed { reason: error.to_string() })
    }

    pub(crate) fn font(&self) -> &Font<'f> {
        self.font
    }
}
