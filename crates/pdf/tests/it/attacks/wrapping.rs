//! Signature wrapping: the signed bytes are moved, `/ByteRange` follows them or the file grows between.

use super::attacks;
use crate::build::{File, find, replace};
use crate::contract::*;

/// The signed file with something between `/Contents` and the second signed part, and `/ByteRange` moved along.
fn second_part_moved(between: &[u8]) -> Vec<u8> {
    let file = signed(PLAIN).bytes;
    let to = end_of_contents(&file);
    let (_, range) = filled(&file);
    let numbers: Vec<usize> =
        range.trim_matches(['[', ']']).split_whitespace().map(|number| number.parse().unwrap()).collect();
    let moved = format!("[0 {} {} {}]", numbers[1], numbers[2] + between.len(), numbers[3]);
    let grown = [&file[..to], between, &file[to..]].concat();
    replace(&grown, &range, &moved)
}

fn end_of_contents(file: &[u8]) -> usize {
    find(file, b"/Contents <30") + "/Contents <".len() + crate::build::HOLE_DIGITS + 1
}

/// The same, the new bytes being objects with cross-references of their own.
fn second_part_behind_a_new_document() -> Vec<u8> {
    let file = signed(PLAIN);
    let to = end_of_contents(&file.bytes);
    let tail = file.bytes[to..].to_vec();
    let (contents, range) = filled(&file.bytes);
    let hole = format!("/ByteRange {range} /Contents <{contents}>");
    let head = File { bytes: file.bytes[..to].to_vec(), startxref: None, ..file };
    let head = head
        .append(b"\n>>\nendobj\n")
        .update()
        .object(1, &catalog(""))
        .object(2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
        .object(3, &page(""))
        .stream(CONTENT, "", b"BT /F1 24 Tf 72 700 Td (Berg pays 999 crowns) Tj ET")
        .object(SIGNATURE_FIELD, &signature_field("first", SIGNATURE, ""))
        .object(SIGNATURE, &signature_with(&hole, None))
        .end();
    let from = head.bytes.len();
    let numbers: Vec<&str> = range.trim_matches(['[', ']']).split_whitespace().collect();
    let moved = format!("[0 {} {from} {}]", numbers[1], numbers[3]);
    let bytes = [head.bytes, tail].concat();
    let last = crate::build::find_last(&bytes, range.as_bytes());
    [&bytes[..last], moved.as_bytes(), &bytes[last + range.len()..]].concat()
}

attacks! {
    /// SWA 1: bytes put into the gap behind `/Contents`.
    bytes_between_contents_and_the_second_part_are_refused => "refused: Syntax",
        || second_part_moved(b" /Wrapped true ");
    bytes_that_end_the_object_in_the_gap_are_refused => "refused: Syntax",
        || second_part_moved(b" /Reason (x\\) >> endobj) ");
    /// SWA 2: a document of the attacker's in the gap, with cross-references.
    document_in_the_gap_is_refused => "refused: Syntax",
        second_part_behind_a_new_document;
    /// SWA 2: the same, with the attacker's cross-references exactly where the signed `startxref` leads.
    cross_references_in_the_gap_where_startxref_leads_are_refused => "refused: BeyondRevision",
        cross_references_in_the_gap;
    contents_in_an_object_of_its_own_is_uncovered => "uncovered: Contents",
        indirect_contents;
    contents_with_white_space_is_uncovered => "uncovered: Contents",
        || {
            let file = signed(PLAIN).bytes;
            let (contents, _) = filled(&file);
            let spaced = format!("{} {}", &contents[..10], &contents[10..contents.len() - 1]);
            replace(&file, &contents, &spaced)
        };
    contents_as_a_literal_string_is_uncovered => "uncovered: Contents",
        || {
            let file = signed(PLAIN).bytes;
            let (contents, _) = filled(&file);
            replace(&file, &format!("<{contents}>"), &format!("({contents})"))
        };
    bytes_hidden_behind_the_signature_in_contents_are_uncovered => "uncovered: ContentsNotDer",
        || {
            let file = signed(PLAIN).bytes;
            let (contents, _) = filled(&file);
            replace(&file, &contents, &format!("{}ff", &contents[..contents.len() - 2]))
        };
    range_that_leaves_out_more_than_contents_is_uncovered => "uncovered: Gap",
        || signed_with_range(|from, to, end| [0, from - 20, to, end - to]);
    range_that_leaves_out_less_than_contents_is_uncovered => "uncovered: Gap",
        || signed_with_range(|from, to, end| [0, from + 1, to - 1, end - to + 1]);
    range_that_begins_later_is_uncovered => "uncovered: Start",
        || signed_with_range(|from, to, end| [9, from - 9, to, end - to]);
    range_that_ends_before_the_revision_is_uncovered => "uncovered: End",
        || signed_with_range(|_, to, end| [0, to - crate::build::HOLE_DIGITS - 2, to, end - to - 40]);
    range_that_runs_out_of_the_file_is_uncovered => "uncovered: End",
        || signed_with_range(|from, to, end| [0, from, to, end]);
    range_of_six_numbers_is_uncovered => "uncovered: ByteRange",
        || {
            let file = signed(PLAIN).bytes;
            let (_, range) = filled(&file);
            let width = crate::build::RANGE.len();
            let six = format!("{} 9 9]", range.trim_end_matches(']'));
            replace(&file, &format!("{range:<width$}"), &format!("{six:<width$}"))
        };
}

/// The gap holds cross-references at the offset that the signed `startxref` says, and objects behind them.
fn cross_references_in_the_gap() -> Vec<u8> {
    let file = signed(PLAIN);
    let to = end_of_contents(&file.bytes);
    let startxref = file.startxref.unwrap();
    let tail = file.bytes[to..].to_vec();
    let mut bytes = file.bytes[..to].to_vec();
    bytes.extend_from_slice(b"\n>>\nendobj\n");
    bytes.resize(startxref, b' ');
    let objects = [
        (1, catalog("")),
        (2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned()),
        (3, page("")),
        (4, "<< /Length 2 >>\nstream\nBT\nendstream".to_owned()),
    ];
    let table_length = "xref\n1 4\n".len() + 80;
    let end = format!("trailer\n<< /Root 1 0 R /Size 14 >>\nstartxref\n{startxref}\n%%EOF\n");
    let (mut table, mut body) = (String::from("xref\n1 4\n"), String::new());
    for (number, object) in &objects {
        table += &format!("{:010} 00000 n \n", startxref + table_length + end.len() + body.len());
        body += &format!("{number} 0 obj\n{object}\nendobj\n");
    }
    [&bytes, (table + &end + &body).as_bytes(), &tail].concat()
}

/// A signature whose `/Contents` is a reference.
fn indirect_contents() -> Vec<u8> {
    let (contents, range) = filled(&signed(PLAIN).bytes);
    let body = signature_with(&format!("/ByteRange {range} /Contents 30 0 R"), None);
    draft(PLAIN)
        .object(NEXT, &format!("<{contents}>"))
        .object(SIGNATURE_FIELD, &signature_field("first", SIGNATURE, ""))
        .object(SIGNATURE, &body)
        .end()
        .bytes
}

/// The contract with another range, told from where the hole begins and ends and how long the file is.
fn signed_with_range(range: impl Fn(usize, usize, usize) -> [usize; 4]) -> Vec<u8> {
    let file = signed(PLAIN).bytes;
    let to = end_of_contents(&file);
    let from = to - crate::build::HOLE_DIGITS - 2;
    let [a, b, c, d] = range(from, to, file.len());
    let (_, old) = filled(&file);
    let width = crate::build::RANGE.len();
    let new = format!("{:<width$}", format!("[{a} {b} {c} {d}]"));
    replace(&file, &format!("{old:<width$}"), &new)
}
