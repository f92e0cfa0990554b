//! Paths to anchors, and what lists and answers say of the certificates on them.

use super::engine::Role;
use super::proof::ObjectId;
use super::question::{Constraints, Evidence, Rules, Stamp, Trust};
use super::reason::Source;
use super::statement::{Says, Statement, Statements};
use crate::certificate::Certificate;
use crate::checks::Checks;
use crate::path::{Anchor, PathError, PathRules, ProvenPath, Purpose, find_path_by};
use crate::revocation::{
    Crl, OcspResponse, RevocationData, RevocationSource, RevocationStatus, Said, SourcePlace, each_source,
};
use crate::verify::VerifiedSignature;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Everything at hand, whoever brought it, read once.
pub(crate) struct Chains<'a> {
    trust: &'a Trust,
    constraints: &'a Constraints,
    pool: Vec<Certificate>,
    data: RevocationData,
    checks: Checks,
    /// What was found for a path before: several timestamps share one.
    known: RefCell<BTreeMap<Vec<ObjectId>, Rc<Vec<Statements>>>>,
    /// The same for paths.
    found: RefCell<BTreeMap<Asked, Result<ProvenPath, PathError>>>,
}

/// What a path was asked for: from which certificate, for whom, when, without which authorities.
type Asked = ([u8; 32], Role, i64, Vec<[u8; 32]>);

/// Bound on the moments tried for a path: those at which one of so many certificates begins to hold.
const MOMENTS_MAX: usize = 16;

/// Bound on lists and answers read: those of a signature renewed yearly for a working life.
const LISTS_MAX: usize = 256;

impl<'a> Chains<'a> {
    pub(crate) fn new<'s>(
        rules: &Rules<'a>,
        signatures: impl Iterator<Item = &'s VerifiedSignature>,
        stamps: &[Stamp],
        evidence: &[&Evidence],
    ) -> Self {
        let tokens = stamps.iter().filter_map(|stamp| stamp.token().ok()).map(|token| token.signature());
        let (pool, data) = (Vec::new(), RevocationData::default());
        let known = RefCell::default();
        let (trust, constraints, found) = (rules.trust, rules.constraints, RefCell::default());
        let mut this = Self { trust, constraints, pool, data, checks: Checks::default(), known, found };
        let mut add = |signature: &VerifiedSignature| {
            this.add(signature.certificates(), signature.crls(), signature.ocsps());
        };
        tokens.for_each(&mut add);
        signatures.for_each(&mut add);
        for one in evidence {
            this.add(&one.certificates, &one.crls, &one.ocsps);
        }
        this
    }

    /// What can't be read says nothing.
    fn add(&mut self, certificates: &[Certificate], crls: &[Vec<u8>], ocsps: &[Vec<u8>]) {
        for certificate in certificates {
            if !self.pool.contains(certificate) {
                self.pool.push(certificate.clone());
            }
        }
        let room = |used: usize| LISTS_MAX.saturating_sub(used);
        for list in crls.iter().take(room(self.data.crls.len())).filter_map(|der| Crl::from_der(der).ok()) {
            if !self.data.crls.iter().any(|known| known.fingerprint() == list.fingerprint()) {
                self.data.crls.push(list);
            }
        }
        let answers = ocsps.iter().take(room(self.data.ocsps.len()));
        for answer in answers.filter_map(|der| OcspResponse::from_der(der).ok()) {
            if !self.data.ocsps.iter().any(|known| known.fingerprint() == answer.fingerprint()) {
                self.data.ocsps.push(answer);
            }
        }
    }

    /// How many signatures over certificates, lists and answers were checked.
    pub(crate) fn checked(&self) -> usize {
        self.checks.made()
    }

    /// The answers that each certificate in them stands inside of.
    pub(crate) fn holders(&self) -> BTreeMap<ObjectId, Vec<ObjectId>> {
        let mut found: BTreeMap<ObjectId, Vec<ObjectId>> = BTreeMap::new();
        for answer in &self.data.ocsps {
            for certificate in answer.certificates() {
                let inside = found.entry(ObjectId::of_fingerprint(certificate.fingerprint())).or_default();
                inside.push(ObjectId::of_fingerprint(answer.fingerprint()));
            }
        }
        found
    }

    /// A path from a certificate to an anchor for this role, without some authorities: one that holds at the first of
    /// these moments that has one, else at any moment at which all of its certificates held (EN 319 102-1 §5.6.2.1.4,
    /// step 1).
    pub(crate) fn find(
        &self,
        leaf: &Certificate,
        role: Role,
        at: [i64; 2],
        without: &[Certificate],
    ) -> Result<ProvenPath, PathError> {
        let pool: Vec<Certificate> =
            self.pool.iter().filter(|certificate| !without.contains(certificate)).cloned().collect();
        let begins = pool.iter().map(Certificate::not_before).filter(|begin| *begin > leaf.not_before());
        let mut moments: Vec<i64> = at.to_vec();
        moments.push(leaf.not_before());
        moments.extend(begins.filter(|begin| *begin <= leaf.not_after()));
        moments.push(leaf.not_after());
        let mut tried: Vec<i64> = Vec::new();
        let mut first: Option<PathError> = None;
        for moment in moments {
            if tried.contains(&moment) || tried.len() >= MOMENTS_MAX {
                continue;
            }
            tried.push(moment);
            match self.find_at(leaf, role, moment, &pool, without) {
                Ok(path) => return Ok(path),
                Err(error) => {
                    // What is wrong at any moment says more than that one moment was the wrong one.
                    if first.as_ref().is_none_or(|first| is_about_time(first) && !is_about_time(&error)) {
                        first = Some(error);
                    }
                }
            }
        }
        Err(first.unwrap_or(PathError::NoAnchors))
    }

    fn find_at(
        &self,
        leaf: &Certificate,
        role: Role,
        at: i64,
        pool: &[Certificate],
        without: &[Certificate],
    ) -> Result<ProvenPath, PathError> {
        let without: Vec<[u8; 32]> = without.iter().map(Certificate::fingerprint).collect();
        let asked = (leaf.fingerprint(), role, at, without);
        if let Some(found) = self.found.borrow().get(&asked) {
            return found.clone();
        }
        let (anchors, rules) = match role {
            Role::Signer => (&self.trust.signers, &self.constraints.signer_path),
            Role::Authority | Role::Responder => (&self.trust.timestamps, &self.constraints.timestamp_path),
        };
        let found = find_path_by(leaf, pool, anchors, at, rules, &self.checks);
        self.found.borrow_mut().insert(asked, found.clone());
        found
    }

    /// What the lists and answers at hand say of each certificate of a path below its anchor.
    pub(crate) fn statements(&self, path: &ProvenPath) -> Rc<Vec<Statements>> {
        let certificates = path.certificates().iter().map(Certificate::fingerprint);
        let mut name: Vec<ObjectId> = certificates.map(ObjectId::of_fingerprint).collect();
        if let Anchor::Key { key, .. } = path.anchor() {
            name.push(ObjectId::of(key.as_der()));
        }
        if let Some(known) = self.known.borrow().get(&name) {
            return known.clone();
        }
        let said = each_source(path, &self.pool, &self.data, &self.checks);
        let found = Rc::new(said.into_iter().map(|said| self.read(said, path)).collect::<Vec<_>>());
        self.known.borrow_mut().insert(name, found.clone());
        found
    }

    fn read(&self, said: Vec<Said>, path: &ProvenPath) -> Statements {
        let (mut all, mut why) = (Vec::new(), None);
        for Said { status, objects, signed } in said {
            let (source, says, issued, next) = match status {
                RevocationStatus::Good { source, this_update, next_update } => {
                    (source, Says::Good, this_update, next_update)
                }
                RevocationStatus::Revoked { at, reason, source } => {
                    let (issued, next) = (source.this_update, source.next_update);
                    (source, Says::Revoked { at, reason }, issued, next)
                }
                RevocationStatus::Unknown { why: unknown } => {
                    why = Some(unknown);
                    continue;
                }
            };
            let responder = match self.responder(&source, path) {
                Ok(responder) => responder,
                Err(NoPath) => continue,
            };
            let kind = match source.place {
                SourcePlace::Crl { .. } => "CRL",
                SourcePlace::Ocsp { .. } => "OCSP answer",
            };
            let source = Source { kind, issuer: source.issuer };
            let objects = objects.into_iter().map(ObjectId::of_fingerprint).collect();
            all.push(Statement { objects, source, issued, next, says, signed, responder });
        }
        Statements { all, why }
    }

    /// The path of who signed a list or an answer, where that isn't an authority of the path itself.
    fn responder(&self, source: &RevocationSource, path: &ProvenPath) -> Result<Option<ProvenPath>, NoPath> {
        let Some(signer) = &source.signer else { return Ok(None) };
        if path.certificates().iter().skip(1).any(|authority| authority == signer) {
            return Ok(None);
        }
        let purpose = match source.place {
            SourcePlace::Crl { .. } => Purpose::CrlSigning,
            SourcePlace::Ocsp { .. } => Purpose::OcspSigning,
        };
        let rules = PathRules { anchor: path.rules().anchor, ..PathRules::of(purpose) };
        let above = path.certificates().iter().skip(1);
        let pool: Vec<Certificate> = above.chain(&self.pool).cloned().collect();
        let anchors = std::slice::from_ref(path.anchor());
        find_path_by(signer, &pool, anchors, source.this_update, &rules, &self.checks)
            .map(Some)
            .map_err(|_| NoPath)
    }
}

/// Who signed has no path of their own: what they say is left aside.
struct NoPath;

/// Whether another moment might give another answer.
fn is_about_time(error: &PathError) -> bool {
    matches!(error, PathError::NotYet { .. } | PathError::Expired { .. })
}
