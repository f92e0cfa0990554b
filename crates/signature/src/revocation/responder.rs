//! Who may say so: signers of lists (RFC 5280 §6.3.3 (f), (g)) and OCSP responders (RFC 6960 §4.2.2.2).

use super::Currency;
use super::crl::Crl;
use super::ocsp::{Answer, OcspResponse, Says};
use super::point::DistributionPoint;
use super::source::{RevocationSource, RevocationStatus, SourcePlace, Unused, WhyUnused};
use super::status::{Checker, Issuer, SIGNER_PATH_COST, Verdict, links};
use crate::algorithm::PublicKey;
use crate::certificate::Certificate;
use crate::path::{Anchor, PathError, PathRules, Purpose, find_path_by};

/// Who signed.
pub(super) struct Signer {
    pub(super) key: PublicKey,
    pub(super) certificate: Option<Certificate>,
}

impl<'a> Checker<'a> {
    /// Who signed a list and may have; the reason of the candidate that came furthest if nobody.
    pub(super) fn list_signer(
        &mut self,
        index: usize,
        list: &Crl,
        certificate: &Certificate,
        issuer: Issuer<'_>,
        point: &DistributionPoint,
    ) -> Result<Signer, WhyUnused> {
        let by = || list.issuer().to_string();
        if let Err(found) = list.algorithm() {
            return Err(WhyUnused::UnknownAlgorithm { issuer: by(), found });
        }
        let place = SourcePlace::Crl { index, delta: None };
        let mut why = WhyUnused::SignerUnknown { issuer: by() };
        let mut candidates: Vec<(Option<&Certificate>, &PublicKey)> = Vec::new();
        if issuer.name.matches(list.issuer()) {
            candidates.push((issuer.certificate, issuer.key));
        }
        if let Anchor::Key { name, key } = self.anchor
            && name.matches(list.issuer())
        {
            candidates.push((None, key));
        }
        let pool: &'a [Certificate] = self.pool;
        let path: &'a [Certificate] = self.path;
        let anchor = self.anchor_certificate();
        for candidate in path.iter().chain(anchor).chain(pool) {
            let known = candidates.iter().any(|(known, _)| *known == Some(candidate));
            if let (false, true, Ok(key)) =
                (known, candidate.subject_name().matches(list.issuer()), candidate.public_key())
            {
                candidates.push((Some(candidate), key));
            }
        }
        for (candidate, key) in candidates {
            let identified =
                candidate.and_then(Certificate::subject_key_identifier).zip(list.authority_key());
            if identified.is_some_and(|(has, wanted)| has != wanted) {
                continue;
            }
            if !self.is_signed(place, key, |key, checks| list.is_signed_by(key, checks))? {
                keep_furthest(&mut why, WhyUnused::NotSignedBy { issuer: by() });
                continue;
            }
            let allowed = match candidate {
                None => Ok(()),
                Some(candidate) => self.may_sign_lists(candidate, list, certificate, issuer, point),
            };
            match allowed {
                Ok(()) => return Ok(Signer { key: key.clone(), certificate: candidate.cloned() }),
                Err(error) => keep_furthest(&mut why, error),
            }
        }
        Err(why)
    }

    /// §6.3.3 (f): cRLSign, a path to the same anchor, not revoked.
    fn may_sign_lists(
        &mut self,
        candidate: &Certificate,
        list: &Crl,
        certificate: &Certificate,
        issuer: Issuer<'_>,
        point: &DistributionPoint,
    ) -> Result<(), WhyUnused> {
        let signer = || candidate.subject();
        let usage = candidate.extensions().key_usage.as_ref();
        // The issuer itself, and the anchor: a path to them is at hand, and their status is asked on its own.
        let own = issuer.certificate == Some(candidate) || self.anchor_certificate() == Some(candidate);
        // Anybody else must be told to sign lists, not only not forbidden to: a name is all they share with the issuer.
        if !usage.map_or(own, |usage| usage.crl_sign()) {
            let why = PathError::KeyUsage { subject: signer(), needed: "signing revocation lists" };
            return Err(WhyUnused::SignerPath { signer: signer(), why: Box::new(why) });
        }
        if own {
            return Ok(());
        }
        // An issuer may name a list's signer whose own status that list tells: then it has no other.
        let named = point.crl_issuers.iter().any(|name| name.directory() == Some(list.issuer().comparable()));
        if named && candidate == certificate {
            return Ok(());
        }
        if self.asked.contains(&candidate.fingerprint()) {
            return Err(WhyUnused::SignerStatusUnknown { signer: signer() });
        }
        self.spend(SIGNER_PATH_COST)?;
        let at = match self.currency {
            Currency::Current => self.at,
            Currency::AtHand => list.this_update(),
        };
        let rules = PathRules { anchor: self.anchor_rule, ..PathRules::of(Purpose::CrlSigning) };
        let mut pool = self.pool.to_vec();
        pool.extend_from_slice(self.path);
        let path = find_path_by(candidate, &pool, std::slice::from_ref(self.anchor), at, &rules, self.checks);
        let path = path.map_err(|why| WhyUnused::SignerPath { signer: signer(), why: Box::new(why) })?;
        for (above, its_issuer) in links(&path) {
            // Those on the path asked about are asked on their own.
            if above == candidate || !self.path.contains(above) {
                let status = self.status(above, its_issuer);
                expect_good(above, &status)?;
            }
        }
        Ok(())
    }

    fn anchor_certificate(&self) -> Option<&'a Certificate> {
        match self.anchor {
            Anchor::Certificate(certificate) => Some(certificate),
            _ => None,
        }
    }

    /// What the answers at hand say.
    pub(super) fn answers(
        &mut self,
        certificate: &Certificate,
        issuer: Issuer<'_>,
        unused: &mut Vec<Unused>,
    ) -> Vec<Verdict> {
        let mut verdicts = Vec::new();
        for (index, response) in self.data.ocsps.iter().enumerate() {
            if self.skips(SourcePlace::Ocsp { index }) {
                continue;
            }
            for answer in response.answers(certificate, issuer.key) {
                match self.answer(index, response, answer, certificate, issuer) {
                    Ok(verdict) => verdicts.push(verdict),
                    Err(why) => unused.push(Unused { place: SourcePlace::Ocsp { index }, why }),
                }
            }
        }
        verdicts
    }

    fn answer(
        &mut self,
        index: usize,
        response: &OcspResponse,
        answer: &Answer,
        certificate: &Certificate,
        issuer: Issuer<'_>,
    ) -> Result<Verdict, WhyUnused> {
        let by = response.responder();
        if let Some(extension) = answer.refused.or(response.refused()) {
            return Err(WhyUnused::Extension { issuer: by, extension });
        }
        self.counts(&by, answer.this_update, answer.next_update)?;
        let signer = self.responder(index, response, issuer)?;
        let (this_update, next_update) = (answer.this_update, answer.next_update);
        let source = RevocationSource::ocsp(index, response, this_update, next_update, signer.certificate);
        match answer.says {
            Says::Revoked { at, reason } => Ok(Verdict::Revoked { at, reason, source }),
            Says::Unknown => Err(WhyUnused::NotKnown { issuer: by }),
            Says::Good => {
                let not_after = certificate.not_after();
                let kept = answer.archive_cutoff.is_some_and(|since| since <= not_after);
                if this_update > not_after && !kept {
                    return Err(WhyUnused::AfterExpiry { issuer: by, this_update, not_after });
                }
                Ok(Verdict::Good { source, this_update, next_update })
            }
        }
    }

    /// RFC 6960 §4.2.2.2: the issuer itself, or whom it appointed directly.
    fn responder(
        &mut self,
        index: usize,
        response: &OcspResponse,
        issuer: Issuer<'_>,
    ) -> Result<Signer, WhyUnused> {
        let by = || response.responder();
        if let Err(found) = response.algorithm() {
            return Err(WhyUnused::UnknownAlgorithm { issuer: by(), found });
        }
        let place = SourcePlace::Ocsp { index };
        let mut why = WhyUnused::SignerUnknown { issuer: by() };
        if response.names_responder(issuer.name, issuer.key) {
            if self.is_signed(place, issuer.key, |key, checks| response.is_signed_by(key, checks))? {
                return Ok(Signer { key: issuer.key.clone(), certificate: issuer.certificate.cloned() });
            }
            why = WhyUnused::NotSignedBy { issuer: by() };
        }
        let pool: &'a [Certificate] = self.pool;
        for candidate in response.certificates().iter().chain(pool) {
            let Ok(key) = candidate.public_key() else { continue };
            if !response.names_responder(candidate.subject_name(), key) {
                continue;
            }
            if !self.is_signed(place, key, |key, checks| response.is_signed_by(key, checks))? {
                keep_furthest(&mut why, WhyUnused::NotSignedBy { issuer: by() });
                continue;
            }
            match self.may_answer(candidate, response, issuer) {
                Ok(()) => return Ok(Signer { key: key.clone(), certificate: Some(candidate.clone()) }),
                Err(error) => keep_furthest(&mut why, error),
            }
        }
        Err(why)
    }

    /// Whether a certificate appoints a responder for an issuer.
    fn may_answer(
        &mut self,
        candidate: &Certificate,
        response: &OcspResponse,
        issuer: Issuer<'_>,
    ) -> Result<(), WhyUnused> {
        self.spend(SIGNER_PATH_COST)?;
        let signer = candidate.subject();
        let at = match self.currency {
            Currency::Current => self.at,
            Currency::AtHand => response.produced_at(),
        };
        // The issuer for an anchor and nothing between: issued directly.
        let direct = Anchor::Key { name: issuer.name.clone(), key: issuer.key.clone() };
        let rules = PathRules::of(Purpose::OcspSigning);
        if let Err(why) = find_path_by(candidate, &[], &[direct], at, &rules, self.checks) {
            return Err(WhyUnused::SignerPath { signer, why: Box::new(why) });
        }
        // §4.2.2.2.1: either its issuer says that nobody need ask, or one asks.
        if candidate.is_never_checked() {
            return Ok(());
        }
        if self.asked.contains(&candidate.fingerprint()) {
            return Err(WhyUnused::SignerStatusUnknown { signer });
        }
        let status = self.status(candidate, issuer);
        expect_good(candidate, &status)
    }
}

fn expect_good(certificate: &Certificate, status: &RevocationStatus) -> Result<(), WhyUnused> {
    let signer = certificate.subject();
    match status {
        RevocationStatus::Good { .. } => Ok(()),
        RevocationStatus::Revoked { at, .. } => Err(WhyUnused::SignerRevoked { signer, at: *at }),
        RevocationStatus::Unknown { .. } => Err(WhyUnused::SignerStatusUnknown { signer }),
    }
}

/// Keeps the reason that came further; the first of two that came as far.
fn keep_furthest(kept: &mut WhyUnused, other: WhyUnused) {
    if other.rank() > kept.rank() {
        *kept = other;
    }
}
