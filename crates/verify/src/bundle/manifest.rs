//! `dossier.json`.

use super::error::BundleError;
use countersign_agreement::json::Value;
use countersign_authority::model::name::PartyId;

/// What the bundle is about. It is signed by nobody: what it says is a label, and a report takes facts from acts alone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Manifest {
    /// The dossier's id, as every act in it names it.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// The parties' ids.
    pub parties: Vec<String>,
    /// The origin of the record its acts are in, if they are in one.
    pub origin: Option<String>,
}

/// The version of this layout. A reader of version 1 reads no other.
pub const FORMAT: i64 = 1;

/// What is wrong with `dossier.json`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestFault {
    /// Not JSON, or a key twice.
    #[error("it is not JSON ({says}); ask for a fresh export")]
    NotJson {
        /// The reader's words.
        says: String,
    },
    /// Another version of the layout.
    #[error("`format` is {found}, this program reads {FORMAT}; update the program")]
    Format {
        /// The version, as written.
        found: String,
    },
    /// A member is missing or of another kind.
    #[error("`{member}` must be {expected}; ask for a fresh export")]
    Member {
        /// Which.
        member: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// A member that version 1 does not have.
    #[error("`{member}` is not a member that format {FORMAT} has; update the program")]
    Unknown {
        /// Which.
        member: String,
    },
}

/// Bound on the id, the title and the origin: they are read by people.
const TEXT_MAX: usize = 500;
/// Bound on parties.
const PARTIES_MAX: usize = 1_000;

impl Manifest {
    /// Reads `dossier.json`.
    ///
    /// # Errors
    /// [`BundleError::Manifest`] names the member at fault.
    pub fn read(bytes: &[u8]) -> Result<Self, BundleError> {
        Self::parse(bytes).map_err(|fault| BundleError::Manifest { fault })
    }

    fn parse(bytes: &[u8]) -> Result<Self, ManifestFault> {
        let value = Value::parse(bytes).map_err(|bad| ManifestFault::NotJson { says: bad.says })?;
        let Value::Object(members) = value else {
            return Err(ManifestFault::Member { member: "dossier.json", expected: "an object" });
        };
        let (mut manifest, mut seen) = (Self::default(), Seen::default());
        for (name, value) in members {
            match &*name {
                "format" if value == Value::Integer(FORMAT) => seen.format = true,
                "format" => return Err(ManifestFault::Format { found: value.describe() }),
                "id" => manifest.id = text(value).ok_or(ID)?,
                "title" => manifest.title = text(value).ok_or(TITLE)?,
                "parties" => manifest.parties = parties(value).ok_or(PARTIES)?,
                "origin" if value == Value::Null => {}
                "origin" => manifest.origin = Some(text(value).ok_or(ORIGIN)?),
                _ => return Err(ManifestFault::Unknown { member: name.into_owned() }),
            }
        }
        if !seen.format {
            return Err(ManifestFault::Member { member: "format", expected: "1" });
        }
        manifest.check()?;
        Ok(manifest)
    }

    /// What reading and writing both ask for.
    pub(super) fn check(&self) -> Result<(), ManifestFault> {
        let readable =
            |text: &str| !text.is_empty() && text.len() <= TEXT_MAX && !text.chars().any(char::is_control);
        let distinct = self.parties.iter().enumerate().all(|(at, party)| {
            PartyId::new(party).is_ok() && !self.parties.iter().take(at).any(|earlier| earlier == party)
        });
        let faults = [
            (readable(&self.id), ID),
            (readable(&self.title), TITLE),
            (distinct && self.parties.len() <= PARTIES_MAX, PARTIES),
            (self.origin.as_deref().is_none_or(readable), ORIGIN),
        ];
        faults.into_iter().find(|(fine, _)| !fine).map_or(Ok(()), |(_, fault)| Err(fault))
    }

    /// The file: one member a line, so that people can read it and versions can be compared.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let parties: Vec<String> = self.parties.iter().map(|party| quoted(party)).collect();
        let origin = self.origin.as_deref().map_or_else(|| "null".to_owned(), quoted);
        format!(
            "{{\n  \"format\": {FORMAT},\n  \"id\": {},\n  \"title\": {},\n  \"parties\": [{}],\n  \"origin\": {origin}\n}}\n",
            quoted(&self.id),
            quoted(&self.title),
            parties.join(", "),
        )
        .into_bytes()
    }
}

/// Members without which there is no manifest, beside the texts that are checked for being there.
#[derive(Default)]
struct Seen {
    format: bool,
}

const ID: ManifestFault =
    ManifestFault::Member { member: "id", expected: "a text of 1 to 500 bytes without control characters" };
const TITLE: ManifestFault = ManifestFault::Member {
    member: "title",
    expected: "a text of 1 to 500 bytes without control characters",
};
const PARTIES: ManifestFault =
    ManifestFault::Member { member: "parties", expected: "a list of party ids, each once" };
const ORIGIN: ManifestFault =
    ManifestFault::Member { member: "origin", expected: "null, or a text of 1 to 500 bytes" };

fn text(value: Value<'_>) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.into_owned()),
        _ => None,
    }
}

fn parties(value: Value<'_>) -> Option<Vec<String>> {
    match value {
        Value::List(list) => list.into_iter().map(text).collect(),
        _ => None,
    }
}
