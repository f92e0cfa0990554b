//! Shadow attacks: the document is prepared before it is signed, and turned over afterwards.

use super::attacks;
use crate::contract::*;

/// A picture over the whole page, as an annotation would not be: part of the signed content.
const COVERED: &str = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents [4 0 R 31 0 R] \
     /Resources << /Font << /F1 5 0 R >> /XObject << /Cover 32 0 R >> >> /Annots [6 0 R 8 0 R 12 0 R 9 0 R] >>";

fn covered() -> crate::build::Update {
    let draft = draft_with_page(COVERED).stream(31, "", b"/Cover Do").stream(
        32,
        "/Type /XObject /Subtype /Form /BBox [0 0 612 792]",
        b"1 1 1 rg 0 0 612 792 re f",
    );
    sign(draft, PLAIN).end().signed().update().trailer(LATER)
}

fn draft_with_page(page: &str) -> crate::build::Update {
    draft_of(&catalog(""), page)
}

fn draft_of(catalog: &str, page: &str) -> crate::build::Update {
    crate::build::File::new(PLAIN.style)
        .update()
        .trailer(LATER)
        .object(1, catalog)
        .object(2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
        .object(3, page)
        .stream(CONTENT, "", SHOWN)
        .object(FONT, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
        .object(AMOUNT, &amount("100", AMOUNT_LOOK))
        .stream(AMOUNT_LOOK, FORM_XOBJECT, LOOK)
        .object(NOTE, NOTE_BODY)
        .object(INFO, "<< >>")
        .object(EMPTY_FIELD, &empty_field("other", ""))
        .stream(METADATA, "/Type /Metadata /Subtype /XML", b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
}

const OTHER: &[u8] = b"BT /F1 24 Tf 72 700 Td (Berg pays 999 crowns) Tj ET";

/// A second catalog, its pages and content, signed though nothing refers to them.
fn two_documents() -> crate::build::Update {
    let draft = draft(PLAIN)
        .object(40, &catalog("").replace("/Pages 2", "/Pages 41"))
        .object(41, "<< /Type /Pages /Kids [42 0 R] /Count 1 >>")
        .object(42, &page("").replace("/Parent 2", "/Parent 41").replace("/Contents 4", "/Contents 43"))
        .stream(43, "", OTHER);
    sign(draft, PLAIN).end().signed().update()
}

/// Two objects for one number in the signed bytes; the cross-references know the first.
fn two_for_one_number() -> (crate::build::File, usize) {
    let draft = draft(PLAIN);
    let at = draft.at();
    let hidden = [b"4 0 obj\n<< /Length 51 >>\nstream\n", OTHER, b"\nendstream\nendobj\n"].concat();
    (sign(draft.raw(&hidden), PLAIN).end().signed(), at)
}

attacks! {
    /// Hide: a picture covers the page when it is signed, and goes away.
    cover_taken_off_by_freeing_its_object_is_forbidden => "forbidden: Resource",
        || covered().free(32).end().bytes;
    cover_taken_off_by_making_it_empty_is_forbidden => "forbidden: Resource",
        || covered().stream(32, "/Type /XObject /Subtype /Form /BBox [0 0 0 0]", b" ").end().bytes;
    cover_taken_off_by_a_new_list_of_contents_is_forbidden => "forbidden: PageContent",
        || covered().object(3, &COVERED.replace(" 31 0 R]", "]")).end().bytes;
    /// Hide: the covering annotation is switched off by its flags.
    annotation_hidden_by_its_flags_is_forbidden => "forbidden: Annotation",
        || after(PLAIN).object(NOTE, &NOTE_BODY.replace("/F 4", "/F 2")).end().bytes;
    /// Replace: a field's look says something else than its value.
    field_look_replaced_while_its_value_stays_is_forbidden => "forbidden: Appearance",
        || after(PLAIN).stream(AMOUNT_LOOK, FORM_XOBJECT, b"/Tx BMC BT /F1 12 Tf 2 4 Td (999) Tj ET EMC").end().bytes;
    field_pointed_at_another_look_is_forbidden => "forbidden: Appearance",
        || after(PLAIN)
            .object(AMOUNT, &amount("100", NEXT))
            .stream(NEXT, FORM_XOBJECT, b"/Tx BMC BT /F1 12 Tf 2 4 Td (999) Tj ET EMC")
            .end().bytes;
    /// Replace: the font shows other letters.
    font_replaced_is_forbidden => "forbidden: Appearance Resource",
        || after(PLAIN)
            .object(FONT, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Differences [49 /nine] >> >>")
            .end().bytes;
    font_of_the_form_pointed_elsewhere_is_forbidden => "forbidden: Resource",
        || after(PLAIN)
            .object(1, &catalog("").replace("/F1 5 0 R", "/F1 30 0 R"))
            .object(NEXT, "<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>")
            .end().bytes;
    field_moved_over_other_content_is_forbidden => "forbidden: Field",
        || after(PLAIN).object(AMOUNT, &amount("100", AMOUNT_LOOK).replace("72 600 200 620", "72 690 300 720")).end().bytes;
    field_hidden_is_forbidden => "forbidden: Field",
        || after(PLAIN).object(AMOUNT, &amount("100", AMOUNT_LOOK).replace("/F 4", "/F 2")).end().bytes;
    field_renamed_is_forbidden => "forbidden: Field",
        || after(PLAIN).object(AMOUNT, &amount("100", AMOUNT_LOOK).replace("(amount)", "(sum)")).end().bytes;
    viewers_told_to_draw_fields_anew_is_forbidden => "forbidden: Form",
        || after(PLAIN).object(1, &catalog("").replace("/SigFlags 3", "/SigFlags 3 /NeedAppearances true")).end().bytes;
    /// Hide and replace: a second document lies in the signed bytes.
    catalog_switched_to_a_hidden_document_is_forbidden => "forbidden: Catalog PageContent PageTree",
        || two_documents().root(40).object(INFO, "<< >>").end().bytes;
    pages_switched_to_a_hidden_document_is_forbidden => "forbidden: PageContent PageTree",
        || two_documents().trailer(LATER).object(1, &catalog("").replace("/Pages 2", "/Pages 41")).end().bytes;
    /// Hide and replace: two objects for one number, switched by cross-references alone.
    object_switched_by_cross_references_alone_is_forbidden => "forbidden: HiddenObject PageContent",
        || {
            let (file, at) = two_for_one_number();
            file.update().trailer(LATER).entry(CONTENT, at).end().bytes
        };
    page_switched_by_cross_references_alone_is_forbidden => "forbidden: HiddenObject PageContent",
        || {
            let draft = draft(PLAIN);
            let at = draft.at();
            let other = format!("3 0 obj\n{}\nendobj\n", page("").replace("/Contents 4", "/Contents 43"));
            let draft = draft.raw(other.as_bytes()).stream(43, "", OTHER);
            sign(draft, PLAIN).end().signed().update().trailer(LATER).entry(3, at).end().bytes
        };
    /// The same object twice in the signed bytes, nothing done with it yet.
    second_object_that_nothing_lists_leaves_it_untouched => "untouched",
        || two_for_one_number().0.bytes;
    object_that_nothing_refers_to_replaced_is_forbidden => "forbidden: Unreferenced",
        || {
            let draft = draft(PLAIN).stream(43, "", OTHER);
            sign(draft, PLAIN).end().signed().update().trailer(LATER).stream(43, "", SHOWN).end().bytes
        };
    /// One object, two roles: a page, or a field, or the catalog, and a list of pictures whose names are those entries
    /// that pages, fields and catalogs may change.
    picture_replaced_in_the_guise_of_a_fields_value_is_forbidden => "forbidden: Resource",
        || {
            let pictures = |value: u32| format!("<< /FT /Tx /T (pictures) /V {value} 0 R >>");
            let page = page("").replace("/Font << /F1 5 0 R >> >>", "/XObject 50 0 R >>");
            let draft = draft_of(&catalog("").replace("[6 0 R", "[50 0 R 6 0 R"), &page)
                .object(50, &pictures(51))
                .stream(51, FORM_XOBJECT, SHOWN);
            sign(draft, PLAIN).end().signed().update().trailer(LATER)
                .object(50, &pictures(52)).stream(52, FORM_XOBJECT, OTHER).end().bytes
        };
    picture_replaced_in_the_guise_of_a_pages_date_is_forbidden => "forbidden: Resource",
        || {
            let page = |value: u32| page("")
                .replace("/Font << /F1 5 0 R >> >>", "/XObject 3 0 R >>")
                .replace("/Contents", &format!("/LastModified {value} 0 R /Contents"));
            let draft = draft_of(&catalog(""), &page(51)).stream(51, FORM_XOBJECT, SHOWN);
            sign(draft, PLAIN).end().signed().update().trailer(LATER)
                .object(3, &page(52)).stream(52, FORM_XOBJECT, OTHER).end().bytes
        };
    picture_replaced_in_the_guise_of_the_catalogs_extensions_is_forbidden => "forbidden: Resource",
        || {
            let page = page("").replace("/Font << /F1 5 0 R >> >>", "/XObject 1 0 R >>");
            let draft = draft_of(&catalog("/Extensions 51 0 R"), &page).stream(51, FORM_XOBJECT, SHOWN);
            sign(draft, PLAIN).end().signed().update().trailer(LATER)
                .object(1, &catalog("/Extensions 52 0 R")).stream(52, FORM_XOBJECT, OTHER).end().bytes
        };
    /// The same, linked to before it is used.
    picture_replaced_in_the_guise_of_a_page_that_is_linked_to_first_is_forbidden => "forbidden: Resource",
        || {
            let other = |value: u32| format!("<< /Type /Page /Parent 70 0 R /MediaBox [0 0 9 9] /LastModified {value} 0 R >>");
            let first = page("").replace("/Font << /F1 5 0 R >> >>", "/Properties << /P 50 0 R >> /XObject 50 0 R >>");
            let draft = draft_of(&catalog("").replace("/Pages 2", "/Pages 71"), &first)
                .object(50, &other(51))
                .stream(51, FORM_XOBJECT, SHOWN)
                .object(70, "<< /Type /Pages /Parent 71 0 R /Kids [50 0 R] /Count 1 >>")
                .object(71, "<< /Type /Pages /Kids [3 0 R 70 0 R] /Count 2 >>");
            sign(draft, PLAIN).end().signed().update().trailer(LATER)
                .object(50, &other(52)).stream(52, FORM_XOBJECT, OTHER).end().bytes
        };
    /// A field over the whole page waits to be filled in.
    field_over_the_whole_page_filled_in_is_suspicious => "suspicious, Filling: FormFill",
        || {
            let field = |value: &str, look| amount(value, look).replace("72 600 200 620", "0 0 612 792");
            let draft = draft_of(&catalog("").replace("[6 0 R", "[50 0 R 6 0 R"), &page(" 50 0 R"))
                .object(50, &field("", AMOUNT_LOOK).replace("(amount)", "(large)"));
            sign(draft, PLAIN).end().signed().update().trailer(LATER)
                .object(50, &field("x", 52).replace("(amount)", "(large)"))
                .stream(52, FORM_XOBJECT, OTHER).end().bytes
        };
}
