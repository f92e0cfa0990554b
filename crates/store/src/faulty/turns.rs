//! A scheduler for two writers: one of them runs at a time, and goes as many calls far as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::{Fate, Hook, Site};

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The one who begins.
    First,
    /// The other.
    Second,
}

impl Who {
    fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }
}

/// Lets the first go so many calls far, then the second, then the first again and so on; when the list is at its end, whoever
/// has the turn goes on to the end, and then the other. Every run with the same list is the same run.
#[derive(Debug)]
pub struct Turns {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    turn: Who,
    /// Calls that are left of this turn; none: to the end.
    left: Option<usize>,
    next: VecDeque<usize>,
    done: Vec<Who>,
}

/// The hook of one of the two.
pub struct Turn {
    who: Who,
    turns: Arc<Turns>,
}

impl Turns {
    /// Calls for each turn.
    pub fn new(calls: &[usize]) -> Arc<Self> {
        let mut next: VecDeque<usize> = calls.iter().copied().collect();
        let left = next.pop_front();
        let state = State { turn: Who::First, left, next, done: Vec::new() };
        Arc::new(Self { state: Mutex::new(state), changed: Condvar::new() })
    }

    /// The hook of one of the two.
    pub fn of(self: &Arc<Self>, who: Who) -> Turn {
        Turn { who, turns: self.clone() }
    }

    /// One of the two makes no more calls.
    pub fn leave(&self, who: Who) {
        let mut state = self.state();
        state.done.push(who);
        if state.turn == who {
            state.pass();
        }
        self.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn pass(&mut self) {
        let other = self.turn.other();
        if self.done.contains(&other) {
            self.left = None;
        } else {
            self.turn = other;
            self.left = self.next.pop_front();
        }
    }
}

impl Hook for Turn {
    fn at(&self, _: Site) -> Fate {
        let mut state = self.turns.state();
        loop {
            if state.left == Some(0) {
                state.pass();
                self.turns.changed.notify_all();
            }
            if state.turn == self.who {
                break;
            }
            state = self.turns.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.left = state.left.map(|left| left.saturating_sub(1));
        Fate::Done
    }
}
