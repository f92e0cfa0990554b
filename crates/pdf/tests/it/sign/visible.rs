//! What is seen of a signature.

use super::bases::Base;
use super::parties::{World, request};
use super::signing::{signed, verified};
use countersign_pdf::Document;
use countersign_pdf::appearance::{Font, Length, Rectangle};
use countersign_pdf::sign::{Meaning, Place, SignPdfError, SignatureRequest, VisibleBox, sign};
use countersign_signature::Claim;
use countersign_testkit::{tool, tool_succeeds};
use std::fs;
use std::path::Path;

fn rectangle([x, y, width, height]: [i32; 4]) -> Rectangle {
    let [x, y, width, height] = [x, y, width, height].map(Length::points);
    Rectangle { x, y, width, height }
}

fn minister(place: Option<Place>) -> SignatureRequest<'static> {
    SignatureRequest {
        name: Some("E. Dahl".to_owned()),
        meaning: Some(Meaning::Reason("ratification".to_owned())),
        claims: vec![Claim::capacity("head of delegation")],
        visible: Some(VisibleBox {
            place,
            entity: Some("Kingdom of Kravonia".to_owned()),
            title: Some("Minister of Foreign Affairs".to_owned()),
            font: Font::noto_sans().unwrap(),
        }),
        ..request()
    }
}

/// A page as 72 dots an inch of what is shown of it: width, height, shades row by row.
fn rendered(dir: &Path, name: &str, page: usize) -> Option<(usize, usize, Vec<u8>)> {
    let page = page.to_string();
    let file = format!("{name}.pdf");
    let arguments = ["-gray", "-r", "72", "-cropbox", "-f", &page, "-l", &page, "-singlefile", &file, name];
    let output = tool("pdftoppm", dir, &arguments)?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.is_empty(), "{said}");
    let image = fs::read(dir.join(format!("{name}.pgm"))).unwrap();
    let mut parts = image.splitn(4, |byte| byte.is_ascii_whitespace());
    let (_, mut number) =
        (parts.next(), || std::str::from_utf8(parts.next().unwrap()).unwrap().parse::<usize>().unwrap());
    let (width, height) = (number(), number());
    let shades = image[image.len() - width * height..].to_vec();
    Some((width, height, shades))
}

#[test]
fn the_box_is_drawn_upright_where_it_was_asked_for_and_nowhere_else() {
    let world = World::new();
    let dir = tempfile::tempdir().unwrap();
    // On the pages turned by 90, 270 and 180 degrees, and on one that isn't turned.
    let place = [20, 30, 180, 60];
    for (base, page) in [(Base::Turned, 1), (Base::Turned, 2), (Base::Turned, 3), (Base::Streams, 1)] {
        let plain = base.bytes();
        let request = minister(Some(Place { page, rectangle: rectangle(place) }));
        let file = signed(&plain, &request, &world.berg());
        assert_eq!(verified(&file).len(), 1);
        fs::write(dir.path().join("plain.pdf"), &plain).unwrap();
        fs::write(dir.path().join("signed.pdf"), &file).unwrap();
        let Some((width, height, before)) = rendered(dir.path(), "plain", page) else { return };
        let (_, _, after) = rendered(dir.path(), "signed", page).unwrap();
        let changed: Vec<(usize, usize)> = (0..width * height)
            .filter(|at| before[*at] != after[*at])
            .map(|at| (at % width, height - 1 - at / width))
            .collect();
        let [x, y, w, h] = place.map(|number| usize::try_from(number).unwrap());
        assert!(changed.len() > 500, "{base:?} {page}: {} dots", changed.len());
        let outside = changed.iter().find(|(dx, dy)| *dx < x || *dx > x + w || *dy < y || *dy > y + h);
        assert_eq!(outside, None, "{base:?} {page}");
        // Upright: the bar is at the left, as high as the box.
        let bar = changed.iter().filter(|(dx, _)| *dx <= x + 2).count();
        assert!(bar >= h - 2, "{base:?} {page}: {bar} dots of the bar");
    }
}

#[test]
fn the_text_of_the_box_can_be_searched_and_is_what_was_signed() {
    let world = World::new();
    let dir = tempfile::tempdir().unwrap();
    let mut request = minister(Some(Place { page: 1, rectangle: rectangle([60, 80, 220, 80]) }));
    request.name = Some("Ε. Δάλλας".to_owned());
    let visible = request.visible.as_mut().unwrap();
    visible.entity = Some("Королевство Кравония".to_owned());
    visible.title = Some("Ministre des Affaires étrangères".to_owned());
    let file = signed(&Base::Two.bytes(), &request, &world.berg());
    fs::write(dir.path().join("signed.pdf"), &file).unwrap();
    let Some(text) = tool_succeeds("pdftotext", dir.path(), &["signed.pdf", "-"]) else { return };
    insta::assert_snapshot!(text.trim_end(), @r#"
    Treaty between Kravonia and Ruritania

    Королевство Кравония

    Ε. Δάλλας, Ministre des Affaires
    étrangères
    as head of delegation
    Reason: ratification
    2026-04-24 14:05:00 +01:00
    "#);
}

#[test]
fn what_cannot_be_written_or_does_not_fit_is_refused_with_the_reason() {
    let world = World::new();
    let file = Base::Two.bytes();
    let document = Document::read(&file).unwrap();
    let refused = |change: &dyn Fn(&mut SignatureRequest<'_>)| {
        let mut request = minister(Some(Place { page: 1, rectangle: rectangle([60, 80, 220, 80]) }));
        change(&mut request);
        match sign(&document, &request, &world.berg()) {
            Err(SignPdfError::Prepare(error)) => error.to_string(),
            other => panic!("{other:?}"),
        }
    };
    insta::assert_snapshot!(refused(&|request| request.name = Some("達爾".to_owned())), @"`達爾, Minister of Foreign Affairs` can't be written in the signature's box: the font has no `達` (U+9054): give one that has");
    insta::assert_snapshot!(refused(&|request| request.name = Some("E.\nDahl".to_owned())), @"the name holds the control character U+000A");
    let place = |page, numbers| Some(Place { page, rectangle: rectangle(numbers) });
    insta::assert_snapshot!(
        refused(&|request| request.visible.as_mut().unwrap().entity = Some("Kravonia\u{202e}".to_owned())),
        @r#"`Kravonia\u{202e}` can't be written in the signature's box: `\u{202e}` (U+202E) is of a script that is not set here"#
    );
    let put =
        |place| move |request: &mut SignatureRequest<'_>| request.visible.as_mut().unwrap().place = place;
    insta::assert_snapshot!(refused(&put(place(1, [500, 80, 220, 80]))), @"the signature's box must lie on page 1, which is shown 595 wide and 842 high (points)");
    insta::assert_snapshot!(refused(&put(place(1, [50, 80, 0, 80]))), @"the signature's box must lie on page 1, which is shown 595 wide and 842 high (points)");
    insta::assert_snapshot!(refused(&put(place(1, [50, 80, 60, 12]))), @"the signature's box of 60 × 12 points is too small for its text at 5 points: make it 59.572 high");
    insta::assert_snapshot!(refused(&put(place(2, [50, 80, 220, 80]))), @"the document has no page 2: it has 1");
    insta::assert_snapshot!(refused(&put(None)), @"the signature in the new field `Signature1` is to be seen: say where");
}
