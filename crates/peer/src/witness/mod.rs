//! A witness: says of other people's logs that it has seen them only grow (C2SP tlog-witness).
//!
//! - [`register`]: what it signed last for each log, compared and set durably before anything is signed.
//! - [`server`]: `POST <prefix>/add-checkpoint` over HTTP.
//! - [`client`]: a log's side: asks all witnesses of a policy at once, until enough have cosigned; [`circle`] does so for a
//!   record's writing path.
//!
//! A witness sees sizes and roots, never entries. What it attests is in `docs/reference/witness.md`.

pub mod circle;
pub mod client;
mod exchange;
mod mark;
pub mod outcome;
pub mod register;
pub mod server;
