//! Where a log is read, and how far the reading has come.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use countersign_peer::mirror::{Folder, Patience, Unread, Upstream, Web};
use countersign_store::writer::CHECKPOINT;
use countersign_tlog::checkpoint::SignedCheckpoint;
use countersign_tlog::note::NOTE_MAX;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::told;
use crate::exit::Failure;

/// A folder or an address, as it was given.
pub(super) fn open(word: &str) -> Result<Box<dyn Upstream>, Failure> {
    if word.contains("://") {
        let web = Web::new(word, Patience::default()).map_err(|error| Failure::usage(error.to_string()))?;
        return Ok(Box::new(web));
    }
    let dir = Path::new(word);
    if !dir.is_dir() {
        return Err(Failure::usage(format!("{word}: there is no such folder"))
            .help("a log is a folder with `checkpoint` and `tile/`, or the address of one: https://…"));
    }
    Ok(Box::new(Folder::new(dir)))
}

/// The log's latest checkpoint.
pub(super) fn checkpoint(word: &str, source: &dyn Upstream) -> Result<SignedCheckpoint, Failure> {
    read(word, source.fetch(CHECKPOINT, NOTE_MAX).map_err(|error| Failure::usage(error.to_string()))?)
}

/// What was read in its place, if anything.
pub(super) fn read(word: &str, bytes: Option<Vec<u8>>) -> Result<SignedCheckpoint, Failure> {
    let bytes = bytes.ok_or_else(|| {
        Failure::usage(format!("{word} holds no checkpoint"))
            .help("a log is a folder with `checkpoint` and `tile/`, or the address of one: https://…")
    })?;
    SignedCheckpoint::read(&bytes)
        .map_err(|error| Failure::usage(format!("the checkpoint of {word}: {}", told(&error))))
}

/// A bar on standard error, where that is a terminal.
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} entries, {eta} left");
        Self(style.map_or(bar.clone(), |style| bar.with_style(style)))
    }

    pub(super) fn at(&self, done: u64, total: u64) {
        self.0.set_length(total);
        self.0.set_position(done);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// A source that shows how many bundles or level-0 tiles were read.
pub(super) struct Shown<'a> {
    pub(super) source: &'a dyn Upstream,
    pub(super) progress: Progress,
    pub(super) prefix: &'static str,
    pub(super) total: u64,
    pub(super) read: AtomicU64,
}

impl Upstream for Shown<'_> {
    fn fetch(&self, name: &str, most: usize) -> Result<Option<Vec<u8>>, Unread> {
        if name.starts_with(self.prefix) {
            let done = self.read.fetch_add(256, Ordering::Relaxed).saturating_add(256);
            self.progress.at(done.min(self.total), self.total);
        }
        self.source.fetch(name, most)
    }
}
