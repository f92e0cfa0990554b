//! What the tests need from outside: Debian packages, pyHanko in a Python of its own, the corpora.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::run::{has, in_ci, on_path, output, quietly, root, run, variable};

/// Debian packages that tests run, with a program that shows that the package is there.
const PACKAGES: [(&str, &str); 6] = [
    ("openssl", "openssl"),
    ("qpdf", "qpdf"),
    ("poppler-utils", "pdfsig"),
    ("softhsm2", "softhsm2-util"),
    ("opensc", "pkcs11-tool"),
    ("strace", "strace"),
];

/// What pip is asked for; `xtask/pyhanko.txt` pins it and everything that it pulls.
const PYHANKO: [&str; 2] = ["pyhanko==0.38.0", "pyhanko-cli==0.6.0"];

/// What a Python needs so that another can be made from it.
const VENV: [&str; 2] = ["-c", "import ensurepip, venv"];

/// Installs what is missing; says what could not be had, which with `CI` set is an error.
pub(crate) fn install() -> Result<Vec<String>> {
    for component in ["rustfmt", "clippy"] {
        if !has("cargo", &[if component == "rustfmt" { "fmt" } else { "clippy" }, "--version"]) {
            run("rustup", &["component", "add", component])?;
        }
    }
    let mut skipped = debian();
    skipped.extend(pyhanko().err().map(|error| format!("pyHanko: {error:#}")));
    skipped.extend(corpora());
    if in_ci() && !skipped.is_empty() {
        bail!("with CI set nothing is skipped, and there is missing:\n  {}", skipped.join("\n  "));
    }
    Ok(skipped)
}

/// Debian packages by apt-get.
fn debian() -> Vec<String> {
    let missing = || {
        let mut missing: Vec<&str> =
            PACKAGES.iter().filter(|(_, program)| !on_path(program)).map(|(package, _)| *package).collect();
        if python().is_none() && variable("COUNTERSIGN_PYTHON").is_none() {
            missing.push("python3-venv");
        }
        missing
    };
    let before = missing();
    if before.is_empty() {
        return Vec::new();
    }
    let all: Vec<&str> = [&["install", "-y", "-qq", "--no-install-recommends"], before.as_slice()].concat();
    let mut why = String::new();
    if let Err(error) = apt(&["update", "-qq"]).and_then(|()| apt(&all)) {
        why = format!(" ({error:#})");
        // One package that can't be had keeps apt-get from installing the others.
        if before.len() > 1 && on_path("apt-get") {
            for package in &before {
                let _ = apt(&["install", "-y", "-qq", "--no-install-recommends", package]);
            }
        }
    }
    missing().iter().map(|package| format!("install the package {package}: apt-get could not{why}")).collect()
}

fn apt(args: &[&str]) -> Result<()> {
    ensure!(on_path("apt-get"), "there is no apt-get here");
    let root = output("id", &["-u"]).is_some_and(|user| user.trim() == "0");
    let mut words = vec!["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];
    if !root && on_path("sudo") {
        words.splice(0..0, ["sudo", "-n"]);
    }
    words.extend(args);
    quietly(words.first().copied().unwrap_or_default(), words.get(1..).unwrap_or_default())
}

/// A Python from which another can be made.
fn python() -> Option<&'static str> {
    ["python3", "/usr/bin/python3"].into_iter().find(|python| has(python, &VENV))
}

/// Makes `target/tools/pyhanko`, where it isn't made yet or was made with other versions.
fn pyhanko() -> Result<()> {
    if let Some(own) = variable("COUNTERSIGN_PYTHON").filter(|own| !own.is_empty()) {
        return answers(Path::new(&own)).context("COUNTERSIGN_PYTHON names a Python without it");
    }
    let (folder, pins) = (root().join("target/tools/pyhanko"), root().join("xtask/pyhanko.txt"));
    let python_there = folder.join("bin/python");
    let made_with = folder.join("made-with.txt");
    let wanted = fs::read_to_string(&pins).with_context(|| format!("can't read {}", pins.display()))?;
    if fs::read_to_string(&made_with).is_ok_and(|made| made == wanted) && answers(&python_there).is_ok() {
        return Ok(());
    }
    let python = python().context(
        "no python3 here has the modules ensurepip and venv: install the package python3-venv (elsewhere: a Python 3.10 or \
         later from python.org), or set COUNTERSIGN_PYTHON to a Python with the packages of xtask/pyhanko.txt",
    )?;
    quietly(python, &["-m", "venv", "--clear", &text(&folder)])?;
    let pip = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-input",
        "--disable-pip-version-check",
        "--only-binary=:all:",
    ];
    let pins = text(&pins);
    quietly(&text(&python_there), &[&pip[..], &["--constraint", &pins], &PYHANKO].concat())
        .context("pip could not install it")?;
    answers(&python_there)?;
    fs::write(&made_with, wanted).with_context(|| format!("can't write {}", made_with.display()))
}

/// Whether a Python has the pyHanko asked for.
fn answers(python: &Path) -> Result<()> {
    let [wanted, _] = PYHANKO;
    let version = wanted.split_once("==").map(|(_, version)| version).unwrap_or_default();
    let script = "import sys, importlib.metadata as m; sys.exit(m.version('pyhanko') != sys.argv[1])";
    ensure!(has(&text(python), &["-c", script, version]), "{} has no {wanted}", python.display());
    Ok(())
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

/// Corpora are not part of the project: their tests need a folder beside it.
fn corpora() -> Option<String> {
    let own = variable("COUNTERSIGN_CORPORA").filter(|own| !own.is_empty()).map(PathBuf::from);
    let folder = own.unwrap_or_else(|| root().join("../shared/corpora"));
    let missing: Vec<&str> = CORPORA.into_iter().filter(|name| !folder.join(name).is_dir()).collect();
    (!missing.is_empty()).then(|| {
        format!(
            "no corpora {} in {}: set COUNTERSIGN_CORPORA to their folder",
            missing.join(", "),
            folder.display()
        )
    })
}

/// Folders of the corpora that tests read.
const CORPORA: [&str; 1] = ["pki"];
