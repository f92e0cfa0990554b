//! Which key on which device: PKCS#11 URIs (RFC 7512).

use std::fmt::{self, Write as _};
use std::path::PathBuf;
use std::str::FromStr;

/// `pkcs11:token=Card;object=berg?module-path=/usr/lib/softhsm/libsofthsm2.so`: what is left out matches anything.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct KeyUri {
    /// The token's label.
    pub token: Option<String>,
    /// The token's serial number.
    pub serial: Option<String>,
    /// Who made the token.
    pub manufacturer: Option<String>,
    /// The token's model.
    pub model: Option<String>,
    /// The key's label.
    pub object: Option<String>,
    /// The key's id.
    pub id: Option<Vec<u8>>,
    /// The device's library.
    pub module: Option<PathBuf>,
}

/// Why a text names no key on a device.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadKeyUri {
    /// It does not begin with `pkcs11:`.
    #[error("`{text}` is not a PKCS#11 URI; write it like pkcs11:token=Card;object=berg")]
    NoScheme {
        /// The words at fault.
        text: String,
    },
    /// Longer than [`URI_MAX`].
    #[error("a PKCS#11 URI of {length} bytes is longer than {URI_MAX}")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// Not `name=value`.
    #[error("`{text}` in a PKCS#11 URI is not name=value, with %XX for other characters")]
    Malformed {
        /// The words at fault.
        text: String,
    },
    /// An attribute that would narrow what is meant, and is not known here (RFC 7512 §2.3).
    #[error(
        "`{name}` in a PKCS#11 URI is not known here; token, serial, manufacturer, model, object, id and type are"
    )]
    Unknown {
        /// Its name.
        name: String,
    },
    /// An attribute given twice.
    #[error("`{name}` stands twice in a PKCS#11 URI")]
    Twice {
        /// Its name.
        name: String,
    },
    /// A PIN in the URI: it would be seen in lists of processes and in the shell's history.
    #[error("a PKCS#11 URI must not hold a PIN or say where one lies (`{name}`)")]
    Pin {
        /// The attribute's name.
        name: String,
    },
    /// Something else than a private key.
    #[error("`type={found}` in a PKCS#11 URI is no private key")]
    Type {
        /// What it says.
        found: String,
    },
}

/// Bound on a URI: PKCS#11's own fields are shorter than 100 bytes; a path may be long.
const URI_MAX: usize = 4096;

const SCHEME: &str = "pkcs11:";

impl KeyUri {
    /// Whether a text means to be one.
    pub fn is_meant(text: &str) -> bool {
        text.starts_with(SCHEME)
    }

    fn set(&mut self, name: &str, value: Vec<u8>, text: &str) -> Result<(), BadKeyUri> {
        let malformed = || BadKeyUri::Malformed { text: text.to_owned() };
        if name == "id" {
            return once(&mut self.id, value, name);
        }
        let value = String::from_utf8(value).map_err(|_| malformed())?;
        match name {
            "token" => once(&mut self.token, value, name),
            "serial" => once(&mut self.serial, value, name),
            "manufacturer" => once(&mut self.manufacturer, value, name),
            "model" => once(&mut self.model, value, name),
            "object" => once(&mut self.object, value, name),
            "module-path" => once(&mut self.module, value.into(), name),
            "type" if value == "private" => Ok(()),
            "type" => Err(BadKeyUri::Type { found: value }),
            _ => Err(BadKeyUri::Unknown { name: name.to_owned() }),
        }
    }
}

fn once<T>(place: &mut Option<T>, value: T, name: &str) -> Result<(), BadKeyUri> {
    match place.replace(value) {
        Some(_) => Err(BadKeyUri::Twice { name: name.to_owned() }),
        None => Ok(()),
    }
}

impl FromStr for KeyUri {
    type Err = BadKeyUri;

    fn from_str(text: &str) -> Result<Self, BadKeyUri> {
        if text.len() > URI_MAX {
            return Err(BadKeyUri::TooLong { length: text.len() });
        }
        let Some(rest) = text.strip_prefix(SCHEME) else {
            return Err(BadKeyUri::NoScheme { text: text.to_owned() });
        };
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut uri = Self::default();
        for part in path.split(';').filter(|part| !part.is_empty()) {
            let (name, value) = pair(part)?;
            if name == "module-path" {
                return Err(BadKeyUri::Unknown { name: name.to_owned() });
            }
            uri.set(name, value, part)?;
        }
        for part in query.split('&').filter(|part| !part.is_empty()) {
            match pair(part)? {
                ("module-path", value) => uri.set("module-path", value, part)?,
                (name @ ("pin-value" | "pin-source"), _) => {
                    return Err(BadKeyUri::Pin { name: name.to_owned() });
                }
                // RFC 7512 §2.4: what is not known after the `?` is passed over.
                _ => {}
            }
        }
        // What had to be escaped and was not is longer once it is: what is read must be writable.
        match uri.to_string().len() {
            length if length > URI_MAX => Err(BadKeyUri::TooLong { length }),
            _ => Ok(uri),
        }
    }
}

/// `name=value`, the value with `%XX` undone.
fn pair(text: &str) -> Result<(&str, Vec<u8>), BadKeyUri> {
    let malformed = || BadKeyUri::Malformed { text: text.to_owned() };
    let (name, value) = text.split_once('=').ok_or_else(malformed)?;
    let mut out = Vec::with_capacity(value.len());
    let mut bytes = value.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let mut digit = || bytes.next().and_then(|byte| char::from(byte).to_digit(16));
        let (Some(high), Some(low)) = (digit(), digit()) else { return Err(malformed()) };
        out.extend(u8::try_from(high.wrapping_mul(16).wrapping_add(low)));
    }
    Ok((name, out))
}

impl fmt::Display for KeyUri {
    /// The URI; without the module where none is named.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SCHEME)?;
        let texts = [
            ("manufacturer", &self.manufacturer),
            ("model", &self.model),
            ("serial", &self.serial),
            ("token", &self.token),
            ("object", &self.object),
        ];
        let mut separator = "";
        for (name, value) in texts {
            if let Some(value) = value {
                write!(f, "{separator}{name}={}", escape(value.as_bytes()))?;
                separator = ";";
            }
        }
        if let Some(id) = &self.id {
            let id: String = id.iter().fold(String::new(), |mut out, byte| {
                // Writing to a String does not fail.
                let _ = write!(out, "%{byte:02X}");
                out
            });
            write!(f, "{separator}id={id}")?;
        }
        match &self.module {
            Some(module) => write!(f, "?module-path={}", escape(module.to_string_lossy().as_bytes())),
            None => Ok(()),
        }
    }
}

fn escape(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(byte) {
            out.push(char::from(*byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_reads_back_as_written() {
        for text in [
            "pkcs11:",
            "pkcs11:token=Card",
            "pkcs11:manufacturer=A;model=B;serial=C;token=D;object=e;id=%01%FF?module-path=/usr/lib/x.so",
            "pkcs11:token=The%20King%27s%20card;object=%C3%85.%20Berg",
        ] {
            assert_eq!(text.parse::<KeyUri>().unwrap().to_string(), text);
        }
        let uri: KeyUri = "pkcs11:token=Å;type=private;?x-vendor=1".parse().unwrap();
        assert_eq!(uri, KeyUri { token: Some("Å".into()), ..KeyUri::default() });
    }

    #[test]
    fn what_names_no_key_is_refused_with_the_words_at_fault() {
        let said = |text: &str| text.parse::<KeyUri>().unwrap_err().to_string();
        assert_eq!(said("berg"), "`berg` is not a PKCS#11 URI; write it like pkcs11:token=Card;object=berg");
        assert_eq!(
            said("pkcs11:token"),
            "`token` in a PKCS#11 URI is not name=value, with %XX for other characters"
        );
        assert_eq!(
            said("pkcs11:token=%2"),
            "`token=%2` in a PKCS#11 URI is not name=value, with %XX for other characters"
        );
        assert_eq!(
            said("pkcs11:object=%FF"),
            "`object=%FF` in a PKCS#11 URI is not name=value, with %XX for other characters"
        );
        assert_eq!(said("pkcs11:token=a;token=b"), "`token` stands twice in a PKCS#11 URI");
        assert_eq!(said("pkcs11:type=cert"), "`type=cert` in a PKCS#11 URI is no private key");
        assert_eq!(
            said("pkcs11:slot-id=1"),
            "`slot-id` in a PKCS#11 URI is not known here; token, serial, manufacturer, model, object, id and type are"
        );
        assert_eq!(
            said("pkcs11:token=a?pin-value=1234"),
            "a PKCS#11 URI must not hold a PIN or say where one lies (`pin-value`)"
        );
        assert_eq!(
            said(&format!("pkcs11:{}", "a".repeat(5000))),
            "a PKCS#11 URI of 5007 bytes is longer than 4096"
        );
        // Found by fuzzing: short as it came, too long as it must be written.
        assert_eq!(
            said(&format!("pkcs11:token={}", " ".repeat(2000))),
            "a PKCS#11 URI of 6013 bytes is longer than 4096"
        );
    }
}
