//! The document security store as a revision has it (ISO 32000-2 §12.8.4.3).

use crate::document::{ReadError, View};
use crate::filter;
use crate::object::{Dictionary, Object, Reference};
use countersign_signature::Certificate;
use countersign_signature::ades::{Evidence, ObjectId};
use std::collections::HashSet;

/// What the store holds, each value as it came. Values that can't be decoded are left out: they prove nothing.
#[derive(Default)]
pub(super) struct Store {
    certificates: Vec<Vec<u8>>,
    crls: Vec<Vec<u8>>,
    ocsps: Vec<Vec<u8>>,
}

/// Bound on the values read: a file signed by a hundred people, renewed for a working life.
const VALUES_MAX: usize = 4096;

/// Bound on one value: the largest revocation lists in the wild have some 50 MB.
const VALUE_MAX: usize = 64 << 20;

/// Bound on all of them.
const ALL_MAX: usize = 256 << 20;

impl Store {
    /// Reads the three lists, and those of each signature's own part.
    pub(super) fn read(view: &View<'_, '_>) -> Result<Self, ReadError> {
        let mut this = Self::default();
        let store = view.dictionary(&view.catalog()?, "DSS")?;
        let mut reader = Reader { view, seen: HashSet::new(), left: ALL_MAX };
        reader.values(&store, "Certs", &mut this.certificates)?;
        reader.values(&store, "CRLs", &mut this.crls)?;
        reader.values(&store, "OCSPs", &mut this.ocsps)?;
        let parts = view.dictionary(&store, "VRI")?;
        for (name, _) in parts.iter().take(VALUES_MAX) {
            let Some(part) = parts.get_bytes(name.as_bytes()) else { continue };
            let Object::Dictionary(part) = view.resolve(part)?.into_owned() else { continue };
            reader.values(&part, "Cert", &mut this.certificates)?;
            reader.values(&part, "CRL", &mut this.crls)?;
            reader.values(&part, "OCSP", &mut this.ocsps)?;
        }
        Ok(this)
    }

    /// For the one who weighs signatures.
    pub(super) fn evidence(&self) -> Evidence {
        let certificates = self.certificates.iter().filter_map(|der| Certificate::from_der(der).ok());
        Evidence {
            certificates: certificates.collect(),
            crls: self.crls.clone(),
            ocsps: self.ocsps.clone(),
            proofs: Vec::new(),
        }
    }

    /// What a proof over the revision is about.
    pub(super) fn objects(&self) -> impl Iterator<Item = ObjectId> {
        self.certificates.iter().chain(&self.crls).chain(&self.ocsps).map(|value| ObjectId::of(value))
    }
}

struct Reader<'v, 'd, 'a> {
    view: &'v View<'d, 'a>,
    seen: HashSet<Reference>,
    left: usize,
}

impl Reader<'_, '_, '_> {
    fn values(
        &mut self,
        dictionary: &Dictionary<'_>,
        name: &str,
        found: &mut Vec<Vec<u8>>,
    ) -> Result<(), ReadError> {
        let list = dictionary.get(name).map(|list| list.clone().into_owned()).unwrap_or(Object::Null);
        let Object::Array(list) = self.view.resolve(&list)?.into_owned() else { return Ok(()) };
        for value in list.iter().filter_map(Object::as_reference) {
            if self.seen.len() >= VALUES_MAX || !self.seen.insert(value) {
                continue;
            }
            let Object::Stream(stream) = self.view.object(value)? else { continue };
            let Ok(value) = filter::decode(&stream, VALUE_MAX.min(self.left)) else { continue };
            self.left = self.left.saturating_sub(value.len());
            found.push(value);
        }
        Ok(())
    }
}
