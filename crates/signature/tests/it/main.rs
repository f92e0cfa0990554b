//! What this crate promises, from outside: one binary, one file a subject.

#[cfg(test)]
mod ades;
#[cfg(test)]
mod corpora;
#[cfg(test)]
mod detached;
#[cfg(test)]
mod forge;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod interop;
#[cfg(test)]
mod limbo;
#[cfg(test)]
mod path_rules;
#[cfg(test)]
mod paths;
#[cfg(test)]
mod pkits;
#[cfg(test)]
mod revocation;
#[cfg(test)]
mod revocation_issue;
#[cfg(test)]
mod revocation_openssl;
#[cfg(test)]
mod stamps;
#[cfg(test)]
mod tampering;
