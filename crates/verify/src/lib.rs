//! The bundle, and bundle + policy to report: did that signature bind anybody.
//!
//! **What it is**: the one place where `countersign-authority` and `countersign-signature` meet. [`bundle`] reads and
//! writes dossiers, [`evidence`] checks signatures and binds keys to persons, [`standing`] weighs timestamps and revocation
//! (ETSI EN 319 102-1), [`signed_pdf`] holds an act's PDF against the adopted document, [`report`] makes the report and
//! [`render`] prints it.
//!
//! **What it is not**: it decides nobody's authority by itself and fetches nothing. No clock, file, network or randomness:
//! the same bundle, policy and moments give the same report.
//!
//! Start with [`bundle::read`], [`trust::Believed`], [`report`].

pub mod archive;
pub mod audience;
pub mod bundle;
pub mod decision;
pub mod evidence;
pub mod record;
pub mod recorded;
pub mod render;
pub mod report;
pub mod signed_pdf;
pub mod standing;
pub mod trust;
pub mod vouching;
