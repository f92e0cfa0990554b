//! Terms as JSON.

use countersign_authority::model::name::{ClauseId, PartyId};
use countersign_authority::model::policy::Event;
use countersign_authority::model::terms::{
    Bound, By, Clause, Decimal, Duty, EntryIntoForce, Measure, Mechanism, MechanismKind, Obligation, Span,
    SpanUnit, Start, Terms,
};
use serde_json::{Value, json};

use super::fields::Fields;
use super::map::{Object, name, party, read_party};
use crate::cursor::Parse;
use crate::diagnostic::Fault;
use crate::parse::Kind;
use crate::print;

const KINDS: [&str; 4] = ["party", "entry-into-force", "obligation", "withdrawal"];

pub(crate) fn document(terms: &Terms) -> Value {
    Object::new(Kind::Terms.word())
        .text("title", &terms.title)
        .with("version", terms.version)
        .list("between", &terms.between, name)
        .text("on", &terms.matter)
        .with("clauses", terms.clauses.iter().map(clause).collect::<Vec<_>>())
        .value()
}

pub(crate) fn read(fields: &mut Fields<'_>) -> Parse<Terms> {
    let between = fields.names("between", PartyId::new)?;
    if between.is_empty() {
        return Err(Fault::new(fields.span(), "`between` is missing"));
    }
    Ok(Terms {
        title: fields.string("title")?,
        version: fields.number("version")?,
        between,
        matter: fields.matter("on")?,
        clauses: Vec::new(),
    })
}

fn clause(clause: &Clause) -> Value {
    let by = |by: By| match by {
        By::All => json!("all"),
        By::Count(count) => json!(count),
    };
    match clause {
        Clause::Party(it) => party(it),
        Clause::EntryIntoForce(it) => {
            let object = Object::new("entry-into-force");
            match *it {
                EntryIntoForce::OnSignature(n) => object.with("signature", by(n)),
                EntryIntoForce::OnRatification(n) => object.with("ratification", by(n)),
                EntryIntoForce::On(at) => object.with("on", print::moment(at)),
            }
        }
        Clause::Obligation(it) => {
            let object = Object::new("obligation").text("id", &it.id).text("party", &it.party);
            let object = match &it.duty {
                Duty::Keeps { quantity, bound, measure } => object.with(
                    "keeps",
                    json!({
                        "quantity": quantity, "bound": bound.word(),
                        "value": measure.value.to_string(), "unit": measure.unit,
                    }),
                ),
                Duty::Shall(what) => object.text("shall", what),
            };
            object
                .some("from", it.from, |from| match from {
                    Start::Event(event) => event.word().into(),
                    Start::Moment(at) => print::moment(at).into(),
                })
                .moment("until", it.until)
                .list("verified_by", &it.verified_by, |mechanism| {
                    Object::new(mechanism.kind.word())
                        .some("by", mechanism.by.as_ref(), name)
                        .some("every_days", mechanism.every_days, Into::into)
                        .value()
                })
                .some("grace_days", it.grace_days, Into::into)
        }
        Clause::Withdrawal { notice } => Object::new("withdrawal")
            .with("notice", json!({"count": notice.count, "unit": notice.unit.word()})),
    }
    .value()
}

pub(crate) fn read_clause(fields: &mut Fields<'_>) -> Parse<Clause> {
    let at = fields.place("kind");
    Ok(match fields.text("kind")? {
        "party" => Clause::Party(read_party(fields)?),
        "entry-into-force" => Clause::EntryIntoForce(if fields.has("signature") {
            EntryIntoForce::OnSignature(read_by(fields, "signature")?)
        } else if fields.has("ratification") {
            EntryIntoForce::OnRatification(read_by(fields, "ratification")?)
        } else {
            EntryIntoForce::On(fields.moment("on")?)
        }),
        "obligation" => Clause::Obligation(read_obligation(fields)?),
        "withdrawal" => {
            let mut notice = fields.object("notice")?;
            let span = Span { count: notice.number("count")?, unit: notice.word("unit", SpanUnit::WORDS)? };
            notice.end()?;
            Clause::Withdrawal { notice: span }
        }
        other => {
            return Err(Fault::new(at, format!("`{other}` is no kind of clause"))
                .expected(KINDS)
                .did_you_mean(other, KINDS));
        }
    })
}

fn read_by(fields: &mut Fields<'_>, name: &str) -> Parse<By> {
    match fields.text(name) {
        Ok("all") => Ok(By::All),
        _ => fields.number(name).map(By::Count),
    }
}

fn read_obligation(fields: &mut Fields<'_>) -> Parse<Obligation> {
    Ok(Obligation {
        id: fields.name("id", ClauseId::new)?,
        party: fields.name("party", PartyId::new)?,
        duty: if fields.has("shall") { Duty::Shall(fields.string("shall")?) } else { read_keeps(fields)? },
        from: fields.optional("from", |fields, name| match fields.text(name).map(Event::from_word) {
            Ok(Some(event)) => Ok(Start::Event(event)),
            _ => fields.moment(name).map(Start::Moment),
        })?,
        until: fields.optional("until", Fields::moment)?,
        verified_by: fields
            .objects("verified_by")?
            .into_iter()
            .map(|mut fields| {
                let mechanism = Mechanism {
                    kind: fields.word("kind", MechanismKind::WORDS)?,
                    by: fields.optional("by", |fields, name| fields.name(name, PartyId::new))?,
                    every_days: fields.optional("every_days", Fields::number)?,
                };
                fields.end().map(|()| mechanism)
            })
            .collect::<Parse<_>>()?,
        grace_days: fields.optional("grace_days", Fields::number)?,
    })
}

fn read_keeps(fields: &mut Fields<'_>) -> Parse<Duty> {
    let mut keeps = fields.object("keeps")?;
    let at = keeps.place("value");
    let value = keeps.text("value")?;
    let value = Decimal::parse(value).ok_or_else(|| {
        Fault::new(at, format!("`{value}` is not a decimal number"))
            .expected(["a string of digits, at most one point, at most 18 digits"])
    })?;
    let duty = Duty::Keeps {
        quantity: keeps.string("quantity")?,
        bound: keeps.word("bound", Bound::WORDS)?,
        measure: Measure { value, unit: keeps.string("unit")? },
    };
    keeps.end().map(|()| duty)
}
