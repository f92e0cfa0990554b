//! Files as writers make them, and what they are read as.

use crate::build::{File, Style, find, replace};
use crate::contract::*;
use crate::outcome::{outcome, outcomes};
use countersign_pdf::object::{Object, Reference};
use countersign_pdf::{Coverage, Document, Purpose, ReadError, Risk, XrefKind};
use countersign_testkit::tool;
use insta::assert_snapshot;
use std::fs;

fn reference(number: u32) -> Reference {
    Reference { number, generation: 0 }
}

fn refusal(file: &[u8]) -> String {
    Document::read(file).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn revisions_tell_where_they_end_and_what_they_change() {
    let first = signed(PLAIN);
    let end = first.bytes.len();
    let file = first.update().trailer(LATER).object(INFO, "<< /Title (Contract) >>").end();
    let document = Document::read(&file.bytes).unwrap();
    let [one, two] = document.revisions() else { panic!("two revisions") };
    assert_eq!((one.start(), one.end(), one.xref()), (0, end, XrefKind::Table));
    assert_eq!((two.start(), two.end(), two.xref()), (end, file.bytes.len(), XrefKind::Table));
    assert_eq!(two.objects().collect::<Vec<_>>(), [INFO]);
    assert_eq!(one.eof() + 1, one.end());
    assert!(one.trailer().get("ID").is_some());
    let before = document.at(0).object(reference(INFO)).unwrap();
    let after = document.latest().object(reference(INFO)).unwrap();
    assert_eq!(before.as_dictionary().unwrap().len(), 2);
    assert_eq!(after.as_dictionary().unwrap().len(), 1);
    assert_eq!(document.latest().object(reference(999)).unwrap(), Object::Null);
}

#[test]
fn fields_pages_and_signatures_are_found() {
    let file = signed(STREAM).bytes;
    let document = Document::read(&file).unwrap();
    assert_eq!(document.latest().pages().unwrap(), [reference(3)]);
    let names: Vec<String> =
        document.latest().fields().unwrap().into_iter().map(|field| field.name).collect();
    assert_eq!(names, ["amount", "other", "first"]);
    let [signature] = &document.signatures().unwrap()[..] else { panic!("one signature") };
    assert_eq!((signature.field_name.as_str(), signature.revision, signature.is_present), ("first", 0, true));
    assert_eq!(signature.purpose(), Purpose::Signature);
    let contents = signature.contents.as_ref().unwrap();
    assert_eq!(file[contents.span.start], b'<');
    assert_eq!(file[contents.span.end - 1], b'>');
    assert_eq!(signature.coverage(&document), Coverage::Revision { revision: 0, end: file.len() });
    let [before, after] = signature.signed_bytes(&document).unwrap();
    assert_eq!(before.len() + after.len() + contents.span.len(), file.len());
}

#[test]
fn names_of_fields_join_their_parents_and_values_are_inherited() {
    let file = File::new(Style::Table)
        .update()
        .object(1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [3 0 R] >> >>")
        .object(2, "<< /Type /Pages /Kids [] /Count 0 >>")
        .object(3, "<< /T <FEFF00DC> /FT /Tx /V (x) /Kids [4 0 R 5 0 R] >>")
        .object(4, "<< /T (one) /Parent 3 0 R /Kids [6 0 R 7 0 R] >>")
        .object(5, "<< /T (two) /Parent 3 0 R /V (y) >>")
        .object(6, "<< /Subtype /Widget /Parent 4 0 R >>")
        .object(7, "<< /Subtype /Widget /Parent 4 0 R >>")
        .end();
    let document = Document::read(&file.bytes).unwrap();
    let fields = document.latest().fields().unwrap();
    let told: Vec<_> = fields
        .iter()
        .map(|field| {
            (field.name.as_str(), field.value.as_ref().and_then(Object::as_string), field.widgets.len())
        })
        .collect();
    assert_eq!(told, [("Ü.one", Some(b"x".as_slice()), 2), ("Ü.two", Some(b"y".as_slice()), 1)]);
}

#[test]
fn forms_and_page_trees_that_bite_their_tails_end() {
    let file = File::new(Style::Table)
        .update()
        .object(1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [3 0 R 3 0 R] >> >>")
        .object(2, "<< /Type /Pages /Kids [2 0 R 4 0 R 2 0 R] /Count 9 >>")
        .object(3, "<< /T (a) /Kids [3 0 R] >>")
        .object(4, "<< /Type /Page /Parent 2 0 R >>")
        .end();
    let document = Document::read(&file.bytes).unwrap();
    assert_eq!(document.latest().pages().unwrap(), [reference(4)]);
    assert!(document.latest().fields().unwrap().is_empty());
}

/// `qpdf` rewrites the draft, ours is signed on top of it.
fn rewritten(arguments: &[&str]) -> Option<File> {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("in.pdf"), draft(PLAIN).end().bytes).unwrap();
    let output = tool("qpdf", dir.path(), &[arguments, &["in.pdf", "out.pdf"]].concat())?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let bytes = fs::read(dir.path().join("out.pdf")).unwrap();
    let document = Document::read(&bytes).unwrap();
    let [revision] = document.revisions() else { panic!("one revision") };
    let (startxref, root) =
        (revision.startxref(), revision.trailer().get("Root").unwrap().as_reference().unwrap());
    let style = if revision.xref() == XrefKind::Table { Style::Table } else { Style::Stream };
    let form = document.latest().form().unwrap();
    assert_eq!(document.latest().pages().unwrap().len(), 1);
    let mut fields = form.get("Fields").unwrap().as_array().unwrap().to_vec();
    assert_eq!(fields.len(), 3);
    fields.push(reference(70).into());
    let mut catalog = document.latest().catalog().unwrap();
    catalog.set("AcroForm", form.clone().with("Fields", fields));
    let mut body = Vec::new();
    Object::from(catalog).write_to(&mut body);
    let file = File { bytes: bytes.clone(), style, startxref: Some(startxref), size: 71 };
    let signed = file
        .update()
        .root(root.number)
        .object(root.number, &String::from_utf8(body).unwrap())
        .object(70, &signature_field("qpdf", 71, ""))
        .object(71, &signature(None))
        .end()
        .signed();
    Some(signed)
}

#[test]
fn linearized_files_have_one_revision_under_the_signature() {
    for arguments in
        [["--linearize", "--object-streams=disable"], ["--linearize", "--object-streams=generate"]]
    {
        let Some(file) = rewritten(&arguments) else { return };
        let document = Document::read(&file.bytes).unwrap();
        assert_eq!(document.revisions().len(), 2, "{arguments:?}");
        assert_eq!(outcomes(&file.bytes).last().unwrap(), "untouched");
        assert_eq!(document.risks(1).unwrap(), []);
    }
}

#[test]
fn deflated_object_streams_with_predictors_are_read() {
    let Some(file) = rewritten(&["--object-streams=generate", "--compress-streams=y"]) else { return };
    assert_eq!(outcomes(&file.bytes).last().unwrap(), "untouched");
    let Some(content) = rewritten(&["--object-streams=disable", "--newline-before-endstream"]) else {
        return;
    };
    assert_eq!(outcomes(&content.bytes).last().unwrap(), "untouched");
}

#[test]
fn file_that_is_not_linearized_any_more_may_not_lead_forward() {
    let Some(file) = rewritten(&["--linearize", "--object-streams=disable"]) else { return };
    let at = find(&file.bytes, b"/Linearized");
    let spoilt = [&file.bytes[..at], b"/Linearised", &file.bytes[at + 11..]].concat();
    assert_eq!(outcome(&spoilt), "refused: PrevNotEarlier");
}

#[test]
fn line_ends_comments_and_a_missing_last_line_end_are_read() {
    let text = "%PDF-1.4\r1 0 obj % a comment\r<</Type/Catalog/Pages 2 0 R>>\rendobj\r2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\r";
    let (one, two) = (text.find("1 0 obj").unwrap(), text.find("2 0 obj").unwrap());
    let table = format!(
        "xref\r0 3\r0000000000 65535 f\r\n{one:010} 00000 n\r\n{two:010} 00000 n\r\ntrailer\r<</Root 1 0 R/Size 3>>\r%a writer\rstartxref\r{}\r%%EOF",
        text.len()
    );
    let file = format!("{text}{table}");
    let document = Document::read(file.as_bytes()).unwrap();
    assert_eq!(document.revisions()[0].end(), file.len());
    assert_eq!(document.latest().catalog().unwrap().len(), 2);
    let loose = file.replace(" 00000 n\r\n", " 00000 n\n");
    let loose =
        loose.replace(&format!("startxref\r{}", text.len()), &format!("startxref\r{}", text.len() - 1));
    assert!(
        Document::read(loose.as_bytes()).is_ok(),
        "entries of 19 bytes; startxref at the line end before xref"
    );
}

#[test]
fn strings_names_and_numbers_are_read_and_written() {
    let body = r"<< /S (a\(b\)\\ \101\12c\
d (nested)) /H <4 1 4> /N /A#20B /R [-.5 +3 4. 007 1.0e] >>";
    let body = body.replace(" 1.0e", "");
    let file = File::new(Style::Table).update().object(1, &body).end();
    let document = Document::read(&file.bytes).unwrap();
    let object = document.latest().object(reference(1)).unwrap();
    let mut written = Vec::new();
    object.write_to(&mut written);
    assert_snapshot!(String::from_utf8(written).unwrap(), @"<< /S <612862295c20410a636420286e657374656429> /H (A@) /N /A#20B /R [-.5 3 4. 7] >>");
}

#[test]
fn refusals_say_what_stood_where() {
    let file = signed(PLAIN).bytes;
    let encrypted = after(PLAIN).trailer("/Encrypt 40 0 R").object(40, "<< >>").end();
    let twice = after(PLAIN).object(3, "<< /A 1 /A 2 >>").end().bytes;
    let twice = Document::read(&twice).unwrap().latest().object(reference(3)).unwrap_err();
    let refusals = [
        refusal(b"hello"),
        refusal(b"%PDF-1.7\n"),
        refusal(&replace(&file, "\nxref\n", "\nyref\n")),
        refusal(&encrypted.bytes),
        twice.to_string(),
    ];
    assert_snapshot!(refusals.join("\n"), @r"
    the file must begin with %PDF-, it begins with “hello”
    no startxref in the last 1024 bytes of the file
    cross-reference stream: expected cross-references at offset 7602, found “yref\n0 1\n0000000”
    the file is encrypted: /Encrypt stands in the trailer of the cross-references at offset 8114
    object 3 0 R: the dictionary at offset 8100 has the name /A twice
    ");
}

#[test]
fn bounds_hold() {
    let deep = format!("{}{}", "[".repeat(65), "]".repeat(65));
    let file = File::new(Style::Table).update().object(1, &deep).end();
    let error = Document::read(&file.bytes).unwrap().latest().object(reference(1)).unwrap_err();
    assert!(error.to_string().contains("nested deeper than 64"), "{error}");

    let mut file = draft(PLAIN).end();
    for _ in 0..1024 {
        file = file.update().trailer(LATER).end();
    }
    assert!(matches!(Document::read(&file.bytes), Err(ReadError::Budget { what: "revisions", .. })));
}

/// A cross-reference stream that decodes to far more than its bytes.
#[test]
fn deflate_bombs_are_refused() {
    use std::io::Write;
    let mut deflated = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    deflated.write_all(&vec![0; 64 << 20]).unwrap();
    let data = deflated.finish().unwrap();
    let head = format!(
        "%PDF-1.7\n1 0 obj\n<< /Type /XRef /W [1 4 2] /Size 9000000 /Root 1 0 R /Filter /FlateDecode /Length {} >>\nstream\n",
        data.len()
    );
    let file = [head.as_bytes(), &data, b"\nendstream\nendobj\nstartxref\n9\n%%EOF\n"].concat();
    let error = refusal(&file);
    assert!(error.contains("more than"), "{error}");
}

#[test]
fn document_prepared_for_a_shadow_attack_is_pointed_out() {
    let draft = draft(PLAIN)
        .object(40, "<< /Type /Catalog /Pages 41 0 R >>")
        .raw(b"4 0 obj\n<< /Length 2 >>\nstream\nBT\nendstream\nendobj\n")
        .object(42, "<< /Type /Metadata >>");
    let file = sign(draft, PLAIN).end().signed().bytes;
    let document = Document::read(&file).unwrap();
    let at = find(&file, b"4 0 obj\n<< /Length 2 >>");
    let expected = [
        Risk::UnlistedObject { reference: reference(4), at },
        Risk::UnreferencedContent { reference: reference(40), kind: "Catalog".into() },
    ];
    assert_eq!(document.risks(0).unwrap(), expected);
    assert_eq!(Document::read(&signed(PLAIN).bytes).unwrap().risks(0).unwrap(), []);
}

#[test]
fn layers_scripts_overlaps_and_outside_content_are_pointed_out() {
    let over = "<< /Type /Annot /Subtype /Stamp /Rect [100 610 110 650] /P 3 0 R /AP << /N 7 0 R >> >>";
    let draft = draft_with(
        PLAIN,
        "/OCProperties << /OCGs [] >> /OpenAction << /S /JavaScript /JS (x) >> /Away 44 0 R",
    )
    .object(43, over)
    .stream(44, "/F (elsewhere)", b"");
    let file = sign(draft, PLAIN).end().bytes;
    let file = replace(&file, "12 0 R 9 0 R] >>", "12 0 R 43 0 R]>>");
    let risks = Document::read(&file).unwrap().risks(0).unwrap();
    let expected = [
        Risk::ExternalContent { reference: reference(44) },
        Risk::Scripts,
        Risk::OverlappingAnnotations { page: reference(3), below: reference(AMOUNT), above: reference(43) },
        Risk::Layers,
    ];
    assert_eq!(risks, expected);
}
