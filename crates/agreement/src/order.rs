//! An order as somebody holds it in their hands: a signed act, or a plain object without a signature.

use countersign_authority::model::act::{Act, ActKind, Capacity};
use countersign_authority::model::name::{Digest, OfficeId, PartyId, PersonId};
use countersign_authority::order::Setting;

use crate::fields::Fields;
use crate::json::Value;
use crate::kind::Kind;
use crate::signed::{ActError, SignedAct, id_of, setting};
use crate::time;

const FIELDS: &[&str] = &["by", "capacity", "on_behalf_of", "to", "matter", "at", "sets", "says"];

/// An order and what it sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The order as a fact.
    pub act: Act,
    /// Whom it addresses.
    pub to: Option<OfficeId>,
    /// What it sets.
    pub sets: Vec<Setting>,
}

impl Order {
    /// Reads `ORDER.json`: a signed act of kind `order`, or
    /// `{"by","capacity","on_behalf_of","to","matter","at","sets":[{"quantity","value","unit"}]}`.
    pub fn read(bytes: &[u8]) -> Result<Self, ActError> {
        let value = Value::parse(bytes)?;
        let is_act = matches!(&value, Value::Object(members) if members.iter().any(|(key, _)| key == "v"));
        if is_act {
            let act = SignedAct::read_any(bytes)?;
            return Self::of(&act, act.id())
                .ok_or_else(|| crate::fault::Fault::word("kind", act.kind.word(), &["order"]).into());
        }
        let mut f = Fields::open(value, "", FIELDS)?;
        let on_behalf_of = f
            .parsed("on_behalf_of", "a party's id", PartyId::new)?
            .ok_or_else(|| f.missing("on_behalf_of", "the issuer's party"))?;
        let by = f
            .parsed("by", "a person's id", PersonId::new)?
            .ok_or_else(|| f.missing("by", "who gave the order"))?;
        let capacity = f.parsed("capacity", "an office's id", OfficeId::new)?.map(Capacity::Office);
        let to = f.parsed("to", "an office's id", OfficeId::new)?;
        let matter = f.matter("matter")?;
        let at = f.instant("at")?.ok_or_else(|| f.missing("at", time::ACCEPTED))?;
        let _ = f.text("says", "words in a string")?;
        let mut sets = Vec::new();
        for (i, item) in f.list("sets", "an array")?.unwrap_or_default().into_iter().enumerate() {
            sets.push(setting(item, &format!("sets[{i}]"))?);
        }
        let id = id_of(bytes).to_string().into();
        let act = Act { capacity, matter, ..Act::new(id, ActKind::Order, on_behalf_of, by, at) };
        Ok(Self { act, to, sets })
    }

    /// A signed act as an order, if it is one.
    #[must_use]
    pub fn of(act: &SignedAct, id: Digest) -> Option<Self> {
        if act.kind != Kind::Order {
            return None;
        }
        let to = act.words("to").and_then(|office| OfficeId::new(office).ok());
        Some(Self { act: act.fact(id)?, to, sets: act.sets().to_vec() })
    }
}
