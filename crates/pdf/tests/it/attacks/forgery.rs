//! Universal forgery: `/Contents` or `/ByteRange` are gone or worthless, and a lenient validator has nothing to fail on.

use super::attacks;
use crate::contract::*;

/// The contract with a signature that was taken apart: each part as it was, or something else in its place.
fn forged(contents: Option<&str>, range: Option<&str>) -> Vec<u8> {
    let (digits, as_signed) = filled(&signed(PLAIN).bytes);
    let contents = contents.map_or(format!("/Contents <{digits}>"), str::to_owned);
    let range = range.map_or(format!("/ByteRange {as_signed}"), str::to_owned);
    draft(PLAIN)
        .object(SIGNATURE_FIELD, &signature_field("first", SIGNATURE, ""))
        .object(SIGNATURE, &signature_with(&format!("{range} {contents}"), None))
        .end()
        .bytes
}

const OVERLAP: &str = "/ByteRange [0 9000 100 9000]";

attacks! {
    contents_kept_and_range_missing_are_uncovered => "uncovered: ByteRange",
        || forged(None, Some(""));
    contents_kept_and_range_null_are_uncovered => "uncovered: ByteRange",
        || forged(None, Some("/ByteRange null"));
    contents_kept_and_range_empty_are_uncovered => "uncovered: ByteRange",
        || forged(None, Some("/ByteRange []"));
    contents_kept_and_range_zero_are_uncovered => "uncovered: Gap",
        || forged(None, Some("/ByteRange [0 0 0 0]"));
    contents_kept_and_range_negative_are_uncovered => "uncovered: ByteRange",
        || forged(None, Some("/ByteRange [0 -1 -1 99999999]"));
    contents_kept_and_range_overlapping_are_uncovered => "uncovered: Gap",
        || forged(None, Some(OVERLAP));
    contents_missing_and_range_kept_are_uncovered => "uncovered: Contents",
        || forged(Some(""), None);
    contents_missing_and_range_missing_are_uncovered => "uncovered: Contents",
        || forged(Some(""), Some(""));
    contents_missing_and_range_null_are_uncovered => "uncovered: Contents",
        || forged(Some(""), Some("/ByteRange null"));
    contents_missing_and_range_empty_are_uncovered => "uncovered: Contents",
        || forged(Some(""), Some("/ByteRange []"));
    contents_missing_and_range_zero_are_uncovered => "uncovered: Contents",
        || forged(Some(""), Some("/ByteRange [0 0 0 0]"));
    contents_missing_and_range_negative_are_uncovered => "uncovered: Contents",
        || forged(Some(""), Some("/ByteRange [0 -1 -1 99999999]"));
    contents_null_and_range_kept_are_uncovered => "uncovered: Contents",
        || forged(Some("/Contents null"), None);
    contents_null_and_range_missing_are_uncovered => "uncovered: Contents",
        || forged(Some("/Contents null"), Some(""));
    contents_null_and_range_null_are_uncovered => "uncovered: Contents",
        || forged(Some("/Contents null"), Some("/ByteRange null"));
    contents_null_and_range_empty_are_uncovered => "uncovered: Contents",
        || forged(Some("/Contents null"), Some("/ByteRange []"));
    contents_null_and_range_zero_are_uncovered => "uncovered: Contents",
        || forged(Some("/Contents null"), Some("/ByteRange [0 0 0 0]"));
    contents_null_and_range_negative_are_uncovered => "uncovered: Contents",
        || forged(Some("/Contents null"), Some("/ByteRange [0 -1 -1 99999999]"));
    contents_null_and_range_overlapping_are_uncovered => "uncovered: Contents",
        || forged(Some("/Contents null"), Some(OVERLAP));
    contents_empty_and_range_kept_are_uncovered => "uncovered: ContentsNotDer",
        || forged(Some("/Contents <>"), None);
    contents_empty_and_range_missing_are_uncovered => "uncovered: ContentsNotDer",
        || forged(Some("/Contents <>"), Some(""));
    contents_empty_and_range_null_are_uncovered => "uncovered: ContentsNotDer",
        || forged(Some("/Contents <>"), Some("/ByteRange null"));
    contents_empty_and_range_zero_are_uncovered => "uncovered: ContentsNotDer",
        || forged(Some("/Contents <>"), Some("/ByteRange [0 0 0 0]"));
    contents_zero_and_range_kept_are_uncovered => "uncovered: ContentsNotDer",
        || forged(Some("/Contents <00>"), None);
    contents_zero_and_range_missing_are_uncovered => "uncovered: ContentsNotDer",
        || forged(Some("/Contents <00>"), Some(""));
    contents_zero_and_range_null_are_uncovered => "uncovered: ContentsNotDer",
        || forged(Some("/Contents <00>"), Some("/ByteRange null"));
    contents_zero_and_range_empty_are_uncovered => "uncovered: ContentsNotDer",
        || forged(Some("/Contents <00>"), Some("/ByteRange []"));
    contents_zero_and_range_zero_are_uncovered => "uncovered: ContentsNotDer",
        || forged(Some("/Contents <00>"), Some("/ByteRange [0 0 0 0]"));
    contents_zero_and_range_negative_are_uncovered => "uncovered: ContentsNotDer",
        || forged(Some("/Contents <00>"), Some("/ByteRange [0 -1 -1 99999999]"));
    contents_zero_and_range_overlapping_are_uncovered => "uncovered: ContentsNotDer",
        || forged(Some("/Contents <00>"), Some(OVERLAP));
    signature_dictionary_missing_is_no_signature => "no signature",
        || draft(PLAIN).object(SIGNATURE_FIELD, &signature_field("first", SIGNATURE, "")).end().bytes;
    signature_dictionary_null_is_no_signature => "no signature",
        || draft(PLAIN)
            .object(SIGNATURE_FIELD, &signature_field("first", SIGNATURE, ""))
            .object(SIGNATURE, "null")
            .end().bytes;
    signature_dictionary_inside_its_field_is_uncovered => "uncovered: NotIndirect",
        || {
            let body = signature(None);
            let field = signature_field("first", SIGNATURE, "").replace("10 0 R", &body);
            draft(PLAIN).object(SIGNATURE_FIELD, &field).end().signed().bytes
        };
}
