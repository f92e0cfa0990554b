//! `countersign key new`: a key in a file, with its certificate.

use std::path::PathBuf;

use countersign_keys::{
    HouseCa, Issuer, KeyName, KeyStore, KeyStoreError, Kind, NewKey, Passphrase, Validity,
};
use countersign_signature::{DistinguishedName, Signer as _, Subject};
use serde_json::{Value, json};

use super::show::{
    describe, issued_by, issuer, map_line, policy_line, push_facts, push_lines, unix_seconds, warn,
};
use super::{HOUSE, HOUSE_SUBJECT, HOUSE_YEARS, subject, usage};
use crate::exit::{Exit, Failure};
use crate::keys;
use crate::shell::Shell;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What the key is called: a letter, then letters, digits, `_`, `-`
    #[arg(value_parser = KeyName::new)]
    name: KeyName,
    /// What kind of key: p256, p384, rsa2048, rsa3072, rsa4096, ed25519
    #[arg(long, default_value_t = Kind::P256)]
    kind: Kind,
    /// What it is for
    #[arg(long, value_enum, default_value_t = Purpose::Person, conflicts_with = "self_signed")]
    purpose: Purpose,
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

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Purpose {
    /// A person signs with it.
    Person,
    /// A timestamp authority stamps with it.
    Timestamps,
    /// It answers for the CA which certificates are revoked.
    Ocsp,
}

impl From<Purpose> for Subject {
    fn from(purpose: Purpose) -> Self {
        match purpose {
            Purpose::Person => Self::Person,
            Purpose::Timestamps => Self::TimestampAuthority,
            Purpose::Ocsp => Self::OcspResponder,
        }
    }
}

pub(super) fn run(args: &Args, shell: &mut Shell) -> Result<Exit, Failure> {
    let store = keys::store(args.keys.as_deref())?;
    let (passphrase, now) = (keys::passphrase()?, unix_seconds(shell.now()));
    let subject = subject(args.subject.as_ref(), args.name.as_str())?;
    let validity = Validity::years(now, args.years).map_err(usage)?;
    let role = args.purpose.into();
    let made = NewKey { kind: args.kind, role, subject: &subject, validity };
    let authority = if args.self_signed {
        None
    } else {
        Some(authority(&store, args.ca.as_ref(), now, passphrase.as_ref(), shell)?)
    };
    let issuing = match &authority {
        Some((ca, _)) => Issuer::Authority(ca),
        None => Issuer::Itself,
    };
    let created = store.new_key(&args.name, &made, issuing, passphrase.as_ref()).map_err(keys::failure)?;
    warn(&created, shell);
    let certificate = created.key.certificate();
    let map = map_line(created.name.as_str(), certificate);
    let policy = authority.as_ref().map(|(ca, _)| policy_line(ca.certificate()));
    if shell.json {
        let mut data = describe(&created);
        data.insert("map".into(), json!(map));
        data.insert("policy".into(), json!(policy));
        data.insert("issued_by".into(), issued_by(authority.as_ref()));
        shell.print_json(&Value::from(data))?;
        return Ok(Exit::Yes);
    }
    let mut text = format!("{}  {}\n", created.name, certificate.subject());
    text.push_str(&format!("  issued by    {}\n", issuer(authority.as_ref())));
    push_facts(&mut text, &created);
    match args.purpose {
        Purpose::Person => push_lines(&mut text, &map, policy.as_deref()),
        Purpose::Timestamps | Purpose::Ocsp => {}
    }
    shell.print(&text)?;
    Ok(Exit::Yes)
}

/// The CA to issue with. The house CA is made the first time; one that was named must be there.
pub(super) fn authority(
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
    match keys::unlocked(&name, |passphrase| store.authority(&name, passphrase)) {
        Ok(ca) => return Ok((ca, name)),
        Err(KeyStoreError::Unknown { .. }) if named.is_none() => {}
        Err(error) => return Err(keys::failure(error)),
    }
    let subject = DistinguishedName::parse(HOUSE_SUBJECT).map_err(usage)?;
    let validity = Validity::years(now, HOUSE_YEARS).map_err(usage)?;
    let made = NewKey::authority(&subject, validity);
    let created = store.new_authority(&name, &made, passphrase).map_err(keys::failure)?;
    shell.tell(&format!("made the house CA `{name}` ({})", created.certificate_file.display()));
    warn(&created, shell);
    let register = store.register(&name);
    Ok((HouseCa::from_key(created.key, register).map_err(usage)?, name))
}
