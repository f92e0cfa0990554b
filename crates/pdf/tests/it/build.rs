//! Writes PDF files byte by byte, also ones no honest writer would.

use countersign_keys::SoftwareKey;
use countersign_signature::{Claims, Signer, sign_parts};
use countersign_testkit::Pki;
use std::fmt::Write as _;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Style {
    Table,
    Stream,
}

/// A file as far as it is written.
#[derive(Clone)]
pub(crate) struct File {
    pub(crate) bytes: Vec<u8>,
    pub(crate) style: Style,
    pub(crate) startxref: Option<usize>,
    pub(crate) size: u32,
}

/// One revision being written.
pub(crate) struct Update {
    file: File,
    entries: Vec<(u32, Entry)>,
    trailer: String,
    prev: Option<usize>,
}

#[derive(Clone, Copy)]
enum Entry {
    Free(u32),
    Offset(usize, u32),
    Contained(u32, u32),
}

/// The hole of a signature: `[0 … … …]` and zeros.
pub(crate) const RANGE: &str = "[0 1111111111 2222222222 3333333333]";
pub(crate) const HOLE_DIGITS: usize = 6000;

pub(crate) fn hole() -> String {
    format!("/ByteRange {RANGE} /Contents <{}>", "0".repeat(HOLE_DIGITS))
}

impl File {
    pub(crate) fn new(style: Style) -> Self {
        let bytes = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
        Self { bytes, style, startxref: None, size: 1 }
    }

    pub(crate) fn update(self) -> Update {
        let prev = self.startxref;
        Update { file: self, entries: Vec::new(), trailer: "/Root 1 0 R".into(), prev }
    }

    /// Fills the last hole with a signature by this key.
    pub(crate) fn signed(mut self) -> Self {
        sign_last_hole(&mut self.bytes, &signer());
        self
    }

    pub(crate) fn append(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend_from_slice(bytes);
        self
    }
}

pub(crate) fn house() -> SoftwareKey {
    Pki::new("attacks").authority("house", "CN=House CA,O=Ruritania")
}

pub(crate) fn signer() -> SoftwareKey {
    Pki::new("attacks").person("berg", "CN=Berg,O=Ruritania", &house())
}

pub(crate) fn find_last(bytes: &[u8], what: &[u8]) -> usize {
    bytes.windows(what.len()).rposition(|window| window == what).expect("it is there")
}

pub(crate) fn find(bytes: &[u8], what: &[u8]) -> usize {
    bytes.windows(what.len()).position(|window| window == what).expect("it is there")
}

pub(crate) fn replace(bytes: &[u8], what: &str, with: &str) -> Vec<u8> {
    let at = find(bytes, what.as_bytes());
    [&bytes[..at], with.as_bytes(), &bytes[at + what.len()..]].concat()
}

/// Sets `/ByteRange` to all but the hole and signs that.
pub(crate) fn sign_last_hole(bytes: &mut [u8], key: &dyn Signer) {
    let range_at = find_last(bytes, RANGE.as_bytes());
    let from = find_last(bytes, "0".repeat(HOLE_DIGITS).as_bytes()) - 1;
    let to = from + HOLE_DIGITS + 2;
    let range = format!("[0 {from} {to} {}]", bytes.len() - to);
    let range = format!("{range:<width$}", width = RANGE.len());
    bytes[range_at..range_at + RANGE.len()].copy_from_slice(range.as_bytes());
    let cms = sign_parts(&[&bytes[..from], &bytes[to..]], key, &Claims::default()).unwrap();
    let mut digits = String::new();
    for byte in cms {
        write!(digits, "{byte:02x}").unwrap();
    }
    bytes[from + 1..from + 1 + digits.len()].copy_from_slice(digits.as_bytes());
}

impl Update {
    pub(crate) fn object(self, number: u32, body: &str) -> Self {
        self.object_bytes(number, 0, body.as_bytes())
    }

    pub(crate) fn generation(self, number: u32, generation: u32, body: &str) -> Self {
        self.object_bytes(number, generation, body.as_bytes())
    }

    fn object_bytes(mut self, number: u32, generation: u32, body: &[u8]) -> Self {
        self.entries.push((number, Entry::Offset(self.file.bytes.len(), generation)));
        self.raw(format!("{number} {generation} obj\n").as_bytes()).raw(body).raw(b"\nendobj\n")
    }

    pub(crate) fn stream(self, number: u32, entries: &str, data: &[u8]) -> Self {
        let head = format!("<< {entries} /Length {} >>\nstream\n", data.len());
        self.object_bytes(number, 0, &[head.as_bytes(), data, b"\nendstream"].concat())
    }

    /// Objects in an object stream.
    pub(crate) fn contained(mut self, container: u32, objects: &[(u32, &str)]) -> Self {
        let (mut index, mut content) = (String::new(), String::new());
        for (place, (number, body)) in (0..).zip(objects) {
            write!(index, "{number} {} ", content.len()).unwrap();
            writeln!(content, "{body}").unwrap();
            self.entries.push((*number, Entry::Contained(container, place)));
        }
        let entries = format!("/Type /ObjStm /N {} /First {}", objects.len(), index.len());
        self.stream(container, &entries, (index + &content).as_bytes())
    }

    /// Bytes no entry speaks of.
    pub(crate) fn raw(mut self, bytes: &[u8]) -> Self {
        self.file.bytes.extend_from_slice(bytes);
        self
    }

    pub(crate) fn entry(mut self, number: u32, offset: usize) -> Self {
        self.entries.push((number, Entry::Offset(offset, 0)));
        self
    }

    pub(crate) fn entry_contained(mut self, number: u32, container: u32, index: u32) -> Self {
        self.entries.push((number, Entry::Contained(container, index)));
        self
    }

    pub(crate) fn free(mut self, number: u32) -> Self {
        self.entries.push((number, Entry::Free(1)));
        self
    }

    pub(crate) fn trailer(mut self, entries: &str) -> Self {
        self.trailer = format!("/Root 1 0 R {entries}");
        self
    }

    pub(crate) fn root(mut self, number: u32) -> Self {
        self.trailer = format!("/Root {number} 0 R");
        self
    }

    pub(crate) fn prev(mut self, prev: usize) -> Self {
        self.prev = Some(prev);
        self
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.file.bytes
    }

    pub(crate) fn at(&self) -> usize {
        self.file.bytes.len()
    }

    /// Writes the cross-references and the end.
    pub(crate) fn end(self) -> File {
        let at = self.file.bytes.len();
        self.end_with(at)
    }

    /// The same with another `startxref`.
    pub(crate) fn end_with(mut self, startxref: usize) -> File {
        let at = self.file.bytes.len();
        let most = self.entries.iter().map(|(number, _)| number + 1).max().unwrap_or(1);
        self.file.size = self.file.size.max(most);
        match self.file.style {
            Style::Table => self.table(),
            Style::Stream => self.xref_stream(at),
        }
        self.file.bytes.extend_from_slice(format!("startxref\n{startxref}\n%%EOF\n").as_bytes());
        self.file.startxref = Some(at);
        self.file
    }

    fn table(&mut self) {
        let mut text = String::from("xref\n");
        if self.prev.is_none() {
            text += "0 1\n0000000000 65535 f \n";
        }
        for (number, entry) in &self.entries {
            match entry {
                Entry::Free(generation) => {
                    write!(text, "{number} 1\n0000000000 {generation:05} f \n").unwrap();
                }
                Entry::Offset(offset, generation) => {
                    write!(text, "{number} 1\n{offset:010} {generation:05} n \n").unwrap();
                }
                Entry::Contained(..) => panic!("tables know no object streams"),
            }
        }
        write!(text, "trailer\n<< {} /Size {}{} >>\n", self.trailer, self.file.size, self.prev_entry())
            .unwrap();
        self.file.bytes.extend_from_slice(text.as_bytes());
    }

    fn xref_stream(&mut self, at: usize) {
        let number = self.file.size;
        self.file.size += 1;
        self.entries.push((number, Entry::Offset(at, 0)));
        self.entries.sort_by_key(|(number, _)| *number);
        let mut rows = Vec::new();
        let mut index = String::new();
        if self.prev.is_none() {
            index += "0 1 ";
            rows.extend_from_slice(&[0, 0, 0, 0, 0, 0xFF, 0xFF]);
        }
        for (number, entry) in &self.entries {
            write!(index, "{number} 1 ").unwrap();
            let (kind, one, two) = match *entry {
                Entry::Free(generation) => (0, 0, generation),
                Entry::Offset(offset, generation) => (1, u32::try_from(offset).unwrap(), generation),
                Entry::Contained(container, index) => (2, container, index),
            };
            rows.push(kind);
            rows.extend_from_slice(&one.to_be_bytes());
            rows.extend_from_slice(&u16::try_from(two).unwrap().to_be_bytes());
        }
        let head = format!(
            "{number} 0 obj\n<< /Type /XRef /W [1 4 2] /Index [{index}] {} /Size {}{} /Length {} >>\nstream\n",
            self.trailer,
            self.file.size,
            self.prev_entry(),
            rows.len()
        );
        self.file.bytes.extend_from_slice(head.as_bytes());
        self.file.bytes.extend_from_slice(&rows);
        self.file.bytes.extend_from_slice(b"\nendstream\nendobj\n");
    }

    fn prev_entry(&self) -> String {
        self.prev.map_or(String::new(), |prev| format!(" /Prev {prev}"))
    }
}
