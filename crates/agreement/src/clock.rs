//! Deadlines as of a moment: not started, running, met, missed, moot.

use countersign_authority::deadline::due;
use countersign_authority::model::policy::Deadline;
use countersign_authority::model::time::{Instant, Zone};

use crate::replay::{Replay, State};

/// Where a deadline stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClockState {
    /// Its start event has not happened.
    NotStarted,
    /// It runs.
    Running {
        /// Days begun until it is due.
        days_left: i64,
    },
    /// Its end event happened in time.
    Met {
        /// On which day after the start; the start's own day is 0.
        on_day: i64,
    },
    /// It passed without its end event, or with a late one.
    Missed {
        /// On which day the end event came, if it came.
        ended_on_day: Option<i64>,
    },
    /// The negotiation ended while it ran.
    Moot,
}

/// A deadline and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    /// The deadline.
    pub deadline: Deadline,
    /// When it falls due, once started.
    pub due: Option<Instant>,
    /// Where it stands.
    pub state: ClockState,
}

/// Where a deadline stands as of a moment. Days are counted in the zone given.
pub fn clock(deadline: &Deadline, replay: &Replay, as_of: Instant, zone: &dyn Zone) -> Clock {
    let happened = |event| replay.milestone(event).map(|m| m.at).filter(|at| *at <= as_of);
    let clock = |due, state| Clock { deadline: deadline.clone(), due, state };
    let Some(start) = happened(deadline.after) else { return clock(None, ClockState::NotStarted) };
    let Some(due) = due(deadline.days, deadline.count, start, zone) else {
        return clock(None, ClockState::NotStarted);
    };
    let day =
        |at: Instant| zone.day_of(at).map_or(0, countersign_authority::model::time::Day::days_since_epoch);
    let since_start = |at: Instant| day(at).saturating_sub(day(start));
    // An event that came before the clock started can't meet it.
    let end = happened(deadline.until).filter(|at| *at >= start);
    let state = match end {
        Some(end) if end < due => ClockState::Met { on_day: since_start(end) },
        Some(end) => ClockState::Missed { ended_on_day: Some(since_start(end)) },
        None if as_of >= due => ClockState::Missed { ended_on_day: None },
        None if matches!(replay.state, State::Ended { .. }) => ClockState::Moot,
        None => ClockState::Running { days_left: day(due).saturating_sub(day(as_of)) },
    };
    clock(Some(due), state)
}
