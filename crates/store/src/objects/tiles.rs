//! A log's tiles and bundles, read from objects.

use countersign_tlog::tile::{Bundle, TILE_WIDTH, Tile, TilePath, TileSource};

use super::{Objects, ObjectsError};

/// The tiles among objects: `tile/…`, as tlog-tiles names them. A partial one that was tidied away is read from the full one.
#[derive(Clone, Copy)]
pub struct Tiles<'a>(pub &'a dyn Objects);

impl TileSource for Tiles<'_> {
    type Error = ObjectsError;

    fn read(&self, path: TilePath) -> Result<Option<Vec<u8>>, ObjectsError> {
        let found = self.0.read(&path.to_string())?;
        match full(path) {
            Some(full) if found.is_none() => self.0.read(&full.to_string()),
            _ => Ok(found),
        }
    }
}

/// The full one in whose place a partial one stood.
fn full(path: TilePath) -> Option<TilePath> {
    let full = match path {
        TilePath::Tile(tile) if !tile.is_full() => {
            Tile::new(tile.level(), tile.index(), TILE_WIDTH).map(TilePath::from)
        }
        TilePath::Entries(bundle) if !bundle.is_full() => {
            Bundle::new(bundle.index(), TILE_WIDTH).map(TilePath::from)
        }
        _ => return None,
    };
    full.ok()
}
