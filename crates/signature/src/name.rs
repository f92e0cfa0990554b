//! Distinguished names, in RFC 4514's text form.

use crate::comparable::Comparable;
use der::{Decode, Encode};
use std::fmt::{self, Write};
use std::str::FromStr;
use x509_cert::name::Name;

/// Whom a certificate is for: `CN=C. Dahl,O=Ruritania`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DistinguishedName {
    der: Vec<u8>,
    text: String,
    common_name: Option<String>,
    comparable: Comparable,
}

/// Why a text is not a distinguished name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadDistinguishedName {
    /// No attribute at all.
    #[error("a subject is empty; write it like CN=C. Dahl,O=Ruritania")]
    Empty,
    /// Not RFC 4514.
    #[error("`{text}` is not a subject; write it like CN=C. Dahl,O=Ruritania")]
    Malformed {
        /// The words at fault.
        text: String,
    },
    /// Longer than 500 bytes.
    #[error("a subject of {length} bytes is longer than {NAME_MAX}")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
}

/// Bound on a subject given as text: it is read by people, and repeated in every certificate below it.
const NAME_MAX: usize = 500;

impl DistinguishedName {
    /// Reads RFC 4514's text form.
    pub fn parse(text: &str) -> Result<Self, BadDistinguishedName> {
        if text.trim().is_empty() {
            return Err(BadDistinguishedName::Empty);
        }
        if text.len() > NAME_MAX {
            return Err(BadDistinguishedName::TooLong { length: text.len() });
        }
        let malformed = || BadDistinguishedName::Malformed { text: text.to_owned() };
        let name = Name::from_str(text).map_err(|_| malformed())?;
        let der = name.to_der().map_err(|_| malformed())?;
        // What is written must be readable again, and say something.
        let name = Name::from_der(&der).map_err(|_| malformed())?;
        if name.iter().any(|attribute| attribute.value.value().is_empty()) {
            return Err(malformed());
        }
        Ok(Self::from_name(&name, der))
    }

    /// The text form, fit for a terminal: see [`fmt::Display`].
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The common name (2.5.4.3) alone, without RFC 4514's escapes, fit for a terminal; the first where there are several.
    pub fn common_name(&self) -> Option<&str> {
        self.common_name.as_deref()
    }

    /// The name's DER.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// Whether both are one name as RFC 5280 §7.1 compares them: neither case, nor the amount of space, nor the type of a
    /// string makes a difference. `==` compares the bytes.
    pub fn matches(&self, other: &Self) -> bool {
        self.comparable == other.comparable
    }

    /// Whether it has no part at all.
    pub fn is_empty(&self) -> bool {
        self.comparable.is_empty()
    }

    /// The mailboxes that stand in the name itself (emailAddress).
    pub(crate) fn mailboxes(&self) -> Vec<String> {
        let Ok(name) = Name::from_der(&self.der) else { return Vec::new() };
        let mailboxes = name.iter().filter(|attribute| attribute.oid == crate::oid::EMAIL_ADDRESS);
        mailboxes.map(|attribute| String::from_utf8_lossy(attribute.value.value()).into_owned()).collect()
    }

    pub(crate) fn comparable(&self) -> &Comparable {
        &self.comparable
    }

    /// A parsed name with the bytes it came from.
    pub(crate) fn from_name(name: &Name, der: Vec<u8>) -> Self {
        let mut text = String::new();
        // Writing to a String fails only if the name's own printing does: then the name is shown as bytes.
        if write!(text, "{name}").is_err() {
            text = format!("#{}", crate::hex::Hex(&der));
        }
        // A common name of a kind of string that isn't read here is left out; the text form shows its bytes.
        let common_name = name.common_name().ok().flatten().map(|name| escape(&name.value()));
        let comparable = Comparable::of(&der);
        Self { der, text: escape(&text), common_name, comparable }
    }
}

/// Escapes what could steer a terminal or reorder the line that names a signer: control characters and Unicode's
/// directional marks, as RFC 4514 §2.4 allows (`\` and two hex digits for each octet).
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let invisible = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
        if c.is_control() || invisible {
            for octet in c.encode_utf8(&mut [0; 4]).bytes() {
                let _ = write!(out, "\\{octet:02x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

impl fmt::Display for DistinguishedName {
    /// RFC 4514; control characters and directional marks appear as hex escapes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for DistinguishedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_reads_back_as_written() {
        for text in ["CN=C. Dahl,O=Ruritania", "CN=Älv Ödman", r"CN=Dahl\, C.,O=A\+B", "C=DE,O=Haus"] {
            assert_eq!(DistinguishedName::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn the_common_name_is_told_without_escapes() {
        let name = DistinguishedName::parse(r"CN=Dahl\, C.,O=Ruritania").unwrap();
        assert_eq!(name.common_name(), Some("Dahl, C."));
        assert_eq!(DistinguishedName::parse("O=Ruritania").unwrap().common_name(), None);
    }

    #[test]
    fn what_is_no_subject_is_refused_with_an_example() {
        for text in ["", "  ", "berg", "CN=", "XYZZY=a", &"CN=".repeat(400)] {
            DistinguishedName::parse(text).unwrap_err();
        }
    }

    #[test]
    fn a_name_cannot_steer_the_terminal() {
        let name = DistinguishedName::parse("CN=Berg\u{1b}[2J\u{202e}grebdahl").unwrap();
        assert_eq!(name.as_str(), "CN=Berg\\1b[2J\\e2\\80\\aegrebdahl");
    }
}
