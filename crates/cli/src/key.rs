//! `countersign key new|list|ca`: software keys and the house CA.

use std::path::PathBuf;

use countersign_authority::model::name::Digest;
use countersign_authority::model::time::Instant;
use countersign_keys::{
    Created, Entry, HouseCa, Issuer, KeyError, KeyName, KeyStore, KeyStoreError, NewKey, Passphrase,
    Protection, Validity,
};
use countersign_notation::time::rfc3339;
use countersign_signature::{Certificate, DistinguishedName, Signer};
use serde_json::{Map, Value, json};

use crate::exit::{Exit, Failure};
use crate::keys;
use crate::shell::Shell;

/// What `key` is given.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  countersign key new berg --subject \"CN=A. Berg,O=Ruritania\"
  countersign key new berg --self-signed
  countersign key ca new ruritania-ca --subject \"CN=Ruritania CA,O=Ruritania\"
  countersign key new dahl --ca ruritania-ca
  countersign key list --json

Keys lie in --keys DIR, else $COUNTERSIGN_KEYS, else $XDG_DATA_HOME/countersign/keys, else
~/.local/share/countersign/keys. With $COUNTERSIGN_PASSPHRASE set, new private keys are encrypted with it, and
encrypted ones opened.")]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Make a key and its certificate, and print the lines for a map and a policy
    New(New),
    /// List the keys there are
    List(List),
    /// House CAs: for those who bring no certificate
    #[command(subcommand)]
    Ca(Ca),
}

#[derive(Debug, clap::Args)]
struct New {
    /// What the key is called: a letter, then letters, digits, `_`, `-`
    #[arg(value_parser = KeyName::new)]
    name: KeyName,
    /// Whom the certificate names; `CN=NAME` where not given
    #[arg(long, value_name = "SUBJECT", value_parser = DistinguishedName::parse)]
    subject: Option<DistinguishedName>,
    /// The CA among the keys that issues the certificate; `house-ca`, made where it isn't there, where not given
    #[arg(long, value_name = "NAME", value_parser = KeyName::new, conflicts_with = "self_signed")]
    ca: Option<KeyName>,
    /// No CA: the key vouches for itself, and is recognised by its fingerprint alone
    #[arg(long)]
    self_signed: bool,
    /// For how many years the certificate holds; never longer than its CA's
    #[arg(long, value_name = "N", default_value_t = 2)]
    years: u16,
    /// Where the keys lie
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct List {
    /// Where the keys lie
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
}

#[derive(Debug, clap::Subcommand)]
enum Ca {
    /// Make a house CA, and print the line for a policy
    New(NewCa),
}

#[derive(Debug, clap::Args)]
struct NewCa {
    /// What the CA's key is called
    #[arg(value_parser = KeyName::new, default_value = HOUSE)]
    name: KeyName,
    /// Whom the certificate names
    #[arg(long, value_name = "SUBJECT", value_parser = DistinguishedName::parse, default_value = HOUSE_SUBJECT)]
    subject: DistinguishedName,
    /// For how many years the certificate holds
    #[arg(long, value_name = "N", default_value_t = HOUSE_YEARS)]
    years: u16,
    /// Where the keys lie
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
}

/// The CA that `key new` uses, and makes the first time.
const HOUSE: &str = "house-ca";
const HOUSE_SUBJECT: &str = "CN=House CA";
const HOUSE_YEARS: u16 = 10;

pub(crate) fn run(args: &Args, shell: &mut Shell) -> Result<Exit, Failure> {
    match &args.verb {
        Verb::New(args) => new(args, shell),
        Verb::List(args) => list(args, shell),
        Verb::Ca(Ca::New(args)) => new_authority(args, shell),
    }
}

fn new(args: &New, shell: &mut Shell) -> Result<Exit, Failure> {
    let store = KeyStore::open(keys::folder(args.keys.as_deref())).map_err(failure)?;
    let (passphrase, now) = (keys::passphrase()?, unix_seconds(shell.now()));
    let subject = match &args.subject {
        Some(subject) => subject.clone(),
        None => DistinguishedName::parse(&format!("CN={}", args.name)).map_err(usage)?,
    };
    let validity = Validity::years(now, args.years).map_err(usage)?;
    let make = |issuer: Issuer<'_>| {
        store
            .new_key(&args.name, &NewKey::person(&subject, validity), issuer, passphrase.as_ref())
            .map_err(failure)
    };
    let (created, authority) = if args.self_signed {
        (make(Issuer::Itself)?, None)
    } else {
        let (ca, name) = authority(&store, args.ca.as_ref(), now, passphrase.as_ref(), shell)?;
        (make(Issuer::Authority(&ca))?, Some((name, ca.certificate().clone())))
    };
    warn(&created, shell);
    let certificate = created.key.certificate();
    let map = map_line(&created.name, certificate);
    let policy = authority.as_ref().map(|(_, ca)| policy_line(ca));
    if shell.json {
        let mut data = describe(&created);
        data.insert("map".into(), json!(map));
        data.insert("policy".into(), json!(policy));
        let issued_by =
            authority.map(|(name, ca)| json!({"name": name.as_str(), "fingerprint": digest(&ca)}));
        data.insert("issued_by".into(), json!(issued_by));
        shell.print_json(&Value::from(data))?;
        return Ok(Exit::Yes);
    }
    let mut text = format!("{}  {}\n", created.name, certificate.subject());
    let issuer = match &authority {
        Some((name, ca)) => format!("{} ({name})", ca.subject()),
        None => "itself: recognised by its fingerprint alone".to_owned(),
    };
    text.push_str(&format!("  issued by    {issuer}\n"));
    push_facts(&mut text, &created);
    text.push_str(&format!("\nInto a map, for the person:\n  {map}\n"));
    if let Some(policy) = policy {
        text.push_str(&format!("Into a policy, to recognise everyone this CA vouches for:\n  {policy}\n"));
    }
    shell.print(&text)?;
    Ok(Exit::Yes)
}

fn new_authority(args: &NewCa, shell: &mut Shell) -> Result<Exit, Failure> {
    let store = KeyStore::open(keys::folder(args.keys.as_deref())).map_err(failure)?;
    let validity = Validity::years(unix_seconds(shell.now()), args.years).map_err(usage)?;
    let created = store
        .new_authority(&args.name, &NewKey::authority(&args.subject, validity), keys::passphrase()?.as_ref())
        .map_err(failure)?;
    warn(&created, shell);
    let policy = policy_line(created.key.certificate());
    if shell.json {
        let mut data = describe(&created);
        data.insert("policy".into(), json!(policy));
        shell.print_json(&Value::from(data))?;
        return Ok(Exit::Yes);
    }
    let mut text = format!("{}  {}\n", created.name, created.key.certificate().subject());
    push_facts(&mut text, &created);
    text.push_str(&format!("\nInto a policy, to recognise everyone this CA vouches for:\n  {policy}\n"));
    shell.print(&text)?;
    Ok(Exit::Yes)
}

fn list(args: &List, shell: &mut Shell) -> Result<Exit, Failure> {
    let dir = keys::folder(args.keys.as_deref());
    // Looking makes no folder.
    let entries = if dir.exists() {
        KeyStore::open(&dir).and_then(|store| store.list()).map_err(failure)?
    } else {
        Vec::new()
    };
    if shell.json {
        let data: Vec<Map<String, Value>> = entries.iter().map(describe_entry).collect();
        shell.print_json(&Value::from(data))?;
        return Ok(Exit::Yes);
    }
    if entries.is_empty() {
        shell.tell(&format!("no keys in {}\n  help: `countersign key new NAME` makes one", dir.display()));
    }
    let width = entries.iter().map(|entry| entry.name.as_str().len()).max().unwrap_or_default();
    for entry in &entries {
        for warning in &entry.warnings {
            shell.tell(&format!("warning: {warning}"));
        }
        let text = match &entry.certificate {
            Ok(certificate) => format!(
                "{:width$}  {}  {}  {}, until {}\n",
                entry.name.as_str(),
                digest(certificate),
                certificate.subject(),
                kind(entry),
                moment(certificate.not_after()),
            ),
            Err(fault) => {
                shell.tell(&format!("warning: {}: {fault}", entry.name));
                continue;
            }
        };
        shell.print(&text)?;
    }
    Ok(Exit::Yes)
}

/// The CA to issue with. The house CA is made the first time; one that was named must be there.
fn authority(
    store: &KeyStore,
    named: Option<&KeyName>,
    now: i64,
    passphrase: Option<&Passphrase>,
    shell: &Shell,
) -> Result<(HouseCa, KeyName), Failure> {
    let name = match named {
        Some(name) => name.clone(),
        None => KeyName::new(HOUSE).map_err(usage)?,
    };
    match store.authority(&name, passphrase) {
        Ok(ca) => return Ok((ca, name)),
        Err(KeyStoreError::Unknown { .. }) if named.is_none() => {}
        Err(error) => return Err(failure(error)),
    }
    let subject = DistinguishedName::parse(HOUSE_SUBJECT).map_err(usage)?;
    let validity = Validity::years(now, HOUSE_YEARS).map_err(usage)?;
    let created =
        store.new_authority(&name, &NewKey::authority(&subject, validity), passphrase).map_err(failure)?;
    shell.tell(&format!("made the house CA `{name}` ({})", created.certificate_file.display()));
    warn(&created, shell);
    Ok((store.authority(&name, passphrase).map_err(failure)?, name))
}

fn warn(created: &Created, shell: &Shell) {
    for warning in &created.warnings {
        shell.tell(&format!("warning: {warning}"));
    }
    if !created.warnings.is_empty() {
        shell.tell("  help: set COUNTERSIGN_PASSPHRASE before making keys, and they are encrypted with it");
    }
}

/// `person berg "A. Berg" key sha256:…`
fn map_line(name: &KeyName, certificate: &Certificate) -> String {
    let called = certificate.subject_name().common_name().unwrap_or(name.as_str());
    let called = called.replace('\\', "\\\\").replace('"', "\\\"");
    format!("person {name} \"{called}\" key {}", digest(certificate))
}

/// `trust certificate authority sha256:…`
fn policy_line(authority: &Certificate) -> String {
    format!("trust certificate authority {}", digest(authority))
}

fn push_facts(text: &mut String, created: &Created) {
    let certificate = created.key.certificate();
    text.push_str(&format!(
        "  fingerprint  {}\n  holds        {} to {}\n  private key  {}\n  certificate  {}\n",
        digest(certificate),
        moment(certificate.not_before()),
        moment(certificate.not_after()),
        created.key_file.display(),
        created.certificate_file.display(),
    ));
}

fn describe(created: &Created) -> Map<String, Value> {
    let mut data = describe_certificate(created.key.certificate());
    data.insert("name".into(), json!(created.name.as_str()));
    data.insert("key_file".into(), json!(created.key_file.display().to_string()));
    data.insert("certificate_file".into(), json!(created.certificate_file.display().to_string()));
    data.insert("warnings".into(), created.warnings.iter().map(ToString::to_string).collect());
    data
}

fn describe_entry(entry: &Entry) -> Map<String, Value> {
    let mut data = match &entry.certificate {
        Ok(certificate) => describe_certificate(certificate),
        Err(fault) => Map::from_iter([("error".into(), json!(fault.to_string()))]),
    };
    data.insert("name".into(), json!(entry.name.as_str()));
    data.insert(
        "protection".into(),
        json!(match entry.protection {
            Protection::Passphrase => "passphrase",
            Protection::None => "none",
            Protection::NoKey => "no-key",
        }),
    );
    data.insert("warnings".into(), entry.warnings.iter().map(ToString::to_string).collect());
    data
}

fn describe_certificate(certificate: &Certificate) -> Map<String, Value> {
    let members = [
        ("fingerprint", json!(digest(certificate))),
        ("subject", json!(certificate.subject())),
        ("issuer", json!(certificate.issuer())),
        ("authority", json!(certificate.is_ca())),
        ("not_before", json!(rfc3339(instant(certificate.not_before())))),
        ("not_after", json!(rfc3339(instant(certificate.not_after())))),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn kind(entry: &Entry) -> &'static str {
    match (entry.is_authority(), entry.protection) {
        (true, Protection::NoKey) => "CA, certificate alone",
        (true, Protection::Passphrase) => "CA, encrypted",
        (true, Protection::None) => "CA, not encrypted",
        (false, Protection::NoKey) => "certificate alone",
        (false, Protection::Passphrase) => "encrypted",
        (false, Protection::None) => "not encrypted",
    }
}

fn digest(certificate: &Certificate) -> String {
    Digest(certificate.fingerprint()).to_string()
}

fn unix_seconds(at: Instant) -> i64 {
    i64::try_from(at.0.div_euclid(NANOS)).unwrap_or(i64::MAX)
}

fn instant(seconds: i64) -> Instant {
    Instant(i128::from(seconds).saturating_mul(NANOS))
}

const NANOS: i128 = 1_000_000_000;

/// `2028-04-23 12:26 UTC`
fn moment(seconds: i64) -> String {
    let text = rfc3339(instant(seconds));
    match (text.get(..10), text.get(11..16)) {
        (Some(day), Some(time)) => format!("{day} {time} UTC"),
        _ => text,
    }
}

fn failure(error: KeyStoreError) -> Failure {
    let help = match &error {
        KeyStoreError::Key { fault: KeyError::PassphraseNeeded | KeyError::WrongPassphrase, .. } => {
            "COUNTERSIGN_PASSPHRASE holds the passphrase"
        }
        KeyStoreError::Unknown { .. } => "`countersign key list` shows the keys there are",
        _ => return usage(error),
    };
    usage(error).help(help)
}

fn usage(error: impl std::fmt::Display) -> Failure {
    Failure::usage(error.to_string())
}
