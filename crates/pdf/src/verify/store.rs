//! The document security store as each revision has it (ISO 32000-2 §12.8.4.3).

use crate::document::{Location, ReadError, View};
use crate::filter;
use crate::object::{Dictionary, Object, Reference};
use countersign_signature::Certificate;
use countersign_signature::ades::{Evidence, ObjectId};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// The stores of a file's revisions. A value is decoded once, however many revisions show it.
pub(super) struct Stores {
    decoded: HashMap<Location, Option<Rc<Value>>>,
    left: usize,
}

/// A value as it came, and its name.
struct Value {
    bytes: Vec<u8>,
    id: ObjectId,
}

/// What a store holds. Values that can't be decoded are left out: they prove nothing.
#[derive(Default)]
pub(super) struct Store {
    certificates: Vec<Rc<Value>>,
    crls: Vec<Rc<Value>>,
    ocsps: Vec<Rc<Value>>,
}

/// Bound on the values of one store: a file signed by a hundred people, renewed for a working life.
const VALUES_MAX: usize = 4096;

/// Bound on one value: the largest revocation lists in the wild have some 50 MB.
const VALUE_MAX: usize = 64 << 20;

/// Bound on all of them.
const ALL_MAX: usize = 256 << 20;

impl Stores {
    pub(super) fn new() -> Self {
        Self { decoded: HashMap::new(), left: ALL_MAX }
    }

    /// Reads the three lists of a revision's store, and those of each signature's own part.
    pub(super) fn at(&mut self, view: &View<'_, '_>) -> Result<Store, ReadError> {
        let mut found = Store::default();
        let store = view.dictionary(&view.catalog()?, "DSS")?;
        let mut reader = Reader { stores: self, view, seen: HashSet::new() };
        reader.values(&store, "Certs", &mut found.certificates)?;
        reader.values(&store, "CRLs", &mut found.crls)?;
        reader.values(&store, "OCSPs", &mut found.ocsps)?;
        let parts = view.dictionary(&store, "VRI")?;
        for (_, part) in parts.iter().take(VALUES_MAX) {
            let Object::Dictionary(part) = view.resolve(part)?.into_owned() else { continue };
            reader.values(&part, "Cert", &mut found.certificates)?;
            reader.values(&part, "CRL", &mut found.crls)?;
            reader.values(&part, "OCSP", &mut found.ocsps)?;
        }
        Ok(found)
    }

    fn value(&mut self, view: &View<'_, '_>, reference: Reference) -> Result<Option<Rc<Value>>, ReadError> {
        let location = view.location(reference.number);
        if let Some(known) = self.decoded.get(&location) {
            return Ok(known.clone());
        }
        let value = match view.object(reference)? {
            Object::Stream(stream) => filter::decode(&stream, VALUE_MAX.min(self.left)).ok(),
            _ => None,
        };
        let value = value.map(|bytes| {
            self.left = self.left.saturating_sub(bytes.len());
            Rc::new(Value { id: ObjectId::of(&bytes), bytes })
        });
        self.decoded.insert(location, value.clone());
        Ok(value)
    }
}

impl Store {
    /// For the one who weighs signatures.
    pub(super) fn evidence(&self) -> Evidence {
        let bytes = |values: &[Rc<Value>]| values.iter().map(|value| value.bytes.clone()).collect();
        let certificates = self.certificates.iter();
        Evidence {
            certificates: certificates.filter_map(|value| Certificate::from_der(&value.bytes).ok()).collect(),
            crls: bytes(&self.crls),
            ocsps: bytes(&self.ocsps),
            proofs: Vec::new(),
        }
    }

    /// What a proof over the revision is about.
    pub(super) fn objects(&self) -> impl Iterator<Item = ObjectId> {
        self.certificates.iter().chain(&self.crls).chain(&self.ocsps).map(|value| value.id)
    }
}

struct Reader<'s, 'v, 'd, 'a> {
    stores: &'s mut Stores,
    view: &'v View<'d, 'a>,
    seen: HashSet<Reference>,
}

impl<'a> Reader<'_, '_, '_, 'a> {
    fn values(
        &mut self,
        dictionary: &Dictionary<'a>,
        name: &str,
        found: &mut Vec<Rc<Value>>,
    ) -> Result<(), ReadError> {
        let list = self.view.array(dictionary, name)?;
        for value in list.iter().filter_map(Object::as_reference) {
            if self.seen.len() >= VALUES_MAX || !self.seen.insert(value) {
                continue;
            }
            found.extend(self.stores.value(self.view, value)?);
        }
        Ok(())
    }
}
