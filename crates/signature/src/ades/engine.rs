//! Weighs one signature, a signer's or an authority's under a timestamp (EN 319 102-1 §5.3, §5.5, §5.6.2.4).

use super::algorithms::Acceptable;
use super::chain::Chains;
use super::proof::{ObjectId, Proof, Proofs};
use super::question::{Binding, Constraints, Freshness, RevocationRule};
use super::reason::{Known, Reason, Whose};
use super::statement::{Statement, Statements, Status, weigh};
use super::verdict::{Conclusion, Revocation, Standing};
use crate::algorithm::{Algorithm, DigestAlgorithm, KeyKind};
use crate::certificate::Certificate;
use crate::path::{Anchor, AnchorRule, ProvenPath};
use crate::verify::VerifiedSignature;

/// Whose signature is weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    Signer,
    /// One for timestamps.
    Authority,
    /// One that answers for another which certificates are revoked.
    Responder,
}

/// What is weighed.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) signature: &'a VerifiedSignature,
    /// What proofs of its existence are about: a signature's value, a token.
    pub(crate) object: ObjectId,
    pub(crate) role: Role,
    /// The digest that ties a token to what it is over.
    pub(crate) imprint: Option<DigestAlgorithm>,
    /// What shows that it is not older.
    pub(crate) made_after: Option<&'a Proof>,
}

/// What came out.
pub(crate) struct Weighed {
    pub(crate) conclusion: Conclusion,
    pub(crate) exists: Proof,
    pub(crate) path: Option<ProvenPath>,
    pub(crate) revocation: Vec<Revocation>,
    pub(crate) control: Option<i64>,
}

/// What everything is weighed against.
pub(crate) struct Engine<'a> {
    pub(crate) at: i64,
    pub(crate) chains: Chains<'a>,
    pub(crate) constraints: &'a Constraints,
    pub(crate) proofs: Proofs,
}

/// Bound on the chains tried for one certificate where an authority in the first is at fault: cross-certified
/// authorities have two or three.
const CHAINS_MAX: usize = 4;

impl Engine<'_> {
    /// Weighs a signature whose content and key match.
    pub(crate) fn weigh(&self, subject: &Subject<'_>) -> Weighed {
        let exists = self.proofs.earliest(subject.object);
        let find = |without: &[Certificate]| {
            self.chains.find(subject.signature.signer(), subject.role, [self.at, exists.at], without)
        };
        let path = match find(&[]) {
            Ok(path) => path,
            Err(error) => {
                let conclusion = Conclusion { reasons: vec![Reason::Path(error)], overcome: Vec::new() };
                return Weighed { conclusion, exists, path: None, revocation: Vec::new(), control: None };
            }
        };
        let (first, mut at_fault) = self.weigh_by(subject, path, &exists);
        let mut without = Vec::new();
        // Where an authority is at fault, another path around it may do.
        while let (false, Some(authority)) = (first.conclusion.is_passed(), at_fault.take()) {
            without.push(authority);
            if without.len() >= CHAINS_MAX {
                break;
            }
            let Ok(path) = find(&without) else { break };
            let (weighed, fault) = self.weigh_by(subject, path, &exists);
            if weighed.conclusion.is_passed() {
                return weighed;
            }
            at_fault = fault.filter(|authority| !without.contains(authority));
        }
        first
    }

    /// Weighs by one path, and says which authority on it is at fault.
    fn weigh_by(
        &self,
        subject: &Subject<'_>,
        path: ProvenPath,
        exists: &Proof,
    ) -> (Weighed, Option<Certificate>) {
        let leaf = subject.signature.signer();
        let (mut revocation, mut control) = (Vec::new(), None);
        let against = self.against(subject, &path, exists, &mut revocation);
        let at_fault = against.iter().find_map(|(reason, number)| {
            let of_authority = matches!(
                reason,
                Reason::Revoked { .. } | Reason::OutOfBounds { .. } | Reason::NoRevocationData { .. }
            );
            let below_anchor = (1..path.below_anchor().len()).contains(number);
            if of_authority && below_anchor { path.certificates().get(*number).cloned() } else { None }
        });
        let (mut overcome, mut standing) = (Vec::new(), Vec::new());
        for (reason, number) in against {
            let overcame = self.overcomes(&reason, number, subject.role, exists);
            if overcame { overcome.push(reason) } else { standing.push(reason) }
        }
        if standing.iter().any(is_about_time) {
            match self.slide(&path, subject.role, self.at) {
                Ok(until) => {
                    control = Some(until);
                    let within = (leaf.not_before()..=leaf.not_after()).contains(&exists.at);
                    if exists.at <= until && within {
                        let (past, left) = standing.into_iter().partition(is_about_time);
                        overcome.extend::<Vec<_>>(past);
                        standing = left;
                    }
                }
                Err(missing) if !standing.contains(&missing) => standing.push(*missing),
                Err(_) => {}
            }
        }
        standing.sort_by_key(rank);
        overcome.sort_by_key(rank);
        self.contradictions(subject, exists, &mut standing);
        let conclusion = Conclusion { reasons: standing, overcome };
        let weighed = Weighed { conclusion, exists: exists.clone(), path: Some(path), revocation, control };
        (weighed, at_fault)
    }

    /// Everything that stands against it at the moment of verification, each with the place in the chain of the
    /// certificate that it is about.
    fn against(
        &self,
        subject: &Subject<'_>,
        path: &ProvenPath,
        exists: &Proof,
        revocation: &mut Vec<Revocation>,
    ) -> Vec<(Reason, usize)> {
        let mut found = Vec::new();
        let leaf = subject.signature.signer();
        if self.constraints.binding == Binding::Required && !subject.signature.signing_certificate_bound() {
            found.push((Reason::NotBound { subject: leaf.subject() }, 0));
        }
        if let Ok(key) = leaf.public_key() {
            let by = Some((subject.signature.algorithm(), key.kind()));
            found.extend(self.algorithm("signature", by, exists).map(|reason| (reason, 0)));
        }
        found.extend(self.digest(subject.signature.digest(), exists).map(|reason| (reason, 0)));
        found
            .extend(subject.imprint.and_then(|digest| self.digest(digest, exists)).map(|reason| (reason, 0)));
        let statements = self.chains.statements(path);
        for (number, certificate) in path.certificates().iter().enumerate() {
            if number > 0
                && number >= path.below_anchor().len()
                && path.rules().anchor == AnchorRule::NameAndKey
            {
                continue;
            }
            let mut reasons = Vec::new();
            let of = statements.get(number);
            let (standing, known) = self.revocation(certificate, of, number, exists, &mut reasons);
            if of.is_some() || number == 0 {
                revocation.push(Revocation { subject: certificate.subject(), standing });
            }
            let (not_before, not_after) = (certificate.not_before(), certificate.not_after());
            if !(not_before..=not_after).contains(&self.at) {
                reasons.push(Reason::OutOfBounds {
                    subject: certificate.subject(),
                    whose: whose(number),
                    not_before,
                    not_after,
                    asked: self.at,
                    known,
                    exists: exists.clone(),
                });
            }
            if number < path.below_anchor().len() {
                let made = format!("certificate of `{}`", certificate.subject());
                let since = self.proofs.earliest(ObjectId::of(certificate.as_der()));
                reasons.extend(self.algorithm(&made, signed_by(path, number), &since));
            }
            found.extend(reasons.into_iter().map(|reason| (reason, number)));
        }
        found
    }

    /// What is known of one certificate's revocation, and what of that stands against it.
    fn revocation(
        &self,
        certificate: &Certificate,
        statements: Option<&Statements>,
        number: usize,
        exists: &Proof,
        reasons: &mut Vec<Reason>,
    ) -> (Standing, Known) {
        let subject = certificate.subject();
        // Nobody is asked about an anchor: its holder's word is taken.
        let Some(statements) = statements else { return (Standing::Trusted, Known::NotRevoked) };
        match weigh(statements.all.iter(), self.at) {
            Status::Revoked { by, at, reason } => {
                let source = by.source.clone();
                reasons.push(Reason::Revoked {
                    subject,
                    whose: whose(number),
                    at,
                    reason,
                    source: source.clone(),
                    exists: exists.clone(),
                });
                let known = if exists.at < at { Known::NotRevoked } else { Known::Nothing };
                (Standing::Revoked { source, at, reason }, known)
            }
            Status::Good(by) => {
                let (source, issued, next) = (by.source.clone(), by.issued, by.next);
                if !is_fresh(by, self.at) {
                    reasons.push(Reason::Stale {
                        subject,
                        source: source.clone(),
                        issued,
                        next,
                        asked: self.at,
                        exists: exists.clone(),
                    });
                }
                let (made, since) = (source.to_string(), self.proofs.of_all(&by.objects));
                let signed = by.signed.iter().copied();
                reasons.extend(signed.filter_map(|signed| self.algorithm(&made, Some(signed), &since)));
                (Standing::Good { source, issued, next }, Known::NotRevoked)
            }
            Status::Unknown if self.constraints.revocation == RevocationRule::WhereKnown => {
                (Standing::Unknown, Known::NotRevoked)
            }
            Status::Unknown => {
                let why = statements.why.clone().unwrap_or_default();
                reasons.push(Reason::NoRevocationData { subject, why });
                (Standing::Unknown, Known::Nothing)
            }
        }
    }

    fn algorithm(&self, made: &str, by: Option<(Algorithm, KeyKind)>, exists: &Proof) -> Option<Reason> {
        let (algorithm, key) = by?;
        let name = match algorithm {
            // The name says it all.
            Algorithm::Ed25519 => algorithm.to_string(),
            _ => format!("{algorithm} by {key}"),
        };
        self.acceptable(made, name, self.constraints.algorithms.signature(algorithm, key), exists)
    }

    fn digest(&self, digest: DigestAlgorithm, exists: &Proof) -> Option<Reason> {
        self.acceptable("signature", digest.to_string(), self.constraints.algorithms.digest(digest), exists)
    }

    fn acceptable(&self, made: &str, name: String, when: Acceptable, exists: &Proof) -> Option<Reason> {
        if when.holds_at(self.at) {
            return None;
        }
        let until = match when {
            Acceptable::Until(until) => Some(until),
            _ => None,
        };
        let (made, asked, exists) = (made.to_owned(), self.at, exists.clone());
        Some(Reason::Algorithm { made, algorithm: name, until, asked, exists })
    }

    /// Whether the proof of the signature's existence alone overcomes a reason (EN 319 102-1 §5.5.4): as long as the
    /// authorities above hold today, what they say needs no proof of its own.
    fn overcomes(&self, reason: &Reason, number: usize, role: Role, exists: &Proof) -> bool {
        match reason {
            Reason::Revoked { at, .. } => number == 0 && exists.at < *at,
            Reason::OutOfBounds { known: Known::NotRevoked, not_before, not_after, .. } => {
                number == 0 && (*not_before..=*not_after).contains(&exists.at)
            }
            Reason::Stale { issued, next, .. } => {
                number == 0 && exists.at <= self.spoken_until(*issued, *next, number, role)
            }
            Reason::Algorithm { until: Some(until), exists, .. } => exists.at <= *until,
            _ => false,
        }
    }

    /// How old a list may be that speaks for a certificate of a path.
    pub(crate) fn freshness(&self, number: usize, role: Role) -> Freshness {
        match (role, number) {
            (Role::Signer, 0) => self.constraints.signers,
            _ => self.constraints.authorities,
        }
    }

    /// Until when a list that is no longer fresh is relied on.
    pub(crate) fn spoken_until(&self, issued: i64, next: Option<i64>, number: usize, role: Role) -> i64 {
        match (self.freshness(number, role), next) {
            (Freshness::UntilNextUpdate, Some(next)) => next.max(issued),
            _ => issued,
        }
    }

    /// What the two ends of the time in which it was made say against each other and against the certificate.
    fn contradictions(&self, subject: &Subject<'_>, exists: &Proof, standing: &mut Vec<Reason>) {
        let leaf = subject.signature.signer();
        if exists.at < leaf.not_before() {
            standing.insert(
                0,
                Reason::MadeBeforeValidity {
                    subject: leaf.subject(),
                    not_before: leaf.not_before(),
                    exists: exists.clone(),
                },
            );
            return;
        }
        let claimed = subject.signature.claimed_signing_time();
        if let (Role::Signer, Some(allowed), Some(claimed)) =
            (subject.role, self.constraints.timestamp_delay, claimed)
            && exists.at.saturating_sub(claimed) > allowed
        {
            standing.push(Reason::TimestampDelay { claimed, exists: exists.clone(), allowed });
        }
        let Some(made_after) = subject.made_after else { return };
        let shown = standing.iter().find_map(|reason| match reason {
            Reason::Revoked { subject, whose: Whose::Signer, at, .. } if made_after.at >= *at => {
                let (subject, revoked_at) = (subject.clone(), *at);
                Some(Reason::MadeAfterRevocation { subject, revoked_at, not_before: made_after.clone() })
            }
            Reason::OutOfBounds { subject, whose: Whose::Signer, not_after, .. }
                if made_after.at > *not_after =>
            {
                let (subject, not_after) = (subject.clone(), *not_after);
                Some(Reason::MadeAfterValidity { subject, not_after, not_before: made_after.clone() })
            }
            _ => None,
        });
        if let Some(shown) = shown {
            standing.insert(0, shown);
        }
        if made_after.at > exists.at {
            standing.push(Reason::TimestampOrder { covered: made_after.at, covering: exists.at });
        }
    }
}

/// How a certificate of a path is signed, and by which kind of key.
pub(crate) fn signed_by(path: &ProvenPath, number: usize) -> Option<(Algorithm, KeyKind)> {
    let algorithm = path.certificates().get(number)?.algorithm().ok()?;
    let above = path.certificates().get(number.saturating_add(1));
    let key = match (above, path.anchor()) {
        (Some(above), _) => above.public_key().ok()?,
        (None, Anchor::Key { key, .. }) => key,
        (None, _) => return None,
    };
    Some((algorithm, key.kind()))
}

/// Whether an earlier moment could overcome it.
fn is_about_time(reason: &Reason) -> bool {
    matches!(reason, Reason::Revoked { .. } | Reason::OutOfBounds { .. } | Reason::Stale { .. })
}

/// What decides first: the gravest that is known, then what is missing.
fn rank(reason: &Reason) -> u8 {
    match reason {
        Reason::NotBound { .. } => 0,
        Reason::Revoked { whose: Whose::Signer, .. } => 1,
        Reason::Revoked { whose: Whose::Authority, .. } => 2,
        Reason::OutOfBounds { .. } => 3,
        Reason::Algorithm { until: None, .. } => 4,
        Reason::Algorithm { .. } => 5,
        Reason::NoRevocationData { .. } => 6,
        Reason::NoProof { .. } => 7,
        _ => 8,
    }
}

fn whose(number: usize) -> Whose {
    if number == 0 { Whose::Signer } else { Whose::Authority }
}

/// Whether a list is recent enough at a moment without asking when what it is about was used (EN 319 102-1 §5.2.5).
pub(crate) fn is_fresh(statement: &Statement, at: i64) -> bool {
    at <= statement.next.map_or(statement.issued, |next| next.max(statement.issued))
}
