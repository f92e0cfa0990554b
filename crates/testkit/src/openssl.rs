//! Running `openssl` beside what is written here: an outside opinion.
#![expect(
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "development only: a failed run must stop the test"
)]

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Output};

/// Runs `openssl` in a directory. `None` where it isn't installed: the caller returns, one line says so. With `CI` in the
/// environment a missing openssl fails the test instead: nobody would read that line.
pub fn openssl(dir: &Path, arguments: &[&str]) -> Option<Output> {
    match Command::new("openssl").current_dir(dir).args(arguments).output() {
        Ok(output) => Some(output),
        Err(error) if error.kind() == ErrorKind::NotFound && std::env::var_os("CI").is_none() => {
            crate::skip("openssl is not installed");
            None
        }
        Err(error) => panic!("openssl can't be run: {error}"),
    }
}

/// Runs `openssl` as [`openssl`] does, and stops the test unless it succeeds.
pub fn openssl_succeeds(dir: &Path, arguments: &[&str]) -> Option<String> {
    let output = openssl(dir, arguments)?;
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "openssl {arguments:?} failed\n{stdout}{stderr}");
    Some(format!("{stdout}{stderr}"))
}
