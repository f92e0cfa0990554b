//! Small PDF files made by hand, one for each way in which files differ that signing has to deal with.

use std::fmt::Write as _;

/// A file by the way it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Base {
    /// PDF 1.4, a table, no form, no annotations, no line end after `%%EOF`.
    Classic,
    /// PDF 1.7, a cross-reference stream, catalog and page and form in an object stream, annotations as an indirect array.
    Streams,
    /// PDF 2.0, a table, an identifier, the form directly in the catalog, its fields and the page's annotations indirect.
    Two,
    /// PDF 1.6 with a form: a text field, and an empty signature field with a place, a lock and seed values.
    Form,
    /// Three pages, turned by what they inherit, cut by a crop box away from the origin.
    Turned,
    /// A table, and a cross-reference stream beside it for what old readers shall not see.
    Hybrid,
}

pub(crate) const ALL: [Base; 6] =
    [Base::Classic, Base::Streams, Base::Two, Base::Form, Base::Turned, Base::Hybrid];

impl Base {
    pub(crate) fn bytes(self) -> Vec<u8> {
        match self {
            Self::Classic => {
                let mut file = table("1.4", &simple("", ""), "");
                file.truncate(file.len() - 1);
                file
            }
            Self::Streams => streams(),
            Self::Two => {
                let mut objects = simple("/AcroForm << /Fields 6 0 R >>", "/Annots 7 0 R");
                objects.push((6, "[]".to_owned()));
                objects.push((7, "[]".to_owned()));
                table(
                    "2.0",
                    &objects,
                    "/ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>]",
                )
            }
            Self::Form => {
                let mut objects = simple("/AcroForm 6 0 R", "/Annots [7 0 R 8 0 R]");
                objects.push((
                    6,
                    "<< /Fields [7 0 R 9 0 R] /DA (/F 9 Tf) /DR << /Font << /F 5 0 R >> >> >>".to_owned(),
                ));
                objects.push((
                    7,
                    "<< /Type /Annot /Subtype /Widget /FT /Tx /T (amount) /F 4 /Rect [72 600 200 620] /P 3 0 R /V (100) \
                     /AP << /N 10 0 R >> >>"
                        .to_owned(),
                ));
                objects.push((
                    8,
                    "<< /Type /Annot /Subtype /Widget /T (minister) /Parent 9 0 R /F 132 /Rect [72 100 272 160] /P 3 0 R \
                     /Lock << /Type /SigFieldLock /Action /Include /Fields [(amount)] >> \
                     /SV << /Type /SV /Ff 10 /SubFilter [/ETSI.CAdES.detached] /Reasons [(ratification)] >> >>"
                        .to_owned(),
                ));
                objects.push((9, "<< /FT /Sig /T (kravonia) /Kids [8 0 R] >>".to_owned()));
                objects.push((
                    10,
                    stream(
                        "/Type /XObject /Subtype /Form /BBox [0 0 128 20]",
                        "BT /F 9 Tf 2 6 Td (100) Tj ET",
                    ),
                ));
                table("1.6", &objects, "")
            }
            Self::Turned => {
                let content = "BT /F 18 Tf 150 250 Td (Treaty) Tj ET 0 0 1 RG 101 51 398 498 re S";
                let page = |number: usize| {
                    (
                        number,
                        "<< /Type /Page /Parent 2 0 R /CropBox [100 50 500 550] /Contents 4 0 R \
                         /Resources << /Font << /F 5 0 R >> >> >>"
                            .to_owned(),
                    )
                };
                let objects = vec![
                    (1, "<< /Type /Catalog /Pages 2 0 R >>".to_owned()),
                    (
                        2,
                        "<< /Type /Pages /Count 3 /Kids [3 0 R 6 0 R] /MediaBox [0 0 612 792] /Rotate 90 >>"
                            .to_owned(),
                    ),
                    page(3),
                    (4, stream("", content)),
                    font(),
                    (
                        6,
                        "<< /Type /Pages /Parent 2 0 R /Count 2 /Kids [7 0 R 8 0 R] /Rotate 270 >>"
                            .to_owned(),
                    ),
                    page(7),
                    (8, page(8).1.replace("/CropBox", "/Rotate 180 /CropBox")),
                ];
                table("1.7", &objects, "")
            }
            Self::Hybrid => hybrid(),
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Classic => "classic",
            Self::Streams => "streams",
            Self::Two => "two",
            Self::Form => "form",
            Self::Turned => "turned",
            Self::Hybrid => "hybrid",
        }
    }
}

type Objects = Vec<(usize, String)>;

/// A catalog, a page with some words, their font.
fn simple(catalog: &str, page: &str) -> Objects {
    let content = "BT /F 18 Tf 72 700 Td (Treaty between Kravonia and Ruritania) Tj ET";
    vec![
        (1, format!("<< /Type /Catalog /Pages 2 0 R {catalog} >>")),
        (2, "<< /Type /Pages /Count 1 /Kids [3 0 R] >>".to_owned()),
        (
            3,
            format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
                 /Resources << /Font << /F 5 0 R >> >> {page} >>"
            ),
        ),
        (4, stream("", content)),
        font(),
    ]
}

fn font() -> (usize, String) {
    (5, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned())
}

fn stream(entries: &str, data: &str) -> String {
    format!("<< {entries} /Length {} >>\nstream\n{data}\nendstream", data.len())
}

fn body(version: &str, objects: &[(usize, String)]) -> (String, Vec<(usize, usize)>) {
    let mut out = format!("%PDF-{version}\n%äöü\n");
    let mut offsets = Vec::new();
    for (number, object) in objects {
        offsets.push((*number, out.len()));
        let _ = write!(out, "{number} 0 obj\n{object}\nendobj\n");
    }
    (out, offsets)
}

/// A file whose objects are numbered from 1 without gaps, with a cross-reference table.
pub(crate) fn table(version: &str, objects: &[(usize, String)], trailer: &str) -> Vec<u8> {
    let (mut out, offsets) = body(version, objects);
    let start = out.len();
    let size = offsets.len() + 1;
    let _ = write!(out, "xref\n0 {size}\n0000000000 65535 f \n");
    for (_, offset) in offsets {
        let _ = writeln!(out, "{offset:010} 00000 n ");
    }
    let _ = write!(out, "trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n");
    out.into_bytes()
}

/// An object stream without a filter.
fn object_stream(objects: &[(usize, String)]) -> String {
    let (mut index, mut data) = (String::new(), String::new());
    for (number, object) in objects {
        let _ = write!(index, "{number} {} ", data.len());
        let _ = writeln!(data, "{object}");
    }
    let entries = format!("/Type /ObjStm /N {} /First {}", objects.len(), index.len());
    stream(&entries, &format!("{index}{data}"))
}

fn streams() -> Vec<u8> {
    let mut all = simple("/AcroForm 6 0 R", "/Annots 7 0 R");
    all.push((6, "<< /Fields [] >>".to_owned()));
    all.push((7, "[]".to_owned()));
    let (apart, inside): (Objects, Objects) = all.into_iter().partition(|(number, _)| *number == 4);
    let mut objects = apart;
    objects.push((8, object_stream(&inside)));
    let (mut out, offsets) = body("1.7", &objects);
    let start = out.len();
    let at = |offset: usize| {
        let [high, low] = u16::try_from(offset).unwrap().to_be_bytes();
        [1, high, low, 0]
    };
    let entry = |number: usize| {
        if number == 9 {
            return at(start);
        }
        if let Some((_, offset)) = offsets.iter().find(|(at, _)| *at == number) {
            return at(*offset);
        }
        match inside.iter().position(|(at, _)| *at == number) {
            Some(place) => [2, 0, 8, u8::try_from(place).unwrap()],
            None => [0, 0, 0, 255],
        }
    };
    let mut data = String::new();
    for byte in (0..10).flat_map(entry) {
        let _ = write!(data, "{byte:02x}");
    }
    let entries = "/Type /XRef /Size 10 /W [1 2 1] /Root 1 0 R /Filter /ASCIIHexDecode \
                   /ID [<00112233445566778899aabbccddeeff> <ffeeddccbbaa99887766554433221100>]";
    let _ = write!(out, "9 0 obj\n{}\nendobj\nstartxref\n{start}\n%%EOF\n", stream(entries, &(data + ">")));
    out.into_bytes()
}

fn hybrid() -> Vec<u8> {
    // Object 7 (information for those who read streams) is in an object stream; object 8 holds it, 9 lists both.
    let mut objects = simple("/PieceInfo 7 0 R", "");
    objects.push((6, "null".to_owned()));
    objects.push((8, object_stream(&[(7, "<< /Kravonia << /LastModified (D:2026) >> >>".to_owned())])));
    let (mut out, offsets) = body("1.5", &objects);
    let beside = out.len();
    let data = "02 0008 00";
    let entries = "/Type /XRef /Size 10 /Index [7 1] /W [1 2 1] /Root 1 0 R /Filter /ASCIIHexDecode";
    let _ = write!(out, "9 0 obj\n{}\nendobj\n", stream(entries, &format!("{data}>")));
    let start = out.len();
    let _ = write!(out, "xref\n0 10\n0000000007 65535 f \n");
    for number in 1..10 {
        let offset = match number {
            9 => Some(beside),
            _ => offsets.iter().find(|(at, _)| *at == number).map(|(_, offset)| *offset),
        };
        match offset {
            Some(offset) => {
                let _ = writeln!(out, "{offset:010} 00000 n ");
            }
            None => out.push_str("0000000000 00000 f \n"),
        }
    }
    let _ = write!(out, "trailer\n<< /Size 10 /Root 1 0 R /XRefStm {beside} >>\nstartxref\n{start}\n%%EOF\n");
    out.into_bytes()
}
