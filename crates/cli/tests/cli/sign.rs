//! `countersign sign`: signatures on PDFs, and every way in which none comes about.

use std::fs;
use std::path::Path;
use std::process::Output;

use countersign_testkit::softhsm::SoftHsm;
use countersign_testkit::tsa::Fault;
use countersign_testkit::{pdf, tool, tool_succeeds};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::dossier::run;
use crate::stamp::tsa;
use crate::{countersign, text};

/// A folder with an agreement in `a.pdf`, and keys of two people whom one house CA vouches for.
pub(crate) fn desk() -> TempDir {
    let temporary = TempDir::new().unwrap();
    let dir = temporary.path();
    fs::write(dir.join("a.pdf"), pdf::page("Kravonia and Ruritania agree.")).unwrap();
    run(dir, &["key", "new", "dahl", "--subject", "CN=C. Dahl,O=Republic of Ruritania"]);
    run(dir, &["key", "new", "berg", "--subject", "CN=A. Berg,O=Kingdom of Kravonia"]);
    temporary
}

/// Signs `from` as `to`.
pub(crate) fn sign(dir: &Path, from: &str, to: &str, more: &[&str]) -> Value {
    run(dir, &[&["sign", from, "-o", to], more].concat())
}

/// A file inspected: exit code and answer.
pub(crate) fn inspect(dir: &Path, arguments: &[&str]) -> (Option<i32>, Value) {
    let output = countersign(dir, &[&["inspect", "--json"], arguments].concat());
    (output.status.code(), crate::json(&output))
}

/// Runs what must be refused, with nothing printed and nothing left behind; what it said.
pub(crate) fn refused(dir: &Path, arguments: &[&str]) -> String {
    let before = names(dir);
    let output = countersign(dir, arguments);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}{}", text(&output.stdout));
    assert_eq!(text(&output.stdout), "", "{arguments:?}");
    assert_eq!(names(dir), before, "{arguments:?}: nothing is left behind");
    assert!(!said.contains("internal error"), "{said}");
    said
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// What poppler and qpdf make of a file with so many signatures.
fn others_agree(dir: &Path, file: &str, signatures: usize) {
    if let Some(said) = tool_succeeds("qpdf", dir, &["--check", file]) {
        assert!(said.contains("No syntax or stream encoding errors"), "{file}: {said}");
    }
    if let Some(output) = tool("pdfsig", dir, &["-nocert", file]) {
        let said = text(&output.stdout);
        assert_eq!(said.matches("Signature is Valid").count(), signatures, "{file}: {said}");
    }
}

#[test]
fn a_key_of_every_kind_signs_what_inspect_then_finds_in_order() {
    let temporary = desk();
    let dir = temporary.path();
    let base = fs::read(dir.join("a.pdf")).unwrap();
    let kinds = [
        ("p256", "ECDSA with SHA-256"),
        ("p384", "ECDSA with SHA-384"),
        ("rsa2048", "RSA"),
        ("rsa3072", "RSA"),
        ("ed25519", "Ed25519"),
    ];
    for (kind, algorithm) in kinds {
        run(dir, &["key", "new", kind, "--kind", kind]);
        let file = format!("{kind}.pdf");
        let made = sign(dir, "a.pdf", &file, &["--key", kind, "--capacity", "MFA"]);
        assert!(made["algorithm"].as_str().unwrap().contains(algorithm), "{made:#}");
        assert!(
            fs::read(dir.join(&file)).unwrap().starts_with(&base),
            "{kind}: what was there is its beginning"
        );
        let (code, found) = inspect(dir, &[&file]);
        assert_eq!((code, &found["answer"]), (Some(0), &json!("yes")), "{kind}: {found:#}");
        let one = &found["signatures"][0];
        assert_eq!(one["capacity"], "MFA");
        assert_eq!(one["signer"]["fingerprint"], made["certificate"]);
        assert_eq!(found["digest"], made["digest"]);
        // Poppler knows no Ed25519 in PDF.
        if kind != "ed25519" {
            others_agree(dir, &file, 1);
        }
    }
    assert_eq!(fs::read(dir.join("a.pdf")).unwrap(), base, "the file that is signed stays as it is");
}

#[test]
fn what_was_signed_is_told_in_json() {
    let temporary = desk();
    let dir = temporary.path();
    let made = sign(dir, "a.pdf", "b.pdf", &["--key", "dahl", "--capacity", "MFA"]);
    let mut keys: Vec<&String> = made.as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(
        keys,
        [
            "algorithm",
            "base",
            "capacity",
            "certificate",
            "digest",
            "field",
            "file",
            "level",
            "signer",
            "timestamps"
        ]
    );
    let told = ["file", "field", "signer", "level", "capacity"].map(|key| made[key].as_str().unwrap());
    assert_eq!(told, ["b.pdf", "Signature1", "CN=C. Dahl,O=Republic of Ruritania", "B-B", "MFA"]);
    assert_eq!(made["base"]["bytes"], json!(fs::read(dir.join("a.pdf")).unwrap().len()));
}

#[test]
fn the_second_signer_leaves_the_first_signature_intact() {
    let temporary = desk();
    let dir = temporary.path();
    sign(dir, "a.pdf", "one.pdf", &["--key", "dahl", "--visible", "1,72,72,200,70", "--title", "Minister"]);
    sign(dir, "one.pdf", "two.pdf", &["--key", "berg", "--visible", "1,300,72,200,70"]);
    let (one, two) = (fs::read(dir.join("one.pdf")).unwrap(), fs::read(dir.join("two.pdf")).unwrap());
    assert!(two.starts_with(&one));
    let (code, found) = inspect(dir, &["two.pdf"]);
    assert_eq!(code, Some(0), "{found:#}");
    let signers = [0, 1].map(|at| found["signatures"][at]["signer"]["subject"].as_str().unwrap());
    assert_eq!(signers, ["CN=C. Dahl,O=Republic of Ruritania", "CN=A. Berg,O=Kingdom of Kravonia"]);
    let changed = [0, 1].map(|at| found["signatures"][at]["changed"].as_str().unwrap());
    assert_eq!(changed, ["as-permitted", "untouched"]);
    others_agree(dir, "two.pdf", 2);
}

#[test]
fn a_certification_lets_others_sign_only_where_it_says_so() {
    let temporary = desk();
    let dir = temporary.path();
    sign(dir, "a.pdf", "forms.pdf", &["--key", "dahl", "--certify", "forms"]);
    sign(dir, "forms.pdf", "both.pdf", &["--key", "berg"]);
    assert_eq!(inspect(dir, &["both.pdf"]).0, Some(0));
    sign(dir, "a.pdf", "closed.pdf", &["--key", "dahl", "--certify", "no-changes"]);
    let said = refused(dir, &["sign", "closed.pdf", "--key", "berg"]);
    assert!(said.contains("`Signature1` certifies the document and permits no changes"), "{said}");
    let said = refused(dir, &["sign", "both.pdf", "--key", "berg", "--certify", "forms"]);
    assert!(said.contains("`Signature1` certifies the document already"), "{said}");

    // Whoever changes it all the same is found out.
    let bytes = fs::read(dir.join("closed.pdf")).unwrap();
    let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 4 0 R >>";
    fs::write(dir.join("changed.pdf"), pdf::updated(&bytes, 3, page)).unwrap();
    let (code, found) = inspect(dir, &["changed.pdf"]);
    assert_eq!((code, &found["answer"]), (Some(1), &json!("no")));
    assert_eq!(found["signatures"][0]["changed"], "forbidden");
    let said = text(&countersign(dir, &["inspect", "changed.pdf"]).stdout);
    assert!(said.contains("✗ changes that nobody permitted") && said.contains("MediaBox"), "{said}");
}

/// Signs with a timestamp, at a level.
fn at_level(dir: &Path, to: &str, url: &str, level: &str, more: &[&str]) -> Output {
    let arguments = ["sign", "a.pdf", "-o", to, "--key", "dahl", "--tsa", url, "--level", level, "--json"];
    countersign(dir, &[&arguments, more].concat())
}

#[test]
fn every_level_is_reached_with_an_authority_and_revocation_lists() {
    let temporary = desk();
    let dir = temporary.path();
    let server = tsa(dir);
    run(dir, &["key", "ca", "crl", "--out", "house.crl"]);
    crate::stamp::clockwork_list(dir);
    let evidence = ["--evidence", "house.crl", "--evidence", "clockwork.crl", "--evidence", "clockwork.pem"];
    for (level, word) in [("b-t", "B-T"), ("b-lt", "B-LT"), ("b-lta", "B-LTA")] {
        let file = format!("{level}.pdf");
        let output = at_level(dir, &file, &server.url(), level, &evidence);
        assert_eq!(output.status.code(), Some(0), "{level}: {}", text(&output.stderr));
        let made = crate::json(&output);
        assert_eq!(made["level"], word, "{}", text(&output.stderr));
        assert_eq!(made["timestamps"][0]["by"], json!(server.url()));
        let (code, found) = inspect(dir, &[&file, "--trust", "clockwork.pem"]);
        assert_eq!(code, Some(0), "{level}: {found:#}");
        assert_eq!(found["signatures"][0]["level"], word, "{found:#}");
        let stamp = &found["signatures"][0]["timestamps"][0];
        assert_eq!(stamp["indication"], "TOTAL-PASSED", "{stamp:#}");
        assert_eq!(found["signatures"].as_array().unwrap().len(), if level == "b-lta" { 2 } else { 1 });
    }
    let said = text(&countersign(dir, &["inspect", "b-lta.pdf", "--trust", "clockwork.pem"]).stdout);
    assert!(said.contains("1 signature, 1 document timestamp"), "{said}");
}

#[test]
fn a_level_that_the_evidence_does_not_carry_is_not_claimed() {
    let temporary = desk();
    let dir = temporary.path();
    let server = tsa(dir);
    let output = at_level(dir, "b.pdf", &server.url(), "b-lt", &[]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(crate::json(&output)["level"], "B-T");
    let said = text(&output.stderr);
    assert!(
        said.contains("B-LT") && said.contains("has come to B-T") && said.contains("--evidence"),
        "{said}"
    );
}

#[test]
fn without_a_timestamp_nothing_is_signed_and_a_second_authority_is_asked_first() {
    let temporary = desk();
    let dir = temporary.path();
    let server = tsa(dir);
    server.will([Fault::Refusal("not on Sundays")]);
    let said = refused(dir, &["sign", "a.pdf", "--key", "dahl", "--tsa", &server.url()]);
    for words in ["a.pdf: no timestamp", "not on Sundays", "nothing was signed", "second --tsa"] {
        assert!(said.contains(words), "no `{words}` in {said}");
    }
    // Nobody listens at port 1.
    let nobody = "http://127.0.0.1:1/";
    let said = refused(dir, &["sign", "a.pdf", "--key", "dahl", "--tsa", nobody]);
    assert_eq!(said.matches(nobody).count(), 1, "{said}");
    let made = sign(dir, "a.pdf", "b.pdf", &["--key", "dahl", "--tsa", nobody, "--tsa", &server.url()]);
    assert_eq!(made["timestamps"][0]["by"], json!(server.url()));
    assert_eq!(made["timestamps"][0]["failures"][0]["url"], json!(nobody));
    // A token over something else is none.
    run(dir, &["key", "ca", "crl", "--out", "house.crl"]);
    server.will([Fault::OtherImprint]);
    let output = at_level(dir, "c.pdf", &server.url(), "b-lta", &["--evidence", "house.crl"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    assert!(!dir.join("c.pdf").exists());
}

#[test]
fn nothing_is_written_over_and_no_authority_is_asked_for_nothing() {
    let temporary = desk();
    let dir = temporary.path();
    let server = tsa(dir);
    sign(dir, "a.pdf", "a.signed.pdf", &["--key", "dahl"]);
    let before = fs::read(dir.join("a.signed.pdf")).unwrap();
    let tsa = server.url();
    for to in [&[][..], &["-o", "a.pdf"], &["-o", "keys"]] {
        let said = refused(dir, &[&["sign", "a.pdf", "--key", "dahl", "--tsa", &tsa], to].concat());
        assert!(said.contains("exists already") && said.contains("--output"), "{said}");
    }
    let said = refused(dir, &["sign", "a.pdf", "--key", "dahl", "--tsa", &tsa, "-o", "none/b.pdf"]);
    assert!(said.contains("there is no folder none"), "{said}");
    assert_eq!(server.asked().len(), 0);
    assert_eq!(fs::read(dir.join("a.signed.pdf")).unwrap(), before);
}

#[test]
fn names_in_every_script_that_the_font_has_are_signed_and_shown() {
    let temporary = desk();
    let dir = temporary.path();
    let more =
        ["--key", "dahl", "--name", "Дмитрий Бергстрём", "--reason", "Ωμέγα · 同意", "--title", "Ministře"];
    let plain: Vec<&str> = more.iter().take(6).copied().collect();
    sign(dir, "a.pdf", "plain.pdf", &plain);
    let (_, found) = inspect(dir, &["plain.pdf"]);
    let claims = &found["signatures"][0]["claims"];
    assert_eq!((&claims["name"], &claims["reason"]), (&json!(more[3]), &json!(more[5])));
    sign(dir, "a.pdf", "box.pdf", &[&more[..4], &["--visible", "1,72,72,300,90"]].concat());
    others_agree(dir, "box.pdf", 1);
    let said = refused(
        dir,
        &["sign", "a.pdf", "--key", "dahl", "--name", "山田", "--visible", "1,72,72,300,90", "-o", "no.pdf"],
    );
    assert!(said.contains('山') && said.contains("--font FILE.ttf"), "{said}");
}

#[test]
fn each_fault_at_signing_is_named_with_what_to_do() {
    let temporary = desk();
    let dir = temporary.path();
    sign(dir, "a.pdf", "signed.pdf", &["--key", "dahl"]);
    let good = fs::read(dir.join("a.pdf")).unwrap();
    fs::write(dir.join("empty.pdf"), b"").unwrap();
    fs::write(dir.join("note.pdf"), "no PDF at all").unwrap();
    fs::write(dir.join("half.pdf"), &good[..good.len() / 2]).unwrap();
    fs::create_dir(dir.join("folder.pdf")).unwrap();
    let sign = ["sign", "a.pdf", "-o", "b.pdf", "--key", "dahl"];
    let with = |more: &[&'static str]| [&sign, more].concat();
    let file = |name: &'static str| vec!["sign", name, "-o", "b.pdf", "--key", "dahl"];
    let rows: Vec<(Vec<&str>, &[&str])> = vec![
        (with(&["--visible", "1,72,72,200"]), &["1,72,72,200", "PAGE,X,Y,W,H"]),
        (with(&["--visible", "0,72,72,200,70"]), &["`0` is no page"]),
        (with(&["--visible", "one,72,72,200,70"]), &["`one` is no page"]),
        (with(&["--visible", "9,72,72,200,70"]), &["no page 9", "it has 1"]),
        (with(&["--visible", "99999999999999999999999,7,7,200,70"]), &["99999999999999999999999"]),
        (with(&["--visible", "1,72,72,1e300,70"]), &["`1e300` points"]),
        (with(&["--visible", "1,NaN,72,200,70"]), &["`NaN`"]),
        (with(&["--visible", "1,72,72,-200,70"]), &["`-200`", "more than 0"]),
        (with(&["--visible", "1,72,72,200,0"]), &["`0`", "more than 0"]),
        (with(&["--visible", "1,9000,72,200,70"]), &["must lie on page 1", "595"]),
        (with(&["--visible", "1,72,72,5,5"]), &["too small"]),
        (with(&["--capacity", " "]), &["--capacity", "it says nothing"]),
        (with(&["--name", ""]), &["--name", "it says nothing"]),
        (with(&["--field", "a.b"]), &["`a.b`", "full stop"]),
        (with(&["--level", "b-lt"]), &["B-LT", "--tsa URL"]),
        (with(&["--level", "b-b", "--tsa", "http://127.0.0.1:1/"]), &["--level b-b", "--tsa"]),
        (with(&["--tsa", "ftp://tsa.example/"]), &["ftp://tsa.example/", "http://"]),
        (with(&["--at", "2020-01-01"]), &["does not hold at 2020-01-01", "key list"]),
        (with(&["--at", "soon"]), &["soon"]),
        (with(&["--evidence", "a.pdf", "--tsa", "http://127.0.0.1:1/"]), &["a.pdf"]),
        (with(&["--visible", "1,72,72,200,70", "--font", "a.pdf"]), &["font"]),
        (vec!["sign", "a.pdf", "-o", "b.pdf", "--key", "nobody"], &["no key `nobody`", "key list"]),
        (vec!["sign", "a.pdf", "-o", "b.pdf", "--key", "../dahl"], &["`../dahl`", ".p12"]),
        (vec!["sign", "a.pdf", "-o", "b.pdf", "--key", "none.p12"], &["none.p12"]),
        (
            vec!["sign", "signed.pdf", "-o", "b.pdf", "--key", "dahl", "--field", "Signature1"],
            &["signed already"],
        ),
        (file("empty.pdf"), &["empty.pdf", "%PDF-"]),
        (file("note.pdf"), &["note.pdf", "%PDF-"]),
        (file("half.pdf"), &["half.pdf", "startxref", "get it whole"]),
        (file("folder.pdf"), &["folder.pdf"]),
        (file("missing.pdf"), &["missing.pdf"]),
    ];
    for (arguments, says) in rows {
        let said = refused(dir, &arguments);
        for words in says {
            assert!(said.contains(words), "{arguments:?}: no `{words}` in\n{said}");
        }
    }
}

#[test]
fn what_could_not_be_verified_afterwards_is_not_handed_out() {
    let temporary = desk();
    let dir = temporary.path();
    // The length of the page's content is wrong, which is seen once there are two revisions to compare.
    let right = fs::read(dir.join("a.pdf")).unwrap();
    let at = right.windows(8).position(|eight| eight == b"/Length ").unwrap() + 8;
    let mut wrong = right;
    wrong[at] = b'1';
    fs::write(dir.join("wrong.pdf"), wrong).unwrap();
    sign(dir, "wrong.pdf", "one.pdf", &["--key", "dahl"]);
    let said = refused(dir, &["sign", "one.pdf", "--key", "berg", "-o", "two.pdf"]);
    for words in ["could not be verified afterwards", "nothing was written", "/Length", "qpdf"] {
        assert!(said.contains(words), "no `{words}` in {said}");
    }
}

#[test]
fn a_key_that_stays_locked_signs_nothing() {
    let temporary = desk();
    let dir = temporary.path();
    let with = |arguments: &[&str], variables: &[(&str, &str)]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_countersign"))
            .current_dir(dir)
            .args(arguments)
            .env("COUNTERSIGN_KEYS", dir.join("keys"))
            .env_remove("COUNTERSIGN_PASSPHRASE")
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        (output.status.code(), text(&output.stderr), text(&output.stdout))
    };
    let right = [("COUNTERSIGN_PASSPHRASE", "correct horse")];
    assert_eq!(with(&["key", "new", "locked", "--self-signed"], &right).0, Some(0));
    let arguments = ["sign", "a.pdf", "--key", "locked", "-o", "b.pdf"];
    for variables in [&[][..], &[("COUNTERSIGN_PASSPHRASE", "wrong horse")]] {
        let (code, said, _) = with(&arguments, variables);
        assert_eq!(code, Some(2));
        assert!(said.contains("locked") && said.contains("COUNTERSIGN_PASSPHRASE holds"), "{said}");
        assert!(!dir.join("b.pdf").exists());
    }
    assert_eq!(with(&arguments, &right).0, Some(0));

    let Some(hsm) = SoftHsm::new(dir) else { return };
    hsm.token("Card", "2468");
    let (conf, module) = (hsm.conf().display().to_string(), hsm.module().display().to_string());
    let card = [("SOFTHSM2_CONF", conf.as_str()), ("COUNTERSIGN_PKCS11_MODULE", &module)];
    let pin = |pin| [&card[..], &[("COUNTERSIGN_PIN", pin)]].concat();
    let (code, said, made) =
        with(&["key", "device", "new", "token", "--token", "pkcs11:token=Card", "--json"], &pin("2468"));
    assert_eq!(code, Some(0), "{said}");
    let made: Value = serde_json::from_str(&made).unwrap();
    let arguments = ["sign", "a.pdf", "--key", made["uri"].as_str().unwrap(), "-o", "c.pdf"];
    let (code, said, _) = with(&arguments, &card);
    assert!(code == Some(2) && said.contains("COUNTERSIGN_PIN holds the PIN"), "{said}");
    let (code, said, _) = with(&arguments, &pin("1357"));
    assert!(code == Some(2) && said.contains("PIN") && said.contains("not tried again"), "{said}");
    assert!(!dir.join("c.pdf").exists());
    let (code, said, _) = with(&arguments, &pin("2468"));
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(inspect(dir, &["c.pdf"]).0, Some(0));
}

#[test]
fn an_encrypted_pdf_is_refused_by_name_at_signing_and_at_inspecting() {
    let temporary = desk();
    let dir = temporary.path();
    if tool_succeeds("qpdf", dir, &["--encrypt", "u", "o", "256", "--", "a.pdf", "secret.pdf"]).is_none() {
        return;
    }
    for arguments in [&["sign", "secret.pdf", "--key", "dahl"][..], &["inspect", "secret.pdf"]] {
        let said = refused(dir, arguments);
        for words in ["secret.pdf: the file is encrypted", "qpdf --decrypt"] {
            assert!(said.contains(words), "{said}");
        }
    }
}
