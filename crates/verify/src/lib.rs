//! The bundle, and bundle + policy to report.
