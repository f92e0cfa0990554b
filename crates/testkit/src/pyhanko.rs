//! pyHanko, in a Python of its own that `cargo xtask test` makes with the versions of `xtask/pyhanko.txt`.

use std::path::PathBuf;
use std::process::{Command, Output};

use crate::tool::feed;

/// The Python that has pyHanko: `$COUNTERSIGN_PYTHON`, else `target/tools/pyhanko/bin/python` in the workspace. `None` where
/// there is none, which is said once ([`crate::missing`]).
pub fn python() -> Option<PathBuf> {
    if let Some(own) = std::env::var_os("COUNTERSIGN_PYTHON").filter(|own| !own.is_empty()) {
        return Some(PathBuf::from(own));
    }
    let made = crate::root().join("target/tools/pyhanko/bin/python");
    if made.is_file() {
        return Some(made);
    }
    crate::missing("pyHanko is not installed: `cargo xtask test` makes target/tools/pyhanko");
    None
}

/// Runs a script, given as its text (`include_str!` of a file beside the test), by [`python`]: `sys.argv[1:]` are the
/// arguments, `sys.stdin` the bytes.
pub fn run(script: &str, arguments: &[&str], stdin: &[u8]) -> Option<Output> {
    // -I: neither the user's packages nor PYTHONPATH change what the test means.
    feed(Command::new(python()?).args(["-I", "-c", script]).args(arguments), stdin)
}
