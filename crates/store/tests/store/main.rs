//! What the store promises, a module for each part of it.

mod sealed;
