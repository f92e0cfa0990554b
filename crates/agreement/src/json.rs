//! JSON as it arrives from outside: strings borrowed where they can be, duplicate keys refused (RFC 8259 §4 leaves
//! their meaning open, so two readers may see two acts), nesting bounded by the reader.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// An integer that a double holds exactly (RFC 7493 §2.2), as all numbers of acts must.
    Integer(i64),
    /// Any other number: what its source looked like is lost, so no typed field accepts one.
    Float(f64),
    /// A string.
    Text(Cow<'a, str>),
    /// An array.
    List(Vec<Value<'a>>),
    /// An object: its members in the order given, each key once.
    Object(Vec<(Cow<'a, str>, Value<'a>)>),
}

/// Largest integer that every JSON reader keeps exact: 2^53 − 1 (RFC 7493 §2.2).
pub const INTEGER_MAX: i64 = 9_007_199_254_740_991;

/// Deepest nesting read; acts need five.
pub const DEPTH_MAX: usize = 32;

/// Why bytes are not JSON as read here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not JSON that this program reads: {says}")]
pub struct BadJson {
    /// The reader's words, with line and column.
    pub says: String,
}

impl<'a> Value<'a> {
    /// Reads one JSON value; nothing but white space may follow it.
    ///
    /// # Errors
    /// [`BadJson`] for what is not JSON, for a key given twice, and for nesting beyond [`DEPTH_MAX`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self, BadJson> {
        let bad = |error: &serde_json::Error| BadJson { says: error.to_string() };
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        let value = Seed { depth: 0 }.deserialize(&mut reader).map_err(|e| bad(&e))?;
        reader.end().map_err(|e| bad(&e))?;
        Ok(value)
    }

    /// What kind of value this is, for error messages.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Null => String::from("null"),
            Self::Bool(b) => b.to_string(),
            Self::Integer(n) => format!("the number {n}"),
            Self::Float(n) => format!("the number {n}"),
            Self::Text(text) => format!("\"{}\"", shorten(text)),
            Self::List(_) => String::from("an array"),
            Self::Object(_) => String::from("an object"),
        }
    }

    /// The same value, owning its strings.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Bool(b) => Value::Bool(b),
            Self::Integer(n) => Value::Integer(n),
            Self::Float(n) => Value::Float(n),
            Self::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Self::List(items) => Value::List(items.into_iter().map(Value::into_owned).collect()),
            Self::Object(members) => Value::Object(
                members.into_iter().map(|(k, v)| (Cow::Owned(k.into_owned()), v.into_owned())).collect(),
            ),
        }
    }
}

/// At most this many characters of foreign text are repeated in a message.
const SHOWN_MAX: usize = 60;

/// Foreign text cut to what a message can carry, control characters escaped.
#[must_use]
pub fn shorten(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(SHOWN_MAX)
        .flat_map(|c| {
            let escaped = c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            let (plain, quoted) = if escaped { (None, Some(c.escape_default())) } else { (Some(c), None) };
            plain.into_iter().chain(quoted.into_iter().flatten())
        })
        .collect();
    if text.chars().nth(SHOWN_MAX).is_some() {
        shown.push('…');
    }
    shown
}

struct Seed {
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Seed {
    type Value = Value<'de>;
    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl Seed {
    fn below<E: de::Error>(&self) -> Result<Self, E> {
        if self.depth >= DEPTH_MAX {
            return Err(E::custom(format_args!("nested more than {DEPTH_MAX} deep")));
        }
        Ok(Self { depth: self.depth.saturating_add(1) })
    }
}

impl<'de> Visitor<'de> for Seed {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E>(self, b: bool) -> Result<Self::Value, E> {
        Ok(Value::Bool(b))
    }
    fn visit_i64<E>(self, n: i64) -> Result<Self::Value, E> {
        #[expect(clippy::cast_precision_loss, reason = "beyond 2^53 the number is inexact anyway")]
        let value = if (-INTEGER_MAX..=INTEGER_MAX).contains(&n) {
            Value::Integer(n)
        } else {
            Value::Float(n as f64)
        };
        Ok(value)
    }
    fn visit_u64<E>(self, n: u64) -> Result<Self::Value, E> {
        #[expect(clippy::cast_precision_loss, reason = "beyond 2^53 the number is inexact anyway")]
        let inexact = n as f64;
        Ok(match i64::try_from(n) {
            Ok(n) if n <= INTEGER_MAX => Value::Integer(n),
            _ => Value::Float(inexact),
        })
    }
    fn visit_f64<E>(self, n: f64) -> Result<Self::Value, E> {
        Ok(Value::Float(n))
    }
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }
    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Owned(text.into())))
    }
    fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Owned(text)))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self.below()?)? {
            list.push(item);
        }
        Ok(Value::List(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut object: Vec<(Cow<'de, str>, Value<'de>)> = Vec::new();
        while let Some(key) = members.next_key_seed(Key)? {
            if object.len() < LINEAR_MAX && object.iter().any(|(known, _)| *known == key) {
                return Err(twice(&key));
            }
            let value = members.next_value_seed(self.below()?)?;
            object.push((key, value));
        }
        if object.len() >= LINEAR_MAX {
            let mut keys: Vec<&str> = object.iter().map(|(key, _)| &**key).collect();
            keys.sort_unstable();
            if let Some(key) = keys.windows(2).find_map(|pair| match pair {
                [a, b] if a == b => Some(*a),
                _ => None,
            }) {
                return Err(twice(key));
            }
        }
        Ok(Value::Object(object))
    }
}

/// Up to this many members keys are compared pairwise; beyond, they are sorted once.
const LINEAR_MAX: usize = 32;

fn twice<E: de::Error>(key: &str) -> E {
    E::custom(format_args!("`{}` is given twice", shorten(key)))
}

struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;
    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }
    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.into()))
    }
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => writer.serialize_unit(),
            Self::Bool(b) => writer.serialize_bool(*b),
            Self::Integer(n) => writer.serialize_i64(*n),
            Self::Float(n) => writer.serialize_f64(*n),
            Self::Text(text) => writer.serialize_str(text),
            Self::List(items) => writer.collect_seq(items),
            Self::Object(members) => {
                let mut map = writer.serialize_map(Some(members.len()))?;
                for (key, value) in members {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}
