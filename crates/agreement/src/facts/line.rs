//! One line, one act.

use std::collections::HashMap;
use std::hash::Hash;

use countersign_authority::model::act::{Act, ActId, ActKind, Capacity, Qualifier, Visibility};
use countersign_authority::model::name::{BadName, GrantId, Matter, OfficeId, PartyId, PersonId};

use super::FactsFault;
use crate::fault::Fault;
use crate::fields::Fields;
use crate::json::Value;

/// Names already read: a file of a million acts names few parties, offices and matters.
#[derive(Default)]
pub(super) struct Reader {
    parties: Names<PartyId>,
    persons: Names<PersonId>,
    offices: Names<OfficeId>,
    grants: Names<GrantId>,
    matters: Names<Matter>,
}

struct Names<N>(HashMap<Box<str>, N>);

impl<N> Default for Names<N> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

/// Names kept for reuse; a hostile file of distinct names gains nothing by more.
const NAMES_MAX: usize = 4096;

impl<N: Clone + Hash> Names<N> {
    fn read(&mut self, word: &str, parse: impl FnOnce(&str) -> Result<N, BadName>) -> Result<N, BadName> {
        if let Some(name) = self.0.get(word) {
            return Ok(name.clone());
        }
        let name = parse(word)?;
        if self.0.len() < NAMES_MAX {
            self.0.insert(word.into(), name.clone());
        }
        Ok(name)
    }
}

const FIELDS: &[&str] = &[
    "id",
    "kind",
    "on_behalf_of",
    "with",
    "by",
    "capacity",
    "under",
    "matter",
    "text",
    "amount",
    "at",
    "not_after",
    "qualifier",
    "confirms",
    "in_person",
    "visibility",
    "attested_by",
    "witnessed",
];

/// Longest id of an act.
const ID_MAX: usize = 200;

impl Reader {
    pub(super) fn act(&mut self, line: &[u8]) -> Result<Act, FactsFault> {
        let value = Value::parse(line).map_err(FactsFault::Json)?;
        self.fields(value).map_err(FactsFault::Field)
    }

    fn fields(&mut self, value: Value<'_>) -> Result<Act, Fault> {
        let mut f = Fields::open(value, "", FIELDS)?;
        let id =
            f.parsed("id", "a short string", act_id)?.ok_or_else(|| f.missing("id", "a short string"))?;
        let kind = f
            .word("kind", ActKind::WORDS, "a kind of act")?
            .ok_or_else(|| f.missing("kind", "what was done, such as \"sign\""))?;
        let on_behalf_of = f
            .parsed("on_behalf_of", "a party's id", |w| self.parties.read(w, PartyId::new))?
            .ok_or_else(|| f.missing("on_behalf_of", "the id of the party that the act is meant to bind"))?;
        let with = f.texts("with", "an array of party ids", PartyId::new)?.unwrap_or_default();
        let by = f
            .parsed("by", "a person's id", |w| self.persons.read(w, PersonId::new))?
            .ok_or_else(|| f.missing("by", "the id of the person who acted"))?;
        let capacity = f.parsed("capacity", "an office's id, or \"person\"", |w| match w {
            "person" => Ok(Capacity::Person),
            office => self.offices.read(office, OfficeId::new).map(Capacity::Office),
        })?;
        let under = f.parsed("under", "a grant's id", |w| self.grants.read(w, GrantId::new))?;
        let matter = f.parsed("matter", "a matter in a string", |w| self.matters.read(w, Matter::new))?;
        let text = f.digest("text")?;
        let amount = f.amount("amount")?;
        let at = f.instant("at")?.ok_or_else(|| f.missing("at", crate::time::ACCEPTED))?;
        let not_after = f.instant("not_after")?.unwrap_or(at);
        if not_after < at {
            return Err(Fault::content(
                "not_after",
                &not_after.to_string(),
                format!("that is before `at` ({at})"),
            ));
        }
        let qualifier = f.word("qualifier", Qualifier::WORDS, "a qualifier")?.unwrap_or_default();
        let confirms = f.parsed("confirms", "an act's id", act_id)?;
        let in_person = f.flag("in_person")?;
        let visibility = f.word("visibility", Visibility::WORDS, "who can see it")?;
        let attested_by = f.parsed("attested_by", "the name of who attests it", |w| {
            if w.is_empty() { Err("who attests a wet-ink signature has a name") } else { Ok(w.to_owned()) }
        })?;
        let witnessed = f.flag("witnessed")?;
        Ok(Act {
            id,
            kind,
            on_behalf_of,
            with,
            by,
            capacity,
            under,
            matter,
            text,
            amount,
            at,
            not_after,
            qualifier,
            confirms,
            in_person,
            visibility,
            attested_by,
            witnessed,
        })
    }
}

/// An act's id: not empty, short, no control characters.
fn act_id(word: &str) -> Result<ActId, &'static str> {
    if word.is_empty() || word.len() > ID_MAX || word.chars().any(char::is_control) {
        return Err("an id is 1 to 200 bytes without control characters");
    }
    Ok(word.into())
}
