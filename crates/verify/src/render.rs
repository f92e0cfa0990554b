//! Reports as text and as JSON: the same facts in both.

use std::collections::BTreeSet;
use std::fmt::Write;

use countersign_agreement::clock::{Clock, ClockState};
use countersign_agreement::kind::Kind;
use countersign_authority::model::policy::{Event, Profile};
use countersign_authority::model::profile::Edition;
use countersign_authority::model::terms::{Duty as Owed, Obligation};
use countersign_authority::verdict::{Asked, PartyDecision, Verdict};
use countersign_notation::time::rfc3339;
use serde_json::{Value, json};

use crate::decision::{headline, verdict_mark};
use crate::report::{Duty, Heard, OrderLine, Report};

mod record;
mod signed;

/// `2026-04-20 14:00 UTC`
fn when(at: countersign_authority::model::time::Instant) -> String {
    let text = rfc3339(at);
    match (text.get(..10), text.get(11..16)) {
        (Some(day), Some(time)) => format!("{day} {time} UTC"),
        _ => text,
    }
}

/// The report as text, one topic a block.
pub fn text(report: &Report) -> String {
    let mut out = String::new();
    let asked = match report.decision.asked {
        Asked::Text(Some(text)) => match &report.terms {
            Some(terms) => format!("text {} ({})", terms.version, text.short()),
            None => format!("text {}", text.short()),
        },
        _ => "no text yet".to_owned(),
    };
    let _ = write!(out, "{} · {asked} · as of {}", report.title, when(report.as_of));
    if let Some(known_at) = report.known_at {
        let _ = write!(out, ", {}", record::known_at(known_at));
    }
    out.push('\n');
    matrix(&mut out, report);
    for party in &report.decision.parties {
        why(&mut out, report, party);
    }
    next(&mut out, report);
    heard(&mut out, &report.heard);
    block(&mut out, "Clock", report.clocks.iter().map(clock_line));
    block(&mut out, "Duty", report.duties.iter().map(|duty| duty_line(report, duty)));
    block(&mut out, "Order", report.orders.iter().map(order_line));
    block(&mut out, "PDF", report.pdfs.iter().map(signed::pdf));
    let flags = report.flags.iter().map(|flag| format!("! {}", flag.says));
    block(&mut out, "Flag", flags.chain(signed::flags(report)).chain(editions(report)));
    block(
        &mut out,
        "Bad",
        report.discarded.iter().map(|discarded| format!("✗ {discarded}; it counts for nothing")),
    );
    signed::text(&mut out, report);
    out
}

fn matrix(out: &mut String, report: &Report) {
    let parties = &report.decision.parties;
    let name = |party: &PartyDecision| {
        let id = party.party.as_str();
        report.names.parties.get(id).map_or_else(|| id.to_owned(), Clone::clone)
    };
    let width = parties.iter().map(|party| name(party).chars().count()).max().unwrap_or(0).clamp(8, 40);
    let legal = match parties.first() {
        Some(first) if parties.iter().all(|party| party.profile == first.profile) => first.profile.word(),
        _ => "legal",
    };
    let _ = writeln!(out, "  {:width$}  {:<12} {:<12} our gate", "", "internal", legal);
    for party in parties {
        let word = |verdict: &Verdict| match verdict {
            Verdict::None => "–",
            other => other.word(),
        };
        let _ = writeln!(
            out,
            "  {:width$}  {:<12} {:<12} {:<12} {}",
            name(party),
            word(&party.internal.verdict),
            word(&party.legal.verdict),
            word(&party.gate.verdict),
            headline(party)
        );
    }
}

/// Puts numbers of acts in place of their ids, which no person reads.
fn readable(report: &Report, says: &str) -> String {
    let mut text = says.to_owned();
    for (id, number) in &report.names.acts {
        if text.contains(id.as_str()) {
            text = text.replace(id.as_str(), &format!("act {number}"));
        }
    }
    text
}

fn block(out: &mut String, lead: &str, lines: impl Iterator<Item = String>) {
    for (i, line) in lines.enumerate() {
        let _ = writeln!(out, "{:<5} {line}", if i == 0 { lead } else { "" });
    }
}

/// Reasons of a column that are told; the rest is in the JSON.
const REASONS_TOLD: usize = 4;

fn why(out: &mut String, report: &Report, party: &PartyDecision) {
    let legal = party.profile.word();
    let columns = [("gate", &party.gate), ("internal", &party.internal), (legal, &party.legal)];
    // A reason that two columns share is told once.
    let mut told: Vec<(&str, String, &str)> = Vec::new();
    for (name, column) in columns {
        if column.verdict == Verdict::None || name == "strict" {
            continue;
        }
        let mark = verdict_mark(&column.verdict);
        for reason in column.why.iter().take(REASONS_TOLD) {
            match told.iter_mut().find(|(m, _, says)| *m == mark && *says == reason.says) {
                Some((_, names, _)) => names.extend([", ", name]),
                None => told.push((mark, name.to_owned(), &reason.says)),
            }
        }
    }
    let lines = told
        .iter()
        .map(|(mark, names, says)| format!("{mark} {} {names}: {}", party.party, readable(report, says)));
    block(out, "Why", lines);
}

/// Profiles whose edition is past its day.
fn editions(report: &Report) -> impl Iterator<Item = String> {
    let used: BTreeSet<Profile> = report.decision.parties.iter().map(|party| party.profile).collect();
    let as_of = report.as_of;
    used.into_iter().map(Edition::of).filter(move |edition| edition.expired(as_of)).map(|edition| {
        format!(
            "! profile {}, edition {}, was to be looked at again by {}: ask counsel whether it still states the law",
            edition.profile.word(),
            edition.edition,
            edition.expires
        )
    })
}

fn edition_json(profile: Profile) -> Value {
    let edition = Edition::of(profile);
    let rules: Vec<Value> =
        edition.rules.iter().map(|(states, source)| json!({"states": states, "source": source})).collect();
    json!({
        "profile": profile.word(), "edition": edition.edition, "expires": edition.expires,
        "reviewed_by": edition.reviewed_by, "rules": rules,
    })
}

fn next(out: &mut String, report: &Report) {
    let lines = report.decision.parties.iter().flat_map(|party| {
        party.repairs.iter().map(|repair| {
            let mends: Vec<&str> = repair.mends.iter().map(|column| column.word()).collect();
            format!("{}: {} (mends {})", party.party, readable(report, &repair.says), mends.join(", "))
        })
    });
    block(out, "Next", lines.collect::<Vec<_>>().into_iter());
}

fn heard(out: &mut String, heard: &[Heard]) {
    let assurances: Vec<&Heard> = heard.iter().filter(|h| h.kind == Kind::Assurance).collect();
    if !assurances.is_empty() {
        let numbers: Vec<String> = assurances.iter().map(|h| h.number.to_string()).collect();
        let (many, acts) = if assurances.len() == 1 { ("assurance", "act") } else { ("assurances", "acts") };
        let mut who: Vec<&str> = assurances.iter().filter_map(|h| h.speaks_for.as_deref()).collect();
        who.dedup();
        let line = format!(
            "{} {many} for {} by others ({acts} {}): recorded, they carry no authority",
            assurances.len(),
            who.join(", "),
            numbers.join(", ")
        );
        block(out, "Heard", std::iter::once(line));
    }
    let said = heard.iter().filter(|h| h.kind != Kind::Assurance).map(|h| {
        let how = if h.public { "publicly" } else { "not publicly" };
        let what = if h.kind == Kind::Refuse { "refused" } else { "said" };
        format!("{}, {how}, {what}: \"{}\" (act {})", h.speaker, h.says, h.number)
    });
    block(out, "Said", said.collect::<Vec<_>>().into_iter());
}

fn event(event: Event) -> String {
    event.word().replace('-', " ")
}

fn clock_words(clock: &Clock) -> String {
    match &clock.state {
        ClockState::NotStarted => format!("not started (waits for the {})", event(clock.deadline.after)),
        ClockState::Running { days_left } => format!("running, {days_left} days left"),
        ClockState::Met { on_day } => format!("met on day {on_day}"),
        ClockState::Missed { ended_on_day: Some(day) } => format!("missed (it came on day {day})"),
        ClockState::Missed { ended_on_day: None } => "missed".to_owned(),
        ClockState::Moot => "moot (the negotiation ended)".to_owned(),
    }
}

fn clock_line(clock: &Clock) -> String {
    let deadline = &clock.deadline;
    let business = match deadline.count {
        countersign_authority::model::policy::DayCount::Business => " business",
        countersign_authority::model::policy::DayCount::Calendar => "",
    };
    format!(
        "{} {}{business} days after {} until {}: {}",
        deadline.id,
        deadline.days,
        event(deadline.after),
        event(deadline.until),
        clock_words(clock)
    )
}

fn duty_words(obligation: &Obligation) -> String {
    match &obligation.duty {
        Owed::Keeps { quantity, bound, measure } => {
            format!(
                "{} keeps {quantity} {} {} {}",
                obligation.party,
                bound.word(),
                measure.value,
                measure.unit
            )
        }
        Owed::Shall(words) => format!("{} shall {words}", obligation.party),
    }
}

/// Bodies of law by which the text is in force, and what our gate says of the parties beside it.
fn force(report: &Report) -> (Vec<&'static str>, Vec<(&str, &'static str)>) {
    let laws: BTreeSet<&str> = report.decision.parties.iter().map(|party| party.profile.word()).collect();
    let gate = report.decision.parties.iter().filter_map(|party| match party.gate.verdict {
        Verdict::Yes | Verdict::None => None,
        Verdict::No => Some((party.party.as_str(), "not met by")),
        _ => Some((party.party.as_str(), "undetermined for")),
    });
    (laws.into_iter().collect(), gate.collect())
}

/// Entry into force hangs on the law column; what our gate says stands beside it.
fn duty_line(report: &Report, duty: &Duty) -> String {
    let (laws, gate) = force(report);
    let gate =
        gate.iter().fold(String::new(), |said, (party, how)| format!("{said}; our gate {how} {party}"));
    let state = match duty.since {
        Some(since) => format!("in force since {} in law ({}){gate}", when(since), laws.join(", ")),
        None => "not yet in force (waits for entry into force)".to_owned(),
    };
    let checked: Vec<&str> =
        duty.obligation.verified_by.iter().map(|mechanism| mechanism.kind.word()).collect();
    let checked =
        if checked.is_empty() { String::new() } else { format!("; verified by {}", checked.join(", ")) };
    format!("{} {}: {state}{checked}", duty.obligation.id, duty_words(&duty.obligation))
}

fn order_line(line: &OrderLine) -> String {
    let finding = &line.finding;
    let signed: Vec<String> =
        finding.signers.iter().map(|signer| format!("{} ({})", signer.office, signer.person)).collect();
    let issuer = match &line.order.act.capacity {
        Some(countersign_authority::model::act::Capacity::Office(office)) => office.to_string(),
        _ => line.order.act.by.to_string(),
    };
    let to = line.order.to.as_ref().map_or(String::new(), |to| format!(" to {to}"));
    let mut text =
        format!("act {} ({issuer}{to}): {} – {}", line.number, finding.answer.word(), finding.says);
    if !signed.is_empty() {
        let _ = write!(text, "; signed by {}", signed.join(", "));
    }
    if let Some(lift) = &finding.lifted_by {
        let _ = write!(text, "; {lift}");
    }
    text
}

/// The report as JSON.
pub fn json(report: &Report) -> Value {
    let clocks: Vec<Value> = report
        .clocks
        .iter()
        .map(|clock| {
            json!({
                "id": clock.deadline.id.as_str(),
                "after": clock.deadline.after.word(),
                "until": clock.deadline.until.word(),
                "due": clock.due.map(rfc3339),
                "state": clock_words(clock),
            })
        })
        .collect();
    let duties: Vec<Value> = report
        .duties
        .iter()
        .map(|duty| {
            let verified: Vec<&str> = duty.obligation.verified_by.iter().map(|m| m.kind.word()).collect();
            json!({
                "id": duty.obligation.id.as_str(),
                "says": duty_words(&duty.obligation),
                "in_force_since": duty.since.map(rfc3339),
                "verified_by": verified,
            })
        })
        .collect();
    let heard: Vec<Value> = report
        .heard
        .iter()
        .map(|h| {
            json!({
                "act": h.number, "kind": h.kind.word(), "speaker": h.speaker, "speaks_for": h.speaks_for,
                "says": h.says, "public": h.public,
                "weight": if h.kind == Kind::Assurance { "none" } else { "not part of any verdict" },
            })
        })
        .collect();
    let flags: Vec<Value> = report.flags.iter().map(|f| json!({"act": f.number, "says": f.says})).collect();
    let discarded: Vec<String> = report.discarded.iter().map(ToString::to_string).collect();
    let mut value = report.decision_json.clone();
    // The verdicts may have been held back because of a key that no map binds: the decision's words count.
    if let Some(parties) = value.get_mut("parties").and_then(Value::as_array_mut) {
        for (shown, party) in parties.iter_mut().zip(&report.decision.parties) {
            hold_back(shown, party);
        }
    }
    if let Value::Object(map) = &mut value {
        map.insert("dossier".into(), json!({"id": report.dossier, "title": report.title}));
        map.insert("known_at".into(), report.known_at.map_or(Value::Null, record::known_at_json));
        map.insert("in_force_since".into(), json!(report.in_force_since.map(rfc3339)));
        let (laws, gate) = force(report);
        let of =
            |word: &str| gate.iter().filter(|(_, how)| *how == word).map(|(p, _)| *p).collect::<Vec<_>>();
        let column = json!({
            "column": "legal", "profiles": laws,
            "gate_not_met_by": of("not met by"), "gate_undetermined_for": of("undetermined for"),
        });
        map.insert("in_force_by".into(), report.in_force_since.map_or(Value::Null, |_| column));
        map.insert("heard".into(), json!(heard));
        map.insert("clocks".into(), json!(clocks));
        map.insert("duties".into(), json!(duties));
        map.insert("orders".into(), report.orders.iter().map(order_json).collect());
        map.insert("flags".into(), json!(flags));
        let profiles: BTreeSet<Profile> = report.decision.parties.iter().map(|party| party.profile).collect();
        map.insert("profiles".into(), profiles.into_iter().map(edition_json).collect());
        map.insert("discarded".into(), json!(discarded));
        map.insert("signers".into(), signed::signers_json(&report.signers));
        map.insert("timestamps".into(), signed::times_json(&report.times));
        map.insert("record".into(), record::own_json(report));
        map.insert("other_records".into(), record::others_json(report));
        map.insert("unread_keys".into(), record::unread_json(report));
        map.insert("pdfs".into(), signed::pdfs_json(&report.pdfs));
        map.insert("doubts".into(), signed::doubts_json(report));
        map.insert("unread".into(), json!(report.unread));
        map.insert("acts".into(), json!(report.acts));
        map.insert("acts_by_then".into(), json!(report.by_then));
        map.insert(
            "evidence".into(),
            json!({
                "bundle": report.evidence.to_string(), "policy": report.policy.map(|p| p.to_string()),
                "record_policy": report.record_policy.map(|p| p.to_string()),
            }),
        );
    }
    value
}

fn hold_back(shown: &mut Value, party: &PartyDecision) {
    let Value::Object(shown) = shown else { return };
    let columns = [("internal", &party.internal), ("legal", &party.legal), ("gate", &party.gate)];
    for (name, column) in columns {
        let said = shown.get(name).and_then(|said| said.get("verdict")).and_then(Value::as_str);
        if said != Some(column.verdict.word()) {
            let why: Vec<Value> = column
                .why
                .iter()
                .map(|reason| json!({"rule": reason.rule.word(), "says": reason.says, "facts": []}))
                .collect();
            let held_back = json!({"verdict": column.verdict.word(), "why": why, "proof": null});
            shown.insert(name.to_owned(), held_back);
        }
    }
    shown.insert("headline".to_owned(), json!(party.headline.word()));
    shown.insert("gloss".to_owned(), json!(party.gloss));
}

/// An order's finding as JSON.
#[must_use]
pub fn order_json(line: &OrderLine) -> Value {
    let mut value = finding_json(&line.finding);
    if let Value::Object(map) = &mut value {
        map.insert("act".into(), json!(line.number));
    }
    value
}

/// What an order comes to, as JSON.
#[must_use]
pub fn finding_json(finding: &countersign_authority::order::OrderFinding) -> Value {
    let signers: Vec<Value> = finding
        .signers
        .iter()
        .map(|s| {
            json!({
                "office": s.office.as_str(), "person": s.person.as_str(), "act": &*s.act,
                "at_or_above": s.at_or_above,
            })
        })
        .collect();
    let contradicts: Vec<&str> =
        finding.contradicts.iter().map(countersign_authority::model::name::ClauseId::as_str).collect();
    json!({
        "answer": finding.answer.word(), "says": finding.says, "contradicts": contradicts, "signers": signers,
        "lifted_by": finding.lifted_by,
    })
}
