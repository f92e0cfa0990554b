//! What a card of the drawing says.

use std::collections::BTreeMap;

use countersign_authority::model::map::{Decider, Fact, Grant, Head, Office, Power, Role, Scope, Statement};
use countersign_authority::model::name::OfficeId;
use countersign_authority::model::time::{Instant, Interval, Utc};

use super::Scene;

/// A box with lines of text.
pub(super) struct Card {
    pub(super) kind: &'static str,
    pub(super) lines: Vec<Line>,
}

/// A line with the class that styles it.
pub(super) struct Line {
    pub(super) class: &'static str,
    pub(super) text: String,
}

/// Characters to a line, so that it fits the width of a card.
const WIDTH: usize = 37;

impl Card {
    fn new(kind: &'static str, title: &str) -> Self {
        let mut card = Self { kind, lines: Vec::new() };
        card.line("t", title);
        card
    }

    fn line(&mut self, class: &'static str, text: &str) {
        let mut line = String::new();
        for word in text.split(' ') {
            if !line.is_empty() && line.chars().count().saturating_add(word.chars().count()) >= WIDTH {
                self.lines.push(Line { class, text: std::mem::take(&mut line) });
                line.push_str("  ");
            } else if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.lines.push(Line { class, text: line });
    }
}

fn interval(statement: &Statement) -> Interval {
    Interval {
        from: statement.valid.from.map_or(Instant::MIN, |from| from.instant(&Utc)),
        until: statement.valid.until.map_or(Instant::MAX, |until| until.instant(&Utc)),
    }
}

fn scope(scope: &Scope) -> String {
    let verbs: Vec<&str> = scope.verbs.iter().map(|verb| verb.word()).collect();
    let mut text = format!("{} on {}", verbs.join(", "), scope.matter);
    if let Some(with) = &scope.with {
        text.push_str(&format!(" with {with}"));
    }
    for (word, limit) in [("over", scope.over), ("up to", scope.up_to)] {
        if let Some(limit) = limit {
            let per = limit.per.map_or(String::new(), |per| format!(" per {}", per.word()));
            text.push_str(&format!(" {word} {}{per}", limit.amount));
        }
    }
    text
}

fn flags(power: &Power) -> String {
    let flags = [(power.reserved, ", reserved"), (power.exclusive, ", exclusive")];
    flags.iter().filter(|(set, _)| *set).map(|(_, word)| *word).collect()
}

impl<'m> Scene<'m> {
    pub(super) fn office_card(&self, office: &Office) -> Card {
        let mut card = Card::new("office", &office.title);
        let role = match &office.role {
            Role::Decides => "decides",
            Role::Implements { .. } => "implements",
            Role::Advises => "advises",
        };
        let standing = office.standing.map_or(String::new(), |standing| format!(" · {}", standing.word()));
        card.line("id", &format!("{} · {role}{standing}", office.id));
        let holders = self.holders(&office.id);
        if holders.is_empty() {
            card.line("vacant", "held by nobody");
        }
        for holder in holders {
            card.line("holder", &holder);
        }
        for statement in &self.statements {
            match &statement.fact {
                Fact::PrincipalClaim(claim) if claim.decider == Decider::Office(office.id.clone()) => {
                    card.line("principal", &format!("★ said to decide on {}", claim.matter));
                }
                Fact::Power(power) if power.head == Head::Office(office.id.clone()) => {
                    card.line("power", &format!("may {}{}", scope(&power.scope), flags(power)));
                }
                Fact::Restriction(restriction) if restriction.office == office.id => {
                    let verbs: Vec<&str> = restriction.verbs.iter().map(|verb| verb.word()).collect();
                    card.line(
                        "limit",
                        &format!("restricted: {} on {}", verbs.join(", "), restriction.matter),
                    );
                }
                Fact::ConsentRule(rule) if rule.of == office.id => {
                    let over = rule.over.map_or(String::new(), |limit| format!(" over {}", limit.amount));
                    card.line("limit", &format!("must consent on {}{over}", rule.matter));
                }
                _ => {}
            }
        }
        card
    }

    fn holders(&self, office: &OfficeId) -> Vec<String> {
        let held = self.facts(|statement| match &statement.fact {
            Fact::Tenure(tenure) if tenure.office == *office && interval(statement).contains(self.as_of) => {
                Some((tenure, statement.valid.until))
            }
            _ => None,
        });
        held.into_iter()
            .map(|(tenure, until)| {
                let name = self.name(tenure.person.as_str());
                let acting = if tenure.acting { ", acting" } else { "" };
                let until = until.map_or(String::new(), |until| format!(", until {}", until.instant(&Utc)));
                format!("held by {name}{acting}{until}")
            })
            .collect()
    }

    /// A person's name, or an office's id.
    fn name(&self, id: &str) -> String {
        let name = self.statements.iter().find_map(|statement| match &statement.fact {
            Fact::Person(person) if person.id.as_str() == id => Some(person.name.clone()),
            _ => None,
        });
        name.unwrap_or_else(|| id.to_owned())
    }

    /// Joint powers and grants that hang on these offices.
    pub(super) fn instruments(&self, index: &BTreeMap<&OfficeId, usize>) -> Vec<(Card, Vec<usize>)> {
        self.statements
            .iter()
            .filter_map(|statement| match &statement.fact {
                Fact::Power(power) => joint(power, index),
                Fact::Grant(grant) => self.grant(grant, statement, index),
                _ => None,
            })
            .collect()
    }

    fn grant(
        &self,
        grant: &'m Grant,
        statement: &Statement,
        index: &BTreeMap<&OfficeId, usize>,
    ) -> Option<(Card, Vec<usize>)> {
        let from: Vec<usize> = grant
            .grantors
            .iter()
            .filter_map(|grantor| {
                let own = index.iter().find(|(office, _)| office.as_str() == grantor.as_str());
                let held = || {
                    self.facts(|statement| match &statement.fact {
                        Fact::Tenure(tenure) if tenure.person.as_str() == grantor.as_str() => {
                            index.get_key_value(&tenure.office)
                        }
                        _ => None,
                    })
                    .into_iter()
                    .next()
                };
                own.or_else(held).map(|(_, at)| *at)
            })
            .collect();
        if from.is_empty() {
            return None;
        }
        let mut card = Card::new("grant", &format!("Grant {}", grant.id));
        card.line("id", &format!("to {}", self.name(grant.grantee.as_str())));
        card.line("power", &format!("may {}", scope(&grant.scope)));
        if grant.depth > 0 {
            card.line("power", &format!("{} further links", grant.depth));
        }
        let valid = interval(statement);
        if !valid.contains(self.as_of) {
            card.line("vacant", "not in force on this day");
        }
        for revoked in self.facts(|statement| match &statement.fact {
            Fact::Revocation(revocation) if revocation.grant == grant.id => Some(interval(statement).from),
            _ => None,
        }) {
            card.line("vacant", &format!("revoked from {revoked}"));
        }
        Some((card, from))
    }
}

fn joint(power: &Power, index: &BTreeMap<&OfficeId, usize>) -> Option<(Card, Vec<usize>)> {
    let Head::Jointly(joint) = &power.head else { return None };
    let of: Vec<usize> = joint.of.iter().filter_map(|office| index.get(office).copied()).collect();
    if of.is_empty() {
        return None;
    }
    let count = match joint.quorum {
        countersign_authority::model::map::Quorum::All => "all".to_owned(),
        countersign_authority::model::map::Quorum::Count(count) => count.to_string(),
    };
    let names = |offices: &[OfficeId]| offices.iter().map(|o| o.as_str()).collect::<Vec<_>>().join(", ");
    let mut card = Card::new("joint", &format!("Jointly {count} of {}", names(&joint.of)));
    if !joint.including.is_empty() {
        card.line("limit", &format!("{} among them", names(&joint.including)));
    }
    for (a, b) in &joint.excluding {
        card.line("limit", &format!("not {a} with {b}"));
    }
    card.line("power", &format!("may {}{}", scope(&power.scope), flags(power)));
    if let Some(days) = power.within_days {
        card.line("limit", &format!("within {days} days"));
    }
    Some((card, of))
}
