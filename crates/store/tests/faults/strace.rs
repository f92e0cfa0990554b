//! Every system call that writes, made to fail (EIO, ENOSPC) and never to return (SIGKILL), one at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use countersign_testkit::{missing, skip};

use crate::check;
use crate::driver::{self, STOPPED, Work};
use crate::scene::{self, Scene};

/// System calls that change a file, a folder or what is durable of them; those that this machine doesn't know are passed over.
const CALLS: &str = "?write,?writev,?pwrite64,?pwritev,?pwritev2,?fsync,?fdatasync,?sync_file_range,?syncfs,?sync,\
                     ?openat,?open,?creat,?rename,?renameat,?renameat2,?link,?linkat,?symlinkat,?unlink,?unlinkat,\
                     ?truncate,?ftruncate,?fallocate,?mkdir,?mkdirat,?rmdir,?copy_file_range,?fchmod,?fchown,?msync";

/// Sites found when this was last changed: fewer mean that the harness no longer sees them. More is well: raise it then.
const SITES_AT_LEAST: usize = 420;

/// What happens at a site; a full disk where acts are written, not where a home is made.
const FAULTS: [(&str, &str); 3] =
    [("errored", "error=EIO"), ("killed", "signal=SIGKILL"), ("full", "error=ENOSPC")];

/// A system call of the driver within its home: the how-manieth of its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Site {
    call: String,
    at: usize,
}

/// A home, and what is written to it.
struct Act<'a> {
    /// What the home is copied from; nothing for one that is made from nothing.
    home: Option<&'a Path>,
    work: Work<'a>,
}

pub(crate) fn every_site() {
    if !there() {
        return;
    }
    let folder = scene::folder();
    let acts = folder.path().join("acts");
    scene::write_acts(&acts, 256);
    // Of a home with 248 acts and a head in its record, the second batch makes its first tile and bundle full.
    let before = Scene(folder.path().join("before"));
    driver::finish(&before, Work { acts: &acts, from: 0, to: 248, batch: 248 });

    let plays = [
        Act { home: None, work: Work { acts: &acts, from: 0, to: 2, batch: 2 } },
        Act { home: Some(&before.0), work: Work { acts: &acts, from: 248, to: 254, batch: 3 } },
    ];
    let mut runs = Vec::new();
    let mut found = 0;
    for act in &plays {
        let sites = sites(act, folder.path());
        found += sites.len();
        let faults = &FAULTS[..if act.home.is_some() { 3 } else { 2 }];
        runs.extend(
            sites.iter().flat_map(|site| faults.iter().map(move |fault| (act, site.clone(), *fault))),
        );
    }

    let next = AtomicUsize::new(0);
    let counts: Mutex<BTreeMap<&str, usize>> = Mutex::default();
    let problems: Mutex<Vec<String>> = Mutex::default();
    thread::scope(|threads| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from).min(8) {
            threads.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some((act, site, fault)) = runs.get(number) else { break };
                    let place = folder.path().join(format!("run-{number}"));
                    match visit(act, site, *fault, &place) {
                        Ok(()) => {
                            let mut counts = counts.lock().unwrap();
                            *counts.entry(fault.0).or_default() += 1;
                            *counts.entry("fsck clean").or_default() += 1;
                        }
                        Err(problem) => {
                            let told = format!("{} {} {}: {problem}", site.call, site.at, fault.1);
                            problems.lock().unwrap().push(told);
                        }
                    }
                    let _ = fs::remove_dir_all(place);
                }
            });
        }
    });

    let counts = counts.into_inner().unwrap();
    let count = |what: &str| counts.get(what).copied().unwrap_or_default();
    println!(
        "sites found {found} / killed {} / errored {} / full {} / fsck clean {}",
        count("killed"),
        count("errored"),
        count("full"),
        count("fsck clean")
    );
    let problems = problems.into_inner().unwrap();
    assert!(problems.is_empty(), "{} of {}:\n{}", problems.len(), runs.len(), problems.join("\n"));
    for (what, _) in FAULTS {
        let wanted = runs.iter().filter(|(_, _, fault)| fault.0 == what).count();
        assert_eq!(count(what), wanted, "a site was not {what}");
    }
    assert!(found >= SITES_AT_LEAST, "{found} sites, there were {SITES_AT_LEAST}");
}

/// Whether strace is here and may trace.
fn there() -> bool {
    match Command::new("strace").args(["-o", "/dev/null", "true"]).output() {
        Err(_) => missing("strace is not installed"),
        Ok(output) if !output.status.success() => {
            skip(&format!("strace may not trace here: {}", String::from_utf8_lossy(&output.stderr).trim()));
        }
        Ok(_) => return true,
    }
    false
}

fn traced(trace: &Path, more: &[String]) -> Vec<String> {
    let mut words = ["strace", "-f", "-y", "-s", "0", "-e"].map(str::to_owned).to_vec();
    words.extend([format!("trace={CALLS}"), "-o".to_owned(), trace.display().to_string()]);
    words.extend_from_slice(more);
    words
}

fn stage(act: &Act<'_>, place: &Path) -> Scene {
    match act.home {
        Some(home) => scene::copy(home, place),
        None => fs::create_dir_all(place).unwrap(),
    }
    Scene(place.to_owned())
}

/// Runs a play without a fault, and reads from its trace where faults can be put.
fn sites(act: &Act<'_>, folder: &Path) -> Vec<Site> {
    let place = folder.join("traced");
    let scene = stage(act, &place);
    let trace = folder.join("trace");
    let output = driver::command(&traced(&trace, &[]), &scene, act.work).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(check::sound(&scene), Ok(act.work.to));
    durable(&fs::read_to_string(&trace).unwrap(), &scene);
    let mut counted: BTreeMap<String, usize> = BTreeMap::new();
    let mut sites = Vec::new();
    let mut processes = BTreeSet::new();
    for line in fs::read_to_string(&trace).unwrap().lines() {
        let Some((process, call)) = call(line) else { continue };
        processes.insert(process.to_owned());
        let at = counted.entry(call.to_owned()).or_default();
        *at += 1;
        if writes(line, call, &scene) {
            sites.push(Site { call: call.to_owned(), at: *at });
        }
    }
    assert_eq!(processes.len(), 1, "strace counts the calls of each thread: the driver must have one");
    fs::remove_dir_all(place).unwrap();
    sites
}

/// What a loss of power would leave, told from the order of the calls: nothing is acknowledged before the database's log is
/// synced, no file gets its name before its bytes are synced, and no act is acknowledged as published, nor anything forgotten,
/// while a name isn't synced.
fn durable(trace: &str, scene: &Scene) {
    let home = scene.home().display().to_string();
    // Written and not yet synced: files; and folders with names not yet synced.
    let (mut files, mut folders) = (BTreeSet::new(), BTreeSet::new());
    let (mut acknowledged, mut linked) = (0, 0);
    for line in trace.lines() {
        let Some((_, call)) = call(line) else { continue };
        let Some(done) = line.split_once(" = ").map(|(_, result)| !result.starts_with("-1")) else {
            continue;
        };
        if !done {
            continue;
        }
        let open =
            line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(path, _)| path.to_owned());
        let named: Vec<&str> = line.split('"').skip(1).step_by(2).collect();
        let folder = |path: &str| Path::new(path).parent().unwrap().display().to_string();
        match (call, open) {
            ("write" | "pwrite64" | "writev" | "pwritev" | "ftruncate", Some(path)) => {
                if path == scene.acknowledged().display().to_string() {
                    acknowledged += 1;
                    let unsynced = files.iter().find(|file: &&String| file.ends_with("-wal"));
                    assert_eq!(unsynced, None, "acknowledged before the database was synced: {line}");
                    assert!(folders.is_empty(), "acknowledged while names are not synced: {folders:?}");
                } else if path.starts_with(&home) && !path.ends_with("-shm") {
                    files.insert(path);
                }
            }
            ("fsync" | "fdatasync", Some(path)) => {
                files.remove(&path);
                folders.remove(&path);
            }
            ("syncfs" | "sync", _) => {
                files.clear();
                folders.clear();
            }
            ("link" | "linkat" | "rename" | "renameat" | "renameat2", _) => {
                let &[from, to] = named.as_slice() else { panic!("two names: {line}") };
                if to.starts_with(&home) {
                    linked += 1;
                    assert!(!files.contains(from), "named before it was synced: {line}");
                    folders.insert(folder(to));
                }
            }
            _ => {}
        }
    }
    assert!(acknowledged > 0 && linked > 0, "{acknowledged} acknowledged, {linked} named");
}

/// The process and the call of a line: `4711  pwrite64(7</…/countersign.db>, ""..., 4096, 0) = 4096`.
fn call(line: &str) -> Option<(&str, &str)> {
    let (process, rest) = line.split_once(' ')?;
    let (call, _) = rest.trim_start().split_once('(')?;
    call.chars().all(|c| c.is_ascii_alphanumeric() || c == '_').then_some((process, call))
}

/// Whether a call changes something in the home.
fn writes(line: &str, call: &str, scene: &Scene) -> bool {
    let creates = !call.starts_with("open") || line.contains("O_CREAT") || line.contains("O_TRUNC");
    creates && line.contains(&*scene.home().to_string_lossy())
}

/// One fault at one site; then the driver runs again without any, and all must be as it ought to be.
fn visit(act: &Act<'_>, site: &Site, fault: (&str, &str), place: &Path) -> Result<(), String> {
    let scene = stage(act, place);
    let trace = place.join("trace");
    let inject = format!("inject={}:{}:when={}", site.call, fault.1, site.at);
    let output =
        driver::command(&traced(&trace, &["-e".to_owned(), inject]), &scene, act.work).output().unwrap();
    let text = fs::read_to_string(&trace).unwrap_or_default();
    let killed = fault.0 == "killed";
    let visited = text.lines().any(|line| {
        let hit =
            if killed { line.contains("= ?") || !line.contains(" = ") } else { line.contains("(INJECTED)") };
        hit && call(line).is_some_and(|(_, call)| call == site.call && writes(line, call, &scene))
    });
    if !visited {
        return Err(format!("the site was not visited; the trace ends\n{}", tail(&text)));
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let code = output.status.code();
    let ended = killed || code == Some(0) || (code == Some(STOPPED.into()) && !said.trim().is_empty());
    if !ended {
        return Err(format!("the driver ended with {}: {said}", output.status));
    }
    let again = driver::drive(&scene, act.work);
    if !again.status.success() {
        return Err(format!(
            "it does not go on: {}\n  (before: {said})",
            String::from_utf8_lossy(&again.stderr)
        ));
    }
    match check::sound(&scene)? {
        acts if acts == act.work.to => Ok(()),
        acts => Err(format!("{acts} acts instead of {}", act.work.to)),
    }
}

fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(3)..].join("\n")
}
