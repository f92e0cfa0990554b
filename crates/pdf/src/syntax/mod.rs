//! From bytes to objects (ISO 32000-2 §7.2 and §7.3).
//!
//! One reading only: what other readers might take differently (a name twice in a dictionary, a number with two
//! signs, a string without its end) is refused.

mod error;
mod lex;
mod string;

pub use error::{Excerpt, NESTING_MAX, SyntaxError, VALUES_MAX};
pub(crate) use lex::{hex_pairs, is_regular, is_space};

use crate::object::{Dictionary, Name, Object, Real, Reference};
use std::borrow::Cow;
use std::ops::Range;

/// Reads objects one after another.
#[derive(Clone)]
pub(crate) struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
    values_left: usize,
}

impl<'a> Parser<'a> {
    /// Starts at an offset, which may lie beyond the end: then there is nothing to read.
    pub(crate) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, values_left: VALUES_MAX }
    }

    /// Where the next byte stands.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Goes on from here.
    pub(crate) fn seek(&mut self, at: usize) {
        self.at = at;
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    pub(crate) fn unexpected(&self, expected: &'static str) -> SyntaxError {
        SyntaxError::Unexpected { expected, at: self.at, found: Excerpt::at(self.bytes, self.at) }
    }

    /// Takes white space, and nothing else.
    pub(crate) fn skip_white(&mut self) {
        self.at += self.rest().iter().take_while(|byte| is_space(**byte)).count();
    }

    /// Takes white space and comments.
    pub(crate) fn skip_space(&mut self) {
        loop {
            self.skip_white();
            if self.peek() != Some(b'%') {
                return;
            }
            self.skip_line();
        }
    }

    /// Takes everything up to the next line end.
    pub(crate) fn skip_line(&mut self) {
        self.at += self.rest().iter().take_while(|byte| !b"\r\n".contains(byte)).count();
    }

    /// Takes these bytes if they come next.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> bool {
        let here = self.rest().starts_with(bytes);
        if here {
            self.at += bytes.len();
        }
        here
    }

    /// Takes a word if it comes next and ends there.
    pub(crate) fn keyword(&mut self, word: &'static str) -> Result<(), SyntaxError> {
        if self.take_word(word.as_bytes()) { Ok(()) } else { Err(self.unexpected(word)) }
    }

    fn take_word(&mut self, word: &[u8]) -> bool {
        let ends = !self.bytes.get(self.at + word.len()).is_some_and(|byte| is_regular(*byte));
        ends && self.take(word)
    }

    /// An unsigned whole number and nothing glued to it.
    pub(crate) fn unsigned(&mut self, expected: &'static str) -> Result<u64, SyntaxError> {
        let token = self.regular();
        let number = std::str::from_utf8(token).ok().filter(|token| !token.starts_with('+'));
        let number = number.and_then(|token| token.parse().ok()).ok_or_else(|| self.unexpected(expected))?;
        self.at += token.len();
        Ok(number)
    }

    /// Takes `N G obj`, whichever they are.
    pub(crate) fn skip_header(&mut self) -> Result<(), SyntaxError> {
        self.unsigned("an object number")?;
        self.skip_white();
        self.unsigned("a generation")?;
        self.skip_white();
        self.keyword("obj")
    }

    /// The regular characters that come next.
    fn regular(&self) -> &'a [u8] {
        let rest = self.rest();
        rest.get(..rest.iter().take_while(|byte| is_regular(**byte)).count()).unwrap_or_default()
    }

    /// The next object; white space and comments before it are skipped.
    pub(crate) fn object(&mut self) -> Result<Object<'a>, SyntaxError> {
        self.object_at(NESTING_MAX)
    }

    fn object_at(&mut self, depth_left: usize) -> Result<Object<'a>, SyntaxError> {
        self.skip_space();
        self.values_left =
            self.values_left.checked_sub(1).ok_or(SyntaxError::TooLarge { at: self.at, max: VALUES_MAX })?;
        match self.peek() {
            Some(b'/') => self.name().map(Object::Name),
            Some(b'0'..=b'9') => self.number_or_reference(),
            Some(b'+' | b'-' | b'.') => self.number(),
            Some(b'(') => self.literal().map(Object::String),
            Some(b'[') => self.array(self.deeper(depth_left)?).map(Object::Array),
            Some(b'<') if self.rest().get(1) == Some(&b'<') => {
                self.dictionary_at(self.deeper(depth_left)?, &mut |_, _| {}).map(Object::Dictionary)
            }
            Some(b'<') => self.hexadecimal().map(Object::String),
            Some(b't') if self.take_word(b"true") => Ok(Object::Boolean(true)),
            Some(b'f') if self.take_word(b"false") => Ok(Object::Boolean(false)),
            Some(b'n') if self.take_word(b"null") => Ok(Object::Null),
            _ => Err(self.unexpected("an object")),
        }
    }

    fn deeper(&self, depth_left: usize) -> Result<usize, SyntaxError> {
        depth_left.checked_sub(1).ok_or(SyntaxError::TooDeep { at: self.at, max: NESTING_MAX })
    }

    fn array(&mut self, depth_left: usize) -> Result<Vec<Object<'a>>, SyntaxError> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.skip_space();
            if self.take(b"]") {
                return Ok(items);
            }
            items.push(self.object_at(depth_left)?);
        }
    }

    /// A dictionary, and where the bytes of each of its values stand.
    pub(crate) fn dictionary_with_spans(
        &mut self,
    ) -> Result<(Dictionary<'a>, Vec<Range<usize>>), SyntaxError> {
        self.skip_space();
        let mut spans = Vec::new();
        let dictionary = self.dictionary_at(NESTING_MAX, &mut |from, to| spans.push(from..to))?;
        Ok((dictionary, spans))
    }

    fn dictionary_at(
        &mut self,
        depth_left: usize,
        seen: &mut dyn FnMut(usize, usize),
    ) -> Result<Dictionary<'a>, SyntaxError> {
        let start = self.at;
        if !self.take(b"<<") {
            return Err(self.unexpected("a dictionary"));
        }
        let mut entries: Vec<(Name<'a>, Object<'a>)> = Vec::new();
        loop {
            self.skip_space();
            if self.take(b">>") {
                break;
            }
            if self.peek() != Some(b'/') {
                return Err(self.unexpected("a name or >>"));
            }
            let name = self.name()?;
            self.skip_space();
            let from = self.at;
            let value = self.object_at(depth_left)?;
            seen(from, self.at);
            entries.push((name, value));
        }
        match repeated(&entries) {
            Some(name) => Err(SyntaxError::DuplicateName { at: start, name: name.to_string() }),
            None => Ok(Dictionary::of(entries)),
        }
    }

    fn name(&mut self) -> Result<Name<'a>, SyntaxError> {
        self.at += 1;
        let token = self.regular();
        self.at += token.len();
        if !token.contains(&b'#') {
            return Ok(Name::of(Cow::Borrowed(token)));
        }
        let mut bytes = Vec::with_capacity(token.len());
        let mut rest = token;
        while let Some((&byte, after)) = rest.split_first() {
            rest = after;
            if byte != b'#' {
                bytes.push(byte);
                continue;
            }
            match after {
                &[high, low, ref more @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                    bytes.push(lex::hex(high) << 4 | lex::hex(low));
                    rest = more;
                }
                _ => {
                    self.at -= token.len();
                    return Err(self.unexpected("two hexadecimal digits after each # of a name"));
                }
            }
        }
        Ok(Name::of(Cow::Owned(bytes)))
    }

    fn number_or_reference(&mut self) -> Result<Object<'a>, SyntaxError> {
        let first = self.number()?;
        let Object::Integer(number) = first else { return Ok(first) };
        let Ok(number) = u32::try_from(number) else { return Ok(first) };
        let mut ahead = self.clone();
        ahead.skip_space();
        if !ahead.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return Ok(first);
        }
        let Ok(generation) = ahead.unsigned("a generation") else { return Ok(first) };
        let Ok(generation) = u16::try_from(generation) else { return Ok(first) };
        ahead.skip_space();
        if !ahead.take_word(b"R") {
            return Ok(first);
        }
        self.at = ahead.at;
        Ok(Object::Reference(Reference { number, generation }))
    }

    fn number(&mut self) -> Result<Object<'a>, SyntaxError> {
        let token = self.regular();
        let text = std::str::from_utf8(token).map_err(|_| self.unexpected("a number"))?;
        let number = if let Ok(integer) = text.parse() {
            Object::Integer(integer)
        } else {
            Object::Real(Real::new(text).map_err(|_| self.unexpected("a number"))?)
        };
        self.at += token.len();
        Ok(number)
    }
}

/// The first name that stands twice.
fn repeated<'e, 'a>(entries: &'e [(Name<'a>, Object<'a>)]) -> Option<&'e Name<'a>> {
    if entries.len() <= FEW {
        let mut rest = entries;
        while let Some(((name, _), others)) = rest.split_first() {
            if others.iter().any(|(other, _)| other == name) {
                return Some(name);
            }
            rest = others;
        }
        return None;
    }
    let mut names: Vec<&Name<'a>> = entries.iter().map(|(name, _)| name).collect();
    names.sort_unstable();
    names.windows(2).find(|pair| pair.first() == pair.last()).and_then(|pair| pair.first().copied())
}

/// Up to here comparing all pairs is faster than sorting.
const FEW: usize = 24;
