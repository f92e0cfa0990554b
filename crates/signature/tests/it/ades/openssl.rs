//! What openssl says of signatures at each level, with each kind of key; and its timestamps, weighed here.

use super::world::*;
use countersign_keys::Kind;
use countersign_signature::ades::{
    Constraints, Evidence, RevocationRule, Rules, SubIndication, verify_token,
};
use countersign_signature::{Signer as _, sign_detached};
use countersign_testkit::Pki;
use countersign_testkit::openssl::{openssl, openssl_succeeds};
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
    for made in [Made::BB, Made::BT, Made::Blt, Made::Blta, Made::Renewed] {
        let p7s = world.made(made, Event::Nothing);
        let Some((verified, said)) = verify(dir.path(), &p7s, &world.root.certificate().to_pem()) else {
            return;
        };
        assert!(verified && said.contains("CAdES Verification successful"), "{made:?}: {said}");
    }
}

/// openssl's authority, with a key and a certificate of ours.
const AUTHORITY: &str = "[tsa]\ndefault_tsa=one\n[one]\nserial=serial\nsigner_cert=tsa.pem\nsigner_key=tsa.key\n\
     signer_digest=sha256\ncerts=tsa-root.pem\ndefault_policy=1.3.6.1.4.1.32473.1\ndigests=sha256,sha384,sha512\n\
     accuracy=secs:1,millisecs:500\ness_cert_id_alg=sha256\nclock_precision_digits=3\n";

#[test]
fn a_timestamp_of_openssl_is_weighed_like_any() {
    let (world, dir) = (World::new(), tempfile::tempdir().unwrap());
    // openssl stamps by the clock: this authority's certificate holds whenever the test runs.
    let tsa = world.pki.timestamp_authority("openssl", "CN=openssl", &world.tsa_root);
    let write = |name: &str, bytes: &[u8]| fs::write(dir.path().join(name), bytes).unwrap();
    write("signed", CONTENT);
    write("tsa.pem", tsa.certificate().to_pem().as_bytes());
    write("tsa.key", tsa.private_key().to_pem(None).unwrap().as_bytes());
    write("tsa-root.pem", world.tsa_root.certificate().to_pem().as_bytes());
    write("openssl.cnf", AUTHORITY.as_bytes());
    write("serial", b"01\n");
    let query = ["ts", "-query", "-data", "signed", "-sha512", "-cert", "-out", "asked.tsq"];
    if openssl_succeeds(dir.path(), &query).is_none() {
        return;
    }
    let reply = ["ts", "-reply", "-queryfile", "asked.tsq", "-config", "openssl.cnf", "-out", "reply.tsr"];
    openssl_succeeds(dir.path(), &reply);
    let tsr = fs::read(dir.path().join("reply.tsr")).unwrap();
    let (trust, nothing) = (world.trust(), Evidence::default());
    let asked = at(2049, 1, 1);
    let ask = |revocation, over: &[u8], evidence: &Evidence| {
        let constraints = Constraints { revocation, ..Constraints::default() };
        let rules = Rules { trust: &trust, constraints: &constraints, collected: evidence, at: asked };
        verify_token(&tsr, &[over], &rules)
    };
    let status = ask(RevocationRule::WhereKnown, CONTENT, &nothing);
    assert_eq!(status.conclusion.sub(), None, "{status}");
    assert_eq!(status.authority.as_deref(), Some("CN=openssl"));
    let lists = Evidence { crls: world.lists(Event::Nothing, asked), ..Evidence::default() };
    assert_eq!(ask(RevocationRule::Required, CONTENT, &lists).conclusion.sub(), None);
    let status = ask(RevocationRule::Required, CONTENT, &nothing);
    assert_eq!(status.conclusion.sub(), Some(SubIndication::TryLater));
    let status = ask(RevocationRule::WhereKnown, b"another", &nothing);
    assert_eq!(status.conclusion.sub(), Some(SubIndication::HashFailure));
}
