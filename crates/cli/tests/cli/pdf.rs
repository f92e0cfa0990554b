//! A text whose document is a PDF: signed by both sides with `act sign --pdf`, exported, verified here and by others.

use std::fs;
use std::path::{Path, PathBuf};

use countersign_testkit::{pdf, tool, tool_succeeds};
use serde_json::Value;
use tempfile::TempDir;

use crate::dossier::{act, run, start};
use crate::{countersign, json, text};

/// A dossier whose second text is a PDF; the text's digest.
fn dossier() -> (TempDir, String) {
    let temporary = start();
    let dir = temporary.path();
    fs::write(dir.join("treaty.pdf"), pdf::page("Kravonia and Ruritania agree.")).unwrap();
    let made = run(dir, &["dossier", "text", "talks", "--document", "treaty.pdf"]);
    let digest = made["text"].as_str().unwrap().to_owned();
    (temporary, digest)
}

fn document(dir: &Path, act: &Value) -> PathBuf {
    let digest = act["pdf"].as_str().unwrap().trim_start_matches("sha256:");
    dir.join(format!("talks/documents/{digest}.pdf"))
}

#[test]
fn both_sides_sign_one_pdf_in_a_row_and_other_tools_agree() {
    let (temporary, digest) = dossier();
    let dir = temporary.path();
    let first = act(dir, "sign", "berg", "SL", "RUR", &["--text", &digest, "--pdf"]);
    let second = act(dir, "sign", "kurz", "KFM", "KRA", &["--text", &digest, "--pdf"]);
    let (one, two) = (fs::read(document(dir, &first)).unwrap(), fs::read(document(dir, &second)).unwrap());
    assert!(
        one.starts_with(&fs::read(dir.join("treaty.pdf")).unwrap()),
        "the adopted document is its beginning"
    );
    assert!(two.starts_with(&one), "the second signature leaves the first one's bytes alone");

    run(dir, &["dossier", "export", "talks", "-o", "talks.dossier"]);
    let report = json(&countersign(dir, &["verify", "talks.dossier", "--policy", "ours.policy", "--json"]));
    assert_eq!(report["discarded"], serde_json::json!([]), "{report:#}");
    assert_eq!(report["pdfs"][1]["signatures"].as_array().unwrap().len(), 2);
    let internal = |party: &str| {
        let parties = report["parties"].as_array().unwrap();
        parties.iter().find(|p| p["party"] == party).unwrap()["internal"]["verdict"].clone()
    };
    assert_eq!((internal("RUR"), internal("KRA")), ("yes".into(), "yes".into()));

    let file = document(dir, &second);
    let file = file.to_str().unwrap();
    if let Some(said) = tool_succeeds("qpdf", dir, &["--check", file]) {
        assert!(said.contains("No syntax or stream encoding errors"), "{said}");
    }
    if let Some(output) = tool("pdfsig", dir, &["-nocert", file]) {
        let said = text(&output.stdout);
        assert_eq!(said.matches("Signature is Valid").count(), 2, "{said}");
        assert!(said.contains("Total document signed"), "{said}");
    }
}

#[test]
fn the_act_is_refused_where_the_file_is_no_pdf_of_the_text() {
    let (temporary, digest) = dossier();
    let dir = temporary.path();
    fs::write(dir.join("other.pdf"), pdf::page("Something else.")).unwrap();
    fs::write(dir.join("note.pdf"), "no PDF at all").unwrap();
    let refused = |kind: &str, text_of: &str, more: &[&str]| {
        let mut arguments =
            vec!["act", kind, "--key", "berg", "--by", "berg", "--capacity", "SL", "--on-behalf-of", "RUR"];
        arguments.extend([
            "--with",
            "KRA",
            "--matter",
            "security/nuclear",
            "--into",
            "talks",
            "--text",
            text_of,
        ]);
        arguments.extend(more);
        let output = countersign(dir, &arguments);
        assert_eq!(output.status.code(), Some(2), "{}", text(&output.stdout));
        text(&output.stderr)
    };
    let said = refused("sign", &digest, &["--pdf", "other.pdf"]);
    assert!(
        said.contains("no revision of this file is a PDF of the text") && said.contains("PDFs of text"),
        "{said}"
    );
    let said = refused("sign", &digest, &["--pdf", "note.pdf"]);
    assert!(said.contains("%PDF-"), "{said}");
    let said = refused("adopt", &digest, &["--pdf"]);
    assert!(said.contains("signs no PDF") && said.contains("ratify"), "{said}");
    // The example's own text is prose.
    let texts = run(
        dir,
        &["dossier", "text", "talks", "--document", "agreement-1.md", "--terms", "enrichment-1.terms"],
    );
    let said = refused("sign", texts["text"].as_str().unwrap(), &["--pdf"]);
    assert!(said.contains("names 0 PDFs"), "{said}");
    assert_eq!(fs::read_dir(dir.join("talks/acts")).unwrap().count(), 0, "nothing was signed");
    assert_eq!(fs::read_dir(dir.join("talks/documents")).unwrap().count(), 4, "nothing was put in");
}

#[test]
fn a_pdf_changed_in_the_folder_is_found_and_named() {
    let (temporary, digest) = dossier();
    let dir = temporary.path();
    let signed = act(dir, "sign", "berg", "SL", "RUR", &["--text", &digest, "--pdf", "treaty.pdf"]);
    let path = document(dir, &signed);
    fs::remove_file(&path).unwrap();
    let output = countersign(dir, &["verify", "talks", "--policy", "ours.policy"]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stdout);
    assert!(said.contains("act 1 signs a PDF") && said.contains("is not in the bundle"), "{said}");
}

#[test]
fn whatever_is_altered_in_a_dossier_of_two_signers_is_named() {
    let (temporary, digest) = dossier();
    let dir = temporary.path();
    let server = crate::stamp::later(dir);
    let tsa = ["--text", &digest, "--pdf", "--tsa", &server.url()].map(str::to_owned);
    let tsa: Vec<&str> = tsa.iter().map(String::as_str).collect();
    act(dir, "sign", "berg", "SL", "RUR", &tsa);
    act(dir, "sign", "kurz", "KFM", "KRA", &tsa);
    run(dir, &["dossier", "export", "talks", "-o", "talks.dossier"]);
    let verify = |what: &str| {
        countersign(dir, &["verify", what, "--policy", "ours.policy", "--trust", "clockwork.pem"])
    };
    let good = verify("talks.dossier");
    let said = text(&good.stdout);
    assert_eq!(good.status.code(), Some(0), "{said}{}", text(&good.stderr));
    for words in [
        "act 2: PDF sha256:",
        "byte for byte the adopted document",
        "signed by CN=berg (what changed since is permitted), CN=kurz (nothing changed since)",
    ] {
        assert!(said.contains(words), "no `{words}` in\n{said}");
    }
    let mut files = Vec::new();
    for folder in ["acts", "documents"] {
        files
            .extend(fs::read_dir(dir.join("talks").join(folder)).unwrap().map(|entry| entry.unwrap().path()));
    }
    assert!(files.len() >= 10, "{files:?}");
    for file in files {
        let bytes = fs::read(&file).unwrap();
        let mut altered = bytes.clone();
        // A signature's own value stands last; certificates beside it are not what is signed.
        let is_signature = file.extension() == Some("p7s".as_ref());
        let at = if is_signature { altered.len() - 1 } else { altered.len() / 2 };
        altered[at] ^= 1;
        fs::write(&file, altered).unwrap();
        let output = verify("talks");
        let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
        let name = file.file_name().unwrap().to_str().unwrap();
        let number: u32 = name.split('-').next().unwrap().parse().unwrap_or_default();
        let extension = file.extension().unwrap().to_str().unwrap();
        match extension {
            // The act stands without its timestamp, and the reader is told.
            "tsr" => assert!(said.contains(&format!("act {number}")), "{name}: {said}"),
            _ => assert_ne!(output.status.code(), Some(0), "{name}: {said}"),
        }
        assert!(said.contains(name) || said.contains(&format!("act {number}")), "{name}: {said}");
        fs::write(&file, bytes).unwrap();
    }
}
