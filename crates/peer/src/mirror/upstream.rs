//! Where a log is read from: somebody's server, a folder.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use countersign_tlog::hash::HASH_LENGTH;
use countersign_tlog::tile::{BUNDLE_MAX, Bundle, TILE_WIDTH, Tile, TilePath, TileSource};

/// A log's files by name, as C2SP tlog-tiles lays them out. Asked from several threads at once.
pub trait Upstream: Sync {
    /// The bytes of a file, at most `most` of them; `None` where it isn't there.
    ///
    /// # Errors
    /// [`Unread`] where that can't be told, or the file is longer.
    fn fetch(&self, name: &str, most: usize) -> Result<Option<Vec<u8>>, Unread>;
}

/// A file of a log could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {why}{}", if *.attempts > 1 { format!(" (asked {attempts} times)") } else { String::new() })]
pub struct Unread {
    /// Its address or path.
    pub place: String,
    /// How often it was asked for.
    pub attempts: u8,
    /// What went wrong the last time.
    pub why: Why,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Why {
    /// Nobody answers there.
    #[error("it can't be reached: {error}")]
    Unreachable {
        /// What the network said.
        error: String,
    },
    /// No whole answer in time.
    #[error("no whole answer within {} ms", .within.as_millis())]
    TimedOut {
        /// The time given.
        within: Duration,
    },
    /// Another HTTP status than 200, 404 and 410.
    #[error("HTTP status {status}")]
    Status {
        /// Which.
        status: u16,
        /// How long it asks to be left alone.
        retry_after: Option<Duration>,
    },
    /// It points elsewhere.
    #[error(
        "HTTP status {status}: it points to {to}; redirects are not followed, give that address where it is right"
    )]
    Redirect {
        /// Which.
        status: u16,
        /// Where to.
        to: String,
    },
    /// Compressed or otherwise encoded, which nobody asked for.
    #[error("it is encoded as {coding}, which was not asked for")]
    Encoded {
        /// How.
        coding: String,
    },
    /// Longer than is read.
    #[error("it is longer than {most} bytes, more than such a file has")]
    TooLong {
        /// The bound.
        most: usize,
    },
    /// The system's words.
    #[error("{error}")]
    File {
        /// What it said.
        error: String,
    },
}

impl Why {
    /// Whether the same question may fare better in a while.
    pub fn passes(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::TimedOut { .. } => true,
            Self::Status { status, .. } => matches!(status, 408 | 425 | 429 | 500..),
            _ => false,
        }
    }
}

/// A log in a folder of this machine.
#[derive(Debug, Clone)]
pub struct Folder {
    dir: PathBuf,
}

impl Folder {
    /// The folder that holds `checkpoint` and `tile/`.
    pub fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }
}

impl Upstream for Folder {
    fn fetch(&self, name: &str, most: usize) -> Result<Option<Vec<u8>>, Unread> {
        let path = self.dir.join(name);
        let unread = |why| Unread { place: path.display().to_string(), attempts: 1, why };
        let failed = |error: std::io::Error| unread(Why::File { error: error.to_string() });
        match std::fs::metadata(&path) {
            // Anything else might never end.
            Ok(metadata) if !metadata.is_file() => {
                return Err(unread(Why::File { error: "it is no file".to_owned() }));
            }
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            read => read.map_err(failed)?,
        };
        let file = match File::open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(failed)?,
        };
        let mut bytes = Vec::new();
        let bound = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
        file.take(bound).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() > most { Err(unread(Why::TooLong { most })) } else { Ok(Some(bytes)) }
    }
}

/// Tiles and bundles of an upstream, for whoever reads proofs out of them.
#[derive(Debug)]
pub struct Served<'a, U: ?Sized>(pub &'a U);

impl<U: Upstream + ?Sized> TileSource for Served<'_, U> {
    type Error = Unread;

    /// For a partial tile that the log dropped, the full one's bytes (tlog-tiles, *Partial Tiles*).
    fn read(&self, path: TilePath) -> Result<Option<Vec<u8>>, Unread> {
        let most = longest(path);
        let bytes = self.0.fetch(&path.to_string(), most)?;
        match (bytes, whole(path)) {
            (None, Some(whole)) => self.0.fetch(&whole.to_string(), most),
            (bytes, _) => Ok(bytes),
        }
    }
}

/// Bound on what is read for a tile or bundle, in bytes: a full one, which may come in a partial one's place.
fn longest(path: TilePath) -> usize {
    match path {
        TilePath::Tile(_) => usize::from(TILE_WIDTH) * HASH_LENGTH,
        TilePath::Entries(_) => BUNDLE_MAX,
    }
}

/// The full tile or bundle that a partial one becomes.
pub(crate) fn whole(path: TilePath) -> Option<TilePath> {
    match path {
        TilePath::Tile(tile) if !tile.is_full() => {
            Tile::new(tile.level(), tile.index(), TILE_WIDTH).ok().map(TilePath::Tile)
        }
        TilePath::Entries(bundle) if !bundle.is_full() => {
            Bundle::new(bundle.index(), TILE_WIDTH).ok().map(TilePath::Entries)
        }
        _ => None,
    }
}
