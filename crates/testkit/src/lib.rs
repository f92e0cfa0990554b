//! Development only: fixed clocks, a PKI from one file, scenario builders.

pub mod openssl;
pub mod pki;

pub use pki::Pki;
