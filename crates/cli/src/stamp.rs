//! Asking for timestamps over acts: which authorities, as whom, and what became of it.

use std::cell::RefCell;
use std::path::PathBuf;

use countersign_pdf::timestamp::{TimestampSource, TimestampUnavailable};
use countersign_signature::timestamp::{MessageImprint, TimestampToken};
use countersign_signature::{Certificate, DigestAlgorithm, signature_value};
use countersign_timestamp::{Authority, Client, NoTimestamp, Patience, Stamped, System};
use countersign_verify::archive;
use countersign_verify::bundle::BundledAct;
use serde_json::{Value, json};

use crate::exit::Failure;
use crate::input;
use crate::keeping::Dossier;

/// Whom to ask.
#[derive(Debug, clap::Args)]
pub(crate) struct TsaArgs {
    /// A timestamp authority (RFC 3161 over http or https); given again, who is asked where the first fails
    #[arg(long, value_name = "URL")]
    tsa: Vec<String>,
    /// A file with a line `URL USER:PASSWORD` for each authority that wants to know who asks
    #[arg(long, value_name = "FILE", requires = "tsa")]
    tsa_credentials: Option<PathBuf>,
}

/// Authorities to ask, in order.
pub(crate) struct Authorities {
    client: Client,
    authorities: Vec<Authority>,
}

impl TsaArgs {
    /// The authorities named; `None` where none is.
    pub(crate) fn authorities(&self) -> Result<Option<Authorities>, Failure> {
        if self.tsa.is_empty() {
            return Ok(None);
        }
        let credentials = match &self.tsa_credentials {
            Some(path) => String::from_utf8(input::read(path)?)
                .map_err(|_| Failure::usage(format!("{}: not UTF-8", path.display())))?,
            None => String::new(),
        };
        let authorities: Result<Vec<Authority>, Failure> =
            self.tsa.iter().map(|url| authority(url, &credentials)).collect();
        Ok(Some(Authorities { client: Client::new(Patience::default()), authorities: authorities? }))
    }
}

/// One authority, with the credentials that the file has for it.
fn authority(url: &str, credentials: &str) -> Result<Authority, Failure> {
    let wrong = |error: countersign_timestamp::BadAuthority| {
        Failure::usage(format!("--tsa: {error}"))
            .help("credentials go into a file: --tsa-credentials FILE, with a line `URL USER:PASSWORD`")
    };
    let plain = Authority::new(url).map_err(wrong)?;
    let known = credentials.lines().filter_map(|line| line.split_once(' ')).find(|(of, _)| *of == url);
    match known.and_then(|(_, said)| said.trim().split_once(':')) {
        Some((user, password)) => plain.with_credentials(user, password).map_err(wrong),
        None => Ok(plain),
    }
}

impl Authorities {
    /// Asks for a token over an imprint.
    fn ask(&self, imprint: &MessageImprint) -> Outcome {
        self.client.stamp(imprint, &self.authorities, &mut System)
    }

    /// Asks for a token over an act's signature and puts the answer beside it.
    pub(crate) fn stamp(&self, dossier: &dyn Dossier, act: &BundledAct) -> Result<Outcome, Failure> {
        let value = signature_value(&act.p7s)
            .map_err(|error| Failure::usage(format!("act {}: {error}", act.number)))?;
        let outcome = self.ask(&MessageImprint::of(DigestAlgorithm::Sha256, &[&value]));
        if let Ok(stamped) = &outcome {
            dossier.put(&format!("acts/{:04}-{}.tsr", act.number, act.id.hex()), &stamped.response)?;
        }
        Ok(outcome)
    }

    /// Asks for a token over a list of everything in the dossier, and puts both in.
    pub(crate) fn archive(&self, dossier: &dyn Dossier) -> Result<Outcome, Failure> {
        let (name, list) = archive::next(&dossier.bundle()?);
        let outcome = self.ask(&MessageImprint::of(DigestAlgorithm::Sha256, &[&list]));
        if let Ok(stamped) = &outcome {
            dossier.put(&format!("trust/{name}.sha256"), &list)?;
            dossier.put(&format!("trust/{name}.tsr"), &stamped.response)?;
        }
        Ok(outcome)
    }
}

/// A token, or why there is none yet.
pub(crate) type Outcome = Result<Stamped, NoTimestamp>;

/// Timestamps for a PDF, and what was asked for so far.
pub(crate) struct ForPdf<'a> {
    authorities: &'a Authorities,
    outcomes: RefCell<Vec<Outcome>>,
}

impl<'a> ForPdf<'a> {
    pub(crate) fn new(authorities: &'a Authorities) -> Self {
        Self { authorities, outcomes: RefCell::default() }
    }

    /// What became of each.
    pub(crate) fn outcomes(&self) -> Vec<Outcome> {
        self.outcomes.borrow().clone()
    }

    /// The certificates that came with the tokens.
    pub(crate) fn certificates(&self) -> Vec<Certificate> {
        let outcomes = self.outcomes.borrow();
        outcomes.iter().flatten().flat_map(|one| one.token.signature().certificates()).cloned().collect()
    }
}

impl TimestampSource for ForPdf<'_> {
    fn token(&self, imprint: &MessageImprint) -> Result<TimestampToken, TimestampUnavailable> {
        let outcome = self.authorities.ask(imprint);
        self.outcomes.borrow_mut().push(outcome.clone());
        outcome.map(|stamped| stamped.token).map_err(|none| TimestampUnavailable { reason: none.told() })
    }
}

/// What became of it, as JSON.
pub(crate) fn outcome_json(outcome: &Outcome) -> Value {
    let told = |failures: &[countersign_timestamp::Failure]| -> Vec<Value> {
        failures
            .iter()
            .map(|failure| json!({"url": failure.url, "attempt": failure.attempt, "why": failure.why.to_string()}))
            .collect()
    };
    match outcome {
        Ok(stamped) => json!({
            "stamped": true, "not_later_than": utc(stamped.token.at_latest()), "by": stamped.url,
            "authority": stamped.token.authority().subject(), "failures": told(&stamped.failures),
        }),
        Err(none) => json!({"stamped": false, "failures": told(&none.failures)}),
    }
}

/// What became of it, in words.
pub(crate) fn outcome_words(outcome: &Outcome) -> String {
    match outcome {
        Ok(stamped) => format!(
            "not later than {}, says {} ({})",
            utc(stamped.token.at_latest()),
            stamped.token.authority().subject(),
            stamped.url
        ),
        Err(none) => none.to_string(),
    }
}

/// A moment in unix seconds as RFC 3339.
pub(crate) fn utc(seconds: i64) -> String {
    let at = countersign_authority::model::time::Instant(i128::from(seconds).saturating_mul(1_000_000_000));
    countersign_notation::time::rfc3339(at)
}
