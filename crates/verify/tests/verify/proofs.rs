//! The checker accepts every proof that the search finds on the vectors; refuses every mutation of each; and refuses
//! each against a world in which the opposite was stated, where that matters.

use std::cell::RefCell;
use std::collections::BTreeMap;

use countersign_authority::check::{Claim, Evidence, check};
use countersign_authority::decide_showing;
use countersign_authority::model::act::{Act, ActKind};
use countersign_authority::model::map::{
    ConsentRule, Decider, Fact, Head, Map, Notice, Office, Power, PrincipalClaim, Restriction, Revocation,
    Role, Statement,
};
use countersign_authority::model::name::{Digest, OfficeId, PersonId};
use countersign_authority::model::policy::{self, Policy, Recognised, Recognition};
use countersign_authority::model::time::{Instant, Moment, Validity};
use countersign_authority::proof::Proof;
use countersign_authority::verdict::{ColumnName, Rule, StatementRef};

/// How often a mutation was refused, how often tried, by rule and name.
type Table = BTreeMap<(Rule, &'static str), (u32, u32)>;

/// A node of a proof with its path and what surrounds it.
struct Place<'a> {
    e: &'a Evidence<'a>,
    claim: &'a Claim<'a>,
    root: &'a Proof,
    node: &'a Proof,
    path: Vec<usize>,
}

impl Place<'_> {
    fn fact(&self, at: Option<StatementRef>) -> Option<&Fact> {
        let at = at?;
        Some(&self.e.maps[at.map as usize].statements[at.statement as usize].fact)
    }

    fn act(&self) -> Option<&Act> {
        // The act of the node, or the one that a grant's chain serves.
        let mut serving = self.node.act;
        let mut at = self.root;
        for ix in &self.path {
            serving = at.act.or(serving);
            at = &at.premises[*ix];
        }
        let ix = self.node.act.or(serving).or(self.claim.act)?;
        Some(&self.e.acts[ix as usize])
    }

    /// The proof with this node changed.
    fn spoilt(&self, change: impl FnOnce(&mut Proof)) -> Proof {
        let mut proof = self.root.clone();
        change(self.path.iter().fold(&mut proof, |node, ix| &mut node.premises[*ix]));
        proof
    }

    fn statements(&self) -> impl Iterator<Item = (StatementRef, &Fact)> {
        (0_u32..).zip(self.e.maps).flat_map(|(map, m)| {
            (0_u32..).zip(&m.statements).map(move |(s, x)| (StatementRef { map, statement: s }, &x.fact))
        })
    }
}

/// Ways to spoil a node, each with every proof that results.
/// A mutation's name, and the proofs it makes of one.
type Mutation = (&'static str, fn(&Place<'_>) -> Vec<Proof>);

const MUTATIONS: [Mutation; 11] = [
    ("another statement", |p| {
        let kind = |fact: &Fact| std::mem::discriminant(fact);
        let Some(own) = p.fact(p.node.fact) else { return Vec::new() };
        let other = p.statements().filter(|(_, fact)| kind(fact) != kind(own));
        other.map(|(at, _)| p.spoilt(|node| node.fact = Some(at))).collect()
    }),
    ("no statement", |p| p.node.fact.iter().map(|_| p.spoilt(|node| node.fact = None)).collect()),
    ("another grant", |p| {
        // Only a grant acted under is the one and no other.
        let Some(Fact::Grant(own)) = p.fact(p.node.fact) else { return Vec::new() };
        if p.act().is_none_or(|act| act.under.as_ref() != Some(&own.id)) {
            return Vec::new();
        }
        let other = p.statements().filter(|(_, fact)| matches!(fact, Fact::Grant(g) if g.id != own.id));
        other.map(|(at, _)| p.spoilt(|node| node.fact = Some(at))).collect()
    }),
    ("no tenure", |p| p.node.tenure.iter().map(|_| p.spoilt(|node| node.tenure = None)).collect()),
    ("another's tenure", |p| {
        let Some(Fact::Tenure(own)) = p.fact(p.node.tenure) else { return Vec::new() };
        let other =
            p.statements().filter(|(_, fact)| matches!(fact, Fact::Tenure(t) if t.person != own.person));
        other.map(|(at, _)| p.spoilt(|node| node.tenure = Some(at))).collect()
    }),
    ("another act", |p| {
        let Some(own) = p.node.act else { return Vec::new() };
        let alike = |a: &Act| {
            let own = &p.e.acts[own as usize];
            (a.kind, a.text, &a.by) == (own.kind, own.text, &own.by)
        };
        let none = u32::try_from(p.e.acts.len()).expect("few acts");
        let other = (0..none).filter(|ix| !alike(&p.e.acts[*ix as usize])).chain([none]);
        other.map(|ix| p.spoilt(|node| node.act = Some(ix))).collect()
    }),
    ("another time", |p| {
        // Gathering nodes carry a time for the reader only; what they gather is checked at its own.
        let timed = !matches!(p.node.rule, Rule::Text | Rule::Recognition)
            && (p.node.rule != Rule::Cond || p.node.act.is_some() && p.node.fact.is_some());
        // Within the uncertain time of an act one moment is as good as another.
        let last = p.node.act.map_or(p.node.at, |ix| p.e.acts[ix as usize].not_after);
        let times = [Instant(-(1 << 80)), Instant(last.0 + 1), Instant(1 << 80)];
        times.into_iter().filter(|_| timed).map(|at| p.spoilt(|node| node.at = at)).collect()
    }),
    ("a premise dropped", |p| {
        let all = 0..p.node.premises.len();
        // More joint signers than must sign may have signed.
        let spare = |node: &Proof| match p.fact(node.fact) {
            Some(Fact::Power(Power { head: Head::Jointly(joint), .. })) => joint.must() < node.premises.len(),
            _ => false,
        };
        // An authorised confirmation gives effect by itself, whoever signed.
        let confirmed =
            |ix: &usize| *ix == 0 && p.node.premises.get(1).is_some_and(|q| q.rule == Rule::Confirm);
        all.filter(|ix| !spare(p.node) && !confirmed(ix))
            .map(|ix| p.spoilt(|node| drop(node.premises.remove(ix))))
            .collect()
    }),
    ("a premise twice", |p| {
        // Twice followed up is followed up.
        let all = (0..p.node.premises.len()).filter(|_| p.node.rule != Rule::Cond);
        all.map(|ix| p.spoilt(|node| node.premises.insert(ix, node.premises[ix].clone()))).collect()
    }),
    ("premises swapped", |p| {
        let ordered = matches!(p.node.rule, Rule::Deleg | Rule::Text | Rule::Cond);
        let differ = p.node.premises.first() != p.node.premises.last()
            && p.node.premises.iter().all(|premise| premise.rule != Rule::Confirm);
        if ordered && differ { vec![p.spoilt(|node| node.premises.reverse())] } else { Vec::new() }
    }),
    ("another rule", |p| {
        let rules = [Rule::Orig, Rule::Deleg, Rule::Joint, Rule::Attrib, Rule::Term];
        let bearing = matches!(p.node.rule, Rule::Orig | Rule::Deleg | Rule::Joint | Rule::Attrib);
        let other = rules.into_iter().filter(|rule| bearing && *rule != p.node.rule);
        other.map(|rule| p.spoilt(|node| node.rule = rule)).collect()
    }),
];

/// What a world says that it did not.
struct Added {
    maps: Vec<Map>,
    policy: Option<Policy>,
}

/// Ways to state the opposite of what a node rests on.
/// A world's name, and what is added to it.
type World = (&'static str, fn(&Place<'_>) -> Option<Added>);

const WORLDS: [World; 12] = [
    ("the tenure had ended", |p| Some(ended(p, p.node.tenure?))),
    ("the statement had ended", |p| Some(ended(p, p.node.fact.filter(|_| p.node.rule != Rule::Cond)?))),
    ("a grant revoked", |p| {
        let Some(Fact::Grant(grant)) = p.fact(p.node.fact) else { return None };
        let with = p.act()?.with.clone();
        if p.claim.column == ColumnName::Legal && with.is_empty() {
            return None;
        }
        let notified = with.into_iter().map(|to| Notice { to, at: Moment::Instant(Instant::MIN) }).collect();
        let fact = Fact::Revocation(Revocation { grant: grant.id.clone(), by: None, notified });
        add(p, p.node.fact, &[fact])
    }),
    ("an exclusive power of another", |p| {
        let Some(Fact::Power(power)) = p.fact(p.node.fact) else { return None };
        let head = Head::Office(OfficeId::new("zz").ok()?);
        let exclusive = Power { head, exclusive: true, reserved: false, ..power.clone() };
        add(p, p.node.fact, &[office(p), Fact::Power(exclusive)])
    }),
    ("a power reserved", |p| {
        // A reservation stops delegation only.
        let above = p.path.len() > 1 || p.root.rule == Rule::Deleg;
        let Some((Fact::Power(power), Fact::Tenure(tenure))) =
            p.fact(p.node.fact).zip(p.fact(p.node.tenure)).filter(|_| above && p.node.act.is_none())
        else {
            return None;
        };
        let head = Head::Office(tenure.office.clone());
        add(p, p.node.fact, &[Fact::Power(Power { head, reserved: true, ..power.clone() })])
    }),
    ("a restriction known", |p| {
        let Some(Fact::Office(line)) = p.fact(p.node.fact).filter(|_| p.node.rule == Rule::Attrib) else {
            return None;
        };
        let act = p.act()?;
        let restriction = Restriction {
            office: line.id.clone(),
            verbs: vec![act.verb()?],
            matter: act.matter.clone()?,
            fundamental: true,
            publicised: Some(Moment::Instant(Instant::MIN)),
            notified: Vec::new(),
        };
        add(p, p.node.fact, &[Fact::Restriction(restriction)])
    }),
    ("a consent needed", |p| {
        let attributed = p.root.nodes().any(|node| node.rule == Rule::Attrib);
        let signs = p.act().filter(|act| matches!(act.kind, ActKind::Sign | ActKind::Ratify))?;
        let internal = p.path.is_empty() && p.claim.column != ColumnName::Gate && !attributed;
        let asked = p.claim.act.is_none_or(|ix| p.e.acts[ix as usize].kind == signs.kind);
        let rule = ConsentRule {
            party: p.claim.party.clone(),
            matter: signs.matter.clone().filter(|_| internal && asked)?,
            over: None,
            of: OfficeId::new("zz").ok()?,
        };
        add(p, p.node.fact, &[office(p), Fact::ConsentRule(rule)])
    }),
    ("another decides", |p| {
        let claim = PrincipalClaim {
            party: p.claim.party.clone(),
            matter: p.claim.matter.filter(|_| p.node.rule == Rule::Gate)?.clone(),
            decider: Decider::Person(PersonId::new("zz-nobody").ok()?),
            confidence: None,
        };
        add(p, p.node.fact, &[Fact::PrincipalClaim(claim)])
    }),
    ("another gate", |p| {
        let step = match p.act().filter(|_| p.node.rule == Rule::Gate)?.kind {
            ActKind::Mandate => policy::GateStep::OpenTalks,
            _ => policy::GateStep::Conclude,
        };
        let mut policy = p.e.policy?.clone();
        let gate = policy.gates().find(|gate| gate.step == step)?.clone();
        policy.rules.push(policy::Rule::Gate(gate));
        Some(Added { maps: p.e.maps.to_vec(), policy: Some(policy) })
    }),
    ("a gate for witnessed acts", |p| {
        let act = p.act().filter(|act| p.node.rule == Rule::Gate && act.witnessed != Some(true))?;
        let step = match act.kind {
            ActKind::Mandate => policy::GateStep::OpenTalks,
            _ => policy::GateStep::Conclude,
        };
        let mut policy = p.e.policy?.clone();
        for rule in &mut policy.rules {
            if let policy::Rule::Gate(gate) = rule {
                gate.witnessed |= gate.step == step;
            }
        }
        Some(Added { maps: p.e.maps.to_vec(), policy: Some(policy) })
    }),
    ("the source rejected", |p| {
        let source = p.e.maps[p.node.fact?.map as usize].source.clone();
        let mut policy = p.e.policy?.clone();
        let rejects = Recognition { source, standing: Recognised::Reject, on: None };
        policy.rules.push(policy::Rule::Recognition(rejects));
        Some(Added { maps: p.e.maps.to_vec(), policy: Some(policy) })
    }),
    ("an office of another party", |p| {
        let Some(Fact::Tenure(tenure)) = p.fact(p.node.tenure) else { return None };
        let office = tenure.office.clone();
        let own = matches!(p.node.rule, Rule::Orig | Rule::Attrib);
        let mut maps = p.e.maps.to_vec();
        let other = p.act().filter(|_| own)?.with.first()?.clone();
        for statement in maps.iter_mut().flat_map(|map| &mut map.statements) {
            if let Fact::Office(line) = &mut statement.fact
                && line.id == office
            {
                line.of = other.clone();
            }
        }
        Some(Added { maps, policy: p.e.policy.cloned() })
    }),
];

/// Ways to have been seen by fewer: the act of a gate that asks for witnesses, without them or in doubt.
const UNSEEN: [(&str, Option<bool>); 2] = [("not witnessed", Some(false)), ("perhaps witnessed", None)];

fn unseen(p: &Place<'_>, witnessed: Option<bool>) -> Option<Vec<Act>> {
    let asked = p.node.rule == Rule::Gate && p.e.policy?.gates().any(|gate| gate.witnessed);
    let mut acts = p.e.acts.to_vec();
    let act = acts.get_mut(p.node.act.filter(|_| asked)? as usize)?;
    // Where one gate asks and the other does not, only the act of the one is at stake.
    let step = match act.kind {
        ActKind::Mandate => policy::GateStep::OpenTalks,
        _ => policy::GateStep::Conclude,
    };
    p.e.policy?.gates().find(|gate| gate.step == step && gate.witnessed)?;
    act.witnessed = witnessed;
    Some(acts)
}

fn office(p: &Place<'_>) -> Fact {
    Fact::Office(Office {
        id: OfficeId::new("zz").expect("an id"),
        title: "Another".to_owned(),
        of: p.claim.party.clone(),
        role: Role::Decides,
        standing: None,
        collegial: false,
    })
}

/// The maps with statements added to the one that a node rests on.
fn add(p: &Place<'_>, beside: Option<StatementRef>, facts: &[Fact]) -> Option<Added> {
    let map = beside.or_else(|| p.root.nodes().find_map(|node| node.fact))?.map as usize;
    let mut maps = p.e.maps.to_vec();
    let stated = |fact: &Fact| Statement {
        fact: fact.clone(),
        valid: Validity::default(),
        basis: Some("added".to_owned()),
    };
    maps[map].statements.extend(facts.iter().map(stated));
    Some(Added { maps, policy: p.e.policy.cloned() })
}

/// The maps with a statement over by the time of the node.
fn ended(p: &Place<'_>, at: StatementRef) -> Added {
    let mut maps = p.e.maps.to_vec();
    // A gate may refer to the mandate, and to whoever decided then.
    let until = if p.node.rule == Rule::Gate { Instant(-(1 << 80)) } else { p.node.at };
    maps[at.map as usize].statements[at.statement as usize].valid.until = Some(Moment::Instant(until));
    Added { maps, policy: p.e.policy.cloned() }
}

/// Other claims than the one proven.
fn claims<'a>(e: &'a Evidence<'a>, claim: &Claim<'a>) -> Vec<(&'static str, Claim<'a>)> {
    let mut all = Vec::new();
    for act in e.acts.iter().filter(|act| act.on_behalf_of != *claim.party) {
        all.push(("another party", Claim { party: &act.on_behalf_of, ..*claim }));
    }
    if claim.act.is_none() {
        all.push(("another text", Claim { text: Some(Digest([0xee; 32])), ..*claim }));
    }
    if let Some(own) = claim.act {
        let own = &e.acts[own as usize];
        let none = u32::try_from(e.acts.len()).expect("few acts");
        let differs = |ix: &u32| {
            let a = &e.acts[*ix as usize];
            (a.kind, a.text) != (own.kind, own.text)
        };
        let other = (0..none).filter(differs).chain([none]);
        all.extend(other.map(|ix| ("another act", Claim { act: Some(ix), ..*claim })));
    }
    all
}

#[test]
fn every_proof_is_accepted_and_every_mutation_refused() {
    let table: RefCell<Table> = RefCell::default();
    let slipped: RefCell<Vec<String>> = RefCell::default();
    let accepted: RefCell<BTreeMap<Rule, u32>> = RefCell::default();
    for run in crate::corpus::runs().expect("the vectors can be read") {
        let world = run.world();
        let note = |rule, what, refused: bool, claim: &Claim<'_>, path: &[usize]| {
            let mut table = table.borrow_mut();
            let (count, tried) = table.entry((rule, what)).or_default();
            *tried += 1;
            if refused {
                *count += 1;
            } else {
                let at = format!("{}: {:?} of {}", run.name, claim.column, claim.party);
                slipped.borrow_mut().push(format!("{at}: {} {what} at {path:?}", rule.word()));
            }
        };
        let show = |e: &Evidence<'_>, claim: &Claim<'_>, proof: &Proof| {
            assert_eq!(check(e, claim, proof), Ok(()), "{}: {:?}", run.name, claim.column);
            for (path, node) in nodes(proof) {
                *accepted.borrow_mut().entry(node.rule).or_default() += 1;
                let place = Place { e, claim, root: proof, node, path };
                for (what, mutate) in MUTATIONS {
                    for spoilt in mutate(&place) {
                        let refused = check(e, claim, &spoilt).is_err();
                        note(node.rule, what, refused, claim, &place.path);
                    }
                }
                for (what, witnessed) in UNSEEN {
                    if let Some(acts) = unseen(&place, witnessed) {
                        let refused = check(&Evidence { acts: &acts, ..*e }, claim, proof).is_err();
                        note(node.rule, what, refused, claim, &place.path);
                    }
                }
                for (what, state) in WORLDS {
                    if let Some(Added { maps, policy }) = state(&place) {
                        let other = Evidence { maps: &maps, policy: policy.as_ref(), ..*e };
                        let refused = check(&other, claim, proof).is_err();
                        note(node.rule, what, refused, claim, &place.path);
                    }
                }
            }
            for (what, other) in claims(e, claim) {
                note(proof.rule, what, check(e, &other, proof).is_err(), &other, &[]);
            }
            // What is left out must be contradicted by what stands.
            for fact in proof.nodes().filter_map(|node| node.fact) {
                let left_out = [e.left_out, &[fact]].concat();
                let other = Evidence { left_out: &left_out, ..*e };
                note(Rule::Recognition, "left out unduly", check(&other, claim, proof).is_err(), claim, &[]);
            }
        };
        decide_showing(&world, &run.acts, &run.question, &show);
    }
    let (table, slipped, accepted) = (table.into_inner(), slipped.into_inner(), accepted.into_inner());
    println!("{:<12} {:<30} refused / tried", "rule", "mutation");
    for ((rule, name), (refused, tried)) in &table {
        println!("{:<12} {name:<30} {refused} / {tried}", rule.word());
    }
    println!("nodes accepted: {accepted:?}");
    for rule in [Rule::Orig, Rule::Deleg, Rule::Joint, Rule::Cond, Rule::Confirm, Rule::Attrib, Rule::Gate] {
        assert!(accepted.contains_key(&rule), "no vector proves by {}", rule.word());
        assert!(table.keys().any(|(r, _)| *r == rule), "no mutation of {} was tried", rule.word());
    }
    let named = MUTATIONS
        .iter()
        .map(|(name, _)| *name)
        .chain(WORLDS.iter().map(|(name, _)| *name))
        .chain(UNSEEN.iter().map(|(name, _)| *name));
    for name in named {
        assert!(table.keys().any(|(_, known)| *known == name), "`{name}` was never tried");
    }
    assert!(slipped.is_empty(), "accepted:\n{}", slipped.join("\n"));
}

/// Every node of a proof with its path.
fn nodes(proof: &Proof) -> Vec<(Vec<usize>, &Proof)> {
    let mut all = vec![(Vec::new(), proof)];
    for (ix, premise) in proof.premises.iter().enumerate() {
        all.extend(nodes(premise).into_iter().map(|(mut path, node)| {
            path.insert(0, ix);
            (path, node)
        }));
    }
    all
}

#[test]
fn the_checker_is_small_and_imports_nothing_of_the_search() {
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../authority/src");
    let read = |path: &std::path::Path| std::fs::read_to_string(path).expect("a source file");
    let checker = read(&source.join("check.rs"));
    assert!(!source.join("check").exists(), "the checker is one file");
    assert!(checker.lines().count() <= 300, "{} lines", checker.lines().count());
    let evidence = std::fs::read_dir(source.join("evidence")).expect("the evidence");
    let evidence: Vec<String> = evidence.map(|entry| read(&entry.expect("a file").path())).collect();
    for text in evidence.iter().chain([&checker]) {
        for banned in ["crate::search", "crate::judge", "crate::world", "crate::order"] {
            assert!(!text.contains(banned), "imports {banned}");
        }
    }
    for text in evidence {
        assert!(!text.contains("crate::proof"), "the evidence knows no proof");
    }
}
