//! parse ∘ print = identity, JSON import = text import, `fmt` is idempotent, nothing panics.

use countersign_notation::format::format;
use countersign_notation::{json, parse, print};
use proptest::prelude::*;

use crate::examples::{MAP, POLICY, TERMS};
use crate::strategy;

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn maps_survive_printing_and_json(map in strategy::map()) {
        let text = print::map(&map);
        prop_assert_eq!(&parse::map("m", text.as_bytes()).unwrap().value, &map);
        prop_assert_eq!(&format("m", text.as_bytes()).unwrap(), &text);
        let canonical = json::of_map(&map);
        let again = json::to_map("m.json", &canonical).unwrap();
        prop_assert_eq!(&again, &map);
        prop_assert_eq!(&json::of_map(&again), &canonical);
    }

    #[test]
    fn policies_survive_printing_and_json(policy in strategy::policy()) {
        let text = print::policy(&policy);
        prop_assert_eq!(&parse::policy("p", text.as_bytes()).unwrap().value, &policy);
        prop_assert_eq!(&format("p", text.as_bytes()).unwrap(), &text);
        prop_assert_eq!(json::to_policy("p.json", &json::of_policy(&policy)).unwrap(), policy);
    }

    #[test]
    fn terms_survive_printing_and_json(terms in strategy::terms()) {
        let text = print::terms(&terms);
        prop_assert_eq!(&parse::terms("t", text.as_bytes()).unwrap().value, &terms);
        prop_assert_eq!(&format("t", text.as_bytes()).unwrap(), &text);
        prop_assert_eq!(json::to_terms("t.json", &json::of_terms(&terms)).unwrap(), terms);
    }

    /// Spaces, comments and blank lines wherever they may stand change nothing but the layout.
    #[test]
    fn layout_says_nothing(map in strategy::map(), seed in prop::collection::vec(0_u8..6, 1..40)) {
        let mut loose = String::new();
        let mut turns = seed.iter().cycle();
        for c in print::map(&map).chars() {
            let turn = if c == '\n' { turns.next().copied() } else { None };
            match turn {
                Some(0) => loose.push_str(" # a comment, \"with\" noise\n"),
                Some(1) => loose.push_str("\n\n   \n# another\n"),
                Some(2) => loose.push_str("\t\r\n"),
                _ => loose.push(c),
            }
        }
        prop_assert_eq!(&parse::map("m", loose.as_bytes()).unwrap().value, &map);
        let once = format("m", loose.as_bytes()).unwrap();
        prop_assert_eq!(&format("m", once.as_bytes()).unwrap(), &once);
        prop_assert_eq!(&parse::map("m", once.as_bytes()).unwrap().value, &map);
    }

    #[test]
    fn arbitrary_bytes_are_refused_calmly(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        read_all(&bytes);
    }

    #[test]
    fn arbitrary_text_is_refused_calmly(text in "(map|policy|terms|jointly|grant|[a-z\"{}\\[\\]:,# \n\t\\\\0-9…é]){0,80}") {
        read_all(text.as_bytes());
    }

    #[test]
    fn a_valid_file_with_bytes_changed_is_read_or_refused(
        which in 0_usize..6,
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..4), 1..6),
    ) {
        let sources = [
            MAP.to_owned(),
            POLICY.to_owned(),
            TERMS.to_owned(),
            json::of_map(&parse::map("m", MAP.as_bytes()).unwrap().value),
            json::of_policy(&parse::policy("p", POLICY.as_bytes()).unwrap().value),
            json::of_terms(&parse::terms("t", TERMS.as_bytes()).unwrap().value),
        ];
        let mut bytes = sources[which].clone().into_bytes();
        for (at, byte, how) in edits {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => { bytes.remove(at); }
                _ => bytes.insert(at, b" \",#:\n{}[]"[usize::from(byte) % 10]),
            }
        }
        read_all(&bytes);
    }
}

/// Whatever is read prints and reads the same; whatever is refused is refused at a place in the file.
fn read_all(bytes: &[u8]) {
    for errors in [
        parse::map("m", bytes).map(|map| {
            assert_eq!(parse::map("m", print::map(&map.value).as_bytes()).unwrap().value, map.value);
            assert_eq!(json::to_map("m", &json::of_map(&map.value)).unwrap(), map.value);
        }),
        parse::policy("p", bytes).map(|policy| {
            assert_eq!(
                parse::policy("p", print::policy(&policy.value).as_bytes()).unwrap().value,
                policy.value
            );
            assert_eq!(json::to_policy("p", &json::of_policy(&policy.value)).unwrap(), policy.value);
        }),
        parse::terms("t", bytes).map(|terms| {
            assert_eq!(parse::terms("t", print::terms(&terms.value).as_bytes()).unwrap().value, terms.value);
            assert_eq!(json::to_terms("t", &json::of_terms(&terms.value)).unwrap(), terms.value);
        }),
        format("f", bytes).map(|text| assert_eq!(format("f", text.as_bytes()).unwrap(), text)),
    ]
    .into_iter()
    .filter_map(Result::err)
    {
        assert!(!errors.is_empty() && errors.len() <= parse::ERRORS_MAX);
        for error in errors {
            assert!(error.span.start <= bytes.len() && error.span.end <= bytes.len());
            assert!(error.line >= 1 && error.column >= 1 && !error.message.is_empty());
            // The terminal's printer must find the place in the line that it shows.
            let source = miette::Diagnostic::source_code(&error);
            let label = miette::Diagnostic::labels(&error).into_iter().flatten().next();
            if let (Some(source), Some(label)) = (source, label) {
                source.read_span(label.inner(), 0, 0).unwrap();
            }
        }
    }
}
