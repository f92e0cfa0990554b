//! The program, run as users run it: one binary, one file a subject.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod audit;
mod bad_input;
mod dossier;
mod example;
mod golden;
mod home;
mod inspect;
mod key;
mod log;
mod pdf;
#[cfg(unix)]
mod record_faults;
mod restore;
mod sign;
mod stamp;
#[cfg(target_os = "linux")]
mod sweep;
#[cfg(unix)]
mod witness;
#[cfg(unix)]
mod witnessing;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// The repository's root, where the README's commands are typed.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Runs the program in a folder.
fn countersign(dir: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_countersign"))
        .current_dir(dir)
        .args(arguments)
        .env("COUNTERSIGN_KEYS", dir.join("keys"))
        .env_remove("COUNTERSIGN_PASSPHRASE")
        .env_remove("COUNTERSIGN_HOME")
        .output()
        .unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", text(&output.stdout), text(&output.stderr)))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
