//! Which baseline level stands in a signature, whether it holds or not (EN 319 122-1 §6, EN 319 142-1 §6).

use std::fmt;

/// A baseline level. What it says is what is *there*: [`crate::ades::Validation`] says what holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// The signature binds its certificate.
    BB,
    /// And has a timestamp over itself.
    BT,
    /// And has certificates and revocation data for later.
    BLT,
    /// And has a timestamp over those.
    BLTA,
}

impl Level {
    /// `B-B`, `B-T`, `B-LT`, `B-LTA`: stable.
    pub fn word(self) -> &'static str {
        match self {
            Self::BB => "B-B",
            Self::BT => "B-T",
            Self::BLT => "B-LT",
            Self::BLTA => "B-LTA",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// How far a signature's time is shown. Retried, never faked: a failed token leaves it at the state before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TimestampState {
    /// No timestamp holds.
    None,
    /// A timestamp over the signature holds.
    Proven,
    /// And a later one holds that covers it: it can outlive the first one's authority.
    Archived,
}

impl TimestampState {
    /// `none yet`, `proven`, `archived`: stable.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none yet",
            Self::Proven => "proven",
            Self::Archived => "archived",
        }
    }
}

impl fmt::Display for TimestampState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
