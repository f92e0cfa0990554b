//! The signed act (record.md §1): canonical JSON (RFC 8785), whose SHA-256 is its id.
//!
//! Bytes that are not canonical are refused: what was signed must be what is shown.

use std::collections::BTreeSet;
use std::sync::Arc;

use countersign_authority::model::act::{Act, ActKind, Capacity, Qualifier, Visibility};
use countersign_authority::model::amount::{Amount, Period};
use countersign_authority::model::map::Verb;
use countersign_authority::model::name::{
    ActorId, ClauseId, Digest, GrantId, Matter, OfficeId, PartyId, PersonId,
};
use countersign_authority::model::rfc3339;
use countersign_authority::model::terms::{Decimal, Measure};
use countersign_authority::model::time::Instant;
use countersign_authority::order::Setting;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use crate::fault::{Fault, FaultKind};
use crate::fields::Fields;
use crate::json::{BadJson, Value};
use crate::kind::{Field, Kind, Shape};
use crate::time;

/// Largest act: what a person can be shown before signing.
pub const ACT_MAX: usize = 64 * 1024;

/// Why bytes are no signed act.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// Longer than [`ACT_MAX`].
    #[error("the act has {bytes} bytes; at most {ACT_MAX} are read")]
    TooLong {
        /// How many.
        bytes: usize,
    },
    /// Not JSON.
    #[error(transparent)]
    Json(#[from] BadJson),
    /// A field is at fault.
    #[error(transparent)]
    Field(#[from] Fault),
    /// Not the canonical form.
    #[error("the act is not canonical JSON (RFC 8785): it differs from its canonical form at byte {at}")]
    NotCanonical {
        /// The first byte that differs, from 0.
        at: usize,
    },
}

/// A value in a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BodyValue {
    /// Words, ids, words of closed lists.
    Text(String),
    /// Several of them.
    Texts(Vec<String>),
    /// A digest or an act's id.
    Digest(Digest),
    /// Money.
    Amount(Amount),
    /// A moment.
    Moment(Instant),
    /// A number.
    Number(u32),
    /// A flag.
    Flag(bool),
    /// What an order sets.
    Sets(Vec<Setting>),
    /// Who was told, and when.
    Notices(Vec<(PartyId, Instant)>),
}

/// What an act says, in the order of its kind's fields. A handful of fields: looked through, not indexed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Body(Box<[(&'static str, BodyValue)]>);

impl Body {
    /// What a field holds.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&BodyValue> {
        self.iter().find(|(field, _)| *field == name).map(|(_, value)| value)
    }

    /// Every field that is there.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &BodyValue)> {
        self.0.iter().map(|(field, value)| (*field, value))
    }
}

/// Names that acts share, each kept once: a long dossier repeats a few of them a million times.
#[derive(Debug, Default)]
pub struct Names {
    dossiers: BTreeSet<Arc<str>>,
    parties: BTreeSet<PartyId>,
    persons: BTreeSet<PersonId>,
    offices: BTreeSet<OfficeId>,
    grants: BTreeSet<GrantId>,
    matters: BTreeSet<Matter>,
}

fn share<N: Ord + Clone>(known: &mut BTreeSet<N>, name: &mut N) {
    match known.get(name) {
        Some(known) => *name = known.clone(),
        None => {
            known.insert(name.clone());
        }
    }
}

/// An act as it is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedAct {
    /// The dossier it belongs to.
    pub dossier: Arc<str>,
    /// What it is.
    pub kind: Kind,
    /// Whom it is meant to bind.
    pub on_behalf_of: PartyId,
    /// The other side.
    pub with: Vec<PartyId>,
    /// Who did it.
    pub person: PersonId,
    /// In which capacity.
    pub capacity: Option<Capacity>,
    /// Under which grant.
    pub under: Option<GrantId>,
    /// On what.
    pub matter: Option<Matter>,
    /// When, as the signer claims.
    pub at: Instant,
    /// The newest act that the signer had before them.
    pub seen: Option<Digest>,
    /// Who may see it.
    pub visibility: Visibility,
    /// What it says, by the fields of its kind.
    pub body: Body,
}

const FIELDS: &[&str] =
    &["v", "dossier", "kind", "on_behalf_of", "with", "by", "matter", "at", "seen", "visibility", "body"];

impl SignedAct {
    /// Reads canonical bytes.
    ///
    /// # Errors
    /// [`ActError`] names the field and the words at fault, or the first byte that is not canonical.
    pub fn read(bytes: &[u8]) -> Result<Self, ActError> {
        let act = Self::read_any(bytes)?;
        let canonical = act.canonical();
        if canonical != bytes {
            let at = canonical.iter().zip(bytes).take_while(|(a, b)| a == b).count();
            return Err(ActError::NotCanonical { at });
        }
        Ok(act)
    }

    /// Reads an act in any JSON layout, before it is signed.
    pub fn read_any(bytes: &[u8]) -> Result<Self, ActError> {
        if bytes.len() > ACT_MAX {
            return Err(ActError::TooLong { bytes: bytes.len() });
        }
        Ok(Self::fields(Value::parse(bytes)?)?)
    }

    fn fields(value: Value<'_>) -> Result<Self, Fault> {
        let mut f = Fields::open(value, "", FIELDS)?;
        match f.value("v") {
            Some(Value::Integer(1)) => {}
            Some(other) => {
                return Err(Fault::new(
                    "v",
                    FaultKind::Type { found: other.describe(), expected: "the format version 1" },
                ));
            }
            None => return Err(f.missing("v", "the format version, 1")),
        }
        let dossier = f
            .text("dossier", "the dossier's id")?
            .ok_or_else(|| f.missing("dossier", "the dossier's id"))?
            .into();
        let kind = f
            .word("kind", Kind::WORDS, "a kind of act")?
            .ok_or_else(|| f.missing("kind", "a kind of act"))?;
        let on_behalf_of = f
            .parsed("on_behalf_of", "a party's id", PartyId::new)?
            .ok_or_else(|| f.missing("on_behalf_of", "a party's id"))?;
        let with = f.texts("with", "an array of party ids", PartyId::new)?.unwrap_or_default();
        let by = f.value("by").ok_or_else(|| f.missing("by", "{\"person\",\"capacity\",\"under\"}"))?;
        let mut by = Fields::open(by, "by", &["person", "capacity", "under"])?;
        let person = by
            .parsed("person", "a person's id", PersonId::new)?
            .ok_or_else(|| by.missing("person", "a person's id"))?;
        let capacity = by.parsed("capacity", "an office's id, or \"person\"", |word| match word {
            "person" => Ok(Capacity::Person),
            office => OfficeId::new(office).map(Capacity::Office),
        })?;
        let under = by.parsed("under", "a grant's id", GrantId::new)?;
        let matter = f.matter("matter")?;
        let at = f.instant("at")?.ok_or_else(|| f.missing("at", time::ACCEPTED))?;
        let seen = f.digest("seen")?;
        let visibility = f
            .word("visibility", Visibility::WORDS, "who may see it")?
            .ok_or_else(|| f.missing("visibility", "own, parties or public"))?;
        let body = f.value("body").unwrap_or(Value::Object(Vec::new()));
        let names: Vec<&'static str> = kind.fields().iter().map(|field| field.name).collect();
        let mut fields = Fields::open(body, "body", &names)?;
        let mut body = Vec::with_capacity(fields.given());
        for field in kind.fields() {
            match body_value(&mut fields, field)? {
                Some(value) => body.push((field.name, value)),
                None if field.required => return Err(fields.missing(field.name, expected(field.shape))),
                None => {}
            }
        }
        Ok(Self {
            dossier,
            kind,
            on_behalf_of,
            with,
            person,
            capacity,
            under,
            matter,
            at,
            seen,
            visibility,
            body: Body(body.into()),
        })
    }

    /// The same act, its names kept once for all acts that share them.
    #[must_use]
    pub fn sharing(mut self, names: &mut Names) -> Self {
        share(&mut names.dossiers, &mut self.dossier);
        share(&mut names.parties, &mut self.on_behalf_of);
        self.with.iter_mut().for_each(|party| share(&mut names.parties, party));
        share(&mut names.persons, &mut self.person);
        if let Some(Capacity::Office(office)) = &mut self.capacity {
            share(&mut names.offices, office);
        }
        self.under.iter_mut().for_each(|grant| share(&mut names.grants, grant));
        self.matter.iter_mut().for_each(|matter| share(&mut names.matters, matter));
        self
    }

    /// The bytes that are signed.
    pub fn canonical(&self) -> Vec<u8> {
        let capacity = self.capacity.as_ref().map(|capacity| match capacity {
            Capacity::Person => "person",
            Capacity::Office(office) => office.as_str(),
        });
        let body: serde_json::Map<String, Json> =
            self.body.iter().map(|(name, value)| (name.to_owned(), body_json(value))).collect();
        let value = json!({
            "v": 1,
            "dossier": &*self.dossier,
            "kind": self.kind.word(),
            "on_behalf_of": self.on_behalf_of.as_str(),
            "with": self.with.iter().map(PartyId::as_str).collect::<Vec<_>>(),
            "by": {
                "person": self.person.as_str(),
                "capacity": capacity,
                "under": self.under.as_ref().map(GrantId::as_str),
            },
            "matter": self.matter.as_ref().map(Matter::as_str),
            "at": written(self.at),
            "seen": self.seen.map(|seen| seen.to_string()),
            "visibility": self.visibility.word(),
            "body": body,
        });
        // Strings, small integers and objects only: canonicalization has nothing to refuse.
        serde_json_canonicalizer::to_vec(&value).unwrap_or_default()
    }

    /// SHA-256 of the canonical bytes.
    #[must_use]
    pub fn id(&self) -> Digest {
        id_of(&self.canonical())
    }

    /// A digest in the body.
    #[must_use]
    pub fn digest(&self, name: &str) -> Option<Digest> {
        match self.body.get(name)? {
            BodyValue::Digest(digest) => Some(*digest),
            _ => None,
        }
    }

    /// Words in the body.
    #[must_use]
    pub fn words(&self, name: &str) -> Option<&str> {
        match self.body.get(name)? {
            BodyValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A flag in the body; absent is `false`.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        matches!(self.body.get(name), Some(BodyValue::Flag(true)))
    }

    /// A moment in the body.
    #[must_use]
    pub fn moment(&self, name: &str) -> Option<Instant> {
        match self.body.get(name)? {
            BodyValue::Moment(at) => Some(*at),
            _ => None,
        }
    }

    /// What an order sets.
    #[must_use]
    pub fn sets(&self) -> &[Setting] {
        match self.body.get("sets") {
            Some(BodyValue::Sets(sets)) => sets,
            _ => &[],
        }
    }

    /// The act as a fact for the evaluator; `None` for kinds that no rule reads. What only its evidence
    /// can say (in person, witnessed) is not known here.
    pub fn fact(&self, id: Digest) -> Option<Act> {
        let kind = match self.kind {
            Kind::Mandate => ActKind::Mandate,
            Kind::Draft | Kind::Comment => ActKind::Negotiate,
            Kind::Adopt => ActKind::Adopt,
            Kind::Initial => ActKind::Initial,
            Kind::Sign => ActKind::Sign,
            Kind::Ratify => ActKind::Ratify,
            Kind::Confirm => ActKind::Confirm,
            Kind::Consent => ActKind::Consent,
            Kind::Refuse => ActKind::Refuse,
            Kind::Withdraw => ActKind::Withdraw,
            Kind::Suspend => ActKind::Suspend,
            Kind::Order => ActKind::Order,
            Kind::Report => ActKind::Report,
            _ => return None,
        };
        let qualifier = self.words("qualifier").and_then(Qualifier::from_word).unwrap_or_default();
        let amount = match self.body.get("amount") {
            Some(BodyValue::Amount(amount)) => Some(*amount),
            _ => None,
        };
        Some(Act {
            id: id.id(),
            kind,
            on_behalf_of: self.on_behalf_of.clone(),
            with: self.with.clone(),
            by: self.person.clone(),
            capacity: self.capacity.clone(),
            under: self.under.clone(),
            matter: self.matter.clone(),
            text: self.digest("text"),
            amount,
            at: self.at,
            not_after: self.at,
            qualifier,
            confirms: self.digest("confirms").map(|act| act.id()),
            in_person: None,
            visibility: Some(self.visibility),
            attested_by: None,
            witnessed: None,
        })
    }
}

/// The id of an act: SHA-256 of its bytes.
#[must_use]
pub fn id_of(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

fn expected(shape: Shape) -> &'static str {
    match shape {
        Shape::Words => "words in a string",
        Shape::Digest => crate::fields::DIGEST,
        Shape::Act => "an act's id: `sha256:` and 64 lower-case hex digits",
        Shape::Amount => "{\"currency\",\"value\"}",
        Shape::Party => "a party's id",
        Shape::Office => "an office's id",
        Shape::Actor => "an office's or a person's id",
        Shape::Actors => "an array of ids of offices or persons",
        Shape::Id => "an id",
        Shape::Parties => "an array of party ids",
        Shape::Verbs => "an array of acts, such as \"sign\"",
        Shape::Qualifier => "definitive, ad-referendum or subject-to-ratification",
        Shape::Period => "day, month, quarter or year",
        Shape::Moment => time::ACCEPTED,
        Shape::Number => "a small whole number",
        Shape::Flag => "true or false",
        Shape::Sets => "[{\"quantity\",\"value\",\"unit\"}]",
        Shape::Notices => "[{\"to\",\"at\"}]",
    }
}

fn body_value(f: &mut Fields<'_>, field: &Field) -> Result<Option<BodyValue>, Fault> {
    let (name, wanted) = (field.name, expected(field.shape));
    let known = |word: Option<&'static str>, accepted: String| word.map(str::to_owned).ok_or(accepted);
    let text = |found: Option<String>| found.map(BodyValue::Text);
    let texts = |found: Option<Vec<String>>| found.map(BodyValue::Texts);
    Ok(match field.shape {
        Shape::Words => text(f.text(name, wanted)?.map(std::borrow::Cow::into_owned)),
        Shape::Digest | Shape::Act => f.digest(name)?.map(BodyValue::Digest),
        Shape::Amount => f.amount(name)?.map(BodyValue::Amount),
        Shape::Party => text(f.parsed(name, wanted, |w| PartyId::new(w).map(|id| id.to_string()))?),
        Shape::Office => text(f.parsed(name, wanted, |w| OfficeId::new(w).map(|id| id.to_string()))?),
        Shape::Actor => text(f.parsed(name, wanted, |w| ActorId::new(w).map(|id| id.to_string()))?),
        Shape::Id => text(f.parsed(name, wanted, |w| ClauseId::new(w).map(|id| id.to_string()))?),
        Shape::Actors => texts(f.texts(name, wanted, |w| ActorId::new(w).map(|id| id.to_string()))?),
        Shape::Parties => texts(f.texts(name, wanted, |w| PartyId::new(w).map(|id| id.to_string()))?),
        Shape::Verbs => texts(f.texts(name, wanted, |w| {
            known(Verb::from_word(w).map(Verb::word), format!("acts: {}", words(Verb::WORDS)))
        })?),
        Shape::Qualifier => text(f.parsed(name, wanted, |w| {
            known(
                Qualifier::from_word(w).map(Qualifier::word),
                format!("expected {}", words(Qualifier::WORDS)),
            )
        })?),
        Shape::Period => text(f.parsed(name, wanted, |w| {
            known(Period::from_word(w).map(Period::word), format!("expected {}", words(Period::WORDS)))
        })?),
        Shape::Moment => f.instant(name)?.map(BodyValue::Moment),
        Shape::Number => match f.value(name) {
            None => None,
            Some(Value::Integer(n)) if u32::try_from(n).is_ok() => {
                u32::try_from(n).ok().map(BodyValue::Number)
            }
            Some(other) => {
                return Err(Fault::new(
                    f.at(name),
                    FaultKind::Type { found: other.describe(), expected: wanted },
                ));
            }
        },
        Shape::Flag => f.flag(name)?.map(BodyValue::Flag),
        Shape::Sets => match f.list(name, wanted)? {
            None => None,
            Some(items) => {
                let read = |(i, item)| setting(item, &format!("{}[{i}]", f.at(name)));
                Some(BodyValue::Sets(items.into_iter().enumerate().map(read).collect::<Result<_, _>>()?))
            }
        },
        Shape::Notices => match f.list(name, wanted)? {
            None => None,
            Some(items) => {
                let read = |(i, item)| notice(item, &format!("{}[{i}]", f.at(name)));
                Some(BodyValue::Notices(items.into_iter().enumerate().map(read).collect::<Result<_, _>>()?))
            }
        },
    })
}

fn words<T>(table: &[(T, &'static str)]) -> String {
    table.iter().map(|(_, word)| *word).collect::<Vec<_>>().join(", ")
}

/// `{"quantity":"enrichment","value":"60","unit":"percent"}`
pub(crate) fn setting(item: Value<'_>, path: &str) -> Result<Setting, Fault> {
    let mut f = Fields::open(item, path, &["quantity", "value", "unit"])?;
    let quantity =
        f.text("quantity", "what is set")?.ok_or_else(|| f.missing("quantity", "what is set"))?.into_owned();
    let value = f
        .parsed("value", "a decimal in a string", |w| {
            Decimal::parse(w).ok_or("expected digits, at most one point")
        })?
        .ok_or_else(|| f.missing("value", "a decimal in a string, as in \"60\""))?;
    let unit =
        f.text("unit", "a unit")?.ok_or_else(|| f.missing("unit", "a unit, as in \"percent\""))?.into_owned();
    Ok(Setting { quantity, to: Measure { value, unit } })
}

fn notice(item: Value<'_>, path: &str) -> Result<(PartyId, Instant), Fault> {
    let mut f = Fields::open(item, path, &["to", "at"])?;
    let to = f.parsed("to", "a party's id", PartyId::new)?.ok_or_else(|| f.missing("to", "a party's id"))?;
    let at = f.instant("at")?.ok_or_else(|| f.missing("at", time::ACCEPTED))?;
    Ok((to, at))
}

/// Acts hold only moments that were read from a written form, so each has one.
fn written(at: Instant) -> String {
    rfc3339::written(at).unwrap_or_default()
}

fn body_json(value: &BodyValue) -> Json {
    match value {
        BodyValue::Text(text) => json!(text),
        BodyValue::Texts(texts) => json!(texts),
        BodyValue::Digest(digest) => json!(digest.to_string()),
        BodyValue::Amount(amount) => json!({"currency": amount.currency.code(), "value": amount.value()}),
        BodyValue::Moment(at) => json!(written(*at)),
        BodyValue::Number(n) => json!(n),
        BodyValue::Flag(flag) => json!(flag),
        BodyValue::Sets(sets) => sets
            .iter()
            .map(|set| json!({"quantity": set.quantity, "value": set.to.value.to_string(), "unit": set.to.unit}))
            .collect(),
        BodyValue::Notices(notices) => {
            notices.iter().map(|(to, at)| json!({"to": to.as_str(), "at": written(*at)})).collect()
        }
    }
}
