//! Fitting lines of text into a box: the largest size at which all of them fit, broken between words where need be.

use super::font::{EM, Font, Unwritable};
use super::geometry::Length;

/// One line as it will be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) size: Length,
    /// Of the baseline, from the lower left corner of the box.
    pub(crate) x: Length,
    pub(crate) y: Length,
}

/// One thing to say, which may take several lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Paragraph {
    pub(crate) text: String,
    pub(crate) rank: Rank,
}

/// How large, beside the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rank {
    /// For whom it is signed.
    Head,
    /// By whom.
    Body,
    /// What else the signature says.
    Note,
}

/// Why text can't be set in its box.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LayoutError {
    /// A character.
    #[error("`{}` can't be written in the signature's box: {source}", .text.escape_debug())]
    Unwritable {
        /// Which text.
        text: String,
        /// Why.
        source: Unwritable,
    },
    /// Too small for what it is to say.
    #[error(
        "the signature's box of {width} × {height} points is too small for its text at {SIZE_MIN} points: {fits}"
    )]
    TooSmall {
        /// The box's.
        width: Length,
        /// The box's.
        height: Length,
        /// What would do.
        fits: Enough,
    },
}

impl LayoutError {
    /// The same of the box with its margins.
    pub(crate) fn with_margins(self, across: Length, along: Length) -> Self {
        match self {
            Self::TooSmall { width, height, fits } => Self::TooSmall {
                width: width.plus(across),
                height: height.plus(along),
                fits: match fits {
                    Enough::Height(height) => Enough::Height(height.plus(along)),
                    Enough::Width(width) => Enough::Width(width.plus(across)),
                },
            },
            other => other,
        }
    }
}

/// What a box would need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enough {
    /// This height, at the same width.
    Height(Length),
    /// This width at least, for its longest word.
    Width(Length),
}

impl std::fmt::Display for Enough {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Height(height) => write!(f, "make it {height} high"),
            Self::Width(width) => write!(f, "make it {width} wide"),
        }
    }
}

/// The smallest size of a note that people read on paper; the body is a seventh larger.
const SIZE_MIN: Length = Length::points(5);
/// Larger than this it shouts.
const SIZE_MAX: Length = Length::points(11);
/// Sizes are tried in these steps.
const STEP: i64 = 250;

impl Rank {
    /// Its size, in hundredths of a note's.
    fn percent(self) -> i64 {
        match self {
            Self::Head => 140,
            Self::Body => 114,
            Self::Note => 100,
        }
    }

    fn size(self, note: Length) -> Length {
        Length::thousandths(note.in_thousandths().saturating_mul(self.percent()) / 100)
    }
}

/// Room between lines, in hundredths of their size, beside the font's own height.
const LEADING: i64 = 118;

/// Sets paragraphs into a box of this size, its margins already taken off; they stand in its middle, left-aligned.
pub(crate) fn layout(
    paragraphs: &[Paragraph],
    font: &Font<'_>,
    width: Length,
    height: Length,
) -> Result<Vec<Line>, LayoutError> {
    let words = paragraphs.iter().map(|one| measure(one, font)).collect::<Result<Vec<_>, _>>()?;
    let mut note = SIZE_MAX;
    loop {
        match set(&words, note, width) {
            Ok(lines) if total(&lines) <= height => return Ok(place(lines, font, height)),
            Ok(lines) if note <= SIZE_MIN => {
                let fits = Enough::Height(total(&lines));
                return Err(LayoutError::TooSmall { width, height, fits });
            }
            Err(fits) if note <= SIZE_MIN => return Err(LayoutError::TooSmall { width, height, fits }),
            _ => note = note.minus(Length::thousandths(STEP)),
        }
    }
}

/// A paragraph's words with their widths in thousandths of its size, and the width of a space.
struct Measured<'a> {
    rank: Rank,
    words: Vec<(&'a str, i64)>,
    space: i64,
}

fn measure<'a>(paragraph: &'a Paragraph, font: &Font<'_>) -> Result<Measured<'a>, LayoutError> {
    let text = &paragraph.text;
    let unwritable = |source| LayoutError::Unwritable { text: text.clone(), source };
    // Whole, so that a line end or a tab is refused and not taken for a space.
    font.width(text).map_err(unwritable)?;
    let words = text.split(' ').filter(|word| !word.is_empty());
    let words = words.map(|word| Ok((word, font.width(word)?))).collect::<Result<_, _>>();
    let space = font.width(" ").map_err(unwritable)?;
    Ok(Measured { rank: paragraph.rank, words: words.map_err(unwritable)?, space })
}

/// Breaks every paragraph into lines no wider than the box. `Err`: how wide its longest word is.
fn set(paragraphs: &[Measured<'_>], note: Length, width: Length) -> Result<Vec<(String, Length)>, Enough> {
    let mut lines = Vec::new();
    for paragraph in paragraphs {
        let size = paragraph.rank.size(note);
        let wide = |ems: i64| scale(ems, size);
        if let Some(longest) = paragraph.words.iter().map(|(_, ems)| wide(*ems)).max()
            && longest > width
        {
            return Err(Enough::Width(longest));
        }
        let (mut line, mut ems) = (String::new(), 0_i64);
        for (word, own) in &paragraph.words {
            let with = ems.saturating_add(paragraph.space).saturating_add(*own);
            if line.is_empty() {
                line.push_str(word);
                ems = *own;
            } else if wide(with) <= width {
                line.push(' ');
                line.push_str(word);
                ems = with;
            } else {
                lines.push((std::mem::replace(&mut line, (*word).to_owned()), size));
                ems = *own;
            }
        }
        if !line.is_empty() {
            lines.push((line, size));
        }
    }
    Ok(lines)
}

/// Thousandths of a size, rounded up: never narrower than it will be.
fn scale(ems: i64, size: Length) -> Length {
    let product = ems.saturating_mul(size.in_thousandths());
    Length::thousandths(product.saturating_add(EM - 1).div_euclid(EM))
}

fn line_height(size: Length) -> Length {
    Length::thousandths(size.in_thousandths().saturating_mul(LEADING) / 100)
}

fn total(lines: &[(String, Length)]) -> Length {
    lines.iter().fold(Length::default(), |sum, (_, size)| sum.plus(line_height(*size)))
}

fn place(lines: Vec<(String, Length)>, font: &Font<'_>, height: Length) -> Vec<Line> {
    let spare = height.minus(total(&lines)).in_thousandths() / 2;
    let mut top = height.minus(Length::thousandths(spare));
    let mut placed = Vec::with_capacity(lines.len());
    for (text, size) in lines {
        let line = line_height(size);
        // Capitals stand in the middle of their line.
        let capitals = font.capitals().saturating_mul(size.in_thousandths()) / EM;
        let below = line.in_thousandths().saturating_sub(capitals) / 2;
        top = top.minus(line);
        placed.push(Line { text, size, x: Length::default(), y: top.plus(Length::thousandths(below)) });
    }
    placed
}

#[cfg(test)]
mod tests;
