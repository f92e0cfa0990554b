//! Objects in a folder: each a file under its name, put there whole.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::objects::{Created, Doing, Object, Objects, ObjectsError, Replaced, check_name};

/// Files are written here first; hidden, so that no name reaches it.
const STAGING: &str = ".new";

/// Up to as many files are synced one by one, more by one sync of the file system: that takes as long as two or three files do,
/// but writes out what others have left unwritten too.
const SYNCED_ALONE_MAX: usize = 8;

/// Objects in a folder.
///
/// A file is written under `.new/`, made durable, and only then linked to its name, which fails where the name is taken
/// (`linkat`): so of two creators one wins, and no crash and no loss of power leaves a torn object. What a crash leaves under
/// `.new/` is swept by the next process that writes and is alone.
#[derive(Debug)]
pub struct Directory {
    root: PathBuf,
    /// Made at the first write: reading needs no right to write.
    staging: Mutex<Option<Staging>>,
}

/// The folder for unfinished files.
#[derive(Debug)]
struct Staging {
    folder: PathBuf,
    next: u64,
    /// Held shared as long as this process may have files there.
    _held: File,
}

/// A file that is written and has no name yet; gone when dropped.
struct Unnamed {
    path: PathBuf,
    file: File,
}

impl Drop for Unnamed {
    fn drop(&mut self) {
        // What can't be removed is swept later.
        let _ = fs::remove_file(&self.path);
    }
}

impl Directory {
    /// A folder that is there. Nothing is written yet.
    pub fn open(root: &Path) -> Result<Self, ObjectsError> {
        let listed = fs::read_dir(root);
        listed.map_err(|source| ObjectsError::new(Doing::Reading, &root.display().to_string(), source))?;
        Ok(Self { root: root.to_owned(), staging: Mutex::new(None) })
    }

    /// The same, made where it isn't there.
    pub fn make(root: &Path) -> Result<Self, ObjectsError> {
        let made = fs::create_dir_all(root);
        made.map_err(|source| ObjectsError::new(Doing::Writing, &root.display().to_string(), source))?;
        Self::open(root)
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn path(&self, doing: Doing, name: &str) -> Result<PathBuf, ObjectsError> {
        check_name(doing, name)?;
        Ok(self.root.join(name))
    }

    /// Writes bytes to a file without a name.
    fn stage(&self, bytes: &[u8]) -> io::Result<Unnamed> {
        let mut staging = self.staging.lock().unwrap_or_else(PoisonError::into_inner);
        let staging = match &mut *staging {
            Some(staging) => staging,
            none => none.insert(Staging::open(&self.root)?),
        };
        // Another process may count from the same number: in a container of its own it has the same id.
        let mut unnamed = loop {
            staging.next += 1;
            let path = staging.folder.join(format!("{}-{}", std::process::id(), staging.next));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                opened => break Unnamed { file: opened?, path },
            }
        };
        unnamed.file.write_all(bytes)?;
        Ok(unnamed)
    }

    /// Gives a file its name, unless that is taken.
    fn link(unnamed: &Unnamed, path: &Path) -> io::Result<Created> {
        let link = || fs::hard_link(&unnamed.path, path);
        let linked = match link() {
            // The folder isn't there yet, or was removed because it was empty.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| link())
            }
            linked => linked,
        };
        match linked {
            Ok(()) => Ok(Created::New),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(Created::Existed),
            Err(error) => Err(error),
        }
    }

    /// Makes the names in folders durable, and the folders' own.
    fn sync_folders<'a>(&self, paths: impl Iterator<Item = &'a Path>) -> io::Result<()> {
        let mut folders: BTreeSet<&Path> = BTreeSet::new();
        for path in paths {
            folders.extend(path.ancestors().skip(1).take_while(|folder| folder.starts_with(&self.root)));
        }
        if folders.len() > SYNCED_ALONE_MAX && self.sync_file_system()? {
            return Ok(());
        }
        folders.into_iter().try_for_each(sync_folder)
    }

    fn sync_files(&self, files: &[Unnamed]) -> io::Result<()> {
        if files.len() > SYNCED_ALONE_MAX && self.sync_file_system()? {
            return Ok(());
        }
        files.iter().try_for_each(|unnamed| unnamed.file.sync_all())
    }

    /// Makes all that was written to the file system durable; says whether the system can do that.
    #[cfg(target_os = "linux")]
    fn sync_file_system(&self) -> io::Result<bool> {
        rustix::fs::syncfs(File::open(&self.root)?)?;
        Ok(true)
    }

    #[cfg(not(target_os = "linux"))]
    fn sync_file_system(&self) -> io::Result<bool> {
        Ok(false)
    }

    fn try_replace(&self, path: &Path, before: Option<&[u8]>, bytes: &[u8]) -> io::Result<Replaced> {
        let unnamed = self.stage(bytes)?;
        unnamed.file.sync_all()?;
        // Others who replace wait here; it is open when the handle is gone.
        let held = File::open(&self.root)?;
        held.lock()?;
        if read(path)?.as_deref() != before {
            return Ok(Replaced::Differs);
        }
        fs::rename(&unnamed.path, path)?;
        self.sync_folders(std::iter::once(path))?;
        Ok(Replaced::Done)
    }

    fn walk(&self, folder: &Path, prefix: &str, names: &mut Vec<String>) -> io::Result<()> {
        let entries = match fs::read_dir(folder) {
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(());
            }
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let path = entry.path();
            // What no name reaches isn't an object.
            let Some(name) = path.strip_prefix(&self.root).ok().and_then(Path::to_str) else { continue };
            if check_name(Doing::Listing, name).is_err() {
                continue;
            }
            if entry.file_type()?.is_dir() {
                if prefix.starts_with(name) || name.starts_with(prefix) {
                    self.walk(&path, prefix, names)?;
                }
            } else if name.starts_with(prefix) {
                names.push(name.to_owned());
            }
        }
        Ok(())
    }
}

impl Objects for Directory {
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, ObjectsError> {
        let path = self.path(Doing::Reading, name)?;
        read(&path).map_err(|source| ObjectsError::new(Doing::Reading, name, source))
    }

    fn create_all(&self, objects: &[Object]) -> Result<Vec<Created>, ObjectsError> {
        let mut paths = Vec::with_capacity(objects.len());
        let mut staged = Vec::with_capacity(objects.len());
        for Object { name, bytes } in objects {
            paths.push(self.path(Doing::Writing, name)?);
            staged.push(self.stage(bytes).map_err(|source| ObjectsError::new(Doing::Writing, name, source))?);
        }
        let Some(first) = objects.first() else { return Ok(Vec::new()) };
        let of_all = |source| ObjectsError::new(Doing::Writing, &first.name, source);
        self.sync_files(&staged).map_err(of_all)?;
        let mut created = Vec::with_capacity(objects.len());
        for ((object, path), unnamed) in objects.iter().zip(&paths).zip(&staged) {
            let linked = Self::link(unnamed, path);
            created.push(linked.map_err(|source| ObjectsError::new(Doing::Writing, &object.name, source))?);
        }
        // What existed may have been linked by a process that died before this.
        self.sync_folders(paths.iter().map(PathBuf::as_path)).map_err(of_all)?;
        Ok(created)
    }

    fn replace(&self, name: &str, before: Option<&[u8]>, bytes: &[u8]) -> Result<Replaced, ObjectsError> {
        let path = self.path(Doing::Writing, name)?;
        let replaced = self.try_replace(&path, before, bytes);
        replaced.map_err(|source| ObjectsError::new(Doing::Writing, name, source))
    }

    fn list(&self, prefix: &str) -> Result<Vec<String>, ObjectsError> {
        let mut names = Vec::new();
        let walked = self.walk(&self.root, prefix, &mut names);
        walked.map_err(|source| ObjectsError::new(Doing::Listing, prefix, source))?;
        names.sort();
        Ok(names)
    }

    fn remove(&self, name: &str) -> Result<(), ObjectsError> {
        let path = self.path(Doing::Removing, name)?;
        match fs::remove_file(&path) {
            Err(error) if !absent(&error) => return Err(ObjectsError::new(Doing::Removing, name, error)),
            _ => {}
        }
        if let Some(folder) = path.parent().filter(|folder| *folder != self.root) {
            // Only where it is empty; otherwise it stays.
            let _ = fs::remove_dir(folder);
        }
        Ok(())
    }
}

impl Staging {
    fn open(root: &Path) -> io::Result<Self> {
        let folder = root.join(STAGING);
        fs::create_dir_all(&folder)?;
        let held = File::open(&folder)?;
        if held.try_lock().is_ok() {
            for entry in fs::read_dir(&folder)? {
                fs::remove_file(entry?.path())?;
            }
            held.unlock()?;
        }
        held.lock_shared()?;
        Ok(Self { folder, next: 0, _held: held })
    }
}

fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if absent(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Nothing is there, or a folder or file where the name has none.
fn absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory
    )
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    // Folders can't be opened everywhere; where they can't, names are durable with the file.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
