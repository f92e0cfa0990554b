//! Putting `SignedData` together, and adding to one without touching what was signed (RFC 5652 §5).

use super::signed_data::SignedData;
use crate::algorithm::Algorithm;
use crate::certificate::Certificate;
use crate::signer::Signer;
use crate::verify::SignatureError;
use crate::{encode, oid};
use const_oid::ObjectIdentifier;

/// What goes into a `SignedData` beside the signature.
pub(crate) struct Parts<'a> {
    pub(crate) content_type: ObjectIdentifier,
    /// The content where it is to be inside.
    pub(crate) content: Option<&'a [u8]>,
    /// The signed attributes as a SET OF.
    pub(crate) attributes: Vec<u8>,
    pub(crate) signature: &'a [u8],
    pub(crate) certificates: bool,
}

/// `ContentInfo` around `SignedData`: one signer by issuer and serial, with the signer's certificate and those above it.
pub(crate) fn content_info(signer: &dyn Signer, parts: Parts<'_>) -> Vec<u8> {
    let (leaf, algorithm) = (signer.certificate(), signer.algorithm());
    let signer_info = signer_info(leaf, algorithm, parts.attributes, parts.signature);
    let mut certificates = Vec::new();
    if parts.certificates {
        certificates.push(leaf.as_der().to_vec());
        certificates.extend(signer.chain().iter().map(|above| above.as_der().to_vec()));
    }
    let certificates = tagged(0, certificates);
    let inside = parts
        .content
        .map(|content| encode::tlv(encode::CONTEXT, &[&encode::tlv(encode::OCTET_STRING, &[content])]));
    // RFC 5652 §5.1: 3 where the content is not id-data, else 1 for a signer named by issuer and serial.
    let version = if parts.content_type == oid::DATA { 1 } else { 3 };
    let signed_data = encode::sequence(&[
        &encode::small(version),
        &encode::set_of(vec![algorithm.digest().identifier()]),
        &encode::sequence(&[&encode::oid(parts.content_type), inside.as_deref().unwrap_or_default()]),
        &certificates,
        &encode::set_of(vec![signer_info]),
    ]);
    encode::sequence(&[&encode::oid(oid::SIGNED_DATA), &encode::tlv(encode::CONTEXT, &[&signed_data])])
}

/// `SignerInfo`, version 1 (RFC 5652 §5.3).
fn signer_info(leaf: &Certificate, algorithm: Algorithm, attributes: Vec<u8>, signature: &[u8]) -> Vec<u8> {
    encode::sequence(&[
        &encode::small(1),
        &encode::sequence(&[leaf.issuer_der(), leaf.serial_der()]),
        &algorithm.digest().identifier(),
        &encode::retag(encode::CONTEXT, attributes),
        &algorithm.identifier(),
        &encode::tlv(encode::OCTET_STRING, &[signature]),
    ])
}

/// What may be added to a signature later.
#[derive(Default)]
pub(crate) struct Additions<'a> {
    /// Unsigned attributes.
    pub(crate) unsigned: Vec<Vec<u8>>,
    pub(crate) certificates: &'a [Certificate],
    pub(crate) crls: &'a [Vec<u8>],
    pub(crate) ocsps: &'a [Vec<u8>],
}

/// The signature with additions; what was there keeps its bytes, each addition stands once.
pub(crate) fn add(p7s: &[u8], additions: &Additions<'_>) -> Result<Vec<u8>, SignatureError> {
    let p7s = super::ber::to_der(p7s);
    let read = SignedData::read(&p7s)?;
    let mut unsigned: Vec<Vec<u8>> = read.signer.unsigned.0.iter().map(|one| one.whole.to_vec()).collect();
    unsigned.extend(additions.unsigned.iter().cloned());
    let unsigned = tagged(1, unsigned);
    let mut fields: Vec<&[u8]> = read.signer.fields.to_vec();
    fields.push(&unsigned);
    let signer_info = encode::sequence(&fields);

    let mut certificates = elements(read.raw.certificates.map(|set| set.value));
    certificates.extend(additions.certificates.iter().map(|one| one.as_der().to_vec()));
    let mut revocation = elements(read.raw.revocation.map(|set| set.value));
    revocation.extend(additions.crls.iter().cloned());
    revocation.extend(additions.ocsps.iter().map(|answer| {
        let other = encode::sequence(&[&encode::oid(oid::OCSP_IN_CMS), answer]);
        encode::retag(encode::CONTEXT | 1, other)
    }));
    // RFC 5652 §5.1: version 5 where revocation data of another format stands inside.
    let other = revocation.iter().any(|one| one.first() == Some(&(encode::CONTEXT | 1)));
    let version = if other { encode::small(5) } else { read.raw.version.to_vec() };
    let signed_data = encode::sequence(&[
        &version,
        read.raw.digests,
        read.raw.content,
        &tagged(0, certificates),
        &tagged(1, revocation),
        &encode::set_of(vec![signer_info]),
    ]);
    Ok(encode::sequence(&[&encode::oid(oid::SIGNED_DATA), &encode::tlv(encode::CONTEXT, &[&signed_data])]))
}

/// `[number] IMPLICIT SET OF … OPTIONAL`: nothing where the set is empty.
fn tagged(number: u8, set: Vec<Vec<u8>>) -> Vec<u8> {
    if set.is_empty() {
        return Vec::new();
    }
    encode::retag(encode::CONTEXT | number, encode::set_of(set))
}

/// The values of a SET, as they came.
pub(crate) fn elements(set: Option<&[u8]>) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let Some(Ok(mut walk)) = set.map(crate::read::Walk::new) else { return found };
    while !walk.is_done() {
        match walk.take_any() {
            Ok(one) => found.push(one.to_vec()),
            Err(_) => break,
        }
    }
    found
}
