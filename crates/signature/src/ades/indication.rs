//! The words a verdict is given in (ETSI EN 319 102-1 §5.1.3).

use std::fmt;

/// The main verdict on a signature (EN 319 102-1 §5.1.3, table 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Indication {
    /// Every check succeeded.
    TotalPassed,
    /// It is shown that the signature does not hold.
    TotalFailed,
    /// What is at hand shows neither. Not a yes, and not a no.
    Indeterminate,
}

impl Indication {
    /// The standard's word, stable: `TOTAL-PASSED`.
    pub fn word(self) -> &'static str {
        match self {
            Self::TotalPassed => "TOTAL-PASSED",
            Self::TotalFailed => "TOTAL-FAILED",
            Self::Indeterminate => "INDETERMINATE",
        }
    }
}

impl fmt::Display for Indication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

macro_rules! sub_indications {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $indication:ident;)+) => {
        /// Why a signature did not pass (EN 319 102-1 §5.1.3, table 6).
        ///
        /// `docs/reference/signature-indications.md` says of each when it is given and what to do about it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum SubIndication { $($(#[$doc])* $name,)+ }

        impl SubIndication {
            /// All of them, in the order of the standard's table.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The standard's word, stable: `REVOKED_NO_POE`.
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// The main verdict it belongs to.
            pub fn indication(self) -> Indication {
                match self { $(Self::$name => Indication::$indication,)+ }
            }
        }
    };
}

sub_indications! {
    /// Not the format it should be.
    FormatFailure = "FORMAT_FAILURE", TotalFailed;
    /// The content is not what was signed.
    HashFailure = "HASH_FAILURE", TotalFailed;
    /// The key did not make the signature.
    SigCryptoFailure = "SIG_CRYPTO_FAILURE", TotalFailed;
    /// It is shown that the signature was made after the certificate's revocation.
    Revoked = "REVOKED", TotalFailed;
    /// It is shown that the signature was made after the certificate's end.
    Expired = "EXPIRED", TotalFailed;
    /// It is shown that the signature was made before the certificate's beginning.
    NotYetValid = "NOT_YET_VALID", TotalFailed;
    /// What the signature says, or does not say, breaks a constraint.
    SigConstraintsFailure = "SIG_CONSTRAINTS_FAILURE", Indeterminate;
    /// The chain of certificates breaks a constraint.
    ChainConstraintsFailure = "CHAIN_CONSTRAINTS_FAILURE", Indeterminate;
    /// The chain does not hold for another reason.
    CertificateChainGeneralFailure = "CERTIFICATE_CHAIN_GENERAL_FAILURE", Indeterminate;
    /// An algorithm or key length is not acceptable, whatever the time.
    CryptoConstraintsFailure = "CRYPTO_CONSTRAINTS_FAILURE", Indeterminate;
    /// A signature policy could not be processed.
    PolicyProcessingError = "POLICY_PROCESSING_ERROR", Indeterminate;
    /// A signature policy is not at hand.
    SignaturePolicyNotAvailable = "SIGNATURE_POLICY_NOT_AVAILABLE", Indeterminate;
    /// Timestamps contradict each other's order.
    TimestampOrderFailure = "TIMESTAMP_ORDER_FAILURE", Indeterminate;
    /// The signer's certificate is not at hand.
    NoSigningCertificateFound = "NO_SIGNING_CERTIFICATE_FOUND", Indeterminate;
    /// No chain leads to anybody who is trusted.
    NoCertificateChainFound = "NO_CERTIFICATE_CHAIN_FOUND", Indeterminate;
    /// The signer's certificate was revoked; nothing shows that the signature was made before.
    RevokedNoPoe = "REVOKED_NO_POE", Indeterminate;
    /// An authority above was revoked; nothing shows that the signature was made before.
    RevokedCaNoPoe = "REVOKED_CA_NO_POE", Indeterminate;
    /// A certificate had ended or not begun, it was not revoked; nothing shows that the signature was made within.
    OutOfBoundsNotRevoked = "OUT_OF_BOUNDS_NOT_REVOKED", Indeterminate;
    /// A certificate had ended or not begun; nothing shows that the signature was made within.
    OutOfBoundsNoPoe = "OUT_OF_BOUNDS_NO_POE", Indeterminate;
    /// An algorithm is no longer acceptable; nothing shows that it was used while it was.
    CryptoConstraintsFailureNoPoe = "CRYPTO_CONSTRAINTS_FAILURE_NO_POE", Indeterminate;
    /// A proof of existence is missing.
    NoPoe = "NO_POE", Indeterminate;
    /// What is at hand about revocation is missing or too old: newer may tell.
    TryLater = "TRY_LATER", Indeterminate;
    /// What was signed is not at hand.
    SignedDataNotFound = "SIGNED_DATA_NOT_FOUND", Indeterminate;
    /// Any other reason.
    Generic = "GENERIC", Indeterminate;
}

impl fmt::Display for SubIndication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
