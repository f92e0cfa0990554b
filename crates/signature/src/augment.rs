//! From B-B to B-T, B-LT and B-LTA: what is added to a CMS signature later (ETSI EN 319 122-1 §5.3–5.5, §6.3).
//!
//! Nothing that was signed changes: additions stand beside the signature. An act's own signature is never changed, its
//! timestamps are evidence of their own; these functions are for signatures that travel alone, and inside PDFs.

use crate::ades::{ObjectId, objects_of_token};
use crate::certificate::Certificate;
use crate::cms::ber::to_der;
use crate::cms::signed_data::SignedData;
use crate::cms::write::{Additions, add, elements};
use crate::cms::{attribute, unsigned::UnsignedAttributes};
use crate::encode;
use crate::oid;
use crate::read::Walk;
use crate::timestamp::{MessageImprint, TimestampError, TimestampToken};
use crate::verify::SignatureError;
use crate::{DigestAlgorithm, cms::signed_data::part};
use der::Tag;

/// Certificates and revocation data that a later reader will need.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ValidationData {
    /// Certificates of every path: the signer's, the timestamp authorities', the responders'.
    pub certificates: Vec<Certificate>,
    /// Revocation lists in DER.
    pub crls: Vec<Vec<u8>>,
    /// OCSP answers (`OCSPResponse`) in DER.
    pub ocsps: Vec<Vec<u8>>,
}

/// Why an archive timestamp does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The signature can't be read.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// The token.
    #[error(transparent)]
    Timestamp(#[from] TimestampError),
    /// The token has no index of what it covers.
    #[error("the archive timestamp has no ats-hash-index-v3")]
    NoIndex,
    /// Something that the index covers is gone or changed.
    #[error("the archive timestamp covers {part} that are no longer in the signature")]
    Missing {
        /// Certificates, revocation data or unsigned attributes.
        part: &'static str,
    },
}

/// Adds a timestamp over the signature value: level B-T (EN 319 122-1 §5.3).
///
/// The imprint to ask for is over [`signature_value`].
pub fn with_timestamp(p7s: &[u8], token: &TimestampToken) -> Result<Vec<u8>, SignatureError> {
    let unsigned = vec![attribute(oid::SIGNATURE_TIMESTAMP, token.as_der().to_vec())];
    add(p7s, &Additions { unsigned, ..Additions::default() })
}

/// Adds what a later reader needs to find the path and what was revoked: level B-LT (EN 319 122-1 §6.3).
pub fn with_validation_data(p7s: &[u8], data: &ValidationData) -> Result<Vec<u8>, SignatureError> {
    let ValidationData { certificates, crls, ocsps } = data;
    add(p7s, &Additions { certificates, crls, ocsps, ..Additions::default() })
}

/// The signature value of a CMS signature: what a signature timestamp is over.
pub fn signature_value(p7s: &[u8]) -> Result<Vec<u8>, SignatureError> {
    Ok(SignedData::read(&to_der(p7s))?.signer.signature.to_vec())
}

/// What an archive timestamp over a signature and its content must be over (EN 319 122-1 §5.5.3), and the index that
/// its token must carry (§5.5.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveImprint {
    /// What to ask for.
    pub imprint: MessageImprint,
    /// `ATSHashIndexV3` in DER: becomes an unsigned attribute of the token.
    pub index: Vec<u8>,
}

/// Computes what an archive timestamp must be over. `content`: the signed content in parts.
pub fn archive_imprint(
    p7s: &[u8],
    content: &[&[u8]],
    digest: DigestAlgorithm,
) -> Result<ArchiveImprint, SignatureError> {
    let p7s = to_der(p7s);
    let signed = SignedData::read(&p7s)?;
    let index = hash_index(&signed, digest);
    Ok(ArchiveImprint { imprint: imprint(&signed, content, digest, &index), index })
}

/// Adds an archive timestamp: level B-LTA. The token is one that was asked for with [`archive_imprint`].
pub fn with_archive_timestamp(
    p7s: &[u8],
    token: &TimestampToken,
    archive: &ArchiveImprint,
) -> Result<Vec<u8>, SignatureError> {
    let index = attribute(oid::ATS_HASH_INDEX_V3, archive.index.clone());
    let token = add(token.as_der(), &Additions { unsigned: vec![index], ..Additions::default() })?;
    let unsigned = vec![attribute(oid::ARCHIVE_TIMESTAMP_V3, token)];
    add(p7s, &Additions { unsigned, ..Additions::default() })
}

/// Verifies one archive timestamp of a signature: its signature, that every value its index names is still there, and
/// that it is over this signature and content. What was added since is not covered: it
/// must prove itself, or wait for the next archive timestamp.
pub fn verify_archive_timestamp(
    p7s: &[u8],
    content: &[&[u8]],
    token: &[u8],
) -> Result<TimestampToken, ArchiveError> {
    let p7s = to_der(p7s);
    let signed = SignedData::read(&p7s)?;
    let read = TimestampToken::read(token)?;
    let der = to_der(token);
    let inner = SignedData::read(&der)?;
    let index = inner.signer.unsigned.values(oid::ATS_HASH_INDEX_V3);
    let [index] = index.as_slice() else { return Err(ArchiveError::NoIndex) };
    let (digest, [certificates, revocation, unsigned]) = read_index(index)?;
    let sets = [
        ("certificates", certificates, hashes(&certificate_values(&signed), digest)),
        ("revocation data", revocation, hashes(&revocation_values(&signed), digest)),
        ("unsigned attributes", unsigned, hashes(&unsigned_values(&signed.signer.unsigned), digest)),
    ];
    for (part, named, present) in sets {
        if named.iter().any(|hash| !present.contains(hash)) {
            return Err(ArchiveError::Missing { part });
        }
    }
    let expected = imprint(&signed, content, read.imprint().digest, index);
    if *read.imprint() != expected {
        return Err(TimestampError::OtherImprint { stamped: read.imprint().clone(), expected }.into());
    }
    Ok(read)
}

/// What an archive timestamp's index names, of what is in the signature: for proofs of existence. Nothing where it can't
/// be read; whether the timestamp holds is [`verify_archive_timestamp`]'s to say.
pub(crate) fn covered_by_archive_timestamp(
    p7s: &[u8],
    token: &[u8],
) -> Result<Vec<ObjectId>, SignatureError> {
    let (p7s, token) = (to_der(p7s), to_der(token));
    let signed = SignedData::read(&p7s)?;
    let inner = SignedData::read(&token)?;
    let index = inner.signer.unsigned.values(oid::ATS_HASH_INDEX_V3);
    let [index] = index.as_slice() else { return Ok(Vec::new()) };
    let (digest, [certificates, revocation, unsigned]) = read_index(index)?;
    let named = |list: &[Vec<u8>], value: &[&[u8]]| list.contains(&digest.of(value));
    let mut found = vec![ObjectId::of(signed.signer.signature)];
    let set = certificate_values(&signed);
    found.extend(set.iter().filter(|one| named(&certificates, &[one])).map(|one| ObjectId::of(one)));
    let set = revocation_values(&signed);
    let lists = set.iter().filter(|one| named(&revocation, &[one]));
    found.extend(lists.map(|one| ObjectId::of(crate::cms::signed_data::revocation_inside(one))));
    for attribute in &signed.signer.unsigned.0 {
        let id = encode::oid(attribute.id);
        let values = attribute.values.iter().filter(|value| named(&unsigned, &[&id, value]));
        found.extend(values.flat_map(|value| objects_of_token(value)));
    }
    Ok(found)
}

/// EN 319 122-1 §5.5.3: the content type, the digest of the content, the signer's fields as they came, the index.
fn imprint(
    signed: &SignedData<'_>,
    content: &[&[u8]],
    digest: DigestAlgorithm,
    index: &[u8],
) -> MessageImprint {
    let content = digest.of(content);
    let mut parts: Vec<&[u8]> = vec![signed.content_type_der, &content];
    parts.extend(signed.signer.fields);
    parts.push(index);
    MessageImprint::of(digest, &parts)
}

/// `ATSHashIndexV3` (EN 319 122-1 §5.5.2): digests of the certificates, of the revocation data, and of each value of
/// each unsigned attribute with its type.
fn hash_index(signed: &SignedData<'_>, digest: DigestAlgorithm) -> Vec<u8> {
    let list = |values: &[Vec<u8>]| {
        let hashes: Vec<Vec<u8>> =
            hashes(values, digest).iter().map(|hash| encode::tlv(encode::OCTET_STRING, &[hash])).collect();
        encode::sequence(&hashes.iter().map(Vec::as_slice).collect::<Vec<_>>())
    };
    encode::sequence(&[
        &digest.identifier(),
        &list(&certificate_values(signed)),
        &list(&revocation_values(signed)),
        &list(&unsigned_values(&signed.signer.unsigned)),
    ])
}

fn hashes(values: &[Vec<u8>], digest: DigestAlgorithm) -> Vec<Vec<u8>> {
    values.iter().map(|value| digest.of(&[value])).collect()
}

fn certificate_values(signed: &SignedData<'_>) -> Vec<Vec<u8>> {
    elements(signed.raw.certificates.map(|set| set.value))
}

fn revocation_values(signed: &SignedData<'_>) -> Vec<Vec<u8>> {
    elements(signed.raw.revocation.map(|set| set.value))
}

/// Each value with its attribute's type before it.
fn unsigned_values(unsigned: &UnsignedAttributes<'_>) -> Vec<Vec<u8>> {
    let values = unsigned.0.iter().flat_map(|one| one.values.iter().map(|value| (one.id, *value)));
    values.map(|(id, value)| [encode::oid(id).as_slice(), value].concat()).collect()
}

type Index = (DigestAlgorithm, [Vec<Vec<u8>>; 3]);

fn read_index(index: &[u8]) -> Result<Index, SignatureError> {
    let at = part("ats-hash-index-v3");
    let mut fields = Walk::new(index).and_then(|mut walk| walk.enter(Tag::Sequence)).map_err(&at)?;
    let name = "ats-hash-index-v3's digest algorithm";
    let digest = crate::cms::signed_data::read_digest(fields.take(Tag::Sequence).map_err(&at)?.whole, name)?;
    let mut list = || -> der::Result<Vec<Vec<u8>>> {
        let mut values = fields.enter(Tag::Sequence)?;
        let mut found = Vec::new();
        while !values.is_done() {
            found.push(values.take(Tag::OctetString)?.value.to_vec());
        }
        Ok(found)
    };
    let lists = [list().map_err(&at)?, list().map_err(&at)?, list().map_err(&at)?];
    fields.finish().map_err(&at)?;
    Ok((digest, lists))
}
