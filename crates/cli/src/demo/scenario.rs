//! The examples that ship inside the program: `examples/` at build time.

use std::collections::BTreeMap;

use countersign_authority::model::name::Digest;
use serde_json::{Map, Value, json};

/// A negotiation that ships with the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Example {
    /// Two states, a nuclear matter: who really decides?
    EnrichmentTalks,
    /// A company sale: joint signature, a value limit, a power revoked in between
    SteelSale,
}

macro_rules! files {
    ($folder:literal: $($file:literal),* $(,)?) => {
        &[$(($file, include_bytes!(concat!("../../../../examples/", $folder, "/", $file)) as &[u8])),*]
    };
}

const ENRICHMENT_TALKS: &[(&str, &[u8])] = files!("enrichment-talks":
    "scenario.json", "ruritania.authority", "kravonia.authority", "ours.policy", "agreement-1.md", "agreement-2.md",
    "enrichment-1.terms", "enrichment-2.terms",
);
const STEEL_SALE: &[(&str, &[u8])] = files!("steel-sale":
    "scenario.json", "steel.authority", "rail.authority", "ours.policy", "contract.md",
);

impl Example {
    /// One of the example's files.
    pub(crate) fn file(self, name: &str) -> Result<&'static [u8], String> {
        let files = match self {
            Self::EnrichmentTalks => ENRICHMENT_TALKS,
            Self::SteelSale => STEEL_SALE,
        };
        files
            .iter()
            .find(|(file, _)| *file == name)
            .map(|(_, bytes)| *bytes)
            .ok_or_else(|| format!("no file {name}"))
    }
}

/// What is played.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scenario {
    pub(crate) dossier: String,
    pub(crate) title: String,
    pub(crate) parties: Vec<String>,
    pub(crate) maps: Vec<String>,
    pub(crate) policy: String,
    pub(crate) texts: BTreeMap<String, TextFiles>,
    pub(crate) authorities: Vec<Authority>,
    pub(crate) steps: Vec<Step>,
}

/// The files of a text.
#[derive(serde::Deserialize)]
pub(crate) struct TextFiles {
    pub(crate) documents: Vec<String>,
    pub(crate) terms: Option<String>,
}

/// A CA and the persons it certifies.
#[derive(serde::Deserialize)]
pub(crate) struct Authority {
    pub(crate) name: String,
    pub(crate) issues: BTreeMap<String, String>,
}

/// One step.
#[derive(serde::Deserialize)]
#[serde(untagged)]
pub(crate) enum Step {
    Report { report: String },
    Act(Box<Act>),
}

/// An act to be signed.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Act {
    act: String,
    pub(crate) by: String,
    capacity: Option<String>,
    under: Option<String>,
    #[serde(rename = "for")]
    on_behalf_of: String,
    #[serde(default)]
    with: Vec<String>,
    matter: Option<String>,
    at: String,
    visibility: Option<String>,
    body: Map<String, Value>,
}

impl Scenario {
    /// Reads an example's scenario.
    pub(crate) fn of(example: Example) -> Result<Self, String> {
        serde_json::from_slice(example.file("scenario.json")?)
            .map_err(|error| format!("scenario.json: {error}"))
    }
}

impl Act {
    /// The act as JSON, with the names of texts replaced by their digests and numbers of acts by their ids.
    pub(crate) fn json(
        &self,
        dossier: &str,
        seen: Option<Digest>,
        texts: &BTreeMap<String, Digest>,
        acts: &[Digest],
    ) -> Value {
        let mut body = self.body.clone();
        let text = body.get("text").and_then(Value::as_str).and_then(|name| texts.get(name));
        if let Some(digest) = text {
            body.insert("text".to_owned(), json!(digest.to_string()));
        }
        let number = body.get("confirms").and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
        if let Some(id) = number.and_then(|n| acts.get(n.checked_sub(1)?)) {
            body.insert("confirms".to_owned(), json!(id.to_string()));
        }
        json!({
            "v": 1,
            "dossier": dossier,
            "kind": self.act,
            "on_behalf_of": self.on_behalf_of,
            "with": self.with,
            "by": {"person": self.by, "capacity": self.capacity, "under": self.under},
            "matter": self.matter,
            "at": self.at,
            "seen": seen.map(|seen| seen.to_string()),
            "visibility": self.visibility,
            "body": body,
        })
    }
}
