//! The worlds that are measured, built once and shared by ours and the peer.

pub mod cedar;
pub mod world;
