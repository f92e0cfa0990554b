//! What is said: maps, policies, terms and acts, as plain values. `notation` reads and prints them.

pub mod act;
pub mod amount;
pub mod map;
pub mod meaning;
pub mod name;
pub mod policy;
pub mod profile;
pub mod rfc3339;
pub mod terms;
pub mod time;
