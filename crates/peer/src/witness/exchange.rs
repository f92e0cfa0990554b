//! One request to a witness over HTTP, bounded in time and bytes; reads nothing of the environment.

use super::outcome::Outcome;
use countersign_tlog::note::NOTE_MAX;
use std::time::Duration;
use ureq::http::{HeaderMap, Response, header};
use ureq::{Agent, Body};

/// Asks witnesses.
#[derive(Debug, Clone)]
pub(super) struct Line {
    agent: Agent,
    within: Duration,
}

/// An answer that is neither a redirection nor a request to come back later.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) status: u16,
    pub(super) content_type: Option<String>,
    pub(super) body: Vec<u8>,
}

/// Bound on the head of an answer in bytes.
const HEAD_MAX: usize = 16 * 1024;

/// Bound on foreign words in a message, in characters.
const WORDS_MAX: usize = 200;

impl Line {
    /// No proxy, no cookies, no redirects.
    pub(super) fn new(within: Duration) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(within))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .max_response_header_size(HEAD_MAX)
            .proxy(None)
            .user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION")));
        Self { agent: config.build().new_agent(), within }
    }

    pub(super) fn post(&self, url: &str, body: &[u8]) -> Result<Heard, Outcome> {
        let post = self.agent.post(url).header(header::CONTENT_TYPE, "text/plain; charset=utf-8");
        post.send(body).map_err(|error| self.network(error)).and_then(|answer| self.hear(answer))
    }

    pub(super) fn fetch(&self, url: &str) -> Result<Heard, Outcome> {
        self.agent.get(url).call().map_err(|error| self.network(error)).and_then(|answer| self.hear(answer))
    }

    fn hear(&self, mut answer: Response<Body>) -> Result<Heard, Outcome> {
        let (status, fields) = (answer.status().as_u16(), answer.headers());
        match status {
            300..400 => {
                let to = words(fields, header::LOCATION).unwrap_or_else(|| "nowhere".to_owned());
                return Err(Outcome::Redirected { status, to });
            }
            429 | 503 => {
                let seconds = words(fields, header::RETRY_AFTER).and_then(|words| words.trim().parse().ok());
                return Err(Outcome::Busy { status, retry_after: seconds.map(Duration::from_secs) });
            }
            _ => {}
        }
        let content_type = words(fields, header::CONTENT_TYPE);
        let body = answer.body_mut().with_config().limit(NOTE_MAX as u64).read_to_vec();
        Ok(Heard { status, content_type, body: body.map_err(|error| self.network(error))? })
    }

    fn network(&self, error: ureq::Error) -> Outcome {
        match error {
            ureq::Error::Timeout(_) => Outcome::TimedOut { within: self.within },
            ureq::Error::BodyExceedsLimit(_) => Outcome::TooLong,
            other => Outcome::Unreachable { error: fit(&other.to_string()) },
        }
    }
}

/// A field's words, fit for a terminal.
fn words(fields: &HeaderMap, name: header::HeaderName) -> Option<String> {
    Some(fit(fields.get(name)?.to_str().ok()?))
}

fn fit(text: &str) -> String {
    text.chars().take(WORDS_MAX).flat_map(char::escape_debug).collect()
}
