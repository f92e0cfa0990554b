//! A text: the manifest of an agreement's documents and terms, whose digest is what all adopt and sign.

use countersign_authority::model::name::Digest;
use serde_json::json;

use crate::fault::Fault;
use crate::fields::Fields;
use crate::json::Value;
use crate::signed::{ActError, id_of};

/// One document of a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Document {
    /// Its SHA-256.
    pub digest: Digest,
    /// RFC 6838 media type.
    pub media_type: String,
    /// BCP 47 language tag.
    pub language: String,
}

/// What all sign: documents and terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The documents, in the order agreed.
    pub documents: Vec<Document>,
    /// SHA-256 of the `.terms` file, if there is one.
    pub terms: Option<Digest>,
}

impl Manifest {
    /// Canonical JSON (RFC 8785).
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        let documents: Vec<_> = self
            .documents
            .iter()
            .map(|d| json!({"digest": d.digest.to_string(), "media_type": d.media_type, "language": d.language}))
            .collect();
        let value = json!({"documents": documents, "terms": self.terms.map(|terms| terms.to_string())});
        // Strings and objects only: canonicalization has nothing to refuse.
        serde_json_canonicalizer::to_vec(&value).unwrap_or_default()
    }

    /// The text's digest.
    #[must_use]
    pub fn digest(&self) -> Digest {
        id_of(&self.canonical())
    }

    /// Reads a manifest; the bytes must be canonical.
    pub fn read(bytes: &[u8]) -> Result<Self, ActError> {
        let manifest = Self::fields(Value::parse(bytes)?)?;
        let canonical = manifest.canonical();
        if canonical != bytes {
            let at = canonical.iter().zip(bytes).take_while(|(a, b)| a == b).count();
            return Err(ActError::NotCanonical { at });
        }
        Ok(manifest)
    }

    fn fields(value: Value<'_>) -> Result<Self, Fault> {
        let mut f = Fields::open(value, "", &["documents", "terms"])?;
        let items = f.list("documents", "an array")?.ok_or_else(|| f.missing("documents", "an array"))?;
        let mut documents = Vec::new();
        for (i, item) in items.into_iter().enumerate() {
            let mut d =
                Fields::open(item, &format!("documents[{i}]"), &["digest", "media_type", "language"])?;
            documents.push(Document {
                digest: d.digest("digest")?.ok_or_else(|| d.missing("digest", crate::fields::DIGEST))?,
                media_type: d
                    .text("media_type", "a media type")?
                    .ok_or_else(|| d.missing("media_type", "a media type"))?
                    .into_owned(),
                language: d
                    .text("language", "a language tag")?
                    .ok_or_else(|| d.missing("language", "a language tag"))?
                    .into_owned(),
            });
        }
        Ok(Self { documents, terms: f.digest("terms")? })
    }
}
