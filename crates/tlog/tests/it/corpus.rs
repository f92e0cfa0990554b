//! The cases of transparency-dev/merkle: proofs to accept, and proofs to refuse, each with one thing wrong.

use base64ct::{Base64, Encoding};
use countersign_tlog::hash::Hash;
use countersign_tlog::proof::{ConsistencyProof, InclusionProof};
use countersign_tlog::size::{LeafIndex, TreeSize};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// Files in the corpus.
const CASES: usize = 196;

#[test]
fn all_cases_of_transparency_dev_merkle_end_as_they_say() {
    let Some(folder) = countersign_testkit::corpus("tlog-merkle") else { return };
    let mut ran = 0;
    for file in files(&folder) {
        let case: Value = serde_json::from_slice(&fs::read(&file).expect("a case")).expect("JSON");
        let refused = case["wantErr"].as_bool().expect("wantErr");
        let outcome = if file.components().any(|part| part.as_os_str() == "inclusion") {
            inclusion(&case)
        } else {
            consistency(&case)
        };
        assert_eq!(outcome.is_none(), refused, "{}: {}", file.display(), case["desc"]);
        ran += 1;
    }
    println!("{ran} cases");
    assert_eq!(ran, CASES);
}

/// `None`: refused, by a parser or by the check.
fn inclusion(case: &Value) -> Option<()> {
    let index = LeafIndex::new(case["leafIdx"].as_u64().expect("leafIdx")).ok()?;
    let size = TreeSize::new(case["treeSize"].as_u64().expect("treeSize")).ok()?;
    let proof = InclusionProof::new(hashes(&case["proof"])?).ok()?;
    proof.verify(index, size, hash(&case["leafHash"])?, hash(&case["root"])?).ok()
}

fn consistency(case: &Value) -> Option<()> {
    let old = TreeSize::new(case["size1"].as_u64().expect("size1")).ok()?;
    let new = TreeSize::new(case["size2"].as_u64().expect("size2")).ok()?;
    let proof = ConsistencyProof::new(hashes(&case["proof"])?).ok()?;
    proof.verify(old, root(&case["root1"])?, new, root(&case["root2"])?).ok()
}

fn hashes(proof: &Value) -> Option<Vec<Hash>> {
    match proof {
        Value::Null => Some(Vec::new()),
        lines => lines.as_array().expect("a list").iter().map(hash).collect(),
    }
}

fn hash(text: &Value) -> Option<Hash> {
    text.as_str()?.parse().ok()
}

/// Some cases have the words `don't care` for a root. Here no root is shorter than a hash, so that they would end at the
/// parser: a hash of these words goes in their place, and the check itself is asked.
fn root(text: &Value) -> Option<Hash> {
    let bytes = Base64::decode_vec(text.as_str()?).ok()?;
    if bytes.starts_with(b"don't care") { Some(Hash::leaf(&bytes)) } else { hash(text) }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}
