//! The report: a pure function of (bundle, policy, as-of, known-at).

use std::collections::BTreeMap;

use countersign_agreement::clock::{Clock, clock};
use countersign_agreement::kind::Kind;
use countersign_agreement::order::Order;
use countersign_agreement::replay::{Admitted, Flag, Replay, State};
use countersign_agreement::text::Manifest;
use countersign_authority::model::act::Act;
use countersign_authority::model::map::Map;
use countersign_authority::model::name::{Digest, PartyId};
use countersign_authority::model::policy::{Event, Policy};
use countersign_authority::model::terms::{By, Clause, EntryIntoForce, Obligation, Terms};
use countersign_authority::model::time::{Instant, Utc, Zone};
use countersign_authority::order::{OrderFinding, OrderQuestion, order};
use countersign_authority::verdict::{Asked, Decision, Verdict};
use countersign_authority::{Ask, Question, World, WorldError, decide};
use countersign_notation::diagnostic::Diagnostic;
use countersign_notation::{digest::sha256, parse, resolve, time};
use countersign_signature::Certificate;
use countersign_tlog::policy::Policy as TrustedRecords;
use serde_json::Value;

use crate::bundle::Bundle;
use crate::decision::Rendering;
use crate::evidence::{Discarded, Evidence, Reader, VerifiedAct, examine};
use crate::recorded::{KnownAt, UnreadKey};

mod hanging;
mod record;
mod signed;

use hanging::{Hanging, decided};
pub(crate) use record::acts;
use record::{Known, hold_back, records, unless_withheld, withheld};
pub use record::{Quorate, RecordLine, RecordedAct, Withheld};
pub use signed::{Doubt, PdfLine, SignerLine, TimeLine};
use signed::{bound_times, doubts, made_late, pdfs, signers, times};

/// Why no report can be made of a bundle.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ReportError {
    /// Maps or terms of the bundle can't be read.
    #[error("the bundle's maps or terms can't be read")]
    Documents(Vec<Diagnostic>),
    /// The maps can't be put together.
    #[error(transparent)]
    World(#[from] WorldError),
    /// The policy names a zone that does not exist.
    #[error(transparent)]
    Zone(#[from] time::TimeError),
}

/// What the report is asked.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReportQuestion<'a> {
    /// What the reader recognises and demands.
    pub policy: Option<&'a Policy>,
    /// Acts later than this are ignored; the latest that an act claims or is proven to be where not said.
    pub as_of: Option<Instant>,
    /// Acts and maps not known by then are ignored; by an index of the record, acts alone.
    pub known_at: Option<KnownAt>,
    /// Certificates of authorities that the reader believes, for signers and for timestamps, beside the policy's.
    pub trust: &'a [Certificate],
    /// Records and witnesses to trust, in the place of the policy's lines.
    pub records: Option<&'a TrustedRecords>,
}

impl<'a> ReportQuestion<'a> {
    fn reader(&self) -> Reader<'a> {
        let Self { policy, as_of, known_at, trust, records } = *self;
        Reader { policy, trust, as_of, known_at, records }
    }
}

/// Something heard: an assurance, a statement, a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// The act that records it.
    pub number: u32,
    /// Which kind.
    pub kind: Kind,
    /// Who spoke.
    pub speaker: String,
    /// For whom they claimed to speak.
    pub speaks_for: Option<String>,
    /// What was said.
    pub says: String,
    /// Whether publicly.
    pub public: bool,
}

/// An obligation and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// The obligation.
    pub obligation: Obligation,
    /// Since when it is in force; `None`: it waits for entry into force.
    pub since: Option<Instant>,
}

/// An order of the dossier and what it comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderLine {
    /// The act.
    pub number: u32,
    /// The order.
    pub order: Order,
    /// What it comes to.
    pub finding: OrderFinding,
}

/// Everything the bundle shows.
#[derive(Debug)]
pub struct Report {
    /// The dossier's title.
    pub title: String,
    /// The dossier's id.
    pub dossier: String,
    /// Acts later than this were ignored.
    pub as_of: Instant,
    /// What the evidence was known by, if limited.
    pub known_at: Option<KnownAt>,
    /// The verdicts.
    pub decision: Decision,
    /// The verdicts as JSON, with every statement that proofs cite.
    pub decision_json: Value,
    /// Full names of parties, persons' names, numbers of acts: for words.
    pub names: Names,
    /// The terms of the text asked about, if the bundle has them.
    pub terms: Option<Terms>,
    /// Where it stands.
    pub state: State,
    /// When the text entered into force, as far as signatures show.
    pub in_force_since: Option<Instant>,
    /// Assurances, statements, refusals.
    pub heard: Vec<Heard>,
    /// Deadlines of the policy.
    pub clocks: Vec<Clock>,
    /// Obligations of the terms.
    pub duties: Vec<Duty>,
    /// Orders of the dossier.
    pub orders: Vec<OrderLine>,
    /// What happened out of order.
    pub flags: Vec<Flag>,
    /// Acts that count for nothing, and why.
    pub discarded: Vec<Discarded>,
    /// Acts that count for neither yes nor no, and why.
    pub doubts: Vec<Doubt>,
    /// How far the time of each act that counts is proven.
    pub times: Vec<TimeLine>,
    /// What the records that the dossier is in show, the bundle's own first.
    pub records: Vec<RecordLine>,
    /// `trust` lines of records and witnesses that trust nobody.
    pub unread_keys: Vec<UnreadKey>,
    /// PDFs that acts sign.
    pub pdfs: Vec<PdfLine>,
    /// Files of `trust/` that are neither certificates nor lists nor answers.
    pub unread: Vec<String>,
    /// Who signed.
    pub signers: Vec<SignerLine>,
    /// How many acts the bundle has.
    pub acts: usize,
    /// Those of them that count and that were done by the time asked about.
    pub by_then: usize,
    /// SHA-256 over the digests of everything in the bundle that the report rests on.
    pub evidence: Digest,
    /// SHA-256 of the policy's canonical JSON.
    pub policy: Option<Digest>,
    /// SHA-256 of the tlog-policy given in the place of the policy's lines, as it is printed.
    pub record_policy: Option<Digest>,
}

/// Names for words.
#[derive(Debug, Default)]
pub struct Names {
    /// Full names of parties.
    pub parties: BTreeMap<String, String>,
    /// Numbers of acts by id.
    pub acts: BTreeMap<String, u32>,
}

/// Makes the report.
///
/// # Errors
/// [`ReportError`] where maps or terms of the bundle can't be read. What is wrong with acts is in the report.
pub fn report(bundle: &Bundle, question: ReportQuestion<'_>) -> Result<Report, ReportError> {
    let policy = question.policy;
    let maps = maps(bundle)?;
    let terms = terms(bundle)?;
    let zone: Box<dyn Zone + Sync> = match policy.and_then(|policy| policy.zone()) {
        Some(name) => Box::new(time::zone(name)?),
        None => Box::new(Utc),
    };
    let evidence = examine(bundle, &maps, &question.reader());
    let known = Known::of(&evidence, question.known_at);
    let acts = || evidence.acts.iter().filter(|act| !known.later.contains(&act.number()));
    let latest = acts().map(VerifiedAct::latest).max().unwrap_or(Instant::MIN);
    let as_of = question.as_of.unwrap_or(latest);
    let known_at = question.known_at.and_then(KnownAt::time);
    let horizon = as_of.min(known_at.unwrap_or(Instant::MAX));
    let admitted: Vec<Admitted> =
        acts().filter(|act| act.act().at <= horizon).map(VerifiedAct::admitted).collect();
    let mut doubts = doubts(&evidence);
    doubts.retain(|doubt| !known.later.contains(&doubt.number));
    doubts.extend(known.doubts());
    let withheld = withheld(bundle, &evidence, question.known_at);
    let mut replay = Replay::of(&admitted);
    replay.flags.extend(bound_times(&mut replay.facts, &evidence));
    let with_record = with_record(&maps, &mut replay, policy, zone.as_ref())?;
    let record = u32::try_from(maps.len()).unwrap_or(u32::MAX);
    let world = World::new(&with_record, policy, zone.as_ref())?.with_record(record);
    let milestones: Vec<(Event, Instant)> = replay.milestones.iter().map(|m| (m.event, m.at)).collect();
    let parties: Vec<PartyId> =
        bundle.manifest.parties.iter().filter_map(|party| PartyId::new(party).ok()).collect();
    let ask = Question { ask: Ask::Text, as_of: Some(as_of), known_at, parties, milestones };
    let mut late = made_late(&evidence);
    late.retain(|number, _| admitted.iter().any(|act| act.number == *number));
    let hanging = Hanging {
        maps: &with_record,
        policy,
        zone: zone.as_ref(),
        replay: &replay,
        admitted: &admitted,
        doubts: &doubts,
        late: &late,
    };
    let mut decision = decided(&world, &ask, &hanging);
    hold_back(&mut decision, &withheld);
    let rendering = Rendering { world: &world, acts: &replay.facts };
    let decision_json = rendering.json(&decision);
    let text = match decision.asked {
        Asked::Text(text) => text,
        _ => None,
    };
    let terms = text.and_then(|text| terms_of(bundle, text, &terms));
    let in_force_since =
        terms.as_ref().and_then(|terms| in_force(terms, text, &decision, &replay.facts, zone.as_ref()));
    let mut orders = orders(&world, &admitted, &replay.facts, text, terms.as_ref());
    for line in &mut orders {
        line.finding = unless_withheld(line.finding.clone(), &withheld);
    }
    let duties = terms.iter().flat_map(|terms| duties(terms, in_force_since, zone.as_ref())).collect();
    let clocks = policy
        .into_iter()
        .flat_map(countersign_authority::model::policy::Policy::deadlines)
        .map(|deadline| {
            let own = deadline.zone.as_deref().map(time::zone).transpose()?;
            let zone: &dyn Zone = own.as_ref().map_or(zone.as_ref(), |zone| zone);
            Ok(clock(deadline, &replay, as_of, zone))
        })
        .collect::<Result<Vec<_>, ReportError>>()?;
    Ok(Report {
        title: bundle.manifest.title.clone(),
        dossier: bundle.manifest.id.clone(),
        as_of,
        known_at: question.known_at,
        names: names(&maps, &evidence),
        decision,
        decision_json,
        terms,
        state: replay.state.clone(),
        in_force_since,
        heard: heard(&admitted),
        clocks,
        duties,
        orders,
        flags: replay.flags.clone(),
        signers: signers(&evidence),
        doubts,
        times: times(&evidence),
        pdfs: pdfs(&evidence),
        records: records(&evidence, withheld),
        unread_keys: evidence.trust.unread().to_vec(),
        unread: evidence.unread,
        discarded: evidence.discarded,
        acts: bundle.acts.len(),
        by_then: admitted.len(),
        evidence: evidence_digest(bundle),
        policy: policy.map(countersign_notation::digest::policy),
        record_policy: question.records.map(|records| sha256(&records.to_bytes())),
    })
}

/// The maps, and the record's own statements as the last of them. What an act states of a grant, office or person that nothing
/// declares counts for nothing: else one act could stop every report.
fn with_record(
    maps: &[Map],
    replay: &mut Replay,
    policy: Option<&Policy>,
    zone: &(dyn Zone + Sync),
) -> Result<Vec<Map>, ReportError> {
    loop {
        let mut all = maps.to_vec();
        all.push(replay.record_map());
        let (at, name) = match World::new(&all, policy, zone) {
            Err(WorldError::Undeclared { at, name }) => (at, name),
            Err(other) => return Err(other.into()),
            Ok(_) => return Ok(all),
        };
        let place = usize::try_from(at.statement).unwrap_or(usize::MAX);
        let of_record = usize::try_from(at.map).is_ok_and(|map| map == maps.len());
        if !of_record || place >= replay.record.len() || place >= replay.made_by.len() {
            return Err(WorldError::Undeclared { at, name }.into());
        }
        replay.record.remove(place);
        let number = replay.made_by.remove(place);
        let says =
            format!("act {number} names {name}, which no map and no act declares: it counts for nothing");
        replay.flags.push(Flag { number, says });
    }
}

fn maps(bundle: &Bundle) -> Result<Vec<Map>, ReportError> {
    let mut errors = Vec::new();
    let mut parsed = Vec::new();
    for (name, bytes) in &bundle.maps {
        match parse::map(name, bytes) {
            Ok(map) => parsed.push(map),
            Err(found) => errors.extend(found),
        }
    }
    if errors.is_empty() {
        resolve::resolve(&parsed, None, &[]).map_err(ReportError::Documents)?;
        Ok(parsed.into_iter().map(|map| map.value).collect())
    } else {
        Err(ReportError::Documents(errors))
    }
}

fn terms(bundle: &Bundle) -> Result<BTreeMap<Digest, Terms>, ReportError> {
    let mut all = BTreeMap::new();
    for (name, bytes) in &bundle.terms {
        let terms = parse::terms(name, bytes).map_err(ReportError::Documents)?;
        all.insert(sha256(bytes), terms.value);
    }
    Ok(all)
}

/// The terms that a text's manifest names.
fn terms_of(bundle: &Bundle, text: Digest, terms: &BTreeMap<Digest, Terms>) -> Option<Terms> {
    let (_, bytes) = bundle.documents.get(&text)?;
    let manifest = Manifest::read(bytes).ok()?;
    terms.get(&manifest.terms?).cloned()
}

/// When a text entered into force, as far as attributable signatures show.
fn in_force(
    terms: &Terms,
    text: Option<Digest>,
    decision: &Decision,
    facts: &[Act],
    zone: &dyn Zone,
) -> Option<Instant> {
    let rule = terms.clauses.iter().find_map(|clause| match clause {
        Clause::EntryIntoForce(rule) => Some(rule),
        _ => None,
    })?;
    let bound = |party: &PartyId| {
        decision.parties.iter().any(|p| p.party == *party && p.legal.verdict == Verdict::Yes)
    };
    let when = |kind, needed: &By| {
        let mut times: Vec<Instant> = terms
            .between
            .iter()
            .filter(|party| bound(party))
            .filter_map(|party| {
                let own = |fact: &&Act| fact.on_behalf_of == *party && fact.kind == kind && fact.text == text;
                facts.iter().find(own).map(|fact| fact.at)
            })
            .collect();
        times.sort_unstable();
        let needed = match needed {
            By::All => terms.between.len(),
            By::Count(count) => usize::from(*count),
        };
        needed.checked_sub(1).and_then(|last| times.get(last).copied())
    };
    use countersign_authority::model::act::ActKind;
    match rule {
        EntryIntoForce::OnSignature(by) => when(ActKind::Sign, by),
        EntryIntoForce::OnRatification(by) => when(ActKind::Ratify, by),
        EntryIntoForce::On(moment) => {
            let at = moment.instant(zone);
            (terms.between.iter().all(bound) && at <= decision.as_of).then_some(at)
        }
    }
}

fn duties(terms: &Terms, since: Option<Instant>, zone: &dyn Zone) -> Vec<Duty> {
    use countersign_authority::model::terms::Start;
    terms
        .clauses
        .iter()
        .filter_map(|clause| match clause {
            Clause::Obligation(obligation) => Some(obligation.clone()),
            _ => None,
        })
        .map(|obligation| {
            let from = match obligation.from {
                Some(Start::Moment(moment)) => Some(moment.instant(zone)),
                _ => None,
            };
            // Nothing is owed before the text is in force; a later date starts later.
            let since = since.map(|since| from.map_or(since, |from| from.max(since)));
            Duty { obligation, since }
        })
        .collect()
}

fn orders(
    world: &World<'_>,
    admitted: &[Admitted],
    facts: &[Act],
    text: Option<Digest>,
    terms: Option<&Terms>,
) -> Vec<OrderLine> {
    let (Some(text), Some(terms)) = (text, terms) else { return Vec::new() };
    admitted
        .iter()
        .filter_map(|admitted| {
            let held = Order::of(&admitted.act, admitted.id)?;
            let question = OrderQuestion { order: &held.act, sets: &held.sets, terms, text };
            let finding = order(world, facts, question);
            Some(OrderLine { number: admitted.number, order: held, finding })
        })
        .collect()
}

fn heard(admitted: &[Admitted]) -> Vec<Heard> {
    admitted
        .iter()
        .filter_map(|Admitted { number, act, .. }| {
            let (speaker, speaks_for, public) = match act.kind {
                Kind::Assurance | Kind::Statement => (
                    act.words("speaker")?.to_owned(),
                    act.words("speaks_for").map(str::to_owned),
                    act.flag("public"),
                ),
                Kind::Refuse => {
                    let public = act.visibility == countersign_authority::model::act::Visibility::Public;
                    (act.on_behalf_of.to_string(), None, public)
                }
                _ => return None,
            };
            let says = act.words("says").unwrap_or_default().to_owned();
            Some(Heard { number: *number, kind: act.kind, speaker, speaks_for, says, public })
        })
        .collect()
}

fn names(maps: &[Map], evidence: &Evidence) -> Names {
    use countersign_authority::model::map::Fact;
    let mut names = Names::default();
    for statement in maps.iter().flat_map(|map| &map.statements) {
        if let Fact::Party(party) = &statement.fact {
            names.parties.entry(party.id.to_string()).or_insert_with(|| party.name.clone());
        }
    }
    names.acts = evidence.acts.iter().map(|act| (act.id().to_string(), act.number())).collect();
    names
}

/// One digest over all that was read, so that two reports can be seen to rest on the same evidence.
fn evidence_digest(bundle: &Bundle) -> Digest {
    let mut all = Vec::new();
    for act in &bundle.acts {
        all.extend_from_slice(&act.id.0);
        all.extend_from_slice(&sha256(&act.p7s).0);
        all.extend(act.tsr.iter().flat_map(|tsr| sha256(tsr).0));
        all.extend(act.tlog_proof.iter().flat_map(|proof| sha256(proof).0));
        all.extend(act.salt.iter().flat_map(|salt| *salt.as_bytes()));
    }
    for (origin, record) in &bundle.records {
        all.extend_from_slice(&sha256(origin.as_str().as_bytes()).0);
        all.extend(record.links.iter().flat_map(|link| link.digest().0));
        all.extend(record.head.iter().flat_map(|head| sha256(head).0));
        for proof in record.acts.values() {
            all.extend(proof.tlog_proof.iter().flat_map(|proof| sha256(proof).0));
            all.extend(proof.salt.iter().flat_map(|salt| *salt.as_bytes()));
        }
    }
    for bytes in bundle.maps.values().chain(bundle.terms.values()).chain(bundle.trust.values()) {
        all.extend_from_slice(&sha256(bytes).0);
    }
    for digest in bundle.documents.keys() {
        all.extend_from_slice(&digest.0);
    }
    sha256(&all)
}

/// Holds an order that somebody has in hand against the latest text of a bundle.
///
/// # Errors
/// As [`report`].
pub fn hold_order(
    bundle: &Bundle,
    question: ReportQuestion<'_>,
    held: &Order,
) -> Result<OrderFinding, ReportError> {
    let maps = maps(bundle)?;
    let all_terms = terms(bundle)?;
    let evidence = examine(bundle, &maps, &question.reader());
    let known = Known::of(&evidence, question.known_at);
    let horizon = held.act.at.min(question.known_at.and_then(KnownAt::time).unwrap_or(Instant::MAX));
    let admitted: Vec<Admitted> = evidence
        .acts
        .iter()
        .filter(|act| act.act().at <= horizon && act.doubt().is_none() && known.is(act.number()))
        .map(VerifiedAct::admitted)
        .collect();
    let withheld = withheld(bundle, &evidence, question.known_at);
    let mut replay = Replay::of(&admitted);
    bound_times(&mut replay.facts, &evidence);
    let world = World::new(&maps, question.policy, &Utc)?;
    let ask = Question { as_of: Some(held.act.at), ..Question::default() };
    let text = match decide(&world, &replay.facts, &ask).asked {
        Asked::Text(text) => text,
        _ => None,
    };
    let unknown = |says: String| OrderFinding {
        answer: countersign_authority::order::OrderAnswer::Unknown,
        says,
        contradicts: Vec::new(),
        signers: Vec::new(),
        lifted_by: None,
    };
    let Some(text) = text else {
        return Ok(unknown(format!("no text had been adopted or signed by {}", time::rfc3339(held.act.at))));
    };
    let Some(terms) = terms_of(bundle, text, &all_terms) else {
        return Ok(unknown(format!("the bundle holds no terms for text {}", text.short())));
    };
    let question = OrderQuestion { order: &held.act, sets: &held.sets, terms: &terms, text };
    Ok(unless_withheld(order(&world, &replay.facts, question), &withheld))
}
