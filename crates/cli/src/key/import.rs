//! `countersign key import` and `export`: PKCS#12 files.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use countersign_keys::{KeyName, Pkcs12Style};
use countersign_signature::Signer as _;
use serde_json::{Value, json};

use super::show::{describe, describe_certificate, map_line, push_facts, push_lines, warn};
use super::usage;
use crate::exit::{Exit, Failure};
use crate::keys;
use crate::shell::Shell;

#[derive(Debug, clap::Args)]
pub(super) struct Import {
    /// The PKCS#12 file; $COUNTERSIGN_P12_PASSPHRASE is its passphrase
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What the key will be called; the file's name without its ending where not given
    #[arg(long, value_name = "NAME", value_parser = KeyName::new)]
    name: Option<KeyName>,
    /// Where the keys lie
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Export {
    /// What the key is called
    #[arg(value_parser = KeyName::new)]
    name: KeyName,
    /// The file to write; never written over. $COUNTERSIGN_P12_PASSPHRASE will be its passphrase
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Encrypt with 3DES and SHA-1, for readers that know no better; whoever gets the file opens it sooner
    #[arg(long)]
    legacy: bool,
    /// Where the keys lie
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
}

pub(super) fn import(args: &Import, shell: &mut Shell) -> Result<Exit, Failure> {
    let name = match &args.name {
        Some(name) => name.clone(),
        None => {
            let stem = args.file.file_stem().unwrap_or_default().to_string_lossy();
            KeyName::new(&stem).map_err(|error| usage(error).help("--name says what the key is called"))?
        }
    };
    let key = keys::read_pkcs12(&args.file)?;
    let store = keys::store(args.keys.as_deref())?;
    let created = store.import(&name, key, keys::passphrase()?.as_ref()).map_err(keys::failure)?;
    warn(&created, shell);
    let certificate = created.key.certificate();
    let map = map_line(name.as_str(), certificate);
    if shell.json {
        let mut data = describe(&created);
        data.insert("map".into(), json!(map));
        data.insert("above".into(), json!(created.key.chain().len()));
        shell.print_json(&Value::from(data))?;
        return Ok(Exit::Yes);
    }
    let mut text = format!("{name}  {}\n", certificate.subject());
    text.push_str(&format!("  issued by    {}\n", certificate.issuer()));
    push_facts(&mut text, &created);
    push_lines(&mut text, &map, None);
    shell.print(&text)?;
    Ok(Exit::Yes)
}

pub(super) fn export(args: &Export, shell: &mut Shell) -> Result<Exit, Failure> {
    keys::passphrase()?;
    let store = keys::store(args.keys.as_deref())?;
    let key = keys::unlocked(&args.name, |passphrase| store.signer(&args.name, passphrase));
    let key = key.map_err(keys::failure)?;
    let passphrase = keys::pkcs12_passphrase(&format!("New passphrase for {}", args.file.display()))?;
    let passphrase = passphrase.ok_or_else(|| {
        Failure::usage("a PKCS#12 file without a passphrase is not written: it holds a private key")
            .help("COUNTERSIGN_P12_PASSPHRASE holds the passphrase")
    })?;
    let style = if args.legacy { Pkcs12Style::Legacy } else { Pkcs12Style::Modern };
    let bytes = key.to_pkcs12(args.name.as_str(), &passphrase, style).map_err(usage)?;
    write_new(&args.file, &bytes)?;
    if args.legacy {
        shell.tell("warning: 3DES and SHA-1 protect this file badly; remove it where it is no longer needed");
    }
    let file = args.file.display().to_string();
    if shell.json {
        let mut data = describe_certificate(key.certificate());
        data.insert("name".into(), json!(args.name.as_str()));
        data.insert("file".into(), json!(file));
        data.insert("legacy".into(), json!(args.legacy));
        shell.print_json(&Value::from(data))?;
    } else {
        let certificates = key.chain().len().saturating_add(1);
        shell.print(&format!("{file}  the key {} and {certificates} certificates\n", args.name))?;
    }
    Ok(Exit::Yes)
}

/// Writes a file that is not there yet, for its owner alone.
fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let written =
        options.open(path).and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            Failure::usage(format!("{} is there already; nothing is written over", path.display()))
        }
        _ => Failure::File { path: path.to_owned(), error },
    })
}
