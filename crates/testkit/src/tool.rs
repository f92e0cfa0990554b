//! Running other people's programs beside what is written here: an outside opinion.
#![expect(
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "development only: a failed run must stop the test"
)]

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Runs a program (`qpdf`, `pdfsig`, `pkcs11-tool`, …) in a directory. `None` where it isn't installed, which is said once
/// ([`crate::missing`]): the caller returns.
pub fn tool(program: &str, dir: &Path, arguments: &[&str]) -> Option<Output> {
    feed(Command::new(program).current_dir(dir).args(arguments), &[])
}

/// Runs a program as [`tool`] does, stops the test unless it succeeds, and gives what it wrote, standard output first.
pub fn tool_succeeds(program: &str, dir: &Path, arguments: &[&str]) -> Option<String> {
    let output = tool(program, dir, arguments)?;
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program} {arguments:?} failed\n{stdout}{stderr}");
    Some(format!("{stdout}{stderr}"))
}

/// Runs a command with bytes on its standard input, as [`tool`] does.
pub fn feed(command: &mut Command, stdin: &[u8]) -> Option<Output> {
    let program = Path::new(command.get_program()).to_string_lossy().into_owned();
    let spawned = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = match spawned {
        Ok(child) => child,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            crate::missing(&format!("{program} is not installed"));
            return None;
        }
        Err(error) => panic!("{program} can't be run: {error}"),
    };
    let input = child.stdin.take();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || {
            // A program that stops reading early says why by its status and words.
            let _ = input.map(|mut input| input.write_all(stdin));
        });
        child.wait_with_output()
    });
    match output {
        Ok(output) => Some(output),
        Err(error) => panic!("{program} can't be waited for: {error}"),
    }
}

/// SoftHSM's PKCS#11 module, from the Debian package `softhsm2` or from `$SOFTHSM2_MODULE`.
pub fn softhsm2_module() -> Option<PathBuf> {
    let own = std::env::var_os("SOFTHSM2_MODULE").map(PathBuf::from);
    let found = own.or_else(|| SOFTHSM2.map(PathBuf::from).into_iter().find(|path| path.is_file()));
    if found.is_none() {
        crate::missing("SoftHSM's module libsofthsm2.so is not installed (package softhsm2)");
    }
    found
}

const SOFTHSM2: [&str; 4] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
];
