//! `GeneralName` (RFC 5280 §4.2.1.6): names of other kinds than a distinguished one.

use crate::comparable::Comparable;
use crate::name::DistinguishedName;
use crate::read::Walk;
use const_oid::ObjectIdentifier;
use der::{Decode, Header, SliceReader, Tag};
use std::fmt;
use x509_cert::name::Name;

/// A name, or the base of a subtree of names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GeneralName {
    /// A mailbox; as a base also a host or, after a dot, a domain.
    Rfc822(String),
    /// A host in the DNS; as a base a domain.
    Dns(String),
    /// A URI; as a base a host or, after a dot, a domain.
    Uri(String),
    /// A distinguished name.
    Directory(DistinguishedName),
    /// An address of 4 or 16 octets; as a base an address and a mask.
    Ip(Vec<u8>),
    /// An object identifier.
    Registered(ObjectIdentifier),
    /// A name of a form that is only ever compared byte by byte.
    Opaque {
        /// Of which form.
        form: NameForm,
        /// Its DER.
        der: Vec<u8>,
    },
}

/// The forms of names, in the order of their tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NameForm {
    /// `otherName`.
    Other,
    /// `rfc822Name`.
    Rfc822,
    /// `dNSName`.
    Dns,
    /// `x400Address`.
    X400,
    /// `directoryName`.
    Directory,
    /// `ediPartyName`.
    Edi,
    /// `uniformResourceIdentifier`.
    Uri,
    /// `iPAddress`.
    Ip,
    /// `registeredID`.
    Registered,
}

const FORMS: [(NameForm, &str); 9] = [
    (NameForm::Other, "otherName"),
    (NameForm::Rfc822, "rfc822Name"),
    (NameForm::Dns, "dNSName"),
    (NameForm::X400, "x400Address"),
    (NameForm::Directory, "directoryName"),
    (NameForm::Edi, "ediPartyName"),
    (NameForm::Uri, "uniformResourceIdentifier"),
    (NameForm::Ip, "iPAddress"),
    (NameForm::Registered, "registeredID"),
];

impl GeneralName {
    /// Of which form it is.
    pub fn form(&self) -> NameForm {
        match self {
            Self::Rfc822(_) => NameForm::Rfc822,
            Self::Dns(_) => NameForm::Dns,
            Self::Uri(_) => NameForm::Uri,
            Self::Directory(_) => NameForm::Directory,
            Self::Ip(_) => NameForm::Ip,
            Self::Registered(_) => NameForm::Registered,
            Self::Opaque { form, .. } => *form,
        }
    }

    /// Reads the next value as a name.
    pub(crate) fn read(walk: &mut Walk<'_>) -> der::Result<Self> {
        let whole = walk.take_any()?;
        let tag = Header::peek(&SliceReader::new(whole)?)?.tag();
        let Tag::ContextSpecific { number, .. } = tag else { return Err(tag.unexpected_error(None).into()) };
        let index = usize::try_from(number.0).unwrap_or(usize::MAX);
        let Some((form, _)) = FORMS.get(index) else { return Err(tag.value_error().into()) };
        let value = Walk::new(whole)?.take(tag)?.value;
        let text = || match std::str::from_utf8(value) {
            Ok(text) if text.is_ascii() => Ok(text.to_owned()),
            _ => Err(der::Error::from(Tag::Ia5String.value_error())),
        };
        Ok(match form {
            NameForm::Rfc822 => Self::Rfc822(text()?),
            NameForm::Dns => Self::Dns(text()?),
            NameForm::Uri => Self::Uri(text()?),
            NameForm::Ip => Self::Ip(value.to_vec()),
            NameForm::Directory => Self::Directory(directory(value)?),
            NameForm::Registered => Self::Registered(ObjectIdentifier::from_bytes(value)?),
            NameForm::Other | NameForm::X400 | NameForm::Edi => {
                Self::Opaque { form: *form, der: whole.to_vec() }
            }
        })
    }

    /// Reads names to the end of a content.
    pub(crate) fn read_all(content: &[u8]) -> der::Result<Vec<Self>> {
        let mut walk = Walk::new(content)?;
        let mut out = Vec::new();
        while !walk.is_done() {
            out.push(Self::read(&mut walk)?);
        }
        Ok(out)
    }

    /// Whether both name the same (RFC 5280 §7): directory names as §7.1 compares them, URIs byte by byte, which is
    /// stricter than §7.4.
    pub fn matches(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Directory(a), Self::Directory(b)) => a.matches(b),
            (Self::Dns(a), Self::Dns(b)) => a.eq_ignore_ascii_case(b),
            (a, b) => a == b,
        }
    }

    pub(crate) fn directory(&self) -> Option<&Comparable> {
        match self {
            Self::Directory(name) => Some(name.comparable()),
            _ => None,
        }
    }
}

/// `directoryName`, which a CHOICE makes explicit.
fn directory(value: &[u8]) -> der::Result<DistinguishedName> {
    Ok(DistinguishedName::from_name(&Name::from_der(value)?, value.to_vec()))
}

impl fmt::Display for NameForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = FORMS.iter().find(|(form, _)| form == self).map_or("name", |(_, word)| word);
        f.write_str(word)
    }
}

impl fmt::Display for GeneralName {
    /// Fit for a terminal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rfc822(text) | Self::Dns(text) | Self::Uri(text) => f.write_str(&crate::name::escape(text)),
            Self::Directory(name) => write!(f, "{name}"),
            Self::Ip(octets) => match (<[u8; 4]>::try_from(&octets[..]), <[u8; 16]>::try_from(&octets[..])) {
                (Ok(four), _) => write!(f, "{}", core::net::Ipv4Addr::from(four)),
                (_, Ok(sixteen)) => write!(f, "{}", core::net::Ipv6Addr::from(sixteen)),
                _ => write!(f, "{}", crate::hex::Hex(octets)),
            },
            Self::Registered(id) => write!(f, "{id}"),
            Self::Opaque { form, der } => write!(f, "{form} {}", crate::hex::Hex(der)),
        }
    }
}
