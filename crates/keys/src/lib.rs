//! Software keys and the house CA.
