//! Games with cross-references: what one reader follows, another doesn't see.

use super::attacks;
use crate::build::{Style, find, find_last, replace};
use crate::contract::*;

const OTHER: &[u8] = b"BT /F1 24 Tf 72 700 Td (Berg pays 999 crowns) Tj ET";

/// A hybrid update: a table, and beside it a cross-reference stream that puts an object at another place.
fn hybrid(table_lists_content: bool) -> Vec<u8> {
    let file = signed(PLAIN);
    let update = file.clone().update();
    let content = update.at();
    let update = update.stream(CONTENT, "", SHOWN);
    let other = update.at();
    let update = update.stream(CONTENT, "", OTHER);
    let beside = update.at();
    let mut row = vec![1];
    row.extend_from_slice(&u32::try_from(other).unwrap().to_be_bytes());
    row.extend_from_slice(&[0, 0]);
    let stream =
        b"41 0 obj\n<< /Type /XRef /W [1 4 2] /Index [4 1] /Size 42 /Root 1 0 R /Length 7 >>\nstream\n";
    let update = update.raw(stream).raw(&row).raw(b"\nendstream\nendobj\n");
    let mut bytes = update.bytes().to_vec();
    let at = bytes.len();
    let entry = if table_lists_content {
        format!("{content:010} 00000 n \n")
    } else {
        "0000000000 00000 f \n".into()
    };
    let prev = file.startxref.unwrap();
    let table = format!(
        "xref\n4 1\n{entry}trailer\n<< /Root 1 0 R /Size 42 /Prev {prev} /XRefStm {beside} >>\nstartxref\n{at}\n%%EOF\n"
    );
    bytes.extend_from_slice(table.as_bytes());
    bytes
}

attacks! {
    hybrid_file_that_gives_an_object_two_places_is_refused => "refused: TwoPlaces",
        || hybrid(true);
    hybrid_file_that_hides_other_content_from_old_readers_is_forbidden => "forbidden: PageContent",
        || hybrid(false);
    content_freed_is_forbidden => "forbidden: PageContent",
        || after(PLAIN).free(CONTENT).end().bytes;
    content_freed_and_given_again_with_another_generation_is_refused => "refused: Generation",
        || {
            let file = after(PLAIN).free(CONTENT).end();
            file.update().trailer(LATER).generation(CONTENT, 1, "<< /Length 0 >>\nstream\n\nendstream").end().bytes
        };
    content_referred_to_by_another_generation_is_refused => "refused: Generation",
        || after(PLAIN).object(3, &page("").replace("/Contents 4 0 R", "/Contents 4 1 R")).end().bytes;
    object_of_another_number_at_the_place_is_refused => "refused: NotThere",
        || {
            let update = after(PLAIN);
            let at = update.at();
            update.stream(40, "", OTHER).entry(CONTENT, at).end().bytes
        };
    name_twice_in_a_dictionary_is_refused => "refused: Syntax",
        || after(PLAIN).object(3, &page("").replace("/Contents 4 0 R", "/Contents 4 0 R /Contents 30 0 R")).end().bytes;
    name_twice_by_another_spelling_is_refused => "refused: Syntax",
        || after(PLAIN).object(3, &page("").replace("/Contents 4 0 R", "/Contents 4 0 R /C#6fntents 30 0 R")).end().bytes;
    length_that_is_too_short_is_refused => "refused: Length",
        || {
            let bytes = after(PLAIN).stream(CONTENT, "", SHOWN).end().bytes;
            let at = find_last(&bytes, b"/Length 51");
            [&bytes[..at], b"/Length 31", &bytes[at + 10..]].concat()
        };
    length_that_is_too_long_is_refused => "refused: Length",
        || {
            let bytes = after(PLAIN).stream(CONTENT, "", SHOWN).end().bytes;
            let at = find_last(&bytes, b"/Length 51");
            [&bytes[..at], b"/Length 91", &bytes[at + 10..]].concat()
        };
    /// A stream cut short by replacing the object that holds its length.
    length_replaced_in_an_object_of_its_own_is_refused => "refused: Syntax",
        || {
            let draft = crate::build::File::new(Style::Table).update().trailer(LATER)
                .object(1, &catalog(""))
                .object(2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
                .object(3, &page(""))
                .object(CONTENT, "<< /Length 36 0 R >>\nstream\nBT (a) Tj ET endstream BT (b) Tj ET\nendstream")
                .object(36, "35")
                .object(FONT, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
                .object(AMOUNT, &amount("100", AMOUNT_LOOK))
                .stream(AMOUNT_LOOK, FORM_XOBJECT, LOOK)
                .object(NOTE, NOTE_BODY)
                .object(EMPTY_FIELD, &empty_field("other", ""))
                .object(INFO, "<< >>")
                .stream(METADATA, "/Type /Metadata /Subtype /XML", b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>");
            sign(draft, PLAIN).end().signed().update().trailer(LATER).object(36, "13").end().bytes
        };
    object_stream_that_brings_a_signed_object_is_forbidden => "forbidden: PageContent",
        || {
            let other = page("").replace("/Contents 4", "/Contents 43");
            after(STREAM).stream(43, "", OTHER).contained(44, &[(3, other.as_str())]).end().bytes
        };
    object_stream_replaced_under_its_number_is_forbidden => "forbidden: Appearance Resource Unreferenced",
        || {
            let font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>";
            let draft = crate::build::File::new(Style::Stream).update().trailer(LATER)
                .object(1, &catalog(""))
                .object(2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
                .object(3, &page(""))
                .stream(CONTENT, "", SHOWN)
                .contained(20, &[(FONT, font)])
                .object(AMOUNT, &amount("100", AMOUNT_LOOK))
                .stream(AMOUNT_LOOK, FORM_XOBJECT, LOOK)
                .object(NOTE, NOTE_BODY)
                .object(EMPTY_FIELD, &empty_field("other", ""))
                .object(INFO, "<< >>")
                .stream(METADATA, "/Type /Metadata /Subtype /XML", b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>");
            let body = font.replace("Helvetica", "Symbol");
            let index = format!("{FONT} 0 ");
            let entries = format!("/Type /ObjStm /N 1 /First {}", index.len());
            sign(draft, STREAM).end().signed().update().trailer(LATER)
                .stream(20, &entries, (index + &body).as_bytes()).end().bytes
        };
    object_said_to_be_at_another_place_of_an_object_stream_is_refused => "refused: NotInContainer",
        || {
            let font = "<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>";
            after(STREAM).contained(44, &[(45, font)]).entry_contained(FONT, 44, 0).end().bytes
        };
    prev_that_leads_forward_is_refused => "refused: PrevNotEarlier",
        || {
            let update = after(PLAIN);
            let at = update.at();
            update.prev(at + 10_000_000).end().bytes
        };
    prev_that_leads_to_itself_is_refused => "refused: PrevNotEarlier",
        || {
            let update = after(PLAIN);
            let at = update.at();
            update.prev(at).end().bytes
        };
    /// Cross-references inside the hole, reached by `/Prev`.
    prev_into_the_hole_of_the_signature_is_refused => "refused: Syntax",
        || {
            let file = signed(PLAIN);
            let at = find(&file.bytes, b"/Contents <30") + 100;
            file.update().trailer(LATER).prev(at).end().bytes
        };
    /// Without `/Prev` nothing of what was signed is part of the document.
    update_without_prev_shows_no_signature => "no signature",
        || {
            let mut file = signed(PLAIN);
            let at = file.startxref.take();
            assert!(at.is_some());
            file.update().object(1, &catalog("")).end().bytes
        };
    startxref_of_the_signed_revision_that_leads_elsewhere_is_refused => "refused: StartxrefDiffers",
        || {
            let file = signed(PLAIN);
            let startxref = file.startxref.unwrap();
            let file = file.update().trailer(LATER).object(INFO, "<< /Title (Contract) >>").end();
            replace(&file.bytes, &format!("startxref\n{startxref}\n"), &format!("startxref\n{}\n", startxref - 1))
        };
    object_beyond_the_end_of_its_revision_is_refused => "refused: BeyondRevision",
        || {
            let update = after(PLAIN);
            let at = update.at() + 5000;
            let file = update.entry(40, at).end();
            file.update().trailer(LATER).stream(40, "", &[b' '; 9000]).end().bytes
        };
    object_beyond_size_is_refused => "refused: BeyondSize",
        || {
            let bytes = after(PLAIN).stream(50, "", OTHER).end().bytes;
            let at = find_last(&bytes, b"/Size 51");
            [&bytes[..at], b"/Size 20", &bytes[at + 8..]].concat()
        };
    junk_before_the_header_is_refused => "refused: NoHeader",
        || [b"junk\n".as_slice(), &signed(PLAIN).bytes].concat();
    encrypted_file_is_refused => "refused: Encrypted",
        || after(PLAIN).trailer("/Encrypt 40 0 R").object(40, "<< /Filter /Standard >>").end().bytes;
    offset_that_is_wrong_is_refused => "refused: NotThere",
        || {
            let update = after(PLAIN);
            let at = update.at() - 30;
            update.entry(CONTENT, at).end().bytes
        };
}
