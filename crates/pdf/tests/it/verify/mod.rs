//! Whole files: what is said of each signature, and whether it holds over the years.

mod files;
mod hostile;
mod matrix;
mod pyhanko;
mod world;
