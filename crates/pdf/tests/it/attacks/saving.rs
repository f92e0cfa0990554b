//! Incremental saving: something is appended to a signed file.

use super::attacks;
use crate::build::{File, find, hole};
use crate::contract::*;

const OTHER: &[u8] = b"BT /F1 24 Tf 72 700 Td (Berg pays 999 crowns) Tj ET";

fn body() -> Vec<u8> {
    [b"4 0 obj\n<< /Length 51 >>\nstream\n", OTHER, b"\nendstream\nendobj\n"].concat()
}

/// The signature's own object again, under another number, so that its bytes are the last ones of the file.
fn copied_signature(file: &File) -> String {
    let (contents, range) = filled(&file.bytes);
    signature_with(&format!("/ByteRange {range} /Contents <{contents}>"), None)
}

attacks! {
    /// ISA 1: a whole incremental update.
    page_content_replaced_by_an_update_is_forbidden => "forbidden: PageContent",
        || after(PLAIN).stream(CONTENT, "", OTHER).end().bytes;
    page_content_replaced_in_a_file_of_xref_streams_is_forbidden => "forbidden: PageContent",
        || after(STREAM).stream(CONTENT, "", OTHER).end().bytes;
    page_pointed_at_other_content_is_forbidden => "forbidden: PageContent",
        || after(PLAIN)
            .stream(NEXT, "", OTHER)
            .object(3, &page("").replace("/Contents 4", "/Contents 30"))
            .end().bytes;
    /// ISA 2: a body and a trailer, no cross-references.
    body_and_trailer_without_xref_is_forbidden => "forbidden: Trailing",
        || signed(PLAIN).append(&body()).append(b"trailer\n<< /Root 1 0 R /Size 14 >>\n%%EOF\n").bytes;
    /// ISA 3: a body alone.
    body_alone_is_forbidden => "forbidden: Trailing",
        || signed(PLAIN).append(&body()).bytes;
    /// ISA 3 with a `startxref` that leads to the signed cross-references.
    body_that_repeats_startxref_is_forbidden => "forbidden: Trailing",
        || {
            let file = signed(PLAIN);
            let end = format!("startxref\n{}\n%%EOF\n", file.startxref.unwrap());
            file.append(&body()).append(end.as_bytes()).bytes
        };
    /// ISA 4: an update that ends with a copy of the signature.
    update_with_the_signature_copied_is_forbidden => "forbidden: PageContent",
        || {
            let file = signed(PLAIN);
            let copy = copied_signature(&file);
            file.update().trailer(LATER).stream(CONTENT, "", OTHER).object(SIGNATURE, &copy).end().bytes
        };
    body_with_the_signature_copied_is_refused => "refused: NoStartxref",
        || {
            let file = signed(PLAIN);
            let copy = copied_signature(&file);
            file.append(&body()).append(format!("10 0 obj\n{copy}\nendobj\n").as_bytes()).append(b"%%EOF\n").bytes
        };
    comment_after_the_end_is_forbidden => "forbidden: Trailing",
        || signed(PLAIN).append(b"% a comment\n").bytes;
    white_space_after_the_end_leaves_it_untouched => "untouched",
        || signed(PLAIN).append(b"\n\n\n").bytes;
    so_much_after_the_end_that_startxref_is_out_of_reach_is_refused => "refused: NoStartxref",
        || signed(PLAIN).append(&[b'%'; 2000]).bytes;
    page_added_is_forbidden => "forbidden: PageTree",
        || after(PLAIN)
            .object(2, "<< /Type /Pages /Kids [3 0 R 30 0 R] /Count 2 >>")
            .object(NEXT, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] >>")
            .end().bytes;
    page_box_changed_is_forbidden => "forbidden: PageBox",
        || after(PLAIN).object(3, &page("").replace("612 792", "612 300")).end().bytes;
    catalog_replaced_is_forbidden => "forbidden: Catalog",
        || {
            let body = catalog("").replace("/Pages 2", "/PageLayout /OneColumn /Pages 2");
            signed(PLAIN).update().root(NEXT).object(NEXT, &body).end().bytes
        };
    script_at_opening_is_forbidden => "forbidden: Action",
        || after(PLAIN).object(1, &catalog("/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>")).end().bytes;
    script_among_the_names_is_forbidden => "forbidden: Catalog",
        || after(PLAIN).object(1, &catalog("/Names << /JavaScript 30 0 R >>")).object(NEXT, "<< >>").end().bytes;
    layers_added_are_forbidden => "forbidden: Layers",
        || after(PLAIN).object(1, &catalog("/OCProperties << /OCGs [] /D << >> >>")).end().bytes;
    signature_taken_out_of_the_form_is_forbidden => "forbidden: Field",
        || after(PLAIN).object(1, &catalog("").replace(" 9 0 R]", "]")).end().bytes;
    signature_value_replaced_is_forbidden => "forbidden: Signature",
        || {
            let field = signature_field("first", NEXT, "");
            after(PLAIN).object(SIGNATURE_FIELD, &field).object(NEXT, &signature(None)).end().signed().bytes
        };
    form_taken_away_is_forbidden => "forbidden: Field Form Resource",
        || after(PLAIN).object(1, &format!("<< {CATALOG} >>")).end().bytes;
    field_that_is_no_signature_added_is_forbidden => "forbidden: Field",
        || {
            let body = catalog("").replace("9 0 R]", "9 0 R 30 0 R]");
            let field = amount("7", AMOUNT_LOOK).replace("amount", "more");
            after(PLAIN).object(1, &body).object(3, &page(" 30 0 R")).object(NEXT, &field).end().bytes
        };
    title_changed_is_forbidden => "forbidden: Metadata",
        || after(PLAIN).object(INFO, "<< /Title (Other) /ModDate (D:20260401000000Z) >>").end().bytes;
    signature_over_an_earlier_revision_only_is_uncovered => "uncovered: End",
        || {
            // Signed first, then its own file rewritten as if a further revision were part of it.
            let file = signed(PLAIN);
            let at = find(&file.bytes, b"startxref");
            let more = file.clone().bytes[at..].to_vec();
            let mut bytes = file.bytes;
            bytes.truncate(at);
            bytes.extend_from_slice(b"% grown\n");
            bytes.extend_from_slice(&more);
            bytes
        };
    second_hole_of_the_same_signature_is_refused => "refused: Syntax",
        || sign_twice_in_one();
}

/// One dictionary with two `/Contents`.
fn sign_twice_in_one() -> Vec<u8> {
    let body = signature(None).replace("/M (", "/Contents <00> /M (");
    assert!(body.contains(&hole()));
    draft(PLAIN)
        .object(SIGNATURE_FIELD, &signature_field("first", SIGNATURE, ""))
        .object(SIGNATURE, &body)
        .end()
        .signed()
        .bytes
}
