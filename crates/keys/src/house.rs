//! The house CA: for those who bring no certificate of their own.

use crate::private::{KeyError, PrivateKey};
use crate::software::{KeyMismatch, SoftwareKey};
use countersign_signature::{
    BadPublicKey, Certificate, DistinguishedName, IssueError, Particulars, PublicKey, Signer as _, Subject,
    Template, issue, self_sign,
};

/// A certificate authority run in the house. A report says who runs the CA that vouches for a signer.
#[derive(Debug)]
pub struct HouseCa(SoftwareKey);

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
}

/// Bound on a certificate's years: longer than anyone will trust P-256.
const YEARS_MAX: u16 = 50;

const YEAR_SECONDS: i64 = 365 * 24 * 60 * 60;

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
    pub(crate) fn until_at_most(self, end: i64) -> Self {
        Self { not_after: self.not_after.min(end), ..self }
    }
}

impl HouseCa {
    /// Makes a new authority: a fresh key and a certificate it signs itself.
    pub fn create(subject: &DistinguishedName, now: i64, years: u16) -> Result<Self, HouseCaError> {
        let (key, validity) = (PrivateKey::generate()?, Validity::years(now, years)?);
        own_certificate(key, subject, validity, Subject::HOUSE).map(Self)
    }

    /// Takes up an authority whose key is at hand.
    pub fn from_key(key: SoftwareKey) -> Result<Self, HouseCaError> {
        if key.certificate().is_ca() {
            return Ok(Self(key));
        }
        Err(HouseCaError::NotAnAuthority { subject: key.certificate().subject() })
    }

    /// Issues a person's certificate, with a random serial number.
    pub fn issue(
        &self,
        subject: &DistinguishedName,
        public_key: &PublicKey,
        validity: Validity,
    ) -> Result<Certificate, HouseCaError> {
        let template = template(subject, public_key, validity, Subject::Person)?;
        Ok(issue(&template, &self.0)?)
    }

    /// Its certificate: what a policy's `trust certificate authority sha256:…` names.
    pub fn certificate(&self) -> &Certificate {
        self.0.certificate()
    }

    /// Its key with its certificate.
    pub fn key(&self) -> &SoftwareKey {
        &self.0
    }

    /// This authority's certificate and those above it: what follows a person's certificate in a chain.
    pub(crate) fn chain(&self) -> Vec<Certificate> {
        std::iter::once(self.certificate()).chain(self.0.chain()).cloned().collect()
    }
}

/// A key with a certificate that it signs itself.
pub(crate) fn own_certificate(
    key: PrivateKey,
    subject: &DistinguishedName,
    validity: Validity,
    kind: Subject,
) -> Result<SoftwareKey, HouseCaError> {
    let template = template(subject, &key.public_key()?, validity, kind)?;
    let certificate = self_sign(&template, key.algorithm(), |tbs| key.sign(tbs))?;
    Ok(SoftwareKey::new(key, certificate, Vec::new())?)
}

fn template(
    subject: &DistinguishedName,
    public_key: &PublicKey,
    validity: Validity,
    kind: Subject,
) -> Result<Template, KeyError> {
    let mut serial = [0; 16];
    getrandom::fill(&mut serial).map_err(|_| KeyError::NoRandomness)?;
    let (subject, public_key) = (subject.clone(), public_key.clone());
    let Validity { not_before, not_after } = validity;
    Ok(Template {
        subject,
        public_key,
        serial,
        not_before,
        not_after,
        kind,
        particulars: Particulars::default(),
    })
}
