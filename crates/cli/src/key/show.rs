//! Keys and certificates in words and in JSON.

use countersign_authority::model::name::Digest;
use countersign_authority::model::time::Instant;
use countersign_keys::{Created, HouseCa, KeyName};
use countersign_notation::time::rfc3339;
use countersign_signature::{Certificate, Signer as _};
use serde_json::{Map, Value, json};

use crate::shell::Shell;

/// Says what the user should know of a new key.
pub(super) fn warn(created: &Created, shell: &Shell) {
    for warning in &created.warnings {
        shell.tell(&format!("warning: {warning}"));
    }
    if !created.warnings.is_empty() {
        shell.tell("  help: set COUNTERSIGN_PASSPHRASE before making keys, and they are encrypted with it");
    }
}

/// `person berg "A. Berg" key sha256:…`
pub(super) fn map_line(name: &str, certificate: &Certificate) -> String {
    let called = certificate.subject_name().common_name().unwrap_or(name);
    let called = called.replace('\\', "\\\\").replace('"', "\\\"");
    format!("person {name} \"{called}\" key {}", digest(certificate))
}

/// `trust certificate authority sha256:…`
pub(super) fn policy_line(authority: &Certificate) -> String {
    format!("trust certificate authority {}", digest(authority))
}

/// The lines for a map and a policy.
pub(super) fn push_lines(text: &mut String, map: &str, policy: Option<&str>) {
    text.push_str(&format!("\nInto a map, for the person:\n  {map}\n"));
    if let Some(policy) = policy {
        text.push_str(&format!("Into a policy, to recognise everyone this CA vouches for:\n  {policy}\n"));
    }
}

/// Who issued a certificate, in words.
pub(super) fn issuer(authority: Option<&(HouseCa, KeyName)>) -> String {
    match authority {
        Some((ca, name)) => format!("{} ({name})", ca.certificate().subject()),
        None => "itself: recognised by its fingerprint alone".to_owned(),
    }
}

/// Who issued a certificate, in JSON.
pub(super) fn issued_by(authority: Option<&(HouseCa, KeyName)>) -> Value {
    let of = |(ca, name): &(HouseCa, KeyName)| json!({"name": name.as_str(), "fingerprint": digest(ca.certificate())});
    json!(authority.map(of))
}

pub(super) fn push_certificate(text: &mut String, certificate: &Certificate) {
    text.push_str(&format!(
        "  fingerprint  {}\n  holds        {} to {}\n",
        digest(certificate),
        moment(certificate.not_before()),
        moment(certificate.not_after()),
    ));
}

pub(super) fn push_facts(text: &mut String, created: &Created) {
    push_certificate(text, created.key.certificate());
    text.push_str(&format!(
        "  private key  {}\n  certificate  {}\n",
        created.key_file.display(),
        created.certificate_file.display(),
    ));
}

pub(super) fn describe(created: &Created) -> Map<String, Value> {
    let mut data = describe_certificate(created.key.certificate());
    data.insert("name".into(), json!(created.name.as_str()));
    data.insert("key_file".into(), json!(created.key_file.display().to_string()));
    data.insert("certificate_file".into(), json!(created.certificate_file.display().to_string()));
    data.insert("warnings".into(), created.warnings.iter().map(ToString::to_string).collect());
    data
}

pub(super) fn describe_certificate(certificate: &Certificate) -> Map<String, Value> {
    let kind = certificate.public_key().map_or_else(|fault| fault.to_string(), |key| key.kind().to_string());
    let members = [
        ("fingerprint", json!(digest(certificate))),
        ("subject", json!(certificate.subject())),
        ("issuer", json!(certificate.issuer())),
        ("serial", json!(hex(certificate.serial()))),
        ("kind", json!(kind)),
        ("authority", json!(certificate.is_ca())),
        ("not_before", json!(rfc3339(instant(certificate.not_before())))),
        ("not_after", json!(rfc3339(instant(certificate.not_after())))),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

pub(super) fn digest(certificate: &Certificate) -> String {
    Digest(certificate.fingerprint()).to_string()
}

/// Lower-case hex digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |out, byte| out + &format!("{byte:02x}"))
}

/// Unix seconds of an instant.
pub(super) fn unix_seconds(at: Instant) -> i64 {
    i64::try_from(at.0.div_euclid(NANOS)).unwrap_or(i64::MAX)
}

/// The instant of unix seconds.
pub(super) fn instant(seconds: i64) -> Instant {
    Instant(i128::from(seconds).saturating_mul(NANOS))
}

const NANOS: i128 = 1_000_000_000;

/// `2028-04-23 12:26 UTC`
pub(super) fn moment(seconds: i64) -> String {
    let text = rfc3339(instant(seconds));
    match (text.get(..10), text.get(11..16)) {
        (Some(day), Some(time)) => format!("{day} {time} UTC"),
        _ => text,
    }
}
