//! One contract, signed in one way or another.

use crate::build::{File, HOLE_DIGITS, RANGE, Style, Update, hole};

/// How the contract is signed.
#[derive(Clone, Copy)]
pub(crate) struct Terms {
    pub(crate) style: Style,
    /// `/P` of a certification.
    pub(crate) certified: Option<u8>,
    /// Entries of the signature field, such as its lock.
    pub(crate) lock: &'static str,
    /// A signature reference dictionary more.
    pub(crate) reference: &'static str,
}

pub(crate) const PLAIN: Terms = Terms { style: Style::Table, certified: None, lock: "", reference: "" };
pub(crate) const STREAM: Terms = Terms { style: Style::Stream, ..PLAIN };

pub(crate) fn certified(level: u8) -> Terms {
    Terms { certified: Some(level), ..PLAIN }
}

/// Numbers of the objects.
pub(crate) const CONTENT: u32 = 4;
pub(crate) const FONT: u32 = 5;
pub(crate) const AMOUNT: u32 = 6;
pub(crate) const AMOUNT_LOOK: u32 = 7;
pub(crate) const NOTE: u32 = 8;
pub(crate) const SIGNATURE_FIELD: u32 = 9;
pub(crate) const SIGNATURE: u32 = 10;
pub(crate) const INFO: u32 = 11;
pub(crate) const EMPTY_FIELD: u32 = 12;
pub(crate) const METADATA: u32 = 13;
/// The first number no object has: the cross-reference stream of the second revision may be below.
pub(crate) const NEXT: u32 = 30;

pub(crate) const CATALOG: &str = "/Type /Catalog /Pages 2 0 R /Metadata 13 0 R";
pub(crate) const FORM: &str = "/AcroForm << /Fields [6 0 R 12 0 R 9 0 R] /SigFlags 3 /DR << /Font << /F1 5 0 R >> >> /DA (/F1 12 Tf) >>";

pub(crate) fn page(annotations: &str) -> String {
    format!(
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> /Annots [6 0 R 8 0 R 12 0 R 9 0 R{annotations}] >>"
    )
}

pub(crate) const SHOWN: &[u8] = b"BT /F1 24 Tf 72 700 Td (Berg pays 100 crowns) Tj ET";
pub(crate) const LOOK: &[u8] = b"/Tx BMC BT /F1 12 Tf 2 4 Td (100) Tj ET EMC";

pub(crate) fn amount(value: &str, look: u32) -> String {
    format!(
        "<< /Type /Annot /Subtype /Widget /FT /Tx /T (amount) /V ({value}) /DA (/F1 12 Tf) /F 4 \
         /Rect [72 600 200 620] /P 3 0 R /AP << /N {look} 0 R >> >>"
    )
}

pub(crate) const FORM_XOBJECT: &str =
    "/Type /XObject /Subtype /Form /BBox [0 0 128 20] /Resources << /Font << /F1 5 0 R >> >>";

pub(crate) const NOTE_BODY: &str =
    "<< /Type /Annot /Subtype /Text /Rect [500 700 520 720] /Contents (a note) /P 3 0 R /F 4 >>";

pub(crate) fn signature_field(name: &str, value: u32, more: &str) -> String {
    format!(
        "<< /Type /Annot /Subtype /Widget /FT /Sig /T ({name}) /V {value} 0 R /F 132 /Rect [0 0 0 0] /P 3 0 R {more} >>"
    )
}

pub(crate) fn empty_field(name: &str, more: &str) -> String {
    format!(
        "<< /Type /Annot /Subtype /Widget /FT /Sig /T ({name}) /F 132 /Rect [300 72 500 120] /P 3 0 R {more} >>"
    )
}

pub(crate) fn signature(level: Option<u8>) -> String {
    signature_with(&hole(), level)
}

pub(crate) fn signature_with(hole: &str, level: Option<u8>) -> String {
    let reference = level.map_or(String::new(), |level| {
        format!(
            "/Reference [<< /Type /SigRef /TransformMethod /DocMDP \
             /TransformParams << /Type /TransformParams /P {level} /V /1.2 >> >>]"
        )
    });
    format!(
        "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached {hole} /M (D:20260424000000Z) {reference} >>"
    )
}

pub(crate) fn timestamp() -> String {
    format!("<< /Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161 {} >>", hole())
}

pub(crate) fn catalog(more: &str) -> String {
    format!("<< {CATALOG} {FORM} {more} >>")
}

/// The contract before anybody signs.
pub(crate) fn draft(terms: Terms) -> Update {
    draft_with(terms, if terms.certified.is_some() { "/Perms << /DocMDP 10 0 R >>" } else { "" })
}

/// The same with more in its catalog.
pub(crate) fn draft_with(terms: Terms, more: &str) -> Update {
    File::new(terms.style)
        .update()
        .trailer("/Info 11 0 R /ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>]")
        .object(1, &catalog(more))
        .object(2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
        .object(3, &page(""))
        .stream(CONTENT, "", SHOWN)
        .object(FONT, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
        .object(AMOUNT, &amount("100", AMOUNT_LOOK))
        .stream(AMOUNT_LOOK, FORM_XOBJECT, LOOK)
        .object(NOTE, NOTE_BODY)
        .object(INFO, "<< /Title (Contract) /ModDate (D:20260401000000Z) >>")
        .object(EMPTY_FIELD, &empty_field("other", ""))
        .stream(METADATA, "/Type /Metadata /Subtype /XML", b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
}

/// The contract, signed once in its only revision.
pub(crate) fn signed(terms: Terms) -> File {
    sign(draft(terms), terms).end().signed()
}

/// The same draft with the signature in it, the revision still open.
pub(crate) fn sign(draft: Update, terms: Terms) -> Update {
    draft.object(SIGNATURE_FIELD, &signature_field("first", SIGNATURE, terms.lock)).object(
        SIGNATURE,
        &signature_with(&hole(), terms.certified).replace("/M (", &format!("{}/M (", terms.reference)),
    )
}

/// What follows in the trailer of later revisions.
pub(crate) const LATER: &str =
    "/Info 11 0 R /ID [<00112233445566778899aabbccddeeff> <ffeeddccbbaa99887766554433221100>]";

/// A later revision.
pub(crate) fn after(terms: Terms) -> Update {
    signed(terms).update().trailer(LATER)
}

/// The digits and the range of the first hole, as signed.
pub(crate) fn filled(file: &[u8]) -> (String, String) {
    let contents = crate::build::find(file, b"/Contents <30") + "/Contents <".len();
    let range = crate::build::find(file, b"/ByteRange [") + "/ByteRange ".len();
    let text = |from: usize, length: usize| String::from_utf8(file[from..from + length].to_vec()).unwrap();
    (text(contents, HOLE_DIGITS), text(range, RANGE.len()).trim_end().to_owned())
}
