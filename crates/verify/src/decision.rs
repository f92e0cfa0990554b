//! Decisions as JSON (authority.md §4) and as text: the same facts in both.

use std::fmt::Write;

use countersign_authority::World;
use countersign_authority::model::act::Act;
use countersign_authority::proof::Proof;
use countersign_authority::verdict::{
    Asked, Column, Decision, Headline, PartyDecision, Reason, StatementRef, Verdict,
};
use countersign_notation::{digest, print, time::rfc3339};
use serde_json::{Map, Value, json};

/// What a decision is rendered from: the statements and acts that its proofs cite.
#[derive(Clone, Copy)]
pub struct Rendering<'a> {
    /// The world it was decided in.
    pub world: &'a World<'a>,
    /// The acts it was decided on.
    pub acts: &'a [Act],
}

impl Rendering<'_> {
    /// The decision as JSON: `{"parties":[{"party","internal","legal","gate","headline","repairs"}]}` with what was
    /// asked beside it.
    #[must_use]
    pub fn json(&self, decision: &Decision) -> Value {
        let parties: Vec<Value> = decision.parties.iter().map(|party| self.party(party)).collect();
        json!({
            "asked": asked(&decision.asked),
            "as_of": rfc3339(decision.as_of),
            "parties": parties,
        })
    }

    fn party(&self, party: &PartyDecision) -> Value {
        let repairs: Vec<Value> = party
            .repairs
            .iter()
            .map(|repair| {
                let mends: Vec<&str> = repair.mends.iter().map(|column| column.word()).collect();
                json!({"says": repair.says, "mends": mends})
            })
            .collect();
        json!({
            "party": party.party.as_str(),
            "profile": party.profile.word(),
            "internal": self.column(&party.internal),
            "legal": self.column(&party.legal),
            "gate": self.column(&party.gate),
            "headline": party.headline.word(),
            "gloss": party.gloss,
            "repairs": repairs,
        })
    }

    fn column(&self, column: &Column) -> Value {
        let mut map = Map::new();
        map.insert("verdict".into(), column.verdict.word().into());
        match &column.verdict {
            Verdict::YesIf(conditions) => {
                let says: Vec<&str> = conditions.iter().map(|condition| condition.says.as_str()).collect();
                map.insert("conditions".into(), json!(says));
            }
            Verdict::Contestable { by, under } => {
                map.insert("contestable".into(), json!({"by": by.as_str(), "under": under}));
            }
            _ => {}
        }
        map.insert("why".into(), column.why.iter().map(|reason| self.reason(reason)).collect());
        map.insert("proof".into(), column.proof.as_ref().map_or(Value::Null, |proof| self.proof(proof)));
        Value::Object(map)
    }

    fn reason(&self, reason: &Reason) -> Value {
        let facts: Vec<Value> = reason.facts.iter().map(|at| self.fact(*at)).collect();
        json!({"rule": reason.rule.word(), "says": reason.says, "facts": facts})
    }

    /// A proof as a tree of rule names over the digests of statements and the ids of acts.
    #[must_use]
    pub fn proof(&self, proof: &Proof) -> Value {
        let mut map = Map::new();
        map.insert("rule".into(), proof.rule.word().into());
        map.insert("at".into(), rfc3339(proof.at).into());
        if let Some(act) = proof.act.and_then(|ix| self.acts.get(ix as usize)) {
            map.insert("act".into(), (&*act.id).into());
        }
        for (name, fact) in [("fact", proof.fact), ("tenure", proof.tenure), ("against", proof.against)] {
            if let Some(at) = fact {
                map.insert(name.into(), self.fact(at));
            }
        }
        if !proof.premises.is_empty() {
            map.insert("from".into(), proof.premises.iter().map(|premise| self.proof(premise)).collect());
        }
        Value::Object(map)
    }

    /// A statement cited: its digest, source, basis and words.
    fn fact(&self, at: StatementRef) -> Value {
        match self.world.statement(at) {
            Some(statement) => json!({
                "digest": digest::statement(statement).to_string(),
                "source": self.world.source(at),
                "basis": statement.basis,
                "statement": print::statement(statement),
            }),
            None => Value::Null,
        }
    }

    /// The decision as text: a table, then reasons and repairs.
    #[must_use]
    pub fn text(&self, decision: &Decision) -> String {
        let mut out = String::new();
        let what = match &decision.asked {
            Asked::Text(Some(text)) => format!("text {}", text.short()),
            Asked::Text(None) => "no text".to_owned(),
            Asked::Mandate => "the latest mandates".to_owned(),
            Asked::Act(id) => format!("act {id}"),
        };
        let _ = writeln!(out, "{what} · as of {}", rfc3339(decision.as_of));
        if decision.parties.is_empty() {
            let _ = writeln!(out, "  no acts, and no --party: nobody to report on");
            return out;
        }
        matrix(&mut out, &decision.parties);
        for party in &decision.parties {
            reasons(&mut out, party);
        }
        out
    }
}

/// What a decision comes to as a whole: the exit code of verbs that decide (interface.md §1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Overall {
    /// Every headline is attributable; for a mandate, every gate is passed. Exit 0.
    Yes,
    /// None is worse than undetermined. Exit 3.
    Undetermined,
    /// Exit 1.
    No,
}

impl Overall {
    /// The worst of the parties'; where there is none, nothing was shown.
    #[must_use]
    pub fn of(decision: &Decision) -> Self {
        decision
            .parties
            .iter()
            .map(|party| {
                let met = match decision.asked {
                    Asked::Mandate => party.gate.verdict == Verdict::Yes,
                    _ => matches!(party.headline, Headline::AttributableGateMet | Headline::Attributable),
                };
                match party.headline {
                    _ if met => Self::Yes,
                    Headline::Undetermined => Self::Undetermined,
                    _ => Self::No,
                }
            })
            .max()
            .unwrap_or(Self::Undetermined)
    }

    /// The exit code.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Yes => 0,
            Self::No => 1,
            Self::Undetermined => 3,
        }
    }
}

fn asked(asked: &Asked) -> Value {
    match asked {
        Asked::Text(text) => json!({"question": "text", "text": text.map(|text| text.to_string())}),
        Asked::Mandate => json!({"question": "mandate"}),
        Asked::Act(id) => json!({"question": "act", "act": &**id}),
    }
}

/// The table party × column, with the headline.
pub fn matrix(out: &mut String, parties: &[PartyDecision]) {
    let name = parties.iter().map(|p| p.party.as_str().chars().count()).max().unwrap_or(0).max(5);
    let profile = parties.iter().map(|p| p.profile.word().len()).max().unwrap_or(0).max(11);
    let common =
        parties.first().map(|p| p.profile).filter(|first| parties.iter().all(|p| p.profile == *first));
    let legal = common.map_or("legal", |profile| profile.word());
    let _ = writeln!(out, "  {:name$}  {:11}  {:profile$}  our gate", "", "internal", legal);
    for party in parties {
        let gate = match party.gate.verdict {
            Verdict::None => "–",
            _ => party.gate.verdict.word(),
        };
        let legal = match party.legal.verdict {
            Verdict::None => "–",
            _ => party.legal.verdict.word(),
        };
        let internal = match party.internal.verdict {
            Verdict::None => "–",
            _ => party.internal.verdict.word(),
        };
        let _ = writeln!(
            out,
            "  {:name$}  {internal:11}  {legal:profile$}  {gate:11}  {}",
            party.party.as_str(),
            headline(party)
        );
    }
}

/// `ATTRIBUTABLE, GATE NOT MET (on paper only)`
#[must_use]
pub fn headline(party: &PartyDecision) -> String {
    let words = party.headline.word().replace("attributable-gate", "attributable, gate").replace('-', " ");
    let words = words.replace("gate met not", "gate met, not").to_uppercase();
    match party.gloss {
        Some(gloss) => format!("{words} ({gloss})"),
        None => words,
    }
}

/// A sign beside the word, never instead of it.
#[must_use]
pub fn verdict_mark(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Yes => "✓",
        Verdict::Unknown | Verdict::Conflict => "?",
        Verdict::YesIf(_) | Verdict::Contestable { .. } | Verdict::Curable => "~",
        Verdict::No => "✗",
        Verdict::None => "–",
    }
}

/// Reasons and repairs of one party.
pub fn reasons(out: &mut String, party: &PartyDecision) {
    let columns =
        [("internal", &party.internal), (party.profile.word(), &party.legal), ("gate", &party.gate)];
    let mut lead = format!("Why   {}: ", party.party);
    for (name, column) in columns {
        let mark = verdict_mark(&column.verdict);
        if name == "strict" || column.verdict == Verdict::None {
            continue;
        }
        for reason in column.why.iter().take(3) {
            let _ = writeln!(out, "{lead}{mark} {name} {}: {}", column.verdict.word(), reason.says);
            lead = " ".repeat(6);
        }
    }
    let mut lead = "Next  ".to_owned();
    for repair in &party.repairs {
        let mends: Vec<&str> = repair.mends.iter().map(|column| column.word()).collect();
        let _ = writeln!(out, "{lead}{} (mends {})", repair.says, mends.join(", "));
        lead = " ".repeat(6);
    }
}
