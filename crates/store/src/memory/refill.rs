//! What is lost, in memory.

use std::collections::HashMap;

use countersign_agreement::record::{ENTRY_LENGTH, Salt};
use countersign_authority::model::act::Visibility;
use countersign_authority::model::name::Digest;
use countersign_tlog::size::LeafIndex;

use super::State;
use crate::dossiers::{DossierHead, Recorded};
use crate::error::LedgerError;
use crate::refill::Refill;

impl State {
    pub(super) fn lose(&mut self, entries: &[[u8; ENTRY_LENGTH]]) {
        let first = self.head.sequenced.get();
        let places =
            (first..).zip(entries).filter_map(|(at, entry)| Some((LeafIndex::new(at).ok()?, *entry)));
        self.lost.extend(places);
        if !entries.is_empty() {
            self.before = self.opened.len();
        }
    }

    /// Refuses a dossier that an entry which is lost may be of.
    pub(super) fn writable(&self, dossier: &str) -> Result<(), LedgerError> {
        let old = self.opened.iter().take(self.before).any(|opened| &**opened == dossier);
        match u64::try_from(self.lost.len()).unwrap_or(u64::MAX) {
            entries if entries > 0 && old => Err(LedgerError::Lost { entries, dossier: dossier.to_owned() }),
            _ => Ok(()),
        }
    }

    pub(super) fn refill(&mut self, refill: &Refill) -> Result<(), LedgerError> {
        let lost: HashMap<_, _> = self.lost.iter().map(|(index, entry)| (*entry, *index)).collect();
        let no_dossier = || LedgerError::NoDossier { id: refill.dossier.to_string() };
        let shelf = self.dossiers.get_mut(&refill.dossier).ok_or_else(no_dossier)?;
        let kept: Vec<_> = shelf.acts.iter().map(|act| act.link.clone()).collect();
        let found = |entry: &[u8; ENTRY_LENGTH]| Ok::<_, LedgerError>(lost.get(entry).copied());
        for back in refill.returned(&kept, found)? {
            self.lost.remove(&back.index);
            if let Some(index) = back.head {
                self.lost.remove(&index);
                shelf.heads.push(DossierHead { link: back.link.clone(), index });
            }
            shelf.acts.push(Recorded {
                id: Digest(*back.link.act.as_bytes()),
                index: back.index,
                link: back.link,
                json: Vec::new(),
                p7s: Vec::new(),
                salt: Salt::new([0; ENTRY_LENGTH]),
                visibility: Visibility::Own,
                stamps: Vec::new(),
            });
        }
        for (at, empty) in shelf.acts.iter_mut().enumerate().filter(|(_, act)| act.json.is_empty()) {
            let Some(act) = refill.act_of(&empty.link) else { continue };
            empty.id = act.id;
            empty.json.clone_from(&act.json);
            empty.p7s.clone_from(&act.p7s);
            (empty.salt, empty.visibility) = (act.salt, act.visibility);
            self.acts.insert(act.id, (refill.dossier.clone(), at));
        }
        Ok(())
    }
}
