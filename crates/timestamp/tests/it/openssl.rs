//! openssl as the authority behind the server, and openssl reading what our authority gives.

use std::fs;
use std::path::Path;

use countersign_signature::Signer as _;
use countersign_testkit::Loopback;
use countersign_testkit::loopback::Reply;
use countersign_testkit::openssl::{openssl, openssl_succeeds};
use countersign_timestamp::Stamped;
use tempfile::TempDir;

use crate::{Bench, ask, tsa, tsa_key};

/// A root and a timestamp authority made by openssl; `None` where openssl is missing.
fn openssl_authority(dir: &Path) -> Option<()> {
    let config = "[v3_ca]\nbasicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash\n\
         [v3_tsa]\nbasicConstraints=critical,CA:false\nkeyUsage=critical,digitalSignature\n\
         extendedKeyUsage=critical,timeStamping\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n\
         [req]\ndistinguished_name=dn\n[dn]\n\
         [tsa]\ndefault_tsa=one\n\
         [one]\nserial=serial\nsigner_cert=tsa.pem\nsigner_key=tsa.key\nsigner_digest=sha256\ncerts=root.pem\n\
         default_policy=1.3.6.1.4.1.32473.1\ndigests=sha256,sha384,sha512\naccuracy=secs:1,millisecs:500\n\
         ess_cert_id_alg=sha256\nclock_precision_digits=3\n";
    fs::write(dir.join("openssl.cnf"), config).expect("a file");
    fs::write(dir.join("serial"), "01\n").expect("a file");
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", "openssl.cnf"];
    let root =
        ["req", "-x509", "-keyout", "root.key", "-out", "root.pem", "-subj", "/CN=Root", "-days", "30"];
    openssl_succeeds(dir, &[&root[..], &key, &["-extensions", "v3_ca"]].concat())?;
    let leaf = ["req", "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=TSA"];
    openssl_succeeds(dir, &[&leaf[..], &key].concat())?;
    let sign = ["x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial"];
    let more = ["-out", "tsa.pem", "-days", "30", "-extfile", "openssl.cnf", "-extensions", "v3_tsa"];
    openssl_succeeds(dir, &[&sign[..], &more].concat()).map(|_| ())
}

/// `openssl ts -reply` behind the server.
fn openssl_server(dir: &Path) -> Loopback {
    let dir = dir.to_owned();
    Loopback::serve(move |asked| {
        fs::write(dir.join("asked.tsq"), &asked.body).expect("a file");
        let reply =
            ["ts", "-reply", "-queryfile", "asked.tsq", "-config", "openssl.cnf", "-out", "reply.tsr"];
        let done = openssl(&dir, &reply).expect("openssl was there before");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        Reply::ok("application/timestamp-reply", fs::read(dir.join("reply.tsr")).expect("a reply"))
    })
}

#[test]
fn our_client_takes_what_openssl_stamps() {
    let dir = TempDir::new().expect("a folder");
    if openssl_authority(dir.path()).is_none() {
        return;
    }
    let server = openssl_server(dir.path());
    let Stamped { token, .. } = ask(&[&server.url()], &mut Bench::default()).expect("a token");
    assert_eq!(token.authority().subject(), "CN=TSA");
    assert!(token.at_latest() > token.at(), "an accuracy of 1.5 s was promised");
    let query =
        openssl_succeeds(dir.path(), &["ts", "-query", "-in", "asked.tsq", "-text"]).expect("openssl");
    for words in ["Hash Algorithm: sha256", "Nonce: 0x4101010101010101", "Certificate required: yes"] {
        assert!(query.contains(words), "no `{words}` in {query}");
    }
}

#[test]
fn openssl_verifies_what_our_authority_stamps_and_refuses_it_over_other_bytes() {
    let dir = TempDir::new().expect("a folder");
    let server = tsa("One");
    let stamped = ask(&[&server.url()], &mut Bench::default()).expect("a token");
    let root = tsa_key("One").chain().first().expect("the root").to_pem();
    for (name, bytes) in [
        ("root.pem", root.as_bytes()),
        ("signed", b"a signature"),
        ("other", b"another signature"),
        ("reply.tsr", &stamped.response),
        ("token.der", stamped.token.as_der()),
        ("asked.tsq", &server.asked().first().expect("a request").body),
    ] {
        fs::write(dir.path().join(name), bytes).expect("a file");
    }
    let verify = |what: &[&str]| {
        let all = [&["ts", "-verify", "-CAfile", "root.pem"], what].concat();
        openssl(dir.path(), &all).map(|output| output.status.success())
    };
    let good: [&[&str]; 3] = [
        &["-in", "reply.tsr", "-data", "signed"],
        &["-in", "reply.tsr", "-queryfile", "asked.tsq"],
        &["-in", "token.der", "-token_in", "-data", "signed"],
    ];
    for what in good {
        let Some(verified) = verify(what) else { return };
        assert!(verified, "{what:?}");
    }
    assert_eq!(verify(&["-in", "reply.tsr", "-data", "other"]), Some(false));
}

#[test]
fn our_authority_answers_what_openssl_asks() {
    let dir = TempDir::new().expect("a folder");
    fs::write(dir.path().join("signed"), b"a signature").expect("a file");
    let query = ["ts", "-query", "-data", "signed", "-sha384", "-cert", "-out", "asked.tsq"];
    if openssl_succeeds(dir.path(), &query).is_none() {
        return;
    }
    let request = fs::read(dir.path().join("asked.tsq")).expect("a request");
    let request = countersign_signature::timestamp::TimestampRequest::from_der(&request).expect("a request");
    let facts = countersign_signature::timestamp::StampFacts {
        at: crate::AT,
        serial: 1,
        policy: "1.3.6.1.4.1.32473.1".parse().expect("an identifier"),
        accuracy: 1,
    };
    let key = tsa_key("One");
    let reply = countersign_signature::timestamp::grant(&request, &facts, &key).expect("a reply");
    fs::write(dir.path().join("reply.tsr"), reply).expect("a file");
    fs::write(dir.path().join("root.pem"), key.chain().first().expect("the root").to_pem()).expect("a file");
    let verify = ["ts", "-verify", "-in", "reply.tsr", "-queryfile", "asked.tsq", "-CAfile", "root.pem"];
    openssl_succeeds(dir.path(), &verify);
}
