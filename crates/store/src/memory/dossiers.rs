//! Dossiers in memory.

use std::collections::BTreeMap;

use countersign_agreement::record::Link;
use countersign_authority::model::name::Digest;
use countersign_authority::model::rfc3339;
use countersign_tlog::size::TreeSize;

use super::{Memory, Shelf, State};
use crate::dossiers::{Dossier, DossierHead, Dossiers, Recorded};
use crate::error::LedgerError;
use crate::objects::Created;

impl Dossiers for Memory {
    fn open(&self, dossier: &Dossier) -> Result<Created, LedgerError> {
        if rfc3339::written(dossier.created).is_none() {
            return Err(LedgerError::Timeless { at: dossier.created });
        }
        let mut state = self.state();
        if state.dossiers.contains_key(&dossier.id) {
            return Ok(Created::Existed);
        }
        let shelf = Shelf {
            dossier: dossier.clone(),
            acts: Vec::new(),
            heads: Vec::new(),
            materials: BTreeMap::new(),
            documents: BTreeMap::new(),
            foreign: BTreeMap::new(),
        };
        state.opened.push(dossier.id.clone());
        state.dossiers.insert(dossier.id.clone(), shelf);
        Ok(Created::New)
    }

    fn dossier(&self, id: &str) -> Result<Option<Dossier>, LedgerError> {
        Ok(self.state().dossiers.get(id).map(|shelf| shelf.dossier.clone()))
    }

    fn dossiers(&self, after: Option<&str>, most: usize) -> Result<Vec<Dossier>, LedgerError> {
        let state = self.state();
        let from = match after {
            Some(id) => {
                let at = state.opened.iter().position(|opened| &**opened == id);
                at.ok_or_else(|| LedgerError::NoDossier { id: id.to_owned() })?.saturating_add(1)
            }
            None => 0,
        };
        let shelves = state.opened.iter().skip(from).filter_map(|id| state.dossiers.get(id));
        Ok(shelves.take(most).map(|shelf| shelf.dossier.clone()).collect())
    }

    fn acts(&self, dossier: &str, after: u32, most: usize) -> Result<Vec<Recorded>, LedgerError> {
        Ok(self
            .state()
            .numbered(dossier, after)
            .filter(|act| !act.json.is_empty())
            .take(most)
            .cloned()
            .collect())
    }

    fn act(&self, id: Digest) -> Result<Option<Recorded>, LedgerError> {
        Ok(self.state().recorded(id).cloned())
    }

    fn links(&self, dossier: &str, after: u32, most: usize) -> Result<Vec<Link>, LedgerError> {
        Ok(self.state().numbered(dossier, after).take(most).map(|act| act.link.clone()).collect())
    }

    fn newest(&self, dossier: &str, below: TreeSize) -> Result<Option<DossierHead>, LedgerError> {
        let state = self.state();
        let heads = state.dossiers.get(dossier).map(|shelf| shelf.heads.as_slice()).unwrap_or_default();
        Ok(heads.iter().rev().find(|head| head.index.get() < below.get()).cloned())
    }
}

impl State {
    fn numbered(&self, dossier: &str, after: u32) -> impl Iterator<Item = &Recorded> {
        let acts = self.dossiers.get(dossier).map(|shelf| shelf.acts.as_slice()).unwrap_or_default();
        acts.iter().filter(move |act| act.link.number > after)
    }
}
