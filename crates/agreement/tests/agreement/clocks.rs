//! Deadlines: a table of where each stands.

use countersign_agreement::clock::{ClockState, clock};
use countersign_agreement::replay::Replay;
use countersign_authority::model::time::Utc;
use countersign_notation::{parse, time};

use crate::{act, admitted};

fn stands(acts: &[String], as_of: &str) -> ClockState {
    let policy = "policy \"P\" version 1\nwe are KRA\ndeadline D1: 10 days after demand until mandate, calendar days, UTC\n";
    let policy = parse::policy("p", policy.as_bytes()).unwrap().value;
    let deadline = policy.deadlines().next().unwrap();
    clock(deadline, &Replay::of(&admitted(acts)), time::instant_or_day(as_of).unwrap(), &Utc).state
}

#[test]
fn a_deadline_stands_where_its_events_put_it() {
    let demand = act("demand", "KRA", "2026-01-10T09:00:00Z", "\"says\":\"sign\"");
    let mandate = |at: &str| act("mandate", "RUR", at, "");
    let before = mandate("2026-01-05T09:00:00Z");
    let first = mandate("2026-01-10T10:00:00Z");
    let last = mandate("2026-01-20T23:59:59Z");
    let late = mandate("2026-01-21T00:00:00Z");
    let withdrawn = act("withdraw", "RUR", "2026-01-12T09:00:00Z", "");
    let on_day = |on_day| ClockState::Met { on_day };
    let rows = [
        (vec![], "2026-01-11", ClockState::NotStarted),
        (vec![&demand], "2026-01-10T09:00:00Z", ClockState::Running { days_left: 11 }),
        (vec![&demand], "2026-01-20T23:59:59Z", ClockState::Running { days_left: 1 }),
        (vec![&demand], "2026-01-21", ClockState::Missed { ended_on_day: None }),
        (vec![&demand, &first], "2026-02-01", on_day(0)),
        (vec![&demand, &last], "2026-02-01", on_day(10)),
        (vec![&demand, &late], "2026-02-01", ClockState::Missed { ended_on_day: Some(11) }),
        (vec![&before, &demand], "2026-02-01", ClockState::Missed { ended_on_day: None }),
        (vec![&demand, &withdrawn], "2026-01-13", ClockState::Moot),
        (vec![&demand, &withdrawn], "2026-02-01", ClockState::Missed { ended_on_day: None }),
    ];
    for (acts, as_of, expected) in rows {
        let acts: Vec<String> = acts.into_iter().cloned().collect();
        assert_eq!(stands(&acts, as_of), expected, "as of {as_of}: {acts:#?}");
    }
}
