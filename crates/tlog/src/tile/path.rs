//! Where tiles and bundles lie: `tile/<L>/<N>[.p/<W>]` and `tile/entries/<N>[.p/<W>]` (tlog-tiles, *Merkle Tree*).

use super::{Bundle, NoSuchTile, TILE_WIDTH, Tile};
use crate::size::decimal;
use std::fmt;
use std::str::FromStr;

/// Bound on a path in bytes: the longest that any tree has is `tile/entries/x018/x014/x398/x509/x481/983.p/255`.
pub const PATH_MAX: usize = 64;

/// The highest level that the specification knows.
const LEVEL_MOST: u64 = 63;

/// A resource of a log that never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TilePath {
    /// Hashes.
    Tile(Tile),
    /// Entries.
    Entries(Bundle),
}

/// Why a text is not such a path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TilePathError {
    /// Longer than [`PATH_MAX`].
    #[error("a path of {length} bytes is longer than {PATH_MAX}")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// Not of that form, or not the one way to write it.
    #[error(
        "{path:?} is not tile/<level>/<index> or tile/entries/<index>, with .p/<width> where it is partial"
    )]
    Malformed {
        /// The words at fault.
        path: String,
    },
    /// A level above 63.
    #[error("{path:?} names level {level}, levels go from 0 to {LEVEL_MOST}")]
    Level {
        /// The words at fault.
        path: String,
        /// The level it names.
        level: u64,
    },
    /// A partial width that isn't from 1 to 255.
    #[error("{path:?} names width {width}, partial ones go from 1 to {}", TILE_WIDTH - 1)]
    Width {
        /// The words at fault.
        path: String,
        /// The width it names.
        width: u64,
    },
    /// No tree has it.
    #[error("{path:?} names what no tree has")]
    NoSuchTile {
        /// The words at fault.
        path: String,
        /// Why.
        source: NoSuchTile,
    },
}

impl From<Tile> for TilePath {
    fn from(tile: Tile) -> Self {
        Self::Tile(tile)
    }
}

impl From<Bundle> for TilePath {
    fn from(bundle: Bundle) -> Self {
        Self::Entries(bundle)
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (index, width) = match self {
            Self::Tile(tile) => {
                write!(f, "tile/{}", tile.level())?;
                (tile.index(), tile.width())
            }
            Self::Entries(bundle) => {
                f.write_str("tile/entries")?;
                (bundle.index(), bundle.width())
            }
        };
        index_path(index, f)?;
        if width == TILE_WIDTH { Ok(()) } else { write!(f, ".p/{width}") }
    }
}

/// Three digits an element, all but the last after an `x`: 1234067 is `/x001/x234/067`.
fn index_path(index: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    fn above(index: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if index == 0 {
            return Ok(());
        }
        above(index / 1000, f)?;
        write!(f, "/x{:03}", index % 1000)
    }
    above(index / 1000, f)?;
    write!(f, "/{:03}", index % 1000)
}

impl FromStr for TilePath {
    type Err = TilePathError;

    fn from_str(path: &str) -> Result<Self, TilePathError> {
        if path.len() > PATH_MAX {
            return Err(TilePathError::TooLong { length: path.len() });
        }
        let malformed = || TilePathError::Malformed { path: path.to_owned() };
        let rest = path.strip_prefix("tile/").ok_or_else(malformed)?;
        let (level, rest) = rest.split_once('/').ok_or_else(malformed)?;
        let (index, width) = match rest.split_once(".p/") {
            Some((index, width)) => {
                let width = decimal(width).map_err(|_| malformed())?;
                if width == 0 || width >= TILE_WIDTH.into() {
                    return Err(TilePathError::Width { path: path.to_owned(), width });
                }
                (index, u16::try_from(width).map_err(|_| malformed())?)
            }
            None => (rest, TILE_WIDTH),
        };
        let index = read_index(index).ok_or_else(malformed)?;
        let no_such = |source| TilePathError::NoSuchTile { path: path.to_owned(), source };
        let read = if level == "entries" {
            Self::Entries(Bundle::new(index, width).map_err(no_such)?)
        } else {
            let level = decimal(level).map_err(|_| malformed())?;
            if level > LEVEL_MOST {
                return Err(TilePathError::Level { path: path.to_owned(), level });
            }
            let level = u8::try_from(level).map_err(|_| malformed())?;
            Self::Tile(Tile::new(level, index, width).map_err(no_such)?)
        };
        // One resource, one path: x000/001 would be another for 001.
        if read.to_string() == path { Ok(read) } else { Err(malformed()) }
    }
}

/// Reads `x001/x234/067`.
fn read_index(text: &str) -> Option<u64> {
    let (above, last) = text.rsplit_once('/').map_or((None, text), |(above, last)| (Some(above), last));
    let mut index: u64 = 0;
    for element in above.into_iter().flat_map(|above| above.split('/')) {
        index = index.checked_mul(1000)?.checked_add(three_digits(element.strip_prefix('x')?)?)?;
    }
    index.checked_mul(1000)?.checked_add(three_digits(last)?)
}

fn three_digits(text: &str) -> Option<u64> {
    if text.len() != 3 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}
