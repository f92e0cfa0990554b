//! A dossier as a working folder: the unpacked layout of a bundle, so that anyone can look at it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use countersign_agreement::record::{ENTRY_LENGTH, Salt};
use countersign_authority::model::name::Digest;
use countersign_notation::digest::sha256;
use countersign_verify::bundle::{self, Bundle, BundledAct, Manifest};

use crate::exit::Failure;
use crate::input;
use crate::keeping::{Admitted, Dossier, Signed};

/// Opens a bundle: a `.dossier` file, or a working folder, held to the same rules.
pub(crate) fn open(path: &Path) -> Result<Bundle, Failure> {
    if path.is_dir() {
        let bundle = Folder::open(path)?.bundle()?;
        let bytes = bundle::write(&bundle).map_err(|error| bad(path, &error))?;
        return bundle::read(&bytes).map_err(|error| bad(path, &error));
    }
    bundle::read(&input::read(path)?).map_err(|error| bad(path, &error))
}

fn bad(path: &Path, error: &impl std::fmt::Display) -> Failure {
    Failure::usage(format!("{}: {error}", path.display()))
}

/// A working folder.
pub(crate) struct Folder {
    dir: PathBuf,
    pub(crate) manifest: Manifest,
}

impl Folder {
    /// Makes a folder; refused where there is one.
    pub(crate) fn create(dir: &Path, manifest: Manifest) -> Result<Self, Failure> {
        if dir.join("dossier.json").exists() {
            return Err(Failure::usage(format!("{} holds a dossier already", dir.display()))
                .help("name another folder; nothing is ever written over"));
        }
        let folder = Self { dir: dir.to_owned(), manifest };
        for part in ["acts", "documents", "maps", "terms", "trust"] {
            let path = dir.join(part);
            fs::create_dir_all(&path).map_err(|error| Failure::File { path, error })?;
        }
        folder.write("dossier.json", &folder.manifest.to_json())?;
        Ok(folder)
    }

    pub(crate) fn open(dir: &Path) -> Result<Self, Failure> {
        let path = dir.join("dossier.json");
        let bytes = fs::read(&path).map_err(|error| Failure::File { path: path.clone(), error })?;
        let manifest = Manifest::read(&bytes).map_err(|error| bad(&path, &error))?;
        Ok(Self { dir: dir.to_owned(), manifest })
    }

    /// Writes a file of the dossier: whole or not at all, and never over another.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let path = self.dir.join(name);
        let file = |error| Failure::File { path: path.clone(), error };
        if let Ok(present) = fs::read(&path) {
            return if present == bytes {
                Ok(())
            } else {
                Err(Failure::usage(format!("{} exists with other content", path.display()))
                    .help("nothing in a dossier is ever written over"))
            };
        }
        let mut temporary = path.clone().into_os_string();
        temporary.push(".part");
        let temporary = PathBuf::from(temporary);
        fs::write(&temporary, bytes).map_err(file)?;
        fs::rename(&temporary, &path).map_err(file)
    }

    /// Files of one part of the folder, by name.
    pub(super) fn part(&self, part: &str) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
        let dir = self.dir.join(part);
        let mut files = BTreeMap::new();
        let Ok(entries) = fs::read_dir(&dir) else { return Ok(files) };
        for entry in entries {
            let path = entry.map_err(|error| Failure::File { path: dir.clone(), error })?.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
            if !path.is_file() || path.extension().is_some_and(|extension| extension == "part") {
                continue;
            }
            let bytes = fs::read(&path).map_err(|error| Failure::File { path: path.clone(), error })?;
            files.insert(name.to_owned(), bytes);
        }
        Ok(files)
    }
}

/// What a record has on a dossier, as files.
mod records;

impl Dossier for Folder {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn bundle(&self) -> Result<Bundle, Failure> {
        let mut files = self.part("acts")?;
        let mut acts = Vec::new();
        let stems: Vec<String> =
            files.keys().filter_map(|name| name.strip_suffix(".json")).map(str::to_owned).collect();
        for stem in stems {
            let name = format!("{stem}.json");
            let wrong = || {
                Failure::usage(format!("acts/{name}: not the name of an act"))
                    .help("acts are named NNNN-ID.json, ID the 64 hex digits of their SHA-256")
            };
            let (number, id) = stem.split_once('-').ok_or_else(wrong)?;
            let number: u32 = number.parse().map_err(|_| wrong())?;
            let id = Digest::parse(&format!("sha256:{id}")).ok_or_else(wrong)?;
            let json = files.remove(&name).unwrap_or_default();
            let p7s = files.remove(&format!("{stem}.p7s")).ok_or_else(|| {
                Failure::usage(format!("acts/{stem}.p7s is missing"))
                    .help("an act without its signature counts for nothing")
            })?;
            let mut beside = |ending: &str| files.remove(&format!("{stem}.{ending}"));
            let (tlog_proof, salt, tsr) = (beside("tlog-proof"), beside("salt"), beside("tsr"));
            let salt = salt
                .map(|salt| {
                    let salt: [u8; ENTRY_LENGTH] = salt.try_into().map_err(|_| {
                        Failure::usage(format!("acts/{stem}.salt: a salt has {ENTRY_LENGTH} bytes"))
                    })?;
                    Ok::<_, Failure>(Salt::new(salt))
                })
                .transpose()?;
            acts.push(BundledAct { number, id, json, p7s, tlog_proof, salt, tsr });
        }
        acts.sort_by_key(|act| act.number);
        let mut documents = BTreeMap::new();
        for (name, bytes) in self.part("documents")? {
            let (hex, extension) = name.split_once('.').unwrap_or((&name, "bin"));
            let digest = Digest::parse(&format!("sha256:{hex}"))
                .ok_or_else(|| Failure::usage(format!("documents/{name}: not named by its SHA-256")))?;
            documents.insert(digest, (extension.to_owned(), bytes));
        }
        Ok(Bundle {
            manifest: self.manifest.clone(),
            acts,
            documents,
            maps: self.part("maps")?,
            policies: self.part("policies")?,
            terms: self.part("terms")?,
            trust: self.part("trust")?,
            records: self.records()?,
        })
    }

    fn acts(&self) -> Result<Vec<BundledAct>, Failure> {
        Ok(self.bundle()?.acts)
    }

    fn documents(&self) -> Result<BTreeMap<Digest, Vec<u8>>, Failure> {
        Ok(self.part("documents")?.into_values().map(|bytes| (sha256(&bytes), bytes)).collect())
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        self.write(name, bytes)
    }

    fn admit(&self, signed: &Signed) -> Result<Admitted, Failure> {
        if let Some(origin) = &self.manifest.origin {
            return Err(Failure::usage(format!(
                "{} is a copy of a dossier on the record {origin}",
                self.place()
            ))
            .help("act in the home that keeps the record: --home DIR, and --into the dossier's name"));
        }
        let number = u32::try_from(self.acts()?.len()).unwrap_or(u32::MAX).saturating_add(1);
        let stem = format!("acts/{number:04}-{}", signed.id.hex());
        for (name, bytes) in &signed.beside {
            self.write(name, bytes)?;
        }
        // The signature first: an act is there only with its signature.
        self.write(&format!("{stem}.p7s"), &signed.p7s)?;
        self.write(&format!("{stem}.json"), &signed.json)?;
        Ok(Admitted { number, id: signed.id, standing: None })
    }

    fn place(&self) -> String {
        self.dir.display().to_string()
    }
}
