//! Asks the witnesses of a policy, all at once, until enough have cosigned or the time is up.
//!
//! Each witness is asked from the size that it is remembered to have cosigned last. One that answers 409 with another size
//! is asked once more, from there. What it answers then is its outcome: see [`Outcome`].

use super::exchange::{Heard, Line};
use super::outcome::{Answered, Asked, ForkAlarm, Outcome};
use countersign_tlog::checkpoint::SignedCheckpoint;
use countersign_tlog::note::{KeyRing, NoteError, SameKeyTwice, VerifierKey};
use countersign_tlog::policy::{Policy, UntrustedError, Witness};
use countersign_tlog::proof::{ConsistencyProof, ProofLinesError};
use countersign_tlog::size::TreeSize;
use countersign_tlog::witness::{AddCheckpoint, Answer};
use std::error::Error;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

/// Asks witnesses.
#[derive(Debug, Clone)]
pub struct Client {
    line: Line,
    patience: Patience,
}

/// How long is waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For one answer of one witness, from the connection to the last byte.
    pub witness: Duration,
    /// For all of it. What has not answered by then is not waited for.
    pub all: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { witness: Duration::from_secs(5), all: Duration::from_secs(10) }
    }
}

/// What is asked, of whom.
pub struct Question<'a> {
    /// The checkpoint, signed by the log. Cosignatures it has already count.
    pub checkpoint: &'a SignedCheckpoint,
    /// The log, and its witnesses with their addresses and the quorum.
    pub policy: &'a Policy,
    /// What a witness is remembered to have cosigned last; `None` where nothing is known of it.
    pub remembered: &'a dyn Fn(&VerifierKey) -> Option<TreeSize>,
    /// A proof that leads from a size to the checkpoint.
    pub proof: &'a mut dyn FnMut(TreeSize) -> Result<ConsistencyProof, Box<dyn Error>>,
}

/// Why nobody could be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// The checkpoint does not count under the policy, whoever cosigns it.
    #[error("the checkpoint does not count under the witness policy: {0}")]
    Untrusted(#[from] UntrustedError),
    /// No room for more signatures on it.
    #[error("the checkpoint has no room for cosignatures: {0}")]
    Full(#[from] NoteError),
    /// A key that can't be told from another.
    #[error(transparent)]
    SameKey(#[from] SameKeyTwice),
}

/// What the threads report.
enum Event {
    /// What a witness answered.
    Answer(usize, Result<Heard, Outcome>),
    /// What a witness shows of the history that it has seen.
    Shown(usize, Option<Box<SignedCheckpoint>>),
    /// The time is up.
    TimeUp,
}

/// How far it has come with one witness.
struct Talk<'a> {
    witness: &'a Witness,
    url: Option<String>,
    /// The size asked from.
    from: TreeSize,
    again: bool,
    latest: Option<TreeSize>,
    went_back: Option<TreeSize>,
    outcome: Option<Outcome>,
    /// Whether it is being asked for the history that it has seen.
    looking: bool,
}

/// One round of asking.
struct Round<'a, 'q> {
    line: &'a Line,
    question: &'a mut Question<'q>,
    checkpoint: SignedCheckpoint,
    events: Sender<Event>,
}

impl Client {
    /// A client that reads nothing of the environment: no proxy, no cookies, no redirects.
    pub fn new(patience: Patience) -> Self {
        Self { line: Line::new(patience.witness), patience }
    }

    /// Asks. Whether the quorum is met is told, not demanded.
    pub fn ask(&self, mut question: Question<'_>) -> Result<Asked, AskError> {
        let policy = question.policy;
        let checkpoint = question.checkpoint.clone();
        let done = policy.evaluate(&checkpoint)?;
        let mut talks: Vec<Talk<'_>> = policy.witnesses().iter().map(|witness| Talk::new(witness, &question)).collect();
        let (events, heard) = channel();
        let mut round = Round { line: &self.line, question: &mut question, checkpoint, events };
        if !done.quorum().is_met() {
            for (at, talk) in talks.iter_mut().enumerate() {
                round.ask(at, talk);
            }
            self.start_clock(&round.events);
            round.listen(&mut talks, &heard)?;
        }
        let checkpoint = round.checkpoint;
        let quorum = policy.evaluate(&checkpoint)?.quorum().clone();
        let answers = talks.into_iter().map(Talk::end).collect();
        Ok(Asked { checkpoint, quorum, answers })
    }

    fn start_clock(&self, events: &Sender<Event>) {
        let (events, all) = (events.clone(), self.patience.all);
        thread::spawn(move || {
            thread::sleep(all);
            let _ = events.send(Event::TimeUp);
        });
    }
}

impl<'a> Talk<'a> {
    fn new(witness: &'a Witness, question: &Question<'_>) -> Self {
        let url = witness.url().and_then(|url| std::str::from_utf8(url.as_bytes()).ok());
        let http = |url: &&str| url.starts_with("http://") || url.starts_with("https://");
        let url = url.filter(http).map(|url| url.trim_end_matches('/').to_owned());
        // What was cosigned here already need not be asked for; what is remembered beyond the checkpoint is asked from
        // the checkpoint, and the witness says the rest.
        let size = question.checkpoint.checkpoint().size();
        let remembered = (question.remembered)(witness.key());
        let from = remembered.unwrap_or(TreeSize::ZERO).min(size);
        Self { witness, url, from, again: false, latest: None, went_back: None, outcome: None, looking: false }
    }

    fn end(self) -> Answered {
        Answered {
            name: self.witness.name().clone(),
            key: self.witness.key().clone(),
            outcome: self.outcome.unwrap_or(Outcome::NotWaitedFor),
            latest: self.latest,
            went_back: self.went_back,
        }
    }
}

impl Round<'_, '_> {
    /// Sends the request of one witness, on a thread of its own.
    fn ask(&mut self, at: usize, talk: &mut Talk<'_>) {
        let Some(url) = &talk.url else {
            talk.outcome = Some(Outcome::NoAddress);
            return;
        };
        let proof = if talk.from == TreeSize::ZERO {
            ConsistencyProof::new(Vec::new()).map_err(|error: ProofLinesError| error.into())
        } else {
            (self.question.proof)(talk.from)
        };
        let proof = match proof {
            Ok(proof) => proof,
            Err(error) => {
                talk.outcome = Some(Outcome::NoProof { from: talk.from, error: error.to_string() });
                return;
            }
        };
        let body = AddCheckpoint::new(talk.from, proof, self.question.checkpoint.clone()).to_string();
        let (line, events, url) = (self.line.clone(), self.events.clone(), format!("{url}/add-checkpoint"));
        thread::spawn(move || {
            // Where nobody waits any more, the quorum is met or the time is up.
            let _ = events.send(Event::Answer(at, line.post(&url, body.as_bytes())));
        });
    }

    /// Waits for answers until the quorum is met, all are there or the time is up.
    fn listen(&mut self, talks: &mut [Talk<'_>], heard: &Receiver<Event>) -> Result<(), AskError> {
        let mut met = false;
        while talks.iter().any(|talk| talk.looking || (!met && talk.outcome.is_none())) {
            match heard.recv() {
                Ok(Event::Answer(at, answer)) => {
                    let Some(talk) = talks.get_mut(at) else { continue };
                    let outcome = match answer {
                        Ok(heard) => self.weigh(talk, &heard)?,
                        Err(outcome) => Some(outcome),
                    };
                    match &outcome {
                        Some(Outcome::Fork(_)) => self.look(at, talk),
                        Some(Outcome::Cosigned { .. }) => {
                            met = self.question.policy.evaluate(&self.checkpoint)?.quorum().is_met();
                        }
                        Some(_) => {}
                        None => self.ask(at, talk),
                    }
                    talk.outcome = talk.outcome.take().or(outcome);
                }
                Ok(Event::Shown(at, seen)) => {
                    let Some(talk) = talks.get_mut(at) else { continue };
                    talk.looking = false;
                    if let (Some(Outcome::Fork(alarm)), Some(seen)) = (&mut talk.outcome, seen) {
                        alarm.seen = Some(*seen).filter(|seen| self.proves(alarm.at, seen));
                    }
                }
                Ok(Event::TimeUp) | Err(_) => break,
            }
        }
        Ok(())
    }

    /// What an answer means; `None`: ask again, from another size.
    fn weigh(&mut self, talk: &mut Talk<'_>, heard: &Heard) -> Result<Option<Outcome>, AskError> {
        let size = self.question.checkpoint.checkpoint().size();
        let from = talk.from;
        let answer = match Answer::read(heard.status, heard.content_type.as_deref(), &heard.body) {
            Ok(answer) => answer,
            Err(error) => return Ok(Some(Outcome::Garbled(error))),
        };
        Ok(Some(match answer {
            Answer::Cosigned(lines) => {
                let known = KeyRing::new([talk.witness.key().clone()])?;
                let count = lines.len();
                let time = lines.iter().find_map(|line| {
                    let key = known.find(line.name(), line.id())?;
                    key.verify(self.checkpoint.note().text(), line.signature()).ok()
                });
                let Some(time) = time else { return Ok(Some(Outcome::NotCounted { lines: count })) };
                self.checkpoint.add_verified(lines, &known)?;
                talk.latest = Some(size);
                Outcome::Cosigned { time }
            }
            Answer::Conflict { latest } => {
                talk.latest = Some(latest);
                let remembered = (self.question.remembered)(talk.witness.key());
                talk.went_back = remembered.filter(|remembered| latest < *remembered).or(talk.went_back);
                if latest > size {
                    Outcome::Behind { latest }
                } else if latest == size && from == size {
                    self.alarm(talk, size)
                } else if talk.again || latest == from {
                    Outcome::Contradictory { from, latest }
                } else {
                    (talk.from, talk.again) = (latest, true);
                    return Ok(None);
                }
            }
            Answer::Refused { status: 404 } => Outcome::NotKnown,
            Answer::Refused { status: 403 } => Outcome::KeyNotKnown,
            Answer::Refused { status: 409 } if from == size => self.alarm(talk, size),
            // It takes this size for its latest, and the root there for another.
            Answer::Refused { status: 422 } if from > TreeSize::ZERO => self.alarm(talk, from),
            Answer::Refused { status } => Outcome::Refused { status },
        }))
    }

    fn alarm(&self, talk: &Talk<'_>, at: TreeSize) -> Outcome {
        let ours = self.question.checkpoint.clone();
        let origin = ours.checkpoint().origin().clone();
        let witness = talk.witness.key().clone();
        Outcome::Fork(Box::new(ForkAlarm { origin, witness, at, ours, seen: None }))
    }

    /// Asks a witness for the checkpoint that it has seen.
    fn look(&self, at: usize, talk: &mut Talk<'_>) {
        let Some(url) = &talk.url else { return };
        let origin = self.checkpoint.checkpoint().origin();
        let hex: String = origin.as_str().bytes().map(|byte| format!("{byte:02x}")).collect();
        let (line, events, url) = (self.line.clone(), self.events.clone(), format!("{url}/checkpoint/{hex}"));
        talk.looking = true;
        thread::spawn(move || {
            let shown = line.fetch(&url).ok().filter(|heard| heard.status == 200);
            let shown = shown.and_then(|heard| SignedCheckpoint::read(&heard.body).ok());
            let _ = events.send(Event::Shown(at, shown.map(Box::new)));
        });
    }

    /// Whether a checkpoint is this log's, and not of this history.
    fn proves(&mut self, at: TreeSize, seen: &SignedCheckpoint) -> bool {
        let ours = self.question.checkpoint.checkpoint();
        let theirs = seen.checkpoint();
        if theirs.size() != at || self.question.policy.evaluate(seen).is_err() {
            return false;
        }
        if at == ours.size() {
            return theirs.root() != ours.root();
        }
        let proof = (self.question.proof)(at);
        proof.is_ok_and(|proof| proof.verify(at, theirs.root(), ours.size(), ours.root()).is_err())
    }
}
