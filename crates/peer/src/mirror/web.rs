//! A log on somebody's server, read over HTTP.

use std::time::Duration;

use countersign_tlog::hash::Hash;
use ureq::http::{HeaderMap, Uri, header};
use ureq::{Agent, Body};

use super::upstream::{Unread, Upstream, Why};

/// How long a server is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// How often one file is asked for, at least once.
    pub attempts: u8,
    /// How long one answer may take, from the name's look-up to the last byte.
    pub answer_within: Duration,
    /// The pause before the second attempt; it doubles with each.
    pub first_pause: Duration,
    /// No pause is longer, whatever a server asks for by `Retry-After`.
    pub longest_pause: Duration,
}

/// A log's address.
#[derive(Debug)]
pub struct Web {
    agent: Agent,
    prefix: String,
    patience: Patience,
}

/// Why words are no log's address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// Not an address.
    #[error("`{url}` is not a log's address: expected http://… or https://…, without query or fragment")]
    Url {
        /// What stands there.
        url: String,
    },
    /// Credentials in the address show in logs and process lists.
    #[error("the address of {host} holds a user and a password: a log is public")]
    CredentialsInside {
        /// Whose address.
        host: String,
    },
}

/// Bound on the head of an answer in bytes.
const HEAD_MAX: usize = 16 * 1024;

/// Bound on foreign words in a message, in characters.
const WORDS_MAX: usize = 200;

impl Default for Patience {
    /// Four attempts of 30 s each, 1, 2 and 4 s apart.
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { attempts: 4, answer_within: seconds(30), first_pause: seconds(1), longest_pause: seconds(60) }
    }
}

impl Patience {
    /// The pause after some attempts: between half and the whole of a length that doubles. What is asked for decides where
    /// between, so that requests which failed at once don't come back at once.
    fn pause(&self, attempts: u8, asked_for: Option<Duration>, name: &str) -> Duration {
        let doubled = self.first_pause.saturating_mul(1 << u32::from(attempts.saturating_sub(1)).min(16));
        let half = doubled.min(self.longest_pause) / 2;
        let [spread, ..] = *Hash::leaf(name.as_bytes()).as_bytes();
        let spread = half.saturating_add(half.saturating_mul(u32::from(spread)) / 255);
        spread.max(asked_for.unwrap_or_default().min(self.longest_pause))
    }
}

impl Web {
    /// A client that reads nothing of the environment: no proxy, no cookies, no redirects. HTTP will do: what a log serves
    /// proves itself.
    ///
    /// # Errors
    /// [`BadAddress`]
    pub fn new(url: &str, patience: Patience) -> Result<Self, BadAddress> {
        let bad = || BadAddress::Url { url: url.escape_debug().take(WORDS_MAX).collect() };
        let parsed: Uri = url.parse().map_err(|_| bad())?;
        let host = parsed.host().filter(|host| !host.is_empty()).ok_or_else(bad)?;
        if !matches!(parsed.scheme_str(), Some("http" | "https")) || url.contains(['?', '#']) {
            return Err(bad());
        }
        if parsed.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            return Err(BadAddress::CredentialsInside { host: host.to_owned() });
        }
        let config = Agent::config_builder()
            .timeout_global(Some(patience.answer_within))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .max_response_header_size(HEAD_MAX)
            .proxy(None)
            .user_agent(concat!("countersign-mirror/", env!("CARGO_PKG_VERSION")));
        let prefix = format!("{}/", url.trim_end_matches('/'));
        Ok(Self { agent: config.build().new_agent(), prefix, patience })
    }

    fn ask(&self, url: &str, most: usize) -> Result<Option<Vec<u8>>, Why> {
        let response = self.agent.get(url).header(header::ACCEPT_ENCODING, "identity").call();
        let mut response: ureq::http::Response<Body> = response.map_err(|error| self.network(error, most))?;
        let (status, fields) = (response.status().as_u16(), response.headers());
        match status {
            200 => {}
            404 | 410 => return Ok(None),
            300..400 => {
                let to = words(fields, header::LOCATION).unwrap_or_else(|| "nowhere".to_owned());
                return Err(Why::Redirect { status, to });
            }
            _ => {
                let seconds = words(fields, header::RETRY_AFTER).and_then(|words| words.trim().parse().ok());
                return Err(Why::Status { status, retry_after: seconds.map(Duration::from_secs) });
            }
        }
        if let Some(coding) = words(fields, header::CONTENT_ENCODING).filter(|coding| coding != "identity") {
            return Err(Why::Encoded { coding });
        }
        let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
        let body = response.body_mut().with_config().limit(limit).read_to_vec();
        let body = body.map_err(|error| self.network(error, most))?;
        if body.len() > most { Err(Why::TooLong { most }) } else { Ok(Some(body)) }
    }

    fn network(&self, error: ureq::Error, most: usize) -> Why {
        match error {
            ureq::Error::Timeout(_) => Why::TimedOut { within: self.patience.answer_within },
            ureq::Error::BodyExceedsLimit(_) => Why::TooLong { most },
            other => {
                let error = other.to_string().escape_debug().take(WORDS_MAX).collect();
                Why::Unreachable { error }
            }
        }
    }
}

impl Upstream for Web {
    fn fetch(&self, name: &str, most: usize) -> Result<Option<Vec<u8>>, Unread> {
        let url = format!("{}{name}", self.prefix);
        let mut attempts = 0;
        loop {
            attempts += 1;
            let why = match self.ask(&url, most) {
                Ok(answer) => return Ok(answer),
                Err(why) => why,
            };
            if !why.passes() || attempts >= self.patience.attempts {
                return Err(Unread { place: url, attempts, why });
            }
            let asked_for = match &why {
                Why::Status { retry_after, .. } => *retry_after,
                _ => None,
            };
            std::thread::sleep(self.patience.pause(attempts, asked_for, name));
        }
    }
}

/// A field's words, fit for a terminal.
fn words(fields: &HeaderMap, name: header::HeaderName) -> Option<String> {
    let value = fields.get(name)?.to_str().ok()?;
    Some(value.chars().take(WORDS_MAX).flat_map(char::escape_debug).collect())
}
