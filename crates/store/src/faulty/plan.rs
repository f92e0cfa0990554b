//! A hook that does one thing at one site, once or for as long as it is told.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::{Fate, Hook, Site};

/// Counts the calls at each site, and lets the next one at an armed site have another fate.
#[derive(Debug, Default)]
pub struct Faults(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    armed: Option<(Site, Fate)>,
    struck: u64,
    passed: BTreeMap<Site, u64>,
}

impl Faults {
    /// Without any.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next call at a site has this fate, and those after it are done.
    pub fn arm(&self, site: Site, fate: Fate) {
        self.with(|state| state.armed = Some((site, fate)));
    }

    /// No fault waits any more; says whether one did.
    pub fn disarm(&self) -> bool {
        self.with(|state| state.armed.take().is_some())
    }

    /// How many faults there were.
    pub fn struck(&self) -> u64 {
        self.with(|state| state.struck)
    }

    /// How many calls came by at a site.
    pub fn passed(&self, site: Site) -> u64 {
        self.with(|state| state.passed.get(&site).copied().unwrap_or(0))
    }

    fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Hook for Faults {
    fn at(&self, site: Site) -> Fate {
        self.with(|state| {
            *state.passed.entry(site).or_default() += 1;
            match state.armed {
                Some((armed, fate)) if armed == site => {
                    state.armed = None;
                    state.struck += 1;
                    fate
                }
                _ => Fate::Done,
            }
        })
    }
}
