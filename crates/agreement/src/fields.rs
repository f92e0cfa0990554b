//! An object read field by field: unknown fields are errors, `null` is absent, every fault names its path.

use std::borrow::Cow;

use countersign_authority::model::amount::{Amount, Currency};
use countersign_authority::model::name::{Digest, Matter};
use countersign_authority::model::time::Instant;

use crate::fault::{Fault, FaultKind, nearest};
use crate::json::Value;
use crate::time;

/// An object whose fields are taken one by one.
pub(crate) struct Fields<'a> {
    path: String,
    members: Vec<(Cow<'a, str>, Value<'a>)>,
}

impl<'a> Fields<'a> {
    /// Opens an object; `path` is empty at the top. A field not in `known` is an error.
    pub(crate) fn open(value: Value<'a>, path: &str, known: &[&'static str]) -> Result<Self, Fault> {
        let members = match value {
            Value::Object(members) => members,
            other => {
                let path = if path.is_empty() { "the line" } else { path };
                return Err(Fault::new(
                    path,
                    FaultKind::Type { found: other.describe(), expected: "an object" },
                ));
            }
        };
        let this = Self { path: path.to_owned(), members };
        if let Some((key, _)) = this.members.iter().find(|(key, _)| !known.contains(&&**key)) {
            return Err(Fault::new(
                this.at(&crate::json::shorten(key)),
                FaultKind::UnknownField {
                    near: nearest(key, known),
                    accepted: known.iter().map(|name| (*name).to_owned()).collect(),
                },
            ));
        }
        Ok(this)
    }

    /// How many fields are given, `null` ones included.
    pub(crate) fn given(&self) -> usize {
        self.members.len()
    }

    /// The path of a field.
    pub(crate) fn at(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// Takes a field; `null` is absent.
    pub(crate) fn value(&mut self, name: &str) -> Option<Value<'a>> {
        let (_, value) = self.members.iter_mut().find(|(key, _)| key == name)?;
        match std::mem::replace(value, Value::Null) {
            Value::Null => None,
            value => Some(value),
        }
    }

    pub(crate) fn missing(&self, name: &str, expected: &'static str) -> Fault {
        Fault::new(self.at(name), FaultKind::Missing { expected })
    }

    fn wrong(&self, name: &str, found: &Value<'_>, expected: &'static str) -> Fault {
        Fault::new(self.at(name), FaultKind::Type { found: found.describe(), expected })
    }

    pub(crate) fn text(&mut self, name: &str, expected: &'static str) -> Result<Option<Cow<'a, str>>, Fault> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(other) => Err(self.wrong(name, &other, expected)),
        }
    }

    /// A string read by `parse`; its error says what would be accepted.
    pub(crate) fn parsed<T, E: ToString>(
        &mut self,
        name: &str,
        expected: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, Fault> {
        match self.text(name, expected)? {
            None => Ok(None),
            Some(text) => parse(&text).map(Some).map_err(|e| Fault::content(self.at(name), &text, e)),
        }
    }

    /// A word of a closed list.
    pub(crate) fn word<T: Copy>(
        &mut self,
        name: &str,
        words: &'static [(T, &'static str)],
        expected: &'static str,
    ) -> Result<Option<T>, Fault> {
        let Some(text) = self.text(name, expected)? else { return Ok(None) };
        if let Some((value, _)) = words.iter().find(|(_, word)| *word == text) {
            Ok(Some(*value))
        } else {
            let accepted: Vec<&str> = words.iter().map(|(_, word)| *word).collect();
            Err(Fault::word(self.at(name), &text, &accepted))
        }
    }

    pub(crate) fn flag(&mut self, name: &str) -> Result<Option<bool>, Fault> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(other) => Err(self.wrong(name, &other, "true or false")),
        }
    }

    pub(crate) fn list(
        &mut self,
        name: &str,
        expected: &'static str,
    ) -> Result<Option<Vec<Value<'a>>>, Fault> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::List(items)) => Ok(Some(items)),
            Some(other) => Err(self.wrong(name, &other, expected)),
        }
    }

    /// A list of strings, each read by `parse`.
    pub(crate) fn texts<T, E: ToString>(
        &mut self,
        name: &str,
        expected: &'static str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Result<Option<Vec<T>>, Fault> {
        let Some(items) = self.list(name, expected)? else { return Ok(None) };
        let mut read = Vec::with_capacity(items.len());
        for (i, item) in items.into_iter().enumerate() {
            match item {
                Value::Text(text) => match parse(&text) {
                    Ok(value) => read.push(value),
                    Err(e) => return Err(Fault::content(format!("{}[{i}]", self.at(name)), &text, e)),
                },
                other => {
                    let path = format!("{}[{i}]", self.at(name));
                    return Err(Fault::new(
                        path,
                        FaultKind::Type { found: other.describe(), expected: "a string" },
                    ));
                }
            }
        }
        Ok(Some(read))
    }

    pub(crate) fn instant(&mut self, name: &str) -> Result<Option<Instant>, Fault> {
        self.parsed(name, "a moment in a string", |text| time::parse(text).ok_or(time::ACCEPTED))
    }

    pub(crate) fn digest(&mut self, name: &str) -> Result<Option<Digest>, Fault> {
        self.parsed(name, "a digest in a string", |text| Digest::parse(text).ok_or(DIGEST))
    }

    pub(crate) fn matter(&mut self, name: &str) -> Result<Option<Matter>, Fault> {
        self.parsed(name, "a matter in a string", Matter::new)
    }

    pub(crate) fn amount(&mut self, name: &str) -> Result<Option<Amount>, Fault> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let mut fields = Fields::open(value, &self.at(name), &["currency", "value"])?;
        let currency = fields
            .parsed("currency", "an ISO 4217 code in a string", Currency::new)?
            .ok_or_else(|| fields.missing("currency", "an ISO 4217 code"))?;
        if let Some((_, number @ (Value::Integer(_) | Value::Float(_)))) =
            fields.members.iter().find(|(key, _)| key == "value")
        {
            let expected =
                "the amount as a string (\"8000000.00\"): a JSON number would be read as floating point";
            return Err(fields.wrong("value", number, expected));
        }
        fields
            .parsed("value", "major units in a string", |text| Amount::parse(currency, text))?
            .map(Some)
            .ok_or_else(|| fields.missing("value", "major units in a string, as in \"8000000.00\""))
    }
}

/// What a digest looks like, for error messages.
pub(crate) const DIGEST: &str = "a digest is `sha256:` and 64 lower-case hex digits";
