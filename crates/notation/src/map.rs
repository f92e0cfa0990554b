//! Maps: the header and the twelve kinds of statement.

use countersign_authority::model::map::{
    Breadth, Confidence, ConsentRule, Decider, Fact, Grant, Head, HeldOut, Joint, Key, Map, Notice, Office,
    Party, PartyKind, Person, Power, PrincipalClaim, Quorum, Restriction, Revocation, Role, Scope, Standing,
    Statement, Tenure,
};
use countersign_authority::model::name::OfficeId;
use countersign_authority::model::time::Moment;

use crate::cursor::{Cursor, Parse, Tail, is_keyword};
use crate::diagnostic::{Diagnostic, Fault, nearest};
use crate::header::{self, Header};
use crate::lexis::Line;
use crate::parse::{Kind, Notation, Parsed};
use crate::print::{self, Words};
use crate::{json, once};

/// Most exclusions of one joint rule; each is checked against every assignment of signers.
const EXCLUSIONS_MAX: usize = 1_000;

/// What may stand at the start of a statement.
#[rustfmt::skip]
const STARTS: [&str; 13] = [
    "`party`", "`matter`", "`office`", "`person`", "`grant`", "`revoke`", "`restrict`", "`principal`", "`jointly`",
    "`on`", "PERSON `holds`", "OFFICE `may`", "PARTY `held out`",
];

/// `map "…" version N` and `source "…" as of D`.
fn header(lines: &[Line<'_>]) -> Header<Map> {
    let form = ("source", "`source` \"WHO SAYS SO\" `as of` DATE");
    let header = header::two_lines(lines, Kind::Map, form, |c| {
        c.expect("source")?;
        let at = c.here();
        let source = c.text("who says so")?;
        if source.trim().is_empty() {
            return Err(Fault::new(at, "the source is empty").help("say whose account this is"));
        }
        c.expect("as")?;
        c.expect("of")?;
        Ok((source, c.moment()?))
    });
    header.map(|((title, version), (source, as_of))| Map {
        title,
        version,
        source,
        as_of,
        statements: Vec::new(),
    })
}

impl Notation for Map {
    type Line = Statement;
    const KIND: Kind = Kind::Map;
    const LINES: &'static str = "statements";

    fn header(lines: &[Line<'_>]) -> Header<Self> {
        header(lines)
    }
    fn line(line: &Line<'_>) -> Parse<Statement> {
        statement(line)
    }
    fn lines(&self) -> &[Statement] {
        &self.statements
    }
    fn set_lines(&mut self, lines: Vec<Statement>) {
        self.statements = lines;
    }
    fn check(parsed: &Parsed<Self>) -> Vec<Diagnostic> {
        once::map(parsed)
    }
    fn header_words(&self) -> Vec<Words> {
        print::map_header(self)
    }
    fn words(statement: &Statement) -> Words {
        print::statement_words(statement)
    }
    fn from_json(fields: &mut json::Fields<'_>) -> Parse<Self> {
        json::map::read(fields)
    }
    fn line_from_json(fields: &mut json::Fields<'_>) -> Parse<Statement> {
        json::map::read_statement(fields)
    }
    fn to_json(&self) -> serde_json::Value {
        json::map::document(self)
    }
    /// What only a dossier says of a grant is not written in maps.
    fn writable(statement: &Statement) -> Statement {
        let mut statement = statement.clone();
        if let Fact::Grant(grant) = &mut statement.fact {
            grant.made = None;
            grant.report_due = None;
        }
        statement
    }
}

/// One statement of a map.
fn statement(line: &Line<'_>) -> Parse<Statement> {
    let mut cursor = Cursor::new(line);
    let c = &mut cursor;
    let mut tail = Tail::default();
    let fact = match c.peek_word() {
        Some("party") => {
            let party = party(c)?;
            rest(c, &mut tail)?;
            Fact::Party(party)
        }
        Some("matter") => {
            c.expect("matter")?;
            let matter = c.matter()?;
            rest(c, &mut tail)?;
            Fact::Matter(matter)
        }
        Some("office") => Fact::Office(office(c, &mut tail)?),
        Some("person") => Fact::Person(person(c, &mut tail)?),
        Some("grant") => Fact::Grant(grant(c, &mut tail)?),
        Some("revoke") => Fact::Revocation(revocation(c, &mut tail)?),
        Some("restrict") => Fact::Restriction(restriction(c, &mut tail)?),
        Some("principal") => Fact::PrincipalClaim(principal(c, &mut tail)?),
        Some("jointly") => Fact::Power(jointly(c, &mut tail)?),
        Some("on") => Fact::ConsentRule(consent_rule(c, &mut tail)?),
        Some("map" | "source") => {
            return Err(Fault::new(c.here(), "a map has one title and one source")
                .help("put a second map into a file of its own"));
        }
        Some(_) => match (c.word_at(1), c.word_at(2)) {
            (Some("holds"), _) => Fact::Tenure(tenure(c, &mut tail)?),
            (Some("may"), _) => {
                let head = Head::Office(c.office()?);
                Fact::Power(power(c, head, &mut tail)?)
            }
            (Some("held"), _) => Fact::HeldOut(held_out(c, &mut tail)?),
            (second, _) => return Err(unknown_start(c, second)),
        },
        None => return Err(c.unexpected(STARTS)),
    };
    let span = line.span();
    let valid = tail.validity(span)?;
    if fact.needs_basis() && tail.basis.is_none() {
        return Err(Fault::new(span, "the statement names no legal source")
            .expected(["`basis` \"LEGAL SOURCE\" at its end"])
            .help("add `basis \"…\"`: the law, gazette or instrument it rests on"));
    }
    if matches!(fact, Fact::Revocation(_)) && valid.from.is_none() {
        return Err(Fault::new(span, "the revocation does not say from when").expected(["`from` DATE"]));
    }
    Ok(Statement { fact, valid, basis: tail.basis })
}

/// Which of the two words is the slip: the statement's keyword, or the verb after a name.
fn unknown_start(c: &mut Cursor<'_, '_>, second: Option<&str>) -> Fault {
    let first = c.peek_word().unwrap_or_default();
    let starts = STARTS.iter().map(|start| start.trim_matches('`')).filter(|start| !start.contains(' '));
    let slip = first.len() > 2 && nearest(first, starts).is_some();
    if second.is_none() || slip || is_keyword(first) {
        return c.unexpected(STARTS);
    }
    if second == Some("needs") {
        return Fault::new(c.here(), "the matter comes first")
            .expected(["`on` MATTER [`over` AMOUNT] PARTY `needs consent of` OFFICE"]);
    }
    if let Err(fault) = c.party() {
        return fault;
    }
    c.unexpected(["`holds`", "`may`", "`held out`"])
}

/// The common clauses, to the end.
fn rest(c: &mut Cursor<'_, '_>, tail: &mut Tail) -> Parse<()> {
    loop {
        let comma = c.take_comma();
        if c.done() && !comma {
            return Ok(());
        }
        if !tail.take(c)? {
            return Err(c.unexpected(["`from`", "`until`", "`basis`"]));
        }
    }
}

/// `party ID "NAME" KIND`, shared with terms.
pub(crate) fn party(c: &mut Cursor<'_, '_>) -> Parse<Party> {
    c.expect("party")?;
    let id = c.party()?;
    let name = c.text("the party's name")?;
    let kind = c.one_of("a kind of party", PartyKind::WORDS)?;
    Ok(Party { id, name, kind })
}

fn office(c: &mut Cursor<'_, '_>, tail: &mut Tail) -> Parse<Office> {
    c.expect("office")?;
    let id = c.office()?;
    let title = c.text("the office's title")?;
    c.expect("of")?;
    let of = c.party()?;
    let role = if c.take("decides") {
        Role::Decides
    } else if c.take("advises") {
        Role::Advises
    } else if c.take("implements") {
        c.expect("under")?;
        Role::Implements { under: c.office()? }
    } else {
        return Err(c.unexpected(["`decides`", "`implements under` OFFICE", "`advises`"]));
    };
    let (mut standing, mut collegial) = (None, false);
    loop {
        let comma = c.take_comma();
        let start = c.here();
        if c.take("as") {
            let found = c.one_of("a standing", Standing::WORDS)?;
            c.once(&mut standing, found, "as", start)?;
        } else if c.take("collegial") {
            c.flag(&mut collegial, "collegial", start)?;
        } else if c.done() && !comma {
            break;
        } else if !tail.take(c)? {
            return Err(c.unexpected(["`as`", "`collegial`", "`from`", "`until`", "`basis`"]));
        }
    }
    Ok(Office { id, title, of, role, standing, collegial })
}

fn person(c: &mut Cursor<'_, '_>, tail: &mut Tail) -> Parse<Person> {
    c.expect("person")?;
    let id = c.person()?;
    let name = c.text("the person's name")?;
    let mut keys = Vec::new();
    loop {
        let comma = c.take_comma();
        if c.take("key") {
            keys.push(if c.take("subject") {
                Key::Subject(c.text("the certificate's subject")?)
            } else {
                Key::Fingerprint(c.digest()?)
            });
        } else if c.done() && !comma {
            break;
        } else if !tail.take(c)? {
            return Err(c.unexpected(["`key`", "`from`", "`until`", "`basis`"]));
        }
    }
    Ok(Person { id, name, keys })
}

fn tenure(c: &mut Cursor<'_, '_>, tail: &mut Tail) -> Parse<Tenure> {
    let person = c.person()?;
    c.expect("holds")?;
    let office = c.office()?;
    let mut acting = false;
    loop {
        let comma = c.take_comma();
        let start = c.here();
        if c.take("acting") {
            c.flag(&mut acting, "acting", start)?;
        } else if c.done() && !comma {
            break;
        } else if !tail.take(c)? {
            return Err(c.unexpected(["`from`", "`until`", "`acting`", "`basis`"]));
        }
    }
    Ok(Tenure { person, office, acting })
}

fn jointly(c: &mut Cursor<'_, '_>, tail: &mut Tail) -> Parse<Power> {
    c.expect("jointly")?;
    let quorum_at = c.here();
    let quorum = if c.take("all") { Quorum::All } else { Quorum::Count(c.number("a number of signers")?) };
    c.expect("of")?;
    let of = c.set(Cursor::office)?;
    if let Quorum::Count(count) = quorum
        && (count == 0 || usize::from(count) > of.len())
    {
        let message = match count {
            0 => "a joint rule needs one signer at least".to_owned(),
            _ => format!("{count} of {} offices can't be met", of.len()),
        };
        return Err(
            Fault::new(quorum_at, message).expected([format!("1 to {}", of.len()), "`all`".to_owned()])
        );
    }
    let (mut including, mut excluding) = (Vec::new(), Vec::new());
    let listed = |c: &mut Cursor<'_, '_>| {
        let at = c.here();
        let office = c.office()?;
        if of.contains(&office) {
            Ok(office)
        } else {
            let known = of.iter().map(OfficeId::as_str);
            Err(Fault::new(at, format!("`{office}` is not in the list of joint signers"))
                .expected(known.clone())
                .did_you_mean(office.as_str(), known))
        }
    };
    loop {
        // A comma may stand before `including` and `but`, not before `may`.
        if matches!(c.word_at(1), Some("including" | "but")) {
            c.take_comma();
        }
        let start = c.here();
        if c.take("including") {
            if !including.is_empty() {
                return Err(Fault::new(start, "`including` stands twice in one statement")
                    .help("join the two lists with a comma"));
            }
            including = c.set(listed)?;
        } else if c.take("but") {
            c.expect("not")?;
            let a = listed(c)?;
            c.expect("with")?;
            let at = c.here();
            let b = listed(c)?;
            if a == b {
                return Err(Fault::new(at, format!("`{b}` can't be excluded with itself")));
            }
            if excluding.len() >= EXCLUSIONS_MAX {
                return Err(Fault::new(start, format!("the rule has more than {EXCLUSIONS_MAX} exclusions")));
            }
            excluding.push((a, b));
        } else {
            break;
        }
    }
    if let Quorum::Count(count) = quorum
        && including.len() > usize::from(count)
    {
        return Err(Fault::new(quorum_at, format!("{count} can't include {} offices", including.len()))
            .help("ask for more signers, or include fewer of them"));
    }
    if c.peek_word() != Some("may") {
        return Err(c.unexpected(["`including`", "`but not`", "`may`"]));
    }
    power(c, Head::Jointly(Joint { quorum, of, including, excluding }), tail)
}

fn power(c: &mut Cursor<'_, '_>, head: Head, tail: &mut Tail) -> Parse<Power> {
    c.expect("may")?;
    let verbs = c.verbs()?;
    c.expect("on")?;
    let matter = c.matter()?;
    let (mut with, mut up_to, mut over, mut within_days) = (None, None, None, None);
    let (mut reserved, mut exclusive) = (false, false);
    loop {
        let comma = c.take_comma();
        let start = c.here();
        if c.take("with") {
            let party = c.party()?;
            c.once(&mut with, party, "with", start)?;
        } else if c.take("up") {
            c.expect("to")?;
            let limit = c.limit()?;
            c.once(&mut up_to, limit, "up to", start)?;
        } else if c.take("over") {
            let limit = c.limit()?;
            c.once(&mut over, limit, "over", start)?;
        } else if c.take("within") {
            let days = c.days()?;
            c.once(&mut within_days, days, "within", start)?;
        } else if c.take("reserved") {
            c.flag(&mut reserved, "reserved", start)?;
        } else if c.take("exclusive") {
            c.flag(&mut exclusive, "exclusive", start)?;
        } else if c.done() && !comma {
            break;
        } else if !tail.take(c)? {
            return Err(c.unexpected([
                "`with`",
                "`up to`",
                "`over`",
                "`within`",
                "`from`",
                "`until`",
                "`reserved`",
                "`exclusive`",
                "`basis`",
            ]));
        }
    }
    let scope = Scope { verbs, matter, with, up_to, over };
    Ok(Power { head, scope, within_days, reserved, exclusive })
}

fn consent_rule(c: &mut Cursor<'_, '_>, tail: &mut Tail) -> Parse<ConsentRule> {
    c.expect("on")?;
    let matter = c.matter()?;
    let over = if c.take("over") { Some(c.limit()?) } else { None };
    let _ = c.take_comma();
    let party = c.party()?;
    c.expect("needs")?;
    c.expect("consent")?;
    c.expect("of")?;
    let of = c.office()?;
    rest(c, tail)?;
    Ok(ConsentRule { party, matter, over, of })
}

fn grant(c: &mut Cursor<'_, '_>, tail: &mut Tail) -> Parse<Grant> {
    c.expect("grant")?;
    let id = c.grant()?;
    c.colon()?;
    let grantors = c.set(Cursor::actor)?;
    c.expect("lets")?;
    let grantee = c.actor()?;
    let verbs = c.verbs()?;
    c.expect("on")?;
    let matter = c.matter()?;
    let (mut with, mut up_to, mut depth, mut breadth) = (None, None, None, None);
    let (mut personal, mut single_use, mut may_deal_with_self) = (false, false, false);
    loop {
        let comma = c.take_comma();
        let start = c.here();
        if c.take("with") {
            let party = c.party()?;
            c.once(&mut with, party, "with", start)?;
        } else if c.take("up") {
            c.expect("to")?;
            let limit = c.limit()?;
            c.once(&mut up_to, limit, "up to", start)?;
        } else if c.take("over") {
            return Err(Fault::new(start, "a grant has no lower bound")
                .expected(["`up to` AMOUNT"])
                .help("`over` belongs to powers (`may`) and to consent rules"));
        } else if c.take("depth") {
            let links: u8 = c.number("a number of further links")?;
            c.once(&mut depth, links, "depth", start)?;
        } else if c.take("special") {
            c.expect("to")?;
            let text = Breadth::Special(c.digest()?);
            c.once(&mut breadth, text, "special to` or `general", start)?;
        } else if c.take("general") {
            c.once(&mut breadth, Breadth::General, "special to` or `general", start)?;
        } else if c.take("personal") {
            c.flag(&mut personal, "personal", start)?;
        } else if c.take("single") {
            c.expect("use")?;
            c.flag(&mut single_use, "single use", start)?;
        } else if c.take("may") {
            c.expect("deal")?;
            c.expect("with")?;
            c.expect("self")?;
            c.flag(&mut may_deal_with_self, "may deal with self", start)?;
        } else if c.done() && !comma {
            break;
        } else if !tail.take(c)? {
            return Err(c.unexpected([
                "`with`",
                "`up to`",
                "`from`",
                "`until`",
                "`depth`",
                "`special to`",
                "`general`",
                "`personal`",
                "`single use`",
                "`may deal with self`",
                "`basis`",
            ]));
        }
    }
    Ok(Grant {
        id,
        grantors,
        grantee,
        scope: Scope { verbs, matter, with, up_to, over: None },
        depth: depth.unwrap_or(0),
        breadth,
        personal,
        single_use,
        may_deal_with_self,
        made: None,
        report_due: None,
    })
}

fn notices(c: &mut Cursor<'_, '_>, notified: &mut Vec<Notice>) -> Parse<bool> {
    if !c.take("notified") {
        return Ok(false);
    }
    c.expect("to")?;
    let to = c.party()?;
    let at = c.moment()?;
    notified.push(Notice { to, at });
    Ok(true)
}

fn revocation(c: &mut Cursor<'_, '_>, tail: &mut Tail) -> Parse<Revocation> {
    c.expect("revoke")?;
    let grant = c.grant()?;
    let (mut by, mut notified) = (None, Vec::new());
    loop {
        let comma = c.take_comma();
        let start = c.here();
        if c.take("by") {
            let actor = c.actor()?;
            c.once(&mut by, actor, "by", start)?;
        } else if c.done() && !comma {
            break;
        } else if !notices(c, &mut notified)? && !tail.take(c)? {
            return Err(c.unexpected(["`by`", "`from`", "`notified to`", "`basis`"]));
        }
    }
    Ok(Revocation { grant, by, notified })
}

fn held_out(c: &mut Cursor<'_, '_>, tail: &mut Tail) -> Parse<HeldOut> {
    let party = c.party()?;
    c.expect("held")?;
    c.expect("out")?;
    let actor = c.actor()?;
    c.expect("to")?;
    let to = c.party()?;
    c.expect("for")?;
    let verbs = c.verbs()?;
    c.expect("on")?;
    let matter = c.matter()?;
    rest(c, tail)?;
    Ok(HeldOut { party, actor, to, verbs, matter })
}

fn restriction(c: &mut Cursor<'_, '_>, tail: &mut Tail) -> Parse<Restriction> {
    c.expect("restrict")?;
    let office = c.office()?;
    let verbs = c.verbs()?;
    c.expect("on")?;
    let matter = c.matter()?;
    let (mut fundamental, mut publicised, mut notified) = (false, None::<Moment>, Vec::new());
    loop {
        let comma = c.take_comma();
        let start = c.here();
        if c.take("fundamental") {
            c.flag(&mut fundamental, "fundamental", start)?;
        } else if c.take("publicised") {
            let moment = c.moment()?;
            c.once(&mut publicised, moment, "publicised", start)?;
        } else if c.done() && !comma {
            break;
        } else if !notices(c, &mut notified)? && !tail.take(c)? {
            return Err(c.unexpected([
                "`fundamental`",
                "`publicised`",
                "`notified to`",
                "`from`",
                "`until`",
                "`basis`",
            ]));
        }
    }
    Ok(Restriction { office, verbs, matter, fundamental, publicised, notified })
}

fn principal(c: &mut Cursor<'_, '_>, tail: &mut Tail) -> Parse<PrincipalClaim> {
    c.expect("principal")?;
    c.expect("of")?;
    let party = c.party()?;
    c.expect("on")?;
    let matter = c.matter()?;
    c.expect("is")?;
    let decider = if c.take("person") { Decider::Person(c.person()?) } else { Decider::Office(c.office()?) };
    let mut confidence = None;
    loop {
        let comma = c.take_comma();
        let start = c.here();
        if c.take("confidence") {
            let found = c.one_of("a confidence", Confidence::WORDS)?;
            c.once(&mut confidence, found, "confidence", start)?;
        } else if c.done() && !comma {
            break;
        } else if !tail.take(c)? {
            return Err(c.unexpected(["`confidence`", "`from`", "`until`", "`basis`"]));
        }
    }
    Ok(PrincipalClaim { party, matter, decider, confidence })
}
