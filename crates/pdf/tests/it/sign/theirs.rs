//! What is signed here, judged by other people's programs; and files that those made, signed here.

use super::bases::{self, Base};
use super::order::three;
use super::parties::{ALGORITHMS, NOW, World};
use super::signing::{levels, verified};
use countersign_pdf::Document;
use countersign_pdf::dss::{Evidence, add_validation_data};
use countersign_pdf::timestamp::timestamp;
use countersign_signature::Signer as _;
use countersign_testkit::{pyhanko, tool, tool_succeeds};
use std::fs;
use std::path::Path;

const LEVELS: [&str; 4] = ["b", "t", "lt", "lta"];

/// One signed file, and how many signatures and timestamps it has.
struct File {
    name: String,
    bytes: Vec<u8>,
    values: usize,
}

/// Every level on every kind of file, and with every algorithm; three signers in a row on every kind of file; an archive
/// stamped twice.
fn matrix(world: &World) -> Vec<File> {
    let mut files = Vec::new();
    let mut add = |name: String, bytes: Vec<u8>, values| files.push(File { name, bytes, values });
    let berg = world.berg();
    for base in bases::ALL {
        let name = base.name();
        for (level, bytes) in LEVELS.into_iter().zip(levels(world, &base.bytes(), &berg)) {
            add(format!("{name}-p256-{level}"), bytes, if level == "lta" { 2 } else { 1 });
        }
        let last = three(world, &base.bytes()).pop().unwrap();
        add(format!("{name}-three-b"), last, 3);
    }
    for (name, kind, algorithm) in ALGORITHMS.into_iter().skip(1) {
        let signer = world.signer(name, kind, algorithm);
        for (level, bytes) in LEVELS.into_iter().zip(levels(world, &Base::Streams.bytes(), &signer)) {
            add(format!("streams-{name}-{level}"), bytes, if level == "lta" { 2 } else { 1 });
        }
    }
    for base in [Base::Classic, Base::Streams] {
        let [.., lta] = levels(world, &base.bytes(), &berg);
        let data = world.evidence_at(&berg, NOW + 300);
        let evidence = [Evidence { field: "Timestamp1", data: &data }];
        let more = add_validation_data(&Document::read(&lta).unwrap(), &evidence).unwrap().to_bytes();
        let twice = timestamp(&Document::read(&more).unwrap(), None, &world.tsa.at(NOW + 360)).unwrap();
        add(format!("{}-twice-lta", base.name()), twice.to_bytes(), 3);
    }
    files
}

fn write(dir: &Path, files: &[File]) {
    for file in files {
        fs::write(dir.join(format!("{}.pdf", file.name)), &file.bytes).unwrap();
    }
}

#[test]
fn pyhanko_passes_every_level_on_every_kind_of_file_with_every_algorithm() {
    let dir = tempfile::tempdir().unwrap();
    let world = World::new();
    // pyHanko's settings for AdES don't take hybrid files, whoever signed them.
    let files: Vec<File> =
        matrix(&world).into_iter().filter(|file| !file.name.starts_with("hybrid")).collect();
    write(dir.path(), &files);
    fs::write(dir.path().join("root.pem"), world.root.certificate().to_pem()).unwrap();
    for (number, list) in world.evidence(&world.berg()).crls.iter().enumerate() {
        fs::write(dir.path().join(format!("{number}.crl")), list).unwrap();
    }
    let folder = dir.path().to_string_lossy();
    let at = (NOW + 3_600).to_string();
    let script = include_str!("../../foreign/verify.py");
    let Some(output) = pyhanko::run(script, &[&folder, &at], b"") else { return };
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    for file in &files {
        let name = format!("{}.pdf ", file.name);
        let lines: Vec<&str> = said.lines().filter(|line| line.starts_with(&name)).collect();
        assert_eq!(lines.len(), file.values, "{name}{said}");
        for (number, line) in (1..).zip(&lines) {
            assert!(line.contains(" ades=PASSED ") || line.ends_with(" timestamp"), "{line}");
            let last = number == lines.len();
            let ends_here = last && !file.name.ends_with("-lt");
            let coverage = if ends_here { "ENTIRE_FILE" } else { "ENTIRE_REVISION" };
            let changes = if ends_here {
                "NONE"
            } else if file.name.contains("three") {
                "FORM_FILLING"
            } else {
                "LTA_UPDATES"
            };
            assert!(line.contains(&format!("coverage={coverage} changes={changes} ")), "{line}");
        }
    }
}

#[test]
fn qpdf_has_no_complaint() {
    let dir = tempfile::tempdir().unwrap();
    let files = matrix(&World::new());
    write(dir.path(), &files);
    for file in &files {
        let name = format!("{}.pdf", file.name);
        let Some(said) = tool_succeeds("qpdf", dir.path(), &["--check", &name]) else { return };
        assert!(said.contains("No syntax or stream encoding errors found"), "{said}");
        assert!(!said.to_lowercase().contains("warning"), "{said}");
    }
}

#[test]
fn poppler_finds_every_signature_whole() {
    let dir = tempfile::tempdir().unwrap();
    let files = matrix(&World::new());
    write(dir.path(), &files);
    for file in &files {
        let name = format!("{}.pdf", file.name);
        // It knows neither Ed25519 nor timestamps of documents.
        if file.name.contains("ed25519") {
            continue;
        }
        let Some(output) = tool("pdfsig", dir.path(), &["-nocert", &name]) else { return };
        let said = String::from_utf8_lossy(&output.stdout);
        let signatures = said.matches("ETSI.CAdES.detached").count();
        assert_eq!(signatures, if file.name.contains("three") { 3 } else { 1 }, "{said}");
        assert_eq!(said.matches("Signature is Valid.").count(), signatures, "{name}: {said}");
        let is_whole = said.contains("Total document signed");
        assert_eq!(is_whole, !file.name.ends_with("-lt"), "{name}: {said}");
    }
}

#[test]
fn files_that_others_made_are_signed_at_every_level() {
    let dir = tempfile::tempdir().unwrap();
    let world = World::new();
    let berg = world.berg();
    fs::write(dir.path().join("plain.pdf"), Base::Turned.bytes()).unwrap();
    for (name, program, arguments) in [
        ("linearized", "qpdf", &["--linearize", "plain.pdf"][..]),
        ("packed", "qpdf", &["--object-streams=generate", "--compress-streams=y", "plain.pdf"]),
        ("packed and linearized", "qpdf", &["--object-streams=generate", "--linearize", "plain.pdf"]),
        ("unpacked", "qpdf", &["--qdf", "--object-streams=disable", "plain.pdf"]),
        ("2.0", "qpdf", &["--force-version=2.0", "--deterministic-id", "plain.pdf"]),
        ("cairo", "pdftocairo", &["-pdf", "plain.pdf"]),
    ] {
        let Some(_) = tool_succeeds(program, dir.path(), &[arguments, &["made.pdf"]].concat()) else {
            return;
        };
        let made = fs::read(dir.path().join("made.pdf")).unwrap();
        let signed = [levels(&world, &made, &berg).to_vec(), three(&world, &made)].concat();
        for file in signed {
            assert!(file.starts_with(&made), "{name}");
            assert!(!verified(&file).is_empty(), "{name}");
            fs::write(dir.path().join("signed.pdf"), &file).unwrap();
            let said = tool_succeeds("qpdf", dir.path(), &["--check", "signed.pdf"]).unwrap();
            assert!(!said.to_lowercase().contains("warning"), "{name}: {said}");
            let output = tool("pdfsig", dir.path(), &["-nocert", "signed.pdf"]);
            let Some(output) = output else { continue };
            let said = String::from_utf8_lossy(&output.stdout);
            assert_eq!(said.matches("Signature is Valid.").count(), verified(&file).len(), "{name}: {said}");
        }
    }
}
