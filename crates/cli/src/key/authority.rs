//! `countersign key ca …`: the house CA, its register, its revocation lists and its answers.

use std::net::TcpListener;
use std::path::{Path, PathBuf};

use countersign_authority::model::time::Instant;
use countersign_keys::{
    HouseCa, HouseCaError, KeyName, KeyStore, KeyStoreError, Kind, NewKey, Places, RespondError, Responder,
    Revocation, Validity,
};
use countersign_notation::time::rfc3339;
use countersign_signature::issue::Reason;
use countersign_signature::{Certificate, DistinguishedName, Signer as _};
use serde_json::{Value, json};

use super::show::{describe, hex, instant, moment, policy_line, push_facts, unix_seconds, warn};
use super::{HOUSE, HOUSE_SUBJECT, HOUSE_YEARS, usage};
use crate::exit::{Exit, Failure};
use crate::shell::Shell;
use crate::{input, keys};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Verb {
    /// Make a house CA, and print the line for a policy
    New(New),
    /// List the certificates a house CA has issued, and which are revoked
    List(List),
    /// Revoke a certificate: for good, there is no taking back
    Revoke(Revoke),
    /// Write the complete revocation list of this moment
    Crl(Crl),
    /// Answer OCSP requests: one from a file, or all that come to an address
    Ocsp(Ocsp),
}

#[derive(Debug, clap::Args)]
pub(super) struct New {
    /// What the CA's key is called
    #[arg(value_parser = KeyName::new, default_value = HOUSE)]
    name: KeyName,
    /// What kind of key: p256, p384, rsa2048, rsa3072, rsa4096, ed25519
    #[arg(long, default_value_t = Kind::P256)]
    kind: Kind,
    /// Whom the certificate names
    #[arg(long, value_name = "SUBJECT", value_parser = DistinguishedName::parse, default_value = HOUSE_SUBJECT)]
    subject: DistinguishedName,
    /// For how many years the certificate holds
    #[arg(long, value_name = "N", default_value_t = HOUSE_YEARS)]
    years: u16,
    /// Where its revocation list will lie: certificates it issues say so
    #[arg(long, value_name = "URL")]
    crl_at: Option<String>,
    /// Where its OCSP responder will answer: certificates it issues say so
    #[arg(long, value_name = "URL")]
    ocsp_at: Option<String>,
    /// Where the keys lie
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
}

/// Which CA.
#[derive(Debug, clap::Args)]
struct Which {
    /// The CA among the keys
    #[arg(long, value_name = "NAME", value_parser = KeyName::new, default_value = HOUSE)]
    ca: KeyName,
    /// Where the keys lie
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(super) struct List {
    #[command(flatten)]
    which: Which,
}

#[derive(Debug, clap::Args)]
pub(super) struct Revoke {
    /// A key's name, a certificate's file (.pem), or a serial number in hex
    #[arg(value_name = "WHO")]
    who: String,
    /// Why: unspecified, key-compromise, ca-compromise, affiliation-changed, superseded, cessation-of-operation,
    /// privilege-withdrawn
    #[arg(long, default_value_t = Reason::Unspecified)]
    reason: Reason,
    /// From when on; now where not given
    #[arg(long, value_name = "TIME", value_parser = input::instant)]
    at: Option<Instant>,
    /// Since when the key was, or may have been, in other hands
    #[arg(long, value_name = "TIME", value_parser = input::instant)]
    invalid_since: Option<Instant>,
    #[command(flatten)]
    which: Which,
}

#[derive(Debug, clap::Args)]
pub(super) struct Crl {
    /// The file to write (DER); replaced whole
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// In how many days the next list is due
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=366))]
    days: u16,
    #[command(flatten)]
    which: Which,
}

#[derive(Debug, clap::Args)]
pub(super) struct Ocsp {
    /// The key that answers, certified with `key new --purpose ocsp`; the CA's own where not given
    #[arg(long, value_name = "NAME", value_parser = KeyName::new)]
    responder: Option<KeyName>,
    /// The request (DER)
    #[arg(long, value_name = "FILE", requires = "out", required_unless_present = "listen")]
    request: Option<PathBuf>,
    /// The file to write the answer to (DER)
    #[arg(long, value_name = "FILE", requires = "request")]
    out: Option<PathBuf>,
    /// Answer over HTTP at this address, as in 127.0.0.1:8889, until stopped
    #[arg(long, value_name = "ADDRESS", conflicts_with = "request")]
    listen: Option<String>,
    #[command(flatten)]
    which: Which,
}

pub(super) fn run(verb: &Verb, shell: &mut Shell) -> Result<Exit, Failure> {
    match verb {
        Verb::New(args) => new(args, shell),
        Verb::List(args) => list(args, shell),
        Verb::Revoke(args) => revoke(args, shell),
        Verb::Crl(args) => crl(args, shell),
        Verb::Ocsp(args) => ocsp(args, shell),
    }
}

impl Which {
    /// Opens the CA with its key.
    fn open(&self) -> Result<(KeyStore, HouseCa), Failure> {
        keys::passphrase()?;
        let store = keys::store(self.keys.as_deref())?;
        let ca =
            keys::unlocked(&self.ca, |passphrase| store.authority(&self.ca, passphrase)).map_err(failure)?;
        Ok((store, ca))
    }
}

fn new(args: &New, shell: &mut Shell) -> Result<Exit, Failure> {
    let store = keys::store(args.keys.as_deref())?;
    let validity = Validity::years(unix_seconds(shell.now()), args.years).map_err(usage)?;
    let made = NewKey { kind: args.kind, ..NewKey::authority(&args.subject, validity) };
    let created =
        store.new_authority(&args.name, &made, keys::passphrase()?.as_ref()).map_err(keys::failure)?;
    warn(&created, shell);
    let policy = policy_line(created.key.certificate());
    let mut text = format!("{}  {}\n", created.name, created.key.certificate().subject());
    push_facts(&mut text, &created);
    let mut data = describe(&created);
    let places = Places { crl: args.crl_at.clone(), ocsp: args.ocsp_at.clone(), certificate: None };
    if places != Places::default() {
        let ca = HouseCa::from_key(created.key, store.register(&args.name)).map_err(usage)?;
        ca.set_places(places).map_err(usage)?;
    }
    if shell.json {
        data.insert("policy".into(), json!(policy));
        shell.print_json(&Value::from(data))?;
        return Ok(Exit::Yes);
    }
    text.push_str(&format!("\nInto a policy, to recognise everyone this CA vouches for:\n  {policy}\n"));
    shell.print(&text)?;
    Ok(Exit::Yes)
}

fn list(args: &List, shell: &mut Shell) -> Result<Exit, Failure> {
    let store = keys::store(args.which.keys.as_deref())?;
    // The certificate and the register say all: no passphrase is asked for.
    let (authority, _) = store.certificates(&args.which.ca).map_err(failure)?;
    let held = store.register(&args.which.ca).read().map_err(usage)?;
    if shell.json {
        let issued: Vec<Value> = held
            .issued()
            .iter()
            .map(|issued| {
                let revoked = held.revocation(&issued.serial).map(|revoked| {
                    json!({
                        "at": rfc3339(instant(revoked.at)),
                        "reason": revoked.reason.to_string(),
                        "invalid_since": revoked.invalid_since.map(|at| rfc3339(instant(at))),
                    })
                });
                json!({
                    "serial": hex(&issued.serial),
                    "subject": issued.subject,
                    "fingerprint": format!("sha256:{}", hex(&issued.fingerprint)),
                    "not_before": rfc3339(instant(issued.not_before)),
                    "not_after": rfc3339(instant(issued.not_after)),
                    "revoked": revoked,
                })
            })
            .collect();
        let subject = authority.subject();
        shell.print_json(&json!({"authority": subject, "last_list": held.last_list(), "issued": issued}))?;
        return Ok(Exit::Yes);
    }
    for issued in held.issued() {
        let state = match held.revocation(&issued.serial) {
            Some(revoked) => format!("revoked {} ({})", moment(revoked.at), revoked.reason),
            None => format!("until {}", moment(issued.not_after)),
        };
        shell.print(&format!("{}  {}  {state}\n", hex(&issued.serial), issued.subject))?;
    }
    if held.issued().is_empty() {
        shell.tell(&format!("`{}` has issued nothing yet", args.which.ca));
    }
    Ok(Exit::Yes)
}

/// What is to be revoked.
enum Target {
    Certificate(Certificate),
    Serial(Vec<u8>),
}

impl Target {
    fn of(who: &str, store: &KeyStore) -> Result<Self, Failure> {
        if Path::new(who).is_file() {
            let text = String::from_utf8(input::read(Path::new(who))?).map_err(|_| unknown(who))?;
            let certificate =
                Certificate::from_pem(first(&text)).map_err(|error| usage(format!("{who}: {error}")))?;
            return Ok(Self::Certificate(certificate));
        }
        if let Ok(name) = KeyName::new(who) {
            match store.certificates(&name) {
                Ok((certificate, _)) => return Ok(Self::Certificate(certificate)),
                Err(KeyStoreError::Unknown { .. }) => {}
                Err(error) => return Err(failure(error)),
            }
        }
        unhex(who).map(Self::Serial).ok_or_else(|| unknown(who))
    }
}

/// The first certificate of a PEM file.
fn first(text: &str) -> &str {
    const END: &str = "-----END CERTIFICATE-----";
    let end = text.find(END).map_or(text.len(), |at| at.saturating_add(END.len()));
    text.get(..end).unwrap_or(text).trim_start()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.is_empty() || !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit())
    {
        return None;
    }
    let pair = |at: usize| u8::from_str_radix(text.get(at..at.saturating_add(2))?, 16).ok();
    (0..text.len()).step_by(2).map(pair).collect()
}

fn unknown(who: &str) -> Failure {
    usage(format!("`{who}` is no key here, no certificate's file and no serial number"))
        .help("`countersign key ca list` shows what was issued, with serial numbers")
}

fn revoke(args: &Revoke, shell: &mut Shell) -> Result<Exit, Failure> {
    let (store, ca) = args.which.open()?;
    let now = unix_seconds(shell.now());
    let why = Revocation {
        reason: args.reason,
        at: args.at.map_or(now, unix_seconds),
        invalid_since: args.invalid_since.map(unix_seconds),
    };
    let revoked = match Target::of(&args.who, &store)? {
        Target::Certificate(certificate) => ca.revoke(&certificate, why, now),
        Target::Serial(serial) => ca.revoke_serial(&serial, why, now),
    };
    let revoked = revoked.map_err(|error| {
        let failure = usage(&error);
        match error {
            HouseCaError::NotIssuedHere { .. } => failure.help("--ca names the CA that issued it"),
            _ => failure,
        }
    })?;
    let serial = hex(&revoked.serial);
    if shell.json {
        shell.print_json(&json!({
            "serial": serial,
            "at": rfc3339(instant(revoked.at)),
            "reason": revoked.reason.to_string(),
            "invalid_since": revoked.invalid_since.map(|at| rfc3339(instant(at))),
        }))?;
    } else {
        shell.print(&format!("revoked {serial} as of {} ({})\n", moment(revoked.at), revoked.reason))?;
    }
    shell.tell(
        "whoever has an older list does not know yet: `countersign key ca crl --out FILE` makes a new one",
    );
    Ok(Exit::Yes)
}

fn crl(args: &Crl, shell: &mut Shell) -> Result<Exit, Failure> {
    let (_, ca) = args.which.open()?;
    let now = unix_seconds(shell.now());
    let der = ca.list(now, args.days).map_err(usage)?;
    input::replace(&args.out, &der)?;
    let held = ca.register().read().map_err(usage)?;
    let (file, number, count) = (args.out.display(), held.last_list(), held.revoked().count());
    if shell.json {
        shell.print_json(&json!({"file": file.to_string(), "number": number, "revoked": count}))?;
    } else {
        let words = if count == 1 { "certificate" } else { "certificates" };
        shell.print(&format!("{file}  list {number}, {count} {words} revoked\n"))?;
    }
    Ok(Exit::Yes)
}

fn ocsp(args: &Ocsp, shell: &mut Shell) -> Result<Exit, Failure> {
    keys::passphrase()?;
    let store = keys::store(args.which.keys.as_deref())?;
    let (authority, _) = store.certificates(&args.which.ca).map_err(failure)?;
    let name = args.responder.as_ref().unwrap_or(&args.which.ca);
    let key = keys::unlocked(name, |passphrase| store.signer(name, passphrase)).map_err(failure)?;
    let register = store.register(&args.which.ca);
    let responder = Responder::new(&authority, &key, &register).map_err(|error| {
        usage(error).help("`countersign key new NAME --purpose ocsp` makes a key that may answer")
    })?;
    if let (Some(request), Some(out)) = (&args.request, &args.out) {
        let answer = responder.answer(&input::read(request)?, unix_seconds(shell.now())).map_err(usage)?;
        input::replace(out, &answer)?;
        if shell.json {
            shell.print_json(&json!({"file": out.display().to_string(), "bytes": answer.len()}))?;
        } else {
            shell.print(&format!("{}  {} bytes\n", out.display(), answer.len()))?;
        }
        return Ok(Exit::Yes);
    }
    let address = args.listen.as_deref().unwrap_or_default();
    let listener = TcpListener::bind(address).map_err(|error| usage(format!("{address}: {error}")))?;
    let bound = listener.local_addr().map_or(address.to_owned(), |bound| bound.to_string());
    if shell.json {
        shell.print_json(&json!({"listening": bound, "responder": key.certificate().subject()}))?;
    } else {
        shell.print(&format!("answering for {} at http://{bound}/\n", authority.subject()))?;
    }
    let now = || unix_seconds(shell.now());
    let tell =
        |fault: &RespondError| shell.tell(&format!("warning: a request went without an answer: {fault}"));
    responder.serve(&listener, &now, &tell).map_err(|error| usage(format!("{bound}: {error}")))?;
    Ok(Exit::Yes)
}

fn failure(error: KeyStoreError) -> Failure {
    match error {
        KeyStoreError::Unknown { .. } => {
            usage(error).help("`countersign key ca new` makes a house CA; --ca names another")
        }
        other => keys::failure(other),
    }
}
