//! What this crate promises, from outside: one binary, one file a subject.

#[cfg(test)]
mod ades;
#[cfg(test)]
mod detached;
#[cfg(test)]
mod interop;
#[cfg(test)]
mod paths;
#[cfg(test)]
mod revocation_issue;
#[cfg(test)]
mod tampering;
