//! The bundle, and bundle + policy to report.

pub mod decision;
