//! What a report says of records: which acts are in them, who witnessed that, what is withheld and what hangs on it.

use std::collections::BTreeSet;

use countersign_authority::model::time::Instant;
use countersign_authority::order::{OrderAnswer, OrderFinding};
use countersign_authority::verdict::{Column, Decision, Headline, Reason, Rule, Verdict};
use countersign_tlog::policy::{Cosigner, Member, Quorum};

use super::Doubt;
use crate::bundle::Bundle;
use crate::evidence::Evidence;
use crate::record::{Completeness, RecordState, Testimony};
use crate::recorded::{KnownAt, met_at, testimonies};
use crate::standing::instant;

/// What one record shows of the dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordLine {
    /// Which record.
    pub origin: String,
    /// Whether it is the one that the bundle's numbers are of.
    pub own: bool,
    /// Whether the reader trusts it; if not, it shows nothing.
    pub trusted: bool,
    /// How many entries it is proven to have.
    pub size: Option<u64>,
    /// The first and the last proven index of the acts.
    pub range: Option<(u64, u64)>,
    /// The last act by its chain, where that is proven.
    pub head: Option<u32>,
    /// What is withheld, where anything is.
    pub withheld: Option<Withheld>,
    /// Why nothing shows whether acts are missing.
    pub incomplete: Option<String>,
    /// Who cosigned the newest checkpoint.
    pub quorum: Option<Quorate>,
    /// Every act of the bundle.
    pub acts: Vec<RecordedAct>,
    /// What its keeper signed and can't be so.
    pub contradictions: Vec<String>,
}

/// What one record shows of one act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedAct {
    /// Its number in the bundle.
    pub number: u32,
    /// `none`, `unproven`, `included` or `witnessed`.
    pub state: &'static str,
    /// Where its entry is, if proven.
    pub index: Option<u64>,
    /// By when enough witnesses had seen it.
    pub witnessed_at: Option<Instant>,
    /// Why its proof shows nothing, or who did not cosign.
    pub says: Option<String>,
}

/// Who cosigned a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quorate {
    /// Whether that is enough; never where the reader asks for nobody.
    pub met: bool,
    /// How many are needed; none where the reader asks for nobody.
    pub needed: Option<usize>,
    /// Who, and when by their own clocks.
    pub signed: Vec<(String, Instant)>,
    /// Who did not.
    pub missing: Vec<String>,
}

/// Acts that a record has and the bundle does not show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    /// The record whose numbers these are.
    pub origin: String,
    /// Whether it is the bundle's own.
    pub own: bool,
    /// Whether that is proven, or said by links that nothing proves.
    pub proven: bool,
    /// Which.
    pub numbers: Vec<u32>,
    /// Those of them that could change an answer.
    pub bearing: Vec<u32>,
}

/// Which acts were known, where that is asked by an index.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// They came later.
    pub(super) later: BTreeSet<u32>,
    /// Nothing shows where they are.
    unknown: Vec<u32>,
    index: u64,
}

impl Known {
    pub(super) fn of(evidence: &Evidence, known_at: Option<KnownAt>) -> Self {
        let Some(KnownAt::Index(index)) = known_at else { return Self::default() };
        let own = evidence.records.own().filter(|own| own.forks().is_empty());
        let known = own.map(|own| own.known_at(index));
        let all = || evidence.acts.iter().map(crate::evidence::VerifiedAct::number);
        let unknown = known.as_ref().map_or_else(|| all().collect(), |known| known.unknown.clone());
        let unknown = all().filter(|number| unknown.contains(number)).collect();
        let later = known.map(|known| known.later).unwrap_or_default().into_iter().collect();
        Self { later, unknown, index: index.get() }
    }

    /// Whether an act is shown to have been known.
    pub(super) fn is(&self, number: u32) -> bool {
        !self.later.contains(&number) && !self.unknown.contains(&number)
    }

    /// Acts that may have been known or not.
    pub(super) fn doubts(&self) -> impl Iterator<Item = Doubt> + '_ {
        let says = format!("nothing shows whether the record had it at index {}", self.index);
        self.unknown.iter().map(move |number| Doubt { number: *number, says: says.clone() })
    }
}

/// What is withheld, by every record in the bundle.
pub(super) fn withheld(bundle: &Bundle, evidence: &Evidence, known_at: Option<KnownAt>) -> Vec<Withheld> {
    testimonies(&evidence.records)
        .enumerate()
        .filter_map(|(ix, record)| {
            let own = ix == 0 && evidence.records.own().is_some();
            let mut withheld = of(bundle, record, own)?;
            // The index is one of the bundle's own record: of when another had something it says nothing.
            if let Some(KnownAt::Index(index)) = known_at.filter(|_| own) {
                // What the record has after an act that is later is later too.
                let later =
                    record.acts().iter().filter(|act| act.state().index().is_some_and(|at| at > index));
                let first = later.filter_map(|act| act.place()).min().unwrap_or(u32::MAX);
                withheld.numbers.retain(|number| *number < first);
                withheld.bearing.retain(|number| *number < first);
            }
            (!withheld.numbers.is_empty()).then_some(withheld)
        })
        .collect()
}

fn of(bundle: &Bundle, record: &Testimony, own: bool) -> Option<Withheld> {
    let origin = record.origin().as_str().to_owned();
    match record.completeness() {
        Completeness::CompleteTo(_) => None,
        Completeness::Withheld { numbers, bearing, .. } => {
            let (numbers, bearing) = (numbers.clone(), bearing.clone());
            Some(Withheld { origin, own, proven: true, numbers, bearing })
        }
        // Links that nothing proves are the bundle's own word. Against itself it is taken.
        Completeness::Unproven(_) => {
            let links = bundle.own_record().filter(|_| own)?.links.iter();
            let shown: BTreeSet<u32> = bundle.acts.iter().map(|act| act.number).collect();
            let missing: Vec<_> = links.filter(|link| !shown.contains(&link.number)).collect();
            let numbers = missing.iter().map(|link| link.number).collect();
            let bearing = missing.iter().filter(|link| link.bears).map(|link| link.number).collect();
            Some(Withheld { origin, own, proven: false, numbers, bearing })
        }
    }
}

/// `act 4`, `acts 4, 9`
pub(crate) fn acts(numbers: &[u32]) -> String {
    let many = if numbers.len() == 1 { "act" } else { "acts" };
    let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    format!("{many} {}", numbers.join(", "))
}

/// The acts that an answer could hang on, in words; `None`: nothing that bears is withheld.
fn bearing(withheld: &[Withheld]) -> Option<String> {
    let said: Vec<String> = withheld
        .iter()
        .filter(|withheld| !withheld.bearing.is_empty())
        .map(|withheld| {
            let whose =
                if withheld.own { String::new() } else { format!(" of the record {}", withheld.origin) };
            format!("{}{whose}", acts(&withheld.bearing))
        })
        .collect();
    (!said.is_empty()).then(|| said.join(" and "))
}

/// Where acts that could change an answer are withheld, no answer is given: nobody can tell what they are.
pub(super) fn hold_back(decision: &mut Decision, withheld: &[Withheld]) {
    let Some(acts) = bearing(withheld) else { return };
    for party in &mut decision.parties {
        for column in [&mut party.internal, &mut party.legal, &mut party.gate] {
            if matches!(column.verdict, Verdict::None) {
                continue;
            }
            let would_be = column.verdict.word();
            let says = format!(
                "{acts}: withheld, and of a kind that can change this (by what is shown it would be {would_be}); ask for an export that holds it"
            );
            let why = vec![Reason { rule: Rule::Recognition, says, facts: Vec::new() }];
            *column = Column { verdict: Verdict::Unknown, why, proof: None };
        }
        party.headline = Headline::of(&party.legal.verdict, &party.gate.verdict);
        party.gloss = None;
    }
}

/// An order's finding, unless a withheld act could change it.
pub(super) fn unless_withheld(finding: OrderFinding, withheld: &[Withheld]) -> OrderFinding {
    let Some(acts) = bearing(withheld).filter(|_| finding.answer != OrderAnswer::Unknown) else {
        return finding;
    };
    let says = format!(
        "{acts}: withheld, and of a kind that can change this (by what is shown: {}, {})",
        finding.answer.word(),
        finding.says
    );
    OrderFinding { answer: OrderAnswer::Unknown, says, ..finding }
}

/// What each record shows.
pub(super) fn records(evidence: &Evidence, withheld: Vec<Withheld>) -> Vec<RecordLine> {
    let mut lines: Vec<RecordLine> =
        testimonies(&evidence.records).map(|record| line(evidence, record)).collect();
    if let Some(first) = lines.first_mut() {
        first.own = evidence.records.own().is_some();
    }
    for withheld in withheld {
        let line = lines.iter_mut().find(|line| line.origin == withheld.origin);
        if let Some(line) = line {
            line.withheld = Some(withheld);
        }
    }
    lines
}

fn line(evidence: &Evidence, record: &Testimony) -> RecordLine {
    let origin = record.origin().as_str().to_owned();
    let proven = || record.acts().iter().filter_map(|act| act.state().proven());
    let head = record.completeness().head();
    let newest = head.map(crate::record::Head::proven).into_iter().chain(proven());
    let newest = newest.map(crate::record::Proven::included).max_by_key(|included| included.size());
    let indices = || proven().map(|proven| proven.included().index().get());
    let incomplete = match record.completeness() {
        Completeness::Unproven(reason) => Some(reason.to_string()),
        Completeness::CompleteTo(_) | Completeness::Withheld { .. } => None,
    };
    let lies = record.lies().iter().map(ToString::to_string);
    RecordLine {
        trusted: evidence.trust.knows(&origin),
        origin,
        own: false,
        size: newest.map(|included| included.size().get()),
        range: indices().min().zip(indices().max()),
        head: head.map(crate::record::Head::number),
        withheld: None,
        incomplete,
        quorum: newest.map(|included| quorate(included.quorum())),
        acts: record.acts().iter().map(|act| recorded(act.number(), act.state())).collect(),
        contradictions: lies.chain(record.forks().iter().map(ToString::to_string)).collect(),
    }
}

fn quorate(quorum: &Quorum) -> Quorate {
    let at = |cosigner: &Cosigner| {
        (cosigner.name.to_string(), instant(i64::try_from(cosigner.time.get()).unwrap_or(i64::MAX)))
    };
    let needed = quorum.asked().map(|asked| match asked {
        Member::Witness { .. } => 1,
        Member::Group { threshold, .. } => *threshold,
    });
    Quorate {
        met: needed.is_some() && quorum.is_met(),
        needed,
        signed: quorum.signed().iter().map(at).collect(),
        missing: quorum.missing().iter().map(ToString::to_string).collect(),
    }
}

fn recorded(number: u32, state: &RecordState) -> RecordedAct {
    let quorum = state.proven().map(|proven| proven.included().quorum());
    let met = quorum.filter(|_| state.is_witnessed());
    let says = match state {
        RecordState::Unproven(reason) => Some(reason.to_string()),
        RecordState::Proven(_) if !state.is_witnessed() => quorum.map(|quorum| match quorum.asked() {
            None => "you trust no witness".to_owned(),
            Some(_) => format!("quorum {quorum}"),
        }),
        _ => None,
    };
    RecordedAct {
        number,
        state: state.word(),
        index: state.index().map(countersign_tlog::size::LeafIndex::get),
        witnessed_at: met.and_then(met_at),
        says,
    }
}
