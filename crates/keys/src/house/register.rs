//! What a house CA has issued and revoked: a file that only grows.
//!
//! One event a line, in JSON. A line is on the disk (fsync) before anybody gets what it speaks of: no certificate is out
//! that the register doesn't know, and no revocation that was acknowledged is lost. A crash in the middle of a line
//! leaves half a line, which was never acknowledged: it counts for nothing and is taken away by the next event.
//! Several processes may use one register: the file is locked while it is read and written.

use super::event::{Event, Issued, Line, Places};
use crate::file;
use countersign_signature::issue::Revoked;
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The register of one authority.
#[derive(Debug)]
pub struct Register(Keeping);

#[derive(Debug)]
enum Keeping {
    /// Forgotten when dropped: for play.
    Memory(Mutex<Vec<Event>>),
    /// In a file.
    File(PathBuf),
}

/// What a register says at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holdings {
    /// In the order of issue.
    issued: Vec<Issued>,
    /// Where each serial number stands among them.
    serials: BTreeMap<Vec<u8>, usize>,
    revoked: BTreeMap<Vec<u8>, Revoked>,
    last_list: u64,
    places: Places,
}

/// Why a register can't be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// The system refused.
    #[error("the register {} can't be used ({kind})", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        kind: io::ErrorKind,
    },
    /// A line that no register has: nothing is issued or answered by it until a person has looked.
    #[error("line {line} of the register {} is damaged: {reason}; mend it before anything is issued or answered", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Which line.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// More than [`REGISTER_MAX`].
    #[error("the register {} is larger than {REGISTER_MAX} bytes", .path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// A time that can't be written.
    #[error("unix second {at} can't be written in a register")]
    Time {
        /// The moment.
        at: i64,
    },
}

/// Bound on a register: two hundred thousand certificates.
pub const REGISTER_MAX: u64 = 64 << 20;

impl Register {
    /// A register that is forgotten when dropped: for authorities made for play.
    pub fn in_memory() -> Self {
        Self(Keeping::Memory(Mutex::new(Vec::new())))
    }

    /// The register in a file, made with the first event.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(Keeping::File(path.into()))
    }

    /// What it says now.
    pub fn read(&self) -> Result<Holdings, RegisterError> {
        match &self.0 {
            Keeping::Memory(events) => {
                Ok(Holdings::of(&events.lock().unwrap_or_else(PoisonError::into_inner)))
            }
            Keeping::File(path) => match File::open(path) {
                Ok(mut file) => {
                    file.lock_shared().map_err(at(path))?;
                    Ok(Holdings::of(&read(&mut file, path)?.events))
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Holdings::default()),
                Err(error) => Err(at(path)(error)),
            },
        }
    }

    /// Adds what `next` makes of what the register says, with nobody else in between; durable when this returns.
    pub(super) fn add<T, E: From<RegisterError>>(
        &self,
        next: impl FnOnce(&Holdings) -> Result<(Vec<Event>, T), E>,
    ) -> Result<T, E> {
        let path = match &self.0 {
            Keeping::Memory(events) => {
                let mut events = events.lock().unwrap_or_else(PoisonError::into_inner);
                let (new, made) = next(&Holdings::of(&events))?;
                events.extend(new);
                return Ok(made);
            }
            Keeping::File(path) => path,
        };
        let failed = at(path);
        let mut file = open(path).map_err(&failed)?;
        file.lock().map_err(&failed)?;
        let Found { events, whole, open } = read(&mut file, path)?;
        let (new, made) = next(&Holdings::of(&events))?;
        let mut text = String::from(if open { "\n" } else { "" });
        for event in &new {
            text.push_str(&event.line()?);
        }
        let length = file.metadata().map_err(&failed)?.len();
        if length.saturating_add(text.len() as u64) > REGISTER_MAX {
            return Err(RegisterError::TooLarge { path: path.clone() }.into());
        }
        append(&mut file, whole, text.as_bytes()).map_err(&failed)?;
        if let Some(folder) = path.parent() {
            file::sync_dir(folder);
        }
        Ok(made)
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}

/// Writes after the last whole line, and waits for the disk. What can't be written whole is taken away again.
fn append(file: &mut File, whole: u64, text: &[u8]) -> io::Result<()> {
    file.set_len(whole)?;
    file.seek(SeekFrom::Start(whole))?;
    let written = file.write_all(text).and_then(|()| file.sync_all());
    if written.is_err() {
        // If this fails too, half a line stands there: it counts for nothing.
        let _ = file.set_len(whole).and_then(|()| file.sync_all());
    }
    written
}

/// What a file holds.
struct Found {
    events: Vec<Event>,
    /// Where the last event ends.
    whole: u64,
    /// Whether its line has no end, as editors leave it.
    open: bool,
}

/// The events of every line. The last line may lack its end: it counts if it is an event.
fn read(file: &mut File, path: &Path) -> Result<Found, RegisterError> {
    let mut text = Vec::new();
    file.seek(SeekFrom::Start(0)).map_err(at(path))?;
    file.take(REGISTER_MAX.saturating_add(1)).read_to_end(&mut text).map_err(at(path))?;
    if text.len() as u64 > REGISTER_MAX {
        return Err(RegisterError::TooLarge { path: path.to_owned() });
    }
    let mut found = Found { events: Vec::new(), whole: 0, open: false };
    for (number, line) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let (content, open) = match line.strip_suffix(b"\n") {
            Some(content) => (content, false),
            None => (line, true),
        };
        match Line(content).read() {
            Ok(event) => found.events.push(event),
            Err(_) if open => break,
            Err(reason) => {
                let line = number.saturating_add(1);
                return Err(RegisterError::Damaged { path: path.to_owned(), line, reason });
            }
        }
        found.whole = found.whole.saturating_add(line.len() as u64);
        found.open = open;
    }
    Ok(found)
}

fn at(path: &Path) -> impl Fn(io::Error) -> RegisterError {
    let path = path.to_owned();
    move |error| RegisterError::File { path: path.clone(), kind: error.kind() }
}

impl Holdings {
    fn of(events: &[Event]) -> Self {
        let mut held = Self::default();
        for event in events {
            match event {
                Event::Issued(issued) => {
                    held.serials.insert(issued.serial.clone(), held.issued.len());
                    held.issued.push(issued.clone());
                }
                Event::Revoked(revoked) => {
                    // The first word counts: nothing un-revokes a certificate or moves the day.
                    held.revoked.entry(revoked.serial.clone()).or_insert_with(|| revoked.clone());
                }
                Event::List { number, .. } => held.last_list = held.last_list.max(*number),
                Event::Places(places) => held.places = places.clone(),
            }
        }
        held
    }

    /// Every certificate issued, in the order of issue.
    pub fn issued(&self) -> &[Issued] {
        &self.issued
    }

    /// The certificate with a serial number.
    pub fn certificate(&self, serial: &[u8]) -> Option<&Issued> {
        self.issued.get(*self.serials.get(serial)?)
    }

    /// Every certificate revoked, by serial number.
    pub fn revoked(&self) -> impl Iterator<Item = &Revoked> {
        self.revoked.values()
    }

    /// Whether, when and why a certificate is revoked.
    pub fn revocation(&self, serial: &[u8]) -> Option<&Revoked> {
        self.revoked.get(serial)
    }

    /// The number of the latest revocation list; 0 where there was none.
    pub fn last_list(&self) -> u64 {
        self.last_list
    }

    /// Where new certificates say that revocation can be asked.
    pub fn places(&self) -> &Places {
        &self.places
    }
}
