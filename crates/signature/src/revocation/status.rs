//! The status of one certificate out of all that is at hand (RFC 5280 §6.3.3, RFC 6960 §3.2).

use super::crl::Crl;
use super::point::{DistributionPoint, Reasons};
use super::scope::{OutOfScope, completes, covers};
use super::source::{
    CertificateStatus, RevocationReason, RevocationSource, RevocationStatus, SourcePlace, StatusUnknown,
    Unused, WhyUnused,
};
use super::{Currency, RevocationData};
use crate::algorithm::PublicKey;
use crate::certificate::Certificate;
use crate::checks::Checks;
use crate::name::DistinguishedName;
use crate::path::{Anchor, AnchorRule, ProvenPath};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The status of each certificate of a path below its anchor, from the signer's up, by what is at hand.
///
/// `pool`: certificates among which those who signed lists are looked for, beside the path's. They must have a path to the
/// same anchor (RFC 5280 §6.3.3 (f)) and not be revoked themselves; a responder must be the issuer or be appointed by it
/// directly (RFC 6960 §4.2.2.2).
pub fn revocation(
    path: &ProvenPath,
    pool: &[Certificate],
    data: &RevocationData,
    at: i64,
    currency: Currency,
) -> Vec<CertificateStatus> {
    revocation_by(path, pool, data, at, currency, &Checks::default())
}

/// [`revocation`] within a verification, which shares the checks of signatures.
pub(crate) fn revocation_by(
    path: &ProvenPath,
    pool: &[Certificate],
    data: &RevocationData,
    at: i64,
    currency: Currency,
    checks: &Checks,
) -> Vec<CertificateStatus> {
    let mut checker = Checker {
        data,
        pool,
        anchor: path.anchor(),
        anchor_rule: path.rules().anchor,
        path: path.certificates(),
        at,
        currency,
        only: None,
        checks,
        signatures: SIGNATURES_MAX,
        signed: BTreeMap::new(),
        asked: Vec::new(),
    };
    let mut ask = |(certificate, issuer): (&Certificate, Issuer<'_>)| CertificateStatus {
        certificate: certificate.clone(),
        status: checker.status(certificate, issuer),
    };
    links(path).into_iter().map(&mut ask).collect()
}

/// Each certificate below the anchor, with its issuer.
pub(super) fn links(path: &ProvenPath) -> Vec<(&Certificate, Issuer<'_>)> {
    let below = path.below_anchor().iter();
    let above = path.certificates().iter().skip(1).filter_map(Issuer::of);
    let anchor = match path.anchor() {
        Anchor::Key { name, key } => Some(Issuer { name, key, certificate: None }),
        _ => None,
    };
    below.zip(above.chain(anchor)).collect()
}

/// Bound on signature checks over lists and answers for one path.
pub(super) const SIGNATURES_MAX: u32 = 256;

/// What the path of a list's or answer's signer is taken to cost, however many checks it comes to: so there are few.
pub(super) const SIGNER_PATH_COST: u32 = 8;

/// Bound on how far signers of lists are themselves looked up: the issuer of a list, whose own list another issues, whose…
const DEPTH_MAX: usize = 4;

/// Who issued a certificate.
#[derive(Clone, Copy)]
pub(super) struct Issuer<'a> {
    pub(super) name: &'a DistinguishedName,
    pub(super) key: &'a PublicKey,
    pub(super) certificate: Option<&'a Certificate>,
}

impl<'a> Issuer<'a> {
    pub(super) fn of(certificate: &'a Certificate) -> Option<Self> {
        let key = certificate.public_key().ok()?;
        Some(Self { name: certificate.subject_name(), key, certificate: Some(certificate) })
    }
}

pub(super) struct Checker<'a> {
    pub(super) data: &'a RevocationData,
    pub(super) pool: &'a [Certificate],
    pub(super) anchor: &'a Anchor,
    pub(super) anchor_rule: AnchorRule,
    /// The path that is asked about.
    pub(super) path: &'a [Certificate],
    pub(super) at: i64,
    pub(super) currency: Currency,
    /// The one source that counts for the certificate asked about; those of others count for who signed it.
    pub(super) only: Option<SourcePlace>,
    pub(super) checks: &'a Checks,
    pub(super) signatures: u32,
    pub(super) signed: BTreeMap<(SourcePlace, Vec<u8>), bool>,
    /// Fingerprints of the certificates whose status is being asked, outermost first.
    pub(super) asked: Vec<[u8; 32]>,
}

/// What one source says.
pub(super) enum Verdict {
    Good { source: RevocationSource, this_update: i64, next_update: Option<i64> },
    Revoked { at: i64, reason: RevocationReason, source: RevocationSource },
}

impl Verdict {
    /// A revocation that is for good before all else, the earliest of them; then the newest word, and of two as new the
    /// hold.
    fn weight(&self) -> (Option<Reverse<i64>>, i64, bool) {
        match self {
            Self::Good { this_update, .. } => (None, *this_update, false),
            Self::Revoked { at, reason, source } => {
                let lasting = *reason != RevocationReason::CertificateHold;
                (lasting.then_some(Reverse(*at)), source.this_update, true)
            }
        }
    }
}

/// A list that is about the certificate, by whom it should be, at the right time.
struct Usable<'a> {
    /// Which of the points led to it.
    point: usize,
    reasons: Reasons,
    list: &'a Crl,
    delta: Option<&'a Crl>,
    source: RevocationSource,
}

impl<'a> Checker<'a> {
    /// All sources together: a final revocation counts whoever says so, else the newest word.
    pub(super) fn status(&mut self, certificate: &Certificate, issuer: Issuer<'_>) -> RevocationStatus {
        let mut unused = Vec::new();
        if self.asked.len() >= DEPTH_MAX {
            return RevocationStatus::Unknown { why: StatusUnknown { unused } };
        }
        self.asked.push(certificate.fingerprint());
        let mut verdicts = self.answers(certificate, issuer, &mut unused);
        verdicts.extend(self.lists(certificate, issuer, &mut unused));
        self.asked.pop();
        let best = verdicts.into_iter().max_by_key(Verdict::weight);
        match best {
            Some(Verdict::Good { source, this_update, next_update }) => {
                RevocationStatus::Good { source, this_update, next_update }
            }
            Some(Verdict::Revoked { at, reason, source }) => RevocationStatus::Revoked { at, reason, source },
            None => {
                unused.dedup();
                RevocationStatus::Unknown { why: StatusUnknown { unused } }
            }
        }
    }

    /// RFC 5280 §6.3.3.
    fn lists(
        &mut self,
        certificate: &Certificate,
        issuer: Issuer<'_>,
        unused: &mut Vec<Unused>,
    ) -> Option<Verdict> {
        let mut points = certificate.extensions().distribution_points.clone().unwrap_or_default();
        points.truncate(POINTS_MAX);
        // Last, whatever the issuer says elsewhere.
        points.push(DistributionPoint::of_issuer(certificate.issuer_name()));
        let mut usable: Vec<Usable<'a>> = Vec::new();
        let implied = points.len().saturating_sub(1);
        for (number, point) in points.iter().enumerate() {
            for (index, list) in self.data.crls.iter().enumerate() {
                if self.skips(SourcePlace::Crl { index, delta: None }) {
                    continue;
                }
                match self.usable(index, list, certificate, issuer, point) {
                    Ok(Some(found)) => usable.push(Usable { point: number, ..found }),
                    Ok(None) => {}
                    Err(why) => {
                        unused.push(Unused { place: SourcePlace::Crl { index, delta: None }, why });
                    }
                }
            }
        }
        // Several points may lead to one list.
        usable.sort_by_key(|usable| (usable.source.place, usable.reasons));
        usable.dedup_by_key(|usable| (usable.source.place, usable.reasons));
        // Those that the certificate points to before what its issuer says elsewhere; of each the newest first: it
        // supersedes others about the same reasons, (e).
        usable.sort_by_key(|usable| (usable.point == implied, Reverse(usable.source.this_update)));
        let mut covered = Reasons::default();
        let mut oldest: Option<RevocationSource> = None;
        for Usable { reasons, list, delta, source, .. } in usable {
            // (i), (j), (k)
            let stated = list.entry(certificate);
            let entry = match delta.and_then(|delta| delta.entry(certificate)) {
                // Only a hold can be lifted (RFC 5280 §5.3.1); an expired certificate's entry may go, its revocation stays.
                Some(entry) if entry.reason == RevocationReason::RemoveFromCrl => {
                    stated.filter(|stated| stated.reason != RevocationReason::CertificateHold)
                }
                Some(entry) => Some(entry),
                None => stated,
            };
            // A newer list lifts a hold, and nothing else.
            let superseded = reasons.is_within(covered);
            if let Some(entry) = entry
                && !(superseded && entry.reason == RevocationReason::CertificateHold)
            {
                return Some(Verdict::Revoked { at: entry.at, reason: entry.reason, source });
            }
            if superseded {
                continue;
            }
            let kept = list.keeps_expired_since().is_some_and(|since| since <= certificate.not_after());
            if source.this_update > certificate.not_after() && !kept {
                let (issuer, this_update) = (source.issuer, source.this_update);
                let why = WhyUnused::AfterExpiry { issuer, this_update, not_after: certificate.not_after() };
                unused.push(Unused { place: source.place, why });
                continue;
            }
            // (l)
            covered = covered.or(reasons);
            if oldest.as_ref().is_none_or(|oldest| source.this_update < oldest.this_update) {
                oldest = Some(source);
            }
        }
        let source = oldest?;
        if !Reasons::ALL.is_within(covered) {
            let why = WhyUnused::SomeReasons { issuer: source.issuer };
            unused.push(Unused { place: source.place, why });
            return None;
        }
        let (this_update, next_update) = (source.this_update, source.next_update);
        Some(Verdict::Good { source, this_update, next_update })
    }

    /// Whether a list counts for a certificate, with the delta that completes it. `None`: it is somebody else's.
    fn usable(
        &mut self,
        index: usize,
        list: &'a Crl,
        certificate: &Certificate,
        issuer: Issuer<'_>,
        point: &DistributionPoint,
    ) -> Result<Option<Usable<'a>>, WhyUnused> {
        let by = || list.issuer().to_string();
        let reasons = match covers(list, certificate, point) {
            Ok(reasons) => reasons,
            Err(OutOfScope::OtherIssuer) => return Ok(None),
            Err(OutOfScope::Because(scope)) => return Err(WhyUnused::Scope { issuer: by(), scope }),
        };
        if list.is_delta() {
            let completed = self.data.crls.iter().any(|base| completes(list, base));
            return if completed { Ok(None) } else { Err(WhyUnused::DeltaAlone { issuer: by() }) };
        }
        if let Some(extension) = list.refused() {
            return Err(WhyUnused::Extension { issuer: by(), extension });
        }
        let deltas = self.data.crls.iter().enumerate();
        let mut deltas: Vec<(usize, &'a Crl)> = deltas
            .filter(|(_, delta)| {
                completes(delta, list) && delta.refused().is_none() && self.is_current(delta).is_ok()
            })
            .collect();
        deltas.sort_by_key(|(_, delta)| Reverse(delta.this_update()));
        let currency = self.is_current(list);
        if deltas.is_empty() {
            currency.clone()?;
        }
        let signer = self.list_signer(index, list, certificate, issuer, point)?;
        // (h): by the same key.
        let delta = deltas.into_iter().find(|(index, delta)| {
            let place = SourcePlace::Crl { index: *index, delta: None };
            self.is_signed(place, &signer.key, |key, checks| delta.is_signed_by(key, checks))
                .is_ok_and(|signed| signed)
        });
        if delta.is_none() {
            currency?;
        }
        let source = RevocationSource::crl(index, list, delta, signer.certificate);
        Ok(Some(Usable { point: 0, reasons, list, delta: delta.map(|(_, delta)| delta), source }))
    }

    /// Whether a list is one of those that count at the moment.
    fn is_current(&self, list: &Crl) -> Result<(), WhyUnused> {
        self.counts(&list.issuer().to_string(), list.this_update(), list.next_update())
    }

    pub(super) fn counts(
        &self,
        issuer: &str,
        this_update: i64,
        next_update: Option<i64>,
    ) -> Result<(), WhyUnused> {
        let (issuer, at) = (issuer.to_owned(), self.at);
        match (self.currency, next_update) {
            (Currency::Current, _) if this_update > at => Err(WhyUnused::NotYet { issuer, this_update, at }),
            (Currency::Current, None) => Err(WhyUnused::NoNextUpdate { issuer, this_update }),
            (Currency::Current, Some(next_update)) if next_update < at => {
                Err(WhyUnused::Stale { issuer, next_update, at })
            }
            (Currency::AtHand, _) | (Currency::Current, Some(_)) => Ok(()),
        }
    }

    /// Checks a signature, once for each key.
    pub(super) fn is_signed(
        &mut self,
        place: SourcePlace,
        key: &PublicKey,
        check: impl Fn(&PublicKey, &Checks) -> bool,
    ) -> Result<bool, WhyUnused> {
        let by = (place, key.as_der().to_vec());
        if let Some(signed) = self.signed.get(&by) {
            return Ok(*signed);
        }
        self.spend(1)?;
        let signed = check(key, self.checks);
        self.signed.insert(by, signed);
        Ok(signed)
    }

    /// Takes checks out of the budget.
    pub(super) fn spend(&mut self, checks: u32) -> Result<(), WhyUnused> {
        let budget = WhyUnused::Budget { most: SIGNATURES_MAX };
        self.signatures = self.signatures.checked_sub(checks).ok_or(budget)?;
        Ok(())
    }
}

/// Bound on a certificate's distribution points; each is held against every list.
const POINTS_MAX: usize = 64;
