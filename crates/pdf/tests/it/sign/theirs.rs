//! What is signed here, judged by other people's programs.

use super::bases::{self, Base};
use super::parties::{ALGORITHMS, NOW, World};
use super::signing::levels;
use countersign_signature::Signer as _;
use countersign_testkit::{pyhanko, tool};
use std::fs;
use std::path::Path;

const LEVELS: [&str; 4] = ["b", "t", "lt", "lta"];

/// Every level, on every kind of file and with every algorithm.
fn write_matrix(world: &World, dir: &Path) -> Vec<String> {
    let mut names = Vec::new();
    let mut write = |name: String, bytes: &[u8]| {
        fs::write(dir.join(format!("{name}.pdf")), bytes).unwrap();
        names.push(name);
    };
    let berg = world.berg();
    for base in bases::ALL {
        for (level, file) in LEVELS.into_iter().zip(levels(world, &base.bytes(), &berg)) {
            write(format!("{}-p256-{level}", base.name()), &file);
        }
    }
    for (name, kind, algorithm) in ALGORITHMS.into_iter().skip(1) {
        let signer = world.signer(name, kind, algorithm);
        for (level, file) in LEVELS.into_iter().zip(levels(world, &Base::Streams.bytes(), &signer)) {
            write(format!("streams-{name}-{level}"), &file);
        }
    }
    fs::write(dir.join("root.pem"), world.root.certificate().to_pem()).unwrap();
    let evidence = world.evidence(&berg);
    for (number, list) in evidence.crls.iter().enumerate() {
        fs::write(dir.join(format!("{number}.crl")), list).unwrap();
    }
    names
}

#[test]
fn pyhanko_passes_every_level_on_every_kind_of_file_with_every_algorithm() {
    let dir = tempfile::Builder::new().disable_cleanup(true).prefix("pw").tempdir().unwrap();
    let world = World::new();
    let names = write_matrix(&world, dir.path());
    let (folder, at) = (dir.path().to_string_lossy(), (NOW + 3_600).to_string());
    let script = include_str!("../../foreign/verify.py");
    let Some(output) = pyhanko::run(script, &[&folder, &at], b"") else { return };
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    println!("{said}");
    let _ = (names, tool);
}
