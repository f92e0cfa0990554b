//! How many cosignatures were ever made, in a file of its own: a database that counts fewer has gone back.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The file, which only counts up. Written in place: 20 digits and a newline lie within one sector.
#[derive(Debug)]
pub(super) struct Mark {
    path: PathBuf,
    /// What this process has made durable.
    durable: Mutex<u64>,
}

/// Bytes of the file.
const LENGTH: usize = 21;

impl Mark {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, durable: Mutex::new(0) }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What it says; `None` where there is none. `InvalidData` where it says nothing that can be read.
    pub(super) fn read(&self) -> io::Result<Option<u64>> {
        match File::open(&self.path) {
            Ok(mut file) => read(&mut file).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes it durable that `count` was reached. Several threads and processes may do so at once; the greatest stays.
    pub(super) fn raise(&self, count: u64) -> io::Result<()> {
        let mut durable = self.durable.lock().unwrap_or_else(PoisonError::into_inner);
        if *durable >= count {
            return Ok(());
        }
        let new = !self.path.exists();
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&self.path)?;
        file.lock()?;
        let found = if file.metadata()?.len() == 0 { 0 } else { read(&mut file)? };
        let count = count.max(found);
        file.seek(SeekFrom::Start(0))?;
        file.write_all(format!("{count:020}\n").as_bytes())?;
        file.sync_data()?;
        if new && let Some(dir) = self.path.parent() {
            File::open(dir).and_then(|dir| dir.sync_all())?;
        }
        *durable = count;
        Ok(())
    }
}

fn read(file: &mut File) -> io::Result<u64> {
    let mut text = String::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(LENGTH as u64 + 1).read_to_string(&mut text)?;
    let digits = text.strip_suffix('\n').filter(|_| text.len() == LENGTH);
    digits.and_then(|digits| digits.parse().ok()).ok_or_else(|| io::ErrorKind::InvalidData.into())
}
