//! Whether a signature holds at a moment, by ETSI EN 319 102-1 (V1.4.1): procedures for validation of AdES signatures.
//!
//! # What is here
//! The basic process (§5.3), the one with time (§5.5), timestamps (§5.4), and the one with long-term data (§5.6): a
//! certificate that was revoked or has ended still vouches for a signature that a timestamp shows to be older; a timestamp
//! whose authority is gone still holds where a later one covers it. One function, [`verify`], answers for CMS files, for
//! signatures with a `.tsr` beside them, and for PDFs: its [`Question`] takes the signature with key and content matching,
//! timestamps with what they cover, lists and certificates, anchors, rules and the moment.
//!
//! # What is not here
//! No fetching: what is not at hand is said to be missing. Evidence records (RFC 4998), signature policies by identifier
//! and attribute certificates are not read.
//!
//! # Start with
//! [`verify_cms`], [`Validation`], [`Reason`].
//!
//! ```
//! use countersign_signature::ades::{Constraints, Evidence, Rules, Trust, verify_cms};
//!
//! /// `TOTAL-PASSED`, or why not, in a line.
//! fn verdict(p7s: &[u8], content: &[u8], trust: &Trust, lists: &Evidence, at: i64) -> String {
//!     let constraints = Constraints::default();
//!     let rules = Rules { trust, constraints: &constraints, collected: lists, at };
//!     let (validation, _signature) = verify_cms(p7s, Some(&[content]), &[], &rules);
//!     validation.to_string()
//! }
//! # let said = verdict(b"no signature", b"act", &Trust::default(), &Evidence::default(), 0);
//! # assert!(said.starts_with("TOTAL-FAILED/FORMAT_FAILURE"));
//! ```

mod algorithms;
mod chain;
mod cms;
mod engine;
mod indication;
mod level;
mod process;
mod proof;
mod question;
mod reason;
mod slide;
mod statement;
mod verdict;

pub use algorithms::{Acceptable, AlgorithmRow, AlgorithmTable, Mechanism};
pub use cms::{verify_cms, verify_token};
pub use indication::{Indication, SubIndication};
pub use level::{Level, TimestampState};
pub use process::{verify, verify_together};
pub use proof::{Covers, ObjectId, Proof, Witness};
pub use question::{
    Binding, Constraints, Evidence, Freshness, Question, RevocationRule, Rules, Signed, Stamp, StampKind,
    Trust, objects_of, objects_of_token,
};
pub use reason::{Known, Reason, Source, Whose};
pub use verdict::{Conclusion, Revocation, StampStatus, Standing, Together, Validation};
