//! Group commit: many hand acts in at once, one thread sequences what has come, another publishes what was sequenced.
//!
//! ```text
//! admit (any thread) ──▶ bounded queue ──▶ sequencer ──Place──▶ publisher ──Receipt──▶
//!                        full: Busy          │ a batch is what came while the last one was made durable
//! ```
//!
//! An act waits for one commit at most, however many come; witnesses that take their time hold up proofs, never places.

use std::sync::mpsc::{
    Receiver, RecvError, Sender, SyncSender, TryRecvError, TrySendError, channel, sync_channel,
};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::ledger::Place;
use crate::receipt::Receipt;
use crate::writer::{Admitted, Publisher, Sequencer, WriteError, Writer};

/// How much is taken at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cadence {
    /// Acts that may wait for their place; one more is told to come back.
    pub queue: usize,
    /// Acts in one transaction.
    pub batch: usize,
    /// How long the first act of a batch waits for others; nothing lost where many come, since a batch gathers while the one
    /// before it is made durable.
    pub linger: Duration,
    /// How long after a failure that may pass it is tried again, and what one who is told to come back should wait.
    pub pause: Duration,
}

/// A thousand acts a batch, four batches waiting, no lingering.
impl Default for Cadence {
    fn default() -> Self {
        Self { queue: 4096, batch: 1024, linger: Duration::ZERO, pause: Duration::from_secs(1) }
    }
}

/// Where acts are handed in.
pub struct Desk {
    queue: Option<SyncSender<Slip>>,
    pause: Duration,
    threads: Vec<JoinHandle<()>>,
}

/// What one gets for an act that was handed in.
#[derive(Debug)]
pub struct Ticket {
    place: Receiver<Result<Place, Refused>>,
    receipt: Receiver<Receipt>,
}

/// Why an act was not taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Too many are waiting (503, Retry-After).
    #[error("too many acts are waiting: try again in {} ms", after.as_millis())]
    Busy {
        /// How long to wait.
        after: Duration,
    },
    /// It was not sequenced, or that isn't known: handed in again, it gets the place it has.
    #[error("the act could not be sequenced: {reason}")]
    Failed {
        /// Why, with its causes.
        reason: String,
    },
    /// The desk was closed, by whoever runs it or by what can't be mended from here.
    #[error("the record takes no acts any more")]
    Closed,
}

/// An act on its way.
struct Slip {
    act: Admitted,
    place: Sender<Result<Place, Refused>>,
    receipt: Sender<Receipt>,
}

/// An act with its place, waiting for its proof.
struct Waiting {
    place: Place,
    receipt: Sender<Receipt>,
}

impl Desk {
    /// Opens a desk over a writer. `tell` hears of everything that went wrong, from the thread where it did.
    pub fn open(
        writer: Writer,
        cadence: Cadence,
        tell: impl Fn(&WriteError) + Send + Sync + 'static,
    ) -> Self {
        let (sequencer, publisher) = writer.split();
        let (queue, slips) = sync_channel(cadence.queue.max(1));
        // As many may wait for proofs as for places: behind a store that is down, the queue fills up and says so.
        let (placed, waiting) = sync_channel(cadence.queue.max(1));
        let tell = std::sync::Arc::new(tell);
        let told = tell.clone();
        let threads = vec![
            thread::spawn(move || sequence(&sequencer, &slips, &placed, cadence, &*tell)),
            thread::spawn(move || publish(publisher, &waiting, cadence, &*told)),
        ];
        Self { queue: Some(queue), pause: cadence.pause, threads }
    }

    /// Hands an act in.
    pub fn submit(&self, act: Admitted) -> Result<Ticket, Refused> {
        let (place, placed) = channel();
        let (receipt, proven) = channel();
        let queue = self.queue.as_ref().ok_or(Refused::Closed)?;
        match queue.try_send(Slip { act, place, receipt }) {
            Ok(()) => Ok(Ticket { place: placed, receipt: proven }),
            Err(TrySendError::Full(_)) => Err(Refused::Busy { after: self.pause }),
            Err(TrySendError::Disconnected(_)) => Err(Refused::Closed),
        }
    }

    /// Takes no more acts, and comes back when those handed in have their places and, where it could be, their proofs.
    pub fn close(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.queue = None;
        for thread in self.threads.drain(..) {
            // One that panicked has dropped its channels, which tickets tell as closed.
            let _ = thread.join();
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.end();
    }
}

impl Ticket {
    /// Waits for the place: the act is durable.
    pub fn place(&self) -> Result<Place, Refused> {
        self.place.recv().unwrap_or(Err(Refused::Closed))
    }

    /// Waits for the receipt, at most for a while; `None`: no proof yet.
    pub fn receipt(&self, wait: Duration) -> Option<Receipt> {
        self.receipt.recv_timeout(wait).ok()
    }
}

fn sequence(
    sequencer: &Sequencer,
    slips: &Receiver<Slip>,
    placed: &SyncSender<Waiting>,
    cadence: Cadence,
    tell: &dyn Fn(&WriteError),
) {
    while let Ok(first) = slips.recv() {
        if !cadence.linger.is_zero() {
            thread::sleep(cadence.linger);
        }
        let mut batch = vec![first];
        batch.extend(slips.try_iter().take(cadence.batch.saturating_sub(1)));
        let (acts, tickets): (Vec<_>, Vec<_>) =
            batch.into_iter().map(|slip| (slip.act, (slip.place, slip.receipt))).unzip();
        match sequencer.sequence(&acts) {
            Ok(places) => {
                for ((place_to, receipt), place) in tickets.into_iter().zip(places) {
                    // Whoever handed it in may have gone; its act stays.
                    let _ = place_to.send(Ok(place.clone()));
                    if placed.send(Waiting { place, receipt }).is_err() {
                        return;
                    }
                }
            }
            Err(error) => {
                tell(&error);
                for (place_to, _) in tickets {
                    let _ = place_to.send(Err(Refused::Failed { reason: reasons(&error) }));
                }
                if !error.may_pass() {
                    return;
                }
            }
        }
    }
}

fn publish(
    mut publisher: Publisher,
    waiting: &Receiver<Waiting>,
    cadence: Cadence,
    tell: &dyn Fn(&WriteError),
) {
    let mut batch: Vec<Waiting> = Vec::new();
    let mut open = true;
    while open || !batch.is_empty() {
        if batch.is_empty() {
            match waiting.recv() {
                Ok(first) => batch.push(first),
                Err(RecvError) => return,
            }
        }
        loop {
            match waiting.try_recv() {
                Ok(more) => batch.push(more),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => {
                    open = false;
                    break;
                }
            }
        }
        match publisher.publish() {
            Ok(published) => {
                for Waiting { place, receipt } in batch.drain(..) {
                    let _ = receipt.send(publisher.receipt(place, published.as_ref()));
                }
            }
            Err(error) => {
                tell(&error);
                // What was sequenced is published by whoever opens the record next.
                if !error.may_pass() || !open {
                    return;
                }
                thread::sleep(cadence.pause);
            }
        }
    }
}

/// An error with its causes, in one line.
fn reasons(error: &WriteError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}
