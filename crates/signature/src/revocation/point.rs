//! Where a certificate's revocation is told, and what part of it a list tells (RFC 5280 §4.2.1.13, §5.2.5).

use crate::comparable::Comparable;
use crate::extensions::content;
use crate::general_name::GeneralName;
use crate::name::DistinguishedName;
use crate::read::{Walk, context, context_primitive};
use der::Tag;

/// `DistributionPoint` (RFC 5280 §4.2.1.13).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DistributionPoint {
    pub(crate) name: Option<PointName>,
    pub(crate) reasons: Reasons,
    /// Who issues the list, where that isn't the certificate's issuer.
    pub(crate) crl_issuers: Vec<GeneralName>,
}

/// `DistributionPointName`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PointName {
    Full(Vec<GeneralName>),
    /// The content of the SET that stands below the issuer's name.
    Relative(Vec<u8>),
}

/// `IssuingDistributionPoint` (RFC 5280 §5.2.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IssuingPoint {
    pub(crate) name: Option<PointName>,
    pub(crate) only_user_certificates: bool,
    pub(crate) only_authorities: bool,
    pub(crate) only_attribute_certificates: bool,
    pub(crate) reasons: Reasons,
    pub(crate) indirect: bool,
}

/// A set of reasons for a revocation (`ReasonFlags`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Reasons(u16);

impl Reasons {
    /// Bits 1 to 8: bit 0 is unused.
    pub(crate) const ALL: Self = Self(0b1_1111_1110);

    /// A BIT STRING's content.
    fn read(value: &[u8]) -> Self {
        let octets = value.iter().skip(1).take(2);
        let bits = octets.zip([0_u32, 8]).flat_map(|(octet, from)| {
            (0..8_u32)
                .filter(move |bit| octet.wrapping_shl(*bit) & 0x80 != 0)
                .map(move |bit| from.saturating_add(bit))
        });
        let set = bits.fold(0_u16, |set, bit| set | 1_u16.checked_shl(bit).unwrap_or_default());
        Self(set & Self::ALL.0)
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether every reason here is among the others.
    pub(crate) fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }
}

impl DistributionPoint {
    /// `CRLDistributionPoints`.
    pub(crate) fn read_all(value: &[u8]) -> der::Result<Vec<Self>> {
        let mut list = content(value)?;
        let mut out = Vec::new();
        while !list.is_done() {
            let mut fields = list.enter(Tag::Sequence)?;
            let name = PointName::read(&mut fields)?;
            let reasons = fields.take_if(context_primitive(1))?;
            let issuers = fields.take_if(context(2))?;
            fields.finish()?;
            out.push(Self {
                name,
                reasons: reasons.map_or(Reasons::ALL, |bits| Reasons::read(bits.value)),
                crl_issuers: issuers.map_or(Ok(Vec::new()), |names| GeneralName::read_all(names.value))?,
            });
        }
        Ok(out)
    }

    /// The point that RFC 5280 §6.3.3 takes for granted: everything that the certificate's issuer says.
    pub(crate) fn of_issuer(issuer: &DistinguishedName) -> Self {
        let name = Some(PointName::Full(vec![GeneralName::Directory(issuer.clone())]));
        Self { name, reasons: Reasons::ALL, crl_issuers: Vec::new() }
    }
}

impl IssuingPoint {
    pub(crate) fn read(value: &[u8]) -> der::Result<Self> {
        let mut fields = content(value)?;
        let name = PointName::read(&mut fields)?;
        let only_user_certificates = flag(&mut fields, 1)?;
        let only_authorities = flag(&mut fields, 2)?;
        let reasons = fields.take_if(context_primitive(3))?;
        let indirect = flag(&mut fields, 4)?;
        let only_attribute_certificates = flag(&mut fields, 5)?;
        fields.finish()?;
        Ok(Self {
            name,
            only_user_certificates,
            only_authorities,
            only_attribute_certificates,
            reasons: reasons.map_or(Reasons::ALL, |bits| Reasons::read(bits.value)),
            indirect,
        })
    }
}

impl PointName {
    /// `[0] DistributionPointName`, if it is there.
    fn read(fields: &mut Walk<'_>) -> der::Result<Option<Self>> {
        let Some(name) = fields.take_if(context(0))? else { return Ok(None) };
        let mut choice = Walk::new(name.value)?;
        let read = if let Some(full) = choice.take_if(context(0))? {
            Self::Full(GeneralName::read_all(full.value)?)
        } else {
            Self::Relative(choice.take(context(1))?.value.to_vec())
        };
        choice.finish()?;
        Ok(Some(read))
    }

    /// The names, a relative one completed below `issuer`.
    pub(crate) fn matches(&self, under: &Comparable, other: &Self, other_under: &Comparable) -> bool {
        match (self, other) {
            (Self::Full(ours), Self::Full(theirs)) => {
                ours.iter().any(|name| theirs.iter().any(|other| name.matches(other)))
            }
            (Self::Relative(ours), Self::Relative(theirs)) => under.with(ours) == other_under.with(theirs),
            (Self::Full(names), Self::Relative(relative)) => any_is(names, &other_under.with(relative)),
            (Self::Relative(relative), Self::Full(names)) => any_is(names, &under.with(relative)),
        }
    }

    /// Whether one of its names is among these.
    pub(crate) fn is_among(&self, under: &Comparable, names: &[GeneralName]) -> bool {
        match self {
            Self::Full(ours) => ours.iter().any(|name| names.iter().any(|other| name.matches(other))),
            Self::Relative(relative) => any_is(names, &under.with(relative)),
        }
    }
}

fn any_is(names: &[GeneralName], wanted: &Comparable) -> bool {
    names.iter().any(|name| name.directory() == Some(wanted))
}

/// `[number] BOOLEAN DEFAULT FALSE`.
fn flag(fields: &mut Walk<'_>, number: u32) -> der::Result<bool> {
    match fields.take_if(context_primitive(number))?.map(|flag| flag.value) {
        Some([0xff]) => Ok(true),
        None | Some([0]) => Ok(false),
        Some(_) => Err(Tag::Boolean.value_error().into()),
    }
}
