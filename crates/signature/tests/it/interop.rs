//! Both ways with openssl: it verifies what is written here, this verifies what it writes.

use countersign_signature::{
    Anchor, Certificate, PathError, SignatureError, path, sign_detached, verify_attached, verify_detached,
    verify_parts,
};
use countersign_testkit::Pki;
use countersign_testkit::openssl::{openssl, openssl_succeeds};
use std::fs;
use std::path::Path;

const ACT: &[u8] = b"{\"text\":\"line\\nline\"}\r\nnot text\n\0";
const AT: i64 = 1_777_000_000;

const VERIFY: [&str; 13] = [
    "cms", "-verify", "-binary", "-inform", "DER", "-in", "act.p7s", "-content", "act", "-CAfile", "ca.pem",
    "-purpose", "any",
];

/// The files of one signature of ours.
fn write_ours(dir: &Path) {
    let pki = Pki::new("interop");
    let house = pki.authority("house", "CN=House CA,O=Ruritania");
    let dahl = pki.person("dahl", "CN=Ç. Dahl,O=Ruritania", &house);
    let chain = countersign_signature::Signer::chain(&dahl);
    fs::write(dir.join("act"), ACT).unwrap();
    fs::write(dir.join("act.p7s"), sign_detached(ACT, &dahl, AT).unwrap()).unwrap();
    fs::write(dir.join("ca.pem"), chain[0].to_pem()).unwrap();
}

#[test]
fn openssl_verifies_what_is_written_here() {
    let dir = tempfile::tempdir().unwrap();
    write_ours(dir.path());
    let Some(said) = openssl_succeeds(dir.path(), &VERIFY) else { return };
    assert!(said.contains("Verification successful"), "{said}");
}

#[test]
fn openssl_verifies_it_as_cades_and_with_the_purpose_of_mail() {
    let dir = tempfile::tempdir().unwrap();
    write_ours(dir.path());
    let cades = [&VERIFY[..11], &["-cades"]].concat();
    let Some(said) = openssl_succeeds(dir.path(), &cades) else { return };
    assert!(said.contains("CAdES Verification successful"), "{said}");
}

#[test]
fn openssl_refuses_a_changed_act_too() {
    let dir = tempfile::tempdir().unwrap();
    write_ours(dir.path());
    fs::write(dir.path().join("act"), b"changed").unwrap();
    let Some(output) = openssl(dir.path(), &VERIFY) else { return };
    assert!(!output.status.success());
}

#[test]
fn openssl_finds_our_certificates_well_formed() {
    let dir = tempfile::tempdir().unwrap();
    write_ours(dir.path());
    let strict = ["verify", "-x509_strict", "-check_ss_sig", "-CAfile", "ca.pem", "ca.pem"];
    let Some(said) = openssl_succeeds(dir.path(), &strict) else { return };
    assert_eq!(said.trim(), "ca.pem: OK");
}

/// Two authorities, one below the other, and a person: made by openssl alone.
const THEIRS: [&[&str]; 6] = [
    &[
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-keyout",
        "root.key",
        "-out",
        "root.pem",
        "-subj",
        "/O=Kravonia/CN=Root CA",
        "-days",
        "3650",
        "-addext",
        "keyUsage=critical,keyCertSign,cRLSign",
    ],
    &[
        "req",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-keyout",
        "sub.key",
        "-out",
        "sub.csr",
        "-subj",
        "/O=Kravonia/CN=Sub CA",
    ],
    &[
        "x509", "-req", "-in", "sub.csr", "-CA", "root.pem", "-CAkey", "root.key", "-out", "sub.pem",
        "-days", "3000", "-extfile", "sub.ext",
    ],
    &[
        "req",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-keyout",
        "king.key",
        "-out",
        "king.csr",
        "-subj",
        "/O=Kravonia/CN=The King",
    ],
    &[
        "x509", "-req", "-in", "king.csr", "-CA", "sub.pem", "-CAkey", "sub.key", "-out", "king.pem",
        "-days", "1000", "-extfile", "king.ext",
    ],
    &["x509", "-in", "root.pem", "-noout", "-subject"],
];

/// Makes them; `false` where there is no openssl.
fn make_theirs(dir: &Path) -> bool {
    fs::write(
        dir.join("sub.ext"),
        "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n",
    )
    .unwrap();
    fs::write(
        dir.join("king.ext"),
        "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,nonRepudiation\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n",
    )
    .unwrap();
    fs::write(dir.join("act"), ACT).unwrap();
    THEIRS.iter().all(|arguments| openssl_succeeds(dir, arguments).is_some())
}

fn certificate(dir: &Path, name: &str) -> Certificate {
    Certificate::from_pem(&fs::read_to_string(dir.join(name)).unwrap()).unwrap()
}

/// Signs as openssl does, with these further flags.
fn sign_theirs(dir: &Path, flags: &[&str]) -> Vec<u8> {
    let sign = [
        "cms",
        "-sign",
        "-binary",
        "-outform",
        "DER",
        "-in",
        "act",
        "-out",
        "act.p7s",
        "-signer",
        "king.pem",
        "-inkey",
        "king.key",
        "-certfile",
        "sub.pem",
        "-md",
        "sha256",
    ];
    openssl_succeeds(dir, &[&sign[..], flags].concat()).unwrap();
    fs::read(dir.join("act.p7s")).unwrap()
}

#[test]
fn what_openssl_signs_is_verified_here_whether_it_binds_the_certificate_or_not() {
    let dir = tempfile::tempdir().unwrap();
    if !make_theirs(dir.path()) {
        return;
    }
    let (king, root) = (certificate(dir.path(), "king.pem"), certificate(dir.path(), "root.pem"));
    for (flags, bound) in
        [(&[][..], false), (&["-cades"], true), (&["-keyid"], false), (&["-cades", "-keyid"], true)]
    {
        let signed = verify_detached(ACT, &sign_theirs(dir.path(), flags)).unwrap();
        assert_eq!(signed.signer(), &king, "{flags:?}");
        assert_eq!(signed.signing_certificate_bound(), bound, "{flags:?}");
        let at = signed.claimed_signing_time().unwrap();
        assert!(at >= king.not_before() && at <= king.not_after());
        let proven = path(&king, signed.certificates(), &[root.clone().into()], at).unwrap();
        assert_eq!(proven.certificates().len(), 3);
    }
    assert_eq!(king.subject(), "CN=The King,O=Kravonia");
}

#[test]
fn what_openssl_signs_otherwise_is_refused_with_the_reason() {
    let dir = tempfile::tempdir().unwrap();
    if !make_theirs(dir.path()) {
        return;
    }
    for (flags, reason) in [
        (
            &["-nodetach"][..],
            "the content is inside the signature; sign detached, so that what is signed is what is shown",
        ),
        (&["-nocerts"], "the signature names a certificate that it does not hold"),
        (&["-noattr"], "the signed attribute 1.2.840.113549.1.9.4 is missing"),
        (&["-md", "sha1"], "the signer's digest algorithm is 1.3.14.3.2.26, which is not known here"),
        (
            &["-signer", "root.pem", "-inkey", "root.key"],
            "the signature has 2 signers, expected 1: each signs a file of their own",
        ),
    ] {
        let p7s = sign_theirs(dir.path(), flags);
        assert_eq!(verify_detached(ACT, &p7s).unwrap_err().to_string(), reason, "{flags:?}");
    }
}

#[test]
fn what_a_certificate_demands_and_is_not_understood_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    if !make_theirs(dir.path()) {
        return;
    }
    let (sub, root) = (certificate(dir.path(), "sub.pem"), certificate(dir.path(), "root.pem"));
    for (extensions, reason) in [
        (
            "1.2.3.4=critical,DER:0500",
            "`CN=The King,O=Kravonia` has the extension 1.2.3.4, which is not understood here and must not be skipped",
        ),
        (
            "nameConstraints=permitted;email:.example",
            "`CN=The King,O=Kravonia` has the extension 2.5.29.30, which only authorities may have",
        ),
        (
            "keyUsage=critical,keyAgreement",
            "the key of `CN=The King,O=Kravonia` may not be used for signing documents",
        ),
        (
            "extendedKeyUsage=serverAuth",
            "the key of `CN=The King,O=Kravonia` may not be used for signing documents",
        ),
        ("extendedKeyUsage=critical,emailProtection", ""),
    ] {
        fs::write(dir.path().join("king.ext"), format!("{extensions}\n")).unwrap();
        openssl_succeeds(dir.path(), THEIRS[4]).unwrap();
        let king = certificate(dir.path(), "king.pem");
        let at = king.not_before();
        let found = path(&king, std::slice::from_ref(&sub), &[Anchor::from(root.clone())], at);
        assert_eq!(found.err().map(|error: PathError| error.to_string()).unwrap_or_default(), reason);
    }
}

#[test]
fn keys_of_other_kinds_are_named_not_mistaken() {
    let dir = tempfile::tempdir().unwrap();
    if !make_theirs(dir.path()) {
        return;
    }
    let other = [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-521",
        "-nodes",
        "-keyout",
        "king.key",
        "-out",
        "king.pem",
        "-subj",
        "/CN=P-521",
        "-days",
        "9",
    ];
    openssl_succeeds(dir.path(), &other).unwrap();
    let error = verify_detached(ACT, &sign_theirs(dir.path(), &[])).unwrap_err();
    insta::assert_snapshot!(error, @"the key of `CN=P-521` can't be used");
    insta::assert_snapshot!(
        std::error::Error::source(&error).unwrap(),
        @"a public key is of kind 1.3.132.0.35; P-256, P-384, RSA and Ed25519 are known here"
    );
}

/// One key of each kind that openssl has and that is known here, with each digest and padding: `req` flags, then `cms`
/// flags.
const KINDS: [(&[&str], &[&str], &str); 9] = [
    (&["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], &["-md", "sha256"], "ECDSA with SHA-256"),
    (&["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], &["-md", "sha512"], "ECDSA with SHA-512"),
    (&["ec", "-pkeyopt", "ec_paramgen_curve:P-384"], &["-md", "sha384"], "ECDSA with SHA-384"),
    (&["rsa:2048"], &["-md", "sha256"], "RSA PKCS#1 with SHA-256"),
    (&["rsa:3072"], &["-md", "sha384"], "RSA PKCS#1 with SHA-384"),
    (&["rsa:4096"], &["-md", "sha512"], "RSA PKCS#1 with SHA-512"),
    (&["rsa:2048"], &["-md", "sha256", "-keyopt", "rsa_padding_mode:pss"], "RSA-PSS with SHA-256"),
    (
        &["rsa:2048"],
        &["-md", "sha512", "-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:64"],
        "RSA-PSS with SHA-512",
    ),
    (&["ed25519"], &["-md", "sha512"], "Ed25519"),
];

#[test]
fn what_openssl_signs_with_every_kind_of_key_is_verified_here() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("act"), ACT).unwrap();
    for (key, sign, expected) in KINDS {
        let req = [
            &["req", "-x509", "-newkey"],
            key,
            &["-nodes", "-keyout", "k.key", "-out", "k.pem", "-subj", "/CN=K"],
        ];
        if openssl_succeeds(dir.path(), &req.concat()).is_none() {
            return;
        }
        let cms = [
            "cms", "-sign", "-binary", "-outform", "DER", "-in", "act", "-out", "act.p7s", "-signer",
            "k.pem", "-inkey", "k.key", "-cades",
        ];
        let output = openssl(dir.path(), &[&cms, sign].concat()).unwrap();
        if !output.status.success() && expected == "Ed25519" {
            // openssl before 3.2 can't sign CMS with Ed25519.
            continue;
        }
        assert!(output.status.success(), "{expected}: {}", String::from_utf8_lossy(&output.stderr));
        let p7s = fs::read(dir.path().join("act.p7s")).unwrap();
        let signed = verify_detached(ACT, &p7s).unwrap_or_else(|error| panic!("{expected}: {error}"));
        assert_eq!(signed.algorithm().to_string(), expected);
        assert!(signed.signing_certificate_bound());
        let changed = verify_detached(b"another", &p7s);
        assert!(matches!(changed, Err(SignatureError::ContentChanged { .. })), "{expected}");
    }
}

#[test]
fn what_openssl_streams_is_read() {
    let dir = tempfile::tempdir().unwrap();
    if !make_theirs(dir.path()) {
        return;
    }
    let p7s = sign_theirs(dir.path(), &["-stream", "-cades", "-nodetach"]);
    assert_eq!(p7s.get(1), Some(&0x80), "an indefinite length");
    let (content, signed) = verify_attached(&p7s).unwrap();
    assert_eq!((content.as_slice(), signed.signer().subject().as_str()), (ACT, "CN=The King,O=Kravonia"));
    assert_eq!(verify_parts(&[ACT], &p7s).unwrap_err(), SignatureError::NotDetached);
    assert!(verify_detached(ACT, &p7s).is_err(), "an act's own signature is DER");
}
