//! `countersign key …`: keys in files, in PKCS#12, on devices; the house CA.

mod authority;
mod device;
mod import;
mod list;
mod new;
mod show;

use countersign_keys::KeyStore;
use countersign_signature::DistinguishedName;

use crate::exit::{Exit, Failure};
use crate::keys;
use crate::shell::Shell;

/// What `key` is given.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  countersign key new berg --subject \"CN=A. Berg,O=Ruritania\"
  countersign key new berg --self-signed --kind rsa3072
  countersign key list --json
  countersign key import berg.p12 --name berg
  countersign key export berg berg.p12
  countersign key device list
  countersign key device new berg --token pkcs11:token=Card
  countersign key ca new ruritania-ca --subject \"CN=Ruritania CA,O=Ruritania\"
  countersign key ca revoke berg --reason key-compromise
  countersign key ca crl --out house-ca.crl

Keys lie in --keys DIR, else $COUNTERSIGN_KEYS, else $XDG_DATA_HOME/countersign/keys, else
~/.local/share/countersign/keys. Secrets are never given on the command line:
  COUNTERSIGN_PASSPHRASE      new private keys are encrypted with it, and encrypted ones opened
  COUNTERSIGN_P12_PASSPHRASE  the passphrase of PKCS#12 files
  COUNTERSIGN_PIN             the PIN of a token
Where one is needed and not set, it is asked for at the terminal. COUNTERSIGN_PKCS11_MODULE names
the library that reaches devices.")]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Make a key and its certificate, and print the lines for a map and a policy
    New(new::Args),
    /// List the keys there are
    List(list::Args),
    /// Take in the key of a PKCS#12 file
    Import(import::Import),
    /// Write a key with its certificates as a PKCS#12 file
    Export(import::Export),
    /// Keys on devices: cards, USB tokens, hardware security modules (PKCS#11)
    #[command(subcommand)]
    Device(device::Verb),
    /// House CAs: for those who bring no certificate
    #[command(subcommand)]
    Ca(authority::Verb),
}

pub(crate) fn run(args: &Args, shell: &mut Shell) -> Result<Exit, Failure> {
    match &args.verb {
        Verb::New(args) => new::run(args, shell),
        Verb::List(args) => list::run(args, shell),
        Verb::Import(args) => import::import(args, shell),
        Verb::Export(args) => import::export(args, shell),
        Verb::Device(verb) => device::run(verb, shell),
        Verb::Ca(verb) => authority::run(verb, shell),
    }
}

/// The CA that keys are certified by unless another is named; made the first time.
const HOUSE: &str = "house-ca";
const HOUSE_SUBJECT: &str = "CN=House CA";
const HOUSE_YEARS: u16 = 10;

/// The house CA of a new home.
pub(crate) fn house(store: &KeyStore, shell: &Shell) -> Result<(), Failure> {
    let (passphrase, now) = (keys::passphrase()?, show::unix_seconds(shell.now()));
    new::authority(store, None, now, passphrase.as_ref(), shell).map(|_| ())
}

/// A subject as given, else a common name made of what the key is called.
fn subject(given: Option<&DistinguishedName>, name: &str) -> Result<DistinguishedName, Failure> {
    match given {
        Some(subject) => Ok(subject.clone()),
        None => DistinguishedName::parse(&format!("CN={name}")).map_err(usage),
    }
}

fn usage(error: impl std::fmt::Display) -> Failure {
    Failure::usage(error.to_string())
}
