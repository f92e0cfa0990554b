//! The examples that ship inside the program: `examples/` at build time.

use std::collections::BTreeMap;

use countersign_authority::model::name::Digest;
use serde_json::{Value, json};

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
pub(crate) struct TextFiles {
    pub(crate) documents: Vec<String>,
    pub(crate) terms: Option<String>,
}

/// A CA and the persons it certifies.
pub(crate) struct Authority {
    pub(crate) name: String,
    pub(crate) issues: BTreeMap<String, String>,
}

/// One step.
pub(crate) enum Step {
    Act(Box<Act>),
    Report(String),
}

/// An act to be signed.
pub(crate) struct Act {
    pub(crate) by: String,
    fields: Value,
}

fn words(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn word(value: &Value, name: &str) -> Result<String, String> {
    value[name].as_str().map(str::to_owned).ok_or_else(|| format!("scenario.json: no {name}"))
}

impl Scenario {
    /// Reads an example's scenario.
    pub(crate) fn of(example: Example) -> Result<Self, String> {
        let value: Value = serde_json::from_slice(example.file("scenario.json")?)
            .map_err(|error| format!("scenario.json: {error}"))?;
        let texts = value["texts"].as_object().into_iter().flatten().map(|(name, text)| {
            let terms = text["terms"].as_str().map(str::to_owned);
            (name.clone(), TextFiles { documents: words(&text["documents"]), terms })
        });
        let authorities = value["authorities"].as_array().into_iter().flatten().map(|authority| {
            let issues = authority["issues"].as_object().into_iter().flatten();
            let issues =
                issues.filter_map(|(person, name)| Some((person.clone(), name.as_str()?.to_owned())));
            Ok(Authority { name: word(authority, "name")?, issues: issues.collect() })
        });
        let steps =
            value["steps"].as_array().into_iter().flatten().map(|step| match step["report"].as_str() {
                Some(title) => Ok(Step::Report(title.to_owned())),
                None => Ok(Step::Act(Box::new(Act { by: word(step, "by")?, fields: step.clone() }))),
            });
        Ok(Self {
            dossier: word(&value, "dossier")?,
            title: word(&value, "title")?,
            parties: words(&value["parties"]),
            maps: words(&value["maps"]),
            policy: word(&value, "policy")?,
            texts: texts.collect(),
            authorities: authorities.collect::<Result<_, String>>()?,
            steps: steps.collect::<Result<_, String>>()?,
        })
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
        let mut body = self.fields["body"].clone();
        if let Some(digest) = body["text"].as_str().and_then(|name| texts.get(name)) {
            body["text"] = json!(digest.to_string());
        }
        let confirmed = body["confirms"].as_u64().and_then(|n| usize::try_from(n).ok()?.checked_sub(1));
        if let Some(id) = confirmed.and_then(|ix| acts.get(ix)) {
            body["confirms"] = json!(id.to_string());
        }
        let with = &self.fields["with"];
        json!({
            "v": 1,
            "dossier": dossier,
            "kind": self.fields["act"],
            "on_behalf_of": self.fields["for"],
            "with": if with.is_null() { json!([]) } else { with.clone() },
            "by": {"person": self.by, "capacity": self.fields["capacity"], "under": self.fields["under"]},
            "matter": self.fields["matter"],
            "at": self.fields["at"],
            "seen": seen.map(|seen| seen.to_string()),
            "visibility": self.fields["visibility"],
            "body": body,
        })
    }
}
