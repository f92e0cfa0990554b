//! Signatures over time, by EN 319 102-1.

mod matrix;
mod world;
