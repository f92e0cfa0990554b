//! `home.toml`: what `init` wrote, and people may read.

use std::path::Path;

use countersign_authority::model::name::PartyId;
use countersign_tlog::checkpoint::Origin;
use serde::{Deserialize, Serialize};

use crate::exit::Failure;

/// The format's version: a program that doesn't know it leaves the home alone.
const VERSION: u32 = 1;

/// What is said of a home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Config {
    /// The record's name, for ever.
    pub(crate) origin: Origin,
    /// Which sides are ours: acts on their behalf may be for our eyes alone.
    pub(crate) parties: Vec<PartyId>,
    /// Whether acts and documents are encrypted at rest.
    pub(crate) encrypted: bool,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    origin: String,
    #[serde(default)]
    parties: Vec<String>,
    #[serde(default)]
    encrypted: bool,
}

impl Config {
    pub(crate) fn read(path: &Path, bytes: &[u8]) -> Result<Self, Failure> {
        let wrong = |what: String| {
            Failure::usage(format!("{}: {}", path.display(), what.trim_end().replace('\n', " ")))
                .help("it holds version, origin, parties and encrypted, as `countersign init` wrote them")
        };
        let text = std::str::from_utf8(bytes).map_err(|_| wrong("not UTF-8".to_owned()))?;
        let file: File = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
        if file.version != VERSION {
            return Err(Failure::usage(format!(
                "{}: version {} of a home; this program knows version {VERSION}",
                path.display(),
                file.version
            ))
            .help("use the program that made it, or a newer one"));
        }
        let origin = Origin::new(&file.origin).map_err(|error| wrong(error.to_string()))?;
        let parties: Result<Vec<PartyId>, _> = file.parties.iter().map(|party| PartyId::new(party)).collect();
        let parties = parties.map_err(|error| wrong(format!("parties: {error}")))?;
        Ok(Self { origin, parties, encrypted: file.encrypted })
    }

    pub(crate) fn to_toml(&self) -> Result<String, Failure> {
        let file = File {
            version: VERSION,
            origin: self.origin.as_str().to_owned(),
            parties: self.parties.iter().map(ToString::to_string).collect(),
            encrypted: self.encrypted,
        };
        let text = toml::to_string(&file).map_err(|error| Failure::usage(error.to_string()))?;
        Ok(format!("# A countersign home. The origin names its record for ever: never change it.\n{text}"))
    }
}
