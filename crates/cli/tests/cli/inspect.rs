//! `countersign inspect`: what strangers' files come to, and what it says of files that are none.

use std::fs;
use std::path::Path;

use countersign_testkit::openssl::openssl_succeeds;
use countersign_testkit::{pdf, pyhanko};
use serde_json::json;

use crate::dossier::run;
use crate::sign::{desk, inspect, refused, sign};
use crate::stamp::tsa;
use crate::{countersign, text};

/// What `inspect` prints for people, on both streams, and how it ends.
fn shown(dir: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = countersign(dir, &[&["inspect"], arguments].concat());
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_pdf_that_nobody_signed_is_a_no() {
    let temporary = desk();
    let (code, said, _) = shown(temporary.path(), &["a.pdf"]);
    assert_eq!(code, Some(1));
    assert!(said.starts_with("a.pdf · 1 revision, no signature\n"), "{said}");
}

#[test]
fn what_is_shown_reads_as_people_read_it() {
    let temporary = desk();
    let dir = temporary.path();
    let more = ["--capacity", "MFA", "--reason", "Agreed", "--location", "Strelsau", "--certify", "forms"];
    sign(dir, "a.pdf", "one.pdf", &[&["--key", "dahl"], &more[..]].concat());
    sign(dir, "one.pdf", "two.pdf", &["--key", "berg"]);
    let (code, said, _) = shown(dir, &["two.pdf"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.starts_with("two.pdf · 3 revisions, 2 signatures\n   sha256:"), "{said}");
    for words in [
        "signer    CN=C. Dahl,O=Republic of Ruritania",
        "signed    as MFA",
        "reason Agreed, at Strelsau, on 20",
        " UTC\n",
        "certified later changes may go as far as",
        "verdict   ✓ TOTAL-PASSED",
        "vouched   for by CN=House CA",
        "after it  as permitted: signature",
    ] {
        assert!(said.contains(words), "no `{words}` in\n{said}");
    }
    assert!(!said.contains("D:20"), "{said}");
    let widest = said.lines().filter(|line| !line.contains("sha256:")).map(|line| line.chars().count()).max();
    assert!(widest <= Some(110), "{said}");

    let (_, found) = inspect(dir, &["two.pdf"]);
    let claims = &found["signatures"][0]["claims"];
    let (raw, moment) = (claims["date"].as_str().unwrap(), claims["date_time"].as_str().unwrap());
    let digits = |words: &str| words.chars().filter(char::is_ascii_digit).collect::<String>();
    assert!(raw.starts_with("D:20") && moment.ends_with('Z'), "{claims}");
    assert_eq!(digits(raw), digits(moment));
}

#[test]
fn one_byte_altered_is_a_no_that_names_both_digests() {
    let temporary = desk();
    let dir = temporary.path();
    sign(dir, "a.pdf", "b.pdf", &["--key", "dahl"]);
    let mut bytes = fs::read(dir.join("b.pdf")).unwrap();
    let at = bytes.windows(5).position(|five| five == b"agree").unwrap();
    bytes[at] = b'A';
    fs::write(dir.join("b2.pdf"), &bytes).unwrap();
    let (code, said, _) = shown(dir, &["b2.pdf"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("✗ TOTAL-FAILED/HASH_FAILURE") && said.matches("sha256:").count() == 3, "{said}");
    assert_eq!(inspect(dir, &["b2.pdf"]).1["answer"], "no");
    // Cut off in the middle, it is no whole file any more.
    fs::write(dir.join("cut.pdf"), &bytes[..bytes.len() - 40]).unwrap();
    let cut = countersign(dir, &["inspect", "cut.pdf"]);
    assert!(matches!(cut.status.code(), Some(1 | 2)), "{}", text(&cut.stdout));
}

#[test]
fn an_authority_unknown_leaves_it_open_until_it_is_trusted() {
    let temporary = desk();
    let dir = temporary.path();
    sign(dir, "a.pdf", "b.pdf", &["--key", "dahl"]);
    let (code, said, help) = shown(dir, &["b.pdf", "--keys", "none"]);
    assert_eq!(code, Some(3));
    assert!(said.contains("? INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND"), "{said}");
    assert!(help.contains("--trust FILE"), "{help}");
    let trusted = ["b.pdf", "--keys", "none", "--trust", "keys/house-ca.cert.pem"];
    assert_eq!(inspect(dir, &trusted).0, Some(0));
    // Another house's CA of the same name vouches for nobody here.
    run(dir, &["key", "new", "x", "--keys", "others"]);
    assert_eq!(inspect(dir, &["b.pdf", "--keys", "others"]).0, Some(3));
}

#[test]
fn a_revoked_signer_counts_only_with_a_timestamp_from_before() {
    let temporary = desk();
    let dir = temporary.path();
    let server = tsa(dir);
    sign(dir, "a.pdf", "plain.pdf", &["--key", "dahl"]);
    sign(dir, "a.pdf", "stamped.pdf", &["--key", "dahl", "--tsa", &server.url()]);
    // The timestamp says a second of accuracy.
    std::thread::sleep(std::time::Duration::from_millis(2_500));
    run(dir, &["key", "ca", "revoke", "dahl", "--reason", "affiliation-changed"]);
    run(dir, &["key", "ca", "crl", "--out", "house.crl"]);
    let with = |file| inspect(dir, &[file, "--trust", "clockwork.pem", "--evidence", "house.crl"]);
    let (code, found) = with("plain.pdf");
    assert_ne!(code, Some(0), "{found:#}");
    assert_eq!(found["signatures"][0]["revocation"][0]["status"], "revoked", "{found:#}");
    let (code, found) = with("stamped.pdf");
    assert_eq!(code, Some(0), "{found:#}");
    let (code, said, _) = shown(dir, &["plain.pdf", "--evidence", "house.crl"]);
    assert!(code != Some(0) && said.contains("revoked at 20"), "{said}");
}

#[test]
fn signatures_of_openssl_are_read_in_every_form() {
    let temporary = desk();
    let dir = temporary.path();
    fs::write(dir.join("act.json"), r#"{"v":1}"#).unwrap();
    let made = |detached: bool, form: &str, out: &str| {
        let mut arguments = vec!["cms", "-sign", "-binary", "-in", "act.json", "-md", "sha256"];
        arguments.extend(["-signer", "keys/dahl.cert.pem", "-inkey", "keys/dahl.key.pem"]);
        if !detached {
            arguments.push("-nodetach");
        }
        arguments.extend(["-outform", form, "-out", out]);
        openssl_succeeds(dir, &arguments).is_some()
    };
    if !(made(true, "DER", "act.p7s")
        && made(false, "DER", "inside.p7m")
        && made(true, "PEM", "armoured.pem"))
    {
        return;
    }
    let (code, found) = inspect(dir, &["act.p7s"]);
    assert_eq!((code, &found["content"]["file"]), (Some(0), &json!("act.json")), "{found:#}");
    assert_eq!(found["signatures"][0]["signer"]["subject"], "CN=C. Dahl,O=Republic of Ruritania");
    let (code, found) = inspect(dir, &["inside.p7m"]);
    assert_eq!((code, &found["content"]), (Some(0), &json!(null)), "{found:#}");
    assert_eq!(inspect(dir, &["armoured.pem", "--content", "act.json"]).0, Some(0));
    assert_eq!(inspect(dir, &["armoured.pem", "--content", "a.pdf"]).0, Some(1));
    let (code, said, help) = shown(dir, &["armoured.pem"]);
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("SIGNED_DATA_NOT_FOUND") && help.contains("--content FILE"), "{said}{help}");
    let (_, said, _) = shown(dir, &["act.p7s"]);
    assert!(said.contains("over      act.json · sha256:"), "{said}");
    let said = refused(dir, &["inspect", "act.p7s", "--content", "missing.json"]);
    assert!(said.contains("missing.json"), "{said}");
}

#[test]
fn a_timestamp_is_over_a_file_or_over_a_signature() {
    let temporary = crate::dossier::start();
    let dir = temporary.path();
    let server = tsa(dir);
    let act = ["act", "sign", "--key", "berg", "--by", "berg", "--capacity", "SL", "--on-behalf-of", "RUR"];
    let more = ["--with", "KRA", "--matter", "security/nuclear", "--into", "talks", "--tsa", &server.url()];
    run(dir, &[&act[..], &more].concat());
    let acts = fs::read_dir(dir.join("talks/acts")).unwrap();
    let stamp = acts.map(|entry| entry.unwrap().path()).find(|path| path.extension() == Some("tsr".as_ref()));
    let stamp = stamp.unwrap();
    let stamp = stamp.to_str().unwrap();
    let (code, found) = inspect(dir, &[stamp, "--trust", "clockwork.pem"]);
    assert_eq!((code, &found["kind"]), (Some(0), &json!("timestamp")), "{found:#}");
    assert!(found["content"]["file"].as_str().unwrap().ends_with(".p7s"), "{found:#}");
    assert_eq!(inspect(dir, &[stamp, "--trust", "clockwork.pem", "--content", "agreement-1.md"]).0, Some(1));
    let signature = stamp.replace(".tsr", ".p7s");
    let (code, found) = inspect(dir, &[&signature, "--trust", "clockwork.pem"]);
    assert_eq!((code, &found["signatures"][0]["timestamp_state"]), (Some(0), &json!("proven")), "{found:#}");
    fs::copy(stamp, dir.join("alone.tsr")).unwrap();
    let said = refused(dir, &["inspect", "alone.tsr"]);
    assert!(said.contains("what it is over is not beside it") && said.contains("--content FILE"), "{said}");
}

#[test]
fn a_pdf_signed_by_pyhanko_holds() {
    let temporary = desk();
    let dir = temporary.path();
    // pyHanko wants the signer's certificate alone.
    let chain = fs::read_to_string(dir.join("keys/dahl.cert.pem")).unwrap();
    let end = "-----END CERTIFICATE-----\n";
    fs::write(dir.join("keys/alone.pem"), chain.split_inclusive(end).next().unwrap()).unwrap();
    let path = |name: &str| dir.join("keys").join(name).display().to_string();
    let arguments = [path("dahl.key.pem"), path("alone.pem"), path("house-ca.cert.pem")];
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let script = include_str!("../foreign/sign_pdf.py");
    let Some(output) = pyhanko::run(script, &arguments, &pdf::page("Kravonia agrees.")) else { return };
    assert!(output.status.success(), "{}", text(&output.stderr));
    fs::write(dir.join("theirs.pdf"), &output.stdout).unwrap();
    let (code, found) = inspect(dir, &["theirs.pdf"]);
    assert_eq!(code, Some(0), "{found:#}");
    assert_eq!(found["signatures"][0]["claims"]["reason"], "Agreed");
    // And one of ours after it leaves it intact.
    sign(dir, "theirs.pdf", "both.pdf", &["--key", "berg"]);
    let (code, found) = inspect(dir, &["both.pdf"]);
    assert_eq!((code, &found["signatures"][0]["changed"]), (Some(0), &json!("as-permitted")), "{found:#}");
}

#[test]
fn each_file_that_is_no_signature_is_refused_by_name() {
    let temporary = desk();
    let dir = temporary.path();
    sign(dir, "a.pdf", "b.pdf", &["--key", "dahl"]);
    let bytes = fs::read(dir.join("b.pdf")).unwrap();
    fs::write(dir.join("empty.pdf"), b"").unwrap();
    fs::write(dir.join("note.pdf"), "no PDF at all").unwrap();
    fs::write(dir.join("half.pdf"), &bytes[..bytes.len() / 2]).unwrap();
    fs::write(dir.join("junk.pdf"), [b"junk\n".as_slice(), &bytes].concat()).unwrap();
    fs::write(dir.join("half.p7s"), [0x30, 0x82, 0xff, 0xff, 0x06]).unwrap();
    let rows: [(&[&str], &[&str]); 10] = [
        (&["empty.pdf"], &["empty.pdf: the file is empty"]),
        (&["note.pdf"], &["note.pdf: neither a PDF nor a CMS signature nor a timestamp", "--trust"]),
        (&["half.pdf"], &["half.pdf"]),
        (&["junk.pdf"], &["junk.pdf", "%PDF-"]),
        (&["half.p7s"], &["half.p7s: neither"]),
        (&["keys"], &["keys"]),
        (&["missing.pdf"], &["missing.pdf"]),
        (&["keys/dahl.cert.pem"], &["dahl.cert.pem: neither", "--trust and --evidence"]),
        (&["b.pdf", "--content", "a.pdf"], &["a PDF holds what was signed", "--content a.pdf"]),
        (&["b.pdf", "--trust", "a.pdf"], &["--trust a.pdf"]),
    ];
    for (arguments, says) in rows {
        let said = refused(dir, &[&["inspect"], arguments].concat());
        for words in says {
            assert!(said.contains(words), "{arguments:?}: no `{words}` in\n{said}");
        }
    }
}

#[test]
fn a_timestamp_alone_is_nobodys_signature() {
    let temporary = desk();
    let dir = temporary.path();
    let server = tsa(dir);
    let (client, to) =
        (countersign_timestamp::Client::new(countersign_timestamp::Patience::default()), server.url());
    let stamped = {
        let base = fs::read(dir.join("a.pdf")).unwrap();
        let document = countersign_pdf::Document::read(&base).unwrap();
        countersign_pdf::timestamp::timestamp(&document, None, &From { client, to }).unwrap().to_bytes()
    };
    fs::write(dir.join("stamped.pdf"), stamped).unwrap();
    let (code, said, _) = shown(dir, &["stamped.pdf", "--trust", "clockwork.pem"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.starts_with("stamped.pdf · 2 revisions, no signature, 1 document timestamp\n"), "{said}");
    assert!(said.contains("time      not later than 20") && said.contains("✓ TOTAL-PASSED"), "{said}");
}

/// Tokens from an authority.
struct From {
    client: countersign_timestamp::Client,
    to: String,
}

impl countersign_pdf::timestamp::TimestampSource for From {
    fn token(
        &self,
        imprint: &countersign_signature::timestamp::MessageImprint,
    ) -> Result<
        countersign_signature::timestamp::TimestampToken,
        countersign_pdf::timestamp::TimestampUnavailable,
    > {
        let authority = countersign_timestamp::Authority::new(&self.to).unwrap();
        let stamped = self.client.stamp(imprint, &[authority], &mut countersign_timestamp::System);
        Ok(stamped.unwrap().token)
    }
}
