//! Basic path validation, in RFC 5280 §6.1's own letters. Names and signatures, §6.1.3 (a) (1) and (4), were checked as the
//! path was built; (3), revocation, is asked apart.

use super::budget::Budget;
use super::name_constraints::NameState;
use super::policy::{AnyPolicy, Mapping, PolicyGraph, PolicySet};
use super::rules::AnchorRule;
use super::{PathError, PathRules};
use crate::algorithm::PublicKey;
use crate::certificate::Certificate;
use crate::oid::{self, ANY_POLICY};

/// Whether one certificate stands above another.
pub(super) type Link = Result<(), PathError>;

/// What the certificate at the path's end is used for.
pub(super) fn leaf(leaf: &Certificate, rules: &PathRules) -> Link {
    let subject = leaf.subject();
    if leaf.subject_name().is_empty() && !leaf.extensions().alternative_names_critical {
        return Err(PathError::Nameless);
    }
    rules.purpose.allows_leaf(leaf).map_err(|needed| PathError::KeyUsage { subject, needed })
}

/// What every certificate of a path must be: §6.1.3 (a) (2), §6.1.4 (o) or §6.1.5 (f), and its purposes.
pub(super) fn stands(certificate: &Certificate, at: i64, rules: &PathRules) -> Link {
    let subject = || certificate.subject();
    let (not_before, not_after) = (certificate.not_before(), certificate.not_after());
    if at < not_before {
        return Err(PathError::NotYet { subject: subject(), not_before, at });
    }
    if at > not_after {
        return Err(PathError::Expired { subject: subject(), not_after, at });
    }
    let extensions = certificate.extensions();
    if let Some(extension) = extensions.refused {
        return Err(PathError::Extension { subject: subject(), extension });
    }
    if let Some((extension, source)) = extensions.malformed {
        return Err(PathError::MalformedExtension { subject: subject(), extension, source });
    }
    if extensions.name_constraints.is_some() && !certificate.is_ca() {
        return Err(PathError::Misplaced { subject: subject(), extension: oid::NAME_CONSTRAINTS });
    }
    if certificate.issuer_name().is_empty() {
        return Err(PathError::Nameless);
    }
    if !rules.purpose.allows_purposes(certificate) {
        return Err(PathError::KeyUsage { subject: subject(), needed: rules.purpose.words() });
    }
    Ok(())
}

/// The same of an anchor's own certificate.
pub(super) fn anchor_stands(certificate: &Certificate, at: i64, rules: &PathRules) -> Link {
    match rules.anchor {
        AnchorRule::Certificate => stands(certificate, at, rules),
        AnchorRule::NameAndKey => Ok(()),
    }
}

/// Whether `below` names `issuer` as its issuer: by name, §6.1.3 (a) (4), and by key identifier where both have one.
pub(super) fn names(below: &Certificate, issuer: &Certificate) -> bool {
    let keys_agree = match (&below.extensions().authority_key, issuer.subject_key_identifier()) {
        (Some(said), Some(has)) => said == has,
        _ => true,
    };
    below.issuer_name().matches(issuer.subject_name()) && keys_agree
}

/// §6.1.4 (k) and (n): whether a certificate may issue; its key if so.
pub(super) fn may_issue<'a>(
    issuer: &'a Certificate,
    is_anchor: bool,
    rules: &PathRules,
) -> Result<&'a PublicKey, PathError> {
    let subject = || issuer.subject();
    let extensions = issuer.extensions();
    if !is_anchor || rules.anchor == AnchorRule::Certificate {
        if !issuer.is_ca() {
            return Err(PathError::NotAnAuthority { subject: subject() });
        }
        if extensions.key_usage.as_ref().is_some_and(|usage| !usage.key_cert_sign()) {
            return Err(PathError::KeyUsage { subject: subject(), needed: "signing certificates" });
        }
    }
    issuer.public_key().map_err(|source| PathError::PublicKey { subject: subject(), source: source.clone() })
}

/// §6.1 for the certificates below an anchor, given from the leaf up; the policies that the path holds under.
pub(super) fn validate<'a>(
    below: &[&'a Certificate],
    anchor: Option<&'a Certificate>,
    at: i64,
    rules: &'a PathRules,
    budget: &mut Budget,
) -> Result<PolicySet, PathError> {
    let mut state = State::initialize(below, rules);
    if let (Some(anchor), AnchorRule::Certificate) = (anchor, rules.anchor) {
        // RFC 5937 §3.2: what the anchor's own certificate constrains; its policies are not among it.
        state.constrain(anchor, below.len());
    }
    let mut held = rules.initial_policies.clone();
    for (beneath, certificate) in below.iter().enumerate().rev() {
        stands(certificate, at, rules)?;
        state.process(certificate, beneath, budget)?;
        if beneath == 0 {
            held = state.wrap_up(certificate)?;
        } else {
            state.prepare(certificate, beneath, budget)?;
        }
    }
    Ok(held)
}

/// The state variables of §6.1.2.
struct State<'p, 'a> {
    /// The certificates, from the leaf up.
    path: &'p [&'a Certificate],
    rules: &'a PathRules,
    valid_policy_graph: PolicyGraph,
    names: NameState<'a>,
    explicit_policy: usize,
    inhibit_any_policy: usize,
    policy_mapping: usize,
    /// `None` while it is the length of the path: then it can't be exceeded.
    max_path_length: Option<MaxPathLength<'a>>,
}

/// `max_path_length`, and who set it.
struct MaxPathLength<'a> {
    left: usize,
    allowed: u8,
    by: &'a Certificate,
    /// How many certificates are beneath that one.
    beneath: usize,
}

impl<'p, 'a> State<'p, 'a> {
    /// §6.1.2.
    fn initialize(path: &'p [&'a Certificate], rules: &'a PathRules) -> Self {
        let unless = |inhibited: bool| if inhibited { 0 } else { path.len().saturating_add(1) };
        Self {
            path,
            rules,
            valid_policy_graph: PolicyGraph::new(),
            names: NameState::new(&rules.initial_permitted_subtrees, &rules.initial_excluded_subtrees),
            explicit_policy: unless(rules.initial_explicit_policy),
            inhibit_any_policy: unless(rules.initial_any_policy_inhibit),
            policy_mapping: unless(rules.initial_policy_mapping_inhibit),
            max_path_length: None,
        }
    }

    /// §6.1.3. `beneath`: how many certificates follow.
    fn process(&mut self, certificate: &Certificate, beneath: usize, budget: &mut Budget) -> Link {
        let self_issued_within = certificate.is_self_issued() && beneath > 0;
        // (b), (c)
        if !self_issued_within {
            self.names.check(certificate, budget)?;
        }
        // (d), (e)
        match &certificate.extensions().policies {
            Some(policies) => {
                let counts = self.inhibit_any_policy > 0 || self_issued_within;
                let any = if counts { AnyPolicy::Counts } else { AnyPolicy::Inhibited };
                self.valid_policy_graph.assert(policies, any, budget)?;
            }
            None => self.valid_policy_graph.clear(),
        }
        // (f)
        if self.explicit_policy == 0 && self.valid_policy_graph.is_null() {
            return Err(self.no_policy(certificate));
        }
        Ok(())
    }

    /// §6.1.4.
    fn prepare(&mut self, certificate: &'a Certificate, beneath: usize, budget: &mut Budget) -> Link {
        let extensions = certificate.extensions();
        // (a)
        let mappings = &extensions.policy_mappings;
        if mappings.iter().any(|(issuer, subject)| *issuer == ANY_POLICY || *subject == ANY_POLICY) {
            return Err(PathError::AnyPolicyMapped { subject: certificate.subject() });
        }
        // (b)
        if !mappings.is_empty() {
            let allowed = if self.policy_mapping > 0 { Mapping::Allowed } else { Mapping::Inhibited };
            self.valid_policy_graph.map(mappings, allowed, budget)?;
        }
        // (h)
        if !certificate.is_self_issued() {
            for counter in [&mut self.explicit_policy, &mut self.policy_mapping, &mut self.inhibit_any_policy]
            {
                *counter = counter.saturating_sub(1);
            }
            // (l)
            if let Some(length) = &mut self.max_path_length {
                match length.left.checked_sub(1) {
                    Some(left) => length.left = left,
                    None => return Err(self.too_many_authorities()),
                }
            }
        }
        // (k), (n)
        may_issue(certificate, false, self.rules)?;
        self.constrain(certificate, beneath);
        Ok(())
    }

    /// What a certificate demands of those beneath it: §6.1.4 (g), (i), (j), (m).
    fn constrain(&mut self, certificate: &'a Certificate, beneath: usize) {
        let extensions = certificate.extensions();
        // (g)
        if let Some(constraints) = &extensions.name_constraints {
            self.names.impose(certificate, constraints);
        }
        // (i), (j)
        let skip = |count: Option<u32>, counter: &mut usize| {
            let count = count.map(|count| usize::try_from(count).unwrap_or(usize::MAX));
            *counter = count.map_or(*counter, |count| count.min(*counter));
        };
        skip(extensions.require_explicit_policy, &mut self.explicit_policy);
        skip(extensions.inhibit_policy_mapping, &mut self.policy_mapping);
        skip(extensions.inhibit_any_policy, &mut self.inhibit_any_policy);
        // (m)
        let allowed = extensions.basic_constraints.as_ref().and_then(|basic| basic.path_len_constraint);
        if let Some(allowed) = allowed {
            let left = usize::from(allowed);
            if self.max_path_length.as_ref().is_none_or(|length| left < length.left) {
                self.max_path_length = Some(MaxPathLength { left, allowed, by: certificate, beneath });
            }
        }
    }

    /// §6.1.5.
    fn wrap_up(&mut self, certificate: &Certificate) -> Result<PolicySet, PathError> {
        // (a)
        self.explicit_policy = self.explicit_policy.saturating_sub(1);
        // (b)
        if certificate.extensions().require_explicit_policy == Some(0) {
            self.explicit_policy = 0;
        }
        // (g)
        let held = self.valid_policy_graph.held(&self.rules.initial_policies);
        if self.explicit_policy == 0 && held.is_empty() {
            return Err(self.no_policy(certificate));
        }
        Ok(held)
    }

    fn no_policy(&self, certificate: &Certificate) -> PathError {
        PathError::NoPolicy {
            subject: certificate.subject(),
            accepted: self.rules.initial_policies.to_string(),
        }
    }

    fn too_many_authorities(&self) -> PathError {
        let Some(length) = &self.max_path_length else { return PathError::TooLong };
        // The leaf does not count, nor do self-issued authorities (§4.2.1.9).
        let under = self.path.iter().take(length.beneath).skip(1);
        let found = under.filter(|certificate| !certificate.is_self_issued());
        let found = found.fold(0_u8, |count, _| count.saturating_add(1));
        PathError::PathLength { subject: length.by.subject(), allowed: length.allowed, found }
    }
}
