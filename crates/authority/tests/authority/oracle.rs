//! The evaluator against Datalog: column A of every act in random worlds, decided a second time by `ascent` rules
//! written from the rules of authority alone, with nothing of the search.

use std::cell::RefCell;
use std::collections::BTreeMap;

use ascent::ascent;
use countersign_authority::verdict::Verdict;
use proptest::prelude::*;

use crate::world::{AMOUNTS, Actor, CAPS, Case, DAYS, Deed, Scope, Standing, case, internal, read, runner};

/// An office or a person as one number: persons follow the offices.
fn number(actor: Actor) -> u8 {
    match actor {
        Actor::Office(o) => o,
        Actor::Person(p) => 4 + p,
    }
}

ascent! {
    struct Authority;
    relation day(u8);
    relation act(u8);
    /// person (as an actor), office, day
    relation holds(u8, u8, u8);
    /// power, office
    relation power_of(u8, u8);
    relation sole(u8);
    relation joint(u8);
    relation reserved(u8);
    relation exclusive(u8);
    /// power, day
    relation in_force(u8, u8);
    /// power, act: the act lies in the scope
    relation covers(u8, u8);
    /// power, act: verb and matter do, whatever the amount
    relation touches(u8, u8);
    /// power, power: every office of the first is one of the second
    relation within(u8, u8);
    /// grant, from whom, to whom, day it was made, depth
    relation grant(u8, u8, u8, u8, u8);
    relation personal(u8);
    /// grant, day
    relation granted(u8, u8);
    /// grant, act
    relation grant_covers(u8, u8);
    /// revocation, grant, by whom, day
    relation revocation(u8, u8, u8, u8);

    relation excluded(u8, u8, u8);
    excluded(p, a, d) <-- covers(p, a), in_force(p, d), exclusive(x), in_force(x, d), covers(x, a), !within(p, x);
    relation usable(u8, u8, u8);
    usable(p, a, d) <-- covers(p, a), in_force(p, d), !excluded(p, a, d);
    relation blocked(u8, u8, u8);
    blocked(o, a, d) <-- reserved(p), power_of(p, o), touches(p, a), in_force(p, d);

    // Who may end a grant: whoever gave it, or stands above in the chain, by person or by office.
    relation above(u8, u8, u8);
    above(by, g, d) <-- grant(g, by, _, _, _), day(d);
    above(by, g, d) <-- grant(g, office, _, _, _), holds(by, office, d);
    above(by, g, d) <-- grant(g, person, _, made, _), holds(person, by, made), day(d);
    above(by, g, d) <-- grant(g, giver, _, made, _), grant(u, _, giver, _, _), granted(u, made), above(by, u, d);
    relation ended(u8, u8);
    ended(g, d) <-- revocation(_, g, by, from), if *by == 255, day(d), if d >= from;
    ended(g, d) <-- revocation(_, g, by, from), above(by, g, from), if *by >= 4, day(d), if d >= from;
    ended(g, d) <-- revocation(_, g, by, from), above(by, g, from), holds(_, by, from), day(d), if d >= from;

    // The top of a chain: the whole power (slot 255), or one office's place in a joint power.
    relation top(u8, u8, u8, u8, u8);
    top(255, 255, o, a, d) <-- power_of(p, o), sole(p), usable(p, a, d), !blocked(o, a, d);
    top(p, o, o, a, d) <-- power_of(p, o), joint(p), usable(p, a, d), !blocked(o, a, d);

    // A link used on a day with so many links below it; root and slot say where its chain ends.
    relation link(u8, u8, u8, u8, u8, u8);
    link(root, slot, g, a, d, below) <--
        grant(g, giver, _, made, depth), grant_covers(g, a), granted(g, d), !ended(g, d),
        share(root, slot, giver, a, made, below), if below <= depth, if *below < 8, !personal(g);
    link(root, slot, g, a, d, below) <--
        grant(g, giver, _, made, depth), grant_covers(g, a), granted(g, d), !ended(g, d),
        share(root, slot, giver, a, made, below), if below <= depth, if *below < 8, personal(g),
        share(root, slot, giver, a, d, below), stays(giver, made, d);
    relation stays(u8, u8, u8);
    stays(person, m, d) <-- day(m), day(d), for person in 4_u8..9;
    stays(o, m, d) <-- holds(p, o, m), holds(p, o, d);

    // What a grantor may pass on, on a day, with so many links below.
    relation share(u8, u8, u8, u8, u8, u8);
    share(root, slot, o, a, d, below) <-- top(root, slot, o, a, d), holds(_, o, d), for below in 0_u8..8;
    share(root, slot, p, a, d, below) <-- top(root, slot, o, a, d), holds(p, o, d), for below in 0_u8..8;
    share(root, slot, to, a, d, below - 1) <--
        link(root, slot, g, a, d, below), if *below > 0, grant(g, _, to, _, _), if *to >= 4;
    share(root, slot, o, a, d, below - 1) <--
        link(root, slot, g, a, d, below), if *below > 0, grant(g, _, o, _, _), holds(_, o, d);
    share(root, slot, p, a, d, below - 1) <--
        link(root, slot, g, a, d, below), if *below > 0, grant(g, _, o, _, _), holds(p, o, d);
}

fn in_scope(scope: &Scope, deed: &Deed) -> bool {
    let amount = AMOUNTS[usize::from(deed.amount)];
    touched(scope, deed) && scope.cap.is_none_or(|cap| amount <= CAPS[usize::from(cap)])
}

/// `trade` covers `trade/rails`.
fn touched(scope: &Scope, deed: &Deed) -> bool {
    scope.verb == deed.verb && (scope.matter == deed.matter || scope.matter == 0 && deed.matter == 1)
}

fn byte(n: usize) -> u8 {
    u8::try_from(n).unwrap()
}

/// The rules over one world.
fn run(case: &Case) -> Authority {
    let mut rules = Authority::default();
    rules.day = (0..DAYS).map(|d| (d,)).collect();
    rules.act = (0..case.deeds.len()).map(|a| (byte(a),)).collect();
    for t in &case.tenures {
        rules.holds.extend((t.from..t.until).map(|d| (number(Actor::Person(t.person)), t.office, d)));
    }
    let mut offices: Vec<Vec<u8>> = Vec::new();
    for power in &case.powers {
        let p = byte(offices.len());
        offices.push(vec![power.office]);
        rules.sole.push((p,));
        rules.in_force.extend((power.from..power.until).map(|d| (p, d)));
        rules.reserved.extend(power.reserved.then_some((p,)));
        rules.exclusive.extend(power.exclusive.then_some((p,)));
        scopes(&mut rules, case, p, &power.scope);
    }
    for joint in &case.joints {
        let p = byte(offices.len());
        offices.push(joint.of.clone());
        rules.joint.push((p,));
        rules.in_force.extend((0..DAYS).map(|d| (p, d)));
        scopes(&mut rules, case, p, &joint.scope);
    }
    for (p, of) in offices.iter().enumerate() {
        rules.power_of.extend(of.iter().map(|o| (byte(p), *o)));
        let wider = offices.iter().enumerate().filter(|(_, other)| of.iter().all(|o| other.contains(o)));
        rules.within.extend(wider.map(|(x, _)| (byte(p), byte(x))));
    }
    for (g, grant) in case.grants.iter().enumerate() {
        let g = byte(g);
        rules.grant.push((g, number(grant.by), number(grant.to), grant.from, grant.depth));
        rules.personal.extend(grant.personal.then_some((g,)));
        rules.granted.extend((grant.from..grant.until).map(|d| (g, d)));
        let acts = case.deeds.iter().enumerate().filter(|(_, deed)| in_scope(&grant.scope, deed));
        rules.grant_covers.extend(acts.map(|(a, _)| (g, byte(a))));
    }
    for (r, revocation) in case.revocations.iter().enumerate() {
        let by = revocation.by.map_or(255, number);
        rules.revocation.push((byte(r), revocation.grant, by, revocation.from));
    }
    rules.run();
    rules
}

fn scopes(rules: &mut Authority, case: &Case, power: u8, scope: &Scope) {
    for (a, deed) in case.deeds.iter().enumerate() {
        rules.covers.extend(in_scope(scope, deed).then_some((power, byte(a))));
        rules.touches.extend(touched(scope, deed).then_some((power, byte(a))));
    }
}

/// Grants that an act's stated standing reaches, where its author is the grantee.
fn reached(rules: &Authority, case: &Case, deed: &Deed) -> Vec<u8> {
    let person = number(Actor::Person(deed.person));
    let holds = |office: u8| rules.holds.contains(&(person, office, deed.day));
    let to = |g: &u8| number(case.grants[usize::from(*g)].to);
    let all = 0..byte(case.grants.len());
    match deed.standing {
        Standing::Under(g) => {
            [g].into_iter().filter(|g| to(g) == person || to(g) < 4 && holds(to(g))).collect()
        }
        Standing::Own => all.filter(|g| to(g) == person).collect(),
        Standing::Office(o) if holds(o) => all.filter(|g| to(g) == o || to(g) == person).collect(),
        Standing::Office(_) => Vec::new(),
    }
}

/// How an act was authorised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum How {
    OwnPower,
    Grant,
    Jointly,
}

/// How an act was authorised, alone or with others of the same text; `None` where it was not.
fn authorised(rules: &Authority, case: &Case, asked: usize) -> Option<How> {
    let deed = &case.deeds[asked];
    let a = byte(asked);
    let person = number(Actor::Person(deed.person));
    let own = match deed.standing {
        Standing::Office(o) => {
            rules.holds.contains(&(person, o, deed.day))
                && rules.power_of.iter().any(|(p, office)| {
                    *office == o && rules.sole.contains(&(*p,)) && rules.usable.contains(&(*p, a, deed.day))
                })
        }
        _ => false,
    };
    let alone = |g: &u8| rules.link.iter().any(|l| (l.1, l.2, l.3, l.4, l.5) == (255, *g, a, deed.day, 0));
    let granted = || reached(rules, case, deed).iter().any(alone);
    let joint = || (0..case.joints.len()).any(|j| jointly(rules, case, asked, j));
    own.then_some(How::OwnPower)
        .or_else(|| granted().then_some(How::Grant))
        .or_else(|| joint().then_some(How::Jointly))
}

/// A place in a joint power that an act fills.
#[derive(Clone, Copy)]
struct Place {
    act: usize,
    office: u8,
    person: u8,
    day: u8,
}

/// Tries every set of places: enough of them, distinct offices and persons, those who must be and not those who may not.
fn jointly(rules: &Authority, case: &Case, asked: usize, j: usize) -> bool {
    let joint = &case.joints[j];
    let p = byte(case.powers.len() + j);
    let (text, verb) = (case.deeds[asked].text, case.deeds[asked].verb);
    let mut places: Vec<Place> = Vec::new();
    for (act, deed) in case.deeds.iter().enumerate().filter(|(_, d)| d.text == text && d.verb == verb) {
        let (a, person) = (byte(act), number(Actor::Person(deed.person)));
        if !rules.usable.contains(&(p, a, deed.day)) {
            continue;
        }
        let mut fill = |office| places.push(Place { act, office, person, day: deed.day });
        if let Standing::Office(o) = deed.standing
            && joint.of.contains(&o)
            && rules.holds.contains(&(person, o, deed.day))
        {
            fill(o);
        }
        for g in reached(rules, case, deed) {
            for o in &joint.of {
                if rules.link.contains(&(p, *o, g, a, deed.day, 0)) {
                    fill(*o);
                }
            }
        }
    }
    places.truncate(14);
    (1_u32..1 << places.len()).any(|set| {
        let chosen: Vec<Place> =
            places.iter().enumerate().filter(|(i, _)| set >> i & 1 == 1).map(|(_, x)| *x).collect();
        let distinct = |key: fn(&Place) -> u8| {
            let mut keys: Vec<u8> = chosen.iter().map(key).collect();
            keys.sort_unstable();
            keys.windows(2).all(|w| w[0] != w[1])
        };
        let has = |o: u8| chosen.iter().any(|place| place.office == o);
        let (first, last) = (chosen.iter().map(|x| x.day).min(), chosen.iter().map(|x| x.day).max());
        chosen.len() >= usize::from(joint.quorum)
            && chosen.iter().any(|place| place.act == asked)
            && distinct(|x| x.office)
            && distinct(|x| x.person)
            && joint.including.is_none_or(has)
            && joint.excluding.is_none_or(|(a, b)| !(has(a) && has(b)))
            && joint.within.is_none_or(|days| first.zip(last).is_some_and(|(f, l)| l - f <= days))
    })
}

#[test]
fn the_search_agrees_with_datalog_on_every_act() {
    let mut runner = runner(2_000);
    let counts: RefCell<BTreeMap<Option<How>, u32>> = RefCell::default();
    let held = runner.run(&case(), |case| {
        let text = case.map();
        let maps = read(&[&text]);
        let acts = case.acts();
        let rules = run(&case);
        for ix in 0..case.deeds.len() {
            let verdict = internal(&maps, &acts, &format!("a{ix}"));
            let how = authorised(&rules, &case, ix);
            *counts.borrow_mut().entry(how).or_default() += 1;
            prop_assert_eq!(
                verdict == Verdict::Yes,
                how.is_some(),
                "a{}: {:?}, Datalog says {:?}\n{}\n{:#?}",
                ix,
                verdict,
                how,
                text,
                case.deeds
            );
        }
        Ok(())
    });
    held.unwrap();
    // Worlds in which hardly anything is allowed, or only in one way, would show nothing.
    let counts = counts.into_inner();
    println!("{counts:?}");
    for how in [None, Some(How::OwnPower), Some(How::Grant), Some(How::Jointly)] {
        assert!(counts.get(&how).is_some_and(|count| *count >= 50), "{how:?} too rarely: {counts:?}");
    }
}
