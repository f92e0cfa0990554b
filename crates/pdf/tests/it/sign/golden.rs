//! What is appended, byte for byte but for the signature itself.

use super::bases::Base;
use super::parties::{World, request};
use countersign_pdf::Document;
use countersign_pdf::sign::{Meaning, Permission, SignatureRequest, sign};

/// Appended text, `/Contents` shortened to how many digits it has.
fn appended(base: Base, request: &SignatureRequest<'_>) -> String {
    let file = base.bytes();
    let document = Document::read(&file).unwrap();
    let extended = sign(&document, request, &World::new().berg()).unwrap();
    let mut text = String::from_utf8_lossy(extended.added()).into_owned();
    let start = text.find("/Contents <").unwrap() + "/Contents <".len();
    let digits = text[start..].find('>').unwrap();
    text.replace_range(start..start + digits, &format!("{digits} digits"));
    text
}

#[test]
fn a_signature_in_a_classic_file_is_written_so() {
    let request = SignatureRequest {
        name: Some("E. Dahl".to_owned()),
        meaning: Some(Meaning::Reason("Ratifikation für Kravonien".to_owned())),
        location: Some("Strelsau".to_owned()),
        contact: Some("mailto:dahl@kravonia.example".to_owned()),
        certify: Some(Permission::FormFilling),
        ..request()
    };
    insta::assert_snapshot!(appended(Base::Classic, &request), @r#"
    1 0 obj
    << /Type /Catalog /Pages 2 0 R /AcroForm 7 0 R /Perms << /DocMDP 8 0 R >> /Version /1.7 /Extensions << /ESIC << /BaseVersion /1.7 /ExtensionLevel 1 >> >> >>
    endobj
    3 0 obj
    << /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> /Annots [6 0 R] >>
    endobj
    6 0 obj
    << /Type /Annot /Subtype /Widget /FT /Sig /T (Signature1) /F 132 /Rect [0 0 0 0] /P 3 0 R /V 8 0 R >>
    endobj
    7 0 obj
    << /Fields [6 0 R] /SigFlags 3 >>
    endobj
    8 0 obj
    << /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /M (D:20260424140500+01'00') /Name (E. Dahl) /Reason <feff005200610074006900660069006b006100740069006f006e0020006600fc00720020004b007200610076006f006e00690065006e> /Location (Strelsau) /ContactInfo (mailto:dahl@kravonia.example) /Reference [<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /P 2 /V /1.2 >> >>] /ByteRange [0 1582 4880 193]                    /Contents <3296 digits> >>
    endobj
    xref
    1 1
    0000000622 00000 n 
    3 1
    0000000794 00000 n 
    6 3
    0000000935 00000 n 
    0000001052 00000 n 
    0000001101 00000 n 
    trailer
    << /Size 9 /Root 1 0 R /Prev 438 >>
    startxref
    4891
    %%EOF
    "#);
}

#[test]
fn a_signature_in_a_file_of_pdf_2_is_written_so() {
    insta::assert_snapshot!(appended(Base::Two, &request()), @r#"
    1 0 obj
    << /Type /Catalog /Pages 2 0 R /AcroForm << /Fields 6 0 R /SigFlags 3 >> >>
    endobj
    6 0 obj
    [8 0 R]
    endobj
    7 0 obj
    [8 0 R]
    endobj
    8 0 obj
    << /Type /Annot /Subtype /Widget /FT /Sig /T (Signature1) /F 132 /Rect [0 0 0 0] /P 3 0 R /V 9 0 R >>
    endobj
    9 0 obj
    << /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /M (D:20260424140500+01'00') /ByteRange [0 1233 4531 266]                    /Contents <3296 digits> >>
    endobj
    xref
    1 1
    0000000815 00000 n 
    6 4
    0000000906 00000 n 
    0000000929 00000 n 
    0000000952 00000 n 
    0000001069 00000 n 
    trailer
    << /Size 10 /Root 1 0 R /ID [<00112233445566778899aabbccddeeff> <2dd5b8f0defffe551b7db742e30fb528>] /Prev 516 >>
    startxref
    4542
    %%EOF
    "#);
}
