//! Certificates, lists and answers with whatever in them, signed by keys from a seed.

use countersign_keys::PrivateKey;
use countersign_signature::{Certificate, Crl, DistinguishedName, OcspResponse, PublicKey};
use der::asn1::ObjectIdentifier;
use der::{DateTime, Encode};
use std::time::Duration;

pub(crate) const AT: i64 = 1_777_000_000;

/// One DER value: its tag, its content in parts.
pub(crate) fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let digits: Vec<u8> = content.len().to_be_bytes().into_iter().skip_while(|digit| *digit == 0).collect();
    let mut out = vec![tag];
    if content.len() < 0x80 {
        out.push(u8::try_from(content.len()).unwrap());
    } else {
        out.push(0x80 | u8::try_from(digits.len()).unwrap());
        out.extend(digits);
    }
    out.extend(content);
    out
}

pub(crate) fn seq(parts: &[&[u8]]) -> Vec<u8> {
    tlv(0x30, parts)
}

pub(crate) fn oid(id: &str) -> Vec<u8> {
    ObjectIdentifier::new_unwrap(id).to_der().unwrap()
}

pub(crate) fn int(value: u32) -> Vec<u8> {
    value.to_der().unwrap()
}

pub(crate) fn time(at: i64) -> Vec<u8> {
    let at = DateTime::from_unix_duration(Duration::from_secs(u64::try_from(at).unwrap())).unwrap();
    let text = format!(
        "{:04}{:02}{:02}{:02}{:02}{:02}Z",
        at.year(),
        at.month(),
        at.day(),
        at.hour(),
        at.minutes(),
        at.seconds()
    );
    tlv(0x18, &[text.as_bytes()])
}

pub(crate) fn key(name: &str) -> PrivateKey {
    PrivateKey::from_seed(name).unwrap()
}

pub(crate) fn name(text: &str) -> Vec<u8> {
    DistinguishedName::parse(text).unwrap().as_der().to_vec()
}

pub(crate) fn spki(key: &PrivateKey) -> PublicKey {
    key.public_key().unwrap()
}

/// An extension, critical or not.
pub(crate) fn critical(id: &str, value: &[u8]) -> Vec<u8> {
    seq(&[&oid(id), &[1, 1, 0xff], &tlv(4, &[value])])
}

pub(crate) fn extension(id: &str, value: &[u8]) -> Vec<u8> {
    seq(&[&oid(id), &tlv(4, &[value])])
}

/// Basic constraints of an authority.
pub(crate) fn authority() -> Vec<u8> {
    critical("2.5.29.19", &seq(&[&[1, 1, 0xff]]))
}

pub(crate) fn policies(ids: &[&str]) -> Vec<u8> {
    let list: Vec<Vec<u8>> = ids.iter().map(|id| seq(&[&oid(id)])).collect();
    extension("2.5.29.32", &tlv(0x30, &[&list.concat()]))
}

pub(crate) fn mappings(pairs: &[(&str, &str)]) -> Vec<u8> {
    let list: Vec<Vec<u8>> =
        pairs.iter().map(|(issuer, subject)| seq(&[&oid(issuer), &oid(subject)])).collect();
    critical("2.5.29.33", &tlv(0x30, &[&list.concat()]))
}

/// Permitted and excluded subtrees, each a `GeneralName`.
pub(crate) fn constraints(permitted: &[Vec<u8>], excluded: &[Vec<u8>]) -> Vec<u8> {
    let list = |names: &[Vec<u8>]| names.iter().map(|name| seq(&[name])).collect::<Vec<_>>().concat();
    let part = |tag: u8, names: &[Vec<u8>]| {
        if names.is_empty() { Vec::new() } else { tlv(tag, &[&list(names)]) }
    };
    critical("2.5.29.30", &seq(&[&part(0xa0, permitted), &part(0xa1, excluded)]))
}

pub(crate) fn alternative_names(names: &[Vec<u8>]) -> Vec<u8> {
    extension("2.5.29.17", &seq(&[&names.concat()]))
}

pub(crate) fn dns(text: &str) -> Vec<u8> {
    tlv(0x82, &[text.as_bytes()])
}

pub(crate) fn directory(text: &str) -> Vec<u8> {
    tlv(0xa4, &[&name(text)])
}

fn ecdsa() -> Vec<u8> {
    seq(&[&oid("1.2.840.10045.4.3.2")])
}

fn signed(tbs: &[u8], by: &PrivateKey) -> Vec<u8> {
    seq(&[tbs, &ecdsa(), &tlv(3, &[&[0], &by.sign(tbs).unwrap()])])
}

/// A certificate, valid from a day before [`AT`] to a day after.
#[derive(Clone)]
pub(crate) struct Forged<'a> {
    pub(crate) subject: &'a str,
    pub(crate) key: &'a PrivateKey,
    pub(crate) issuer: &'a str,
    pub(crate) by: &'a PrivateKey,
    pub(crate) serial: u32,
    pub(crate) extensions: Vec<Vec<u8>>,
}

impl Forged<'_> {
    pub(crate) fn make(&self) -> Certificate {
        let extensions = if self.extensions.is_empty() {
            Vec::new()
        } else {
            tlv(0xa3, &[&seq(&[&self.extensions.concat()])])
        };
        let tbs = seq(&[
            &tlv(0xa0, &[&[2, 1, 2]]),
            &int(self.serial),
            &ecdsa(),
            &name(self.issuer),
            &seq(&[&time(AT - 86_400), &time(AT + 86_400)]),
            &name(self.subject),
            spki(self.key).as_der(),
            &extensions,
        ]);
        Certificate::from_der(&signed(&tbs, self.by)).unwrap()
    }
}

/// A revocation list from an hour before [`AT`] to an hour after.
#[derive(Clone)]
pub(crate) struct ForgedCrl<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) by: &'a PrivateKey,
    pub(crate) this_update: i64,
    pub(crate) next_update: Option<i64>,
    pub(crate) entries: Vec<Vec<u8>>,
    pub(crate) extensions: Vec<Vec<u8>>,
}

impl<'a> ForgedCrl<'a> {
    pub(crate) fn of(issuer: &'a str, by: &'a PrivateKey) -> Self {
        let (entries, extensions) = (Vec::new(), vec![crl_number(1)]);
        Self { issuer, by, this_update: AT - 3_600, next_update: Some(AT + 3_600), entries, extensions }
    }

    pub(crate) fn der(&self) -> Vec<u8> {
        let entries = self.entries.concat();
        let entries = if entries.is_empty() { Vec::new() } else { seq(&[&entries]) };
        let extensions = self.extensions.concat();
        let extensions = if extensions.is_empty() { Vec::new() } else { tlv(0xa0, &[&seq(&[&extensions])]) };
        let next = self.next_update.map(time).unwrap_or_default();
        let tbs = seq(&[
            &int(1),
            &ecdsa(),
            &name(self.issuer),
            &time(self.this_update),
            &next,
            &entries,
            &extensions,
        ]);
        signed(&tbs, self.by)
    }

    pub(crate) fn make(&self) -> Crl {
        Crl::from_der(&self.der()).unwrap()
    }
}

pub(crate) fn crl_number(number: u32) -> Vec<u8> {
    extension("2.5.29.20", &int(number))
}

/// An entry with a reason's code.
pub(crate) fn entry(serial: u32, at: i64, reason: u8) -> Vec<u8> {
    entry_with(serial, at, &[extension("2.5.29.21", &[0x0a, 1, reason])])
}

pub(crate) fn entry_with(serial: u32, at: i64, extensions: &[Vec<u8>]) -> Vec<u8> {
    let extensions = extensions.concat();
    let extensions = if extensions.is_empty() { Vec::new() } else { seq(&[&extensions]) };
    seq(&[&int(serial), &time(at), &extensions])
}

/// What an OCSP answer says.
#[derive(Clone, Copy)]
pub(crate) enum Says {
    Good,
    Revoked(i64, u8),
    Unknown,
}

/// An OCSP answer about one certificate.
pub(crate) struct ForgedOcsp<'a> {
    pub(crate) about: &'a Certificate,
    pub(crate) issuer: &'a PrivateKey,
    pub(crate) responder: Vec<u8>,
    pub(crate) by: &'a PrivateKey,
    pub(crate) says: Says,
    pub(crate) this_update: i64,
    pub(crate) next_update: Option<i64>,
    pub(crate) extensions: Vec<Vec<u8>>,
    pub(crate) certificates: Vec<Certificate>,
}

pub(crate) fn by_name(text: &str) -> Vec<u8> {
    tlv(0xa1, &[&name(text)])
}

pub(crate) fn by_key(key: &PrivateKey) -> Vec<u8> {
    tlv(0xa2, &[&tlv(4, &[&countersign_signature::sha1::digest(spki(key).bits())])])
}

impl ForgedOcsp<'_> {
    /// The bare `BasicOCSPResponse`.
    pub(crate) fn der(&self) -> Vec<u8> {
        self.saying(&[self.says])
    }

    /// The same, saying several things about the one certificate.
    pub(crate) fn saying(&self, all: &[Says]) -> Vec<u8> {
        let sha1 = |bytes: &[u8]| tlv(4, &[&countersign_signature::sha1::digest(bytes)]);
        let id = seq(&[
            &seq(&[&oid("1.3.14.3.2.26"), &[5, 0]]),
            &sha1(self.about.issuer_name().as_der()),
            &sha1(spki(self.issuer).bits()),
            &tlv(2, &[self.about.serial()]),
        ]);
        let next = self.next_update.map(|next| tlv(0xa0, &[&time(next)])).unwrap_or_default();
        let extensions = self.extensions.concat();
        let extensions = if extensions.is_empty() { Vec::new() } else { tlv(0xa1, &[&seq(&[&extensions])]) };
        let single = |says: &Says| {
            let says = match *says {
                Says::Good => tlv(0x80, &[]),
                Says::Revoked(at, reason) => tlv(0xa1, &[&time(at), &tlv(0xa0, &[&[0x0a, 1, reason]])]),
                Says::Unknown => tlv(0x82, &[]),
            };
            seq(&[&id, &says, &time(self.this_update), &next, &extensions])
        };
        let singles: Vec<u8> = all.iter().flat_map(single).collect();
        let tbs = seq(&[&self.responder, &time(self.this_update), &seq(&[&singles])]);
        let certificates: Vec<u8> =
            self.certificates.iter().flat_map(|certificate| certificate.as_der().to_vec()).collect();
        let certificates =
            if certificates.is_empty() { Vec::new() } else { tlv(0xa0, &[&seq(&[&certificates])]) };
        seq(&[&tbs, &ecdsa(), &tlv(3, &[&[0], &self.by.sign(&tbs).unwrap()]), &certificates])
    }

    pub(crate) fn make(&self) -> OcspResponse {
        OcspResponse::from_der(&self.der()).unwrap()
    }
}
