//! `countersign key list`.

use std::path::PathBuf;

use countersign_keys::{Entry, KeyStore, Protection};
use serde_json::{Map, Value, json};

use super::show::{describe_certificate, digest, moment};
use crate::exit::{Exit, Failure};
use crate::keys;
use crate::shell::Shell;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where the keys lie
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
}

pub(super) fn run(args: &Args, shell: &mut Shell) -> Result<Exit, Failure> {
    let dir = keys::folder(args.keys.as_deref())?;
    // Looking makes no folder.
    let entries = if dir.exists() {
        KeyStore::open(&dir).and_then(|store| store.list()).map_err(keys::failure)?
    } else {
        Vec::new()
    };
    if shell.json {
        let data: Vec<Map<String, Value>> = entries.iter().map(describe).collect();
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

fn describe(entry: &Entry) -> Map<String, Value> {
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
