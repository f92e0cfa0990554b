//! What honest writers do after a signature.

use crate::attacks::attacks;
use crate::build::File;
use crate::contract::*;
use crate::outcome::{changes, outcomes};
use insta::assert_snapshot;

const NEW_LOOK: &[u8] = b"/Tx BMC BT /F1 12 Tf 2 4 Td (250) Tj ET EMC";

fn second(terms: Terms, rect: &str, name: &str) -> File {
    let perms = if terms.certified.is_some() { "/Perms << /DocMDP 10 0 R >>" } else { "" };
    after(terms)
        .object(1, &catalog(perms).replace("9 0 R]", "9 0 R 30 0 R]"))
        .object(3, &page(" 30 0 R"))
        .object(NEXT, &signature_field(name, NEXT + 1, "").replace("[0 0 0 0]", rect))
        .object(NEXT + 1, &signature(None))
        .end()
        .signed()
}

fn stamped(terms: Terms) -> File {
    let perms = if terms.certified.is_some() { "/Perms << /DocMDP 10 0 R >>" } else { "" };
    after(terms)
        .object(1, &catalog(perms).replace("9 0 R]", "9 0 R 30 0 R]"))
        .object(3, &page(" 30 0 R"))
        .object(NEXT, &signature_field("stamp", NEXT + 1, ""))
        .object(NEXT + 1, &timestamp())
        .end()
        .signed()
}

const STORE: &str = "/DSS 50 0 R /Extensions << /ADBE << /BaseVersion /1.7 /ExtensionLevel 5 >> >>";

fn with_store(terms: Terms) -> File {
    let perms = if terms.certified.is_some() { "/Perms << /DocMDP 10 0 R >>" } else { "" };
    after(terms)
        .object(1, &catalog(&format!("{STORE} {perms}")))
        .object(50, "<< /Type /DSS /Certs [51 0 R] /CRLs 52 0 R >>")
        .stream(51, "", b"0\x03\x02\x01\x01")
        .object(52, "[53 0 R]")
        .stream(53, "", b"0\x03\x02\x01\x02")
        .end()
}

fn grown_store() -> File {
    with_store(PLAIN)
        .update()
        .trailer(LATER)
        .object(50, "<< /Type /DSS /Certs [51 0 R 54 0 R] /CRLs 52 0 R /VRI << /0123456789ABCDEF0123456789ABCDEF01234567 << /Cert [54 0 R] >> >> >>")
        .stream(54, "", b"0\x03\x02\x01\x03")
        .end()
}

/// The contract with a structure tree, and a signature field put into it.
fn structured(element: &str) -> Vec<u8> {
    let tree = "/StructTreeRoot 60 0 R /MarkInfo << /Marked true >>";
    let draft = draft_with(PLAIN, tree)
        .object(60, "<< /Type /StructTreeRoot /K [61 0 R] /ParentTree 62 0 R /ParentTreeNextKey 1 >>")
        .object(61, "<< /Type /StructElem /S /Document /P 60 0 R /K [63 0 R] >>")
        .object(62, "<< /Nums [0 [63 0 R]] >>")
        .object(63, "<< /Type /StructElem /S /P /P 61 0 R /K 0 /Pg 3 0 R >>");
    let file = sign(draft, PLAIN).end().signed();
    file.update()
        .trailer(LATER)
        .object(1, &catalog(tree).replace("9 0 R]", "9 0 R 80 0 R]"))
        .object(3, &page(" 80 0 R"))
        .object(80, &signature_field("second", 81, "/StructParent 1"))
        .object(81, &signature(None))
        .object(60, "<< /Type /StructTreeRoot /K [61 0 R] /ParentTree 62 0 R /ParentTreeNextKey 2 >>")
        .object(61, "<< /Type /StructElem /S /Document /P 60 0 R /K [63 0 R 64 0 R] >>")
        .object(62, "<< /Nums [0 [63 0 R] 1 64 0 R] >>")
        .object(64, element)
        .end()
        .signed()
        .bytes
}

const FIELD_MDP: &str = "/Reference [<< /Type /SigRef /TransformMethod /FieldMDP /TransformParams \
     << /Type /TransformParams /V /1.2 /Action /Include /Fields [(amount)] >> >>]";

/// A thousand changes that are permitted, and then some.
fn crowd() -> String {
    let fonts: String = (10..1100).map(|number| format!("/F{number} << /Type /Font >> ")).collect();
    catalog("").replace("/F1 5 0 R", &format!("/F1 5 0 R {fonts}"))
}

/// A field over the whole page, filled in beside a thousand other changes.
fn crowded_box() -> Vec<u8> {
    let all_of_it = |field: String| field.replace("[72 600 200 620]", "[0 0 612 792]");
    let large = draft(PLAIN).end().update().trailer(LATER);
    let large = large.object(AMOUNT, &all_of_it(amount("100", AMOUNT_LOOK)));
    let file = sign(large, PLAIN).end().signed();
    file.update()
        .trailer(LATER)
        .object(1, &crowd())
        .object(AMOUNT, &all_of_it(amount("250", NEXT)))
        .stream(NEXT, FORM_XOBJECT, NEW_LOOK)
        .end()
        .bytes
}

fn locked(lock: &'static str) -> Terms {
    Terms { lock, ..PLAIN }
}

attacks! {
    only_the_signature_leaves_it_untouched => "untouched", || signed(PLAIN).bytes;
    only_the_signature_in_xref_streams_leaves_it_untouched => "untouched", || signed(STREAM).bytes;
    second_signature_in_a_new_field_is_permitted => "permitted, Filling: Signature",
        || second(PLAIN, "[0 0 0 0]", "second").bytes;
    second_signature_in_xref_streams_is_permitted => "permitted, Filling: Signature",
        || second(STREAM, "[0 0 0 0]", "second").bytes;
    second_signature_that_shows_is_permitted => "permitted, Filling: Signature VisibleSignatureField",
        || second(PLAIN, "[300 72 500 120]", "second").bytes;
    second_signature_under_the_name_of_the_first_is_forbidden => "forbidden: Field",
        || second(PLAIN, "[0 0 0 0]", "first").bytes;
    second_signature_after_certification_for_filling_is_permitted => "permitted, Filling: Signature",
        || second(certified(2), "[0 0 0 0]", "second").bytes;
    second_signature_after_certification_without_changes_is_forbidden => "forbidden: Signature",
        || second(certified(1), "[0 0 0 0]", "second").bytes;
    empty_field_signed_is_permitted => "permitted, Filling: Appearance Signature",
        || after(PLAIN)
            .object(EMPTY_FIELD, &empty_field("other", "/V 30 0 R /AP << /N 31 0 R >>"))
            .object(NEXT, &signature(None))
            .stream(31, FORM_XOBJECT, b"BT (signed) Tj ET")
            .end().signed().bytes;
    timestamp_is_permitted_even_where_nothing_is => "permitted, Extension: SignatureField Timestamp",
        || stamped(certified(1)).bytes;
    validation_data_are_permitted_even_where_nothing_is => "permitted, Extension: Dss Extensions",
        || with_store(certified(1)).bytes;
    validation_data_may_grow => "permitted, Extension: Dss Extensions", || grown_store().bytes;
    validation_data_changed_in_place_are_forbidden => "forbidden: Dss",
        || with_store(PLAIN).update().trailer(LATER).stream(51, "", b"0\x03\x02\x01\x09").end().bytes;
    validation_data_with_something_else_among_them_are_forbidden => "forbidden: Dss",
        || after(PLAIN).object(1, &catalog("/DSS << /Certs [] /Pages 2 0 R >>")).end().bytes;
    validation_data_taken_away_are_forbidden => "forbidden: Dss",
        || with_store(PLAIN).update().trailer(LATER).object(1, &catalog("")).end().bytes;
    /// One object, two roles: as validation data it might be new, as content it may not be.
    content_replaced_under_the_name_of_validation_data_is_forbidden => "forbidden: PageContent",
        || after(PLAIN)
            .object(1, &catalog("/DSS << /Certs [4 0 R] >>"))
            .stream(CONTENT, "", b"0\x03\x02\x01\x01")
            .end().bytes;
    content_replaced_under_the_name_of_metadata_is_forbidden => "forbidden: PageContent",
        || after(PLAIN)
            .object(1, &catalog("").replace("/Metadata 13", "/Metadata 4"))
            .stream(CONTENT, "/Type /Metadata /Subtype /XML", b"BT (Berg pays 999 crowns) Tj ET")
            .end().bytes;
    document_full_of_links_signed_again_is_permitted => "permitted, Filling: FormFill Signature", linked;
    field_filled_in_is_permitted => "permitted, Filling: FormFill",
        || after(PLAIN).object(AMOUNT, &amount("250", NEXT)).stream(NEXT, FORM_XOBJECT, NEW_LOOK).end().bytes;
    field_filled_in_with_its_look_in_place_is_permitted => "permitted, Filling: FormFill",
        || after(certified(2)).object(AMOUNT, &amount("250", AMOUNT_LOOK)).stream(AMOUNT_LOOK, FORM_XOBJECT, NEW_LOOK).end().bytes;
    field_filled_in_and_closed_is_permitted => "permitted, Filling: FormFill",
        || after(PLAIN).object(AMOUNT, &amount("250", AMOUNT_LOOK).replace("/F 4", "/F 4 /Ff 1")).end().bytes;
    field_that_the_lock_leaves_open_is_permitted => "permitted, Filling: FormFill",
        || after(locked("/Lock << /Type /SigFieldLock /Action /Include /Fields [(other)] >>"))
            .object(AMOUNT, &amount("250", AMOUNT_LOOK)).end().bytes;
    field_that_the_lock_excepts_is_permitted => "permitted, Filling: FormFill",
        || after(locked("/Lock << /Type /SigFieldLock /Action /Exclude /Fields [(amount)] >>"))
            .object(AMOUNT, &amount("250", AMOUNT_LOOK)).end().bytes;
    field_under_a_lock_of_all_is_forbidden => "forbidden: FormFill",
        || after(locked("/Lock << /Type /SigFieldLock /Action /All >>")).object(AMOUNT, &amount("250", AMOUNT_LOOK)).end().bytes;
    locked_field_behind_a_thousand_permitted_changes_is_forbidden => "forbidden: FormFill",
        || after(locked("/Lock << /Type /SigFieldLock /Action /Include /Fields [(amount)] >>"))
            .object(1, &crowd())
            .object(AMOUNT, &amount("250", AMOUNT_LOOK)).end().bytes;
    large_box_behind_a_thousand_permitted_changes_is_suspicious => "suspicious, Filling: FormFill Resource", crowded_box;
    field_that_the_signature_itself_locks_is_forbidden => "forbidden: FormFill",
        || after(Terms { reference: FIELD_MDP, ..PLAIN }).object(AMOUNT, &amount("250", AMOUNT_LOOK)).end().bytes;
    field_under_a_lock_of_its_parent_is_forbidden => "forbidden: Field FormFill",
        || after(locked("/Lock << /Type /SigFieldLock /Action /Include /Fields [(amo)] >>"))
            .object(AMOUNT, &amount("250", AMOUNT_LOOK).replace("(amount)", "(amo.unt)")).end().bytes;
    field_under_a_lock_without_changes_is_forbidden => "forbidden: FormFill",
        || after(locked("/Lock << /Type /SigFieldLock /Action /Include /Fields [] /P 1 >>"))
            .object(AMOUNT, &amount("250", AMOUNT_LOOK)).end().bytes;
    dates_of_the_writer_are_permitted => "permitted, Extension: Metadata",
        || after(certified(1)).object(INFO, "<< /Title (Contract) /ModDate (D:20260501000000Z) /Producer (x) >>").end().bytes;
    metadata_stream_replaced_is_permitted => "permitted, Extension: Metadata",
        || after(PLAIN)
            .stream(METADATA, "/Type /Metadata /Subtype /XML", b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><y/></x:xmpmeta>")
            .end().bytes;
    objects_written_again_as_they_were_are_permitted => "permitted, Extension",
        || after(PLAIN)
            .object(3, &page("").replace("612 792", "612.0 792.00").replace("<< /Type /Page", "<<\n/Type/Page"))
            .stream(CONTENT, "", SHOWN)
            .end().bytes;
    object_moved_into_an_object_stream_as_it_was_is_permitted => "permitted, Extension",
        || {
            let page = page("");
            after(STREAM).contained(44, &[(3, page.as_str())]).end().bytes
        };
    content_pointed_at_a_copy_is_permitted => "permitted, Extension",
        || after(PLAIN).stream(NEXT, "", SHOWN).object(3, &page("").replace("/Contents 4", "/Contents 30")).end().bytes;
    revision_of_nothing_is_permitted => "permitted, Extension",
        || after(STREAM).end().bytes;
    object_that_nothing_refers_to_is_permitted => "permitted, Extension: Unreferenced",
        || after(PLAIN).object(NEXT, "<< /A /B >>").end().bytes;
    widget_in_the_structure_tree_is_permitted => "permitted, Filling: Signature",
        || structured("<< /Type /StructElem /S /Form /P 61 0 R /Pg 3 0 R /K << /Type /OBJR /Obj 80 0 R >> >>");
    text_in_the_structure_tree_is_forbidden => "forbidden: Structure",
        || structured("<< /Type /StructElem /S /P /P 61 0 R /Pg 3 0 R /K 0 >>");
    font_added_to_the_form_is_permitted => "permitted, Filling: Resource",
        || after(PLAIN)
            .object(1, &catalog("").replace("/F1 5 0 R", "/F1 5 0 R /F2 30 0 R"))
            .object(NEXT, "<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>")
            .end().bytes;
    order_of_tabs_is_permitted => "permitted, Extension: Page",
        || after(PLAIN).object(3, &page("").replace("/Contents", "/Tabs /S /Contents")).end().bytes;
}

/// A document that links to its pages, fields and annotations from everywhere; a second signer signs it.
fn linked() -> Vec<u8> {
    let links = "/OpenAction [3 0 R /Fit] /Outlines 60 0 R /Names << /Dests << /Names [(a) 62 0 R] >> >> \
         /Dests << /one [3 0 R /Fit] /two << /D [3 0 R /Fit] >> >> /Threads [63 0 R] \
         /StructTreeRoot << /Type /StructTreeRoot /K [65 0 R] >>";
    let form = |fields: &str| catalog(links).replace("9 0 R]", &format!("9 0 R{fields}] /CO [6 0 R]"));
    let with_link =
        |more: &str| page(&format!(" 66 0 R 67 0 R{more}")).replace("/Contents", "/B [64 0 R] /Contents");
    let draft = File::new(PLAIN.style)
        .update()
        .trailer(LATER)
        .object(1, &form(""))
        .object(2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
        .object(3, &with_link(""))
        .stream(CONTENT, "", SHOWN)
        .object(FONT, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
        .object(AMOUNT, &amount("100", AMOUNT_LOOK))
        .stream(AMOUNT_LOOK, FORM_XOBJECT, LOOK)
        .object(NOTE, &NOTE_BODY.replace("/F 4", "/Popup 67 0 R"))
        .object(INFO, "<< >>")
        .object(EMPTY_FIELD, &empty_field("other", ""))
        .stream(METADATA, "/Type /Metadata /Subtype /XML", b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
        .object(60, "<< /Type /Outlines /First 61 0 R /Last 61 0 R /Count 1 >>")
        .object(61, "<< /Title (One) /Parent 60 0 R /Dest [3 0 R /Fit] /SE 65 0 R >>")
        .object(62, "[3 0 R /XYZ 0 0 0]")
        .object(63, "<< /Type /Thread /F 64 0 R >>")
        .object(64, "<< /Type /Bead /T 63 0 R /N 64 0 R /V 64 0 R /P 3 0 R /R [0 0 9 9] >>")
        .object(65, "<< /Type /StructElem /S /Link /K [<< /Type /OBJR /Obj 66 0 R /Pg 3 0 R >>] /Pg 3 0 R >>")
        .object(
            66,
            "<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /P 3 0 R /A << /S /GoTo /D [3 0 R /Fit] >> >>",
        )
        .object(67, "<< /Type /Annot /Subtype /Popup /Rect [0 0 9 9] /P 3 0 R /Parent 8 0 R >>");
    let file = sign(draft, PLAIN).end().signed();
    file.update()
        .trailer(LATER)
        .object(1, &form(" 80 0 R"))
        .object(3, &with_link(" 80 0 R"))
        .object(AMOUNT, &amount("250", AMOUNT_LOOK))
        .object(80, &signature_field("second", 81, ""))
        .object(81, &signature(None))
        .end()
        .signed()
        .bytes
}

#[test]
fn each_change_is_named_with_its_place_before_and_after() {
    let file = after(PLAIN)
        .object(1, &catalog("/OpenAction [3 0 R /Fit]"))
        .object(3, &page("").replace("612 792", "612 300"))
        .stream(CONTENT, "", b"BT ET")
        .object(AMOUNT, &amount("999", AMOUNT_LOOK).replace("72 600", "72 500"))
        .object(INFO, "<< /Title (Other) >>")
        .end();
    assert_snapshot!(changes(&file.bytes), @r"
    Filling: revision 2: form-fill at catalog/AcroForm/Fields/amount/V: (100) → (999)
    Forbidden: revision 2: field at catalog/AcroForm/Fields/amount/Rect/1: 600 → 500
    Forbidden: revision 2: metadata at trailer/Info/Title: (Contract) → (Other)
    Extension: revision 2: metadata at trailer/Info/ModDate: (D:20260401000000Z) → nothing
    Forbidden: revision 2: action at catalog/OpenAction: nothing → [3 0 R /Fit]
    Forbidden: revision 2: page-box at catalog/Pages/Kids/0/MediaBox/3: 792 → 300
    Forbidden: revision 2: page-content at catalog/Pages/Kids/0/Contents: a stream of 51 bytes → a stream of 5 bytes
    ");
}

#[test]
fn signature_is_named_by_its_kind() {
    assert_snapshot!(changes(&second(PLAIN, "[0 0 0 0]", "second").bytes), @r"
    Extension: revision 2: signature-field at catalog/AcroForm/Fields/second: nothing → a signature field at [0 0 0 0]
    Filling: revision 2: signature at catalog/AcroForm/Fields/second/V: nothing → a signature, ETSI.CAdES.detached
    ");
}

#[test]
fn each_signature_is_judged_by_what_follows_it() {
    let file = second(PLAIN, "[0 0 0 0]", "second");
    assert_eq!(outcomes(&file.bytes), ["permitted, Filling: Signature", "untouched"]);
    let file = file.update().trailer(LATER).stream(CONTENT, "", b"BT ET").end();
    assert_eq!(outcomes(&file.bytes), ["forbidden: PageContent", "forbidden: PageContent"]);
}

#[test]
fn change_taken_back_later_is_still_named() {
    let file = after(PLAIN).stream(CONTENT, "", b"BT ET").end();
    let file = file.update().trailer(LATER).stream(CONTENT, "", SHOWN).end();
    assert_eq!(outcomes(&file.bytes), ["forbidden: PageContent"]);
}
