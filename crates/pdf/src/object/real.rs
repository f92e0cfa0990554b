//! Numbers with a decimal point (ISO 32000-2 §7.3.3).

use std::borrow::Cow;

/// A real number: its digits as they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Real<'a>(Cow<'a, str>);

/// Not digits with at most one point and a sign before them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{digits}” is not a real number")]
pub struct BadReal {
    /// What was given.
    pub digits: String,
}

impl<'a> Real<'a> {
    /// Digits with at most one point and a sign before them: `-0.5`, `4.`, `.25`.
    pub fn new(digits: impl Into<Cow<'a, str>>) -> Result<Self, BadReal> {
        let digits = digits.into();
        let unsigned = digits.strip_prefix(['+', '-']).unwrap_or(&digits);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let all_digits = whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
        if all_digits && whole.len() + fraction.len() > 0 && digits.len() <= DIGITS_MAX {
            Ok(Self(digits))
        } else {
            Err(BadReal { digits: digits.chars().take(DIGITS_MAX).collect() })
        }
    }

    /// The digits as they came.
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// The number, for measures on a page.
    pub fn value(&self) -> f64 {
        self.0.parse().unwrap_or(0.0)
    }

    /// The same number, owning its digits.
    pub fn into_owned(self) -> Real<'static> {
        Real(Cow::Owned(self.0.into_owned()))
    }
}

/// Longer than any number a writer of PDF puts down: the largest single float has 39 digits before the point.
const DIGITS_MAX: usize = 128;
