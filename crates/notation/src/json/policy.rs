//! Policies as JSON.

use countersign_authority::model::name::{ClauseId, PartyId};
use countersign_authority::model::policy::{
    DayCount, Deadline, Event, Gate, GateSigner, GateStep, Policy, Profile, Recognised, Recognition, Rule,
    Trust,
};
use serde_json::Value;

use super::fields::Fields;
use super::map::{Object, name};
use crate::cursor::Parse;
use crate::diagnostic::Fault;
use crate::parse::Kind;
use crate::policy;

const KINDS: [&str; 10] =
    ["we-are", "accept", "reject", "prefer", "profile", "trust", "quorum", "gate", "deadline", "zone"];

pub(crate) fn document(policy: &Policy) -> Value {
    Object::new(Kind::Policy.word())
        .text("title", &policy.title)
        .with("version", policy.version)
        .with("rules", policy.rules.iter().map(rule).collect::<Vec<_>>())
        .value()
}

pub(crate) fn read(fields: &mut Fields<'_>) -> Parse<Policy> {
    Ok(Policy { title: fields.string("title")?, version: fields.number("version")?, rules: Vec::new() })
}

fn rule(rule: &Rule) -> Value {
    match rule {
        Rule::WeAre(party) => Object::new("we-are").text("party", party),
        Rule::Recognition(it) => {
            Object::new(it.standing.word()).text("source", &it.source).some("on", it.on.as_ref(), name)
        }
        Rule::Preference { source, over } => Object::new("prefer").text("source", source).text("over", over),
        Rule::Profile { profile, parties } => {
            Object::new("profile").with("profile", profile.word()).list("for", parties, name)
        }
        Rule::Trust(Trust::CertificateAuthority(digest)) => {
            Object::new("trust").text("certificate_authority", digest)
        }
        Rule::Trust(Trust::TimestampAuthority(digest)) => {
            Object::new("trust").text("timestamp_authority", digest)
        }
        Rule::Trust(Trust::Record(key)) => Object::new("trust").text("record", key),
        Rule::Trust(Trust::Witness(key)) => Object::new("trust").text("witness", key),
        Rule::Quorum(count) => Object::new("quorum").with("witnesses", *count),
        Rule::Gate(it) => Object::new("gate")
            .with("step", it.step.word())
            .text("on", &it.matter)
            .text("with", &it.with)
            .with("signer", it.signer.word())
            .flag("in_person", it.in_person)
            .flag("publicly", it.publicly)
            .flag("attested", it.attested)
            .flag("witnessed", it.witnessed)
            .flag("enforce", it.enforce),
        Rule::Deadline(it) => Object::new("deadline")
            .text("id", &it.id)
            .with("days", it.days)
            .with("after", it.after.word())
            .with("until", it.until.word())
            .some("count", (it.count == DayCount::Business).then_some(it.count), |count| count.word().into())
            .some("zone", it.zone.as_ref(), name),
        Rule::Zone(zone) => Object::new("zone").text("zone", zone),
    }
    .value()
}

/// A verifier key, held to the same form as in the notation.
fn vkey(fields: &mut Fields<'_>, name: &'static str) -> Parse<String> {
    let at = fields.place(name);
    policy::vkey(fields.string(name)?, at)
}

pub(crate) fn read_rule(fields: &mut Fields<'_>) -> Parse<Rule> {
    let at = fields.place("kind");
    let kind = fields.text("kind")?;
    Ok(match kind {
        "we-are" => Rule::WeAre(fields.name("party", PartyId::new)?),
        "accept" | "reject" => Rule::Recognition(Recognition {
            source: fields.string("source")?,
            standing: fields.word("kind", Recognised::WORDS)?,
            on: fields.optional("on", |fields, name| fields.name(name, PartyId::new))?,
        }),
        "prefer" => Rule::Preference { source: fields.string("source")?, over: fields.string("over")? },
        "profile" => Rule::Profile {
            profile: fields.word("profile", Profile::WORDS)?,
            parties: fields.names("for", PartyId::new)?,
        },
        "trust" => Rule::Trust(if fields.has("certificate_authority") {
            Trust::CertificateAuthority(fields.digest("certificate_authority")?)
        } else if fields.has("timestamp_authority") {
            Trust::TimestampAuthority(fields.digest("timestamp_authority")?)
        } else if fields.has("record") {
            Trust::Record(vkey(fields, "record")?)
        } else {
            Trust::Witness(vkey(fields, "witness")?)
        }),
        "quorum" => {
            let at = fields.place("witnesses");
            Rule::Quorum(policy::quorum(fields.number("witnesses")?, at)?)
        }
        "gate" => Rule::Gate(Gate {
            step: fields.word("step", GateStep::WORDS)?,
            matter: fields.matter("on")?,
            with: fields.name("with", PartyId::new)?,
            signer: fields.word("signer", GateSigner::WORDS)?,
            in_person: fields.flag("in_person")?,
            publicly: fields.flag("publicly")?,
            attested: fields.flag("attested")?,
            witnessed: fields.flag("witnessed")?,
            enforce: fields.flag("enforce")?,
        }),
        "deadline" => Rule::Deadline(Deadline {
            id: fields.name("id", ClauseId::new)?,
            days: fields.number("days")?,
            after: fields.word("after", Event::WORDS)?,
            until: fields.word("until", Event::WORDS)?,
            count: fields
                .optional("count", |fields, name| fields.word(name, DayCount::WORDS))?
                .unwrap_or(DayCount::Calendar),
            zone: fields.optional("zone", Fields::string)?,
        }),
        "zone" => Rule::Zone(fields.string("zone")?),
        other => {
            return Err(Fault::new(at, format!("`{other}` is no kind of rule"))
                .expected(KINDS)
                .did_you_mean(other, KINDS));
        }
    })
}
