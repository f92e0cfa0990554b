//! Signatures over time, by EN 319 102-1.

mod answers;
mod details;
mod hostile;
mod matrix;
mod openssl;
mod pyhanko;
mod world;
