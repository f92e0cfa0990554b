//! What openssl says of signatures at each level, with each kind of key.

use super::world::*;
use countersign_keys::Kind;
use countersign_signature::{Signer as _, sign_detached};
use countersign_testkit::Pki;
use countersign_testkit::openssl::openssl;
use std::fs;
use std::path::Path;

fn verify(dir: &Path, p7s: &[u8], root: &str) -> Option<(bool, String)> {
    fs::write(dir.join("act"), CONTENT).unwrap();
    fs::write(dir.join("act.p7s"), p7s).unwrap();
    fs::write(dir.join("root.pem"), root).unwrap();
    let moment = SOON.to_string();
    let arguments = [
        "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", "act.p7s", "-content", "act",
        "-CAfile", "root.pem", "-attime", &moment,
    ];
    let output = openssl(dir, &arguments)?;
    Some((output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned()))
}

#[test]
fn openssl_verifies_our_signatures_with_each_kind_of_key_as_cades() {
    let dir = tempfile::tempdir().unwrap();
    for (kind, word) in Kind::ALL {
        let pki = Pki::new("ades-openssl").of(kind);
        let house = pki.authority("house", "CN=House CA,O=Ruritania");
        let dahl = pki.person("dahl", "CN=C. Dahl,O=Ruritania", &house);
        let p7s = sign_detached(CONTENT, &dahl, SIGNED).unwrap();
        let Some((verified, said)) = verify(dir.path(), &p7s, &house.certificate().to_pem()) else { return };
        if kind == Kind::Ed25519 && !verified {
            // openssl before 3.2 has no Ed25519 in CMS.
            assert!(said.contains("eddsa"), "{said}");
            continue;
        }
        assert!(verified && said.contains("CAdES Verification successful"), "{word}: {said}");
    }
}

#[test]
fn openssl_verifies_our_signatures_at_each_level_as_cades() {
    let dir = tempfile::tempdir().unwrap();
    let world = World::new();
    for made in [Made::BB, Made::BT, Made::BLT, Made::BLTA, Made::Renewed] {
        let p7s = world.made(made, Event::Nothing);
        let Some((verified, said)) = verify(dir.path(), &p7s, &world.root.certificate().to_pem()) else {
            return;
        };
        assert!(verified && said.contains("CAdES Verification successful"), "{made:?}: {said}");
    }
}
