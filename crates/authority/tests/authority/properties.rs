//! The properties of authority, each over random worlds, each with a count that shows it had something to say.

use std::cell::Cell;

use countersign_authority::check::{Claim, Evidence, check};
use countersign_authority::model::act::{Act, Capacity};
use countersign_authority::model::name::{GrantId, Matter, OfficeId, PartyId, PersonId};
use countersign_authority::model::time::{Instant, NANOS_PER_DAY, Utc};
use countersign_authority::verdict::{ColumnName, Verdict};
use proptest::prelude::*;

use crate::world::{
    Actor, Case, Deed, Grant, OFFICES, PERSONS, Revocation, Standing, ask, case, internal, read, runner,
};

/// Runs a property over worlds; it returns how often it had something to say, which must be often enough.
fn holds(enough: u32, property: impl Fn(&Case) -> Result<u32, TestCaseError>) {
    let mut runner = runner(600);
    let said = Cell::new(0_u32);
    let result = runner.run(&case(), |case| {
        said.set(said.get() + property(&case)?);
        Ok(())
    });
    result.unwrap();
    assert!(said.get() >= enough, "only {} instances", said.get());
}

fn yes(case: &Case, act: usize) -> bool {
    internal(&read(&[&case.map()]), &case.acts(), &format!("a{act}")) == Verdict::Yes
}

#[test]
fn an_act_of_less_needs_no_more_authority() {
    holds(40, |case| {
        let mut case = case.clone();
        // An exclusive power up to an amount, or over part of a matter, takes the smaller act from others.
        case.powers.iter_mut().for_each(|power| (power.exclusive, power.reserved) = (false, false));
        // In a joint rule the others' acts must be of as little.
        case.joints.clear();
        let mut said = 0;
        for act in 0..case.deeds.len() {
            if !yes(&case, act) {
                continue;
            }
            let mut less = case.clone();
            less.deeds[act].amount = 0;
            prop_assert!(yes(&less, act), "a smaller amount\n{}\n{:?}", case.map(), case.deeds[act]);
            if case.deeds[act].matter == 0 {
                less.deeds[act].matter = 1;
                prop_assert!(yes(&less, act), "a narrower matter\n{}\n{:?}", case.map(), case.deeds[act]);
            }
            said += 1;
        }
        Ok(said)
    });
}

#[test]
fn a_revocation_never_adds_power() {
    holds(400, |case| {
        let mut said = 0;
        for grant in 0..case.grants.len() {
            for by in [None, Some(Actor::Person(0)), Some(Actor::Office(1))] {
                let mut revoked = case.clone();
                revoked.revocations.push(Revocation { grant: u8::try_from(grant).unwrap(), by, from: 8 });
                for act in 0..case.deeds.len() {
                    prop_assert!(
                        yes(case, act) || !yes(&revoked, act),
                        "{}\n{:?}",
                        revoked.map(),
                        case.deeds[act]
                    );
                    said += 1;
                }
            }
        }
        Ok(said)
    });
}

#[test]
fn an_unauthorised_revocation_changes_nothing() {
    holds(8, |case| {
        let mut said = 0;
        for act in 0..case.deeds.len() {
            let Standing::Under(grant) = case.deeds[act].standing else { continue };
            // Somebody who holds nothing and grants nothing.
            let stranger = (0_u8..5).find(|p| {
                !case.tenures.iter().any(|t| t.person == *p)
                    && !case.grants.iter().any(|g| g.by == Actor::Person(*p))
            });
            let Some(stranger) = stranger else { continue };
            let mut revoked = case.clone();
            revoked.revocations.push(Revocation { grant, by: Some(Actor::Person(stranger)), from: 0 });
            prop_assert_eq!(yes(case, act), yes(&revoked, act), "{}", revoked.map());
            said += 1;
        }
        Ok(said)
    });
}

#[test]
fn a_grantee_gets_no_more_than_the_grantor_had() {
    holds(8, |case| {
        let mut case = case.clone();
        case.joints.clear();
        let mut said = 0;
        for act in 0..case.deeds.len() {
            let Standing::Under(ix) = case.deeds[act].standing else { continue };
            if !yes(&case, act) {
                continue;
            }
            let Grant { by, from, .. } = case.grants[usize::from(ix)].clone();
            let holders = case.tenures.iter().filter(|t| t.from <= from && from < t.until);
            let mut could: Vec<(u8, Standing)> = match by {
                Actor::Office(o) => {
                    holders.filter(|t| t.office == o).map(|t| (t.person, Standing::Office(o))).collect()
                }
                Actor::Person(p) => {
                    holders.filter(|t| t.person == p).map(|t| (p, Standing::Office(t.office))).collect()
                }
            };
            if let Actor::Person(p) = by {
                could.push((p, Standing::Own));
            }
            let own = could.into_iter().any(|(person, standing)| {
                let mut alone = case.clone();
                alone.deeds = vec![Deed { person, standing, day: from, ..case.deeds[act].clone() }];
                yes(&alone, 0)
            });
            prop_assert!(own, "{}\n{:?}", case.map(), case.deeds[act]);
            said += 1;
        }
        Ok(said)
    });
}

#[test]
fn a_grant_adds_power_to_its_grantee_and_those_below_only() {
    holds(50, |case| {
        let Some((last, rest)) = case.grants.split_last() else { return Ok(0) };
        let mut without = case.clone();
        without.grants = rest.to_vec();
        without.revocations.retain(|r| usize::from(r.grant) < rest.len());
        let mut said = 0;
        for act in 0..case.deeds.len() {
            if matches!(case.deeds[act].standing, Standing::Under(g) if usize::from(g) >= rest.len()) {
                continue;
            }
            let (before, after) = {
                let mut one = without.clone();
                // The grant is gone for everyone: acts that name it would name nothing.
                one.deeds
                    .retain(|d| !matches!(d.standing, Standing::Under(g) if usize::from(g) >= rest.len()));
                let mut other = case.clone();
                other.deeds = one.deeds.clone();
                let at = case.deeds[..act]
                    .iter()
                    .filter(|d| !matches!(d.standing, Standing::Under(g) if usize::from(g) >= rest.len()))
                    .count();
                (yes(&one, at), yes(&other, at))
            };
            // Whoever stands nowhere near the grant is untouched by it.
            let mut near = vec![last.to];
            for _ in 0..=case.grants.len() {
                for grant in &case.grants {
                    let holds = |p: u8, o: u8| case.tenures.iter().any(|t| t.person == p && t.office == o);
                    let by_near = near.iter().any(|n| match (*n, grant.by) {
                        (a, b) if a == b => true,
                        (Actor::Person(p), Actor::Office(o)) | (Actor::Office(o), Actor::Person(p)) => {
                            holds(p, o)
                        }
                        _ => false,
                    });
                    if by_near {
                        near.push(grant.to);
                    }
                }
            }
            let deed = &case.deeds[act];
            let touched = near.contains(&Actor::Person(deed.person))
                || near.iter().any(|n| matches!(n, Actor::Office(o) if case.tenures.iter().any(|t| t.person == deed.person && t.office == *o)));
            if !touched && case.joints.is_empty() {
                prop_assert_eq!(before, after, "{}\n{:?}", case.map(), deed);
                said += 1;
            }
        }
        Ok(said)
    });
}

#[test]
fn a_verdict_as_of_then_known_then_never_changes_as_the_record_grows() {
    holds(600, |case| {
        let text = case.map();
        let before = read(&[&text]);
        let later = text.replace("source \"S\" as of 2025-01-01", "source \"T\" as of 2026-06-01");
        let grown = read(&[&text, &later.replace(" decides ", " advises ")]);
        let acts = case.acts();
        let latest = acts.iter().map(|act| act.at).max().unwrap();
        let mut more = acts.clone();
        for (ix, act) in acts.iter().enumerate() {
            let at = Instant(latest.0 + NANOS_PER_DAY);
            more.push(Act { id: format!("later{ix}").as_str().into(), at, not_after: at, ..act.clone() });
        }
        let known = Instant(latest.0 + 2 * NANOS_PER_DAY);
        for act in 0..acts.len() {
            let id = format!("a{act}");
            let world = |maps: &[_], acts: &[Act]| {
                let world = countersign_authority::World::new(maps, None, &Utc).unwrap();
                countersign_authority::decide(
                    &world,
                    acts,
                    &countersign_authority::Question {
                        ask: countersign_authority::Ask::Act(id.as_str().into()),
                        as_of: Some(latest),
                        known_at: Some(known),
                        parties: vec![PartyId::new("P").unwrap()],
                        milestones: Vec::new(),
                    },
                )
            };
            prop_assert_eq!(world(&before, &acts), world(&grown, &more), "{}\n{:?}", text, case.deeds[act]);
        }
        Ok(1)
    });
}

#[test]
fn another_partys_statements_and_acts_change_nothing() {
    holds(600, |case| {
        let text = case.map();
        let other = "party R \"R\" state\noffice RA \"RA\" of R decides basis \"b\"\nperson fay \"fay\"\n\
            fay holds RA from 2020-01-01 basis \"b\"\nRA may sign on trade reserved exclusive basis \"b\"\n\
            grant RG: RA lets fay ratify on trade from 2026-01-01 basis \"b\"\n";
        let (alone, beside) = (read(&[&text]), read(&[&format!("{text}{other}")]));
        let acts = case.acts();
        let mut more = acts.clone();
        for (ix, act) in acts.iter().enumerate() {
            more.push(Act {
                id: format!("r{ix}").as_str().into(),
                on_behalf_of: PartyId::new("R").unwrap(),
                by: PersonId::new("fay").unwrap(),
                capacity: Some(Capacity::Office(OfficeId::new("RA").unwrap())),
                under: None,
                ..act.clone()
            });
        }
        for act in 0..acts.len() {
            let id = format!("a{act}");
            prop_assert_eq!(
                ask(&alone, &acts, Some(&id), None).parties,
                ask(&beside, &more, Some(&id), None).parties,
                "{}\n{:?}",
                text,
                case.deeds[act]
            );
        }
        Ok(1)
    });
}

/// Every id with a prefix; strings and everything else as they are.
fn renamed(text: &str) -> String {
    let ids = [&OFFICES[..], &PERSONS, &["P", "Q", "trade", "rails", "peace", "G0", "G1", "G2", "G3", "G4"]]
        .concat();
    let mut out = String::new();
    let mut word = String::new();
    let mut quoted = false;
    for c in text.chars().chain(['\n']) {
        if c.is_ascii_alphanumeric() {
            word.push(c);
            continue;
        }
        if !quoted && ids.contains(&word.as_str()) {
            out.push_str("zz_");
        }
        out.push_str(&word);
        word.clear();
        quoted ^= c == '"';
        out.push(c);
    }
    out
}

#[test]
fn names_carry_no_meaning() {
    holds(600, |case| {
        let text = case.map();
        let (plain, other) = (read(&[&text]), read(&[&renamed(&text)]));
        let acts = case.acts();
        let zz = |id: &str| format!("zz_{id}");
        let others: Vec<Act> = acts
            .iter()
            .map(|act| Act {
                on_behalf_of: PartyId::new(&zz(act.on_behalf_of.as_str())).unwrap(),
                with: act.with.iter().map(|p| PartyId::new(&zz(p.as_str())).unwrap()).collect(),
                by: PersonId::new(&zz(act.by.as_str())).unwrap(),
                capacity: act.capacity.as_ref().map(|capacity| match capacity {
                    Capacity::Office(office) => {
                        Capacity::Office(OfficeId::new(&zz(office.as_str())).unwrap())
                    }
                    Capacity::Person => Capacity::Person,
                }),
                under: act.under.as_ref().map(|grant| GrantId::new(&zz(grant.as_str())).unwrap()),
                matter: act.matter.as_ref().map(|matter| {
                    let parts: Vec<String> = matter.as_str().split('/').map(zz).collect();
                    Matter::new(&parts.join("/")).unwrap()
                }),
                ..act.clone()
            })
            .collect();
        for act in 0..acts.len() {
            let id = format!("a{act}");
            let question = countersign_authority::Question {
                ask: countersign_authority::Ask::Act(id.as_str().into()),
                parties: vec![PartyId::new("zz_P").unwrap()],
                ..Default::default()
            };
            let world = countersign_authority::World::new(&other, None, &Utc).unwrap();
            let renamed = countersign_authority::decide(&world, &others, &question).parties.remove(0);
            prop_assert_eq!(internal(&plain, &acts, &id), renamed.internal.verdict, "{}", text);
        }
        Ok(1)
    });
}

#[test]
fn the_order_of_statements_carries_no_meaning() {
    holds(600, |case| {
        let text = case.map();
        let (head, body) = text.split_at(text.find("party").unwrap());
        let backwards: Vec<&str> = body.lines().rev().collect();
        let (plain, other) = (read(&[&text]), read(&[&format!("{head}{}\n", backwards.join("\n"))]));
        let acts = case.acts();
        for act in 0..acts.len() {
            let id = format!("a{act}");
            prop_assert_eq!(internal(&plain, &acts, &id), internal(&other, &acts, &id), "{}", text);
        }
        Ok(1)
    });
}

#[test]
fn the_checker_accepts_every_proof_of_a_yes() {
    holds(50, |case| {
        let text = case.map();
        let maps = read(&[&text]);
        let acts = case.acts();
        let party = PartyId::new("P").unwrap();
        let mut said = 0;
        for act in 0..acts.len() {
            let decision = ask(&maps, &acts, Some(&format!("a{act}")), None);
            let column = &decision.parties[0].internal;
            let (Verdict::Yes, Some(proof)) = (&column.verdict, &column.proof) else { continue };
            let evidence = Evidence {
                maps: &maps,
                policy: None,
                zone: &Utc,
                acts: &acts,
                record: None,
                known_at: Instant::MAX,
                as_of: Instant::MAX,
                left_out: &[],
                used: &[],
            };
            let claim = Claim {
                party: &party,
                column: ColumnName::Internal,
                text: None,
                act: u32::try_from(act).ok(),
                matter: acts[act].matter.as_ref(),
            };
            let checked = check(&evidence, &claim, proof);
            prop_assert_eq!(checked, Ok(()), "{}\n{:?}\n{:#?}", text, case.deeds[act], proof);
            said += 1;
        }
        Ok(said)
    });
}
