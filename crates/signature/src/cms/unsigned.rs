//! The unsigned attributes (RFC 5652 §5.3): anybody can add them. Timestamp tokens prove themselves.

use super::signed_data::part;
use crate::oid;
use crate::read::{Tlv, Walk};
use crate::verify::SignatureError;
use const_oid::ObjectIdentifier;
use der::Tag;

/// The attributes that stand beside a signature, in the order of the file.
#[derive(Default)]
pub(crate) struct UnsignedAttributes<'a>(pub(crate) Vec<UnsignedAttribute<'a>>);

/// One of them.
pub(crate) struct UnsignedAttribute<'a> {
    pub(crate) id: ObjectIdentifier,
    /// The attribute as it came.
    pub(crate) whole: &'a [u8],
    pub(crate) values: Vec<&'a [u8]>,
}

/// Bound on unsigned attributes and on the values of each: a signature renewed yearly for a working life.
const ATTRIBUTES_MAX: usize = 64;

impl<'a> UnsignedAttributes<'a> {
    pub(crate) fn read(set: Option<Tlv<'a>>) -> Result<Self, SignatureError> {
        let at = part("unsigned attributes");
        let Some(set) = set else { return Ok(Self::default()) };
        let mut walk = Walk::new(set.value).map_err(&at)?;
        let mut found = Vec::new();
        while !walk.is_done() {
            if found.len() >= ATTRIBUTES_MAX {
                return Err(SignatureError::TooManyUnsigned { most: ATTRIBUTES_MAX });
            }
            let attribute = walk.take(Tag::Sequence).map_err(&at)?;
            let mut fields = Walk::new(attribute.value).map_err(&at)?;
            let id = fields.decode().map_err(&at)?;
            let mut set = fields.enter(Tag::Set).map_err(&at)?;
            fields.finish().map_err(&at)?;
            let mut values = Vec::new();
            while !set.is_done() {
                if values.len() >= ATTRIBUTES_MAX {
                    return Err(SignatureError::TooManyUnsigned { most: ATTRIBUTES_MAX });
                }
                values.push(set.take_any().map_err(&at)?);
            }
            found.push(UnsignedAttribute { id, whole: attribute.whole, values });
        }
        Ok(Self(found))
    }

    /// Timestamp tokens over the signature value (EN 319 122-1 §5.3).
    pub(crate) fn signature_timestamps(&self) -> Vec<Vec<u8>> {
        self.values(oid::SIGNATURE_TIMESTAMP)
    }

    /// Archive timestamps, version 3 (EN 319 122-1 §5.5.3).
    pub(crate) fn archive_timestamps(&self) -> Vec<Vec<u8>> {
        self.values(oid::ARCHIVE_TIMESTAMP_V3)
    }

    /// The values of the attributes of one kind.
    pub(crate) fn values(&self, id: ObjectIdentifier) -> Vec<Vec<u8>> {
        let of = self.0.iter().filter(|attribute| attribute.id == id);
        of.flat_map(|attribute| &attribute.values).map(|value| value.to_vec()).collect()
    }
}
