//! Any bytes at all: an answer, soon, and never a kind one for a signed byte that changed.

use crate::contract::{PLAIN, STREAM, Terms, certified, signed};
use countersign_pdf::{ChangeVerdict, DifferencePolicy, Document, Judgement};
use countersign_signature::verify_parts;
use proptest::prelude::*;
use std::sync::LazyLock;

static FILES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let one = |terms: Terms| signed(terms).bytes;
    let mut files = vec![one(PLAIN), one(STREAM), one(certified(3))];
    files.extend(crate::changes::ALL.iter().map(|(_, _, build)| build()));
    files.extend(crate::attacks::all().map(|(_, _, build)| build()));
    files
});

fn judged(file: &[u8]) -> Vec<Judgement<'_>> {
    Document::read(file).and_then(|document| document.judge(DifferencePolicy::default())).unwrap_or_default()
}

/// Whether the first signature's key signed the bytes that it covers.
fn is_intact(file: &[u8], judgement: &Judgement<'_>) -> bool {
    let document = Document::read(file).unwrap();
    let Some(parts) = judgement.signature.signed_bytes(&document) else { return false };
    let Some((cms, _)) =
        judgement.signature.contents.as_ref().and_then(|contents| contents.value_and_padding())
    else {
        return false;
    };
    verify_parts(&parts, &cms).is_ok()
}

/// A byte, a run of bytes, or a piece of another place put somewhere.
fn mutation() -> impl Strategy<Value = (usize, usize, Vec<u8>)> {
    let words = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..4),
        prop::sample::select(vec![
            "0",
            "1",
            "-1",
            "9999999999",
            " R",
            "<<",
            ">>",
            "[",
            "]",
            "(",
            ")",
            "%",
            "/Prev 0",
            "/Length 0",
            "endobj",
            "stream",
            "endstream",
            "xref",
            "startxref",
            "%%EOF",
            "null",
            "/Kids [1 0 R]",
            "/Parent 1 0 R",
            "\n",
            "/V 1 0 R",
        ])
        .prop_map(|word| word.as_bytes().to_vec()),
    ];
    (any::<prop::sample::Index>(), 0..9usize, words)
        .prop_map(|(at, length, bytes)| (at.index(1 << 20), length, bytes))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_files_get_an_answer(which in any::<prop::sample::Index>(), mutations in prop::collection::vec(mutation(), 1..5)) {
        let mut file = which.get(&FILES).clone();
        for (at, length, bytes) in mutations {
            let at = at % file.len();
            let to = (at + length).min(file.len());
            file.splice(at..to, bytes);
        }
        judged(&file);
    }

    #[test]
    fn covered_byte_that_changed_is_never_called_untouched_and_intact(
        which in 0..3usize, at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let original = &FILES[which];
        let contents = judged(original)[0].signature.contents.clone().unwrap().span;
        let at = at.index(original.len());
        let mut file = original.clone();
        file[at] ^= byte.max(1);
        for judgement in judged(&file) {
            if judgement.verdict == ChangeVerdict::Untouched && is_intact(&file, &judgement) {
                // The hole itself is the only place that may differ: its zeros, or the case of its digits.
                prop_assert!(contents.contains(&at), "offset {}", at);
            }
        }
    }

    #[test]
    fn any_bytes_are_no_document_or_one(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        judged(&[b"%PDF-1.7\n".as_slice(), &bytes, b"\nstartxref\n9\n%%EOF\n"].concat());
    }
}

#[test]
fn files_cut_anywhere_get_an_answer() {
    for file in FILES.iter().take(3) {
        for end in (0..file.len()).step_by(13) {
            judged(&file[..end]);
        }
    }
}
