use super::*;
use crate::object::Object;

fn written(room: usize) -> (Vec<u8>, Hole) {
    let mut out = b"before ".to_vec();
    let dictionary = Dictionary::new().with("Type", Object::name("Sig"));
    let hole = Placeholder { dictionary, room }.write_to(&mut out);
    out.extend_from_slice(b" after");
    (out, hole)
}

#[test]
fn the_byte_range_is_the_file_but_for_the_contents_with_their_brackets() {
    let (mut out, hole) = written(3);
    let base = 1_000;
    hole.fill_byte_range(base, &mut out);
    let text = String::from_utf8(out.clone()).unwrap();
    let at = text.find("<000000>").unwrap();
    let [start, before, after, rest] = hole.byte_range(base, out.len());
    assert_eq!((start, before, after), (0, base + at, base + at + 8));
    assert_eq!(after + rest, base + out.len());
    assert!(text.contains(&format!("/ByteRange [0 {before} {after} {rest}]")), "{text}");
}

#[test]
fn the_largest_numbers_fit_the_place_of_the_byte_range() {
    let (mut out, hole) = written(3);
    hole.fill_byte_range(9_999_999_000, &mut out);
    let text = String::from_utf8(out).unwrap();
    assert!(text.contains("/ByteRange [0 9999999"), "{text}");
    assert!(text.contains("] "), "{text}");
}

#[test]
fn a_signature_fills_its_hole_to_the_last_byte_and_no_further() {
    for (cms, shown) in [(&b"\x30\x01\xff"[..], "<3001ff>"), (b"\x30", "<300000>")] {
        let (mut out, hole) = written(3);
        assert_eq!(hole.room(), 3);
        hole.fill_contents(cms, &mut out).unwrap();
        assert!(String::from_utf8(out).unwrap().contains(shown));
    }
    let (mut out, hole) = written(3);
    let before = out.clone();
    let refused = hole.fill_contents(b"\x30\x02\xff\xff", &mut out);
    assert_eq!(refused, Err(EmbedError::TooLarge { length: 4, room: 3 }));
    assert_eq!(hole.fill_contents(b"", &mut out), Err(EmbedError::Empty));
    assert_eq!(out, before);
}
