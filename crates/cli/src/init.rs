//! `countersign init`: a home, with its record, its seal and a house CA.

use std::path::{Path, PathBuf};

use countersign_authority::model::name::PartyId;
use countersign_keys::KeyStore;
use countersign_tlog::checkpoint::Origin;
use countersign_tlog::note::{KeyName, VerifierKey};
use countersign_tlog::policy::Policy;
use serde_json::json;

use crate::exit::{Exit, Failure};
use crate::home::{self, New};
use crate::shell::Shell;
use crate::{key, keys, office};

/// What `init` is given.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  countersign init desk --party RUR
  COUNTERSIGN_PASSPHRASE=… countersign init desk --party RUR --origin ruritania.example/record --encrypt
  countersign init desk --party RUR --witness witness-1f2e3d4c+9a8b7c6d+BJ…=https://witness.example/

The origin names the record for ever and is public: let it say nothing of what you negotiate. Give the record's
key to the other side; what they sign as witness, no one can rewrite. DIR is found again by --home DIR, by
$COUNTERSIGN_HOME, or as the current folder.")]
pub(crate) struct Args {
    /// The folder; the current one where not given
    dir: Option<PathBuf>,
    /// A side that is ours: what is done on its behalf may be for our eyes alone
    #[arg(long = "party", value_name = "PARTY", num_args = 1..)]
    parties: Vec<String>,
    /// The record's name, for ever; made from its key where not given
    #[arg(long, value_name = "NAME")]
    origin: Option<String>,
    /// A witness: its key and where it answers; may be given several times
    #[arg(long = "witness", value_name = "VKEY=URL")]
    witnesses: Vec<String>,
    /// How many of the witnesses it takes; all where not given
    #[arg(long, value_name = "N", requires = "witnesses")]
    quorum: Option<usize>,
    /// Encrypt acts and documents at rest, under COUNTERSIGN_PASSPHRASE
    #[arg(long)]
    encrypt: bool,
    /// Put a backup back instead (`countersign home backup`), into a folder that has the keys and no database
    #[arg(long, value_name = "BACKUP", conflicts_with_all = ["parties", "origin", "witnesses", "encrypt"])]
    from: Option<PathBuf>,
    /// Make no house CA
    #[arg(long)]
    no_ca: bool,
}

pub(crate) fn run(args: &Args, shell: &mut Shell) -> Result<Exit, Failure> {
    let dir = args.dir.clone().or_else(|| Shell::home().map(Path::to_owned)).unwrap_or_else(|| ".".into());
    if let Some(from) = &args.from {
        return office::restore(from, &dir, shell);
    }
    let parties: Result<Vec<PartyId>, Failure> = args
        .parties
        .iter()
        .flat_map(|words| words.split(','))
        .map(|word| PartyId::new(word).map_err(|error| Failure::usage(format!("--party: {error}"))))
        .collect();
    let origin = args.origin.as_deref().map(self::origin).transpose()?;
    let witnesses: Result<Vec<(VerifierKey, String)>, Failure> =
        args.witnesses.iter().map(|word| witness(word)).collect();
    let (parties, witnesses) = (parties?, witnesses?);
    let new = New {
        dir: dir.clone(),
        parties,
        origin,
        witnesses: policy(&witnesses, args.quorum)?,
        encrypted: args.encrypt,
    };
    let made = home::create(&new, |keys| if args.no_ca { Ok(()) } else { house(keys, shell) })?;
    if keys::passphrase()?.is_none() {
        shell.tell("warning: the seal is not encrypted: whoever reads keys/ can sign for the record");
        shell.tell(
            "  help: set COUNTERSIGN_PASSPHRASE before `countersign init`, and keys are encrypted with it",
        );
    }
    let vkey = made.verifier.to_string();
    if shell.json {
        let parties: Vec<String> = new.parties.iter().map(ToString::to_string).collect();
        shell.print_json(&json!({
            "home": dir.display().to_string(), "origin": made.origin.as_str(), "vkey": vkey, "parties": parties,
            "witnesses": witnesses.iter().map(|(key, url)| json!({"vkey": key.to_string(), "url": url})).collect::<Vec<_>>(),
            "encrypted": args.encrypt,
        }))?;
        return Ok(Exit::Yes);
    }
    let at = dir.display();
    let mut text = format!("home    {at}\norigin  {}\nvkey    {vkey}\n", made.origin);
    text.push_str(&format!(
        "\nNext    give the vkey to the other side: their policy says   trust record \"{vkey}\"\n        and their witness                                    countersign witness log add '{vkey}'\n"
    ));
    if witnesses.is_empty() {
        text.push_str(&format!(
            "        let theirs witness this record                      countersign --home {at} home witness VKEY=URL\n"
        ));
    }
    text.push_str(&format!(
        "        a first dossier                                     countersign --home {at} dossier new NAME --party A --party B\n"
    ));
    shell.print(&text)?;
    Ok(Exit::Yes)
}

/// A record's name, which is its key's name as well.
fn origin(word: &str) -> Result<KeyName, Failure> {
    let wrong = |what: String| {
        Failure::usage(format!("--origin: {what}")).help("a name as in ruritania.example/record, for ever")
    };
    Origin::new(word).map_err(|error| wrong(error.to_string()))?;
    KeyName::new(word).map_err(|error| wrong(error.to_string()))
}

/// `VKEY=URL`.
pub(crate) fn witness(word: &str) -> Result<(VerifierKey, String), Failure> {
    let wrong = |what: String| {
        Failure::usage(format!("--witness {word}: {what}")).help(
            "expected VKEY=URL, as `countersign witness key` prints the one and its operator knows the other",
        )
    };
    let at = ["=http://", "=https://"].iter().filter_map(|mark| word.rfind(mark)).max();
    let (key, url) = at
        .and_then(|at| word.split_at_checked(at))
        .ok_or_else(|| wrong("there is no `=http://…` or `=https://…` in it".to_owned()))?;
    let key: VerifierKey =
        key.parse().map_err(|error: countersign_tlog::note::BadKey| wrong(error.to_string()))?;
    if key.signature_type() != countersign_tlog::note::SignatureType::CosignatureV1 {
        return Err(wrong(format!("a key for {}, not of a witness", key.signature_type())));
    }
    Ok((key, url.trim_start_matches('=').trim_end_matches('/').to_owned()))
}

/// The C2SP tlog-policy of some witnesses.
pub(crate) fn policy(witnesses: &[(VerifierKey, String)], quorum: Option<usize>) -> Result<String, Failure> {
    let mut text = "# Who witnesses this record, and how many it takes (C2SP tlog-policy).\n".to_owned();
    for (key, url) in witnesses {
        text.push_str(&format!("witness {} {key} {url}\n", key.name()));
    }
    let count = quorum.unwrap_or(witnesses.len());
    if count > witnesses.len() || (count == 0 && !witnesses.is_empty()) {
        return Err(Failure::usage(format!("--quorum {count}: there are {} witnesses", witnesses.len())));
    }
    match witnesses {
        [] => text.push_str("quorum none\n"),
        many => {
            let names: Vec<&str> = many.iter().map(|(key, _)| key.name().as_str()).collect();
            text.push_str(&format!("group witnesses {count} {}\nquorum witnesses\n", names.join(" ")));
        }
    }
    Policy::read(text.as_bytes())
        .map_err(|error| Failure::usage(format!("--witness: {}", home::told(&error))))?;
    Ok(text)
}

/// The house CA of a new home.
fn house(keys: &Path, shell: &Shell) -> Result<(), Failure> {
    let store = KeyStore::open(keys).map_err(keys::failure)?;
    key::house(&store, shell)
}
