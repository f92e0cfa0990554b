//! Asks timestamp authorities over HTTP (RFC 3161 §3.4): retries, a second authority, never a local time.
//!
//! # What is here
//! [`Client::stamp`] sends a `TimeStampReq` with a fresh nonce to one authority after another until one answers with a token
//! that holds against the request: granted, signed by the key it carries, over the imprint and with the nonce that were sent
//! (`countersign_signature::timestamp::read_response`). The result says who answered and what went wrong before that.
//!
//! # What is not here
//! No trust: whether the authority is one that the reader believes is asked where the token is used. No time of one's own:
//! without a token there is an error, never a local clock's reading. No store: a caller that gets no token asks again later.
//!
//! # Wire format
//! ```text
//! POST /path HTTP/1.1                                 HTTP/1.1 200
//! Content-Type: application/timestamp-query           Content-Type: application/timestamp-reply
//! Accept: application/timestamp-reply
//!
//! TimeStampReq, DER                                   TimeStampResp, DER
//! ```
//! Redirects are refused: the address that one was told is the one asked.
//!
//! # Start with
//! [`Authority`], [`Client`], [`Stamped`].
//!
//! ```
//! use countersign_signature::{DigestAlgorithm, timestamp::MessageImprint};
//! use countersign_timestamp::{Authority, Client, NoTimestamp, Patience, Stamped, System};
//!
//! fn stamp(signature: &[u8], first: Authority, second: Authority) -> Result<Stamped, NoTimestamp> {
//!     let imprint = MessageImprint::of(DigestAlgorithm::Sha256, &[signature]);
//!     Client::new(Patience::default()).stamp(&imprint, &[first, second], &mut System)
//! }
//! # assert!(Authority::new("ftp://tsa.example").is_err());
//! ```

mod authority;
mod client;
mod failure;
mod patience;

pub use authority::{Authority, BadAuthority};
pub use client::{ANSWER_MAX, Client, Stamped};
pub use failure::{Failure, NoTimestamp, Why};
pub use patience::{Patience, Surroundings, System};
