//! How the record grows (record.md §3, *Writing path*), each step taking what the one before it proved:
//!
//! ```text
//! admit ──Admitted──▶ sequence ──Place──▶ integrate ──Integrated──▶ sign, advance ──Advanced──▶ witness, publish ──▶ tidy
//!                        │ acknowledged        │ tiles and bundles are durable,     │ the ledger keeps
//!                        ▼ and durable         ▼ read back and hash to the root     ▼ what was signed
//! ```
//!
//! Only [`Integrated`] can be signed, and nothing outside this module makes one:
//!
//! ```compile_fail,E0451
//! use countersign_store::writer::Integrated;
//! fn another_tree(honest: Integrated, tree: countersign_store::ledger::Tree) -> Integrated {
//!     Integrated { tree, ..honest }
//! }
//! ```
//!
//! nor one of [`Admitted`] with other bytes than those that were checked:
//!
//! ```compile_fail,E0616
//! fn others(act: &mut countersign_store::writer::Admitted, json: Vec<u8>) {
//!     act.admission.json = json;
//! }
//! ```
//!
//! Whatever fails, what was sequenced stays sequenced: the next [`Publisher::publish`] begins with what ledger and objects say,
//! and does again what wasn't done. It signs the same checkpoint again, since entries never change and a checkpoint carries no
//! time.

mod admit;
mod confirm;
mod error;
mod front;
mod integrate;
mod publish;
mod refill;
mod rejoin;
mod seal;

pub use admit::{AdmitError, Admitted, RECORD_MAX, Submission, admit};
pub use confirm::Confirmation;
pub use error::WriteError;
pub use integrate::Integrated;
pub use publish::Published;
pub use rejoin::{RejoinError, Rejoined};
pub(crate) use rejoin::{TakeError, copy_tree};
pub use seal::{Advanced, Signed};

use std::sync::Arc;

use countersign_tlog::checkpoint::{Origin, SignedCheckpoint};
use countersign_tlog::note::{KeyRing, Signer};
use countersign_tlog::policy::Policy;

use crate::ledger::{Head, Ledger, Place, Seat, Tree};
use crate::objects::{Objects, probe};
use crate::receipt::{ProveError, Receipt};
use crate::witnesses::Witnesses;
use front::Front;

/// The object that holds the latest published checkpoint (tlog-tiles).
pub const CHECKPOINT: &str = "checkpoint";

/// What a record is made of.
#[derive(Clone)]
pub struct Parts {
    /// The order of the record.
    pub ledger: Arc<dyn Ledger>,
    /// The log's tiles, bundles and checkpoint.
    pub objects: Arc<dyn Objects>,
    /// The record's Ed25519 note key, named as its origin.
    pub seal: Arc<dyn Signer + Send + Sync>,
    /// Who is asked to cosign.
    pub witnesses: Arc<dyn Witnesses>,
}

/// The one who writes: for a single act, the whole way in one call. A server splits it into two threads
/// ([`crate::desk::Desk`]).
pub struct Writer {
    sequencer: Sequencer,
    publisher: Publisher,
}

/// Gives acts their places.
pub struct Sequencer {
    ledger: Arc<dyn Ledger>,
    seat: Seat,
}

/// Brings what was sequenced under a published checkpoint.
pub struct Publisher {
    parts: Parts,
    seat: Seat,
    origin: Origin,
    /// The seal's key alone.
    own: KeyRing,
    /// The witnesses' keys.
    witnesses: KeyRing,
    /// The witnesses' policy with this log in it.
    policy: Policy,
    /// What witnesses said of the head before anything was signed; none before they were asked.
    confirmed: Option<Confirmation>,
    /// What the next integration begins with; none after anything failed.
    front: Option<Front>,
}

/// What became of acts that were written: they are durable, whether or not they could be published too.
#[derive(Debug)]
pub struct Written {
    /// A receipt for each act, in the order given.
    pub receipts: Vec<Receipt>,
    /// The checkpoint they are under, or why there is none yet: what was sequenced is published by the next call that succeeds.
    pub published: Result<Published, WriteError>,
    /// Why acts under a published checkpoint have only the promise: the first that went wrong with their proofs.
    pub unproven: Option<ProveError>,
}

impl Writer {
    /// Looks at what is there, takes the seat from whoever has it, and goes on where the last writer stopped. Refuses a store
    /// that would lose or overwrite tiles, a record under another key, and a database that is older than what was published.
    pub fn open(parts: Parts) -> Result<Self, WriteError> {
        let mut publisher = Publisher::new(parts)?;
        publisher.inspect()?;
        publisher.seat = publisher.parts.ledger.take_seat()?;
        // Whoever sat there may have written in the meantime.
        let head = publisher.inspect()?;
        publisher.front = Some(publisher.resume(&head)?);
        let sequencer = Sequencer { ledger: publisher.parts.ledger.clone(), seat: publisher.seat };
        Ok(Self { sequencer, publisher })
    }

    /// Which log.
    pub fn origin(&self) -> &Origin {
        &self.publisher.origin
    }

    /// Sequences acts and publishes them; before the first, asks the witnesses whether they know better. An error means that none was sequenced, or that it isn't known: written again, an
    /// act gets the place it has.
    pub fn write(&mut self, acts: &[Admitted]) -> Result<Written, WriteError> {
        self.publisher.ask_before_the_first()?;
        let places = self.sequencer.sequence(acts)?;
        let published = self.publisher.publish();
        let mut unproven = None;
        let mut receipt = |place: Place| {
            let proven = match &published {
                Ok(published) => self.publisher.receipt(place.clone(), published),
                Err(_) => return Receipt::Sequenced(place),
            };
            proven.unwrap_or_else(|error| {
                unproven.get_or_insert(error);
                Receipt::Sequenced(place)
            })
        };
        let receipts = places.into_iter().map(&mut receipt).collect();
        Ok(Written { receipts, published, unproven })
    }

    /// Publishes what was sequenced and not published, and asks witnesses again who were silent. A record without entries
    /// begins with the checkpoint of the empty tree.
    pub fn publish(&mut self) -> Result<Published, WriteError> {
        self.publisher.publish()
    }

    /// Offers the published checkpoint to witnesses again, where it lacks its quorum, and publishes it with what they say.
    /// Signs nothing. `None`: nothing is published yet.
    pub fn ask_again(&mut self) -> Result<Option<Published>, WriteError> {
        self.publisher.ask_again()
    }

    pub(crate) fn ask_before_the_first(&mut self) -> Result<(), WriteError> {
        self.publisher.ask_before_the_first()
    }

    /// The two halves, for two threads.
    pub fn split(self) -> (Sequencer, Publisher) {
        (self.sequencer, self.publisher)
    }
}

impl Sequencer {
    /// Gives acts their places: when it returns they are durable, and have a place for ever.
    pub fn sequence(&self, acts: &[Admitted]) -> Result<Vec<Place>, WriteError> {
        let batch: Vec<_> = acts.iter().map(|act| act.admission().clone()).collect();
        Ok(self.ledger.sequence(self.seat, &batch)?)
    }
}

impl Publisher {
    /// Under no seat yet.
    fn new(parts: Parts) -> Result<Self, WriteError> {
        let key = parts.seal.key().clone();
        let origin = Origin::new(key.name().as_str())?;
        let policy = parts.witnesses.policy().clone();
        let known = policy.logs().iter().any(|log| *log.key() == key);
        let policy = if known { policy } else { policy.with_log(key.clone())? };
        let witnesses = KeyRing::new(policy.witnesses().iter().map(|witness| witness.key().clone()))?;
        probe(&*parts.objects, u64::from(std::process::id()))?;
        Ok(Self {
            parts,
            seat: Seat(0),
            origin,
            own: KeyRing::new([key])?,
            witnesses,
            policy,
            confirmed: None,
            front: None,
        })
    }

    /// Integrates, signs, asks the witnesses, publishes and tidies.
    pub fn publish(&mut self) -> Result<Published, WriteError> {
        let front = self.front.take();
        let mut head = self.inspect()?;
        let news = head.checkpoint.is_none() || head.integrated.size < head.sequenced;
        if news && self.confirmed.is_none() {
            self.ask_before_the_first()?;
            head = self.inspect()?;
        }
        let advanced = match self.integrate(&head, front)? {
            Some(integrated) => {
                let signed = self.sign(integrated)?;
                self.advance(signed)?
            }
            None => Advanced::before(match head.checkpoint {
                Some(checkpoint) => checkpoint,
                None => self.found()?,
            }),
        };
        let published = self.witness_and_publish(head.published.as_ref(), advanced)?;
        self.tidy(&published)?;
        Ok(published)
    }

    fn ask_again(&mut self) -> Result<Option<Published>, WriteError> {
        let published = self.inspect()?.published;
        let Some(last) = published else { return Ok(None) };
        let advanced = Advanced::before(last.clone());
        self.witness_and_publish(Some(&last), advanced).map(Some)
    }

    /// The receipt for a place that is published: a proof.
    ///
    /// # Errors
    /// [`ProveError`]: the place stands all the same.
    pub fn receipt(&self, place: Place, published: &Published) -> Result<Receipt, ProveError> {
        Receipt::proven(&*self.parts.objects, published.checkpoint(), &self.policy, place)
    }

    /// Reads what was published and how far the ledger is, in this order, and refuses what can't go on: signing then could
    /// fork the record.
    fn inspect(&self) -> Result<Head, WriteError> {
        let published = self.published()?;
        let head = self.parts.ledger.head()?;
        for checkpoint in head.checkpoint.iter().chain(&head.published) {
            self.expect_own(checkpoint)?;
        }
        let stated = head.checkpoint.as_ref().map_or(Tree::EMPTY, Tree::of);
        if stated != head.integrated {
            return Err(WriteError::Head { size: head.integrated.size });
        }
        // The ledger hears of a checkpoint before anybody else does.
        let known = head.published_size();
        match published {
            Some(published) => {
                let published = Tree::of(&published);
                if published.size > known {
                    return Err(WriteError::Stale { published: published.size, known });
                }
                head.published.as_ref().map_or(Ok(()), |known| expect_no_fork(published, Tree::of(known)))?;
                Ok(head)
            }
            None => Ok(head),
        }
    }

    /// The checkpoint that readers see.
    fn published(&self) -> Result<Option<SignedCheckpoint>, WriteError> {
        let Some(bytes) = self.parts.objects.read(CHECKPOINT)? else { return Ok(None) };
        let checkpoint = SignedCheckpoint::read(&bytes)?;
        self.expect_own(&checkpoint)?;
        Ok(Some(checkpoint))
    }

    fn expect_own(&self, checkpoint: &SignedCheckpoint) -> Result<(), WriteError> {
        let found = checkpoint.checkpoint().origin();
        if *found != self.origin {
            return Err(WriteError::Origin { expected: self.origin.clone(), found: found.clone() });
        }
        checkpoint.verify(&self.own)?;
        Ok(())
    }
}

/// Refuses two roots at one size.
fn expect_no_fork(one: Tree, other: Tree) -> Result<(), WriteError> {
    if one.size == other.size && one.root != other.root {
        return Err(WriteError::Forked { size: one.size });
    }
    Ok(())
}
