//! A mirror killed, or told that the disk is at fault, at every system call that changes its copy, one at a time; then it is
//! run again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use countersign_testkit::{missing, skip};
use tempfile::TempDir;

use crate::log::{Key, entries, log, publish, tree};
use crate::text;

/// System calls that change a file, a folder or what is durable of them; those that this machine doesn't know are passed over.
const CALLS: &str = "?write,?writev,?pwrite64,?fsync,?fdatasync,?syncfs,?openat,?open,?creat,?rename,?renameat,?renameat2,\
                     ?link,?linkat,?unlink,?unlinkat,?truncate,?ftruncate,?fallocate,?mkdir,?mkdirat,?rmdir,?copy_file_range,\
                     ?fchmod";

/// Sites found when this was last changed: fewer mean that they are no longer seen. More is well: raise it then.
const SITES_AT_LEAST: usize = 110;

/// Entries of the log, and of the copy before; none: it isn't there yet. The second fills partial tiles and bundles up, and
/// removes them.
const PLAYS: [(u64, u64); 2] = [(300, 0), (280, 250)];

/// What happens at a site.
const FAULTS: [&str; 2] = ["signal=SIGKILL", "error=EIO"];

/// The how-manieth call of its name.
type Site = (String, usize);

#[test]
fn a_mirror_killed_at_any_call_that_writes_goes_on_and_fsck_is_clean() {
    match Command::new("strace").args(["-o", "/dev/null", "true"]).output() {
        Err(_) => return missing("strace is not installed"),
        Ok(output) if !output.status.success() => {
            return skip(&format!("strace may not trace here: {}", text(&output.stderr).trim()));
        }
        Ok(_) => {}
    }
    let temporary = TempDir::new().unwrap();
    let dir = temporary.path();
    let (mut runs, mut found) = (Vec::new(), 0);
    for (at, (size, before)) in PLAYS.into_iter().enumerate() {
        publish(&dir.join(format!("log-{at}")), &entries(size, 0, "common"), false);
        if before > 0 {
            publish(&dir.join(format!("before-{at}")), &entries(before, 0, "common"), false);
        }
        let sites = sites(dir, at);
        found += sites.len();
        runs.extend(sites.into_iter().flat_map(|site| FAULTS.map(|fault| (at, site.clone(), fault))));
    }
    let (next, counts, problems) = (AtomicUsize::new(0), Mutex::new([0; 3]), Mutex::new(Vec::new()));
    std::thread::scope(|threads| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from).min(8) {
            threads.spawn(|| {
                while let Some((play, site, fault)) = runs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match visit(dir, *play, site, fault) {
                        Ok(()) => {
                            let mut counts = counts.lock().unwrap();
                            counts[FAULTS.iter().position(|known| known == fault).unwrap()] += 1;
                            counts[2] += 1;
                        }
                        Err(why) => problems.lock().unwrap().push(format!("{site:?} {fault}: {why}")),
                    }
                }
            });
        }
    });
    let [killed, errored, clean] = counts.into_inner().unwrap();
    println!("sites found {found} / killed {killed} / errored {errored} / fsck clean {clean}");
    let problems = problems.into_inner().unwrap();
    assert!(problems.is_empty(), "{} of {}:\n{}", problems.len(), runs.len(), problems.join("\n"));
    assert_eq!((killed, errored, clean), (found, found, 2 * found), "a site was not visited");
    assert!(found >= SITES_AT_LEAST, "{found} sites, there were {SITES_AT_LEAST}");
}

/// The copy as it was before, under a name.
fn stage(dir: &Path, play: usize, copy: &str) {
    let before = dir.join(format!("before-{play}"));
    if before.exists() {
        let copied = Command::new("cp").arg("-r").arg(before).arg(dir.join(copy)).status().unwrap();
        assert!(copied.success());
    }
}

/// The mirror under strace; the calls go into a file beside the copy.
fn traced(dir: &Path, play: usize, copy: &str, more: &[&str]) -> (Output, String) {
    let trace = dir.join(format!("{copy}.trace"));
    let output = Command::new("strace")
        .current_dir(dir)
        .args(["-f", "-y", "-s", "0", "-e", &format!("trace={CALLS}"), "-o"])
        .arg(&trace)
        .args(more)
        .arg(env!("CARGO_BIN_EXE_countersign"))
        .args(["log", "mirror", &format!("log-{play}"), copy, "--key", &Key::log().0.to_string()])
        .env_remove("RUST_BACKTRACE")
        .output()
        .unwrap();
    (output, fs::read_to_string(trace).unwrap_or_default())
}

/// Runs without a fault, and reads from the trace where faults can be put.
fn sites(dir: &Path, play: usize) -> Vec<Site> {
    let copy = format!("traced-{play}");
    stage(dir, play, &copy);
    let (output, trace) = traced(dir, play, &copy, &[]);
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    assert_eq!(tree(&dir.join(&copy)), tree(&dir.join(format!("log-{play}"))));
    let (mut counted, mut sites, mut processes) = (BTreeMap::new(), Vec::new(), BTreeSet::new());
    for line in trace.lines() {
        let Some((process, name)) = call(line) else { continue };
        processes.insert(process);
        let at: &mut usize = counted.entry(name).or_default();
        *at += 1;
        if writes(line, name, &copy) {
            sites.push((name.to_owned(), *at));
        }
    }
    assert_eq!(
        processes.len(),
        1,
        "strace counts the calls of each thread: so few files must be read by one"
    );
    sites
}

/// The process and the call of a line: `4711  write(7</…/copy/.new/4711-1>, ""..., 4096) = 4096`.
fn call(line: &str) -> Option<(&str, &str)> {
    let (process, rest) = line.split_once(' ')?;
    let (name, _) = rest.trim_start().split_once('(')?;
    name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_').then_some((process, name))
}

/// Whether a call changes something in the copy.
fn writes(line: &str, name: &str, copy: &str) -> bool {
    let creates = !name.starts_with("open") || line.contains("O_CREAT") || line.contains("O_TRUNC");
    creates && (line.contains(&format!("/{copy}")) || line.contains(&format!("\"{copy}")))
}

/// One fault at one site; then it runs again without any, and the copy must be the log.
fn visit(dir: &Path, play: usize, (name, at): &Site, fault: &str) -> Result<(), String> {
    let kind = if fault.starts_with("signal") { "killed" } else { "errored" };
    let copy = format!("copy-{play}-{name}-{at}-{kind}");
    stage(dir, play, &copy);
    let before = tree_of(dir, &copy).remove("checkpoint");
    let (output, trace) = traced(dir, play, &copy, &["-e", &format!("inject={name}:{fault}:when={at}")]);
    let hit = |line: &str| match kind {
        "killed" => line.contains("= ?") || !line.contains(" = "),
        _ => line.contains("(INJECTED)"),
    };
    if !trace
        .lines()
        .any(|line| hit(line) && call(line).is_some_and(|(_, of)| of == name && writes(line, of, &copy)))
    {
        return Err(format!("not visited: {trace}"));
    }
    let said = text(&output.stderr);
    if kind == "errored"
        && !(output.status.success() || (output.status.code() == Some(2) && said.contains("error:")))
    {
        return Err(format!("{}: {said}", output.status));
    }
    // Whatever checkpoint is there now, the old or the new one, all of its files are.
    let after = tree_of(dir, &copy).remove("checkpoint");
    if after != before || before.is_some() {
        sound(dir, &copy)?;
    }
    let again = log(dir, &["mirror", &format!("log-{play}"), &copy]);
    if !again.status.success() {
        return Err(format!("does not go on: {}{}", text(&again.stdout), text(&again.stderr)));
    }
    sound(dir, &copy)?;
    let (own, log) = (tree_of(dir, &copy), tree_of(dir, &format!("log-{play}")));
    // Partial tiles whose full ones are here, where tidying was cut short, go with the next growth.
    let tidied = |name: &str| name.split_once(".p/").is_some_and(|(full, _)| own.contains_key(full));
    let own: BTreeMap<_, _> = own.iter().filter(|(name, _)| !tidied(name)).collect();
    if own != log.iter().collect() {
        return Err("the copy is not the log".to_owned());
    }
    let _ = fs::remove_dir_all(dir.join(copy));
    Ok(())
}

fn tree_of(dir: &Path, copy: &str) -> BTreeMap<String, Vec<u8>> {
    let copy = dir.join(copy);
    if copy.exists() { tree(&copy) } else { BTreeMap::new() }
}

fn sound(dir: &Path, copy: &str) -> Result<(), String> {
    let output = log(dir, &["fsck", copy]);
    if output.status.success() {
        Ok(())
    } else {
        Err(format!("fsck: {}{}", text(&output.stdout), text(&output.stderr)))
    }
}
