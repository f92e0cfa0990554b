//! Reading a statement word by word, with errors that name what would be accepted.

use countersign_authority::model::amount::{Amount, Currency, Period};
use countersign_authority::model::map::{Limit, Verb};
use countersign_authority::model::name::{
    ActorId, BadName, ClauseId, Digest, GrantId, Matter, OfficeId, PartyId, PersonId,
};
use countersign_authority::model::time::{Day, Moment, Validity};

use crate::diagnostic::{Fault, Span};
use crate::lexis::{Kind, Line, Token};
use crate::time;

/// Words of the grammar; none of them is an id. Sorted.
#[rustfmt::skip]
pub(crate) const KEYWORDS: [&str; 79] = [
    "accept", "acting", "advises", "after", "all", "are", "as", "basis", "between", "but", "by",
    "collegial", "confidence", "consent", "deadline", "decides", "depth", "enters", "every", "exclusive",
    "for", "from", "fundamental", "gate", "general", "grant", "held", "holds", "implements", "in",
    "including", "into", "is", "jointly", "keeps", "key", "lets", "map", "matter", "may", "needs", "not",
    "notified", "obligation", "of", "office", "on", "out", "over", "party", "per", "person", "personal",
    "policy", "prefer", "principal", "profile", "publicised", "reject", "reserved", "restrict", "revoke",
    "shall", "single", "source", "special", "terms", "to", "trust", "under", "until", "up", "verified",
    "version", "we", "with", "withdrawal", "within", "zone",
];

/// Whether a word belongs to the grammar, so that it is no id and no list goes on with it.
pub(crate) fn is_keyword(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_lowercase()) && KEYWORDS.binary_search(&word).is_ok()
}

/// Most names in one list: no body that people sign for is larger.
const LIST_MAX: usize = 1_000;

pub(crate) type Parse<T> = Result<T, Fault>;

/// A statement being read.
pub(crate) struct Cursor<'l, 'a> {
    tokens: &'l [Token<'a>],
    next: usize,
    end: Span,
}

impl<'l, 'a> Cursor<'l, 'a> {
    pub(crate) fn new(line: &'l Line<'a>) -> Self {
        let end = line.span();
        Self { tokens: &line.tokens, next: 0, end: Span { start: end.end, end: end.end } }
    }

    pub(crate) fn peek(&self) -> Option<&'l Token<'a>> {
        self.tokens.get(self.next)
    }

    pub(crate) fn peek_word(&self) -> Option<&'a str> {
        self.word_at(0)
    }

    /// The word `ahead` tokens further, if it is one.
    pub(crate) fn word_at(&self, ahead: usize) -> Option<&'a str> {
        match self.tokens.get(self.next.saturating_add(ahead))?.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    pub(crate) fn here(&self) -> Span {
        self.peek().map_or(self.end, |token| token.span)
    }

    pub(crate) fn last(&self) -> Span {
        self.next.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(self.end, |token| token.span)
    }

    fn advance(&mut self) {
        self.next = self.next.saturating_add(1);
    }

    /// Takes this word if it is next.
    pub(crate) fn take(&mut self, word: &str) -> bool {
        let found = self.peek_word() == Some(word);
        if found {
            self.advance();
        }
        found
    }

    pub(crate) fn take_comma(&mut self) -> bool {
        let found = matches!(self.peek(), Some(Token { kind: Kind::Comma, .. }));
        if found {
            self.advance();
        }
        found
    }

    /// Whether a comma stands where a number may go on.
    pub(crate) fn comma_then_digits(&self) -> bool {
        matches!(self.peek(), Some(Token { kind: Kind::Comma, .. }))
            && self.word_at(1).is_some_and(|next| next.starts_with(|c: char| c.is_ascii_digit()))
    }

    /// "found `x`" or "the statement ends" where something else is wanted.
    pub(crate) fn unexpected<S: Into<String>>(&self, expected: impl IntoIterator<Item = S>) -> Fault {
        let expected: Vec<String> = expected.into_iter().map(Into::into).collect();
        match self.peek() {
            None => Fault::new(self.end, "the statement ends too early").expected(expected),
            Some(token) => {
                let found = match &token.kind {
                    Kind::Word(word) => format!("`{word}`"),
                    Kind::Text(text) => format!("\"{text}\""),
                    Kind::Comma => "`,`".to_owned(),
                    Kind::Colon => "`:`".to_owned(),
                };
                let fault = Fault::new(token.span, format!("{found} is not expected here"));
                match &token.kind {
                    Kind::Word(word) => {
                        let first = |e: &String| {
                            e.trim_start_matches('`').split([' ', '`']).next().map(str::to_owned)
                        };
                        let known: Vec<String> = expected.iter().filter_map(first).collect();
                        fault.expected(expected).did_you_mean(word, known.iter().map(String::as_str))
                    }
                    _ => fault.expected(expected),
                }
            }
        }
    }

    pub(crate) fn expect(&mut self, word: &str) -> Parse<()> {
        if self.take(word) { Ok(()) } else { Err(self.unexpected([format!("`{word}`")])) }
    }

    pub(crate) fn colon(&mut self) -> Parse<()> {
        match self.peek() {
            Some(Token { kind: Kind::Colon, .. }) => {
                self.advance();
                Ok(())
            }
            _ => Err(self.unexpected(["`:`"])),
        }
    }

    pub(crate) fn end(&self) -> Parse<()> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.unexpected(["the end of the statement"])),
        }
    }

    pub(crate) fn done(&self) -> bool {
        self.peek().is_none()
    }

    /// The next word, whatever it is.
    pub(crate) fn word(&mut self, what: &str) -> Parse<(&'a str, Span)> {
        match self.peek() {
            Some(Token { kind: Kind::Word(word), span }) => {
                self.advance();
                Ok((word, *span))
            }
            _ => Err(self.unexpected([what])),
        }
    }

    pub(crate) fn text(&mut self, what: &str) -> Parse<String> {
        match self.peek() {
            Some(Token { kind: Kind::Text(text), .. }) => {
                self.advance();
                Ok(text.clone())
            }
            _ => Err(self.unexpected([format!("{what} in double quotes")])),
        }
    }

    fn name<T>(&mut self, what: &str, read: impl Fn(&str) -> Result<T, BadName>) -> Parse<T> {
        let (word, span) = self.word(what)?;
        if is_keyword(word) {
            return Err(
                Fault::new(span, format!("`{word}` is a keyword, not {what}")).help("choose another id")
            );
        }
        read(word).map_err(|error| Fault::new(span, error.to_string()).expected([what]))
    }

    pub(crate) fn party(&mut self) -> Parse<PartyId> {
        self.name("a party", PartyId::new)
    }
    pub(crate) fn office(&mut self) -> Parse<OfficeId> {
        self.name("an office", OfficeId::new)
    }
    pub(crate) fn person(&mut self) -> Parse<PersonId> {
        self.name("a person", PersonId::new)
    }
    pub(crate) fn grant(&mut self) -> Parse<GrantId> {
        self.name("a grant's id", GrantId::new)
    }
    pub(crate) fn actor(&mut self) -> Parse<ActorId> {
        self.name("an office or a person", ActorId::new)
    }
    pub(crate) fn clause(&mut self) -> Parse<ClauseId> {
        self.name("an id", ClauseId::new)
    }
    pub(crate) fn matter(&mut self) -> Parse<Matter> {
        self.name("a matter", Matter::new)
    }

    /// A comma-separated list; a comma continues it only if the next word is not a keyword.
    pub(crate) fn list<T>(&mut self, one: impl FnMut(&mut Self) -> Parse<T>) -> Parse<Vec<T>> {
        self.list_while(|word| !is_keyword(word), one)
    }

    /// A comma-separated list that goes on as long as the next word fits.
    pub(crate) fn list_while<T>(
        &mut self,
        goes_on: impl Fn(&str) -> bool,
        mut one: impl FnMut(&mut Self) -> Parse<T>,
    ) -> Parse<Vec<T>> {
        let mut items = vec![one(self)?];
        while matches!(self.peek(), Some(Token { kind: Kind::Comma, .. }))
            && self.word_at(1).is_some_and(&goes_on)
        {
            self.advance();
            let at = self.here();
            items.push(one(self)?);
            if items.len() > LIST_MAX {
                return Err(Fault::new(at, format!("the list has more than {LIST_MAX} names")));
            }
        }
        Ok(items)
    }

    /// A word out of a table.
    pub(crate) fn one_of<T: Copy>(&mut self, what: &str, table: &[(T, &'static str)]) -> Parse<T> {
        let (word, span) = self.word(what)?;
        table.iter().find(|(_, known)| *known == word).map(|(value, _)| *value).ok_or_else(|| {
            Fault::new(span, format!("`{word}` is not {what}"))
                .expected(table.iter().map(|(_, word)| *word))
                .did_you_mean(word, table.iter().map(|(_, word)| *word))
        })
    }

    /// A list in which nothing stands twice.
    pub(crate) fn set<T: Ord + Clone>(
        &mut self,
        mut one: impl FnMut(&mut Self) -> Parse<T>,
    ) -> Parse<Vec<T>> {
        let mut seen = std::collections::BTreeSet::new();
        self.list(|c| {
            let at = c.here();
            let item = one(c)?;
            if seen.insert(item.clone()) {
                return Ok(item);
            }
            let word = c.before().unwrap_or("a name");
            Err(Fault::new(at, format!("`{word}` stands twice in the list")).help("delete it"))
        })
    }

    /// The word just read.
    fn before(&self) -> Option<&'a str> {
        match self.tokens.get(self.next.checked_sub(1)?)?.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    pub(crate) fn verbs(&mut self) -> Parse<Vec<Verb>> {
        self.set(|c| c.one_of("an act", Verb::WORDS))
    }

    /// `N days`, or `1 day`.
    pub(crate) fn days(&mut self) -> Parse<u32> {
        let days = self.number("a number of days")?;
        if self.take("day") { Ok(days) } else { self.expect("days").map(|()| days) }
    }

    pub(crate) fn number<T: std::str::FromStr>(&mut self, what: &str) -> Parse<T> {
        let (word, span) = self.word(what)?;
        let digits = word.bytes().all(|b| b.is_ascii_digit());
        word.parse().ok().filter(|_| digits).ok_or_else(|| {
            Fault::new(span, format!("`{word}` is not {what}"))
                .expected([format!("{what} in digits, in range")])
        })
    }

    pub(crate) fn moment(&mut self) -> Parse<Moment> {
        let (word, span) = self.word("a date")?;
        if let Some(day) = Day::parse(word) {
            return Ok(Moment::Day(day));
        }
        if let Ok(instant) = time::instant(word) {
            return Ok(Moment::Instant(instant));
        }
        let shape: String = word.chars().take(11).map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        let message = match shape.as_str() {
            "0000-00-00" => format!("the calendar has no day `{word}`"),
            "0000-00-00T" => {
                format!("`{word}` is not an RFC 3339 instant: it needs a time and an offset or `Z`")
            }
            _ => format!("`{word}` is not a date"),
        };
        Err(Fault::new(span, message)
            .expected(["an ISO day (2026-03-01)", "an RFC 3339 instant (2026-03-01T10:00:00Z)"]))
    }

    pub(crate) fn digest(&mut self) -> Parse<Digest> {
        let (word, span) = self.word("a digest")?;
        if let Some(digest) = Digest::parse(word) {
            return Ok(digest);
        }
        let why = match word.strip_prefix("sha256:") {
            None => "it does not begin with `sha256:`".to_owned(),
            Some(hex) if hex.contains('…') => {
                "`…` stands for digits left out; a digest has all 64".to_owned()
            }
            Some(hex) if hex.bytes().any(|b| b.is_ascii_uppercase()) => {
                "its digits are lower case".to_owned()
            }
            Some(hex) if hex.bytes().all(|b| b.is_ascii_hexdigit()) => {
                format!("it has {} digits, not 64", hex.len())
            }
            Some(_) => "it holds what is no hex digit".to_owned(),
        };
        Err(Fault::new(span, format!("`{word}` is not a SHA-256 digest: {why}"))
            .expected(["`sha256:` and 64 lower-case hex digits"]))
    }

    pub(crate) fn amount(&mut self) -> Parse<Amount> {
        let (code, span) = self.word("a currency")?;
        let currency = Currency::new(code).map_err(|error| {
            let fault = Fault::new(span, error.to_string())
                .expected(["a currency code of ISO 4217, as in EUR 5000000"])
                .did_you_mean(code, Currency::codes());
            if code.starts_with(|c: char| c.is_ascii_digit()) {
                return fault.help("the currency comes first: EUR 5000000");
            }
            fault
        })?;
        let (value, span) = self.word("an amount")?;
        let amount = Amount::parse(currency, value).map_err(|error| {
            Fault::new(span, error.to_string()).expected(["major units, as in 5000000 or 12.50"])
        })?;
        if self.comma_then_digits() {
            let whole =
                span.to(self.tokens.get(self.next.saturating_add(1)).map_or(span, |token| token.span));
            return Err(Fault::new(whole, "an amount has no thousands separators")
                .expected(["major units, as in 5000000 or 12.50"]));
        }
        Ok(amount)
    }

    /// `AMOUNT [per day|month|quarter|year]`
    pub(crate) fn limit(&mut self) -> Parse<Limit> {
        let amount = self.amount()?;
        let per = if self.take("per") { Some(self.one_of("a period", Period::WORDS)?) } else { None };
        Ok(Limit { amount, per })
    }

    /// Sets a tail clause that may stand once.
    pub(crate) fn once<T>(&self, slot: &mut Option<T>, value: T, what: &str, start: Span) -> Parse<()> {
        if slot.is_some() {
            return Err(Fault::new(start.to(self.last()), format!("`{what}` stands twice in one statement"))
                .help("delete one of the two"));
        }
        *slot = Some(value);
        Ok(())
    }

    /// Sets a flag that may stand once.
    pub(crate) fn flag(&self, slot: &mut bool, what: &str, start: Span) -> Parse<()> {
        if std::mem::replace(slot, true) {
            return Err(Fault::new(start.to(self.last()), format!("`{what}` stands twice in one statement"))
                .help("delete one of the two"));
        }
        Ok(())
    }
}

/// `from`, `until` and `basis`, which every statement of a map may carry.
#[derive(Debug, Default)]
pub(crate) struct Tail {
    pub(crate) from: Option<Moment>,
    pub(crate) until: Option<Moment>,
    pub(crate) basis: Option<String>,
    until_at: Option<Span>,
}

impl Tail {
    /// Takes one of the common clauses, if one is next. `Ok(false)`: none is.
    pub(crate) fn take(&mut self, cursor: &mut Cursor<'_, '_>) -> Parse<bool> {
        let start = cursor.here();
        if cursor.take("from") {
            let moment = cursor.moment()?;
            cursor.once(&mut self.from, moment, "from", start)?;
        } else if cursor.take("until") {
            let moment = cursor.moment()?;
            cursor.once(&mut self.until, moment, "until", start)?;
            self.until_at = Some(start.to(cursor.last()));
        } else if cursor.take("basis") {
            let at = cursor.here();
            let basis = cursor.text("a legal source")?;
            if basis.trim().is_empty() {
                return Err(
                    Fault::new(at, "the legal source is empty").help("name the law, gazette or instrument")
                );
            }
            self.basis = Some(basis);
            if !cursor.done() {
                return Err(Fault::new(cursor.here(), "`basis` stands last; nothing may follow it")
                    .help("move this before `basis`"));
            }
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    pub(crate) fn validity(&self, span: Span) -> Parse<Validity> {
        let instant = |moment: Moment| moment.instant(&countersign_authority::model::time::Utc);
        if let (Some(from), Some(until)) = (self.from, self.until)
            && instant(until) <= instant(from)
        {
            return Err(Fault::new(self.until_at.unwrap_or(span), "`until` is not after `from`")
                .help("an interval is [from, until): it holds from the first moment up to, not including, the second"));
        }
        Ok(Validity { from: self.from, until: self.until })
    }
}
