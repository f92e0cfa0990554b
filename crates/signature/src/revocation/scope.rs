//! Which lists are about a certificate (RFC 5280 §6.3.3 (b), (d)), and which delta completes which list (§5.2.4).

use super::crl::Crl;
use super::point::{DistributionPoint, Reasons};
use crate::certificate::Certificate;

/// Why a list is not about a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OutOfScope {
    /// By somebody else: not worth telling.
    OtherIssuer,
    /// By the right one, about others.
    Because(&'static str),
}

/// The reasons that a list tells of, for a certificate whose distribution point this is: `interim_reasons_mask`.
pub(super) fn covers(
    crl: &Crl,
    certificate: &Certificate,
    point: &DistributionPoint,
) -> Result<Reasons, OutOfScope> {
    let list_issuer = crl.issuer().comparable();
    // (b) (1)
    if point.crl_issuers.is_empty() {
        if list_issuer != certificate.issuer_name().comparable() {
            return Err(OutOfScope::OtherIssuer);
        }
    } else {
        if !point.crl_issuers.iter().any(|name| name.directory() == Some(list_issuer)) {
            return Err(OutOfScope::OtherIssuer);
        }
        if !crl.is_indirect() {
            return Err(OutOfScope::Because("only certificates of its own issuer"));
        }
    }
    let Some(issuing) = crl.point() else { return Ok(point.reasons) };
    // (b) (2) (i): a relative name stands below the list's issuer.
    if let Some(name) = &issuing.name {
        let matches = match &point.name {
            Some(wanted) => wanted.matches(list_issuer, name, list_issuer),
            None => name.is_among(list_issuer, &point.crl_issuers),
        };
        if !matches {
            return Err(OutOfScope::Because("another distribution point"));
        }
    }
    // (b) (2) (ii) to (iv)
    if issuing.only_user_certificates && certificate.is_ca() {
        return Err(OutOfScope::Because("only certificates that are no authorities"));
    }
    if issuing.only_authorities && !certificate.is_ca() {
        return Err(OutOfScope::Because("only authorities"));
    }
    if issuing.only_attribute_certificates {
        return Err(OutOfScope::Because("only attribute certificates"));
    }
    // (d)
    Ok(point.reasons.and(issuing.reasons))
}

/// Whether a delta completes a list (RFC 5280 §5.2.4, §6.3.3 (c)): of the same issuer and scope, after it, from no later
/// base.
pub(super) fn completes(delta: &Crl, list: &Crl) -> bool {
    let (Some(base), Some(newer), Some(older)) = (delta.base(), delta.number(), list.number()) else {
        return false;
    };
    let order = |number: &[u8]| (number.len(), number.to_vec());
    !list.is_delta()
        && delta.issuer().matches(list.issuer())
        && delta.point() == list.point()
        && delta.authority_key() == list.authority_key()
        && order(older) >= order(base)
        && order(older) < order(newer)
}
