//! A certificate's extensions (RFC 5280 §4.2): those that are understood, and what must not be skipped.

use crate::certificate::CertificateError;
use crate::general_name::GeneralName;
use crate::oid;
use crate::path::NameConstraints;
use crate::read::{Walk, context_primitive};
use crate::revocation::DistributionPoint;
use const_oid::ObjectIdentifier;
use der::{Decode, Tag};
use std::collections::BTreeSet;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectKeyIdentifier,
};

/// What was read.
#[derive(Default)]
pub(crate) struct Extensions {
    pub(crate) basic_constraints: Option<BasicConstraints>,
    pub(crate) key_usage: Option<KeyUsage>,
    pub(crate) extended_key_usage: Option<Vec<ObjectIdentifier>>,
    pub(crate) extended_key_usage_critical: bool,
    pub(crate) subject_key: Option<Vec<u8>>,
    pub(crate) authority_key: Option<Vec<u8>>,
    pub(crate) policies: Option<Vec<ObjectIdentifier>>,
    /// The issuer's policy, and the subject's that is held to be worth as much.
    pub(crate) policy_mappings: Vec<(ObjectIdentifier, ObjectIdentifier)>,
    pub(crate) require_explicit_policy: Option<u32>,
    pub(crate) inhibit_policy_mapping: Option<u32>,
    pub(crate) inhibit_any_policy: Option<u32>,
    pub(crate) name_constraints: Option<NameConstraints>,
    pub(crate) alternative_names: Vec<GeneralName>,
    pub(crate) alternative_names_critical: bool,
    pub(crate) distribution_points: Option<Vec<DistributionPoint>>,
    pub(crate) no_check: bool,
    /// Critical and not understood.
    pub(crate) refused: Option<ObjectIdentifier>,
    /// Understood in kind, but not what RFC 5280 says it is: such a certificate can be shown and proves nothing.
    pub(crate) malformed: Option<(ObjectIdentifier, der::Error)>,
}

impl Extensions {
    /// Reads the content of the list.
    pub(crate) fn read(list: &[u8]) -> Result<Self, CertificateError> {
        let part = |part| move |source| CertificateError::Malformed { part, source };
        let mut found = Self::default();
        let mut seen = BTreeSet::new();
        let mut list = Walk::new(list).map_err(part("extensions"))?;
        while !list.is_done() {
            let extension: Extension = list.decode().map_err(part("extensions"))?;
            let (id, value) = (extension.extn_id, extension.extn_value.as_bytes());
            if !seen.insert(id) {
                return Err(CertificateError::ExtensionTwice { extension: id });
            }
            match id {
                oid::BASIC_CONSTRAINTS => {
                    found.basic_constraints =
                        Some(BasicConstraints::from_der(value).map_err(part("basic constraints"))?);
                }
                oid::KEY_USAGE => {
                    found.key_usage = Some(KeyUsage::from_der(value).map_err(part("key usage"))?);
                }
                oid::EXTENDED_KEY_USAGE => {
                    let purposes = ExtendedKeyUsage::from_der(value).map_err(part("extended key usage"))?;
                    if purposes.0.is_empty() {
                        // One purpose at least (§4.2.1.12).
                        found.malformed = Some((id, Tag::Sequence.value_error().into()));
                    }
                    found.extended_key_usage = Some(purposes.0);
                    found.extended_key_usage_critical = extension.critical;
                }
                oid::SUBJECT_KEY_IDENTIFIER => {
                    let key =
                        SubjectKeyIdentifier::from_der(value).map_err(part("subject key identifier"))?;
                    found.subject_key = Some(key.0.as_bytes().to_vec());
                }
                oid::AUTHORITY_KEY_IDENTIFIER => {
                    let key =
                        AuthorityKeyIdentifier::from_der(value).map_err(part("authority key identifier"))?;
                    found.authority_key = key.key_identifier.map(|key| key.as_bytes().to_vec());
                }
                _ => {
                    if let Err(error) = found.read_further(id, extension.critical, value) {
                        found.malformed = found.malformed.or(Some((id, error)));
                    }
                }
            }
        }
        Ok(found)
    }

    /// Those that only paths and revocation ask for.
    fn read_further(&mut self, id: ObjectIdentifier, critical: bool, value: &[u8]) -> der::Result<()> {
        match id {
            oid::CERTIFICATE_POLICIES => {
                let (policies, unknown_qualifier) = policies(value)?;
                self.policies = Some(policies);
                // RFC 5280 §4.2.1.4: critical, the qualifiers must be understood too.
                if critical && unknown_qualifier {
                    self.refused = self.refused.or(Some(id));
                }
            }
            oid::POLICY_MAPPINGS => self.policy_mappings = mappings(value)?,
            oid::POLICY_CONSTRAINTS => {
                let mut fields = content(value)?;
                self.require_explicit_policy = skip_certs(&mut fields, 0)?;
                self.inhibit_policy_mapping = skip_certs(&mut fields, 1)?;
                fields.finish()?;
            }
            oid::INHIBIT_ANY_POLICY => self.inhibit_any_policy = Some(count(value)?),
            oid::NAME_CONSTRAINTS => self.name_constraints = Some(NameConstraints::read(value)?),
            oid::SUBJECT_ALT_NAME => {
                self.alternative_names = names(value)?;
                self.alternative_names_critical = critical;
            }
            oid::ISSUER_ALT_NAME => {
                names(value)?;
            }
            oid::CRL_DISTRIBUTION_POINTS => {
                self.distribution_points = Some(DistributionPoint::read_all(value)?);
            }
            oid::OCSP_NO_CHECK => self.no_check = true,
            _ if critical => self.refused = self.refused.or(Some(id)),
            _ => {}
        }
        Ok(())
    }
}

/// The content of the one SEQUENCE that a value is.
pub(crate) fn content(value: &[u8]) -> der::Result<Walk<'_>> {
    let mut outer = Walk::new(value)?;
    let inner = outer.enter(Tag::Sequence)?;
    outer.finish()?;
    Ok(inner)
}

/// `GeneralNames`: at least one.
fn names(value: &[u8]) -> der::Result<Vec<GeneralName>> {
    let mut outer = Walk::new(value)?;
    let list = outer.take(Tag::Sequence)?.value;
    outer.finish()?;
    let names = GeneralName::read_all(list)?;
    if names.is_empty() { Err(Tag::Sequence.value_error().into()) } else { Ok(names) }
}

/// The policies, and whether one has a qualifier that isn't known here.
fn policies(value: &[u8]) -> der::Result<(Vec<ObjectIdentifier>, bool)> {
    let mut list = content(value)?;
    let (mut policies, mut unknown) = (Vec::new(), false);
    while !list.is_done() {
        let mut policy = list.enter(Tag::Sequence)?;
        let id: ObjectIdentifier = policy.decode()?;
        if let Some(qualifiers) = policy.take_if(Tag::Sequence)? {
            let mut qualifiers = Walk::new(qualifiers.value)?;
            while !qualifiers.is_done() {
                let kind: ObjectIdentifier = qualifiers.enter(Tag::Sequence)?.decode()?;
                unknown |= !oid::POLICY_QUALIFIERS.contains(&kind);
            }
        }
        policy.finish()?;
        // RFC 5280 §4.2.1.4: no policy twice.
        if policies.contains(&id) {
            return Err(Tag::ObjectIdentifier.value_error().into());
        }
        policies.push(id);
    }
    if policies.is_empty() { Err(Tag::Sequence.value_error().into()) } else { Ok((policies, unknown)) }
}

fn mappings(value: &[u8]) -> der::Result<Vec<(ObjectIdentifier, ObjectIdentifier)>> {
    let mut list = content(value)?;
    let mut out = Vec::new();
    while !list.is_done() {
        let mut pair = list.enter(Tag::Sequence)?;
        out.push((pair.decode()?, pair.decode()?));
        pair.finish()?;
    }
    Ok(out)
}

/// `SkipCerts [number] INTEGER`.
fn skip_certs(fields: &mut Walk<'_>, number: u32) -> der::Result<Option<u32>> {
    let Some(tagged) = fields.take_if(context_primitive(number))? else { return Ok(None) };
    count(&crate::encode::tlv(crate::encode::INTEGER, &[tagged.value])).map(Some)
}

/// A number of certificates; one too large for a `u32` allows as many as there are.
fn count(value: &[u8]) -> der::Result<u32> {
    let mut walk = Walk::new(value)?;
    let digits = walk.take(Tag::Integer)?.value;
    walk.finish()?;
    match digits {
        [] => Err(Tag::Integer.value_error().into()),
        [first, ..] if *first >= 0x80 => Err(Tag::Integer.value_error().into()),
        digits => Ok(digits
            .iter()
            .fold(0_u32, |sum, digit| sum.saturating_mul(256).saturating_add(u32::from(*digit)))),
    }
}
