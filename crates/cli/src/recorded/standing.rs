//! How far an act has come on the record, in words and in JSON.

use countersign_store::dossiers::Recorded;
use countersign_store::ledger::{Head, Place};
use countersign_store::receipt::Receipt;
use countersign_store::writer::{Published, Written};
use countersign_tlog::policy::{Octets, Policy, Quorum};
use serde_json::{Value, json};

use crate::exit::Failure;
use crate::home::{self, Alarms, Home};

/// Where an act stands.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    /// Its number in the dossier.
    pub(crate) number: u32,
    index: u64,
    /// Whether it was there before.
    pub(crate) again: bool,
    /// The checkpoint it is under; none yet: its place is a promise.
    under: Option<Under>,
    /// What has to be told about it: silent witnesses, alarms, a record that could not be published.
    pub(crate) told: Vec<String>,
    /// Whether a witness contradicts the record, or it could not be published.
    pub(crate) troubled: bool,
}

#[derive(Debug, Clone)]
struct Under {
    size: u64,
    witnessed: bool,
    /// Witnesses that cosigned.
    signed: Vec<String>,
    /// How many the policy names.
    asked: usize,
}

/// The policy of a home's own checkpoints: its witnesses, and its own key.
pub(crate) fn publishing(home: &Home) -> Result<Policy, Failure> {
    let (policy, key) = (home.witnesses()?, home.verifier()?);
    if policy.logs().iter().any(|log| *log.key() == key) {
        return Ok(policy);
    }
    policy.with_log(key).map_err(|error| Failure::usage(home::told(&error)))
}

impl Standing {
    /// Of acts that were just written, in their order.
    pub(crate) fn written(written: &Written, alarms: &Alarms) -> Vec<Self> {
        let (mut told, troubled) = told(written);
        told.extend(alarms.words());
        let of = |receipt: &Receipt| Self {
            under: match (&written.published, receipt) {
                (Ok(published), Receipt::Included(_) | Receipt::Witnessed(_)) => {
                    let size = published.checkpoint().checkpoint().size().get();
                    Some(Under::of(size, published.quorum()))
                }
                _ => None,
            },
            told: told.clone(),
            troubled,
            ..Self::promised(receipt.place())
        };
        written.receipts.iter().map(of).collect()
    }

    fn promised(place: &Place) -> Self {
        Self {
            number: place.link.number,
            index: place.index.get(),
            again: place.again,
            under: None,
            told: Vec::new(),
            troubled: false,
        }
    }

    /// Of an act that was written before, under what is published now.
    pub(crate) fn of(act: &Recorded, head: &Head, policy: &Policy) -> Self {
        let published =
            head.published.as_ref().filter(|published| published.checkpoint().size().get() > act.index.get());
        let under = published.and_then(|published| {
            let trusted = policy.evaluate(published).ok()?;
            Some(Under::of(published.checkpoint().size().get(), trusted.quorum()))
        });
        Self {
            number: act.link.number,
            index: act.index.get(),
            again: true,
            under,
            told: Vec::new(),
            troubled: false,
        }
    }

    /// `sequenced`, `included`, `witnessed`.
    pub(crate) fn state(&self) -> &'static str {
        match &self.under {
            None => "sequenced",
            Some(under) if under.witnessed => "witnessed",
            Some(_) => "included",
        }
    }

    /// `record index 13 · included, witnessed 2 of 2`
    pub(crate) fn words(&self) -> String {
        let state = match &self.under {
            None => "sequenced, not published yet".to_owned(),
            Some(under) if under.asked == 0 => "included".to_owned(),
            Some(under) => {
                let count = format!("{} of {}", under.signed.len(), under.asked);
                if under.witnessed {
                    format!("included, witnessed {count}")
                } else {
                    format!("included, not witnessed yet ({count})")
                }
            }
        };
        format!("record index {} · {state}", self.index)
    }

    /// `{"index","state","size","witnesses"}`
    pub(crate) fn json(&self) -> Value {
        json!({
            "index": self.index,
            "state": self.state(),
            "size": self.under.as_ref().map(|under| under.size),
            "witnesses": self.under.as_ref().map_or(&[][..], |under| &under.signed),
        })
    }
}

impl Under {
    fn of(size: u64, quorum: &Quorum) -> Self {
        let signed: Vec<String> = quorum.signed().iter().map(|cosigner| name(&cosigner.name)).collect();
        Self {
            size,
            // A quorum of nobody is no witness.
            witnessed: quorum.asked().is_some() && quorum.is_met(),
            asked: signed.len().saturating_add(quorum.missing().len()),
            signed,
        }
    }
}

/// What a policy calls a witness.
pub(crate) fn name(octets: &Octets) -> String {
    String::from_utf8_lossy(octets.as_bytes()).into_owned()
}

/// What has to be told about a write, and whether it troubles.
fn told(written: &Written) -> (Vec<String>, bool) {
    match &written.published {
        Ok(published) => silent(published),
        Err(error) => (
            vec![format!(
                "the record could not be published: {}; what was written is safe, and the next act publishes it",
                home::told(error)
            )],
            true,
        ),
    }
}

/// What silent and contradicting witnesses said.
pub(crate) fn silent(published: &Published) -> (Vec<String>, bool) {
    let troubled = published.alarms().next().is_some();
    let told = published.answers().iter().filter_map(|answer| {
        let why = answer.said.as_ref().err()?;
        let alarm = if answer.alarms() { "ALARM: " } else { "" };
        Some(format!("{alarm}witness {} did not cosign: {why}", answer.witness.name()))
    });
    (told.collect(), troubled)
}
