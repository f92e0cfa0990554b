//! What this crate promises, from outside: one binary, one file a subject.

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod fscks;
#[cfg(test)]
mod log;
#[cfg(test)]
mod naive;
#[cfg(test)]
mod notes;
#[cfg(test)]
mod policies;
#[cfg(test)]
mod proofs;
#[cfg(test)]
mod spicy;
#[cfg(test)]
mod tiles;
#[cfg(test)]
mod vectors;
#[cfg(test)]
mod witnesses;
