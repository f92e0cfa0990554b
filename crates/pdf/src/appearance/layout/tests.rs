use super::*;

fn paragraphs() -> Vec<Paragraph> {
    [
        ("Kingdom of Kravonia", Rank::Head),
        ("Dahl, Minister of Foreign Affairs", Rank::Body),
        ("with full powers", Rank::Note),
        ("2026-11-24 14:05:00 +01:00", Rank::Note),
    ]
    .map(|(text, rank)| Paragraph { text: text.to_owned(), rank })
    .to_vec()
}

fn set_in(width: i32, height: i32) -> Result<Vec<Line>, LayoutError> {
    let font = Font::noto_sans().unwrap();
    layout(&paragraphs(), &font, Length::points(width), Length::points(height))
}

#[test]
fn every_line_is_inside_its_box_and_every_word_is_there() {
    let font = Font::noto_sans().unwrap();
    for (width, height) in [(400, 200), (160, 50), (110, 60), (90, 120)] {
        let lines = set_in(width, height).unwrap();
        for line in &lines {
            assert!(scale(font.width(&line.text).unwrap(), line.size) <= Length::points(width), "{line:?}");
            assert!(line.y >= Length::default() && line.y <= Length::points(height), "{line:?}");
            assert!(line.size >= SIZE_MIN, "{line:?}");
        }
        let said: Vec<&str> = lines.iter().flat_map(|line| line.text.split(' ')).collect();
        let given = paragraphs();
        let given: Vec<&str> = given.iter().flat_map(|one| one.text.split(' ')).collect();
        assert_eq!(said, given);
    }
}

#[test]
fn a_box_too_small_says_what_would_do_and_that_does() {
    for (width, height) in [(100, 12), (160, 20)] {
        let Err(LayoutError::TooSmall { fits: Enough::Height(enough), .. }) = set_in(width, height) else {
            panic!("{width} by {height} is too small");
        };
        let font = Font::noto_sans().unwrap();
        assert!(layout(&paragraphs(), &font, Length::points(width), enough).is_ok());
    }
    let refused = set_in(10, 400).unwrap_err();
    insta::assert_snapshot!(refused, @"the signature's box of 10 × 400 points is too small for its text at 5 points: make it 29.855 wide");
}

#[test]
fn a_character_that_the_font_lacks_is_named() {
    let font = Font::noto_sans().unwrap();
    for (text, expected) in [
        ("外交部", "the font has no `外` (U+5916): give one that has"),
        ("שר", "`\\u{5e9}` (U+05E9) is of a script that is not set here"),
        ("a\u{202e}b", "`\\u{202e}` (U+202E) is of a script that is not set here"),
        ("a\nb", "U+000A is a control character"),
        ("e\u{301}", "`\\u{301}` (U+0301) is of a script that is not set here"),
    ] {
        let one = [Paragraph { text: text.to_owned(), rank: Rank::Body }];
        let Err(LayoutError::Unwritable { source, .. }) =
            layout(&one, &font, Length::points(200), Length::points(50))
        else {
            panic!("{text:?} can't be written");
        };
        assert_eq!(source.to_string(), expected);
    }
    for text in [
        "Ministère des Affaires étrangères",
        "Υπουργός Εξωτερικών",
        "Министр иностранных дел",
        "Łódź, Đà Nẵng",
    ] {
        font.width(text).unwrap();
    }
}
