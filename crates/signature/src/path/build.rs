//! The search for a path: depth first from the leaf, likelier issuers first (RFC 4158), every signature checked once.

use super::budget::Budget;
use super::validate::{self, Link};
use super::{Anchor, PATH_MAX, PathError, PathRules, ProvenPath};
use crate::algorithm::PublicKey;
use crate::certificate::Certificate;
use crate::checks::Checks;
use crate::name::DistinguishedName;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

pub(super) struct Search<'a> {
    /// The leaf, the anchors' certificates, the pool: each once.
    nodes: Vec<&'a Certificate>,
    anchors: BTreeSet<[u8; 32]>,
    keys: Vec<(&'a DistinguishedName, &'a PublicKey)>,
    at: i64,
    rules: &'a PathRules,
    checks: &'a Checks,
    budget: Budget,
    /// Signatures checked: who is below, and the key above.
    signed: BTreeMap<(usize, &'a [u8]), bool>,
    furthest: Option<(usize, PathError)>,
}

/// What is done with a path that satisfies everything but revocation: its error sends the search on.
type Accept<'f, T> = &'f mut dyn FnMut(ProvenPath) -> Result<T, PathError>;

/// Faults of a path that reached an anchor come further than any that didn't; a revoked one furthest.
const REACHED_ANCHOR: usize = 1_000;
const STATUS_UNKNOWN: usize = 2_000;
const REVOKED: usize = 3_000;

impl<'a> Search<'a> {
    pub(super) fn new(
        leaf: &'a Certificate,
        pool: &'a [Certificate],
        anchors: &'a [Anchor],
        at: i64,
        rules: &'a PathRules,
        checks: &'a Checks,
    ) -> Result<Self, PathError> {
        if anchors.is_empty() {
            return Err(PathError::NoAnchors);
        }
        let trusted = anchors.iter().filter_map(|anchor| match anchor {
            Anchor::Certificate(certificate) => Some(certificate),
            _ => None,
        });
        let mut seen = BTreeSet::new();
        let mut nodes = Vec::new();
        for certificate in std::iter::once(leaf).chain(trusted).chain(pool) {
            if seen.insert(certificate.fingerprint()) {
                nodes.push(certificate);
            }
        }
        let fingerprints = anchors.iter().filter_map(|anchor| match anchor {
            Anchor::Fingerprint(fingerprint) => Some(*fingerprint),
            Anchor::Certificate(certificate) => Some(certificate.fingerprint()),
            Anchor::Key { .. } => None,
        });
        let keys = anchors.iter().filter_map(|anchor| match anchor {
            Anchor::Key { name, key } => Some((name, key)),
            _ => None,
        });
        Ok(Self {
            nodes,
            anchors: fingerprints.collect(),
            keys: keys.collect(),
            at,
            rules,
            checks,
            budget: Budget::new(),
            signed: BTreeMap::new(),
            furthest: None,
        })
    }

    pub(super) fn run<T>(mut self, accept: Accept<'_, T>) -> Result<T, PathError> {
        let Some(leaf) = self.nodes.first() else { return Err(PathError::NoAnchors) };
        validate::leaf(leaf, self.rules)?;
        if let Some(found) = self.climb(&mut vec![0], accept)? {
            return Ok(found);
        }
        Err(self.furthest.map_or(PathError::NoAnchors, |(_, error)| error))
    }

    /// Depth first from the last certificate of `path`. `Err` stops the search.
    fn climb<T>(&mut self, path: &mut Vec<usize>, accept: Accept<'_, T>) -> Result<Option<T>, PathError> {
        self.budget.step()?;
        let Some((last, below)) = path.last().and_then(|last| Some((*last, *self.nodes.get(*last)?))) else {
            return Ok(None);
        };
        let depth = path.len();
        if self.anchors.contains(&below.fingerprint()) {
            if let Err(error) = validate::anchor_stands(below, self.at, self.rules) {
                self.remember(depth, error);
                return Ok(None);
            }
            return self.reached(path, Anchor::Certificate(below.clone()), accept);
        }
        if let Err(error) = validate::stands(below, self.at, self.rules) {
            self.remember(depth, error);
            return Ok(None);
        }
        let mut tried = false;
        for index in 0..self.keys.len() {
            let Some(&(name, key)) = self.keys.get(index) else { continue };
            if !name.matches(below.issuer_name()) {
                continue;
            }
            tried = true;
            let fingerprint = || Sha256::digest(key.as_der()).into();
            match self.link(last, key, name, fingerprint)? {
                Err(error) => self.remember(depth.saturating_add(1), error),
                Ok(()) => {
                    let anchor = Anchor::Key { name: name.clone(), key: key.clone() };
                    if let Some(found) = self.reached(path, anchor, accept)? {
                        return Ok(Some(found));
                    }
                }
            }
        }
        let candidates = self.issuers(below, path);
        if depth >= PATH_MAX && !candidates.is_empty() {
            self.remember(depth, PathError::TooLong);
            return Ok(None);
        }
        for index in candidates {
            let Some(&issuer) = self.nodes.get(index) else { continue };
            tried = true;
            let is_anchor = self.anchors.contains(&issuer.fingerprint());
            let key = match validate::may_issue(issuer, is_anchor, self.rules) {
                Ok(key) => key,
                Err(error) => {
                    self.remember(depth.saturating_add(1), error);
                    continue;
                }
            };
            let linked = self.link(last, key, issuer.subject_name(), || issuer.fingerprint())?;
            if let Err(error) = linked {
                self.remember(depth.saturating_add(1), error);
                continue;
            }
            path.push(index);
            if let Some(found) = self.climb(path, accept)? {
                return Ok(Some(found));
            }
            path.pop();
        }
        if !tried {
            let (subject, fingerprint) = (below.subject(), below.fingerprint());
            let error = if below.is_self_issued() {
                PathError::NotTrusted { subject, fingerprint }
            } else {
                PathError::IssuerUnknown { subject, fingerprint, issuer: below.issuer() }
            };
            self.remember(depth, error);
        }
        Ok(None)
    }

    /// Who may have issued `below`: anchors first, then those whose key it names, then those in force.
    fn issuers(&self, below: &Certificate, path: &[usize]) -> Vec<usize> {
        // The same name and key again lead nowhere new (RFC 4158 §2.4.2), unless to an anchor.
        let same = |a: &Certificate, b: &Certificate| {
            a == b
                || (a.public_key().is_ok()
                    && a.public_key() == b.public_key()
                    && a.subject_name().matches(b.subject_name()))
        };
        let on_path = |issuer: &Certificate| {
            let mut above_leaf = path.iter().skip(1).filter_map(|index| self.nodes.get(*index));
            !self.anchors.contains(&issuer.fingerprint()) && above_leaf.any(|other| same(other, issuer))
        };
        let named = self.nodes.iter().enumerate().skip(1);
        let named = named.filter(|(_, issuer)| validate::names(below, issuer) && !on_path(issuer));
        let mut out: Vec<usize> = named.map(|(index, _)| index).collect();
        out.sort_by_key(|index| {
            let Some(issuer) = self.nodes.get(*index) else { return (true, true, true) };
            let wanted = &below.extensions().authority_key;
            let key_agrees = wanted.is_some() && wanted.as_deref() == issuer.subject_key_identifier();
            let in_force = (issuer.not_before()..=issuer.not_after()).contains(&self.at);
            (!self.anchors.contains(&issuer.fingerprint()), !key_agrees, !in_force)
        });
        out
    }

    /// Whether a key signed the certificate below. The outer `Err` is the spent budget.
    fn link(
        &mut self,
        below: usize,
        key: &'a PublicKey,
        name: &DistinguishedName,
        fingerprint: impl Fn() -> [u8; 32],
    ) -> Result<Link, PathError> {
        let Some(&certificate) = self.nodes.get(below) else { return Ok(Ok(())) };
        if let Err(found) = certificate.algorithm() {
            return Ok(Err(PathError::UnknownAlgorithm { subject: certificate.subject(), found }));
        }
        let signed = match self.signed.get(&(below, key.as_der())) {
            Some(signed) => *signed,
            None => {
                self.budget.check_signature()?;
                let signed = certificate.is_signed_by(key, self.checks);
                self.signed.insert((below, key.as_der()), signed);
                signed
            }
        };
        if signed {
            return Ok(Ok(()));
        }
        let (subject, issuer, fingerprint) = (certificate.subject(), name.to_string(), fingerprint());
        Ok(Err(PathError::NotSignedBy { subject, issuer, fingerprint }))
    }

    /// The path has come to an anchor: the rest of §6.1, and whatever else is asked.
    fn reached<T>(
        &mut self,
        path: &[usize],
        anchor: Anchor,
        accept: Accept<'_, T>,
    ) -> Result<Option<T>, PathError> {
        let certificates: Vec<&Certificate> =
            path.iter().filter_map(|index| self.nodes.get(*index).copied()).collect();
        let below = match anchor {
            Anchor::Key { .. } => &certificates[..],
            _ => certificates.split_last().map_or(&[][..], |(_, below)| below),
        };
        let of_anchor = match anchor {
            Anchor::Key { .. } => None,
            _ => certificates.last().copied(),
        };
        let policies = match validate::validate(below, of_anchor, self.at, self.rules, &mut self.budget) {
            Ok(policies) => policies,
            Err(spent @ PathError::Budget { .. }) => return Err(spent),
            Err(error) => {
                self.remember(REACHED_ANCHOR, error);
                return Ok(None);
            }
        };
        let proven = ProvenPath {
            certificates: certificates.into_iter().cloned().collect(),
            anchor,
            policies,
            rules: self.rules.clone(),
            at: self.at,
        };
        self.budget.complete_path()?;
        match accept(proven) {
            Ok(found) => Ok(Some(found)),
            Err(error) => {
                let revoked = matches!(error, PathError::Revoked { .. });
                self.remember(if revoked { REVOKED } else { STATUS_UNKNOWN }, error);
                Ok(None)
            }
        }
    }

    fn remember(&mut self, depth: usize, error: PathError) {
        if self.furthest.as_ref().is_none_or(|(reached, _)| depth > *reached) {
            self.furthest = Some((depth, error));
        }
    }
}
