//! A dossier that can be added to, wherever it is kept: in a home, where each act goes on the record, or in a working folder,
//! where none does.

use std::collections::BTreeMap;
use std::path::Path;

use countersign_agreement::signed::SignedAct;
use countersign_agreement::text::Manifest as Text;
use countersign_authority::model::name::Digest;
use countersign_notation::digest::sha256;
use countersign_signature::{Signer, sign_detached};
use countersign_verify::audience::{self, Audience};
use countersign_verify::bundle::{Bundle, BundledAct, Manifest};

use crate::exit::Failure;
use crate::folder::Folder;
use crate::home::Home;
use crate::recorded::{Recorded, Standing};

/// A dossier, open to be added to. Nothing in it is ever written over.
pub(crate) trait Dossier {
    /// What it is about, and between whom.
    fn manifest(&self) -> &Manifest;

    /// Everything in it.
    fn bundle(&self) -> Result<Bundle, Failure>;

    /// The acts so far.
    fn acts(&self) -> Result<Vec<BundledAct>, Failure>;

    /// Documents by their SHA-256.
    fn documents(&self) -> Result<BTreeMap<Digest, Vec<u8>>, Failure>;

    /// Puts a file in, named as in a bundle: whole or not at all, and never over another.
    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), Failure>;

    /// Puts a signed act in, with what belongs to it.
    fn admit(&self, signed: &Signed) -> Result<Admitted, Failure>;

    /// How it is named on the command line.
    fn place(&self) -> String;
}

/// An act with its signature, ready to be put in.
pub(crate) struct Signed {
    pub(crate) id: Digest,
    /// Its canonical bytes.
    pub(crate) json: Vec<u8>,
    /// The detached signature.
    pub(crate) p7s: Vec<u8>,
    /// Files that go in with it: certificates, a signed PDF.
    pub(crate) beside: Vec<(String, Vec<u8>)>,
}

/// What became of an act that was put in.
pub(crate) struct Admitted {
    pub(crate) number: u32,
    pub(crate) id: Digest,
    /// Where it stands in the record; none in a working folder.
    pub(crate) standing: Option<Standing>,
}

impl Signed {
    /// Signs an act.
    pub(crate) fn new(act: &SignedAct, signer: &dyn Signer) -> Result<Self, Failure> {
        let (json, id) = (act.canonical(), act.id());
        let seconds = i64::try_from(act.at.0.div_euclid(1_000_000_000)).unwrap_or(i64::MAX);
        let p7s = sign_detached(&json, signer, seconds).map_err(|error| Failure::usage(error.to_string()))?;
        let certificates = std::iter::once(signer.certificate()).chain(signer.chain());
        let beside = certificates.map(|certificate| {
            (
                format!("trust/{}.pem", Digest(certificate.fingerprint()).hex()),
                certificate.to_pem().into_bytes(),
            )
        });
        Ok(Self { id, json, p7s, beside: beside.collect() })
    }
}

impl dyn Dossier + '_ {
    /// Puts a document in, named by its digest.
    pub(crate) fn document(&self, extension: &str, bytes: &[u8]) -> Result<Digest, Failure> {
        let digest = sha256(bytes);
        self.put(&format!("documents/{}.{extension}", digest.hex()), bytes)?;
        Ok(digest)
    }

    /// Texts: manifests among the documents, by digest.
    pub(crate) fn texts(&self) -> Result<Vec<Digest>, Failure> {
        let documents = self.documents()?;
        Ok(documents.into_iter().filter(|(_, bytes)| Text::read(bytes).is_ok()).map(|(id, _)| id).collect())
    }
}

/// What an act of some audience may name as seen: the newest act that all of that audience may see. A narrower one would
/// give away, to whoever guesses its words, that they were guessed.
pub(crate) fn seen(acts: &[BundledAct], of: &Audience) -> Option<Digest> {
    let visible = |act: &&BundledAct| {
        SignedAct::read(&act.json).is_ok_and(|earlier| Audience::of(&earlier).includes(of))
    };
    acts.iter().rev().find(visible).map(|act| act.id)
}

/// Refuses an act that points at one which fewer may see.
pub(crate) fn keeps_quiet(act: &SignedAct, acts: &[BundledAct]) -> Result<(), Failure> {
    let earlier: Vec<(u32, Digest, SignedAct)> = acts
        .iter()
        .filter_map(|bundled| Some((bundled.number, bundled.id, SignedAct::read(&bundled.json).ok()?)))
        .collect();
    let earlier = earlier.iter().map(|(number, id, act)| (*number, *id, act));
    match audience::leaks(act, earlier) {
        None => Ok(()),
        Some(leak) => Err(Failure::usage(format!("the act would give something away: {leak}"))
            .help("make this act as narrow with --visibility, or point at another")),
    }
}

/// Opens a dossier to add to: the home's of that name, else the working folder.
pub(crate) fn open(name: &Path) -> Result<Box<dyn Dossier>, Failure> {
    let home = Home::find()?;
    let word = name.to_str().filter(|word| !word.contains(['/', '\\']));
    if let (Some(home), Some(word)) = (home, word) {
        if let Some(recorded) = Recorded::open(home, word)? {
            return Ok(Box::new(recorded));
        }
        if !name.join("dossier.json").is_file() {
            return Err(Failure::usage(format!("the home has no dossier {word}"))
                .help("`countersign dossier list` names those it has; `countersign dossier new` makes one"));
        }
    }
    Ok(Box::new(Folder::open(name)?))
}
