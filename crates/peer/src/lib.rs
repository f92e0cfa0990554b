//! What other organisations' machines do for a record: they witness it (C2SP tlog-witness) and mirror it (C2SP tlog-tiles).

pub mod mirror;
pub mod witness;
