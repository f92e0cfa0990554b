//! A dossier in a home: each act goes on the record, and what belongs to it into the home's database and documents.

mod export;
mod files;
mod import;
mod refill;
mod standing;

pub(crate) use export::Export;
pub(crate) use files::media_type;
pub(crate) use import::import;
pub(crate) use standing::{Standing, publishing, silent};

use std::collections::BTreeMap;
use std::sync::Arc;

use countersign_agreement::record::Salt;
use countersign_authority::model::name::Digest;
use countersign_authority::model::time::Instant;
use countersign_store::dossiers::{self, Dossiers as _};
use countersign_store::ledger::Ledger as _;
use countersign_store::objects::Created;
use countersign_store::writer::{Admitted as Checked, Submission, Written, admit};
use countersign_verify::bundle::{Bundle, BundledAct, Manifest};

use crate::exit::Failure;
use crate::home::{self, Home, Stores};
use crate::keeping::{Admitted, Dossier, Signed};

/// How many rows are read at once.
const PAGE: usize = 1000;

/// A dossier of a home.
pub(crate) struct Recorded {
    pub(crate) home: Home,
    pub(crate) stores: Stores,
    manifest: Manifest,
}

impl Recorded {
    /// Opens a dossier by its id; `None` where the home has none of it.
    pub(crate) fn open(home: Home, id: &str) -> Result<Option<Self>, Failure> {
        let stores = home.stores()?;
        let found = stores.store.dossier(id).map_err(home::ledger)?;
        Ok(found.map(|found| Self::of(home, stores, &found)))
    }

    /// Makes a dossier; refused where there is one.
    pub(crate) fn create(home: Home, manifest: &Manifest, at: Instant) -> Result<Self, Failure> {
        let stores = home.stores()?;
        let dossier = dossiers::Dossier {
            id: manifest.id.as_str().into(),
            title: manifest.title.clone(),
            parties: manifest.parties.clone(),
            created: at,
        };
        match stores.store.open(&dossier).map_err(home::ledger)? {
            Created::New => Ok(Self::of(home, stores, &dossier)),
            Created::Existed => {
                Err(Failure::usage(format!("the home has a dossier {} already", manifest.id))
                    .help("give it another name; nothing is ever written over"))
            }
        }
    }

    fn of(home: Home, stores: Stores, dossier: &dossiers::Dossier) -> Self {
        let manifest = Manifest {
            id: dossier.id.to_string(),
            title: dossier.title.clone(),
            parties: dossier.parties.clone(),
            origin: Some(home.config.origin.to_string()),
        };
        Self { home, stores, manifest }
    }

    /// Its acts as the record has them.
    pub(crate) fn recorded(&self) -> Result<Vec<dossiers::Recorded>, Failure> {
        let mut all: Vec<dossiers::Recorded> = Vec::new();
        loop {
            let after = all.last().map_or(0, |act| act.link.number);
            let page = self.stores.store.acts(&self.manifest.id, after, PAGE).map_err(home::ledger)?;
            let ended = page.len() < PAGE;
            all.extend(page);
            if ended {
                return Ok(all);
            }
        }
    }

    /// Writes acts to the record, all or none, and publishes them.
    fn write(&self, acts: &[Checked]) -> Result<Written, Failure> {
        let _lock = self.home.lock()?;
        let mut writer = self.home.writer(&self.stores)?;
        writer.write(acts).map_err(home::write)
    }

    /// Publishes what was written and could not be published, and asks silent witnesses again.
    pub(crate) fn publish(&self) -> Result<(Vec<String>, bool), Failure> {
        let _lock = self.home.lock()?;
        let published = self.home.writer(&self.stores)?.publish().map_err(home::write)?;
        let (mut told, troubled) = standing::silent(&published);
        told.extend(self.home.alarms.words());
        Ok((told, troubled))
    }

    /// Where acts stand that were written before.
    pub(crate) fn standings(&self) -> Result<Vec<Standing>, Failure> {
        let head = self.stores.store.head().map_err(home::ledger)?;
        let policy = publishing(&self.home)?;
        let standings = self.recorded()?.into_iter().map(|act| Standing::of(&act, &head, &policy));
        Ok(standings.collect())
    }
}

/// Checks an act on its way in.
fn checked(json: &[u8], p7s: &[u8]) -> Result<Checked, Failure> {
    let salt = countersign_keys::random().map_err(|error| Failure::usage(error.to_string()))?;
    checked_with(json, p7s, Salt::new(salt))
}

/// The same with the salt it had.
fn checked_with(json: &[u8], p7s: &[u8], salt: Salt) -> Result<Checked, Failure> {
    let submission = Submission { json: json.to_vec(), p7s: p7s.to_vec(), salt };
    admit(submission).map_err(|error| Failure::usage(home::told(&error)))
}

impl Dossier for Recorded {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn bundle(&self) -> Result<Bundle, Failure> {
        Ok(Export::of(self)?.all)
    }

    fn acts(&self) -> Result<Vec<BundledAct>, Failure> {
        Ok(self.recorded()?.into_iter().map(export::bundled).collect())
    }

    fn documents(&self) -> Result<BTreeMap<Digest, Vec<u8>>, Failure> {
        let documents = files::documents(self)?;
        Ok(documents.into_iter().map(|(digest, (_, bytes))| (digest, bytes)).collect())
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        files::put(self, name, bytes)
    }

    fn admit(&self, signed: &Signed) -> Result<Admitted, Failure> {
        let checked = checked(&signed.json, &signed.p7s)?;
        // Before the act: once it has its place, what it names is here.
        for (name, bytes) in &signed.beside {
            self.put(name, bytes)?;
        }
        let written = self.write(&[checked])?;
        let standing = Standing::written(&written, &self.home.alarms).into_iter().next();
        let standing = standing.ok_or_else(|| Failure::usage("the record gave no receipt"))?;
        Ok(Admitted { number: standing.number, id: signed.id, standing: Some(standing) })
    }

    fn place(&self) -> String {
        self.manifest.id.clone()
    }
}

/// Dossiers of a home, by id.
pub(crate) fn list(stores: &Stores) -> Result<Vec<dossiers::Dossier>, Failure> {
    let mut all: Vec<dossiers::Dossier> = Vec::new();
    loop {
        let after: Option<Arc<str>> = all.last().map(|last| last.id.clone());
        let page = stores.store.dossiers(after.as_deref(), PAGE).map_err(home::ledger)?;
        let ended = page.len() < PAGE;
        all.extend(page);
        if ended {
            return Ok(all);
        }
    }
}
