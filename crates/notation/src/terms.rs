//! Terms: the part of an agreement that a machine can check.

use countersign_authority::model::policy::Event;
use countersign_authority::model::terms::{
    Bound, By, Clause, Decimal, Duty, EntryIntoForce, Measure, Mechanism, MechanismKind, Obligation,
    Span as Length, SpanUnit, Start, Terms,
};
use countersign_authority::model::time::{Moment, Utc};

use crate::cursor::{Cursor, Parse, is_keyword};
use crate::diagnostic::{Diagnostic, Fault};
use crate::header::{self, Header};
use crate::lexis::Line;
use crate::parse::{Kind, Notation, Parsed};
use crate::print::{self, Words};
use crate::{json, once};

/// `terms "…" version N` and `between A, B on MATTER`.
fn header(lines: &[Line<'_>]) -> Header<Terms> {
    let form = ("between", "`between` PARTY, PARTY `on` MATTER");
    let header = header::two_lines(lines, Kind::Terms, form, |c| {
        c.expect("between")?;
        let start = c.here();
        let between = c.set(Cursor::party)?;
        if between.len() < 2 {
            return Err(
                Fault::new(start, "an agreement is between two parties at least").expected(["PARTY, PARTY"])
            );
        }
        c.expect("on")?;
        Ok((between, c.matter()?))
    });
    header.map(|((title, version), (between, matter))| Terms {
        title,
        version,
        between,
        matter,
        clauses: Vec::new(),
    })
}

impl Notation for Terms {
    type Line = Clause;
    const KIND: Kind = Kind::Terms;
    const LINES: &'static str = "clauses";

    fn header(lines: &[Line<'_>]) -> Header<Self> {
        header(lines)
    }
    fn line(line: &Line<'_>) -> Parse<Clause> {
        clause(line)
    }
    fn lines(&self) -> &[Clause] {
        &self.clauses
    }
    fn set_lines(&mut self, lines: Vec<Clause>) {
        self.clauses = lines;
    }
    fn check(parsed: &Parsed<Self>) -> Vec<Diagnostic> {
        once::terms(parsed)
    }
    fn header_words(&self) -> Vec<Words> {
        print::terms_header(self)
    }
    fn words(clause: &Clause) -> Words {
        print::clause_words(clause)
    }
    fn from_json(fields: &mut json::Fields<'_>) -> Parse<Self> {
        json::terms::read(fields)
    }
    fn line_from_json(fields: &mut json::Fields<'_>) -> Parse<Clause> {
        json::terms::read_clause(fields)
    }
    fn to_json(&self) -> serde_json::Value {
        json::terms::document(self)
    }
}

/// One line of terms.
fn clause(line: &Line<'_>) -> Parse<Clause> {
    let mut cursor = Cursor::new(line);
    let c = &mut cursor;
    let clause = match c.peek_word() {
        Some("party") => Clause::Party(crate::map::party(c)?),
        Some("enters") => Clause::EntryIntoForce(entry_into_force(c)?),
        Some("obligation") => Clause::Obligation(obligation(c)?),
        Some("withdrawal") => {
            c.expect("withdrawal")?;
            c.expect("on")?;
            let count = c.number("a length of time")?;
            let unit = unit(c)?;
            c.expect("notice")?;
            Clause::Withdrawal { notice: Length { count, unit } }
        }
        _ => return Err(c.unexpected(["`party`", "`enters into force`", "`obligation`", "`withdrawal on`"])),
    };
    c.end()?;
    Ok(clause)
}

fn unit(c: &mut Cursor<'_, '_>) -> Parse<SpanUnit> {
    for (unit, one) in [(SpanUnit::Days, "day"), (SpanUnit::Months, "month"), (SpanUnit::Years, "year")] {
        if c.take(one) {
            return Ok(unit);
        }
    }
    c.one_of("a unit of time", SpanUnit::WORDS)
}

fn entry_into_force(c: &mut Cursor<'_, '_>) -> Parse<EntryIntoForce> {
    c.expect("enters")?;
    c.expect("into")?;
    c.expect("force")?;
    c.expect("on")?;
    if c.take("signature") {
        Ok(EntryIntoForce::OnSignature(by(c)?))
    } else if c.take("ratification") {
        Ok(EntryIntoForce::OnRatification(by(c)?))
    } else {
        let forms = [
            "`signature by all`",
            "`signature by` N",
            "`ratification by all`",
            "`ratification by` N",
            "DATE",
        ];
        c.moment().map(EntryIntoForce::On).map_err(|fault| fault.expected(forms))
    }
}

fn by(c: &mut Cursor<'_, '_>) -> Parse<By> {
    c.expect("by")?;
    if c.take("all") {
        return Ok(By::All);
    }
    let at = c.here();
    match c.number("a number of parties")? {
        0 => Err(Fault::new(at, "0 parties bind nobody").expected(["`all`", "1 or more"])),
        count => Ok(By::Count(count)),
    }
}

fn obligation(c: &mut Cursor<'_, '_>) -> Parse<Obligation> {
    c.expect("obligation")?;
    let id = c.clause()?;
    c.colon()?;
    let party = c.party()?;
    let duty = if c.take("keeps") {
        keeps(c)?
    } else if c.take("shall") {
        Duty::Shall(c.text("what the party shall do")?)
    } else {
        return Err(c.unexpected(["`keeps` QUANTITY", "`shall` \"…\""]));
    };
    let (mut from, mut until, mut grace_days) = (None, None::<Moment>, None);
    let mut verified_by = Vec::new();
    loop {
        let comma = c.take_comma();
        let at = c.here();
        if c.take("from") {
            let start = start(c)?;
            c.once(&mut from, start, "from", at)?;
        } else if c.take("until") {
            let moment = c.moment()?;
            c.once(&mut until, moment, "until", at)?;
        } else if c.take("verified") {
            c.expect("by")?;
            verified_by.extend(c.list_while(is_mechanism, mechanism)?);
        } else if c.take("grace") {
            let days = c.days()?;
            c.once(&mut grace_days, days, "grace", at)?;
        } else if c.done() && !comma {
            break;
        } else {
            return Err(c.unexpected(["`from`", "`until`", "`verified by`", "`grace`"]));
        }
    }
    if let (Some(Start::Moment(from)), Some(until)) = (from, until)
        && until.instant(&Utc) <= from.instant(&Utc)
    {
        return Err(Fault::new(c.last(), "`until` is not after `from`").help(
            "an interval is [from, until): it holds from the first moment up to, not including, the second",
        ));
    }
    Ok(Obligation { id, party, duty, from, until, verified_by, grace_days })
}

fn keeps(c: &mut Cursor<'_, '_>) -> Parse<Duty> {
    let quantity = noun(c, "a quantity")?;
    let bound = if c.take("exactly") {
        Bound::Exactly
    } else if c.take("at") {
        if c.take("most") {
            Bound::AtMost
        } else if c.take("least") {
            Bound::AtLeast
        } else {
            return Err(c.unexpected(["`most`", "`least`"]));
        }
    } else {
        return Err(c.unexpected(["`at most`", "`at least`", "`exactly`"]));
    };
    Ok(Duty::Keeps { quantity, bound, measure: measure(c)? })
}

fn measure(c: &mut Cursor<'_, '_>) -> Parse<Measure> {
    let (number, span) = c.word("a number")?;
    let value = Decimal::parse(number).ok_or_else(|| {
        Fault::new(span, format!("`{number}` is not a decimal number"))
            .expected(["digits, at most one point, at most 18 digits"])
    })?;
    if c.comma_then_digits() {
        return Err(Fault::new(span.to(c.here()), "a decimal number has a point, not a comma")
            .expected(["digits, at most one point, as in 3.67"]));
    }
    Ok(Measure { value, unit: noun(c, "a unit")? })
}

/// What is measured, or its unit: one word, or several in double quotes.
fn noun(c: &mut Cursor<'_, '_>, what: &str) -> Parse<String> {
    let at = c.here();
    if c.peek_word().is_none() {
        let text = c.text(what)?;
        return if text.trim().is_empty() {
            Err(Fault::new(at, format!("{what} is empty")))
        } else {
            Ok(text)
        };
    }
    let (word, span) = c.word(what)?;
    if is_bare_noun(word) {
        return Ok(word.to_owned());
    }
    Err(Fault::new(span, format!("`{word}` is not {what}"))
        .expected([what])
        .help("put it into double quotes"))
}

/// Whether a quantity or unit can stand without quotes.
pub(crate) fn is_bare_noun(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || matches!(c, '%' | '°' | '‰'))
        && !word.contains(|c: char| {
            c.is_whitespace() || c.is_control() || matches!(c, ',' | '"' | '#' | ':' | '\\')
        })
        && !is_keyword(word)
        && !matches!(word, "at" | "exactly")
}

fn is_mechanism(word: &str) -> bool {
    MechanismKind::from_word(word).is_some()
}

fn start(c: &mut Cursor<'_, '_>) -> Parse<Start> {
    match c.peek_word().and_then(Event::from_word) {
        Some(event) => {
            c.word("an event")?;
            Ok(Start::Event(event))
        }
        None => c
            .moment()
            .map(Start::Moment)
            .map_err(|fault| fault.expected(Event::WORDS.iter().map(|(_, word)| *word).chain(["a date"]))),
    }
}

fn mechanism(c: &mut Cursor<'_, '_>) -> Parse<Mechanism> {
    let kind = c.one_of("a way to verify", MechanismKind::WORDS)?;
    let by = if c.take("of") || c.take("by") { Some(c.party()?) } else { None };
    let every_days = if c.take("every") {
        let at = c.here();
        let days = c.days()?;
        if days == 0 {
            return Err(Fault::new(at, "every 0 days is no period").expected(["1 or more"]));
        }
        Some(days)
    } else {
        None
    };
    Ok(Mechanism { kind, by, every_days })
}
