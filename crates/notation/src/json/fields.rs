//! The members of a JSON object, each taken once by name; what is left over is an error.

use std::collections::BTreeSet;

use countersign_authority::model::amount::{Amount, Currency, Period};
use countersign_authority::model::map::{Limit, Verb};
use countersign_authority::model::name::{BadName, Digest, Matter};
use countersign_authority::model::time::{Day, Moment};

use super::reader::{Json, Node};
use crate::cursor::Parse;
use crate::diagnostic::{Fault, Span};
use crate::lexis::{is_unseen, unseen};
use crate::time;

/// An object being read.
pub(crate) struct Fields<'n> {
    members: &'n std::collections::BTreeMap<String, Node>,
    span: Span,
    /// Where the object stands in the document: `statements[3].up_to`.
    path: String,
    taken: BTreeSet<&'n str>,
}

impl<'n> Fields<'n> {
    pub(super) fn document(node: &'n Node) -> Parse<Self> {
        Self::of(node, String::new())
    }

    fn of(node: &'n Node, path: String) -> Parse<Self> {
        match &node.json {
            Json::Object(members) => Ok(Self { members, span: node.span, path, taken: BTreeSet::new() }),
            _ => Err(Fault::new(node.span, format!("`{path}` is not an object"))),
        }
    }

    pub(super) fn span(&self) -> Span {
        self.span
    }

    /// Where a member stands.
    pub(super) fn place(&self, name: &str) -> Span {
        self.members.get(name).map_or(self.span, |node| node.span)
    }

    fn path(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    fn take(&mut self, name: &str) -> Option<&'n Node> {
        let (name, node) = self.members.get_key_value(name)?;
        self.taken.insert(name);
        Some(node)
    }

    fn missing(&self, name: &str) -> Fault {
        let start = Span { start: self.span.start, end: self.span.start.saturating_add(1) };
        Fault::new(start, format!("`{}` is missing", self.path(name)))
    }

    fn wrong(&self, name: &str, node: &Node, wanted: &str) -> Fault {
        Fault::new(node.span, format!("`{}` is not {wanted}", self.path(name)))
    }

    /// Whether a member is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// That no member is left over.
    pub(super) fn end(&self) -> Parse<()> {
        let known = self.taken.iter().copied();
        match self.members.iter().find(|(name, _)| !self.taken.contains(name.as_str())) {
            None => Ok(()),
            Some((name, node)) => {
                Err(Fault::new(node.span, format!("`{}` is not a member known here", self.path(name)))
                    .expected(known.clone())
                    .did_you_mean(name, known))
            }
        }
    }

    /// A member that may be missing; `null` is not a way to leave it out.
    pub(super) fn optional<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self, &str) -> Parse<T>,
    ) -> Parse<Option<T>> {
        if self.has(name) { read(self, name).map(Some) } else { Ok(None) }
    }

    pub(super) fn text(&mut self, name: &str) -> Parse<&'n str> {
        let node = self.take(name).ok_or_else(|| self.missing(name))?;
        match &node.json {
            Json::Text(text) => match text.chars().find(|c| is_unseen(*c)) {
                None => Ok(text),
                Some(c) => Err(unseen(node.span, c)),
            },
            _ => Err(self.wrong(name, node, "a string")),
        }
    }

    pub(super) fn string(&mut self, name: &str) -> Parse<String> {
        self.text(name).map(str::to_owned)
    }

    /// A flag; left out where it is not set.
    pub(super) fn flag(&mut self, name: &str) -> Parse<bool> {
        match self.take(name) {
            None => Ok(false),
            Some(Node { json: Json::Bool(flag), .. }) => Ok(*flag),
            Some(node) => Err(self.wrong(name, node, "`true` or `false`")),
        }
    }

    pub(super) fn number<T: std::str::FromStr>(&mut self, name: &str) -> Parse<T> {
        let node = self.take(name).ok_or_else(|| self.missing(name))?;
        match &node.json {
            Json::Number(digits) => digits.parse().ok(),
            _ => None,
        }
        .ok_or_else(|| self.wrong(name, node, "an integer in range"))
    }

    pub(super) fn name<T>(&mut self, name: &str, read: impl Fn(&str) -> Result<T, BadName>) -> Parse<T> {
        let at = self.place(name);
        read(self.text(name)?).map_err(|error| Fault::new(at, format!("`{}`: {error}", self.path(name))))
    }

    pub(super) fn matter(&mut self, name: &str) -> Parse<Matter> {
        self.name(name, Matter::new)
    }

    /// A word out of a table.
    pub(super) fn word<T: Copy>(&mut self, name: &str, table: &[(T, &'static str)]) -> Parse<T> {
        let at = self.place(name);
        let word = self.text(name)?;
        find(word, table, at, &self.path(name))
    }

    pub(super) fn moment(&mut self, name: &str) -> Parse<Moment> {
        let at = self.place(name);
        let word = self.text(name)?;
        Day::parse(word)
            .map(Moment::Day)
            .or_else(|| time::instant(word).ok().map(Moment::Instant))
            .ok_or_else(|| {
                Fault::new(at, format!("`{}`: `{word}` is not a date", self.path(name)))
                    .expected(["an ISO day (2026-03-01)", "an RFC 3339 instant (2026-03-01T10:00:00Z)"])
            })
    }

    pub(super) fn digest(&mut self, name: &str) -> Parse<Digest> {
        let at = self.place(name);
        Digest::parse(self.text(name)?).ok_or_else(|| {
            Fault::new(at, format!("`{}` is not a SHA-256 digest", self.path(name)))
                .expected(["`sha256:` and 64 lower-case hex digits"])
        })
    }

    /// An object inside this one.
    pub(super) fn object(&mut self, name: &str) -> Parse<Fields<'n>> {
        let node = self.take(name).ok_or_else(|| self.missing(name))?;
        Fields::of(node, self.path(name))
    }

    fn list(&mut self, name: &str) -> Parse<&'n [Node]> {
        match self.take(name) {
            None => Ok(&[]),
            Some(Node { json: Json::List(items), .. }) => Ok(items),
            Some(node) => Err(self.wrong(name, node, "a list")),
        }
    }

    /// A list of objects; left out where it is empty.
    pub(super) fn objects(&mut self, name: &str) -> Parse<Vec<Fields<'n>>> {
        let path = self.path(name);
        self.list(name)?
            .iter()
            .enumerate()
            .map(|(at, node)| Fields::of(node, format!("{path}[{at}]")))
            .collect()
    }

    /// A list of names; left out where it is empty.
    pub(super) fn names<T>(
        &mut self,
        name: &str,
        read: impl Fn(&str) -> Result<T, BadName>,
    ) -> Parse<Vec<T>> {
        let path = self.path(name);
        let one = |(at, node): (usize, &Node)| match &node.json {
            Json::Text(text) => {
                read(text).map_err(|error| Fault::new(node.span, format!("`{path}[{at}]`: {error}")))
            }
            _ => Err(Fault::new(node.span, format!("`{path}[{at}]` is not a string"))),
        };
        self.list(name)?.iter().enumerate().map(one).collect()
    }

    /// A list of pairs of names; left out where it is empty.
    pub(super) fn pairs<T>(
        &mut self,
        name: &str,
        read: impl Fn(&str) -> Result<T, BadName>,
    ) -> Parse<Vec<(T, T)>> {
        let path = self.path(name);
        let one = |(at, node): (usize, &Node)| {
            let bad = |error: BadName| Fault::new(node.span, format!("`{path}[{at}]`: {error}"));
            match &node.json {
                Json::List(pair) => match pair.as_slice() {
                    [Node { json: Json::Text(a), .. }, Node { json: Json::Text(b), .. }] => {
                        Ok((read(a).map_err(bad)?, read(b).map_err(bad)?))
                    }
                    _ => Err(Fault::new(node.span, format!("`{path}[{at}]` is not two names"))),
                },
                _ => Err(Fault::new(node.span, format!("`{path}[{at}]` is not two names"))),
            }
        };
        self.list(name)?.iter().enumerate().map(one).collect()
    }

    pub(super) fn acts(&mut self) -> Parse<Vec<Verb>> {
        let name = "acts";
        let path = self.path(name);
        let at = self.place(name);
        let items = self.list(name)?;
        if items.is_empty() {
            return Err(Fault::new(at, format!("`{path}` names no act")));
        }
        let one = |(at, node): (usize, &Node)| match &node.json {
            Json::Text(word) => find(word, Verb::WORDS, node.span, &format!("{path}[{at}]")),
            _ => Err(Fault::new(node.span, format!("`{path}[{at}]` is not a string"))),
        };
        items.iter().enumerate().map(one).collect()
    }

    /// `{"currency": "EUR", "value": "5000000", "per": "quarter"}`
    pub(super) fn limit(&mut self, name: &str) -> Parse<Limit> {
        let mut fields = self.object(name)?;
        let bad = |at: Span, path: String| move |error| Fault::new(at, format!("`{path}`: {error}"));
        let currency = Currency::new(fields.text("currency")?)
            .map_err(bad(fields.place("currency"), fields.path("currency")))?;
        let amount = Amount::parse(currency, fields.text("value")?)
            .map_err(bad(fields.place("value"), fields.path("value")))?;
        let per = fields.optional("per", |fields, name| fields.word(name, Period::WORDS))?;
        fields.end()?;
        Ok(Limit { amount, per })
    }
}

fn find<T: Copy>(word: &str, table: &[(T, &'static str)], at: Span, path: &str) -> Parse<T> {
    let known = table.iter().map(|(_, known)| *known);
    table.iter().find(|(_, known)| *known == word).map(|(value, _)| *value).ok_or_else(|| {
        Fault::new(at, format!("`{path}`: `{word}` is not known"))
            .expected(known.clone())
            .did_you_mean(word, known)
    })
}
