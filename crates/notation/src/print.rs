//! One layout for every document. `parse(print(x)) = x`.

use countersign_authority::model::map::{
    Breadth, Decider, Fact, Grant, Head, Joint, Key, Limit, Map, Notice, Office, Power, Quorum, Role, Scope,
    Statement, Verb,
};
use countersign_authority::model::policy::{DayCount, Deadline, Gate, GateStep, Policy, Rule, Trust};
use countersign_authority::model::terms::{
    By, Clause, Duty, EntryIntoForce, Mechanism, Obligation, Start, Terms,
};
use countersign_authority::model::time::Moment;

use crate::parse::{Kind, Notation};
use crate::terms::is_bare_noun;
use crate::time::rfc3339;

/// Prints a map in its one layout, without comments.
pub fn map(map: &Map) -> String {
    document(map)
}

/// Prints a policy in its one layout, without comments.
pub fn policy(policy: &Policy) -> String {
    document(policy)
}

/// Prints terms in their one layout, without comments.
pub fn terms(terms: &Terms) -> String {
    document(terms)
}

fn document<T: Notation>(document: &T) -> String {
    let mut text = header(document);
    for one in document.lines() {
        text.push_str(&line(&T::words(one)));
    }
    text
}

/// The header's lines.
pub(crate) fn header<T: Notation>(document: &T) -> String {
    document.header_words().iter().map(|words| line(words)).collect()
}

/// One statement of a map on one line, as proofs cite it.
pub fn statement(statement: &Statement) -> String {
    statement_words(statement).join(" ")
}

pub(crate) fn map_header(map: &Map) -> Vec<Words> {
    let source = vec![format!("source {}", quoted(&map.source)), format!("as of {}", moment(map.as_of))];
    vec![title(Kind::Map, &map.title, map.version), source]
}

pub(crate) fn policy_header(policy: &Policy) -> Vec<Words> {
    vec![title(Kind::Policy, &policy.title, policy.version)]
}

pub(crate) fn terms_header(terms: &Terms) -> Vec<Words> {
    let mut between = list("between ", &terms.between);
    between.push(format!("on {}", terms.matter));
    vec![title(Kind::Terms, &terms.title, terms.version), between]
}

fn title(kind: Kind, title: &str, version: u32) -> Words {
    vec![format!("{kind} {}", quoted(title)), format!("version {version}")]
}

/// Widest line; what is longer continues on the next, indented.
const WIDTH: usize = 110;

/// Joins words with single spaces, wrapping long statements.
pub(crate) fn line(words: &[String]) -> String {
    let mut text = String::new();
    let mut width = 0_usize;
    for word in words {
        let length = word.chars().count();
        if width > 0 && width.saturating_add(length).saturating_add(1) > WIDTH {
            text.push_str("\n  ");
            width = 2;
        } else if width > 0 {
            text.push(' ');
            width = width.saturating_add(1);
        }
        text.push_str(word);
        width = width.saturating_add(length);
    }
    text.push('\n');
    text
}

pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

pub(crate) fn moment(moment: Moment) -> String {
    match moment {
        Moment::Day(day) => day.to_string(),
        Moment::Instant(instant) => rfc3339(instant),
    }
}

/// A list with its comma after each item but the last; a line may break between items.
fn list<T: ToString>(before: &str, items: &[T]) -> Words {
    let last = items.len().saturating_sub(1);
    let one = |(at, item): (usize, &T)| {
        let (before, comma) = (if at == 0 { before } else { "" }, if at < last { "," } else { "" });
        format!("{before}{}{comma}", item.to_string())
    };
    items.iter().enumerate().map(one).collect()
}

fn verbs(before: &str, verbs: &[Verb]) -> Words {
    list(before, &verbs.iter().map(|verb| verb.word()).collect::<Vec<_>>())
}

fn limit(limit: &Limit) -> String {
    match limit.per {
        Some(per) => format!("{} per {}", limit.amount, per.word()),
        None => limit.amount.to_string(),
    }
}

/// Chunks that a line may break between.
pub(crate) type Words = Vec<String>;

pub(crate) fn statement_words(statement: &Statement) -> Words {
    let mut words = Words::new();
    // Where `from` and `until` stand among a statement's clauses.
    let mut validity: Words = Vec::new();
    if let Some(from) = statement.valid.from {
        validity.push(format!("from {}", moment(from)));
    }
    if let Some(until) = statement.valid.until {
        validity.push(format!("until {}", moment(until)));
    }
    match &statement.fact {
        Fact::Party(p) => words.extend([format!("party {} {} {}", p.id, quoted(&p.name), p.kind.word())]),
        Fact::Matter(matter) => words.push(format!("matter {matter}")),
        Fact::Office(office) => words.extend(office_words(office)),
        Fact::Person(person) => {
            words.push(format!("person {} {}", person.id, quoted(&person.name)));
            words.extend(person.keys.iter().map(|key| match key {
                Key::Fingerprint(digest) => format!("key {digest}"),
                Key::Subject(subject) => format!("key subject {}", quoted(subject)),
            }));
        }
        Fact::Tenure(tenure) => {
            words.push(format!("{} holds {}", tenure.person, tenure.office));
            words.append(&mut validity);
            if tenure.acting {
                words.push("acting".into());
            }
        }
        Fact::Power(power) => power_words(power, &mut validity, &mut words),
        Fact::ConsentRule(rule) => {
            words.push(format!("on {}", rule.matter));
            words.extend(rule.over.as_ref().map(|over| format!("over {}", limit(over))));
            words.push(format!("{} needs consent of {}", rule.party, rule.of));
        }
        Fact::Grant(grant) => grant_words(grant, &mut validity, &mut words),
        Fact::Revocation(revocation) => {
            words.push(format!("revoke {}", revocation.grant));
            words.extend(revocation.by.as_ref().map(|by| format!("by {by}")));
            words.append(&mut validity);
            words.extend(revocation.notified.iter().map(notice));
        }
        Fact::HeldOut(held) => {
            words.push(format!("{} held out {} to {}", held.party, held.actor, held.to));
            words.extend(verbs("for ", &held.verbs));
            words.push(format!("on {}", held.matter));
        }
        Fact::Restriction(restriction) => {
            words.push(format!("restrict {}", restriction.office));
            words.extend(verbs("", &restriction.verbs));
            words.push(format!("on {}", restriction.matter));
            words.extend(restriction.fundamental.then(|| "fundamental".into()));
            words.extend(restriction.publicised.map(|at| format!("publicised {}", moment(at))));
            words.extend(restriction.notified.iter().map(notice));
        }
        Fact::PrincipalClaim(claim) => {
            let decider = match &claim.decider {
                Decider::Office(office) => office.to_string(),
                Decider::Person(person) => format!("person {person}"),
            };
            words.push(format!("principal of {} on {} is {decider}", claim.party, claim.matter));
            words.extend(claim.confidence.map(|confidence| format!("confidence {}", confidence.word())));
        }
    }
    words.append(&mut validity);
    words.extend(statement.basis.as_ref().map(|basis| format!("basis {}", quoted(basis))));
    words
}

fn notice(notice: &Notice) -> String {
    format!("notified to {} {}", notice.to, moment(notice.at))
}

fn office_words(office: &Office) -> Words {
    let mut words = vec![format!("office {} {} of {}", office.id, quoted(&office.title), office.of)];
    words.push(match &office.role {
        Role::Decides => "decides".into(),
        Role::Implements { under } => format!("implements under {under}"),
        Role::Advises => "advises".into(),
    });
    words.extend(office.standing.map(|standing| format!("as {}", standing.word())));
    words.extend(office.collegial.then(|| "collegial".into()));
    words
}

fn joint_words(joint: &Joint) -> Words {
    let quorum = match joint.quorum {
        Quorum::All => "all".into(),
        Quorum::Count(count) => count.to_string(),
    };
    let mut words = list(&format!("jointly {quorum} of "), &joint.of);
    words.extend(list("including ", &joint.including));
    words.extend(joint.excluding.iter().map(|(a, b)| format!("but not {a} with {b}")));
    words
}

fn scope_words(scope: &Scope, words: &mut Words) {
    words.extend(scope.with.as_ref().map(|party| format!("with {party}")));
    words.extend(scope.up_to.as_ref().map(|bound| format!("up to {}", limit(bound))));
    words.extend(scope.over.as_ref().map(|bound| format!("over {}", limit(bound))));
}

fn power_words(power: &Power, validity: &mut Words, words: &mut Words) {
    match &power.head {
        Head::Office(office) => words.push(office.to_string()),
        Head::Jointly(joint) => words.extend(joint_words(joint)),
    }
    words.extend(verbs("may ", &power.scope.verbs));
    words.push(format!("on {}", power.scope.matter));
    scope_words(&power.scope, words);
    words.extend(power.within_days.map(|days| format!("within {days} days")));
    words.append(validity);
    words.extend(power.reserved.then(|| "reserved".into()));
    words.extend(power.exclusive.then(|| "exclusive".into()));
}

fn grant_words(grant: &Grant, validity: &mut Words, words: &mut Words) {
    words.extend(list(&format!("grant {}: ", grant.id), &grant.grantors));
    words.push(format!("lets {}", grant.grantee));
    words.extend(verbs("", &grant.scope.verbs));
    words.push(format!("on {}", grant.scope.matter));
    scope_words(&grant.scope, words);
    words.append(validity);
    if grant.depth > 0 {
        words.push(format!("depth {}", grant.depth));
    }
    words.extend(grant.breadth.as_ref().map(|breadth| match breadth {
        Breadth::Special(text) => format!("special to {text}"),
        Breadth::General => "general".into(),
    }));
    let flags = [
        (grant.personal, "personal"),
        (grant.single_use, "single use"),
        (grant.may_deal_with_self, "may deal with self"),
    ];
    words.extend(flags.iter().filter(|(set, _)| *set).map(|(_, word)| (*word).to_owned()));
}

pub(crate) fn rule_words(rule: &Rule) -> Words {
    match rule {
        Rule::WeAre(party) => vec![format!("we are {party}")],
        Rule::Recognition(r) => {
            let mut words = vec![format!("{} source {}", r.standing.word(), quoted(&r.source))];
            words.extend(r.on.as_ref().map(|party| format!("on {party}")));
            words
        }
        Rule::Preference { source, over } => {
            vec![format!("prefer source {}", quoted(source)), format!("over {}", quoted(over))]
        }
        Rule::Profile { profile, parties } => {
            let mut words = vec![format!("profile {}", profile.word())];
            words.extend(list("for ", parties));
            words
        }
        Rule::Trust(Trust::CertificateAuthority(digest)) => {
            vec![format!("trust certificate authority {digest}")]
        }
        Rule::Trust(Trust::TimestampAuthority(digest)) => vec![format!("trust timestamp authority {digest}")],
        Rule::Trust(Trust::Record(key)) => vec![format!("trust record {}", quoted(key))],
        Rule::Trust(Trust::Witness(key)) => vec![format!("trust witness {}", quoted(key))],
        Rule::Quorum(count) => vec![format!("quorum {count} of witnesses")],
        Rule::Gate(gate) => gate_words(gate),
        Rule::Deadline(deadline) => deadline_words(deadline),
        Rule::Zone(zone) => vec![format!("zone {zone}")],
    }
}

fn gate_words(gate: &Gate) -> Words {
    let what = match gate.step {
        GateStep::OpenTalks => "mandate",
        GateStep::Conclude => "definitive text",
    };
    let mut signs = format!("{} signs {what}", gate.signer.word());
    if gate.in_person {
        signs.push_str(" in person");
    }
    let flags = [
        (gate.publicly, "publicly"),
        (gate.attested, "attested"),
        (gate.witnessed, "witnessed"),
        (gate.enforce, "enforce"),
    ];
    let mut words = vec![format!("gate {} on {} with {}:", gate.step.word(), gate.matter, gate.with), signs];
    words.extend(flags.iter().filter(|(set, _)| *set).map(|(_, word)| (*word).to_owned()));
    // The first chunk ends with a colon; from the second on, commas between.
    with_commas(words, 1)
}

/// A comma after every chunk but the last, from the one at `first` on.
fn with_commas(mut words: Words, first: usize) -> Words {
    let last = words.len().saturating_sub(1);
    words.iter_mut().take(last).skip(first).for_each(|word| word.push(','));
    words
}

fn deadline_words(deadline: &Deadline) -> Words {
    let mut words = vec![format!(
        "deadline {}: {} days after {} until {}",
        deadline.id,
        deadline.days,
        deadline.after.word(),
        deadline.until.word()
    )];
    if deadline.count == DayCount::Business || deadline.zone.is_some() {
        words.push(format!("{} days", deadline.count.word()));
    }
    words.extend(deadline.zone.clone());
    with_commas(words, 0)
}

pub(crate) fn clause_words(clause: &Clause) -> Words {
    let by = |by: &By| match by {
        By::All => "all".to_owned(),
        By::Count(count) => count.to_string(),
    };
    match clause {
        Clause::Party(p) => vec![format!("party {} {} {}", p.id, quoted(&p.name), p.kind.word())],
        Clause::EntryIntoForce(EntryIntoForce::OnSignature(n)) => {
            vec![format!("enters into force on signature by {}", by(n))]
        }
        Clause::EntryIntoForce(EntryIntoForce::OnRatification(n)) => {
            vec![format!("enters into force on ratification by {}", by(n))]
        }
        Clause::EntryIntoForce(EntryIntoForce::On(at)) => {
            vec![format!("enters into force on {}", moment(*at))]
        }
        Clause::Obligation(obligation) => obligation_words(obligation),
        Clause::Withdrawal { notice } => {
            vec![format!("withdrawal on {} {} notice", notice.count, notice.unit.word())]
        }
    }
}

fn obligation_words(obligation: &Obligation) -> Words {
    let mut text = format!("obligation {}: {}", obligation.id, obligation.party);
    let duty = match &obligation.duty {
        Duty::Keeps { quantity, bound, measure } => {
            format!(" keeps {} {} {} {}", noun(quantity), bound.word(), measure.value, noun(&measure.unit))
        }
        Duty::Shall(duty) => format!(" shall {}", quoted(duty)),
    };
    text.push_str(&duty);
    match obligation.from {
        Some(Start::Event(event)) => text.extend([" from ", event.word()]),
        Some(Start::Moment(at)) => text.extend([" from ", &moment(at)]),
        None => {}
    }
    if let Some(until) = obligation.until {
        text.extend([" until ", &moment(until)]);
    }
    let mut words = vec![text];
    for (at, mechanism) in obligation.verified_by.iter().enumerate() {
        let before = if at == 0 { "verified by " } else { "" };
        words.push(format!("{before}{}", mechanism_words(mechanism)));
    }
    words.extend(obligation.grace_days.map(|days| format!("grace {days} days")));
    with_commas(words, 0)
}

fn mechanism_words(mechanism: &Mechanism) -> String {
    let mut text = mechanism.kind.word().to_owned();
    if let Some(by) = &mechanism.by {
        text.extend([" of ", by.as_str()]);
    }
    if let Some(days) = mechanism.every_days {
        text.extend([" every ", &days.to_string(), " days"]);
    }
    text
}

/// A quantity or unit, in quotes where it is not one plain word.
fn noun(text: &str) -> String {
    if is_bare_noun(text) { text.to_owned() } else { quoted(text) }
}
