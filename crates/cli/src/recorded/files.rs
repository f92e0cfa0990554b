//! What belongs to a dossier beside its acts: documents, maps, terms, policies, certificates, timestamps.

use std::collections::BTreeMap;

use countersign_authority::model::act::Visibility;
use countersign_authority::model::name::{Digest, PartyId};
use countersign_notation::digest::sha256;
use countersign_store::dossiers::{Audience, Document, Evidence as _, Material, MaterialKind};
use countersign_store::error::LedgerError;
use countersign_store::objects::Created;

use super::Recorded;
use crate::exit::Failure;
use crate::home;

/// Folders of a bundle and what lies in them.
const KINDS: [(&str, MaterialKind); 4] = [
    ("maps", MaterialKind::Map),
    ("terms", MaterialKind::Terms),
    ("policies", MaterialKind::Policy),
    ("trust", MaterialKind::Trust),
];

/// Puts a file in, named as in a bundle.
pub(super) fn put(dossier: &Recorded, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    let visibility = if name.starts_with("policies/") { Visibility::Own } else { Visibility::Parties };
    put_for(dossier, name, bytes, visibility)
}

/// The same, for an audience.
pub(crate) fn put_for(
    dossier: &Recorded,
    name: &str,
    bytes: &[u8],
    visibility: Visibility,
) -> Result<(), Failure> {
    let id = &dossier.manifest.id;
    let store = &dossier.stores.store;
    let owner = dossier.home.config.parties.first().map(ToString::to_string);
    let audience = Audience { visibility, owner };
    let no_place = || Failure::usage(format!("{name}: a dossier has no place for it"));
    let (folder, file) = name.split_once('/').ok_or_else(no_place)?;
    if let Some((_, kind)) = KINDS.iter().find(|(known, _)| *known == folder) {
        let material = Material { kind: *kind, name: file.to_owned(), audience, bytes: bytes.to_vec() };
        return match store.keep_material(id, &material) {
            Ok(_) => Ok(()),
            Err(LedgerError::Taken { .. }) => {
                Err(Failure::usage(format!("dossier {id} has another {name} already"))
                    .help("nothing in a dossier is ever written over: give it another name"))
            }
            Err(error) => Err(home::ledger(error)),
        };
    }
    match folder {
        "documents" => {
            let (_, extension) = file.split_once('.').ok_or_else(no_place)?;
            let digest = sha256(bytes);
            let written = dossier.stores.documents.create(&digest.hex(), bytes).map_err(home::objects)?;
            if written == Created::Existed && read(dossier, digest)?.as_deref() != Some(bytes) {
                return Err(damaged(digest));
            }
            let document = Document {
                digest,
                extension: extension.to_owned(),
                media_type: media_type(extension).to_owned(),
                audience,
            };
            store.keep_document(id, &document).map(|_| ()).map_err(home::ledger)
        }
        "acts" => {
            let act = file.strip_suffix(".tsr").and_then(|stem| stem.split_once('-'));
            let act = act.and_then(|(_, id)| Digest::parse(&format!("sha256:{id}"))).ok_or_else(no_place)?;
            store.keep_stamp(act, bytes).map(|_| ()).map_err(home::ledger)
        }
        _ => Err(no_place()),
    }
}

/// Every document, with the ending of its name.
pub(super) fn documents(dossier: &Recorded) -> Result<BTreeMap<Digest, (String, Vec<u8>)>, Failure> {
    let listed = dossier.stores.store.documents(&dossier.manifest.id).map_err(home::ledger)?;
    let mut documents = BTreeMap::new();
    for document in listed {
        let bytes = read(dossier, document.digest)?.ok_or_else(|| damaged(document.digest))?;
        if sha256(&bytes) != document.digest {
            return Err(damaged(document.digest));
        }
        documents.insert(document.digest, (document.extension, bytes));
    }
    Ok(documents)
}

fn read(dossier: &Recorded, digest: Digest) -> Result<Option<Vec<u8>>, Failure> {
    dossier.stores.documents.read(&digest.hex()).map_err(home::objects)
}

fn damaged(digest: Digest) -> Failure {
    Failure::usage(format!("documents/{}: missing, or not what it was", digest.hex()))
        .help("put it back from a backup, or from a bundle: every export that shows it has it")
}

/// Maps, terms, policies, evidence; and which maps and terms a party keeps to itself.
pub(super) struct Materials {
    pub(super) by_kind: BTreeMap<MaterialKind, BTreeMap<String, Vec<u8>>>,
    pub(super) own: BTreeMap<Digest, PartyId>,
}

pub(super) fn materials(dossier: &Recorded) -> Result<Materials, Failure> {
    let mut materials = Materials { by_kind: BTreeMap::new(), own: BTreeMap::new() };
    for material in dossier.stores.store.materials(&dossier.manifest.id).map_err(home::ledger)? {
        let owner = material.audience.owner.as_deref().and_then(|owner| PartyId::new(owner).ok());
        if let (Visibility::Own, Some(owner)) = (material.audience.visibility, owner) {
            materials.own.insert(sha256(&material.bytes), owner);
        }
        materials.by_kind.entry(material.kind).or_default().insert(material.name, material.bytes);
    }
    Ok(materials)
}

/// The media type of a file by its ending.
pub(crate) fn media_type(extension: &str) -> &'static str {
    match extension {
        "pdf" => "application/pdf",
        "md" => "text/markdown",
        "txt" => "text/plain",
        "html" => "text/html",
        "json" => "application/json",
        _ => "application/octet-stream",
    }
}
