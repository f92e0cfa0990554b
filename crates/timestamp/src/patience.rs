//! How often, how long, and what chance and time come from.

use std::time::Duration;

/// How long an authority is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// How often one authority is asked, at least once.
    pub attempts: u8,
    /// How long one answer may take, from the name's look-up to the last byte.
    pub answer_within: Duration,
    /// The pause before the second attempt, about; it doubles with each.
    pub first_pause: Duration,
    /// No pause is longer, whatever an authority asks for by `Retry-After`.
    pub longest_pause: Duration,
}

impl Default for Patience {
    /// Three attempts of 20 s, 1 and 2 s apart: what a person at a terminal waits for.
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { attempts: 3, answer_within: seconds(20), first_pause: seconds(1), longest_pause: seconds(10) }
    }
}

impl Patience {
    /// The pause after some attempts, by a byte of chance: between half and the whole of a length that doubles, so that many
    /// who failed at once don't come back at once.
    pub(crate) fn pause(&self, attempts: u8, asked_for: Option<Duration>, chance: u8) -> Duration {
        let doubled = self.first_pause.saturating_mul(1 << u32::from(attempts.saturating_sub(1)).min(16));
        let whole = doubled.max(asked_for.unwrap_or_default()).min(self.longest_pause);
        let half = whole / 2;
        let jittered = half.saturating_add(half.saturating_mul(u32::from(chance)) / 255);
        // Whoever is asked to stay away for a time stays away for all of it.
        jittered.max(asked_for.unwrap_or_default().min(self.longest_pause))
    }
}

/// Chance and time.
pub trait Surroundings {
    /// Random numbers for a nonce and a pause; `None` where the system has none.
    fn random(&mut self) -> Option<[u8; 9]>;
    /// Waits.
    fn pause(&mut self, length: Duration);
}

/// The system's own.
#[derive(Debug, Clone, Copy, Default)]
pub struct System;

impl Surroundings for System {
    fn random(&mut self) -> Option<[u8; 9]> {
        let mut bytes = [0; 9];
        getrandom::fill(&mut bytes).ok().map(|()| bytes)
    }

    fn pause(&mut self, length: Duration) {
        std::thread::sleep(length);
    }
}
