//! Development only: fixed clocks, a PKI from one file, scenario builders.
