//! JSON text as a tree with places (RFC 8259). Stricter than the RFC where it leaves a choice: a member stands once,
//! lone surrogates are errors, numbers keep their spelling, depth and size are bounded.

use std::collections::BTreeMap;

use crate::diagnostic::{Fault, Span};

/// A value with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) json: Json,
    pub(super) span: Span,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    /// As spelled.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Object(BTreeMap<String, Node>),
}

/// Deepest nesting: a map's deepest value, a name in a list of a joint rule, has six levels.
const DEPTH_MAX: usize = 16;

/// Most values in a document; bounds the memory that a hostile file takes.
const NODES_MAX: usize = 4_000_000;

/// Reads one value and nothing after it.
pub(super) fn read(text: &str) -> Result<Node, Fault> {
    let mut reader = Reader { text, at: 0, nodes: 0 };
    let node = reader.value(0)?;
    reader.space();
    match reader.peek() {
        None => Ok(node),
        Some(_) => Err(reader.unexpected("the end of the document")),
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    nodes: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.skip(1);
        }
    }

    /// The character here; what was read so far ends at a character's boundary.
    fn character(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    fn unexpected(&self, expected: &str) -> Fault {
        match self.character() {
            None => Fault::new(Span { start: self.at, end: self.at }, "the JSON ends too early")
                .expected([expected]),
            Some(c) => {
                let span = Span { start: self.at, end: self.at.saturating_add(c.len_utf8()) };
                Fault::new(span, format!("`{}` is not expected here", c.escape_debug())).expected([expected])
            }
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), Fault> {
        if self.peek() == Some(byte) {
            self.skip(1);
            return Ok(());
        }
        Err(self.unexpected(&format!("`{}`", char::from(byte))))
    }

    fn value(&mut self, depth: usize) -> Result<Node, Fault> {
        self.space();
        let start = self.at;
        let here = Span { start, end: start };
        self.nodes = self.nodes.saturating_add(1);
        if self.nodes > NODES_MAX {
            return Err(Fault::new(here, format!("the document has more than {NODES_MAX} values")));
        }
        if depth > DEPTH_MAX {
            return Err(Fault::new(here, format!("the document is nested deeper than {DEPTH_MAX}")));
        }
        let json = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b'"') => Json::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true", Json::Bool(true))?,
            Some(b'f') => self.word("false", Json::Bool(false))?,
            Some(b'n') => self.word("null", Json::Null)?,
            _ => return Err(self.unexpected("a JSON value")),
        };
        Ok(Node { json, span: Span { start, end: self.at } })
    }

    fn object(&mut self, depth: usize) -> Result<Json, Fault> {
        self.skip(1);
        let mut members = BTreeMap::new();
        self.space();
        if self.peek() == Some(b'}') {
            self.skip(1);
            return Ok(Json::Object(members));
        }
        loop {
            self.space();
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("a member's name in double quotes"));
            }
            let name = self.string()?;
            let span = Span { start, end: self.at };
            self.space();
            self.expect(b':')?;
            let value = self.value(depth.saturating_add(1))?;
            if members.contains_key(&name) {
                return Err(Fault::new(span, format!("the member `{name}` stands twice"))
                    .help("delete one of the two"));
            }
            members.insert(name, value);
            self.space();
            match self.peek() {
                Some(b',') => self.skip(1),
                Some(b'}') => {
                    self.skip(1);
                    return Ok(Json::Object(members));
                }
                _ => return Err(self.unexpected("`,` or `}`")),
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Json, Fault> {
        self.skip(1);
        let mut items = Vec::new();
        self.space();
        if self.peek() == Some(b']') {
            self.skip(1);
            return Ok(Json::List(items));
        }
        loop {
            items.push(self.value(depth.saturating_add(1))?);
            self.space();
            match self.peek() {
                Some(b',') => self.skip(1),
                Some(b']') => {
                    self.skip(1);
                    return Ok(Json::List(items));
                }
                _ => return Err(self.unexpected("`,` or `]`")),
            }
        }
    }

    fn word(&mut self, word: &str, json: Json) -> Result<Json, Fault> {
        if self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            self.skip(word.len());
            return Ok(json);
        }
        Err(self.unexpected(&format!("`{word}`")))
    }

    fn number(&mut self) -> Result<Json, Fault> {
        let start = self.at;
        let rest = self.text.get(start..).unwrap_or("");
        let end =
            rest.find(|c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E')).unwrap_or(rest.len());
        let number = rest.get(..end).unwrap_or("");
        self.skip(end);
        // No leading zeros (RFC 8259 §6); the rest of the grammar is left to whoever wants an integer.
        let digits = number.strip_prefix('-').unwrap_or(number);
        if digits.starts_with(|c: char| c.is_ascii_digit())
            && (digits.len() == 1 || !has_leading_zero(digits))
        {
            return Ok(Json::Number(number.to_owned()));
        }
        Err(Fault::new(Span { start, end: self.at }, format!("`{number}` is not a JSON number")))
    }

    fn string(&mut self) -> Result<String, Fault> {
        let open = self.at;
        self.skip(1);
        let mut text = String::new();
        loop {
            let rest = self.text.get(self.at..).unwrap_or("");
            let plain = rest.find(|c: char| c == '"' || c == '\\' || c < ' ').unwrap_or(rest.len());
            text.push_str(rest.get(..plain).unwrap_or(""));
            self.skip(plain);
            match self.peek() {
                Some(b'"') => {
                    self.skip(1);
                    return Ok(text);
                }
                Some(b'\\') => text.push(self.escape()?),
                Some(_) => return Err(self.unexpected("an escape such as `\\n`")),
                None => {
                    return Err(Fault::new(Span { start: open, end: self.at }, "a string is not closed"));
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, Fault> {
        let start = self.at;
        self.skip(1);
        let escaped = self.peek();
        self.skip(1);
        Ok(match escaped {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(start),
            _ => {
                let end = start.saturating_add(1);
                return Err(Fault::new(Span { start, end }, "an unknown escape in a string"));
            }
        })
    }

    /// `\uXXXX`, or two of them for one character outside the basic plane.
    fn unicode(&mut self, start: usize) -> Result<char, Fault> {
        let first = self.hex();
        let unit = match first {
            Some(high @ 0xd800..=0xdbff) => {
                let follows = self.text.get(self.at..).is_some_and(|rest| rest.starts_with("\\u"));
                self.skip(if follows { 2 } else { 0 });
                match self.hex().filter(|_| follows) {
                    Some(low @ 0xdc00..=0xdfff) => {
                        Some(0x10000_u32.saturating_add((high & 0x3ff) << 10).saturating_add(low & 0x3ff))
                    }
                    _ => None,
                }
            }
            other => other,
        };
        unit.and_then(char::from_u32).ok_or_else(|| {
            let end = start.saturating_add(2);
            Fault::new(Span { start, end }, "`\\u` is not followed by the digits of a character")
        })
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at.saturating_add(4))?;
        let unit =
            digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?;
        self.skip(4);
        unit
    }
}

fn has_leading_zero(digits: &str) -> bool {
    digits.starts_with('0')
        && digits.get(1..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}
