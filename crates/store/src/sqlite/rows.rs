//! Rows as values: what can't have been written so is damage.

use std::sync::Arc;

use countersign_agreement::record::{Commitment, Link, Salt};
use countersign_agreement::signed::id_of;
use countersign_authority::model::act::Visibility;
use countersign_authority::model::name::Digest;
use countersign_authority::model::rfc3339;
use countersign_tlog::checkpoint::SignedCheckpoint;
use countersign_tlog::hash::Hash;
use countersign_tlog::size::{LeafIndex, TreeSize};
use rusqlite::{Connection, OptionalExtension as _, Row};
use serde_json::{Value, json};

use super::fault::Fault;
use super::vault::{Vault, row as row_of};
use crate::dossiers::{Dossier, Recorded};
use crate::error::LedgerError;
use crate::ledger::{Elsewhere, Head, Seat, Tree};

/// Columns of [`Linked`].
pub(super) const LINK: &str = "place, dossier, number, entry, bears, previous";
/// Columns of [`recorded`].
pub(super) const ACT: &str =
    "place, dossier, number, entry, bears, previous, name, visibility, json, p7s, salt";

/// A number as SQL keeps it: sizes and indices end at 2⁶².
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// How many rows are asked for.
pub(super) fn limit(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}

pub(super) fn size(number: i64) -> Result<TreeSize, Fault> {
    let size = u64::try_from(number).ok().and_then(|number| TreeSize::new(number).ok());
    size.ok_or_else(|| Fault::altered(format!("the size {number}")))
}

pub(super) fn index(number: i64) -> Result<LeafIndex, Fault> {
    let index = u64::try_from(number).ok().and_then(|number| LeafIndex::new(number).ok());
    index.ok_or_else(|| Fault::altered(format!("the index {number}")))
}

pub(super) fn hash(bytes: &[u8], what: &str) -> Result<[u8; 32], Fault> {
    bytes.try_into().map_err(|_| Fault::altered(what))
}

pub(super) fn visibility(word: &str) -> Result<Visibility, Fault> {
    Visibility::from_word(word).ok_or_else(|| Fault::altered(format!("the visibility {word:?}")))
}

/// How far the record has come.
pub(super) fn head(connection: &Connection) -> Result<Head, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT seat, sequenced, integrated, root, checkpoint, published, tidied, elsewhere.one, elsewhere.size
         FROM record LEFT JOIN elsewhere ON elsewhere.one = record.one",
    )?;
    let mut rows = statement.query([])?;
    let row = rows.next()?.ok_or_else(|| Fault::altered("the record's row"))?;
    let checkpoint = |column: usize, what: &str| -> Result<Option<SignedCheckpoint>, Fault> {
        let Some(bytes) = row.get::<_, Option<Vec<u8>>>(column)? else { return Ok(None) };
        SignedCheckpoint::read(&bytes).map(Some).map_err(|_| Fault::altered(what))
    };
    let head = Head {
        seat: Seat(row.get::<_, i64>(0)?.unsigned_abs()),
        sequenced: size(row.get(1)?)?,
        integrated: Tree {
            size: size(row.get(2)?)?,
            root: Hash::new(hash(row.get_ref(3)?.as_blob().unwrap_or_default(), "the record's root")?),
        },
        checkpoint: checkpoint(4, "the signed checkpoint")?,
        published: checkpoint(5, "the published checkpoint")?,
        tidied: size(row.get(6)?)?,
        elsewhere: match (row.get::<_, Option<i64>>(7)?, row.get::<_, Option<i64>>(8)?) {
            (None, _) => Elsewhere::Nothing,
            (Some(_), Some(known)) => Elsewhere::Signed(size(known)?),
            (Some(_), None) => Elsewhere::Unknown,
        },
    };
    let stated = head.checkpoint.as_ref().map_or(Tree::EMPTY, Tree::of);
    if stated != head.integrated {
        return Err(Fault::altered("the record's head"));
    }
    Ok(head)
}

/// A link with the index of its act's entry and the number of its dossier.
pub(super) struct Linked {
    pub(super) index: LeafIndex,
    pub(super) dossier: i64,
    number: u32,
    entry: [u8; 32],
    bears: bool,
    previous: Option<Digest>,
}

impl Linked {
    /// Reads the columns [`LINK`].
    pub(super) fn read(row: &Row<'_>) -> Result<Self, Fault> {
        let place: i64 = row.get(0)?;
        let what = || format!("act at index {place}");
        let previous = match row.get_ref(5)?.as_blob_or_null().map_err(rusqlite::Error::from)? {
            Some(bytes) => Some(Digest(hash(bytes, &what())?)),
            None => None,
        };
        Ok(Self {
            index: index(place)?,
            dossier: row.get(1)?,
            number: u32::try_from(row.get::<_, i64>(2)?).map_err(|_| Fault::altered(what()))?,
            entry: hash(row.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?, &what())?,
            bears: row.get(4)?,
            previous,
        })
    }

    /// The link, in a dossier of this id.
    pub(super) fn link(&self, dossier: Arc<str>) -> Link {
        Link {
            dossier,
            number: self.number,
            act: Commitment::new(self.entry),
            bears: self.bears,
            previous: self.previous,
        }
    }
}

/// Reads the columns [`ACT`]; the act is the one that its entry commits to.
pub(super) fn recorded(row: &Row<'_>, vault: &Vault, dossier: Arc<str>) -> Result<Recorded, Fault> {
    let linked = Linked::read(row)?;
    let place = row_of(&[row.get(0)?]);
    let sealed = |column: usize| row.get_ref(column)?.as_blob().map_err(rusqlite::Error::from);
    let what = || format!("act {} of dossier {dossier}", linked.number);
    let json = vault.open("acts.json", &place, sealed(8)?)?;
    let p7s = vault.open("acts.p7s", &place, sealed(9)?)?;
    let salt = Salt::new(hash(&vault.open("acts.salt", &place, sealed(10)?)?, &what())?);
    let id = id_of(&json);
    let same = *Commitment::of(&salt, &json, &p7s).as_bytes() == linked.entry
        && vault.name("acts.name", &id.0) == sealed(6)?;
    if !same {
        return Err(Fault::altered(what()));
    }
    let word: String = row.get(7)?;
    Ok(Recorded {
        id,
        index: linked.index,
        link: linked.link(dossier),
        json,
        p7s,
        salt,
        visibility: visibility(&word)?,
        stamps: Vec::new(),
    })
}

/// The number of a dossier by its id.
pub(super) fn numbered(connection: &Connection, vault: &Vault, id: &str) -> Result<Option<i64>, Fault> {
    let mut statement = connection.prepare_cached("SELECT dossier FROM dossiers WHERE name = ?1")?;
    Ok(statement.query_row([vault.name("dossiers.name", id.as_bytes())], |row| row.get(0)).optional()?)
}

/// The number of a dossier that has to be there.
pub(super) fn number_of(connection: &Connection, vault: &Vault, id: &str) -> Result<i64, Fault> {
    numbered(connection, vault, id)?.ok_or_else(|| LedgerError::NoDossier { id: id.to_owned() }.into())
}

/// A dossier by its number.
pub(super) fn dossier(connection: &Connection, vault: &Vault, number: i64) -> Result<Dossier, Fault> {
    let mut statement = connection.prepare_cached("SELECT about FROM dossiers WHERE dossier = ?1")?;
    let about: Option<Vec<u8>> = statement.query_row([number], |row| row.get(0)).optional()?;
    let about = about.ok_or_else(|| Fault::altered(format!("dossier number {number}")))?;
    described(vault, number, &about)
}

/// What is kept of a dossier in `about`.
pub(super) fn described(vault: &Vault, number: i64, about: &[u8]) -> Result<Dossier, Fault> {
    let about = vault.open_json("dossiers.about", &row_of(&[number]), about)?;
    let read = || {
        Some(Dossier {
            id: text(&about, "id")?.into(),
            title: text(&about, "title")?,
            parties: about.get("parties")?.as_array()?.iter().map(words).collect::<Option<_>>()?,
            created: rfc3339::instant(&text(&about, "created")?)?,
        })
    };
    read().ok_or_else(|| Fault::altered(format!("dossier number {number}")))
}

/// The same to be kept; `None` where the time is outside the years 1 to 9999.
pub(super) fn description(dossier: &Dossier) -> Option<Value> {
    Some(json!({
        "id": &*dossier.id,
        "title": dossier.title,
        "parties": dossier.parties,
        "created": rfc3339::written(dossier.created)?,
    }))
}

/// A string of JSON.
pub(super) fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name).and_then(words)
}

fn words(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}
