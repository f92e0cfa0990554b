//! SoftHSM2 tokens in a folder, and `pkcs11-tool` beside what is done with them.
#![expect(
    clippy::panic,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "development only: a failed run must stop the test"
)]

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Where Debian, Fedora, Arch and Homebrew put the library.
const PLACES: [&str; 6] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
];

/// Tokens in a folder of a test's own.
#[derive(Debug, Clone)]
pub struct SoftHsm {
    dir: PathBuf,
    module: PathBuf,
}

impl SoftHsm {
    /// No tokens yet. `None` where SoftHSM2 isn't installed: the caller returns, one line says so. With `CI` in the
    /// environment that fails the test instead.
    pub fn new(dir: &Path) -> Option<Self> {
        let module = PLACES.iter().map(PathBuf::from).find(|place| place.exists());
        let Some(module) = module else {
            assert!(std::env::var_os("CI").is_none(), "SoftHSM2 is not installed: install softhsm2");
            crate::skip("SoftHSM2 is not installed");
            return None;
        };
        let found = Self { dir: dir.to_owned(), module };
        let tokens = dir.join("tokens");
        fs::create_dir_all(&tokens).expect("a folder for tokens");
        let conf = format!(
            "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
            tokens.display()
        );
        fs::write(found.conf(), conf).expect("a configuration");
        Some(found)
    }

    /// What `SOFTHSM2_CONF` must name for whoever loads the module.
    pub fn conf(&self) -> PathBuf {
        self.dir.join("softhsm2.conf")
    }

    /// The library.
    pub fn module(&self) -> &Path {
        &self.module
    }

    /// Sets up a token with a user's PIN.
    pub fn token(&self, label: &str, pin: &str) {
        let arguments = ["--init-token", "--free", "--label", label, "--so-pin", "12345678", "--pin", pin];
        let output = self.run("softhsm2-util", &arguments).expect("softhsm2-util comes with the library");
        assert!(output.status.success(), "{output:?}");
    }

    /// Runs `pkcs11-tool` on these tokens, and stops the test unless it succeeds. `None` where it isn't installed.
    pub fn pkcs11_tool(&self, arguments: &[&str]) -> Option<String> {
        let module = self.module.display().to_string();
        let Some(output) = self.run("pkcs11-tool", &[&["--module", &module], arguments].concat()) else {
            crate::skip("pkcs11-tool is not installed");
            return None;
        };
        let (stdout, stderr) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "pkcs11-tool {arguments:?} failed\n{stdout}{stderr}");
        Some(format!("{stdout}{stderr}"))
    }

    /// `None` where the program isn't installed, and `CI` doesn't demand it.
    fn run(&self, program: &str, arguments: &[&str]) -> Option<Output> {
        let mut command = Command::new(program);
        command.current_dir(&self.dir).env("SOFTHSM2_CONF", self.conf()).args(arguments);
        match command.output() {
            Ok(output) => Some(output),
            Err(error) if error.kind() == ErrorKind::NotFound && std::env::var_os("CI").is_none() => None,
            Err(error) => panic!("{program} can't be run: {error}"),
        }
    }
}
