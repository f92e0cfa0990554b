//! Writing a bundle.

use super::container::{check_path, shown};
use super::error::BundleError;
use super::layout::{ActPart, BUNDLE_MAX, ENTRIES_MAX, Folder, Place, RecordKey, RecordPart, act_path};
use super::pack::Zip;
use super::readme::readme;
use super::records::{Numbers, check, links_file};
use super::{Bundle, sha256};
use std::collections::BTreeMap;

/// Writes a bundle: the same bundle gives the same bytes. What [`super::read`] would refuse is refused here, by the same
/// errors. `README.txt` is written anew.
pub fn write(bundle: &Bundle) -> Result<Vec<u8>, BundleError> {
    bundle.manifest.check().map_err(|fault| BundleError::Manifest { fault })?;
    check(bundle)?;
    let manifest = bundle.manifest.to_json();
    let text = readme(bundle).into_bytes();
    let origins: Vec<(RecordKey, Vec<u8>, Vec<u8>)> = bundle
        .records
        .iter()
        .map(|(origin, record)| {
            (RecordKey::of(origin), format!("{origin}\n").into_bytes(), links_file(&record.links))
        })
        .collect();
    let mut files = Files::default();
    files.add(&Place::Manifest, &manifest)?;
    files.add(&Place::Readme, &text)?;
    files.add_acts(bundle)?;
    for (digest, (extension, bytes)) in &bundle.documents {
        let place = Place::Document { digest: *digest, extension: extension.clone() };
        let found = sha256(bytes);
        if found != *digest {
            return Err(BundleError::Digest { entry: place.path(), named: *digest, found });
        }
        files.add(&place, bytes)?;
    }
    for (folder, named) in [
        (Folder::Maps, &bundle.maps),
        (Folder::Terms, &bundle.terms),
        (Folder::Policies, &bundle.policies),
        (Folder::Trust, &bundle.trust),
    ] {
        for (name, bytes) in named {
            files.add(&Place::Named { folder, name: name.clone() }, bytes)?;
        }
    }
    for ((record, origin, links), kept) in origins.iter().zip(bundle.records.values()) {
        let mut add = |part, bytes| files.add(&Place::Record { record: *record, part }, bytes);
        add(RecordPart::Origin, origin)?;
        if !links.is_empty() {
            add(RecordPart::Links, links)?;
        }
        if let Some(head) = &kept.head {
            add(RecordPart::Head, head)?;
        }
        for (id, proof) in &kept.acts {
            if let Some(proof) = &proof.tlog_proof {
                add(RecordPart::Proof(*id), proof)?;
            }
            if let Some(salt) = &proof.salt {
                add(RecordPart::Salt(*id), salt.as_bytes())?;
            }
        }
    }
    files.zip()
}

/// Files by name, which is the order they are written in.
#[derive(Default)]
struct Files<'a> {
    by_name: BTreeMap<String, &'a [u8]>,
    folded: BTreeMap<String, String>,
    total: u64,
}

impl<'a> Files<'a> {
    fn add(&mut self, place: &Place, bytes: &'a [u8]) -> Result<(), BundleError> {
        let path = place.path();
        let entry = || shown(path.as_bytes());
        check_path(path.as_bytes()).map_err(|fault| BundleError::Path { entry: entry(), fault })?;
        if Place::of(&path).as_ref() != Some(place) {
            return Err(BundleError::Unknown { entry: entry() });
        }
        let (size, limit) = (bytes.len() as u64, place.limit());
        if size > limit {
            return Err(BundleError::EntryTooLarge { entry: entry(), size, limit });
        }
        self.total = self.total.saturating_add(size);
        if self.total > BUNDLE_MAX {
            return Err(BundleError::TooLarge { length: self.total });
        }
        if let Some(other) = self.folded.insert(path.to_ascii_lowercase(), path.clone()) {
            return Err(BundleError::CaseTwice { entry: entry(), other });
        }
        self.by_name.insert(path, bytes);
        if self.by_name.len() > ENTRIES_MAX {
            return Err(BundleError::TooManyEntries);
        }
        Ok(())
    }

    fn add_acts(&mut self, bundle: &'a Bundle) -> Result<(), BundleError> {
        let mut numbers = Numbers::of(bundle);
        let mut by_id = BTreeMap::new();
        for act in &bundle.acts {
            let path = |part| act_path(act.number, &act.id, part);
            numbers.next(act.number, || path(ActPart::Json))?;
            let found = sha256(&act.json);
            if found != act.id {
                return Err(BundleError::Digest { entry: path(ActPart::Json), named: act.id, found });
            }
            if let Some(earlier) = by_id.insert(act.id, act.number) {
                let other = act_path(earlier, &act.id, ActPart::Json);
                return Err(BundleError::ActTwice { entry: path(ActPart::Json), other });
            }
            let parts = [
                (ActPart::Json, Some(act.json.as_slice())),
                (ActPart::P7s, Some(&act.p7s)),
                (ActPart::TlogProof, act.tlog_proof.as_deref()),
                (ActPart::Salt, act.salt.as_ref().map(|salt| salt.as_bytes().as_slice())),
                (ActPart::Tsr, act.tsr.as_deref()),
            ];
            for (part, bytes) in parts {
                if let Some(bytes) = bytes {
                    self.add(&Place::Act { number: act.number, id: act.id, part }, bytes)?;
                }
            }
        }
        Ok(())
    }

    fn zip(self) -> Result<Vec<u8>, BundleError> {
        let mut zip = Zip::new();
        for (name, bytes) in self.by_name {
            zip.add(&name, bytes);
        }
        let bytes = zip.finish();
        let length = bytes.len() as u64;
        if length > BUNDLE_MAX { Err(BundleError::TooLarge { length }) } else { Ok(bytes) }
    }
}
