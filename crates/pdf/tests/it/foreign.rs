//! What pyHanko and poppler's pdfsig say of the same files.

use crate::{attacks, changes};
use countersign_signature::Signer;
use countersign_testkit::{pyhanko, tool};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

const SCRIPT: &str = include_str!("../foreign/changes.py");
const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/pdf-changes.md");

/// What pyHanko says of each file in a folder, by its name.
fn pyhanko_says(dir: &Path) -> Option<BTreeMap<String, String>> {
    let authority = dir.join("ca.pem");
    fs::write(&authority, crate::build::house().certificate().to_pem()).unwrap();
    let output = pyhanko::run(SCRIPT, &[dir.to_str().unwrap(), authority.to_str().unwrap()], b"")?;
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = said.lines().filter_map(|line| line.split_once('\t'));
    Some(lines.map(|(name, said)| (name.to_owned(), said.to_owned())).collect())
}

/// What pdfsig says of the first signature of a file.
fn pdfsig_says(dir: &Path, file: &str) -> Option<String> {
    let output = tool("pdfsig", dir, &["-nocert", file])?;
    let said = String::from_utf8_lossy(&output.stdout);
    let first = said.lines().find_map(|line| line.trim().strip_prefix("- Signature Validation: "));
    Some(match first {
        None => "no signature".into(),
        Some("Signature is Valid.") => "**valid**".into(),
        Some("Digest Mismatch.") => "digest mismatch".into(),
        Some("Signature has not yet been verified.") => "not verified".into(),
        Some(other) => other.trim_end_matches('.').to_lowercase(),
    })
}

/// `docs/reference/pdf-changes.md` says of every file what the three say; set `COUNTERSIGN_BLESS` to write it anew.
#[test]
fn table_in_the_reference_is_what_the_three_say() {
    let dir = tempfile::tempdir().unwrap();
    let files = || attacks::all().chain(changes::ALL);
    for (name, _, build) in files() {
        fs::write(dir.path().join(format!("{name}.pdf")), build()).unwrap();
    }
    let Some(theirs) = pyhanko_says(dir.path()) else { return };
    let (mut table, mut laxer) = (String::new(), Vec::new());
    for (name, ours, _) in files() {
        let Some(pdfsig) = pdfsig_says(dir.path(), &format!("{name}.pdf")) else { return };
        let pyhanko = &theirs[*name];
        writeln!(table, "| {} | {ours} | {pyhanko} | {pdfsig} |", name.replace('_', " ")).unwrap();
        let we_accept = ["untouched", "permitted"].iter().any(|word| ours.starts_with(word));
        if we_accept && !pyhanko.starts_with("accepted") {
            laxer.push(*name);
        }
    }
    assert_eq!(laxer, LAXER_THAN_PYHANKO);
    let page = fs::read_to_string(TABLE).unwrap();
    let (head, rest) = page.split_once(BEGIN).unwrap();
    let (old, tail) = rest.split_once(END).unwrap();
    if std::env::var_os("COUNTERSIGN_BLESS").is_some() {
        fs::write(TABLE, format!("{head}{BEGIN}{table}{END}{tail}")).unwrap();
    } else {
        let other = table.lines().find(|line| !old.lines().any(|known| known == *line));
        assert!(old == table, "the reference says something else, first of: {other:?}");
    }
}

const BEGIN: &str = "|---|---|---|---|\n";
const END: &str = "\n## Where they differ";

/// Reasons are in the reference.
const LAXER_THAN_PYHANKO: [&str; 6] = [
    "note_where_annotations_are_permitted_is_permitted",
    "document_full_of_links_signed_again_is_permitted",
    "objects_written_again_as_they_were_are_permitted",
    "content_pointed_at_a_copy_is_permitted",
    "widget_in_the_structure_tree_is_permitted",
    "order_of_tabs_is_permitted",
];
