//! Writing a bundle.

use super::container::{check_path, shown};
use super::error::BundleError;
use super::layout::{ACTS_MAX, ActPart, BUNDLE_MAX, Folder, Place, act_path};
use super::pack::Zip;
use super::readme::readme;
use super::{Bundle, BundledAct, sha256};
use std::collections::BTreeMap;

/// Writes a bundle: the same bundle gives the same bytes. What [`super::read`] would refuse is refused here, by the same
/// errors. `README.txt` is written anew.
pub fn write(bundle: &Bundle) -> Result<Vec<u8>, BundleError> {
    bundle.manifest.check().map_err(|fault| BundleError::Manifest { fault })?;
    let manifest = bundle.manifest.to_json();
    let text = readme(bundle).into_bytes();
    let mut files = Files::default();
    files.add(&Place::Manifest, &manifest)?;
    files.add(&Place::Readme, &text)?;
    files.add_acts(&bundle.acts)?;
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
        Ok(())
    }

    fn add_acts(&mut self, acts: &'a [BundledAct]) -> Result<(), BundleError> {
        let mut numbers = BTreeMap::new();
        for (expected, act) in (1..).zip(acts) {
            let path = |part| act_path(act.number, &act.id, part);
            if expected > ACTS_MAX {
                return Err(BundleError::TooManyActs);
            }
            if act.number != expected {
                return Err(BundleError::ActNumber {
                    entry: path(ActPart::Json),
                    expected,
                    found: act.number,
                });
            }
            let found = sha256(&act.json);
            if found != act.id {
                return Err(BundleError::Digest { entry: path(ActPart::Json), named: act.id, found });
            }
            if let Some(earlier) = numbers.insert(act.id, act.number) {
                let other = act_path(earlier, &act.id, ActPart::Json);
                return Err(BundleError::ActTwice { entry: path(ActPart::Json), other });
            }
            if let Some(salt) = act.salt.as_ref().filter(|salt| salt.len() != 32) {
                return Err(BundleError::Salt { entry: path(ActPart::Salt), found: salt.len() });
            }
            let parts = [
                (ActPart::Json, Some(&act.json)),
                (ActPart::P7s, Some(&act.p7s)),
                (ActPart::TlogProof, act.tlog_proof.as_ref()),
                (ActPart::Salt, act.salt.as_ref()),
                (ActPart::Tsr, act.tsr.as_ref()),
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
