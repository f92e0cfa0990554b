//! Evil annotations and sneaky signatures: what a certification permits is used to show something else.

use super::attacks;
use crate::contract::*;

const EVIL_TEXT: &str = "<< /Type /Annot /Subtype /FreeText /Rect [72 690 400 730] /DA (/F1 24 Tf) \
     /Contents (Berg pays 999 crowns) /P 3 0 R /F 4 >>";

fn annotated(terms: Terms, annotation: &str) -> Vec<u8> {
    after(terms).object(3, &page(" 30 0 R")).object(NEXT, annotation).end().bytes
}

fn stamp() -> String {
    EVIL_TEXT.replace("/FreeText", "/Stamp")
}

fn redaction() -> String {
    EVIL_TEXT.replace("/FreeText", "/Redact").replace("/Contents", "/OverlayText")
}

/// A field that is signed, or not, and shows a picture.
fn sneaky(terms: Terms, rect: &str, value: &str) -> crate::build::Update {
    let field = format!(
        "<< /Type /Annot /Subtype /Widget /FT /Sig /T (sneaky) {value} /F 132 /Rect {rect} /P 3 0 R \
         /AP << /N 31 0 R >> >>"
    );
    let perms = if terms.certified.is_some() { "/Perms << /DocMDP 10 0 R >>" } else { "" };
    after(terms)
        .object(1, &catalog(perms).replace("9 0 R]", "9 0 R 30 0 R]"))
        .object(3, &page(" 30 0 R"))
        .object(NEXT, &field)
        .stream(31, "/Type /XObject /Subtype /Form /BBox [0 0 328 40]", b"BT (Berg pays 999 crowns) Tj ET")
}

const OVER_THE_TEXT: &str = "[72 690 400 730]";
const OVER_THE_PAGE: &str = "[0 0 612 792]";

fn sneaky_signed(terms: Terms, rect: &str) -> Vec<u8> {
    sneaky(terms, rect, "/V 32 0 R").object(32, &signature(None)).end().signed().bytes
}

attacks! {
    free_text_where_annotations_are_permitted_is_suspicious => "suspicious, Annotations: Annotation",
        || annotated(certified(3), EVIL_TEXT);
    stamp_where_annotations_are_permitted_is_suspicious => "suspicious, Annotations: Annotation",
        || annotated(certified(3), &stamp());
    redaction_where_annotations_are_permitted_is_suspicious => "suspicious, Annotations: Annotation",
        || annotated(certified(3), &redaction());
    highlight_with_a_picture_where_annotations_are_permitted_is_suspicious => "suspicious, Annotations: Annotation",
        || annotated(certified(3), &EVIL_TEXT.replace("/FreeText", "/Highlight").replace("/F 4", "/AP << /N 7 0 R >>"));
    note_where_annotations_are_permitted_is_permitted => "permitted, Annotations: Annotation",
        || annotated(certified(3), &NOTE_BODY.replace("a note", "another"));
    note_that_runs_a_script_is_forbidden => "forbidden: Action",
        || annotated(certified(3), &NOTE_BODY.replace("/F 4", "/A << /S /JavaScript /JS (x) >>"));
    free_text_where_filling_in_is_permitted_is_forbidden => "forbidden: Annotation",
        || annotated(certified(2), EVIL_TEXT);
    stamp_where_filling_in_is_permitted_is_forbidden => "forbidden: Annotation",
        || annotated(certified(2), &stamp());
    redaction_where_filling_in_is_permitted_is_forbidden => "forbidden: Annotation",
        || annotated(certified(2), &redaction());
    free_text_where_nothing_is_permitted_is_forbidden => "forbidden: Annotation",
        || annotated(certified(1), EVIL_TEXT);
    free_text_after_a_signature_that_certifies_nothing_is_forbidden => "forbidden: Annotation",
        || annotated(PLAIN, EVIL_TEXT);
    /// An annotation may change where annotations may; what a page draws with may not, though one object be both.
    annotation_that_is_also_a_resource_changed_is_forbidden => "forbidden: Resource",
        || {
            let resources = "<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /P 3 0 R /Font << /F1 5 0 R >> >>";
            let with = |page: String| page.replace("<< /Font << /F1 5 0 R >> >>", "34 0 R").replace("8 0 R", "34 0 R");
            let first = crate::build::File::new(PLAIN.style).update().trailer(LATER)
                .object(1, &catalog("/Perms << /DocMDP 10 0 R >>"))
                .object(2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
                .object(3, &with(page("")))
                .stream(CONTENT, "", SHOWN)
                .object(FONT, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
                .object(AMOUNT, &amount("100", AMOUNT_LOOK))
                .stream(AMOUNT_LOOK, FORM_XOBJECT, LOOK)
                .object(EMPTY_FIELD, &empty_field("other", ""))
                .object(INFO, "<< >>")
                .object(34, resources)
                .stream(METADATA, "/Type /Metadata /Subtype /XML", b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>");
            let other = "<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>";
            sign(first, certified(3)).end().signed().update().trailer(LATER)
                .object(34, &resources.replace("5 0 R", "35 0 R")).object(35, other).end().bytes
        };
    /// SSA: a signature whose picture lies over the content.
    visible_signature_after_certification_for_filling_is_forbidden => "forbidden: VisibleSignatureField",
        || sneaky_signed(certified(2), OVER_THE_TEXT);
    visible_signature_after_certification_without_changes_is_forbidden => "forbidden: VisibleSignatureField",
        || sneaky_signed(certified(1), OVER_THE_TEXT);
    visible_signature_over_the_whole_page_is_suspicious => "suspicious, Filling: Signature VisibleSignatureField",
        || sneaky_signed(PLAIN, OVER_THE_PAGE);
    visible_signature_of_a_second_signer_is_permitted => "permitted, Filling: Signature VisibleSignatureField",
        || sneaky_signed(PLAIN, OVER_THE_TEXT);
    picture_in_a_field_that_nobody_signed_is_forbidden => "forbidden: Field",
        || sneaky(PLAIN, OVER_THE_TEXT, "").end().bytes;
    picture_in_a_field_that_nobody_signed_after_certification_is_forbidden => "forbidden: Field",
        || sneaky(certified(2), OVER_THE_TEXT, "").end().bytes;
    signature_field_that_runs_a_script_is_forbidden => "forbidden: Field",
        || {
            let value = "/V 32 0 R /AA << /Fo << /S /JavaScript /JS (x) >> >>";
            sneaky(PLAIN, OVER_THE_TEXT, value).object(32, &signature(None)).end().signed().bytes
        };
    field_filled_in_where_nothing_is_permitted_is_forbidden => "forbidden: FormFill",
        || after(certified(1)).object(AMOUNT, &amount("999", AMOUNT_LOOK)).end().bytes;
    locked_field_filled_in_is_forbidden => "forbidden: FormFill",
        || {
            let terms = Terms { lock: "/Lock << /Type /SigFieldLock /Action /Include /Fields [(amount)] >>", ..PLAIN };
            after(terms).object(AMOUNT, &amount("999", AMOUNT_LOOK)).end().bytes
        };
    certification_taken_back_is_forbidden => "forbidden: Catalog",
        || after(certified(1)).object(1, &catalog("")).end().bytes;
    /// Kept from the screen, and printed over the text all the same.
    picture_that_is_only_printed_in_a_field_that_nobody_signed_is_forbidden => "forbidden: Field",
        || {
            let bytes = sneaky(PLAIN, OVER_THE_TEXT, "").end().bytes;
            let at = crate::build::find_last(&bytes, b"/F 132");
            [&bytes[..at], b"/F 036", &bytes[at + 6..]].concat()
        };
    regular_signature_called_a_timestamp_where_nothing_is_permitted_is_forbidden => "forbidden: Signature",
        || {
            let body = signature(None).replace("/Type /Sig ", "/Type /DocTimeStamp ");
            after(certified(1))
                .object(1, &catalog("/Perms << /DocMDP 10 0 R >>").replace("9 0 R]", "9 0 R 30 0 R]"))
                .object(NEXT, &signature_field("second", 31, ""))
                .object(31, &body)
                .end().signed().bytes
        };
}
