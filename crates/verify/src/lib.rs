//! The bundle, and bundle + policy to report.

pub mod bundle;
pub mod decision;
pub mod evidence;
pub mod render;
pub mod report;
pub mod signed_pdf;
pub mod standing;
pub mod trust;
pub mod vouching;
