//! Objects as PDF syntax, one form for each.

use super::{Dictionary, Name, Object, Stream};
use std::io::Write;

impl Object<'_> {
    /// Appends the object in its one written form: single spaces between items, printable strings in parentheses, all
    /// others in hexadecimal, a stream with `/Length` as long as its bytes.
    ///
    /// A space before it where the syntax needs one is the caller's affair.
    pub fn write_to(&self, out: &mut Vec<u8>) {
        match self {
            Self::Null => out.extend_from_slice(b"null"),
            Self::Boolean(value) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
            Self::Integer(value) => text(out, format_args!("{value}")),
            Self::Real(value) => out.extend_from_slice(value.digits().as_bytes()),
            Self::String(bytes) => string(out, bytes),
            Self::Name(name) => name.write_to(out),
            Self::Array(items) => {
                out.push(b'[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(b' ');
                    }
                    item.write_to(out);
                }
                out.push(b']');
            }
            Self::Dictionary(dictionary) => dictionary.write_to(out),
            Self::Stream(stream) => stream.write_to(out),
            Self::Reference(reference) => text(out, format_args!("{reference}")),
        }
    }
}

impl Name<'_> {
    /// Appends the name with its solidus, `#xx` for what a name can't hold as it is (§7.3.5).
    pub fn write_to(&self, out: &mut Vec<u8>) {
        out.push(b'/');
        for &byte in self.as_bytes() {
            if byte.is_ascii_graphic() && !b"#()<>[]{}/%".contains(&byte) {
                out.push(byte);
            } else {
                text(out, format_args!("#{byte:02X}"));
            }
        }
    }
}

impl Dictionary<'_> {
    /// Appends the dictionary with its `<<` and `>>`.
    pub fn write_to(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"<<");
        for (name, value) in self.iter() {
            out.push(b' ');
            name.write_to(out);
            out.push(b' ');
            value.write_to(out);
        }
        out.extend_from_slice(b" >>");
    }
}

impl Stream<'_> {
    /// Appends the dictionary with `/Length` as it is, and the bytes.
    fn write_to(&self, out: &mut Vec<u8>) {
        let length = i64::try_from(self.data.len()).unwrap_or(i64::MAX);
        let mut dictionary = self.dictionary.clone();
        dictionary.set("Length", Object::Integer(length));
        dictionary.write_to(out);
        out.extend_from_slice(b"\nstream\n");
        out.extend_from_slice(&self.data);
        out.extend_from_slice(b"\nendstream");
    }
}

fn string(out: &mut Vec<u8>, bytes: &[u8]) {
    if bytes.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ') {
        out.push(b'(');
        for &byte in bytes {
            if b"()\\".contains(&byte) {
                out.push(b'\\');
            }
            out.push(byte);
        }
        out.push(b')');
    } else {
        out.push(b'<');
        for byte in bytes {
            text(out, format_args!("{byte:02x}"));
        }
        out.push(b'>');
    }
}

fn text(out: &mut Vec<u8>, words: std::fmt::Arguments<'_>) {
    // Writing to a vector doesn't fail.
    let _ = out.write_fmt(words);
}
