//! Terms: the part of an agreement that a machine can check.

use countersign_authority::model::policy::Event;
use countersign_authority::model::terms::{
    Bound, By, Clause, Decimal, Duty, EntryIntoForce, Measure, Mechanism, MechanismKind, Obligation, Span as Length,
    SpanUnit, Start, Terms,
};
use countersign_authority::model::time::Moment;

use crate::cursor::{Cursor, KEYWORDS, Parse, Tail};
use crate::diagnostic::{Fault, Span};
use crate::lexis::Line;

/// `terms "…" version N` and `between A, B on MATTER`, in one statement or two.
pub(crate) fn header<'l, 'a>(lines: &'l [Line<'a>]) -> Parse<(Terms, &'l [Line<'a>])> {
    let Some((first, mut rest)) = lines.split_first() else {
        return Err(Fault::new(Span::default(), "the file holds no statement").expected(["terms \"TITLE\" version N"]));
    };
    let mut c = Cursor::new(first);
    c.expect("terms")?;
    let title = c.text("the agreement's title")?;
    c.expect("version")?;
    let version = c.number("a version")?;
    if c.done()
        && let Some((second, after)) = rest.split_first()
    {
        c = Cursor::new(second);
        rest = after;
    }
    c.expect("between")?;
    let start = c.here();
    let between = c.list(Cursor::party)?;
    if between.len() < 2 {
        return Err(Fault::new(start, "an agreement is between two parties at least").expected(["A, B"]));
    }
    c.expect("on")?;
    let matter = c.matter()?;
    c.end()?;
    Ok((Terms { title, version, between, matter, clauses: Vec::new() }, rest))
}

/// One line of terms.
pub(crate) fn clause(line: &Line<'_>) -> Parse<Clause> {
    let mut cursor = Cursor::new(line);
    let c = &mut cursor;
    let clause = match c.peek_word() {
        Some("party") => Clause::Party(crate::map::party(c, &mut Tail::default())?),
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
        c.moment().map(EntryIntoForce::On).map_err(|fault| {
            fault.expected(["`signature by all`", "`ratification by all`", "`signature by` N", "a date"])
        })
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
            verified_by.push(mechanism(c)?);
        } else if c.take("grace") {
            let days = c.number("a number of days")?;
            if !c.take("day") {
                c.expect("days")?;
            }
            c.once(&mut grace_days, days, "grace", at)?;
        } else if c.done() && !comma {
            break;
        } else {
            return Err(c.unexpected(["`from`", "`until`", "`verified by`", "`grace`"]));
        }
    }
    Ok(Obligation { id, party, duty, from, until, verified_by, grace_days })
}

fn keeps(c: &mut Cursor<'_, '_>) -> Parse<Duty> {
    let (quantity, span) = c.word("a quantity")?;
    if KEYWORDS.contains(&quantity) {
        return Err(Fault::new(span, format!("`{quantity}` is a keyword, not a quantity")));
    }
    let bound = if c.take("exactly") {
        Bound::Exactly
    } else {
        c.expect("at").map_err(|fault| fault.expected(["`at most`", "`at least`", "`exactly`"]))?;
        if c.take("most") {
            Bound::AtMost
        } else if c.take("least") {
            Bound::AtLeast
        } else {
            return Err(c.unexpected(["`most`", "`least`"]));
        }
    };
    Ok(Duty::Keeps { quantity: quantity.to_owned(), bound, measure: measure(c)? })
}

fn measure(c: &mut Cursor<'_, '_>) -> Parse<Measure> {
    let (number, span) = c.word("a number")?;
    let value = Decimal::parse(number).ok_or_else(|| {
        Fault::new(span, format!("`{number}` is not a decimal number")).expected(["digits, at most one point, at most 18 digits"])
    })?;
    let (unit, span) = c.word("a unit")?;
    if KEYWORDS.contains(&unit) {
        return Err(Fault::new(span, format!("`{unit}` is a keyword, not a unit")).expected(["a unit, as in 3.67 percent"]));
    }
    Ok(Measure { value, unit: unit.to_owned() })
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
        let days: u32 = c.number("a number of days")?;
        if !c.take("day") {
            c.expect("days")?;
        }
        if days == 0 {
            return Err(Fault::new(at, "every 0 days is no period").expected(["1 or more"]));
        }
        Some(days)
    } else {
        None
    };
    Ok(Mechanism { kind, by, every_days })
}
