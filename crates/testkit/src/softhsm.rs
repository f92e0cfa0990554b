//! SoftHSM2 tokens in a folder, and `pkcs11-tool` beside what is done with them.
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "development only: a failed run must stop the test"
)]

use crate::tool::{feed, softhsm2_module};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Tokens in a folder of a test's own.
#[derive(Debug, Clone)]
pub struct SoftHsm {
    dir: PathBuf,
    module: PathBuf,
}

impl SoftHsm {
    /// No tokens yet. `None` where SoftHSM2 isn't installed, which is said once ([`crate::missing`]): the caller returns.
    pub fn new(dir: &Path) -> Option<Self> {
        let module = softhsm2_module()?;
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
        let output = self.run("pkcs11-tool", &[&["--module", &module], arguments].concat())?;
        let (stdout, stderr) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "pkcs11-tool {arguments:?} failed\n{stdout}{stderr}");
        Some(format!("{stdout}{stderr}"))
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Option<Output> {
        let mut command = Command::new(program);
        feed(command.current_dir(&self.dir).env("SOFTHSM2_CONF", self.conf()).args(arguments), &[])
    }
}
