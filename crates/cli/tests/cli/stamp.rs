//! Timestamps asked for from the command line: at signing, again later, from a second authority, and what `verify` makes
//! of them; and the evidence that is put into a dossier for readers.

use std::fs;
use std::path::Path;

use countersign_authority::model::name::Digest;
use countersign_keys::SoftwareKey;
use countersign_signature::Signer as _;
use countersign_testkit::openssl::openssl;
use countersign_testkit::tsa::Fault;
use countersign_testkit::{Pki, Tsa};
use serde_json::{Value, json};

use crate::dossier::{act, run, start};
use crate::{countersign, text};

/// A revocation list of the root that vouches for [`tsa`], in `clockwork.crl`: nobody is on it.
pub(crate) fn clockwork_list(dir: &Path) {
    let pki = Pki::new("stamps");
    let root = pki.authority("root", "CN=Clockwork CA,O=Clockwork");
    fs::write(dir.join("clockwork.crl"), pki.crl(&root, now(), &[])).unwrap();
}

#[expect(clippy::disallowed_methods, reason = "acts are signed now, by the program's own clock")]
fn now() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    i64::try_from(now).unwrap()
}

fn tsa_key() -> SoftwareKey {
    let pki = Pki::new("stamps");
    let root = pki.authority("root", "CN=Clockwork CA,O=Clockwork");
    pki.timestamp_authority("tsa", "CN=Clockwork TSA,O=Clockwork", &root)
}

/// An authority whose clock is right; its root lies in `clockwork.pem`.
pub(crate) fn tsa(dir: &Path) -> Tsa {
    tsa_of(dir, now())
}

/// An authority whose clock stands at a moment.
fn tsa_of(dir: &Path, at: i64) -> Tsa {
    let key = tsa_key();
    fs::write(dir.join("clockwork.pem"), key.chain().first().unwrap().to_pem()).unwrap();
    Tsa::start(key, at)
}

/// A little later than now: acts tell fractions of seconds.
pub(crate) fn later(dir: &Path) -> Tsa {
    tsa_of(dir, now() + 30)
}

fn sign(dir: &Path, by: &str, capacity: &str, more: &[&str]) -> std::process::Output {
    let mut arguments =
        vec!["act", "sign", "--key", by, "--by", by, "--capacity", capacity, "--on-behalf-of", "RUR"];
    arguments.extend(["--with", "KRA", "--matter", "security/nuclear", "--into", "talks", "--json"]);
    arguments.extend(more);
    countersign(dir, &arguments)
}

/// How far each act's time is proven, to a reader who believes Clockwork's root.
fn states(dir: &Path) -> Vec<Value> {
    let arguments = ["verify", "talks", "--policy", "ours.policy", "--trust", "clockwork.pem", "--json"];
    let report = crate::json(&countersign(dir, &arguments));
    report["timestamps"]["acts"].as_array().unwrap().iter().map(|act| act["state"].clone()).collect()
}

#[test]
fn an_act_is_stamped_as_it_is_signed_and_openssl_agrees() {
    let temporary = start();
    let dir = temporary.path();
    let server = later(dir);
    let output = sign(dir, "berg", "SL", &["--tsa", &server.url()]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let stamped = &crate::json(&output)["timestamp"];
    assert_eq!((&stamped["stamped"], &stamped["by"]), (&json!(true), &json!(server.url())));
    assert_eq!(states(dir), ["proven"]);

    // As README.txt in the bundle has it: the last OCTET STRING of the .p7s is the signature value.
    let script = "o=$(openssl asn1parse -inform DER -in talks/acts/0001-*.p7s | awk -F: '/OCTET STRING/{o=$1+0} END{print o}')
        openssl asn1parse -inform DER -in talks/acts/0001-*.p7s -strparse $o -noout -out value
        openssl ts -verify -in talks/acts/0001-*.tsr -data value -CAfile clockwork.pem";
    if openssl(dir, &["version"]).is_some() {
        let output =
            std::process::Command::new("sh").current_dir(dir).args(["-ec", script]).output().unwrap();
        assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    }
}

#[test]
fn without_an_answer_the_act_stands_and_its_time_is_asked_for_again() {
    let temporary = start();
    let dir = temporary.path();
    let server = later(dir);
    server.will([Fault::Refusal("not on Sundays"), Fault::Html]);
    let output = sign(dir, "berg", "SL", &["--tsa", &server.url()]);
    assert_eq!(output.status.code(), Some(3), "not yet proven");
    assert_eq!(crate::json(&output)["timestamp"]["stamped"], false);
    let said = text(&output.stderr);
    for words in ["its time is not proven yet", "not on Sundays", "dossier stamp talks"] {
        assert!(said.contains(words), "no `{words}` in {said}");
    }
    act(dir, "sign", "dahl", "MFA", "RUR", &[]);
    assert_eq!(states(dir), ["none yet", "none yet"]);

    let stamp = || countersign(dir, &["dossier", "stamp", "talks", "--tsa", &server.url(), "--json"]);
    let failed = stamp();
    assert_eq!(failed.status.code(), Some(3));
    let counts = |output: &std::process::Output| {
        let value = crate::json(output);
        ["had", "stamped", "none_yet"].map(|name| value[name].as_u64().unwrap())
    };
    assert_eq!(counts(&failed), [0, 0, 2], "nobody is asked again for the second act");
    let done = stamp();
    assert_eq!((done.status.code(), counts(&done)), (Some(0), [0, 2, 0]));
    assert_eq!(states(dir), ["proven", "proven"]);
    let again = stamp();
    assert_eq!((again.status.code(), counts(&again)), (Some(0), [2, 0, 0]));

    // The bundle carries them.
    run(dir, &["dossier", "export", "talks", "-o", "talks.dossier"]);
    let arguments =
        ["verify", "talks.dossier", "--policy", "ours.policy", "--trust", "clockwork.pem", "--json"];
    assert_eq!(crate::json(&countersign(dir, &arguments))["timestamps"]["proven"], 2);
}

#[test]
fn a_second_authority_is_asked_where_the_first_refuses() {
    let temporary = start();
    let dir = temporary.path();
    let (first, second) = (later(dir), later(dir));
    first.will([Fault::OtherNonce]);
    let output = sign(dir, "berg", "SL", &["--tsa", &first.url(), "--tsa", &second.url()]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let stamped = &crate::json(&output)["timestamp"];
    assert_eq!(stamped["by"], json!(second.url()));
    assert_eq!(stamped["failures"][0]["url"], json!(first.url()));
}

#[test]
fn an_authority_that_the_reader_does_not_believe_proves_nothing() {
    let temporary = start();
    let dir = temporary.path();
    let server = later(dir);
    sign(dir, "berg", "SL", &["--tsa", &server.url()]);
    let output = countersign(dir, &["verify", "talks", "--policy", "ours.policy"]);
    let said = text(&output.stdout);
    assert!(
        said.contains("CN=Clockwork TSA,O=Clockwork, an authority that you don't believe: not proven"),
        "{said}"
    );
    let policy = dir.join("ours.policy");
    let mut believing = fs::read_to_string(&policy).unwrap();
    let root = Digest(tsa_key().chain().first().unwrap().fingerprint());
    believing.push_str(&format!("trust timestamp authority {root}\n"));
    fs::write(&policy, believing).unwrap();
    let said = text(&countersign(dir, &["verify", "talks", "--policy", "ours.policy"]).stdout);
    assert!(said.contains("timestamps proven for 1 of 1"), "{said}");
}

#[test]
fn credentials_come_from_a_file_and_go_to_their_authority_alone() {
    let temporary = start();
    let dir = temporary.path();
    let (first, second) = (later(dir), later(dir));
    first.will([Fault::Status(404)]);
    second.demands("dahl", "secret");
    fs::write(dir.join("who"), format!("# ours\n{} dahl:secret\n", second.url())).unwrap();
    let output =
        sign(dir, "berg", "SL", &["--tsa", &first.url(), "--tsa", &second.url(), "--tsa-credentials", "who"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(first.asked().iter().all(|asked| asked.field("authorization").is_none()));
    let inside = countersign(dir, &["dossier", "stamp", "talks", "--tsa", "http://dahl:secret@tsa.example/"]);
    assert_eq!(inside.status.code(), Some(2));
    let said = text(&inside.stderr);
    assert!(said.contains("--tsa-credentials FILE") && !said.contains("secret"), "{said}");
}

#[test]
fn revocation_lists_are_put_in_as_evidence_and_anything_else_is_refused() {
    let temporary = start();
    let dir = temporary.path();
    act(dir, "sign", "berg", "SL", "RUR", &[]);
    let pki = Pki::new("stamps");
    let root = pki.authority("root", "CN=Clockwork CA,O=Clockwork");
    fs::write(dir.join("list.crl"), pki.crl(&root, 1_772_355_600, &[])).unwrap();
    fs::write(dir.join("both.pem"), format!("Two:\n{0}and\n{0}", root.certificate().to_pem())).unwrap();
    let put = run(dir, &["dossier", "trust", "talks", "list.crl", "both.pem"]);
    let names: Vec<&str> =
        put["trust"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    let endings: Vec<&str> = names.iter().filter_map(|name| Some(name.rsplit_once('.')?.1)).collect();
    assert_eq!((endings, names[1]), (vec!["crl", "pem", "pem"], names[2]));
    let before = fs::read_dir(dir.join("talks/trust")).unwrap().count();
    for (file, bytes) in
        [("note.txt", &b"trust me"[..]), ("cut.crl", &pki.crl(&root, 1_772_355_600, &[])[..90])]
    {
        fs::write(dir.join(file), bytes).unwrap();
        let output = countersign(dir, &["dossier", "trust", "talks", "both.pem", file]);
        assert_eq!(output.status.code(), Some(2), "{file}");
        assert!(text(&output.stderr).contains(file), "{}", text(&output.stderr));
    }
    assert_eq!(fs::read_dir(dir.join("talks/trust")).unwrap().count(), before);
    let output = countersign(dir, &["verify", "talks", "--trust", "list.crl"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("holds no certificate"), "{}", text(&output.stderr));
}

#[test]
fn a_dossier_is_archived_once_every_act_has_a_timestamp_and_other_tools_agree() {
    let temporary = start();
    let dir = temporary.path();
    let server = later(dir);
    act(dir, "sign", "berg", "SL", "RUR", &[]);
    let archive =
        || countersign(dir, &["dossier", "stamp", "talks", "--tsa", &server.url(), "--archive", "--json"]);
    server.will([Fault::Refusal("no")]);
    assert_eq!(archive().status.code(), Some(3), "an act has none yet");
    assert!(!dir.join("talks/trust/archive-0001.tsr").exists());
    let output = archive();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(crate::json(&output)["archive"]["stamped"], true);
    assert_eq!(states(dir), ["archived"]);
    run(dir, &["dossier", "export", "talks", "-o", "talks.dossier"]);
    let script = "cd talks && sha256sum -c --quiet trust/archive-0001.sha256 && openssl ts -verify \\
        -data trust/archive-0001.sha256 -in trust/archive-0001.tsr -CAfile ../clockwork.pem";
    if openssl(dir, &["version"]).is_some() {
        let output =
            std::process::Command::new("sh").current_dir(dir).args(["-ec", script]).output().unwrap();
        assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    }
}
