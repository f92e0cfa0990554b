//! One process writes at a time: an operating system's lock, which ends with the process however that ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::Duration;

use crate::exit::Failure;

/// How long is waited between two tries.
const PAUSE: Duration = Duration::from_millis(50);
/// Tries until another process is told of: a minute, many times what an act takes with witnesses that don't answer.
const TRIES: u32 = 1200;

/// The right to write, until it is dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    /// Closing it gives the lock back.
    _file: File,
}

impl Lock {
    /// Waits for it, for a while.
    pub(crate) fn wait(path: &Path) -> Result<Self, Failure> {
        let failed = |error| Failure::File { path: path.to_owned(), error };
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(failed)?;
        for _ in 0..TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
        }
        Err(Failure::usage(format!(
            "{}: another process has been writing to this home for a minute",
            path.display()
        ))
        .help("wait for it, or end it; nothing of yours was written"))
    }
}
