//! The process that faults happen to: `faults drive SCENE ACTS FROM TO BATCH`.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode, Output};

use countersign_store::error::LedgerError;
use countersign_store::writer::{Admitted, WriteError, Writer};

use crate::scene::{Scene, acts, append, hex};

/// It stopped, as it says on standard error.
pub(crate) const STOPPED: u8 = 3;

/// Tries for a batch in one process: a server doesn't end because one write failed.
const TRIES: usize = 3;

/// Seats that one batch may lose to others before it gives up.
const SEATS: usize = 1000;

/// What it is to do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Work<'a> {
    pub(crate) acts: &'a Path,
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) batch: usize,
}

/// A command that runs it, behind other words (`strace …`) or none.
pub(crate) fn command(before: &[String], scene: &Scene, work: Work<'_>) -> Command {
    let own = std::env::current_exe().unwrap().display().to_string();
    let mut words: Vec<String> = before.to_vec();
    words.extend([own, "drive".to_owned(), scene.0.display().to_string(), work.acts.display().to_string()]);
    words.extend([work.from, work.to, work.batch].map(|number| number.to_string()));
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).env_remove("RUST_BACKTRACE");
    command
}

pub(crate) fn drive(scene: &Scene, work: Work<'_>) -> Output {
    command(&[], scene, work).output().unwrap()
}

/// Runs it without faults: it must come to its end.
pub(crate) fn finish(scene: &Scene, work: Work<'_>) {
    let output = drive(scene, work);
    assert!(output.status.success(), "{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
}

pub(crate) fn run(words: &[String]) -> ExitCode {
    let [scene, file, from, to, batch] = words else { panic!("drive SCENE ACTS FROM TO BATCH") };
    let number = |word: &String| word.parse().unwrap();
    let (from, to, batch): (usize, usize, usize) = (number(from), number(to), number(batch));
    let scene = Scene(scene.into());
    let acts = acts(Path::new(file), from, to);
    match write(&scene, &acts, batch) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", told(&*error));
            ExitCode::from(STOPPED)
        }
    }
}

fn write(scene: &Scene, acts: &[Admitted], batch: usize) -> Result<(), Box<dyn Error>> {
    let parts = scene.parts()?;
    let mut writer = Writer::open(parts.clone())?;
    for batch in acts.chunks(batch) {
        let (mut tries, mut seats) = (0, 0);
        loop {
            let written = writer.write(batch);
            let error = match written {
                Ok(written) => {
                    let mut lines = String::new();
                    for receipt in &written.receipts {
                        let place = receipt.place();
                        writeln!(lines, "{} {}", place.index, hex(place.link.act.as_bytes()))?;
                    }
                    append(&scene.acknowledged(), &lines);
                    match written.published {
                        Ok(_) => break,
                        Err(error) => error,
                    }
                }
                Err(error) => error,
            };
            if matches!(error, WriteError::Ledger(LedgerError::Fenced { .. }) | WriteError::Contended)
                && seats < SEATS
            {
                seats += 1;
                writer = reopened(&parts)?;
            } else if tries < TRIES && error.may_pass() {
                tries += 1;
            } else {
                return Err(error.into());
            }
        }
    }
    Ok(())
}

/// Takes the seat again, from whoever has it.
fn reopened(parts: &countersign_store::writer::Parts) -> Result<Writer, WriteError> {
    Writer::open(parts.clone())
}

/// An error with all that it rests on.
fn told(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let _ = write!(text, ": {error}");
        source = error.source();
    }
    text
}
