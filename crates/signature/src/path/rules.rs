//! What is asked of a path: the inputs of RFC 5280 §6.1.1.

use super::policy::PolicySet;
use crate::certificate::Certificate;
use crate::general_name::GeneralName;
use crate::oid;
use const_oid::ObjectIdentifier;

/// What a path is held to, beside RFC 5280 itself. The default is what a signature on a document needs: any policy, no
/// further constraint, an anchor's certificate that is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathRules {
    /// What the certificate at the path's end is used for.
    pub purpose: Purpose,
    /// `user-initial-policy-set` (§6.1.1 (c)).
    pub initial_policies: PolicySet,
    /// `initial-policy-mapping-inhibit` (§6.1.1 (e)): no policy may be mapped.
    pub initial_policy_mapping_inhibit: bool,
    /// `initial-explicit-policy` (§6.1.1 (f)): the path must hold under one of the initial policies.
    pub initial_explicit_policy: bool,
    /// `initial-any-policy-inhibit` (§6.1.1 (g)): a certificate's any-policy does not count.
    pub initial_any_policy_inhibit: bool,
    /// `initial-permitted-subtrees` (§6.1.1 (h)): names of a form that appears here must lie in one of them.
    pub initial_permitted_subtrees: Vec<GeneralName>,
    /// `initial-excluded-subtrees` (§6.1.1 (i)): no name may lie in one of them.
    pub initial_excluded_subtrees: Vec<GeneralName>,
    /// What an anchor's own certificate is worth beside its name and key.
    pub anchor: AnchorRule,
}

impl Default for PathRules {
    fn default() -> Self {
        Self {
            purpose: Purpose::DocumentSigning,
            initial_policies: PolicySet::Any,
            initial_policy_mapping_inhibit: false,
            initial_explicit_policy: false,
            initial_any_policy_inhibit: false,
            initial_permitted_subtrees: Vec::new(),
            initial_excluded_subtrees: Vec::new(),
            anchor: AnchorRule::Certificate,
        }
    }
}

impl PathRules {
    /// The default for another purpose.
    pub fn of(purpose: Purpose) -> Self {
        Self { purpose, ..Self::default() }
    }
}

/// What an anchor given as a certificate is held to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnchorRule {
    /// To its certificate: validity, path length, key usage, purposes, name and policy constraints, unknown critical
    /// extensions (RFC 5937). An expired authority vouches for nobody.
    Certificate,
    /// To nothing: only its name and key are taken (RFC 5280 §6.1.1 (d)).
    NameAndKey,
}

/// What the key at the path's end is used for (RFC 5280 §4.2.1.3, §4.2.1.12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Signing documents: digitalSignature or nonRepudiation; where purposes are named, any, mail protection or document
    /// signing (RFC 9336), in the authorities' certificates too.
    DocumentSigning,
    /// Signing timestamps (RFC 3161 §2.3): the one purpose, critical.
    Timestamping,
    /// Signing OCSP answers (RFC 6960 §4.2.2.2): named, any purpose is not enough.
    OcspSigning,
    /// Signing revocation lists: cRLSign.
    CrlSigning,
    /// Whatever the certificate says.
    Any,
}

impl Purpose {
    /// Whether the certificate at the path's end allows it; `Err` says what it would be used for.
    pub(super) fn allows_leaf(self, certificate: &Certificate) -> Result<(), &'static str> {
        let extensions = certificate.extensions();
        let usage = extensions.key_usage.as_ref();
        let named = |purpose: ObjectIdentifier| {
            extensions.extended_key_usage.as_ref().is_some_and(|list| list.contains(&purpose))
        };
        let allowed = match self {
            Self::DocumentSigning => certificate.may_sign() && self.allows_purposes(certificate),
            Self::Timestamping => certificate.may_sign() && certificate.is_for_timestamping_alone(),
            Self::OcspSigning => certificate.may_sign() && named(oid::OCSP_SIGNING),
            Self::CrlSigning => usage.is_none_or(|usage| usage.crl_sign()),
            Self::Any => true,
        };
        if allowed { Ok(()) } else { Err(self.words()) }
    }

    /// Whether the purposes of a certificate, an authority's too, leave room for it.
    pub(super) fn allows_purposes(self, certificate: &Certificate) -> bool {
        let wanted: &[ObjectIdentifier] = match self {
            Self::DocumentSigning => &oid::SIGNING_PURPOSES,
            Self::Timestamping => &[oid::TIME_STAMPING, oid::ANY_PURPOSE],
            // Authorities commonly name the purposes they issue for, and their own responders are not among them.
            Self::OcspSigning | Self::CrlSigning | Self::Any => return true,
        };
        let named = certificate.extended_key_usage();
        named.is_none_or(|list| list.iter().any(|purpose| wanted.contains(purpose)))
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::DocumentSigning => "signing documents",
            Self::Timestamping => "signing timestamps",
            Self::OcspSigning => "signing OCSP answers",
            Self::CrlSigning => "signing revocation lists",
            Self::Any => "anything",
        }
    }
}
