//! Asking for timestamps over acts: which authorities, as whom, and what became of it.

use std::path::PathBuf;

use countersign_signature::timestamp::MessageImprint;
use countersign_signature::{DigestAlgorithm, signature_value};
use countersign_timestamp::{Authority, Client, NoTimestamp, Patience, Stamped, System};
use countersign_verify::bundle::BundledAct;
use serde_json::{Value, json};

use crate::exit::Failure;
use crate::folder::Folder;
use crate::input;

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
    /// Asks for a token over an act's signature and puts the answer beside it.
    pub(crate) fn stamp(
        &self,
        folder: &Folder,
        act: &BundledAct,
    ) -> Result<Result<Stamped, NoTimestamp>, Failure> {
        let value = signature_value(&act.p7s)
            .map_err(|error| Failure::usage(format!("act {}: {error}", act.number)))?;
        let imprint = MessageImprint::of(DigestAlgorithm::Sha256, &[&value]);
        match self.client.stamp(&imprint, &self.authorities, &mut System) {
            Ok(stamped) => {
                folder.write(&format!("acts/{:04}-{}.tsr", act.number, act.id.hex()), &stamped.response)?;
                Ok(Ok(stamped))
            }
            Err(none) => Ok(Err(none)),
        }
    }
}

/// What became of it, as JSON.
pub(crate) fn outcome_json(outcome: &Result<Stamped, NoTimestamp>) -> Value {
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
pub(crate) fn outcome_words(outcome: &Result<Stamped, NoTimestamp>) -> String {
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
fn utc(seconds: i64) -> String {
    let at = countersign_authority::model::time::Instant(i128::from(seconds).saturating_mul(1_000_000_000));
    countersign_notation::time::rfc3339(at)
}
