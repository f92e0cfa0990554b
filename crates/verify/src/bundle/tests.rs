//! The bundle against friends and foes.

mod forge;
mod hostile;
mod outside;
mod round;

use super::{Bundle, Manifest};
use countersign_agreement::record::Salt;
use countersign_signature::{Certificate, Signer as _, sign_detached};
use countersign_testkit::Pki;

/// A bundle with two signed acts and one of everything else.
fn sample() -> Bundle {
    let pki = Pki::new("bundle");
    let house = pki.authority("house", "CN=House CA,O=Ruritania");
    let dahl = pki.person("dahl", "CN=C. Dahl,O=Ruritania", &house);
    let mut bundle = Bundle::new(Manifest {
        id: "rur-kra".into(),
        title: "Ruritania–Kravonia, \"security\"".into(),
        parties: vec!["RUR".into(), "KRA".into()],
        origin: Some("log.example/2026".into()),
    });
    for (act, at) in [(r#"{"kind":"mandate"}"#, 1_777_000_000), (r#"{"kind":"sign"}"#, 1_777_000_060)] {
        bundle.push_act(act.into(), sign_detached(act.as_bytes(), &dahl, at).unwrap());
    }
    bundle.acts[1].tlog_proof = Some(b"c2sp.org/tlog-proof@v1\n".to_vec());
    bundle.acts[1].salt = Some(Salt::new([7; 32]));
    bundle.acts[1].tsr = Some(vec![0x30, 0]);
    bundle.add_document("txt", b"The parties agree.\n".repeat(40));
    bundle.add_document("tar.gz", vec![]);
    bundle.maps.insert("ruritania.authority".into(), b"party RUR \"Ruritania\"\n".to_vec());
    bundle.terms.insert("text5.terms".into(), b"terms\n".to_vec());
    bundle.policies.insert("mine.policy".into(), b"policy\n".to_vec());
    bundle.trust.insert("house-ca.pem".into(), pem(house.certificate()));
    bundle
}

fn pem(certificate: &Certificate) -> Vec<u8> {
    certificate.to_pem().into_bytes()
}

/// A message with its digests cut to six digits, so that it can be read.
fn short(text: &str) -> String {
    text.split_inclusive(|c: char| !c.is_ascii_hexdigit())
        .map(|part| match part.char_indices().nth(64) {
            Some((end, _)) if part[..end].bytes().all(|c| c.is_ascii_hexdigit()) => {
                format!("{}…{}", &part[..6], &part[end..])
            }
            _ => part.to_owned(),
        })
        .collect()
}
