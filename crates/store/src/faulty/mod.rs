//! Stores that fail where they are told to, wait where they are told to, and flip bits where they are told to: around any
//! ledger, any objects, any witnesses.
//!
//! Each call comes by a [`Hook`] first, at its [`Site`]; what the hook says becomes of it.

mod ledger;
mod objects;
mod plan;
mod turns;
mod witnesses;

pub use ledger::FaultyLedger;
pub use objects::FaultyObjects;
pub use plan::Faults;
pub use turns::{Turn, Turns, Who};
pub use witnesses::FaultyWitnesses;

use std::fmt;

/// Where a call comes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Site {
    /// `Ledger::take_seat`.
    Seat,
    /// `Ledger::sequence`: the commit that acknowledges.
    Sequence,
    /// `Ledger::head` and `Ledger::cosigned`.
    Head,
    /// `Ledger::entries`.
    Entries,
    /// Creating a bundle.
    Bundle,
    /// Creating a tile of level 0.
    Tile,
    /// Creating a tile above level 0.
    TileAbove,
    /// Creating anything else.
    Object,
    /// `Objects::read` and `Objects::list`.
    Read,
    /// `Ledger::advance`: the compare-and-set of the head.
    Advance,
    /// A witness cosigns.
    Cosign,
    /// `Ledger::keep_cosigned`.
    KeepCosigned,
    /// `Ledger::hear`: others have more.
    Hear,
    /// `Ledger::adopt`: going on from what others have.
    Adopt,
    /// `Ledger::publish`.
    Publish,
    /// `Objects::replace`: readers see the checkpoint.
    Checkpoint,
    /// `Objects::remove`: partial tiles go.
    Remove,
    /// `Ledger::tidy`: batches go.
    Tidy,
}

impl Site {
    /// Those that change something, in the order in which a writer comes by.
    pub const WRITES: &[Self] = &[
        Self::Sequence,
        Self::Bundle,
        Self::Tile,
        Self::TileAbove,
        Self::Advance,
        Self::Cosign,
        Self::KeepCosigned,
        Self::Publish,
        Self::Checkpoint,
        Self::Remove,
        Self::Tidy,
    ];
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Seat => "take the seat",
            Self::Sequence => "sequence commit",
            Self::Head => "read the head",
            Self::Entries => "read entries",
            Self::Bundle => "bundle PUT",
            Self::Tile => "level-0 tile",
            Self::TileAbove => "higher tile",
            Self::Object => "other object",
            Self::Read => "read an object",
            Self::Advance => "head CAS",
            Self::Cosign => "cosign",
            Self::KeepCosigned => "cosigned size",
            Self::Hear => "what others have",
            Self::Adopt => "taking over",
            Self::Publish => "published commit",
            Self::Checkpoint => "checkpoint PUT",
            Self::Remove => "tidy: partial tile",
            Self::Tidy => "tidy: batches",
        })
    }
}

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is done.
    Done,
    /// It is not done, and says that it failed.
    Failed,
    /// It is done, and says that it failed.
    Persisted,
    /// It is done with one bit of its bytes flipped. Where there are no bytes, it is done.
    Flipped,
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Persisted => "failed but persisted",
            Self::Flipped => "done, a bit flipped",
        })
    }
}

/// Says what becomes of each call; may take its time.
pub trait Hook: Send + Sync {
    /// The call that comes by at a site.
    fn at(&self, site: Site) -> Fate;
}

/// Carries out a fate.
fn carried<T, E>(
    fate: Fate,
    failure: impl FnOnce() -> E,
    call: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    match fate {
        Fate::Done | Fate::Flipped => call(),
        Fate::Failed => Err(failure()),
        Fate::Persisted => {
            call()?;
            Err(failure())
        }
    }
}

/// Flips the lowest bit of the byte in the middle.
fn flip(bytes: &mut [u8]) {
    let middle = bytes.len() / 2;
    if let Some(byte) = bytes.get_mut(middle) {
        *byte ^= 1;
    }
}
