//! Other tools on what is written here, and this reader on what they write.

use super::sample;
use crate::bundle::{read, readme, write};
use countersign_signature::timestamp::{MessageImprint, StampFacts, TimestampRequest, grant};
use countersign_signature::{DigestAlgorithm, Signer as _, signature_value};
use countersign_testkit::Pki;
use countersign_testkit::openssl::openssl;
use std::fs;
use std::io::{Cursor, Read as _, Write as _};
use std::process::Command;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Every file of a zip, as the `zip` crate reads it.
fn files(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|at| {
            let mut file = archive.by_index(at).unwrap();
            let mut content = Vec::new();
            file.read_to_end(&mut content).unwrap();
            (file.name().unwrap().into_owned(), content)
        })
        .collect()
}

#[test]
fn another_reader_of_zips_sees_the_same_files() {
    let bytes = write(&sample()).unwrap();
    let files = files(&bytes);
    assert_eq!(files.len(), 2 + 4 + 3 + 2 + 4);
    for act in &sample().acts {
        let name = format!("acts/{:04}-{}.json", act.number, act.id.hex());
        assert!(files.contains(&(name, act.json.clone())));
    }
    let readme = readme(&sample()).into_bytes();
    assert!(files.contains(&("README.txt".into(), readme)));
}

#[test]
fn what_another_writer_of_zips_packs_is_read() {
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(method);
        for (name, content) in files(&write(&sample()).unwrap()) {
            zip.start_file(name, options).unwrap();
            zip.write_all(&content).unwrap();
        }
        assert_eq!(read(&zip.finish().unwrap().into_inner()), Ok(sample()));
    }
}

/// Commands of README.txt that the next test does not run: the folder is unpacked already, the timestamp of the sample is
/// none.
const NOT_HERE: [&str; 4] = ["unzip ", "cd ", "countersign ", "for f in acts/*.tsr"];

/// The commands in README.txt, run as they stand there.
#[test]
fn the_readme_verifies_the_bundle_without_this_program() {
    let dir = tempfile::tempdir().unwrap();
    if openssl(dir.path(), &["version"]).is_none() {
        return;
    }
    for (name, content) in files(&write(&sample()).unwrap()) {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let readme = fs::read_to_string(dir.path().join("README.txt")).unwrap();
    assert!(readme.is_ascii());
    let commands: Vec<&str> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("    "))
        .filter(|line| !NOT_HERE.iter().any(|other| line.starts_with(other)))
        .collect();
    assert_eq!(commands.len(), 4);
    let mut said = String::new();
    for command in &commands {
        let output = Command::new("sh").arg("-c").arg(command).current_dir(dir.path()).output().unwrap();
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{command}\n{out}{err}");
        said.push_str(&out);
        said.push_str(&err);
    }
    // Two acts and two documents unaltered, two signatures, one fingerprint.
    assert_eq!(said.matches(": OK\n").count(), 4, "{said}");
    assert_eq!(said.matches("CMS Verification successful").count(), 2, "{said}");
    assert_eq!(said.matches("sha256 Fingerprint=").count(), 1, "{said}");
}

/// The same commands find what was changed.
#[test]
fn the_readme_finds_an_altered_act() {
    let dir = tempfile::tempdir().unwrap();
    if openssl(dir.path(), &["version"]).is_none() {
        return;
    }
    let altered = format!("acts/0001-{}.json", sample().acts[0].id.hex());
    for (name, mut content) in files(&write(&sample()).unwrap()) {
        let path = dir.path().join(&name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        if name == altered {
            content[2] ^= 1;
        }
        fs::write(path, content).unwrap();
    }
    let readme = fs::read_to_string(dir.path().join("README.txt")).unwrap();
    let digests = readme.lines().find(|line| line.ends_with("sha256sum -c")).unwrap();
    let output = Command::new("sh").arg("-c").arg(digests).current_dir(dir.path()).output().unwrap();
    assert!(!output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stdout).matches(": FAILED\n").count(), 1);
}

#[test]
fn the_readme_verifies_timestamps_without_this_program() {
    let dir = tempfile::tempdir().unwrap();
    let pki = Pki::new("readme");
    let root = pki.authority("root", "CN=Clockwork CA");
    let tsa = pki.timestamp_authority("tsa", "CN=Clockwork", &root);
    let mut bundle = sample();
    for act in &mut bundle.acts {
        let value = signature_value(&act.p7s).unwrap();
        let request = TimestampRequest::new(MessageImprint::of(DigestAlgorithm::Sha256, &[&value]), [1; 8]);
        let policy = "1.3.6.1.4.1.32473.1".parse().unwrap();
        act.tsr = Some(
            grant(&request, &StampFacts { at: 1_777_000_100, serial: 1, policy, accuracy: 1 }, &tsa).unwrap(),
        );
    }
    for (name, content) in files(&write(&bundle).unwrap()) {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    fs::write(dir.path().join("AUTHORITIES.pem"), root.certificate().to_pem()).unwrap();
    let readme = fs::read_to_string(dir.path().join("README.txt")).unwrap();
    let command =
        readme.lines().find_map(|line| line.strip_prefix("    ").filter(|line| line.contains("*.tsr")));
    if openssl(dir.path(), &["version"]).is_none() {
        return;
    }
    let output = Command::new("sh").args(["-c", command.unwrap()]).current_dir(dir.path()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(
        said.matches("Verification: OK").count(),
        2,
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
