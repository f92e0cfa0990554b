//! What is known of a signature beside its key: how far its time is proven, and whether a certificate above it was revoked
//! by then (ETSI EN 319 102-1, by `countersign_signature::ades`).
//!
//! # What is stamped
//! A token is over the **signature value** inside an act's `.p7s`, the field that EN 319 122-1 §5.3 has a signature timestamp
//! be over. So it shows that the signature existed, and with it everything that was signed: the act's digest, the signer's
//! certificate (signing-certificate-v2). It stays good whatever is added beside the signature, and it can be moved into the
//! `.p7s` as CAdES-T. The `.tsr` beside an act is the authority's answer as it came, or the token alone; tokens that came
//! inside the `.p7s` count as well.
//!
//! # What it comes to
//! Proven: a token holds by an authority that the reader believes. The act is not later than that. Where it says that it is
//! older, both count: the act is weighed at every moment between.
//!
//! Revoked: a list or answer by the authority that issued a certificate above the signature. A signature proven to be older
//! than the revocation counts; one that is not counts for neither yes nor no (REVOKED_NO_POE), whatever time it claims.

use std::collections::BTreeMap;

use countersign_authority::model::name::Digest;
use countersign_authority::model::time::Instant;
use countersign_notation::digest::sha256;
use countersign_notation::time::rfc3339;
use countersign_signature::ades::{
    self, Constraints, Evidence, Question, Reason, RevocationRule, Stamp, StampStatus, TimestampState,
    Validation,
};
use countersign_signature::{Anchor, Certificate, VerifiedSignature};

use crate::archive::Archive;
use crate::bundle::BundledAct;
use crate::trust::{Believed, Seen};

/// What is known of a signature beside its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// None yet, proven, archived.
    pub state: TimestampState,
    /// The signature existed then, shown by an authority that the reader believes.
    pub not_later_than: Option<Instant>,
    /// Which authority shows that.
    pub authority: Option<String>,
    /// Tokens that show nothing, and why.
    pub no_proof: Vec<String>,
    /// What lists and answers say of the signer's certificate.
    pub revocation: Revocation,
    /// Why the signature counts for neither yes nor no, if so.
    pub doubt: Option<String>,
    /// The authorities' certificates above the signer's, as far as a path leads.
    pub above: Vec<Certificate>,
}

/// What lists and answers say of a signer's certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revocation {
    /// None speaks of it.
    Unknown,
    /// Not revoked when this was issued.
    Good {
        /// Who says so.
        source: String,
        /// As of when.
        as_of: Instant,
    },
    /// Revoked.
    Revoked {
        /// Who says so.
        source: String,
        /// From when on.
        since: Instant,
        /// Why, in the list's word.
        reason: String,
    },
    /// Nobody is asked: it signs itself, or the reader believes it itself.
    Exempt,
}

/// Weighs signatures, one after another.
#[derive(Debug)]
pub(crate) struct Weigher<'a> {
    seen: &'a Seen,
    archives: &'a [Archive<'a>],
    believed: &'a Believed,
    asked: Asked,
    /// What is known of signatures without a token: it hangs on their certificates alone.
    unstamped: BTreeMap<Digest, Standing>,
}

impl<'a> Weigher<'a> {
    pub(crate) fn new(
        seen: &'a Seen,
        archives: &'a [Archive<'a>],
        believed: &'a Believed,
        asked: Asked,
    ) -> Self {
        Self { seen, archives, believed, asked, unstamped: BTreeMap::new() }
    }

    /// Weighs one signature.
    pub(crate) fn weigh(&mut self, act: &BundledAct, signature: &VerifiedSignature) -> Standing {
        let tokens = signature.timestamps().iter().map(Vec::as_slice).chain(act.tsr.as_deref());
        let over = tokens.map(|token| Stamp::over_signature(token, signature));
        let stamps: Vec<Stamp> =
            over.chain(self.archives.iter().filter_map(|archive| archive.stamp(act, signature))).collect();
        if !stamps.is_empty() || !signature.crls().is_empty() || !signature.ocsps().is_empty() {
            return self.weigh_with(signature, &stamps);
        }
        let certificates = std::iter::once(signature.signer()).chain(signature.certificates());
        let key = sha256(&certificates.flat_map(Certificate::fingerprint).collect::<Vec<u8>>());
        if let Some(known) = self.unstamped.get(&key) {
            return known.clone();
        }
        let standing = self.weigh_with(signature, &stamps);
        self.unstamped.insert(key, standing.clone());
        standing
    }

    fn weigh_with(&self, signature: &VerifiedSignature, stamps: &[Stamp]) -> Standing {
        let constraints = Constraints { revocation: RevocationRule::WhereKnown, ..Constraints::default() };
        let at = self.asked.moment(signature, stamps, self.seen);
        let with = |signers: Vec<Anchor>| {
            let trust = ades::Trust { signers, timestamps: self.believed.timestamps.clone() };
            ades::verify(&Question {
                signature,
                stamps,
                evidence: &self.seen.evidence,
                collected: &Evidence::default(),
                trust: &trust,
                constraints: &constraints,
                made_after: None,
                at,
            })
        };
        // Whoever stands above the signer may revoke, believed or not: what they say is only ever held against the
        // signature. The longest path counts, so that an authority in the middle can be revoked too.
        let mut validation = with(self.believed.signers.clone());
        for above in [roots(signature, self.seen), issuers(signature, self.seen)] {
            if validation.path.is_some() {
                break;
            }
            if !above.is_empty() {
                validation = with(above);
            }
        }
        standing(&validation, signature)
    }
}

/// About when a report is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    /// The latest of what the bundle's acts claim, or what is asked about, in unix seconds.
    pub(crate) at: i64,
    /// What came later is not known.
    pub(crate) known_at: Option<i64>,
}

impl Asked {
    /// The moment of verification. No clock is read: without a `known_at`, what is at hand was there when it was asked.
    /// Lists push it no further than the signer's certificate lasts, tokens push it for their own act alone: so that no file
    /// in a bundle outdates the others.
    fn moment(self, signature: &VerifiedSignature, stamps: &[Stamp], seen: &Seen) -> i64 {
        if let Some(known_at) = self.known_at {
            return known_at;
        }
        let tokens = stamps.iter().filter_map(|stamp| stamp.token().ok());
        // A token speaks of what existed before the moment asked about.
        let tokens = tokens.map(|token| token.at_latest().saturating_add(1));
        let ends = signature.signer().not_after();
        let lists = seen.issued.iter().map(|issued| (*issued).min(ends));
        tokens.chain(lists).fold(self.at, i64::max)
    }
}

/// Authorities at hand that sign themselves.
fn roots(signature: &VerifiedSignature, seen: &Seen) -> Vec<Anchor> {
    at_hand(signature, seen)
        .filter(|certificate| certificate.is_ca() && certificate.is_self_issued())
        .map(|certificate| Anchor::Certificate(certificate.clone()))
        .collect()
}

/// Authorities at hand that bear the name of the signer's issuer.
fn issuers(signature: &VerifiedSignature, seen: &Seen) -> Vec<Anchor> {
    let issuer = signature.signer().issuer_name();
    at_hand(signature, seen)
        .filter(|certificate| certificate.is_ca() && certificate.subject_name().matches(issuer))
        .map(|certificate| Anchor::Certificate(certificate.clone()))
        .collect()
}

fn at_hand<'a>(signature: &'a VerifiedSignature, seen: &'a Seen) -> impl Iterator<Item = &'a Certificate> {
    signature.certificates().iter().chain(&seen.evidence.certificates)
}

fn standing(validation: &Validation, signature: &VerifiedSignature) -> Standing {
    let proven = validation.proven.as_ref();
    let above = validation.path.as_ref().map(|path| path.certificates().to_vec()).unwrap_or_default();
    let first = validation.revocation.first().map(|revocation| &revocation.standing);
    let revocation = match first {
        _ if signature.signer().is_self_signed() => Revocation::Exempt,
        Some(ades::Standing::Good { source, issued, .. }) => {
            Revocation::Good { source: source.to_string(), as_of: instant(*issued) }
        }
        Some(ades::Standing::Revoked { source, at, reason }) => Revocation::Revoked {
            source: source.to_string(),
            since: instant(*at),
            reason: reason.to_string(),
        },
        Some(ades::Standing::Trusted) => Revocation::Exempt,
        _ => Revocation::Unknown,
    };
    let holds = |status: &&StampStatus| status.conclusion.is_passed();
    Standing {
        state: validation.state,
        not_later_than: proven.map(|proof| instant(proof.at)),
        authority: validation.timestamps.iter().rfind(holds).and_then(|status| status.authority.clone()),
        no_proof: validation.timestamps.iter().filter(|status| !holds(status)).map(no_proof).collect(),
        revocation,
        doubt: doubt(validation),
        above: above.into_iter().skip(1).collect(),
    }
}

/// A token that shows nothing, in words.
fn no_proof(status: &StampStatus) -> String {
    let authority = status.authority.as_deref().unwrap_or("an authority that can't be told");
    match (status.at, status.conclusion.reasons.first()) {
        (Some(at), Some(Reason::Path(error))) => format!(
            "timestamped {} by {authority}, an authority that you don't believe: not proven ({error})",
            rfc3339(instant(at))
        ),
        (Some(at), _) => {
            format!("timestamped {} by {authority}: not proven, {}", rfc3339(instant(at)), status.conclusion)
        }
        (None, _) => format!("its timestamp shows nothing: {}", status.conclusion),
    }
}

/// Revoked, and not shown to be older: EN 319 102-1 says neither yes nor no.
fn doubt(validation: &Validation) -> Option<String> {
    let revoked =
        |reason: &&Reason| matches!(reason, Reason::Revoked { .. } | Reason::MadeAfterRevocation { .. });
    if let Some(reason) = validation.conclusion.reasons.iter().find(revoked) {
        return Some(reason.to_string());
    }
    // Where something else decides first, a revocation that no proof precedes still stands.
    let before = |at: i64| validation.proven.as_ref().is_some_and(|proof| proof.at < at);
    validation.revocation.iter().find_map(|revocation| match &revocation.standing {
        ades::Standing::Revoked { source, at, reason } if !before(*at) => Some(format!(
            "the certificate of `{}` was revoked at {} ({reason}, {source}), and nothing shows that the signature is older",
            revocation.subject,
            rfc3339(instant(*at))
        )),
        _ => None,
    })
}

/// Unix seconds as a moment.
pub(crate) fn instant(seconds: i64) -> Instant {
    Instant(i128::from(seconds).saturating_mul(NANOSECONDS))
}

/// A moment as unix seconds.
pub(crate) fn seconds(at: Instant) -> i64 {
    let seconds = at.0.div_euclid(NANOSECONDS);
    i64::try_from(seconds).unwrap_or(if seconds < 0 { i64::MIN } else { i64::MAX })
}

const NANOSECONDS: i128 = 1_000_000_000;
