use super::*;

fn entries() -> Vec<Entry> {
    [(1, 0, 15), (5, 2, 70_000), (6, 0, 80_000)]
        .map(|(number, generation, offset)| Entry { object: Reference { number, generation }, offset })
        .to_vec()
}

#[test]
fn tables_have_twenty_bytes_a_line() {
    let table = table(&entries(), &Dictionary::new().with("Size", 7)).unwrap();
    let expected = "xref\n1 1\n0000000015 00000 n \n5 2\n0000070000 00002 n \n0000080000 00000 n \ntrailer\n<< /Size 7 >>\n";
    assert_eq!(String::from_utf8(table).unwrap(), expected);
}

#[test]
fn a_table_refuses_offsets_of_more_than_ten_digits() {
    let object = Reference { number: 1, generation: 0 };
    let entry = |offset| [Entry { object, offset }];
    assert!(table(&entry(9_999_999_999), &Dictionary::new()).is_ok());
    let refused = table(&entry(10_000_000_000), &Dictionary::new());
    assert_eq!(refused, Err(UpdateError::TooLarge { length: 10_000_000_000 }));
}

#[test]
fn streams_have_the_narrowest_offsets_that_fit() {
    let stream = stream(&entries(), Dictionary::new().with("Size", 7));
    assert_eq!(stream.data.len(), 3 * (1 + 3 + 2));
    assert_eq!(&stream.data[6..12], &[1, 1, 0x11, 0x70, 0, 2]);
    let mut text = Vec::new();
    stream.dictionary.write_to(&mut text);
    let text = String::from_utf8(text).unwrap();
    assert_eq!(text, "<< /Type /XRef /Size 7 /W [1 3 2] /Index [1 1 5 2] >>");
}
