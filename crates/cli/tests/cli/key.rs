//! `countersign key`, run as users run it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use countersign_authority::model::map::{Fact, Key};
use countersign_notation::parse;
use countersign_testkit::openssl::{openssl, openssl_succeeds};
use countersign_testkit::softhsm::SoftHsm;
use serde_json::Value;

/// A folder of this test's own, empty; keys are made in `keys` below it.
fn folder(test: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("key").join(test);
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).unwrap();
    dir
}

fn key(dir: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_countersign"))
        .arg("key")
        .args(arguments)
        .env("COUNTERSIGN_KEYS", dir.join("keys"))
        .env_remove("COUNTERSIGN_PASSPHRASE")
        .output()
        .unwrap()
}

fn json(output: &Output) -> Value {
    assert_eq!(output.status.code(), Some(0), "{}", errors(output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_first_key_makes_the_house_ca_and_the_second_uses_it() {
    let dir = folder("first");
    let first = key(&dir, &["new", "berg", "--json"]);
    assert!(errors(&first).contains("made the house CA `house-ca`"));
    let second = key(&dir, &["new", "dahl", "--json"]);
    assert!(!errors(&second).contains("made the house CA"));
    assert_eq!(json(&first)["policy"], json(&second)["policy"]);
    let list = json(&key(&dir, &["list", "--json"]));
    let names: Vec<&str> = list.as_array().unwrap().iter().map(|key| key["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["berg", "dahl", "house-ca"]);
}

#[test]
fn the_line_for_a_map_is_a_line_of_a_map() {
    let dir = folder("map");
    let subject = "CN=A. \\\"Iron\\\" Berg\\, Ph.D.,O=Ruritania";
    let made = json(&key(&dir, &["new", "berg", "--subject", subject, "--json"]));
    let line = made["map"].as_str().unwrap();
    let text = format!("map \"M\" version 1\nsource \"S\" as of 2026-01-02\n{line}\n");
    let map = parse::map("m.authority", text.as_bytes()).unwrap().value;
    let Fact::Person(person) = &map.statements[0].fact else { panic!("a person") };
    assert_eq!((person.id.as_str(), person.name.as_str()), ("berg", "A. \"Iron\" Berg, Ph.D."));
    let Key::Fingerprint(digest) = &person.keys[0] else { panic!("a fingerprint") };
    assert_eq!(digest.to_string(), made["fingerprint"].as_str().unwrap());
}

#[test]
fn a_key_that_vouches_for_itself_has_no_line_for_a_policy() {
    let dir = folder("itself");
    let made = json(&key(&dir, &["new", "berg", "--self-signed", "--json"]));
    assert_eq!((&made["policy"], &made["issued_by"]), (&Value::Null, &Value::Null));
    assert_eq!(made["issuer"], made["subject"]);
    assert!(!dir.join("keys/house-ca.key.pem").exists());
}

#[test]
fn nothing_is_written_over_and_what_is_wrong_is_usage() {
    let dir = folder("wrong");
    key(&dir, &["new", "berg"]);
    let before = fs::read(dir.join("keys/berg.key.pem")).unwrap();
    for (arguments, says) in [
        (&["new", "berg"][..], "there is already a key `berg`"),
        (&["new", "x", "--ca", "nobody"], "there is no key `nobody`"),
        (&["new", "x", "--ca", "berg"], "`CN=berg` is not a certificate authority"),
        (&["new", "../x"], "is not a key's name"),
        (&["new", "x", "--subject", "Berg"], "`Berg` is not a subject; write it like"),
        (&["new", "x", "--years", "0"], "a certificate lasts 1 to 50 years, not 0"),
        (&["new", "x", "--ca", "house-ca", "--self-signed"], "cannot be used with"),
        (&["ca", "new", "house-ca"], "there is already a key `house-ca`"),
    ] {
        let output = key(&dir, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(errors(&output).contains(says), "{arguments:?}: {}", errors(&output));
        assert_eq!(output.stdout, b"");
    }
    assert_eq!(fs::read(dir.join("keys/berg.key.pem")).unwrap(), before);
}

#[test]
fn a_private_key_is_never_printed() {
    let dir = folder("secret");
    let mut printed = String::new();
    for arguments in [&["new", "berg", "--json"][..], &["new", "dahl"], &["list"], &["list", "--json"]] {
        let output = key(&dir, arguments);
        printed.push_str(&String::from_utf8_lossy(&output.stdout));
        printed.push_str(&errors(&output));
    }
    for name in ["berg", "dahl", "house-ca"] {
        let pem = fs::read_to_string(dir.join("keys").join(format!("{name}.key.pem"))).unwrap();
        assert!(pem.lines().filter(|line| !line.starts_with('-')).all(|line| !printed.contains(line)));
    }
}

#[test]
fn looking_for_keys_makes_no_folder() {
    let dir = folder("list");
    let output = key(&dir, &["list"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0));
    assert!(!dir.join("keys").exists());
}

/// The same with more of the environment.
fn key_with(dir: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_countersign"))
        .current_dir(dir)
        .args(arguments)
        .env("COUNTERSIGN_KEYS", dir.join("keys"))
        .env_remove("COUNTERSIGN_PASSPHRASE")
        .envs(environment.iter().copied())
        .output()
        .unwrap()
}

#[test]
fn a_key_of_every_kind_is_made_and_listed_as_what_it_is() {
    let dir = folder("kinds");
    let kinds = [("p256", "P-256"), ("p384", "P-384"), ("rsa2048", "RSA-2048"), ("ed25519", "Ed25519")];
    for (word, kind) in kinds {
        let made = json(&key(&dir, &["new", word, "--kind", word, "--json"]));
        assert_eq!(made["kind"], kind);
    }
    let list = json(&key(&dir, &["list", "--json"]));
    let found: Vec<_> = list.as_array().unwrap().iter().map(|key| key["kind"].as_str().unwrap()).collect();
    assert_eq!(found, ["Ed25519", "P-256", "P-256", "P-384", "RSA-2048"]);
}

#[test]
fn a_key_goes_out_as_pkcs12_and_comes_in_again() {
    let dir = folder("pkcs12");
    key(&dir, &["new", "berg"]);
    let p12 = [("COUNTERSIGN_P12_PASSPHRASE", "correct horse")];
    for (file, flags) in [("modern.p12", &[][..]), ("legacy.p12", &["--legacy"])] {
        let out = key_with(&dir, &[&["key", "export", "berg", file], flags].concat(), &p12);
        assert_eq!(out.status.code(), Some(0), "{}", errors(&out));
        assert_eq!(errors(&out).contains("3DES"), !flags.is_empty());
        let name = file.replace(".p12", "");
        let came = json(&key_with(&dir, &["key", "import", file, "--json"], &p12));
        assert_eq!(came["name"], name);
        let list = json(&key(&dir, &["list", "--json"]));
        let of =
            |name: &str| list.as_array().unwrap().iter().find(|key| key["name"] == name).unwrap().clone();
        assert_eq!(of(&name)["fingerprint"], of("berg")["fingerprint"]);
        let again = key_with(&dir, &["key", "import", file], &p12);
        assert!(errors(&again).contains(&format!("there is already a key `{name}`")), "{}", errors(&again));
    }
    let over = key_with(&dir, &["key", "export", "berg", "modern.p12"], &p12);
    assert!(errors(&over).contains("nothing is written over"));
}

#[test]
fn what_can_not_be_imported_or_exported_is_usage_with_help() {
    let dir = folder("pkcs12-wrong");
    key(&dir, &["new", "berg"]);
    let right = [("COUNTERSIGN_P12_PASSPHRASE", "correct horse")];
    key_with(&dir, &["key", "export", "berg", "berg.p12"], &right);
    fs::write(dir.join("text.p12"), "text").unwrap();
    fs::write(dir.join("1.p12"), "text").unwrap();
    fs::write(dir.join("large.p12"), vec![0; 200_000]).unwrap();
    let wrong = [("COUNTERSIGN_P12_PASSPHRASE", "wrong")];
    for (arguments, environment, says) in [
        (
            &["key", "import", "berg.p12", "--name", "x"][..],
            &wrong[..],
            "the passphrase is wrong, or the PKCS#12 file is damaged",
        ),
        (&["key", "import", "berg.p12", "--name", "x"], &wrong, "help: COUNTERSIGN_P12_PASSPHRASE holds"),
        (&["key", "import", "berg.p12", "--name", "x"], &[], "the passphrase is wrong"),
        (&["key", "import", "text.p12"], &right, "text.p12: this is not a PKCS#12 file"),
        (&["key", "import", "1.p12"], &right, "--name says what the key is called"),
        (&["key", "import", "large.p12"], &right, "large.p12: 200000 bytes; at most 131072 are read"),
        (&["key", "import", "nowhere.p12"], &right, "nowhere.p12"),
        (&["key", "export", "nobody", "n.p12"], &right, "there is no key `nobody`"),
        (&["key", "export", "berg", "n.p12"], &[], "a PKCS#12 file without a passphrase is not written"),
        (
            &["key", "export", "berg", "n.p12"],
            &[("COUNTERSIGN_P12_PASSPHRASE", "")],
            "the passphrase is empty",
        ),
        (&["key", "new", "x", "--kind", "dsa"], &[], "`dsa` is no kind of key; there are p256"),
    ] {
        let output = key_with(&dir, arguments, environment);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(errors(&output).contains(says), "{arguments:?}: {}", errors(&output));
        assert_eq!(output.stdout, b"");
    }
    assert!(!dir.join("n.p12").exists());
}

#[test]
fn the_house_ca_revokes_lists_and_answers_and_openssl_agrees() {
    let dir = folder("revoke");
    key(&dir, &["new", "berg"]);
    key(&dir, &["new", "dahl"]);
    key(&dir, &["new", "ocsp", "--purpose", "ocsp"]);
    let revoked = json(&key(&dir, &["ca", "revoke", "berg", "--reason", "key-compromise", "--json"]));
    assert_eq!(revoked["reason"], "key-compromise");
    let list = json(&key(&dir, &["ca", "list", "--json"]));
    let issued = list["issued"].as_array().unwrap();
    assert_eq!(issued.len(), 3);
    let states =
        |subject: &str| issued.iter().find(|one| one["subject"] == subject).unwrap()["revoked"].clone();
    assert_eq!(
        (&states("CN=berg")["reason"], states("CN=dahl")),
        (&Value::from("key-compromise"), Value::Null)
    );
    let crl = json(&key_with(&dir, &["key", "ca", "crl", "--out", "ca.crl", "--json"], &[]));
    assert_eq!((&crl["number"], &crl["revoked"]), (&Value::from(1), &Value::from(1)));
    let pem = ["crl", "-inform", "DER", "-in", "ca.crl", "-out", "ca.pem"];
    if openssl_succeeds(&dir, &pem).is_none() {
        return;
    }
    for (who, expected) in [("berg", "certificate revoked"), ("dahl", "OK")] {
        let certificate = format!("keys/{who}.cert.pem");
        let verify =
            ["verify", "-crl_check", "-CAfile", "keys/house-ca.cert.pem", "-CRLfile", "ca.pem", &certificate];
        let output = openssl(&dir, &verify).unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), errors(&output));
        assert!(said.contains(expected), "{said}");
        let ask = ["ocsp", "-issuer", "keys/house-ca.cert.pem", "-cert", &certificate, "-no_nonce"];
        openssl_succeeds(&dir, &[&ask[..], &["-reqout", "req"]].concat()).unwrap();
        for flags in [&[][..], &["--responder", "ocsp"]] {
            let answer = ["key", "ca", "ocsp", "--request", "req", "--out", "resp"];
            let output = key_with(&dir, &[&answer[..], flags].concat(), &[]);
            assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
            let read = [&ask[..], &["-respin", "resp", "-CAfile", "keys/house-ca.cert.pem"]].concat();
            let said = openssl_succeeds(&dir, &read).unwrap();
            let status = if who == "berg" { "revoked" } else { "good" };
            assert!(
                said.contains("Response verify OK") && said.contains(&format!("pem: {status}")),
                "{said}"
            );
        }
    }
}

#[test]
fn an_ocsp_client_asks_over_http() {
    let dir = folder("http");
    key(&dir, &["new", "berg"]);
    let mut responder = Command::new(env!("CARGO_BIN_EXE_countersign"))
        .args(["key", "ca", "ocsp", "--listen", "127.0.0.1:0", "--json"])
        .env("COUNTERSIGN_KEYS", dir.join("keys"))
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    let mut lines = std::io::BufReader::new(responder.stdout.take().unwrap());
    while !said.contains('}') {
        assert!(std::io::BufRead::read_line(&mut lines, &mut said).unwrap() > 0, "{said}");
    }
    let at = serde_json::from_str::<Value>(&said).unwrap()["listening"].as_str().unwrap().to_owned();
    let url = format!("http://{at}/");
    let ask = [
        "ocsp",
        "-issuer",
        "keys/house-ca.cert.pem",
        "-cert",
        "keys/berg.cert.pem",
        "-CAfile",
        "keys/house-ca.cert.pem",
        "-url",
        &url,
    ];
    let good = openssl_succeeds(&dir, &ask);
    key(&dir, &["ca", "revoke", "berg"]);
    let revoked = openssl_succeeds(&dir, &ask);
    responder.kill().unwrap();
    responder.wait().unwrap();
    let (Some(good), Some(revoked)) = (good, revoked) else { return };
    assert!(good.contains("Response verify OK") && good.contains("pem: good"), "{good}");
    assert!(!good.contains("WARNING: no nonce"), "{good}");
    assert!(revoked.contains("pem: revoked"), "{revoked}");
}

#[test]
fn what_the_house_ca_can_not_do_is_usage() {
    let dir = folder("ca-wrong");
    key(&dir, &["new", "berg"]);
    key(&dir, &["ca", "new", "other"]);
    key(&dir, &["new", "dahl", "--self-signed"]);
    key(&dir, &["ca", "revoke", "berg"]);
    fs::write(dir.join("text.pem"), "text").unwrap();
    let text = dir.join("text.pem").display().to_string();
    for (arguments, says) in [
        (&["ca", "revoke", "berg"][..], "was revoked already"),
        (&["ca", "revoke", "dahl"], "the certificate of `CN=dahl` was not issued by `CN=House CA`"),
        (&["ca", "revoke", "berg", "--ca", "other"], "help: --ca names the CA that issued it"),
        (&["ca", "revoke", "nobody"], "`nobody` is no key here, no certificate's file and no serial number"),
        (&["ca", "revoke", "00ff"], "`CN=House CA` has issued no certificate with serial number 00ff"),
        (&["ca", "revoke", &text], "this is not a PEM certificate"),
        (
            &["ca", "revoke", "berg", "--reason", "mood"],
            "`mood` is no reason to revoke; there are unspecified",
        ),
        (&["ca", "revoke", "other", "--at", "2999-01-01", "--ca", "other"], "nothing is revoked ahead"),
        (&["ca", "crl", "--out", "x", "--ca", "nobody"], "`countersign key ca new` makes a house CA"),
        (&["ca", "crl", "--out", "x", "--days", "0"], "0 is not in 1..=366"),
        (&["ca", "list", "--ca", "nobody"], "there is no key `nobody`"),
        (&["ca", "ocsp"], "--request <FILE>"),
        (&["ca", "ocsp", "--listen", "nowhere"], "nowhere: "),
        (
            &["ca", "ocsp", "--listen", "127.0.0.1:0", "--responder", "dahl"],
            "`CN=dahl` may not answer for `CN=House CA`",
        ),
        (&["ca", "ocsp", "--listen", "127.0.0.1:0", "--responder", "dahl"], "--purpose ocsp"),
    ] {
        let output = key(&dir, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", errors(&output));
        assert!(errors(&output).contains(says), "{arguments:?}: {}", errors(&output));
    }
}

#[test]
fn an_encrypted_house_ca_asks_for_its_passphrase() {
    let dir = folder("locked");
    let locked = [("COUNTERSIGN_PASSPHRASE", "correct horse")];
    key_with(&dir, &["key", "new", "berg"], &locked);
    let without = key(&dir, &["ca", "revoke", "berg"]);
    assert_eq!(without.status.code(), Some(2));
    assert!(
        errors(&without).contains("help: COUNTERSIGN_PASSPHRASE holds the passphrase"),
        "{}",
        errors(&without)
    );
    // What was issued is no secret.
    assert_eq!(json(&key(&dir, &["ca", "list", "--json"]))["issued"].as_array().unwrap().len(), 1);
    assert_eq!(key_with(&dir, &["key", "ca", "revoke", "berg"], &locked).status.code(), Some(0));
}

/// A dossier that takes acts.
fn dossier(dir: &Path) {
    let made = key_with(
        dir,
        &["dossier", "new", "talks", "--title", "Talks", "--party", "RUR", "--party", "KRA"],
        &[],
    );
    assert_eq!(made.status.code(), Some(0), "{}", errors(&made));
}

const ACT: [&str; 15] = [
    "act",
    "mandate",
    "--by",
    "berg",
    "--capacity",
    "SL",
    "--on-behalf-of",
    "RUR",
    "--with",
    "KRA",
    "--matter",
    "security",
    "--into",
    "talks",
    "--json",
];

#[test]
fn every_verb_takes_a_key_from_the_folder_a_file_or_a_device() {
    let dir = folder("everywhere");
    key(&dir, &["new", "berg"]);
    key_with(&dir, &["key", "export", "berg", "berg.p12"], &[("COUNTERSIGN_P12_PASSPHRASE", "x")]);
    dossier(&dir);
    let act = |name: &str, environment: &[(&str, &str)]| {
        key_with(&dir, &[&ACT[..], &["--key", name]].concat(), environment)
    };
    assert_eq!(json(&act("berg", &[]))["act"], 1);
    assert_eq!(json(&act("berg.p12", &[("COUNTERSIGN_P12_PASSPHRASE", "x")]))["act"], 2);
    let Some(hsm) = SoftHsm::new(&dir) else { return };
    hsm.token("Card", "2468");
    let (conf, module) = (hsm.conf().display().to_string(), hsm.module().display().to_string());
    let device = [
        ("SOFTHSM2_CONF", conf.as_str()),
        ("COUNTERSIGN_PKCS11_MODULE", &module),
        ("COUNTERSIGN_PIN", "2468"),
    ];
    let tokens = json(&key_with(&dir, &["key", "device", "list", "--json"], &device));
    assert_eq!((&tokens[0]["label"], &tokens[0]["pin"]), (&Value::from("Card"), &Value::from("fresh")));
    let made =
        key_with(&dir, &["key", "device", "new", "berg", "--token", "pkcs11:token=Card", "--json"], &device);
    let made = json(&made);
    let uri = made["uri"].as_str().unwrap();
    assert_eq!(json(&act(uri, &device))["act"], 3);
    let bare = [("SOFTHSM2_CONF", conf.as_str()), ("COUNTERSIGN_PIN", "2468")];
    assert_eq!(json(&act(&format!("{uri}?module-path={module}"), &bare))["act"], 4);
    let keys = json(&key_with(&dir, &["key", "device", "list", "pkcs11:token=Card", "--json"], &device));
    assert_eq!((&keys[0]["fingerprint"], &keys[0]["uri"]), (&made["fingerprint"], &made["uri"]));
    let revoked = json(&key(&dir, &["ca", "revoke", made["serial"].as_str().unwrap(), "--json"]));
    assert_eq!(revoked["serial"], made["serial"]);
    for (name, environment, says) in [
        (uri, &bare[..], "set COUNTERSIGN_PKCS11_MODULE to the library's path"),
        (uri, &device[..2], "the token `Card` asks for its PIN, and none was given"),
        ("pkcs11:token=Lost", &device, "no token is as asked (pkcs11:token=Lost); there are `Card` (serial "),
        ("pkcs11:object=x", &device, "no key on `Card` is as asked (pkcs11:object=x); there are `berg` (id "),
        ("pkcs11:token=Card?pin-value=2468", &device, "a PKCS#11 URI must not hold a PIN"),
        (
            uri,
            &[device[0], device[1], ("COUNTERSIGN_PIN", "wrong-1357")],
            "the PIN for `Card` is wrong; few tries are left",
        ),
        (uri, &[device[0], ("COUNTERSIGN_PKCS11_MODULE", "x.so")], "must be named by an absolute path"),
    ] {
        let output = act(name, environment);
        assert_eq!(output.status.code(), Some(2), "{name}: {}", errors(&output));
        assert!(errors(&output).contains(says), "{name}: {}", errors(&output));
        assert!(!errors(&output).contains("1357"));
    }
}

#[test]
fn passphrases_and_pins_are_never_printed() {
    let dir = folder("secrets");
    let environment =
        [("COUNTERSIGN_PASSPHRASE", "hunter-2468"), ("COUNTERSIGN_P12_PASSPHRASE", "hunter-1357")];
    let mut printed = String::new();
    for arguments in [
        &["key", "new", "berg", "--json"][..],
        &["key", "export", "berg", "berg.p12", "--json"],
        &["key", "import", "berg.p12", "--name", "again", "--json"],
        &["key", "import", "berg.p12", "--name", "again"],
        &["key", "list"],
        &["key", "ca", "revoke", "berg"],
        &["key", "ca", "crl", "--out", "ca.crl"],
    ] {
        let output = key_with(&dir, arguments, &environment);
        printed.push_str(&String::from_utf8_lossy(&output.stdout));
        printed.push_str(&errors(&output));
    }
    assert!(printed.contains("berg") && !printed.contains("hunter"), "{printed}");
}
