//! What a certificate says beside name and key (RFC 5280 §4.2).

use super::Template;
use crate::{PublicKey, encode, oid};
use const_oid::ObjectIdentifier;
use sha2::{Digest, Sha256};

/// What a certificate's key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// Issue certificates: CA true, keyCertSign and cRLSign.
    Authority {
        /// How many authorities may stand between this one and a person; no bound where `None`.
        path_length: Option<u8>,
    },
    /// Sign in person: CA false, digitalSignature and nonRepudiation.
    Person,
    /// Sign timestamps and nothing else: CA false, digitalSignature, the one purpose timeStamping, critical
    /// (RFC 3161 §2.3).
    TimestampAuthority,
    /// Answer for the issuer which certificates are revoked: CA false, digitalSignature, the purpose OCSPSigning, and
    /// ocsp-nocheck (RFC 6960 §4.2.2.2).
    OcspResponder,
}

impl Subject {
    /// An authority that issues for people, and has no further authorities below it.
    pub const HOUSE: Self = Self::Authority { path_length: Some(0) };
}

/// What a certificate may say beyond what every one says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Particulars {
    /// Where the issuer's revocation list lies (RFC 5280 §4.2.1.13), a URI.
    pub crl: Option<String>,
    /// Where the issuer's OCSP responder answers (RFC 5280 §4.2.2.1), a URI.
    pub ocsp: Option<String>,
    /// Where the issuer's own certificate lies (RFC 5280 §4.2.2.1), a URI.
    pub issuer_certificate: Option<String>,
    /// Under which policies it is issued (RFC 5280 §4.2.1.4).
    pub policies: Vec<ObjectIdentifier>,
    /// Within which names an authority may issue (RFC 5280 §4.2.1.10).
    pub name_constraints: Option<NameConstraints>,
    /// The subject's mail address (RFC 5280 §4.2.1.6).
    pub email: Option<String>,
}

/// Names that an authority may issue for, and names that it may not; critical (RFC 5280 §4.2.1.10).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NameConstraints {
    /// Subjects must lie below one of these, where there are any.
    pub permitted: Vec<crate::DistinguishedName>,
    /// Subjects must lie below none of these.
    pub excluded: Vec<crate::DistinguishedName>,
    /// Mail addresses must be of one of these: a host, or a domain with a dot before it; where there are any.
    pub permitted_mail: Vec<String>,
}

/// `Extensions`, each at most once.
pub(super) fn extensions(template: &Template, issuer_key: Option<&[u8]>) -> Vec<u8> {
    let own = encode::tlv(encode::OCTET_STRING, &[&key_identifier(&template.public_key)]);
    let mut list = role(template.kind);
    list.push(extension(oid::SUBJECT_KEY_IDENTIFIER, Weight::Plain, &own));
    list.extend(issuer_key.map(authority_key_identifier));
    list.extend(particulars(&template.particulars));
    let list: Vec<&[u8]> = list.iter().map(Vec::as_slice).collect();
    encode::sequence(&list)
}

/// What the key may do: basic constraints, key usage, purposes.
fn role(kind: Subject) -> Vec<Vec<u8>> {
    let basic = match kind {
        Subject::Authority { path_length } => {
            let length = path_length.map(encode::small);
            encode::sequence(&[&encode::yes(), length.as_deref().unwrap_or_default()])
        }
        _ => encode::sequence(&[]),
    };
    // An octet of unused bits, then bits from the left: digitalSignature (0), nonRepudiation (1), keyCertSign (5), cRLSign (6).
    let usage: [u8; 2] = match kind {
        Subject::Authority { .. } => [1, 0b0000_0110],
        Subject::Person => [6, 0b1100_0000],
        Subject::TimestampAuthority | Subject::OcspResponder => [7, 0b1000_0000],
    };
    let usage = encode::tlv(encode::BIT_STRING, &[&usage]);
    let purpose =
        |id, weight| extension(oid::EXTENDED_KEY_USAGE, weight, &encode::sequence(&[&encode::oid(id)]));
    let mut list = vec![
        extension(oid::BASIC_CONSTRAINTS, Weight::Critical, &basic),
        extension(oid::KEY_USAGE, Weight::Critical, &usage),
    ];
    match kind {
        Subject::Authority { .. } | Subject::Person => {}
        Subject::TimestampAuthority => list.push(purpose(oid::TIME_STAMPING, Weight::Critical)),
        Subject::OcspResponder => {
            list.push(purpose(oid::OCSP_SIGNING, Weight::Plain));
            list.push(extension(oid::OCSP_NO_CHECK, Weight::Plain, &encode::null()));
        }
    }
    list
}

fn particulars(says: &Particulars) -> Vec<Vec<u8>> {
    let mut list = Vec::new();
    if let Some(mail) = &says.email {
        list.push(extension(oid::SUBJECT_ALT_NAME, Weight::Plain, &encode::sequence(&[&mail_name(mail)])));
    }
    if let Some(uri) = &says.crl {
        let full = encode::tlv(encode::CONTEXT, &[&uri_name(uri)]);
        let point = encode::sequence(&[&encode::tlv(encode::CONTEXT, &[&full])]);
        list.push(extension(oid::CRL_DISTRIBUTION_POINTS, Weight::Plain, &encode::sequence(&[&point])));
    }
    let access = |method, uri: &String| encode::sequence(&[&encode::oid(method), &uri_name(uri)]);
    let access: Vec<Vec<u8>> = [(oid::BY_OCSP, &says.ocsp), (oid::BY_CA_ISSUERS, &says.issuer_certificate)]
        .into_iter()
        .filter_map(|(method, uri)| uri.as_ref().map(|uri| access(method, uri)))
        .collect();
    if !access.is_empty() {
        list.push(extension(oid::AUTHORITY_INFO_ACCESS, Weight::Plain, &in_a_row(&access)));
    }
    if !says.policies.is_empty() {
        let policies: Vec<Vec<u8>> =
            says.policies.iter().map(|policy| encode::sequence(&[&encode::oid(*policy)])).collect();
        list.push(extension(oid::CERTIFICATE_POLICIES, Weight::Plain, &in_a_row(&policies)));
    }
    if let Some(names) = &says.name_constraints {
        list.push(extension(oid::NAME_CONSTRAINTS, Weight::Critical, &name_constraints(names)));
    }
    list
}

fn name_constraints(names: &NameConstraints) -> Vec<u8> {
    let directory = |name: &crate::DistinguishedName| {
        encode::sequence(&[&encode::tlv(encode::CONTEXT | 4, &[name.as_der()])])
    };
    let mail = |host: &String| encode::sequence(&[&mail_name(host)]);
    let permitted: Vec<Vec<u8>> =
        names.permitted.iter().map(directory).chain(names.permitted_mail.iter().map(mail)).collect();
    let excluded: Vec<Vec<u8>> = names.excluded.iter().map(directory).collect();
    let subtrees = |number: u8, list: &[Vec<u8>]| match list {
        [] => Vec::new(),
        list => encode::retag(encode::CONTEXT | number, in_a_row(list)),
    };
    encode::sequence(&[&subtrees(0, &permitted), &subtrees(1, &excluded)])
}

/// The authority key identifier by key alone (RFC 5280 §4.2.1.1).
pub(super) fn authority_key_identifier(key: &[u8]) -> Vec<u8> {
    let key = encode::tlv(encode::CONTEXT_PRIMITIVE, &[key]);
    extension(oid::AUTHORITY_KEY_IDENTIFIER, Weight::Plain, &encode::sequence(&[&key]))
}

/// Whether a reader who doesn't know an extension must refuse the whole.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Critical,
    Plain,
}

/// One `Extension`.
pub(super) fn extension(id: ObjectIdentifier, weight: Weight, value: &[u8]) -> Vec<u8> {
    let critical = if weight == Weight::Critical { encode::yes() } else { Vec::new() };
    encode::sequence(&[&encode::oid(id), &critical, &encode::tlv(encode::OCTET_STRING, &[value])])
}

fn in_a_row(values: &[Vec<u8>]) -> Vec<u8> {
    let values: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
    encode::sequence(&values)
}

/// `GeneralName`: rfc822Name.
fn mail_name(address: &str) -> Vec<u8> {
    encode::tlv(encode::CONTEXT_PRIMITIVE | 1, &[address.as_bytes()])
}

/// `GeneralName`: uniformResourceIdentifier.
fn uri_name(uri: &str) -> Vec<u8> {
    encode::tlv(encode::CONTEXT_PRIMITIVE | 6, &[uri.as_bytes()])
}

/// RFC 7093 §2 (1): the leftmost 160 bits of the key's SHA-256.
pub fn key_identifier(key: &PublicKey) -> [u8; 20] {
    let digest: [u8; 32] = Sha256::digest(key.bits()).into();
    let mut out = [0; 20];
    out.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    out
}
