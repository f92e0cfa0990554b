//! Reading a bundle.

use super::container::{Packed, open, shown};
use super::error::BundleError;
use super::layout::{ActPart, Folder, Place, act_path};
use super::manifest::Manifest;
use super::records::{self, FoundRecords, Numbers, read_salt};
use super::{Bundle, BundledAct, sha256};
use countersign_authority::model::name::Digest;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Reads a bundle. Nothing in it is trusted, no signature checked; every error names the entry and what to do.
pub fn read(zip: &[u8]) -> Result<Bundle, BundleError> {
    let packed = open(zip)?;
    let places = place_all(&packed)?;
    let mut found = Found::default();
    for (place, packed) in places {
        let bytes = packed.unpack(place.limit())?;
        found.add(place, bytes)?;
    }
    found.finish()
}

/// Every entry's place, before anything is unpacked: no unknown, no name twice, none too large.
fn place_all<'a, 'b>(packed: &'b [Packed<'a>]) -> Result<Vec<(Place, &'b Packed<'a>)>, BundleError> {
    let mut names: BTreeMap<String, &str> = BTreeMap::new();
    let mut places = Vec::new();
    for entry in packed {
        let name = || shown(entry.name.as_bytes());
        match names.entry(entry.name.to_ascii_lowercase()) {
            Entry::Vacant(free) => free.insert(entry.name),
            Entry::Occupied(taken) if *taken.get() == entry.name => {
                return Err(BundleError::Twice { entry: name() });
            }
            Entry::Occupied(taken) => {
                return Err(BundleError::CaseTwice { entry: name(), other: shown(taken.get().as_bytes()) });
            }
        };
        let place = Place::of(entry.name).ok_or_else(|| BundleError::Unknown { entry: name() })?;
        let (size, limit) = (u64::from(entry.size), place.limit());
        if size > limit {
            return Err(BundleError::EntryTooLarge { entry: name(), size, limit });
        }
        places.push((place, entry));
    }
    Ok(places)
}

/// What has been unpacked so far.
#[derive(Default)]
struct Found {
    manifest: Option<Manifest>,
    /// By number; the id is the one that the files' names say.
    acts: BTreeMap<u32, (Digest, BTreeMap<ActPart, Vec<u8>>)>,
    records: FoundRecords,
    bundle: Bundle,
}

impl Found {
    fn add(&mut self, place: Place, bytes: Vec<u8>) -> Result<(), BundleError> {
        match place {
            // Whatever a README says, it is not evidence: it is written anew when the bundle is.
            Place::Readme => {}
            Place::Manifest => self.manifest = Some(Manifest::read(&bytes)?),
            Place::Act { number, id, part } => self.add_act(number, id, part, bytes)?,
            Place::Record { record, part } => self.records.add(record, part, bytes)?,
            Place::Document { digest, extension } => {
                let entry = || Place::Document { digest, extension: extension.clone() }.path();
                expect_digest(entry, digest, &bytes)?;
                if let Some((other, _)) = self.bundle.documents.get(&digest) {
                    let other = Place::Document { digest, extension: other.clone() }.path();
                    return Err(BundleError::DocumentTwice { entry: entry(), other });
                }
                self.bundle.documents.insert(digest, (extension, bytes));
            }
            Place::Named { folder, name } => {
                let files = match folder {
                    Folder::Maps => &mut self.bundle.maps,
                    Folder::Terms => &mut self.bundle.terms,
                    Folder::Policies => &mut self.bundle.policies,
                    Folder::Trust => &mut self.bundle.trust,
                };
                files.insert(name, bytes);
            }
        }
        Ok(())
    }

    fn add_act(&mut self, number: u32, id: Digest, part: ActPart, bytes: Vec<u8>) -> Result<(), BundleError> {
        let entry = || act_path(number, &id, part);
        if part == ActPart::Json {
            expect_digest(entry, id, &bytes)?;
        }
        let (known, parts) = self.acts.entry(number).or_insert_with(|| (id, BTreeMap::new()));
        if *known != id {
            let other = parts.keys().next().copied().unwrap_or(ActPart::Json);
            return Err(BundleError::NumberTwice { entry: entry(), other: act_path(number, known, other) });
        }
        parts.insert(part, bytes);
        Ok(())
    }

    fn finish(mut self) -> Result<Bundle, BundleError> {
        self.bundle.manifest = self.manifest.ok_or(BundleError::NoManifest)?;
        self.bundle.records = self.records.finish()?;
        let mut numbers = Numbers::of(&self.bundle);
        let mut by_id: BTreeMap<Digest, u32> = BTreeMap::new();
        for (number, (id, mut parts)) in self.acts {
            let path = |part| act_path(number, &id, part);
            let any = parts.keys().next().copied().unwrap_or(ActPart::Json);
            numbers.next(number, || path(any))?;
            let Some(json) = parts.remove(&ActPart::Json) else {
                return Err(BundleError::NoAct { entry: path(any), missing: path(ActPart::Json) });
            };
            let Some(p7s) = parts.remove(&ActPart::P7s) else {
                let missing = path(ActPart::P7s);
                return Err(BundleError::NoSignature { entry: path(ActPart::Json), missing });
            };
            if let Some(earlier) = by_id.insert(id, number) {
                let other = act_path(earlier, &id, ActPart::Json);
                return Err(BundleError::ActTwice { entry: path(ActPart::Json), other });
            }
            let mut rest = |part| parts.remove(&part);
            let (tlog_proof, tsr) = (rest(ActPart::TlogProof), rest(ActPart::Tsr));
            let salt =
                rest(ActPart::Salt).map(|salt| read_salt(|| path(ActPart::Salt), &salt)).transpose()?;
            self.bundle.acts.push(BundledAct { number, id, json, p7s, tlog_proof, salt, tsr });
        }
        records::check(&self.bundle)?;
        Ok(self.bundle)
    }
}

fn expect_digest(entry: impl Fn() -> String, named: Digest, bytes: &[u8]) -> Result<(), BundleError> {
    let found = sha256(bytes);
    if found == named { Ok(()) } else { Err(BundleError::Digest { entry: entry(), named, found }) }
}
