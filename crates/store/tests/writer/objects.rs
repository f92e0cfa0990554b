//! What every store of objects promises.
