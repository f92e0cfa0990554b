//! What this crate promises, from outside: one binary, one file a subject.

#[cfg(test)]
mod ades;
mod corpora;
#[cfg(test)]
mod detached;
#[cfg(test)]
mod forge;
#[cfg(test)]
mod interop;
#[cfg(test)]
mod limbo;
#[cfg(test)]
mod path_rules;
#[cfg(test)]
mod paths;
#[cfg(test)]
#[cfg(test)]
mod pkits;
mod revocation;
mod revocation_issue;
#[cfg(test)]
mod tampering;
