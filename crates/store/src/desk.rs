//! Group commit: many hand acts in at once, one thread sequences what has come, another publishes what was sequenced.
//!
//! ```text
//! admit (any thread) ──▶ bounded queue ──▶ sequencer ──Place──▶ publisher ──Receipt──▶
//!                        full: Busy          │ a batch is what came while the last one was made durable
//! ```
//!
//! An act waits for one commit at most, however many come; witnesses that take their time hold up proofs, never places.

use std::error::Error;
use std::sync::mpsc::{
    Receiver, RecvError, RecvTimeoutError, Sender, SyncSender, TryRecvError, TrySendError, channel,
    sync_channel,
};
use std::sync::{Arc, OnceLock};
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
    end: Arc<End>,
}

/// What one gets for an act that was handed in.
#[derive(Debug)]
pub struct Ticket {
    place: Receiver<Result<Place, Refused>>,
    receipt: Receiver<Result<Receipt, Unproven>>,
    end: Arc<End>,
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
    #[error("the record takes no acts any more: {reason}")]
    Closed {
        /// By what, with its causes.
        reason: String,
    },
}

/// Why there is no receipt for an act. Its place stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    /// Not published yet.
    #[error("the act is not published yet")]
    Late,
    /// It is published, and its proof can't be made.
    #[error("the act is published and its proof could not be made: {reason}")]
    Failed {
        /// Why, with its causes.
        reason: String,
    },
    /// The desk was closed before; whoever opens the record next publishes it.
    #[error("the act is published when the record is opened again: {reason}")]
    Closed {
        /// By what, with its causes.
        reason: String,
    },
}

/// What closed a desk; nothing while it is open, or where whoever runs it did.
#[derive(Debug, Default)]
struct End(OnceLock<String>);

impl End {
    /// The first reason stands: others follow from it.
    fn of(&self, error: &WriteError) {
        let _ = self.0.set(reasons(error));
    }

    fn reason(&self) -> String {
        self.0.get().cloned().unwrap_or_else(|| "whoever runs it closed it".to_owned())
    }
}

/// An act on its way.
struct Slip {
    act: Admitted,
    place: Sender<Result<Place, Refused>>,
    receipt: Sender<Result<Receipt, Unproven>>,
}

/// An act with its place, waiting for its proof.
struct Waiting {
    place: Place,
    receipt: Sender<Result<Receipt, Unproven>>,
}

impl Desk {
    /// Opens a desk over a writer, which first asks the witnesses whether they know better: no place is given that they would
    /// take back. `tell` hears of everything that went wrong, from the thread where it did.
    pub fn open(
        mut writer: Writer,
        cadence: Cadence,
        tell: impl Fn(&WriteError) + Send + Sync + 'static,
    ) -> Result<Self, WriteError> {
        writer.ask_before_the_first()?;
        let (sequencer, publisher) = writer.split();
        let (queue, slips) = sync_channel(cadence.queue.max(1));
        // As many may wait for proofs as for places: behind a store that is down, the queue fills up and says so.
        let (placed, waiting) = sync_channel(cadence.queue.max(1));
        let tell = Arc::new(tell);
        let end = Arc::new(End::default());
        let (told, ended, gone) = (tell.clone(), end.clone(), end.clone());
        let threads = vec![
            thread::spawn(move || sequence(&sequencer, &slips, &placed, cadence, &*tell, &ended)),
            thread::spawn(move || publish(publisher, &waiting, cadence, &*told, &gone)),
        ];
        Ok(Self { queue: Some(queue), pause: cadence.pause, threads, end })
    }

    /// Hands an act in.
    pub fn submit(&self, act: Admitted) -> Result<Ticket, Refused> {
        let (place, placed) = channel();
        let (receipt, proven) = channel();
        let closed = || Refused::Closed { reason: self.end.reason() };
        let queue = self.queue.as_ref().filter(|_| self.end.0.get().is_none()).ok_or_else(closed)?;
        match queue.try_send(Slip { act, place, receipt }) {
            Ok(()) => Ok(Ticket { place: placed, receipt: proven, end: self.end.clone() }),
            Err(TrySendError::Full(_)) => Err(Refused::Busy { after: self.pause }),
            Err(TrySendError::Disconnected(_)) => Err(closed()),
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
        self.place.recv().unwrap_or_else(|_| Err(Refused::Closed { reason: self.end.reason() }))
    }

    /// Waits for the receipt, at most for a while.
    pub fn receipt(&self, wait: Duration) -> Result<Receipt, Unproven> {
        self.receipt.recv_timeout(wait).unwrap_or_else(|error| {
            Err(match error {
                RecvTimeoutError::Timeout => Unproven::Late,
                RecvTimeoutError::Disconnected => Unproven::Closed { reason: self.end.reason() },
            })
        })
    }
}

fn sequence(
    sequencer: &Sequencer,
    slips: &Receiver<Slip>,
    placed: &SyncSender<Waiting>,
    cadence: Cadence,
    tell: &dyn Fn(&WriteError),
    end: &End,
) {
    while let Ok(first) = slips.recv() {
        if !cadence.linger.is_zero() {
            thread::sleep(cadence.linger);
        }
        let mut batch = vec![first];
        batch.extend(slips.try_iter().take(cadence.batch.saturating_sub(1)));
        let (mut acts, mut tickets): (Vec<_>, Vec<_>) =
            batch.into_iter().map(|slip| (slip.act, (slip.place, slip.receipt))).unzip();
        // Once for the batch, and once more for each fault that an act of it is to blame for: those go, the others stay.
        while !acts.is_empty() {
            if end.0.get().is_some() {
                return;
            }
            let error = match sequencer.sequence(&acts) {
                Ok(places) => {
                    for ((place_to, receipt), place) in tickets.into_iter().zip(places) {
                        // Whoever handed it in may have gone; its act stays.
                        let _ = place_to.send(Ok(place.clone()));
                        if placed.send(Waiting { place, receipt }).is_err() {
                            return;
                        }
                    }
                    break;
                }
                Err(error) => error,
            };
            tell(&error);
            let blamed = acts.iter().any(|act| error.blames(act));
            let ends = !blamed && !error.may_pass();
            if ends {
                end.of(&error);
            }
            let failed = Refused::Failed { reason: reasons(&error) };
            let mut kept = (Vec::new(), Vec::new());
            for (act, ticket) in acts.into_iter().zip(tickets) {
                if blamed && !error.blames(&act) {
                    kept.0.push(act);
                    kept.1.push(ticket);
                } else {
                    let _ = ticket.0.send(Err(failed.clone()));
                }
            }
            (acts, tickets) = kept;
            if ends {
                return;
            }
        }
    }
}

fn publish(
    mut publisher: Publisher,
    waiting: &Receiver<Waiting>,
    cadence: Cadence,
    tell: &dyn Fn(&WriteError),
    end: &End,
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
                    let proven = publisher.receipt(place, &published);
                    let _ =
                        receipt.send(proven.map_err(|error| Unproven::Failed { reason: reasons(&error) }));
                }
            }
            Err(error) => {
                tell(&error);
                // What was sequenced is published by whoever opens the record next.
                if !error.may_pass() || !open {
                    end.of(&error);
                    return;
                }
                thread::sleep(cadence.pause);
            }
        }
    }
}

/// An error with its causes, in one line.
fn reasons(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}
