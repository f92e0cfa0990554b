//! The smallest PDF that every reader opens, to sign and to spoil.

use std::fmt::Write as _;

/// A PDF of one page with some words on it (ASCII, no brackets).
pub fn page(words: &str) -> Vec<u8> {
    let content = format!("BT /F 18 Tf 72 700 Td ({words}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Count 1 /Kids [3 0 R] >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut file = "%PDF-1.7\n%\u{e4}\u{f6}\u{fc}\n".to_owned();
    let mut table = "0000000000 65535 f \n".to_owned();
    for (number, object) in (1..).zip(&objects) {
        let _ = writeln!(table, "{:010} 00000 n ", file.len());
        let _ = write!(file, "{number} 0 obj\n{object}\nendobj\n");
    }
    let (start, size) = (file.len(), objects.len().saturating_add(1));
    let _ = write!(
        file,
        "xref\n0 {size}\n{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    );
    file.into_bytes()
}

/// The file with an object written anew in an incremental update, as an editor that saves would.
pub fn updated(file: &[u8], number: u32, object: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(file);
    let after = |word: &str| {
        let at = text.rfind(word).map_or(0, |at| at.saturating_add(word.len()));
        let rest = text.get(at..).unwrap_or_default().trim_start();
        rest.chars().take_while(char::is_ascii_digit).collect::<String>()
    };
    let (previous, size) = (after("startxref"), after("/Size"));
    let mut out = file.to_vec();
    let at = out.len();
    out.extend(format!("{number} 0 obj\n{object}\nendobj\n").into_bytes());
    let start = out.len();
    let tail = format!(
        "xref\n{number} 1\n{at:010} 00000 n \ntrailer\n<< /Size {size} /Root 1 0 R /Prev {previous} >>\nstartxref\n{start}\n%%EOF\n"
    );
    out.extend(tail.into_bytes());
    out
}
