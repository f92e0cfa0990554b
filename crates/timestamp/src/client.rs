//! Asking.

use std::time::Duration;

use countersign_signature::timestamp::{MessageImprint, TimestampRequest, TimestampToken, read_response};
use ureq::http::{HeaderMap, Response, header};
use ureq::{Agent, Body};

use crate::authority::Authority;
use crate::failure::{Failure, NoTimestamp, Why};
use crate::patience::{Patience, Surroundings};

/// Bound on an answer in bytes: one with a chain of four RSA-4096 certificates has 10 KiB.
pub const ANSWER_MAX: u64 = 64 * 1024;

/// Bound on the head of an answer in bytes.
const HEAD_MAX: usize = 16 * 1024;

const QUERY: &str = "application/timestamp-query";
const REPLY: &str = "application/timestamp-reply";

/// A client for timestamp authorities.
#[derive(Debug)]
pub struct Client {
    agent: Agent,
    patience: Patience,
}

/// A token that holds against the request, and how it was come by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamped {
    /// The token.
    pub token: TimestampToken,
    /// The answer it came in, as it came: a `.tsr` file.
    pub response: Vec<u8>,
    /// Who answered.
    pub url: String,
    /// What went wrong before that, in order.
    pub failures: Vec<Failure>,
}

impl Client {
    /// A client that reads nothing of the environment: no proxy, no cookies, no redirects.
    pub fn new(patience: Patience) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(patience.answer_within))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .max_response_header_size(HEAD_MAX)
            .proxy(None)
            .user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION")));
        Self { agent: config.build().new_agent(), patience }
    }

    /// Asks one authority after another until one gives a token over the imprint, each as often as the patience says while
    /// its failures are of the kind that pass.
    ///
    /// # Errors
    /// [`NoTimestamp`] with every attempt. There is no other source of time.
    pub fn stamp(
        &self,
        imprint: &MessageImprint,
        authorities: &[Authority],
        surroundings: &mut dyn Surroundings,
    ) -> Result<Stamped, NoTimestamp> {
        let mut failures = Vec::new();
        for authority in authorities {
            for attempt in 1..=self.patience.attempts.max(1) {
                let chance = surroundings.random();
                let asked = match chance {
                    Some([_, nonce @ ..]) => self.ask(imprint, nonce, authority),
                    None => Err(Why::NoRandomness),
                };
                let why = match asked {
                    Ok((token, response)) => {
                        return Ok(Stamped { token, response, url: authority.url().to_owned(), failures });
                    }
                    Err(why) => why,
                };
                let again = why.passes() && attempt < self.patience.attempts;
                let asked_for = why.retry_after();
                failures.push(Failure { url: authority.url().to_owned(), attempt, why });
                if !again {
                    break;
                }
                let [jitter, ..] = chance.unwrap_or_default();
                surroundings.pause(self.patience.pause(attempt, asked_for, jitter));
            }
        }
        Err(NoTimestamp { failures })
    }

    fn ask(
        &self,
        imprint: &MessageImprint,
        nonce: [u8; 8],
        authority: &Authority,
    ) -> Result<(TimestampToken, Vec<u8>), Why> {
        let request = TimestampRequest::new(imprint.clone(), nonce);
        let mut post = self.agent.post(authority.url()).header(header::CONTENT_TYPE, QUERY);
        post = post.header(header::ACCEPT, REPLY);
        if let Some(credentials) = authority.authorization() {
            post = post.header(header::AUTHORIZATION, credentials);
        }
        let response = post.send(&request.to_der()).map_err(|error| self.network(error))?;
        let answer = self.body(response)?;
        let token = read_response(&request, &answer).map_err(Why::Answer)?;
        Ok((token, answer))
    }

    /// The body of an answer that is one.
    fn body(&self, mut response: Response<Body>) -> Result<Vec<u8>, Why> {
        let (status, fields) = (response.status().as_u16(), response.headers());
        match status {
            200 => {}
            300..400 => {
                let to = words(fields, header::LOCATION).unwrap_or_else(|| "nowhere".to_owned());
                return Err(Why::Redirect { status, to });
            }
            _ => {
                let seconds = words(fields, header::RETRY_AFTER).and_then(|words| words.trim().parse().ok());
                return Err(Why::Status { status, retry_after: seconds.map(Duration::from_secs) });
            }
        }
        let found = words(fields, header::CONTENT_TYPE).unwrap_or_else(|| "none".to_owned());
        let essence = found.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case(REPLY) {
            return Err(Why::ContentType { found });
        }
        response.body_mut().with_config().limit(ANSWER_MAX).read_to_vec().map_err(|error| self.network(error))
    }

    fn network(&self, error: ureq::Error) -> Why {
        match error {
            ureq::Error::Timeout(_) => Why::TimedOut { within: self.patience.answer_within },
            ureq::Error::BodyExceedsLimit(most) => Why::TooLong { most },
            other => Why::Unreachable { error: other.to_string().escape_debug().to_string() },
        }
    }
}

/// Bound on foreign words in a message, in characters.
const WORDS_MAX: usize = 200;

/// A field's words, fit for a terminal.
fn words(fields: &HeaderMap, name: header::HeaderName) -> Option<String> {
    let value = fields.get(name)?.to_str().ok()?;
    Some(value.chars().take(WORDS_MAX).flat_map(char::escape_debug).collect())
}
