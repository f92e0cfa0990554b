//! Attacks that were published against viewers and validators, each built anew.
//!
//! Mladenov, Mainka, Meyer zu Selhausen, Grothe, Schwenk, “1 Trillion Dollar Refund” (CCS 2019); Mainka, Mladenov,
//! Rohlmann, “Shadow Attacks” (NDSS 2021); Rohlmann, Mladenov, Mainka, Schwenk, “Breaking the Specification: PDF
//! Certification” (S&P 2021). What others say of the same files is in `foreign.rs`.

mod certification;
mod forgery;
mod saving;
mod shadow;
mod wrapping;
mod xref;

/// An attack: its name, what is said of the first signature, the file.
pub(crate) type Attack = (&'static str, &'static str, fn() -> Vec<u8>);

macro_rules! attacks {
    ($($(#[doc = $words:literal])* $name:ident => $outcome:literal, $build:expr;)+) => {
        pub(crate) const ALL: &[$crate::attacks::Attack] = &[$((stringify!($name), $outcome, $build),)+];
        $(
            $(#[doc = $words])*
            #[test]
            fn $name() {
                let build: fn() -> Vec<u8> = $build;
                assert_eq!(crate::outcome::outcome(&build()), $outcome);
            }
        )+
    };
}
pub(crate) use attacks;

/// Every attack.
pub(crate) fn all() -> impl Iterator<Item = &'static Attack> {
    [certification::ALL, forgery::ALL, saving::ALL, shadow::ALL, wrapping::ALL, xref::ALL]
        .into_iter()
        .flatten()
}
