//! `countersign key device …`: keys on cards, USB tokens and hardware security modules.

use std::path::PathBuf;

use countersign_keys::device::{DeviceError, Found, KeyUri, Module, PinState, Token};
use countersign_keys::{HouseCaError, KeyName, Kind, Validity};
use countersign_signature::{Certificate, DistinguishedName, PublicKey, Signer as _, Subject};
use serde_json::{Map, Value, json};

use super::new::authority;
use super::show::{
    describe_certificate, digest, hex, issued_by, issuer, map_line, moment, policy_line, push_certificate,
    push_lines, unix_seconds,
};
use super::{subject, usage};
use crate::exit::{Exit, Failure};
use crate::keys;
use crate::shell::Shell;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Verb {
    /// List the tokens there are, or the keys on one
    List(List),
    /// Make a key on a token, where it stays, and put its certificate beside it
    New(New),
}

#[derive(Debug, clap::Args)]
pub(super) struct List {
    /// The token whose keys to list, as in `pkcs11:token=Card`; asks for its PIN
    #[arg(value_name = "URI")]
    token: Option<KeyUri>,
    /// The library that reaches the device; $COUNTERSIGN_PKCS11_MODULE where not given
    #[arg(long, value_name = "PATH")]
    module: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(super) struct New {
    /// What the key is called: its label on the token
    #[arg(value_parser = KeyName::new)]
    name: KeyName,
    /// The token, as in `pkcs11:token=Card`; the only one there is where not given
    #[arg(long, value_name = "URI", default_value = "pkcs11:")]
    token: KeyUri,
    /// What kind of key: p256, p384, rsa2048, rsa3072, rsa4096, ed25519
    #[arg(long, default_value_t = Kind::P256)]
    kind: Kind,
    /// Whom the certificate names; `CN=NAME` where not given
    #[arg(long, value_name = "SUBJECT", value_parser = DistinguishedName::parse)]
    subject: Option<DistinguishedName>,
    /// The CA among the keys that issues the certificate; `house-ca`, made where it isn't there, where not given
    #[arg(long, value_name = "NAME", value_parser = KeyName::new)]
    ca: Option<KeyName>,
    /// For how many years the certificate holds; never longer than its CA's
    #[arg(long, value_name = "N", default_value_t = 2)]
    years: u16,
    /// The library that reaches the device; $COUNTERSIGN_PKCS11_MODULE where not given
    #[arg(long, value_name = "PATH")]
    module: Option<PathBuf>,
    /// Where the house CA's keys lie
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
}

pub(super) fn run(verb: &Verb, shell: &mut Shell) -> Result<Exit, Failure> {
    match verb {
        Verb::List(args) => match &args.token {
            Some(uri) => list_keys(&keys::module(uri, args.module.as_deref())?, uri, shell),
            None => list_tokens(&keys::module(&KeyUri::default(), args.module.as_deref())?, shell),
        },
        Verb::New(args) => new(args, shell),
    }
}

fn list_tokens(module: &Module, shell: &mut Shell) -> Result<Exit, Failure> {
    let tokens = module.tokens().map_err(keys::device_failure)?;
    if shell.json {
        let data: Vec<Value> = tokens.iter().map(describe_token).collect();
        shell.print_json(&Value::from(data))?;
        return Ok(Exit::Yes);
    }
    if tokens.is_empty() {
        shell.tell(&format!("no token that is set up is seen through {}", module.path().display()));
    }
    for token in &tokens {
        let (label, serial) = (&token.label, &token.serial);
        let by = format!("{} {}", token.manufacturer, token.model);
        shell.print(&format!("{label}  serial {serial}  {by}  {}{}\n", token.uri(None), token.pin))?;
    }
    Ok(Exit::Yes)
}

fn describe_token(token: &Token) -> Value {
    json!({
        "label": token.label,
        "serial": token.serial,
        "manufacturer": token.manufacturer,
        "model": token.model,
        "uri": token.uri(None).to_string(),
        "pin": match token.pin {
            PinState::Fresh => "fresh",
            PinState::Low => "few-tries-left",
            PinState::FinalTry => "one-try-left",
            PinState::Locked => "locked",
        },
    })
}

fn list_keys(module: &Module, uri: &KeyUri, shell: &mut Shell) -> Result<Exit, Failure> {
    let token = module.token(uri).map_err(keys::device_failure)?;
    let found = module.keys(uri, &mut keys::pin).map_err(keys::device_failure)?;
    if shell.json {
        let data: Vec<Map<String, Value>> = found.iter().map(|key| describe_key(key, &token)).collect();
        shell.print_json(&Value::from(data))?;
        return Ok(Exit::Yes);
    }
    if found.is_empty() {
        shell.tell(&format!(
            "no keys on {token}\n  help: `countersign key device new NAME --token URI` makes one"
        ));
    }
    for key in &found {
        let says = match &key.certificate {
            Some(certificate) => {
                let until = moment(certificate.not_after());
                format!("{}  {}, until {until}", digest(certificate), certificate.subject())
            }
            None => "no certificate".to_owned(),
        };
        shell.print(&format!("{}  {says}  {}\n", key.label, key_uri(key, &token)))?;
    }
    Ok(Exit::Yes)
}

fn describe_key(key: &Found, token: &Token) -> Map<String, Value> {
    let mut data = key.certificate.as_ref().map(describe_certificate).unwrap_or_default();
    data.insert("name".into(), json!(key.label));
    data.insert("id".into(), json!(hex(&key.id)));
    data.insert("uri".into(), json!(key_uri(key, token).to_string()));
    data
}

/// The URI of a key: by its label, or by its id where it has none.
fn key_uri(key: &Found, token: &Token) -> KeyUri {
    if key.label.is_empty() {
        KeyUri { id: Some(key.id.clone()), ..token.uri(None) }
    } else {
        token.uri(Some(&key.label))
    }
}

/// Why no key was made: the device, or the CA.
enum Refused {
    Device(DeviceError),
    Authority(HouseCaError),
}

impl From<DeviceError> for Refused {
    fn from(error: DeviceError) -> Self {
        Self::Device(error)
    }
}

fn new(args: &New, shell: &mut Shell) -> Result<Exit, Failure> {
    let module = keys::module(&args.token, args.module.as_deref())?;
    let token = module.token(&args.token).map_err(keys::device_failure)?;
    let store = keys::store(args.keys.as_deref())?;
    let now = unix_seconds(shell.now());
    let subject = subject(args.subject.as_ref(), args.name.as_str())?;
    let validity = Validity::years(now, args.years).map_err(usage)?;
    let authority = authority(&store, args.ca.as_ref(), now, keys::passphrase()?.as_ref(), shell)?;
    let ca = &authority.0;
    let certify = |public: &PublicKey| -> Result<(Certificate, Vec<Certificate>), Refused> {
        let validity = validity.until_at_most(ca.certificate().not_after());
        let certificate =
            ca.issue_for(Subject::Person, &subject, public, validity).map_err(Refused::Authority)?;
        Ok((certificate, ca.chain()))
    };
    let key = module.make_key(&args.token, args.name.as_str(), args.kind, &mut keys::pin, certify);
    let key = key.map_err(|refused| match refused {
        Refused::Device(error) => keys::device_failure(error),
        Refused::Authority(error) => usage(error),
    })?;
    let (certificate, uri) = (key.certificate(), token.uri(Some(args.name.as_str())));
    let map = map_line(args.name.as_str(), certificate);
    let policy = policy_line(ca.certificate());
    if shell.json {
        let mut data = describe_certificate(certificate);
        data.insert("name".into(), json!(args.name.as_str()));
        data.insert("uri".into(), json!(uri.to_string()));
        data.insert("map".into(), json!(map));
        data.insert("policy".into(), json!(policy));
        data.insert("issued_by".into(), issued_by(Some(&authority)));
        shell.print_json(&Value::from(data))?;
        return Ok(Exit::Yes);
    }
    let mut text = format!("{}  {}\n", args.name, certificate.subject());
    text.push_str(&format!("  issued by    {}\n", issuer(Some(&authority))));
    push_certificate(&mut text, certificate);
    text.push_str(&format!("  private key  on {token}, where it stays\n  --key        '{uri}'\n"));
    push_lines(&mut text, &map, Some(&policy));
    shell.print(&text)?;
    Ok(Exit::Yes)
}
