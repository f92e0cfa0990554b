//! Policies: whose maps one recognises, under which law, what one demands.

use countersign_authority::model::policy::{
    DayCount, Deadline, Event, Gate, GateSigner, GateStep, Policy, Profile, Recognised, Recognition, Rule,
    Trust,
};

use crate::cursor::{Cursor, Parse};
use crate::diagnostic::{Diagnostic, Fault, Span};
use crate::header::{self, Header};
use crate::lexis::{Kind as Lexeme, Line, Token};
use crate::parse::{Kind, Notation, Parsed};
use crate::print::{self, Words};
use crate::{json, once, time};

#[rustfmt::skip]
const STARTS: [&str; 10] = [
    "`we are`", "`accept source`", "`reject source`", "`prefer source`", "`profile`", "`trust`", "`quorum`",
    "`gate`", "`deadline`", "`zone`",
];

/// Most days a deadline may count.
const DAYS_MAX: u32 = countersign_authority::deadline::DAYS_MAX;

/// `policy "…" version N`
fn header(lines: &[Line<'_>]) -> Header<Policy> {
    header::one_line(lines, Kind::Policy).map(|(title, version)| Policy { title, version, rules: Vec::new() })
}

impl Notation for Policy {
    type Line = Rule;
    const KIND: Kind = Kind::Policy;
    const LINES: &'static str = "rules";

    fn header(lines: &[Line<'_>]) -> Header<Self> {
        header(lines)
    }
    fn line(line: &Line<'_>) -> Parse<Rule> {
        rule(line)
    }
    fn lines(&self) -> &[Rule] {
        &self.rules
    }
    fn set_lines(&mut self, lines: Vec<Rule>) {
        self.rules = lines;
    }
    fn check(parsed: &Parsed<Self>) -> Vec<Diagnostic> {
        once::policy(parsed)
    }
    fn header_words(&self) -> Vec<Words> {
        print::policy_header(self)
    }
    fn words(rule: &Rule) -> Words {
        print::rule_words(rule)
    }
    fn from_json(fields: &mut json::Fields<'_>) -> Parse<Self> {
        json::policy::read(fields)
    }
    fn line_from_json(fields: &mut json::Fields<'_>) -> Parse<Rule> {
        json::policy::read_rule(fields)
    }
    fn to_json(&self) -> serde_json::Value {
        json::policy::document(self)
    }
}

/// One line of a policy.
fn rule(line: &Line<'_>) -> Parse<Rule> {
    let mut cursor = Cursor::new(line);
    let c = &mut cursor;
    let rule = match c.peek_word() {
        Some("we") => {
            c.expect("we")?;
            c.expect("are")?;
            Rule::WeAre(c.party()?)
        }
        Some("accept" | "reject") => {
            let standing = c.one_of("`accept` or `reject`", Recognised::WORDS)?;
            c.expect("source")?;
            let source = c.text("the source")?;
            let on = if c.take("on") { Some(c.party()?) } else { None };
            Rule::Recognition(Recognition { source, standing, on })
        }
        Some("prefer") => {
            c.expect("prefer")?;
            c.expect("source")?;
            let source = c.text("the source that stands")?;
            c.expect("over")?;
            let _ = c.take("source");
            let over = c.text("the source that yields")?;
            Rule::Preference { source, over }
        }
        Some("profile") => {
            c.expect("profile")?;
            let profile = c.one_of("a profile", Profile::WORDS)?;
            let parties = if c.take("for") { c.set(Cursor::party)? } else { Vec::new() };
            Rule::Profile { profile, parties }
        }
        Some("trust") => Rule::Trust(trust(c)?),
        Some("quorum") => {
            c.expect("quorum")?;
            let at = c.here();
            let count = quorum(c.number("how many witnesses must cosign")?, at)?;
            c.expect("of")?;
            c.expect("witnesses")?;
            Rule::Quorum(count)
        }
        Some("gate") => Rule::Gate(gate(c)?),
        Some("deadline") => Rule::Deadline(deadline(c, line.span())?),
        Some("zone") => {
            c.expect("zone")?;
            Rule::Zone(zone(c)?)
        }
        _ => return Err(c.unexpected(STARTS)),
    };
    c.end()?;
    Ok(rule)
}

fn trust(c: &mut Cursor<'_, '_>) -> Parse<Trust> {
    c.expect("trust")?;
    if c.take("certificate") {
        c.expect("authority")?;
        Ok(Trust::CertificateAuthority(c.digest()?))
    } else if c.take("timestamp") {
        c.expect("authority")?;
        Ok(Trust::TimestampAuthority(c.digest()?))
    } else if c.take("record") {
        let at = c.here();
        Ok(Trust::Record(vkey(c.text("the record's verifier key")?, at)?))
    } else if c.take("witness") {
        let at = c.here();
        Ok(Trust::Witness(vkey(c.text("the witness' verifier key")?, at)?))
    } else {
        Err(c.unexpected(["`certificate authority`", "`timestamp authority`", "`record`", "`witness`"]))
    }
}

/// A verifier key begins with a name and a plus sign; what follows is read where a checkpoint is.
pub(crate) fn vkey(key: String, at: Span) -> Parse<String> {
    match key.split_once('+') {
        Some((name, rest)) if !name.is_empty() && !rest.is_empty() && !key.contains(char::is_whitespace) => {
            Ok(key)
        }
        _ => Err(Fault::new(at, "that is no verifier key")
            .expected(["`NAME+HASH+KEY`"])
            .help("a record and a witness publish theirs as one line, as in example.org/log+1c2d3e4f+AQ…")),
    }
}

/// Whether a verifier key has all its parts: a name, eight hexadecimal digits, a key in base64.
pub(crate) fn whole_vkey(key: &str) -> bool {
    let mut parts = key.splitn(3, '+').skip(1);
    let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    let base64 = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    let hash = parts.next().is_some_and(|hash| hash.len() == 8 && hash.bytes().all(hex));
    let bytes = parts.next().unwrap_or_default();
    let digits = bytes.trim_end_matches('=');
    hash && bytes.len().is_multiple_of(4)
        && !digits.is_empty()
        && bytes.len().saturating_sub(digits.len()) <= 2
        && digits.bytes().all(base64)
}

/// A quorum of none would be no demand.
pub(crate) fn quorum(count: u32, at: Span) -> Parse<u32> {
    if count == 0 {
        return Err(Fault::new(at, "a quorum of no witness demands nothing").expected(["1 or more"]));
    }
    Ok(count)
}

fn gate(c: &mut Cursor<'_, '_>) -> Parse<Gate> {
    c.expect("gate")?;
    let step = c.one_of("a gate", GateStep::WORDS)?;
    c.expect("on")?;
    let matter = c.matter()?;
    c.expect("with")?;
    let with = c.party()?;
    c.colon()?;
    let signer = if c.take("principal") {
        GateSigner::Principal
    } else if c.take("same") {
        if c.take("office") {
            GateSigner::SameOffice
        } else if c.take("person") {
            GateSigner::SamePerson
        } else {
            return Err(c.unexpected(["`office`", "`person`"]));
        }
    } else {
        return Err(c.unexpected(["`principal`", "`same office`", "`same person`"]));
    };
    c.expect("signs")?;
    match step {
        GateStep::OpenTalks => c.expect("mandate")?,
        GateStep::Conclude if c.take("definitive-text") => {}
        GateStep::Conclude => {
            c.expect("definitive")?;
            c.expect("text")?;
        }
    }
    let [mut in_person, mut publicly, mut attested, mut witnessed, mut enforce] = [false; 5];
    loop {
        let comma = c.take_comma();
        let start = c.here();
        if c.take("in") {
            c.expect("person")?;
            c.flag(&mut in_person, "in person", start)?;
        } else if c.take("publicly") {
            c.flag(&mut publicly, "publicly", start)?;
        } else if c.take("attested") {
            c.flag(&mut attested, "attested", start)?;
        } else if c.take("witnessed") {
            c.flag(&mut witnessed, "witnessed", start)?;
        } else if c.take("enforce") {
            c.flag(&mut enforce, "enforce", start)?;
        } else if c.done() && !comma {
            break;
        } else {
            return Err(c.unexpected([
                "`in person`",
                "`publicly`",
                "`attested`",
                "`witnessed`",
                "`enforce`",
            ]));
        }
    }
    Ok(Gate { step, matter, with, signer, in_person, publicly, attested, witnessed, enforce })
}

fn deadline(c: &mut Cursor<'_, '_>, line: Span) -> Parse<Deadline> {
    c.expect("deadline")?;
    let id = c.clause()?;
    c.colon()?;
    let at = c.here();
    let days = c.days()?;
    if days > DAYS_MAX {
        return Err(Fault::new(at, format!("{days} days are more than {DAYS_MAX}")));
    }
    let unclear = |what: &str| {
        Fault::new(line, format!("deadline {id} does not say {what}")).expected(["`after` EVENT `until` EVENT"]).help(
            "does the clock bound the start of talks, or the agreement? Name the event that starts it and the \
             event that must have happened by then",
        )
    };
    if !c.take("after") {
        return Err(match c.peek_word() {
            None | Some("until") => unclear("what starts it (`after` EVENT)"),
            Some(_) => c.unexpected(["`after`"]),
        });
    }
    let after = event(c)?;
    if !c.take("until") {
        return Err(match c.peek() {
            None | Some(Token { kind: Lexeme::Comma, .. }) => {
                unclear("what must have happened by then (`until` EVENT)")
            }
            Some(_) => c.unexpected(["`until`"]),
        });
    }
    let until = event(c)?;
    let (mut count, mut named) = (None, None);
    loop {
        let comma = c.take_comma();
        if c.done() && !comma {
            break;
        }
        let start = c.here();
        if matches!(c.peek_word(), Some("calendar" | "business")) {
            let found = c.one_of("a count of days", DayCount::WORDS)?;
            c.expect("days")?;
            c.once(&mut count, found, "days", start)?;
        } else {
            let found = zone(c)?;
            c.once(&mut named, found, "zone", start)?;
        }
    }
    Ok(Deadline { id, days, after, until, count: count.unwrap_or(DayCount::Calendar), zone: named })
}

/// An event; `definitive text` reads the same as `definitive-text`, as in gates.
fn event(c: &mut Cursor<'_, '_>) -> Parse<Event> {
    if c.peek_word() == Some("definitive") && c.word_at(1) == Some("text") {
        c.expect("definitive")?;
        c.expect("text")?;
        return Ok(Event::DefinitiveText);
    }
    c.one_of("an event", Event::WORDS)
}

/// A zone of the IANA database, bare or quoted, in its own spelling.
fn zone(c: &mut Cursor<'_, '_>) -> Parse<String> {
    let at = c.here();
    let name = match c.peek() {
        Some(Token { kind: Lexeme::Text(_), .. }) => c.text("a time zone")?,
        _ => c.word("a time zone")?.0.to_owned(),
    };
    time::zone(&name).map(|zone| zone.name().to_owned()).map_err(|error| {
        let fault =
            Fault::new(at, error.to_string()).expected(["`UTC`", "an IANA zone, as in Europe/Zurich"]);
        match time::nearest_zone(&name) {
            Some(near) => fault.help(format!("did you mean `{near}`?")),
            None => fault,
        }
    })
}
