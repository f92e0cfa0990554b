//! What is shown of records: complete to which head, witnessed by whom, what is withheld.

use countersign_notation::time::rfc3339;
use countersign_tlog::size::LeafIndex;
use serde_json::{Value, json};

use crate::recorded::KnownAt;
use crate::report::{Quorate, RecordLine, RecordedAct, Report, Withheld, acts};

use super::when;

/// `known at record index 27`, `known at 2026-04-20 14:00 UTC`
pub(super) fn known_at(known_at: KnownAt) -> String {
    match known_at {
        KnownAt::Time(at) => format!("known at {}", when(at)),
        KnownAt::Index(index) => format!("known at record index {index}"),
    }
}

/// A time as a string, an index as a number.
pub(super) fn known_at_json(known_at: KnownAt) -> Value {
    match known_at {
        KnownAt::Time(at) => json!(rfc3339(at)),
        KnownAt::Index(index) => json!(LeafIndex::get(index)),
    }
}

/// `complete to head 28, checkpoint witnessed 2 of 2`; `None`: the bundle names no record of its own.
pub(super) fn own(report: &Report) -> Option<String> {
    let line = report.records.first().filter(|line| line.own)?;
    if !line.trusted {
        return Some(format!("said to be in the record {}, which you don't trust", line.origin));
    }
    Some(told(line))
}

fn told(line: &RecordLine) -> String {
    let complete = match (&line.withheld, line.head) {
        (Some(withheld), _) => format!(
            "{} withheld{}",
            acts(&withheld.numbers),
            if withheld.proven { "" } else { " by its own word" }
        ),
        (None, Some(head)) => format!("complete to head {head}"),
        (None, None) => "not shown to be complete".to_owned(),
    };
    let witnessed = line.quorum.as_ref().map_or_else(|| "in no checkpoint".to_owned(), quorate);
    format!("{complete}, {witnessed}")
}

fn quorate(quorum: &Quorate) -> String {
    let all = quorum.signed.len().saturating_add(quorum.missing.len());
    match quorum.needed {
        None => "checkpoint witnessed by nobody whom you trust".to_owned(),
        Some(needed) if needed == all => format!("checkpoint witnessed {} of {all}", quorum.signed.len()),
        Some(needed) => {
            format!("checkpoint witnessed {} of {all} ({needed} needed)", quorum.signed.len())
        }
    }
}

/// Acts that are told one by one; the rest is in the JSON.
const TOLD: usize = 4;

/// What a reader must know beside: what is not shown, withheld or contradicted.
pub(super) fn beside(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    for line in &report.records {
        let whose = if line.own { String::new() } else { format!("{}: ", line.origin) };
        if !line.own && line.trusted {
            let there = line.acts.iter().filter(|act| act.index.is_some()).count();
            lines.push(format!("also in the record {}: {there} acts, {}", line.origin, told(line)));
        }
        lines.extend(line.contradictions.iter().map(|says| format!("! {whose}{says}")));
        if !line.trusted {
            lines.push(format!(
                "! the record {} is not one that your policy trusts (`trust record \"…\"`): what it shows counts for nothing",
                line.origin
            ));
            continue;
        }
        if let Some(withheld) = line.withheld.as_ref().filter(|withheld| !withheld.bearing.is_empty()) {
            lines.push(format!("? {whose}{} withheld that could change an answer", acts(&withheld.bearing)));
        }
        lines.extend(line.incomplete.iter().map(|says| format!("! {whose}{says}")));
        let of = |state: &str| -> Vec<&RecordedAct> {
            line.acts.iter().filter(|act| act.state == state).collect()
        };
        let numbers = |acts: &[&RecordedAct]| acts.iter().map(|act| act.number).collect::<Vec<_>>();
        let none = of("none");
        if line.own && !none.is_empty() {
            lines.push(format!("! {}: no proof that the record has it", acts(&numbers(&none))));
        }
        let unproven = of("unproven");
        let why = |act: &&&RecordedAct| Some(format!("! {whose}act {}: {}", act.number, act.says.as_ref()?));
        lines.extend(unproven.iter().take(TOLD).filter_map(|act| why(&act)));
        let included = of("included");
        if let Some(first) = included.first() {
            lines.push(format!(
                "! {whose}{}: in the record, not witnessed ({})",
                acts(&numbers(&included)),
                first.says.as_deref().unwrap_or_default()
            ));
        }
    }
    let unread = report.unread_keys.iter();
    lines.extend(unread.map(|key| format!("! trust {} \"{}\" trusts nobody: {}", key.of, key.key, key.why)));
    lines
}

/// The bundle's own record; null where it names none.
pub(super) fn own_json(report: &Report) -> Value {
    report.records.first().filter(|line| line.own).map_or(Value::Null, line_json)
}

/// The other records that the dossier is in.
pub(super) fn others_json(report: &Report) -> Value {
    report.records.iter().filter(|line| !line.own).map(line_json).collect()
}

fn line_json(line: &RecordLine) -> Value {
    let acts: Vec<Value> = line
        .acts
        .iter()
        .map(|act| {
            json!({
                "act": act.number, "state": act.state, "index": act.index,
                "witnessed_at": act.witnessed_at.map(rfc3339), "says": act.says,
            })
        })
        .collect();
    let complete = line.head.filter(|_| line.withheld.is_none());
    json!({
        "origin": line.origin, "trusted": line.trusted, "size": line.size,
        "index": line.range.map(|(first, last)| json!({"first": first, "last": last})),
        "head": line.head, "complete_to": complete, "withheld": line.withheld.as_ref().map(withheld_json),
        "incomplete": line.incomplete, "witnesses": line.quorum.as_ref().map(quorate_json),
        "acts": acts, "contradictions": line.contradictions,
    })
}

fn withheld_json(withheld: &Withheld) -> Value {
    json!({"numbers": withheld.numbers, "bearing": withheld.bearing, "proven": withheld.proven})
}

fn quorate_json(quorum: &Quorate) -> Value {
    let signed: Vec<Value> =
        quorum.signed.iter().map(|(name, at)| json!({"name": name, "at": rfc3339(*at)})).collect();
    json!({"met": quorum.met, "needed": quorum.needed, "signed": signed, "missing": quorum.missing})
}

/// Lines of the policy that trust nobody.
pub(super) fn unread_json(report: &Report) -> Value {
    report.unread_keys.iter().map(|key| json!({"of": key.of, "key": key.key, "why": key.why})).collect()
}
