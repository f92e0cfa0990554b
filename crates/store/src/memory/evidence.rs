//! Evidence in memory.

use std::collections::btree_map::Entry;

use countersign_authority::model::name::Digest;

use super::{Memory, Shelf, State};
use crate::dossiers::{Document, Evidence, ForeignRecord, Material};
use crate::error::LedgerError;
use crate::objects::Created;

impl Evidence for Memory {
    fn keep_stamp(&self, act: Digest, tsr: &[u8]) -> Result<Created, LedgerError> {
        let mut state = self.state();
        let no_act = || LedgerError::NoAct { id: act.to_string() };
        let (dossier, at) = state.acts.get(&act).cloned().ok_or_else(no_act)?;
        let stamps = &mut state.shelf(&dossier)?.acts.get_mut(at).ok_or_else(no_act)?.stamps;
        if stamps.iter().any(|kept| kept == tsr) {
            return Ok(Created::Existed);
        }
        stamps.push(tsr.to_vec());
        Ok(Created::New)
    }

    fn keep_material(&self, dossier: &str, material: &Material) -> Result<Created, LedgerError> {
        let mut state = self.state();
        match state.shelf(dossier)?.materials.entry((material.kind, material.name.clone())) {
            Entry::Occupied(kept) if kept.get().bytes != material.bytes => {
                Err(LedgerError::Taken { kind: material.kind.word(), name: material.name.clone() })
            }
            Entry::Occupied(mut kept) => {
                kept.get_mut().audience = kept.get().audience.widened(&material.audience);
                Ok(Created::Existed)
            }
            Entry::Vacant(slot) => {
                slot.insert(material.clone());
                Ok(Created::New)
            }
        }
    }

    fn materials(&self, dossier: &str) -> Result<Vec<Material>, LedgerError> {
        Ok(self.state().seen(dossier, |shelf| shelf.materials.values().cloned().collect()))
    }

    fn keep_document(&self, dossier: &str, document: &Document) -> Result<Created, LedgerError> {
        let mut state = self.state();
        match state.shelf(dossier)?.documents.entry(document.digest) {
            Entry::Occupied(mut kept) => {
                kept.get_mut().audience = kept.get().audience.widened(&document.audience);
                Ok(Created::Existed)
            }
            Entry::Vacant(slot) => {
                slot.insert(document.clone());
                Ok(Created::New)
            }
        }
    }

    fn documents(&self, dossier: &str) -> Result<Vec<Document>, LedgerError> {
        Ok(self.state().seen(dossier, |shelf| shelf.documents.values().cloned().collect()))
    }

    fn keep_foreign(&self, dossier: &str, record: &ForeignRecord) -> Result<(), LedgerError> {
        let mut state = self.state();
        let shelf = state.shelf(dossier)?;
        let kept = shelf.foreign.get(&record.origin).cloned();
        let kept = kept.unwrap_or_else(|| ForeignRecord::empty(record.origin.clone()));
        shelf.foreign.insert(record.origin.clone(), kept.joined(record)?);
        Ok(())
    }

    fn foreign(&self, dossier: &str) -> Result<Vec<ForeignRecord>, LedgerError> {
        Ok(self.state().seen(dossier, |shelf| shelf.foreign.values().cloned().collect()))
    }
}

impl State {
    fn shelf(&mut self, dossier: &str) -> Result<&mut Shelf, LedgerError> {
        self.dossiers.get_mut(dossier).ok_or_else(|| LedgerError::NoDossier { id: dossier.to_owned() })
    }

    fn seen<T>(&self, dossier: &str, look: impl Fn(&Shelf) -> Vec<T>) -> Vec<T> {
        self.dossiers.get(dossier).map(look).unwrap_or_default()
    }
}
