//! Signing and verifying PDFs, ours beside pyHanko and pdf_signer, and beside the raw operations of the key.

pub mod files;
mod peers;

use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant as Clock};

use anyhow::{Context, Result, ensure};
use countersign_keys::{Kind, SoftwareKey};
use countersign_pdf::Verdict;
use countersign_signature::Signer as _;
use countersign_signature::ades::Indication;

use crate::estimates::Row;
use files::{LARGE, SMALL, World, pdf};

/// Keys by the names they have here.
const KEYS: [(&str, Kind); 2] = [("p256", Kind::P256), ("rsa2048", Kind::Rsa2048)];

/// How many signatures are checked when a file at B-B is verified: the signer's, those on two certificates of the chain and
/// on two lists.
const CHECKS: f64 = 5.0;

/// One file at both levels, with what its makers and readers need.
struct Case {
    world: World,
    plain: Vec<u8>,
    signed: Vec<u8>,
    archived: Vec<u8>,
}

impl Case {
    fn new(kind: Kind, length: usize) -> Result<Self> {
        let world = World::new(kind)?;
        let plain = pdf(length);
        let signed = [plain.as_slice(), &world.sign(&plain)?].concat();
        let archived = world.archive(&plain)?;
        let case = Self { world, plain, signed, archived };
        case.passes(&case.signed)?;
        case.passes(&case.archived)?;
        Ok(case)
    }

    /// Verifies a file and sees to it that everything in it holds.
    fn passes(&self, file: &[u8]) -> Result<()> {
        let report = self.world.verify(file)?;
        for one in &report.signatures {
            match &one.verdict {
                Verdict::Signature(found) => {
                    ensure!(found.indication() == Indication::TotalPassed, "{}: {found:?}", one.field);
                }
                Verdict::Timestamp(found) => {
                    ensure!(
                        found.conclusion.indication() == Indication::TotalPassed,
                        "{}: {found:?}",
                        one.field
                    );
                }
            }
        }
        ensure!(!report.signatures.is_empty(), "no signature");
        Ok(())
    }
}

/// Milliseconds: the median of as many runs as a second holds, five at least, after one that warms up.
fn median(mut run: impl FnMut() -> Result<()>) -> Result<f64> {
    run()?;
    let (mut times, start) = (Vec::new(), Clock::now());
    while times.len() < 5 || start.elapsed() < Duration::from_secs(1) {
        let one = Clock::now();
        run()?;
        times.push(one.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}

/// All rows of this page.
pub fn rows() -> Result<Vec<Row>> {
    let dir = tempdir()?;
    let mut rows = Vec::new();
    for (name, kind) in KEYS {
        World::new(kind)?.write(&dir, name)?;
    }
    std::fs::write(dir.join("small.pdf"), pdf(SMALL))?;
    std::fs::write(dir.join("large.pdf"), pdf(LARGE))?;
    let pyhanko = peers::pyhanko(&dir)?;
    for (name, kind) in KEYS {
        let raw = raw(kind)?;
        for (size, length) in [("small", SMALL), ("large", LARGE)] {
            let case = Case::new(kind, length)?;
            let world = &case.world;
            let timed = [
                ("sign", "b", median(|| world.sign(&case.plain).map(|added| drop(black_box(added))))?),
                ("verify", "b", median(|| case.passes(black_box(&case.signed)))?),
                ("sign", "lta", median(|| world.archive(&case.plain).map(|file| drop(black_box(file))))?),
                ("verify", "lta", median(|| case.passes(black_box(&case.archived)))?),
            ];
            for (what, level, ours) in timed {
                let theirs =
                    pyhanko.as_ref().map(|found| found.time(&format!("{what} {name} {size} {level}")));
                let row = Row::ours(
                    &format!("PAdES: {what}, {name}, {size} PDF, B-{}", level.to_uppercase()),
                    ours,
                    "ms",
                    None,
                );
                let wanted = match (what, name) {
                    ("sign", "p256") => Some(60.0),
                    ("verify", _) => Some(20.0),
                    _ => None,
                };
                let wanted = wanted.filter(|_| size == "small" && level == "b");
                rows.push(match (theirs.transpose()?, &pyhanko) {
                    (Some(theirs), Some(found)) => row.beside(&found.engine, theirs, wanted),
                    _ => row,
                });
                if size == "small" && level == "b" {
                    let limit = if what == "sign" { raw.sign } else { raw.verify };
                    let words =
                        format!("PAdES: {what}, {name}, small PDF, B-B, in raw operations of the keys");
                    rows.push(Row::ours(&words, ours / limit, "×", Some(3.0)));
                }
            }
        }
    }
    rows.extend(peers::pdf_signer(&dir)?);
    rows.extend(memory()?);
    std::fs::remove_dir_all(&dir)?;
    Ok(rows)
}

/// Milliseconds of the bare operations: one signature; the checks that verifying a file at B-B takes.
struct Raw {
    sign: f64,
    verify: f64,
}

fn raw(kind: Kind) -> Result<Raw> {
    let world = World::new(kind)?;
    let message = [7_u8; 100];
    let (signer, root) = (&world.signer, &world.root);
    let sign = median(|| Ok(drop(black_box(signer.sign(black_box(&message))?))))?;
    // The signer's own check, and the authorities', which have P-256.
    let verify = check(signer)? + (CHECKS - 1.0) * check(root)?;
    Ok(Raw { sign, verify })
}

fn check(key: &SoftwareKey) -> Result<f64> {
    let message = [7_u8; 100];
    let signature = key.sign(&message)?;
    let public = key.certificate().public_key().map_err(|error| anyhow::anyhow!("{error}"))?;
    median(|| {
        ensure!(black_box(public.verifies(key.algorithm(), &message, &signature)), "the key signed this");
        Ok(())
    })
}

/// Peak memory with a file of 50 MB, in a process of its own: the file itself is one of them.
fn memory() -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    // Once the file itself; for an archive once more what is made of it.
    for (verb, limit) in [("sign", 1.5), ("archive", 2.5), ("verify", 1.5)] {
        let output = Command::new(std::env::current_exe()?).args(["pades", verb]).output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let mib: f64 = String::from_utf8(output.stdout)?.trim().parse()?;
        let words = format!("PAdES: peak memory, {verb}, 50 MB PDF");
        rows.push(Row::ours(&words, mib, "MiB", Some(limit * LARGE as f64 / f64::from(1 << 20))));
    }
    Ok(rows)
}

/// One operation on a large file, then the most memory that this process has had.
pub fn child(verb: &str) -> Result<()> {
    let dir = tempdir()?;
    let path = dir.join("large.pdf");
    let world = World::new(Kind::P256)?;
    {
        // Made in a process of its own, whose memory doesn't count here.
        let made =
            Command::new(std::env::current_exe()?).args(["pades", "make"]).arg(&path).arg(verb).status()?;
        ensure!(made.success(), "the file is made");
    }
    let file = std::fs::read(&path)?;
    match verb {
        "sign" => drop(black_box(world.sign(&file)?)),
        "archive" => drop(black_box(world.archive(&file)?)),
        _ => drop(black_box(world.verify(&file)?)),
    }
    println!("{}", peak_mib()?);
    std::fs::remove_dir_all(&dir)?;
    Ok(())
}

/// Writes the file that a child works on.
pub fn make(path: &str, verb: &str) -> Result<()> {
    let world = World::new(Kind::P256)?;
    let plain = pdf(LARGE);
    let file = if verb == "verify" { world.archive(&plain)? } else { plain };
    Ok(std::fs::write(path, file)?)
}

fn peak_mib() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("VmHWM")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse::<u64>()? / 1_024)
}

fn tempdir() -> Result<std::path::PathBuf> {
    let dir = std::env::temp_dir().join(format!("countersign-bench-pades-{}", std::process::id()));
    std::fs::create_dir_all(&dir)?;
    Ok(dir)
}
