//! The house CA: for those who bring no certificate of their own.

mod event;
mod register;
mod respond;
mod serve;

pub(crate) use event::hex;
pub use event::{Issued, Places};
pub use register::{Holdings, REGISTER_MAX, Register, RegisterError};
pub use respond::{RespondError, Responder};

use crate::private::{KeyError, PrivateKey};
use crate::software::{KeyMismatch, SoftwareKey};
use countersign_signature::issue::{Reason, RevocationList, RevocationListError, Revoked, is_issued_by};
use countersign_signature::{
    BadPublicKey, Certificate, DistinguishedName, IssueError, Particulars, PublicKey, Signer as _, Subject,
    Template, issue, self_sign,
};
use event::Event;

/// A certificate authority run in the house, with its register. A report says who runs the CA that vouches for a signer.
#[derive(Debug)]
pub struct HouseCa {
    key: SoftwareKey,
    register: Register,
}

/// From when to when, both ends included, in unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// First second.
    pub not_before: i64,
    /// Last second.
    pub not_after: i64,
}

/// Why a certificate or an authority was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HouseCaError {
    /// The private key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The public key.
    #[error(transparent)]
    PublicKey(#[from] BadPublicKey),
    /// Issuing.
    #[error(transparent)]
    Issue(#[from] IssueError),
    /// Key and certificate are not one another's.
    #[error(transparent)]
    Mismatch(#[from] KeyMismatch),
    /// No years, or more than 50.
    #[error("a certificate lasts 1 to {YEARS_MAX} years, not {years}")]
    Years {
        /// The years asked for.
        years: u16,
    },
    /// A certificate that may not issue.
    #[error("`{subject}` is not a certificate authority")]
    NotAnAuthority {
        /// Its subject.
        subject: String,
    },
    /// An authority below this one.
    #[error("`{authority}` certifies people and services, no further authorities")]
    NoAuthoritiesBelow {
        /// Its subject.
        authority: String,
    },
    /// The register.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// Making a revocation list.
    #[error(transparent)]
    List(#[from] RevocationListError),
    /// Another authority's certificate.
    #[error("the certificate of `{subject}` was not issued by `{authority}`")]
    NotIssuedHere {
        /// Whose certificate.
        subject: String,
        /// Who was to revoke it.
        authority: String,
    },
    /// No certificate with that serial number was issued.
    #[error("`{authority}` has issued no certificate with serial number {serial}")]
    NeverIssued {
        /// Its subject.
        authority: String,
        /// The serial number in hex.
        serial: String,
    },
    /// It is revoked already; the first word counts.
    #[error("the certificate with serial number {serial} was revoked already, at unix {at} ({reason})")]
    AlreadyRevoked {
        /// The serial number in hex.
        serial: String,
        /// Since when, unix seconds.
        at: i64,
        /// Why.
        reason: Reason,
    },
    /// A revocation from before the certificate.
    #[error(
        "unix second {at} is earlier than the certificate's first ({not_before}): say since when its key was in other hands as invalidity, not as revocation"
    )]
    BeforeItsTime {
        /// The moment given.
        at: i64,
        /// The certificate's first second.
        not_before: i64,
    },
    /// A revocation of tomorrow, or a key lost tomorrow.
    #[error("unix second {at} is later than now ({now}): nothing is revoked ahead")]
    InTheFuture {
        /// The moment given.
        at: i64,
        /// Now.
        now: i64,
    },
}

/// Why and since when a certificate is to be revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revocation {
    /// Why.
    pub reason: Reason,
    /// From when on it counts, unix seconds.
    pub at: i64,
    /// Since when the key was, or may have been, in other hands, unix seconds.
    pub invalid_since: Option<i64>,
}

/// Bound on a certificate's years: longer than anyone will trust P-256.
const YEARS_MAX: u16 = 50;

const DAY_SECONDS: i64 = 24 * 60 * 60;
const YEAR_SECONDS: i64 = 365 * DAY_SECONDS;

impl Validity {
    /// From `now` (unix seconds), for so many years of 365 days.
    pub fn years(now: i64, years: u16) -> Result<Self, HouseCaError> {
        if !(1..=YEARS_MAX).contains(&years) {
            return Err(HouseCaError::Years { years });
        }
        // At most 50 years: fits wherever the start does; one that does not is refused when it is written.
        let not_after = now.saturating_add(i64::from(years).saturating_mul(YEAR_SECONDS));
        Ok(Self { not_before: now, not_after })
    }

    /// The same, ending no later than `end`.
    pub fn until_at_most(self, end: i64) -> Self {
        Self { not_after: self.not_after.min(end), ..self }
    }
}

impl HouseCa {
    /// Makes a new authority: a fresh P-256 key and a certificate it signs itself. Its register is forgotten with it.
    pub fn create(subject: &DistinguishedName, now: i64, years: u16) -> Result<Self, HouseCaError> {
        let (key, validity) = (PrivateKey::generate()?, Validity::years(now, years)?);
        Self::from_key(own_certificate(key, subject, validity, Subject::HOUSE)?, Register::in_memory())
    }

    /// Takes up an authority whose key is at hand.
    pub fn from_key(key: SoftwareKey, register: Register) -> Result<Self, HouseCaError> {
        if key.certificate().is_ca() {
            return Ok(Self { key, register });
        }
        Err(HouseCaError::NotAnAuthority { subject: key.certificate().subject() })
    }

    /// Issues a person's certificate, with a random serial number; in the register before it is handed out.
    pub fn issue(
        &self,
        subject: &DistinguishedName,
        public_key: &PublicKey,
        validity: Validity,
    ) -> Result<Certificate, HouseCaError> {
        self.issue_for(Subject::Person, subject, public_key, validity)
    }

    /// The same for a key that stamps times or answers for this authority.
    pub fn issue_for(
        &self,
        kind: Subject,
        subject: &DistinguishedName,
        public_key: &PublicKey,
        validity: Validity,
    ) -> Result<Certificate, HouseCaError> {
        if let Subject::Authority { .. } = kind {
            return Err(HouseCaError::NoAuthoritiesBelow { authority: self.certificate().subject() });
        }
        self.register.add(|held| {
            let particulars = particulars(held.places());
            let certificate = loop {
                let template = template(subject, public_key, validity, kind, particulars.clone())?;
                let certificate = issue(&template, &self.key)?;
                // Twice with a chance of 2^-126 for each pair; but uniqueness is what is promised.
                if held.certificate(certificate.serial()).is_none() {
                    break certificate;
                }
            };
            Ok((vec![Event::Issued(entry(&certificate))], certificate))
        })
    }

    /// Revokes a certificate that is at hand, one from before the register too.
    pub fn revoke(
        &self,
        certificate: &Certificate,
        why: Revocation,
        now: i64,
    ) -> Result<Revoked, HouseCaError> {
        if !is_issued_by(certificate, self.certificate()) {
            let (subject, authority) = (certificate.subject(), self.certificate().subject());
            return Err(HouseCaError::NotIssuedHere { subject, authority });
        }
        self.register.add(|held| {
            let known = held.certificate(certificate.serial()).is_some();
            let mut events = if known { Vec::new() } else { vec![Event::Issued(entry(certificate))] };
            let revoked = revocation(held, &entry(certificate), why, now)?;
            events.push(Event::Revoked(revoked.clone()));
            Ok((events, revoked))
        })
    }

    /// Revokes a certificate by its serial number, which must be in the register.
    pub fn revoke_serial(&self, serial: &[u8], why: Revocation, now: i64) -> Result<Revoked, HouseCaError> {
        self.register.add(|held| {
            let Some(issued) = held.certificate(serial) else {
                let authority = self.certificate().subject();
                return Err(HouseCaError::NeverIssued { authority, serial: hex(serial) });
            };
            let revoked = revocation(held, issued, why, now)?;
            Ok((vec![Event::Revoked(revoked.clone())], revoked))
        })
    }

    /// The complete revocation list of a moment in DER, the next one due `days` later. Its number is in the register before
    /// it is handed out, so that none is given twice.
    pub fn list(&self, now: i64, days: u16) -> Result<Vec<u8>, HouseCaError> {
        self.register.add(|held| {
            let number = held.last_list().saturating_add(1);
            let next_update = now.saturating_add(i64::from(days).saturating_mul(DAY_SECONDS));
            let revoked = held.revoked().cloned().collect();
            let list = RevocationList {
                number,
                this_update: now,
                next_update,
                revoked,
                // The register forgets nothing.
                keeps_expired_since: Some(self.certificate().not_before()),
            };
            let list = list.issue(&self.key)?;
            Ok((vec![Event::List { number, this_update: now, next_update }], list))
        })
    }

    /// Says where certificates issued from now on name the places for revocation data.
    pub fn set_places(&self, places: Places) -> Result<(), HouseCaError> {
        self.register.add(|_| Ok((vec![Event::Places(places)], ())))
    }

    /// Answers for this authority with its own key; [`Responder::new`] takes another.
    pub fn responder(&self) -> Responder<'_> {
        Responder::of(self)
    }

    /// Its certificate: what a policy's `trust certificate authority sha256:…` names.
    pub fn certificate(&self) -> &Certificate {
        self.key.certificate()
    }

    /// Its key with its certificate.
    pub fn key(&self) -> &SoftwareKey {
        &self.key
    }

    /// What it has issued and revoked.
    pub fn register(&self) -> &Register {
        &self.register
    }

    /// This authority's certificate and those above it: what follows a person's certificate in a chain.
    pub fn chain(&self) -> Vec<Certificate> {
        std::iter::once(self.certificate()).chain(self.key.chain()).cloned().collect()
    }
}

fn entry(certificate: &Certificate) -> Issued {
    Issued {
        serial: certificate.serial().to_vec(),
        subject: certificate.subject(),
        fingerprint: certificate.fingerprint(),
        not_before: certificate.not_before(),
        not_after: certificate.not_after(),
    }
}

fn revocation(held: &Holdings, issued: &Issued, why: Revocation, now: i64) -> Result<Revoked, HouseCaError> {
    let Revocation { reason, at, invalid_since } = why;
    let (serial, not_before) = (issued.serial.clone(), issued.not_before);
    if let Some(Revoked { at, reason, .. }) = held.revocation(&serial) {
        return Err(HouseCaError::AlreadyRevoked { serial: hex(&serial), at: *at, reason: *reason });
    }
    if let Some(at) = [Some(at), invalid_since].into_iter().flatten().find(|at| *at > now) {
        return Err(HouseCaError::InTheFuture { at, now });
    }
    if at < not_before {
        return Err(HouseCaError::BeforeItsTime { at, not_before });
    }
    Ok(Revoked { serial, at, reason, invalid_since })
}

fn particulars(places: &Places) -> Particulars {
    let Places { crl, ocsp, certificate } = places.clone();
    Particulars { crl, ocsp, issuer_certificate: certificate, ..Particulars::default() }
}

/// A key with a certificate that it signs itself.
pub(crate) fn own_certificate(
    key: PrivateKey,
    subject: &DistinguishedName,
    validity: Validity,
    kind: Subject,
) -> Result<SoftwareKey, HouseCaError> {
    let template = template(subject, &key.public_key()?, validity, kind, Particulars::default())?;
    let certificate = self_sign(&template, key.algorithm(), |tbs| key.sign(tbs))?;
    Ok(SoftwareKey::new(key, certificate, Vec::new())?)
}

fn template(
    subject: &DistinguishedName,
    public_key: &PublicKey,
    validity: Validity,
    kind: Subject,
    particulars: Particulars,
) -> Result<Template, KeyError> {
    let mut serial = [0; 16];
    getrandom::fill(&mut serial).map_err(|_| KeyError::NoRandomness)?;
    let (subject, public_key) = (subject.clone(), public_key.clone());
    let Validity { not_before, not_after } = validity;
    Ok(Template { subject, public_key, serial, not_before, not_after, kind, particulars })
}
