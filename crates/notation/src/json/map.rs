//! Maps as JSON. A statement is an object with `kind`, its own members, and `from`, `until`, `basis` where said.

use countersign_authority::model::map::{
    Breadth, Confidence, ConsentRule, Decider, Fact, Grant, Head, HeldOut, Joint, Key, Limit, Map, Notice,
    Office, Party, PartyKind, Person, Power, PrincipalClaim, Quorum, Restriction, Revocation, Role, Scope,
    Standing, Statement, Tenure, Verb,
};
use countersign_authority::model::name::{ActorId, GrantId, OfficeId, PartyId, PersonId};
use countersign_authority::model::time::{Moment, Validity};
use serde_json::{Map as Members, Value, json};

use super::fields::Fields;
use crate::cursor::Parse;
use crate::diagnostic::Fault;
use crate::parse::Kind;
use crate::print;

const KINDS: [&str; 12] = [
    "party",
    "matter",
    "office",
    "person",
    "holds",
    "may",
    "needs-consent",
    "grant",
    "revoke",
    "held-out",
    "restrict",
    "principal",
];

/// Adds members that are said, and leaves out those that are not.
pub(super) struct Object(Members<String, Value>);

impl Object {
    pub(super) fn new(kind: &str) -> Self {
        Self(Members::new()).with("kind", kind)
    }
    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }
    pub(super) fn text(self, name: &str, value: &impl ToString) -> Self {
        self.with(name, value.to_string())
    }
    pub(super) fn some<T>(self, name: &str, value: Option<T>, show: impl FnOnce(T) -> Value) -> Self {
        match value {
            Some(value) => self.with(name, show(value)),
            None => self,
        }
    }
    pub(super) fn flag(self, name: &str, set: bool) -> Self {
        if set { self.with(name, true) } else { self }
    }
    pub(super) fn list<T>(self, name: &str, items: &[T], show: impl Fn(&T) -> Value) -> Self {
        if items.is_empty() { self } else { self.with(name, items.iter().map(show).collect::<Vec<_>>()) }
    }
    pub(super) fn moment(self, name: &str, at: Option<Moment>) -> Self {
        self.some(name, at, |at| print::moment(at).into())
    }
    pub(super) fn value(self) -> Value {
        Value::Object(self.0)
    }
}

/// A name as a JSON string.
pub(super) fn name<T: ToString>(name: &T) -> Value {
    name.to_string().into()
}

pub(crate) fn document(map: &Map) -> Value {
    Object::new(Kind::Map.word())
        .text("title", &map.title)
        .with("version", map.version)
        .text("source", &map.source)
        .with("as_of", print::moment(map.as_of))
        .with("statements", map.statements.iter().map(statement).collect::<Vec<_>>())
        .value()
}

pub(crate) fn read(fields: &mut Fields<'_>) -> Parse<Map> {
    Ok(Map {
        title: fields.string("title")?,
        version: fields.number("version")?,
        source: fields.string("source")?,
        as_of: fields.moment("as_of")?,
        statements: Vec::new(),
    })
}

pub(crate) fn statement(statement: &Statement) -> Value {
    let object = match &statement.fact {
        Fact::Party(it) => party(it),
        Fact::Matter(matter) => Object::new("matter").text("matter", matter),
        Fact::Office(it) => {
            let object = Object::new("office").text("id", &it.id).text("title", &it.title).text("of", &it.of);
            let object = match &it.role {
                Role::Decides => object.with("role", "decides"),
                Role::Implements { under } => object.with("role", "implements").text("under", under),
                Role::Advises => object.with("role", "advises"),
            };
            object.some("as", it.standing, |standing| standing.word().into()).flag("collegial", it.collegial)
        }
        Fact::Person(it) => {
            Object::new("person").text("id", &it.id).text("name", &it.name).list("keys", &it.keys, |key| {
                match key {
                    Key::Fingerprint(digest) => json!({"fingerprint": digest.to_string()}),
                    Key::Subject(subject) => json!({"subject": subject}),
                }
            })
        }
        Fact::Tenure(it) => Object::new("holds")
            .text("person", &it.person)
            .text("office", &it.office)
            .flag("acting", it.acting),
        Fact::Power(it) => {
            let object = match &it.head {
                Head::Office(office) => Object::new("may").text("office", office),
                Head::Jointly(joint) => Object::new("may").with("jointly", jointly(joint)),
            };
            scope(object, &it.scope)
                .some("within_days", it.within_days, Into::into)
                .flag("reserved", it.reserved)
                .flag("exclusive", it.exclusive)
        }
        Fact::ConsentRule(it) => Object::new("needs-consent")
            .text("party", &it.party)
            .text("on", &it.matter)
            .some("over", it.over.as_ref(), limit)
            .text("of", &it.of),
        Fact::Grant(it) => {
            let object = Object::new("grant").text("id", &it.id);
            let object = object.list("grantors", &it.grantors, name).text("grantee", &it.grantee);
            let object =
                scope(object, &it.scope).some("depth", (it.depth > 0).then_some(it.depth), Into::into);
            let object = match &it.breadth {
                Some(Breadth::Special(text)) => object.text("special_to", text),
                Some(Breadth::General) => object.with("general", true),
                None => object,
            };
            object
                .flag("personal", it.personal)
                .flag("single_use", it.single_use)
                .flag("may_deal_with_self", it.may_deal_with_self)
                .moment("made", it.made)
                .moment("report_due", it.report_due)
        }
        Fact::Revocation(it) => Object::new("revoke")
            .text("grant", &it.grant)
            .some("by", it.by.as_ref(), name)
            .list("notified", &it.notified, notice),
        Fact::HeldOut(it) => Object::new("held-out")
            .text("party", &it.party)
            .text("actor", &it.actor)
            .text("to", &it.to)
            .list("acts", &it.verbs, |verb| verb.word().into())
            .text("on", &it.matter),
        Fact::Restriction(it) => Object::new("restrict")
            .text("office", &it.office)
            .list("acts", &it.verbs, |verb| verb.word().into())
            .text("on", &it.matter)
            .flag("fundamental", it.fundamental)
            .moment("publicised", it.publicised)
            .list("notified", &it.notified, notice),
        Fact::PrincipalClaim(it) => {
            let object = Object::new("principal").text("of", &it.party).text("on", &it.matter);
            let object = match &it.decider {
                Decider::Office(office) => object.text("office", office),
                Decider::Person(person) => object.text("person", person),
            };
            object.some("confidence", it.confidence, |confidence| confidence.word().into())
        }
    };
    object
        .moment("from", statement.valid.from)
        .moment("until", statement.valid.until)
        .some("basis", statement.basis.as_ref(), |basis| basis.as_str().into())
        .value()
}

pub(super) fn party(party: &Party) -> Object {
    Object::new("party").text("id", &party.id).text("name", &party.name).with("type", party.kind.word())
}

fn notice(notice: &Notice) -> Value {
    json!({"to": notice.to.as_str(), "at": print::moment(notice.at)})
}

fn limit(limit: &Limit) -> Value {
    let mut value = json!({"currency": limit.amount.currency.code(), "value": limit.amount.value()});
    if let (Some(per), Some(members)) = (limit.per, value.as_object_mut()) {
        members.insert("per".to_owned(), per.word().into());
    }
    value
}

fn jointly(joint: &Joint) -> Value {
    let object = Object(Members::new());
    let object = match joint.quorum {
        Quorum::All => object.with("count", "all"),
        Quorum::Count(count) => object.with("count", count),
    };
    object
        .list("of", &joint.of, name)
        .list("including", &joint.including, name)
        .list("excluding", &joint.excluding, |(a, b)| json!([a.as_str(), b.as_str()]))
        .value()
}

fn scope(object: Object, scope: &Scope) -> Object {
    object
        .list("acts", &scope.verbs, |verb: &Verb| verb.word().into())
        .text("on", &scope.matter)
        .some("with", scope.with.as_ref(), name)
        .some("up_to", scope.up_to.as_ref(), limit)
        .some("over", scope.over.as_ref(), limit)
}

pub(crate) fn read_statement(fields: &mut Fields<'_>) -> Parse<Statement> {
    let at = fields.place("kind");
    let fact = match fields.text("kind")? {
        "party" => Fact::Party(read_party(fields)?),
        "matter" => Fact::Matter(fields.matter("matter")?),
        "office" => Fact::Office(read_office(fields)?),
        "person" => Fact::Person(read_person(fields)?),
        "holds" => Fact::Tenure(Tenure {
            person: fields.name("person", PersonId::new)?,
            office: fields.name("office", OfficeId::new)?,
            acting: fields.flag("acting")?,
        }),
        "may" => Fact::Power(Power {
            head: if fields.has("jointly") {
                Head::Jointly(read_jointly(fields.object("jointly")?)?)
            } else {
                Head::Office(fields.name("office", OfficeId::new)?)
            },
            scope: read_scope(fields)?,
            within_days: fields.optional("within_days", Fields::number)?,
            reserved: fields.flag("reserved")?,
            exclusive: fields.flag("exclusive")?,
        }),
        "needs-consent" => Fact::ConsentRule(ConsentRule {
            party: fields.name("party", PartyId::new)?,
            matter: fields.matter("on")?,
            over: fields.optional("over", Fields::limit)?,
            of: fields.name("of", OfficeId::new)?,
        }),
        "grant" => Fact::Grant(read_grant(fields)?),
        "revoke" => Fact::Revocation(Revocation {
            grant: fields.name("grant", GrantId::new)?,
            by: fields.optional("by", |fields, name| fields.name(name, ActorId::new))?,
            notified: read_notices(fields)?,
        }),
        "held-out" => Fact::HeldOut(HeldOut {
            party: fields.name("party", PartyId::new)?,
            actor: fields.name("actor", ActorId::new)?,
            to: fields.name("to", PartyId::new)?,
            verbs: fields.acts()?,
            matter: fields.matter("on")?,
        }),
        "restrict" => Fact::Restriction(Restriction {
            office: fields.name("office", OfficeId::new)?,
            verbs: fields.acts()?,
            matter: fields.matter("on")?,
            fundamental: fields.flag("fundamental")?,
            publicised: fields.optional("publicised", Fields::moment)?,
            notified: read_notices(fields)?,
        }),
        "principal" => Fact::PrincipalClaim(PrincipalClaim {
            party: fields.name("of", PartyId::new)?,
            matter: fields.matter("on")?,
            decider: if fields.has("person") {
                Decider::Person(fields.name("person", PersonId::new)?)
            } else {
                Decider::Office(fields.name("office", OfficeId::new)?)
            },
            confidence: fields.optional("confidence", |fields, name| fields.word(name, Confidence::WORDS))?,
        }),
        other => {
            return Err(Fault::new(at, format!("`{other}` is no kind of statement"))
                .expected(KINDS)
                .did_you_mean(other, KINDS));
        }
    };
    let valid = Validity {
        from: fields.optional("from", Fields::moment)?,
        until: fields.optional("until", Fields::moment)?,
    };
    Ok(Statement { fact, valid, basis: fields.optional("basis", Fields::string)? })
}

pub(super) fn read_party(fields: &mut Fields<'_>) -> Parse<Party> {
    Ok(Party {
        id: fields.name("id", PartyId::new)?,
        name: fields.string("name")?,
        kind: fields.word("type", PartyKind::WORDS)?,
    })
}

fn read_office(fields: &mut Fields<'_>) -> Parse<Office> {
    let at = fields.place("role");
    Ok(Office {
        id: fields.name("id", OfficeId::new)?,
        title: fields.string("title")?,
        of: fields.name("of", PartyId::new)?,
        role: match fields.text("role")? {
            "decides" => Role::Decides,
            "implements" => Role::Implements { under: fields.name("under", OfficeId::new)? },
            "advises" => Role::Advises,
            other => {
                return Err(Fault::new(at, format!("`{other}` is no role")).expected([
                    "decides",
                    "implements",
                    "advises",
                ]));
            }
        },
        standing: fields.optional("as", |fields, name| fields.word(name, Standing::WORDS))?,
        collegial: fields.flag("collegial")?,
    })
}

fn read_person(fields: &mut Fields<'_>) -> Parse<Person> {
    let (id, name) = (fields.name("id", PersonId::new)?, fields.string("name")?);
    let key = |mut key: Fields<'_>| {
        let read = if key.has("subject") {
            Key::Subject(key.string("subject")?)
        } else {
            Key::Fingerprint(key.digest("fingerprint")?)
        };
        key.end().map(|()| read)
    };
    let keys = fields.objects("keys")?.into_iter().map(key).collect::<Parse<Vec<Key>>>()?;
    Ok(Person { id, name, keys })
}

fn read_jointly(mut fields: Fields<'_>) -> Parse<Joint> {
    let all = fields.optional("count", |fields, name| match fields.text(name) {
        Ok("all") => Ok(Quorum::All),
        _ => fields.number(name).map(Quorum::Count),
    })?;
    let joint = Joint {
        quorum: match all {
            Some(quorum) => quorum,
            None => Quorum::Count(fields.number("count")?),
        },
        of: fields.names("of", OfficeId::new)?,
        including: fields.names("including", OfficeId::new)?,
        excluding: fields.pairs("excluding", OfficeId::new)?,
    };
    if joint.of.is_empty() {
        return Err(Fault::new(fields.span(), "`jointly` names no office"));
    }
    fields.end().map(|()| joint)
}

fn read_scope(fields: &mut Fields<'_>) -> Parse<Scope> {
    Ok(Scope {
        verbs: fields.acts()?,
        matter: fields.matter("on")?,
        with: fields.optional("with", |fields, name| fields.name(name, PartyId::new))?,
        up_to: fields.optional("up_to", Fields::limit)?,
        over: fields.optional("over", Fields::limit)?,
    })
}

fn read_grant(fields: &mut Fields<'_>) -> Parse<Grant> {
    let grant = Grant {
        id: fields.name("id", GrantId::new)?,
        grantors: fields.names("grantors", ActorId::new)?,
        grantee: fields.name("grantee", ActorId::new)?,
        scope: read_scope(fields)?,
        depth: fields.optional("depth", Fields::number)?.unwrap_or(0),
        breadth: match fields.optional("special_to", Fields::digest)? {
            Some(_) if fields.has("general") => {
                return Err(Fault::new(fields.place("general"), "a grant is special or general, not both"));
            }
            Some(text) => Some(Breadth::Special(text)),
            None => fields.flag("general")?.then_some(Breadth::General),
        },
        personal: fields.flag("personal")?,
        single_use: fields.flag("single_use")?,
        may_deal_with_self: fields.flag("may_deal_with_self")?,
        made: fields.optional("made", Fields::moment)?,
        report_due: fields.optional("report_due", Fields::moment)?,
    };
    if grant.grantors.is_empty() {
        return Err(Fault::new(fields.span(), format!("grant `{}` names no grantor", grant.id)));
    }
    Ok(grant)
}

fn read_notices(fields: &mut Fields<'_>) -> Parse<Vec<Notice>> {
    let one = |mut fields: Fields<'_>| {
        let notice = Notice { to: fields.name("to", PartyId::new)?, at: fields.moment("at")? };
        fields.end().map(|()| notice)
    };
    fields.objects("notified")?.into_iter().map(one).collect()
}
