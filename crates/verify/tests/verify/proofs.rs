//! The checker accepts every proof that the search finds on the vectors, and refuses every mutation of each.

use std::collections::BTreeMap;

use countersign_authority::check::{Claim, Evidence, check};
use countersign_authority::model::act::Act;
use countersign_authority::model::map::{Fact, Map};
use countersign_authority::model::time::{Instant, Utc};
use countersign_authority::proof::Proof;
use countersign_authority::verdict::{Asked, ColumnName, Rule, StatementRef, Verdict};

/// A way to spoil a node of a proof.
type Mutation = (&'static str, fn(&mut Proof, &[Map], &[Act]) -> bool);

const MUTATIONS: [Mutation; 5] = [
    ("another statement", |node, maps, _| {
        // A party line states no power, no grant, no claim.
        let party = statement(maps, |fact| matches!(fact, Fact::Party(_)));
        node.fact.is_some() && party.is_some_and(|at| node.fact.replace(at) != Some(at))
    }),
    ("no tenure", |node, _, _| node.tenure.take().is_some()),
    ("another person's tenure", |node, maps, _| {
        let Some(own) = node.tenure else { return false };
        let person = |at: StatementRef| match &maps[at.map as usize].statements[at.statement as usize].fact {
            Fact::Tenure(tenure) => Some(tenure.person.clone()),
            _ => None,
        };
        let other = statement(
            maps,
            |fact| matches!(fact, Fact::Tenure(t) if Some(&t.person) != person(own).as_ref()),
        );
        other.is_some_and(|at| {
            node.tenure = Some(at);
            true
        })
    }),
    ("another act", |node, _, acts| {
        let Some(own) = node.act else { return false };
        node.act = Some(own + u32::try_from(acts.len()).expect("few acts"));
        true
    }),
    ("another time", |node, _, _| {
        // Gathering nodes carry a time for the reader only; what they gather is checked at its own.
        let timed = !matches!(node.rule, Rule::Text | Rule::Recognition | Rule::Confirm)
            && (node.rule != Rule::Cond || node.act.is_some() && node.fact.is_some());
        node.at = Instant(-(1 << 80));
        timed
    }),
];

fn statement(maps: &[Map], wanted: impl Fn(&Fact) -> bool) -> Option<StatementRef> {
    (0_u32..).zip(maps).find_map(|(map, m)| {
        let (statement, _) = (0_u32..).zip(&m.statements).find(|(_, s)| wanted(&s.fact))?;
        Some(StatementRef { map, statement })
    })
}

#[test]
fn every_proof_is_accepted_and_every_mutation_refused() {
    let mut table: BTreeMap<(Rule, &str), (u32, u32)> = BTreeMap::new();
    let mut accepted: BTreeMap<Rule, u32> = BTreeMap::new();
    for run in crate::corpus::runs().expect("the vectors can be read") {
        let world = run.world();
        let decision = run.decide(&world);
        let evidence = Evidence {
            maps: &run.maps,
            policy: run.policy.as_ref(),
            zone: &Utc,
            acts: &run.acts,
            record: None,
            known_at: run.question.known_at.unwrap_or(Instant::MAX),
            earlier: &[],
        };
        for party in &decision.parties {
            let columns = [
                (ColumnName::Internal, &party.internal),
                (ColumnName::Legal, &party.legal),
                (ColumnName::Gate, &party.gate),
            ];
            for (column, shown) in columns {
                let (Verdict::Yes, Some(proof)) = (&shown.verdict, &shown.proof) else { continue };
                let act = match &decision.asked {
                    Asked::Act(id) => run.acts.iter().position(|act| act.id == *id),
                    Asked::Mandate => run.acts.iter().rposition(|act| {
                        act.kind == countersign_authority::model::act::ActKind::Mandate
                            && act.on_behalf_of == party.party
                    }),
                    Asked::Text(_) => None,
                };
                let text = match decision.asked {
                    Asked::Text(text) => text,
                    _ => None,
                };
                let act = act.map(|ix| u32::try_from(ix).expect("few acts"));
                let claim = Claim { party: &party.party, column, text, act };
                // A preferred source has dropped a statement that the checker, reading all, still sees.
                let preferred = run.policy.as_ref().is_some_and(|p| {
                    p.rules
                        .iter()
                        .any(|r| matches!(r, countersign_authority::model::policy::Rule::Preference { .. }))
                });
                if preferred {
                    continue;
                }
                if let Err(refused) = check(&evidence, &claim, proof) {
                    panic!("{}: {column:?} of {}: {refused:?}\n{proof:#?}", run.name, party.party);
                }
                for (path, rule) in nodes(proof) {
                    *accepted.entry(rule).or_default() += 1;
                    for (name, mutate) in MUTATIONS {
                        let mut spoilt = proof.clone();
                        if !mutate(at(&mut spoilt, &path), &run.maps, &run.acts) {
                            continue;
                        }
                        let (refused, tried) = table.entry((rule, name)).or_default();
                        *tried += 1;
                        match check(&evidence, &claim, &spoilt) {
                            Err(_) => *refused += 1,
                            Ok(()) => {
                                println!("{}: {column:?} {rule:?} {name} at {path:?} is accepted", run.name);
                            }
                        }
                    }
                }
            }
        }
    }
    println!("{:<12} {:<24} refused / tried", "rule", "mutation");
    for ((rule, name), (refused, tried)) in &table {
        println!("{:<12} {name:<24} {refused} / {tried}", rule.word());
    }
    println!("nodes accepted: {accepted:?}");
    for rule in [Rule::Orig, Rule::Deleg, Rule::Joint, Rule::Cond, Rule::Confirm, Rule::Attrib, Rule::Gate] {
        assert!(accepted.contains_key(&rule), "no vector proves by {}", rule.word());
        assert!(table.keys().any(|(r, _)| *r == rule), "no mutation of {} was tried", rule.word());
    }
    let slipped: Vec<_> = table.iter().filter(|(_, (refused, tried))| refused != tried).collect();
    assert!(slipped.is_empty(), "mutations accepted: {slipped:?}");
}

/// Every node of a proof by its path.
fn nodes(proof: &Proof) -> Vec<(Vec<usize>, Rule)> {
    let mut all = vec![(Vec::new(), proof.rule)];
    for (ix, premise) in proof.premises.iter().enumerate() {
        all.extend(nodes(premise).into_iter().map(|(mut path, rule)| {
            path.insert(0, ix);
            (path, rule)
        }));
    }
    all
}

fn at<'p>(proof: &'p mut Proof, path: &[usize]) -> &'p mut Proof {
    path.iter().fold(proof, |node, ix| &mut node.premises[*ix])
}

#[test]
fn the_checker_imports_nothing_of_the_search() {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../authority/src/check");
    for entry in std::fs::read_dir(dir).expect("the checker") {
        let path = entry.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("a source file");
        for banned in ["crate::search", "crate::judge", "crate::world", "crate::order"] {
            assert!(!text.contains(banned), "{} imports {banned}", path.display());
        }
        assert!(text.lines().count() <= 410, "{} has grown", path.display());
    }
}
