//! Holds the dependency arrows, the purity of pure crates, and the habits of the manifest files.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the workspace's root")
}

fn metadata() -> Metadata {
    MetadataCommand::new().manifest_path(root().join("Cargo.toml")).exec().expect("cargo metadata")
}

/// Which of our crates each may depend on (ARCHITECTURE.md, *Arrows*).
const ARROWS: &[(&str, &[&str])] = &[
    ("authority", &[]),
    ("notation", &["authority"]),
    ("agreement", &["authority"]),
    ("signature", &[]),
    ("pdf", &["signature"]),
    ("tlog", &[]),
    ("store", &["authority", "agreement", "signature", "tlog"]),
    ("peer", &["tlog", "store"]),
    ("keys", &["signature", "tlog"]),
    ("timestamp", &["signature"]),
    ("verify", &["authority", "notation", "agreement", "signature", "pdf", "tlog"]),
    ("testkit", &["signature", "keys"]),
    (
        "cli",
        &[
            "authority",
            "notation",
            "agreement",
            "signature",
            "pdf",
            "tlog",
            "keys",
            "timestamp",
            "verify",
            "store",
            "peer",
        ],
    ),
];

const PURE: &[&str] = &["authority", "notation", "agreement", "signature", "pdf", "tlog", "verify"];

#[test]
fn dependencies_point_one_way() {
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let mut seen = BTreeSet::new();
    for package in metadata().workspace_packages() {
        let Some(name) = package.name.strip_prefix("countersign-") else { continue };
        seen.insert(name.to_owned());
        let may =
            allowed.get(name).unwrap_or_else(|| panic!("crate {name} has no line in the table of arrows"));
        for dependency in package.dependencies.iter().filter(|d| d.kind == DependencyKind::Normal) {
            if let Some(on) = dependency.name.strip_prefix("countersign-") {
                assert!(may.contains(&on), "{name} may not depend on {on}");
            }
        }
    }
    let named: BTreeSet<String> = ARROWS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(seen, named, "the table of arrows names every crate and no other");
}

#[test]
fn authority_has_no_dependency_and_no_std() {
    let metadata = metadata();
    let authority =
        metadata.packages.iter().find(|p| *p.name == *"countersign-authority").expect("authority");
    let normal: Vec<_> = authority.dependencies.iter().filter(|d| d.kind == DependencyKind::Normal).collect();
    assert!(normal.is_empty(), "authority depends on {normal:?}");
    let lib = fs::read_to_string(root().join("crates/authority/src/lib.rs")).expect("lib.rs");
    assert!(lib.contains("#![no_std]"));
}

#[test]
fn pure_crates_touch_no_clock_file_net_or_randomness() {
    let banned = [
        "std::fs",
        "std::net",
        "std::process",
        "std::env",
        "SystemTime",
        "std::time::Instant",
        "Timestamp::now",
        "Zoned::now",
        "getrandom::",
        "rand::",
        "OsRng",
        "thread_rng",
    ];
    for name in PURE {
        for file in sources(&root().join("crates").join(name).join("src")) {
            if file.components().any(|part| part.as_os_str() == "tests") || file.ends_with("tests.rs") {
                continue;
            }
            let text = fs::read_to_string(&file).expect("a source file");
            for word in banned {
                assert!(!text.contains(word), "{} mentions {word}", file.display());
            }
        }
    }
}

#[test]
fn pure_crates_depend_on_no_io() {
    let metadata = metadata();
    for name in PURE {
        let package =
            metadata.packages.iter().find(|p| *p.name == *format!("countersign-{name}")).expect("a crate");
        for dependency in package.dependencies.iter().filter(|d| d.kind == DependencyKind::Normal) {
            for banned in ["rand", "getrandom", "tokio", "mio", "reqwest", "ureq", "dirs", "tempfile"] {
                assert_ne!(dependency.name, banned, "{name} depends on {banned}");
            }
        }
    }
}

#[test]
fn every_dependency_says_why_it_is_there() {
    for folder in ["crates", "xtask"] {
        for manifest in manifests(&root().join(folder)) {
            let text = fs::read_to_string(&manifest).expect("a manifest");
            let mut in_dependencies = false;
            let mut commented = false;
            for line in text.lines() {
                if line.starts_with('[') {
                    in_dependencies = line.contains("dependencies]");
                    commented = false;
                } else if line.trim().is_empty() {
                    commented = false;
                } else if line.starts_with('#') {
                    commented = true;
                } else if in_dependencies {
                    let own = line.contains('#');
                    assert!(commented || own, "{}: no comment says why: {line}", manifest.display());
                }
            }
        }
    }
}

#[test]
fn the_lock_file_stays_under_five_hundred_packages() {
    // Each package is somebody else's code in a product that people stake deals on.
    let lock = fs::read_to_string(root().join("Cargo.lock")).expect("Cargo.lock");
    let packages = lock.lines().filter(|line| *line == "[[package]]").count();
    assert!(packages <= 500, "{packages} packages");
    println!("{packages} packages");
}

#[test]
fn files_stay_readable() {
    for file in sources(&root().join("crates")).into_iter().chain(sources(&root().join("xtask/src"))) {
        let inside =
            file.components().any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "benches")));
        let lines = fs::read_to_string(&file).expect("a source file").lines().count();
        assert!(inside || lines <= 600, "{} has {lines} lines", file.display());
    }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    walk(folder, &|path| path.extension().is_some_and(|extension| extension == "rs"))
}

fn manifests(folder: &Path) -> Vec<PathBuf> {
    walk(folder, &|path| path.file_name().is_some_and(|name| name == "Cargo.toml"))
}

fn walk(folder: &Path, wanted: &dyn Fn(&Path) -> bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(walk(&path, wanted));
        } else if wanted(&path) {
            found.push(path);
        }
    }
    found.sort();
    found
}
