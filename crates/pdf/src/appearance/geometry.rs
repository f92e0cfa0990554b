//! Where a box is on a page: as people see it, and as the file counts.

use crate::object::{Object, Real};

/// A length in thousandths of a point (1/72 inch): whole numbers, so that the same box gives the same bytes everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Length(i64);

/// A rectangle by its lower left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rectangle {
    /// From the left edge.
    pub x: Length,
    /// From the lower edge.
    pub y: Length,
    /// How wide.
    pub width: Length,
    /// How high.
    pub height: Length,
}

/// How a page is shown: the part that is seen, and the turn it is shown with (ISO 32000-2 §7.7.3.3, `/CropBox` and
/// `/Rotate`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PageView {
    /// In the page's own coordinates.
    pub(crate) seen: Rectangle,
    pub(crate) turn: Turn,
}

/// Quarters of a turn, clockwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    None,
    Right,
    Half,
    Left,
}

/// Bound on lengths: a hundred times the largest page of PDF 1.x (annex C: 14,400 units).
const LENGTH_MAX: f64 = 1_440_000.0;

impl Length {
    /// Thousandths of a point.
    pub const fn thousandths(thousandths: i64) -> Self {
        Self(thousandths)
    }

    /// Points.
    pub const fn points(points: i32) -> Self {
        // An i32 times a thousand fits.
        Self(points as i64 * 1_000)
    }

    /// Points with a fraction, to the nearest thousandth. `None` for what is no length on a page.
    pub fn from_points(points: f64) -> Option<Self> {
        let within = points.is_finite() && points.abs() <= LENGTH_MAX;
        #[expect(clippy::cast_possible_truncation, reason = "within a bound far under 2^52")]
        within.then(|| Self((points * 1_000.0).round() as i64))
    }

    pub(crate) fn in_thousandths(self) -> i64 {
        self.0
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    pub(crate) fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// As a number of points in a file: `12`, `12.5`.
    pub(crate) fn to_object(self) -> Object<'static> {
        let text = self.to_string();
        match (self.0 % 1_000, Real::new(text)) {
            (0, _) | (_, Err(_)) => Object::Integer(self.0 / 1_000),
            (_, Ok(real)) => Object::Real(real),
        }
    }
}

impl std::fmt::Display for Length {
    /// In points, without needless digits.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (sign, thousandths) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        let text = format!("{sign}{}.{:03}", thousandths / 1_000, thousandths % 1_000);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl Rectangle {
    /// From its corners in any order, as files give them (§7.9.5).
    pub(crate) fn of_corners([left, lower, right, upper]: [Length; 4]) -> Self {
        let (x, y) = (left.min(right), lower.min(upper));
        Self { x, y, width: left.max(right).minus(x), height: lower.max(upper).minus(y) }
    }

    /// As files give it: left, lower, right, upper.
    pub(crate) fn to_object(self) -> Object<'static> {
        let corners = [self.x, self.y, self.x.plus(self.width), self.y.plus(self.height)];
        Object::Array(corners.map(Length::to_object).to_vec())
    }

    /// Whether anything of it can be seen.
    pub(crate) fn has_size(self) -> bool {
        self.width > Length::default() && self.height > Length::default()
    }

    /// What of it lies within another; the other where nothing does.
    pub(crate) fn within(self, other: Self) -> Self {
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        let right = self.x.plus(self.width).min(other.x.plus(other.width));
        let upper = self.y.plus(self.height).min(other.y.plus(other.height));
        let inside = Self { x, y, width: right.minus(x), height: upper.minus(y) };
        let zero = Length::default();
        if inside.width > zero && inside.height > zero { inside } else { other }
    }

    /// Whether it lies within a rectangle of this size at the origin.
    pub(crate) fn fits(self, width: Length, height: Length) -> bool {
        let zero = Length::default();
        self.x >= zero
            && self.y >= zero
            && self.x.plus(self.width) <= width
            && self.y.plus(self.height) <= height
    }
}

impl Turn {
    /// `/Rotate` in degrees, a multiple of 90; others are no turn.
    pub(crate) fn of_degrees(degrees: i64) -> Self {
        match degrees.rem_euclid(360) {
            90 => Self::Right,
            180 => Self::Half,
            270 => Self::Left,
            _ => Self::None,
        }
    }

    /// As `/MK`'s `/R` has it: the other way round, so that what is written in the box stands upright (§12.5.6.19).
    pub(crate) fn degrees(self) -> i64 {
        match self {
            Self::None => 0,
            Self::Right => 90,
            Self::Half => 180,
            Self::Left => 270,
        }
    }

    /// Width and height of a rectangle of the page as people see them.
    pub(crate) fn seen(self, own: Rectangle) -> (Length, Length) {
        match self {
            Self::None | Self::Half => (own.width, own.height),
            Self::Right | Self::Left => (own.height, own.width),
        }
    }

    /// The matrix that turns a form back upright (§12.5.5; where it then lies, the annotation's rectangle says).
    pub(crate) fn upright(self) -> [i64; 6] {
        match self {
            Self::None => [1, 0, 0, 1, 0, 0],
            Self::Right => [0, 1, -1, 0, 0, 0],
            Self::Half => [-1, 0, 0, -1, 0, 0],
            Self::Left => [0, -1, 1, 0, 0, 0],
        }
    }
}

impl PageView {
    /// Its width and height as people see them.
    pub(crate) fn size(self) -> (Length, Length) {
        self.turn.seen(self.seen)
    }

    /// A box given from the lower left corner of what is seen, in the page's own coordinates.
    pub(crate) fn place(self, seen: Rectangle) -> Rectangle {
        let Rectangle { x, y, width, height } = seen;
        let page = self.seen;
        let far =
            |edge: Length, size: Length, at: Length, extent: Length| edge.plus(size).minus(at).minus(extent);
        match self.turn {
            Turn::None => Rectangle { x: page.x.plus(x), y: page.y.plus(y), width, height },
            Turn::Right => Rectangle {
                x: far(page.x, page.width, y, height),
                y: page.y.plus(x),
                width: height,
                height: width,
            },
            Turn::Half => Rectangle {
                x: far(page.x, page.width, x, width),
                y: far(page.y, page.height, y, height),
                width,
                height,
            },
            Turn::Left => Rectangle {
                x: page.x.plus(y),
                y: far(page.y, page.height, x, width),
                width: height,
                height: width,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rectangle(numbers: [i32; 4]) -> Rectangle {
        let [x, y, width, height] = numbers.map(Length::points);
        Rectangle { x, y, width, height }
    }

    #[test]
    fn lengths_are_written_without_needless_digits() {
        for (thousandths, shown) in
            [(0, "0"), (12_000, "12"), (12_500, "12.5"), (-250, "-0.25"), (1, "0.001"), (120_000, "120")]
        {
            let length = Length::thousandths(thousandths);
            assert_eq!(length.to_string(), shown);
            let mut out = Vec::new();
            length.to_object().write_to(&mut out);
            assert_eq!(out, shown.as_bytes());
        }
        assert_eq!(Length::from_points(0.1 + 0.2), Some(Length::thousandths(300)));
        assert_eq!(Length::from_points(f64::NAN), None);
        assert_eq!(Length::from_points(1e300), None);
    }

    #[test]
    fn a_box_stays_where_people_see_it_however_the_page_is_turned() {
        // A page of 200 by 100, cut to start at (10, 20); the box is 5 from the left and 7 from below as seen.
        let seen = rectangle([10, 20, 200, 100]);
        let own = rectangle([5, 7, 30, 11]);
        for (degrees, expected) in [
            (0, [15, 27, 30, 11]),
            (90, [10 + 200 - 7 - 11, 20 + 5, 11, 30]),
            (180, [10 + 200 - 5 - 30, 20 + 100 - 7 - 11, 30, 11]),
            (270, [10 + 7, 20 + 100 - 5 - 30, 11, 30]),
            (-90, [10 + 7, 20 + 100 - 5 - 30, 11, 30]),
        ] {
            let page = PageView { seen, turn: Turn::of_degrees(degrees) };
            assert_eq!(page.place(own), rectangle(expected), "{degrees}");
        }
    }
}
