//! Why there is no timestamp.

use std::time::Duration;

use countersign_signature::timestamp::{FailureInfo, TimestampRefused};

/// No authority gave a timestamp.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no timestamp: {}", self.told())]
pub struct NoTimestamp {
    /// Every attempt, in order.
    pub failures: Vec<Failure>,
}

/// An attempt that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{url} (attempt {attempt}): {why}")]
pub struct Failure {
    /// Who was asked.
    pub url: String,
    /// Which attempt at this authority, from 1.
    pub attempt: u8,
    /// What went wrong.
    pub why: Why,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Why {
    /// The system has no random numbers: without a nonce an old answer would do.
    #[error("the system gave no random number for a nonce")]
    NoRandomness,
    /// Nobody answers there.
    #[error("it can't be reached: {error}")]
    Unreachable {
        /// What the network said.
        error: String,
    },
    /// No whole answer in time.
    #[error("no whole answer within {} ms", .within.as_millis())]
    TimedOut {
        /// The time given.
        within: Duration,
    },
    /// An HTTP status other than 200.
    #[error("HTTP status {status}{}", status_words(*.status))]
    Status {
        /// Which.
        status: u16,
        /// How long it asks to be left alone.
        retry_after: Option<Duration>,
    },
    /// It points elsewhere.
    #[error(
        "HTTP status {status}: it points to {to}; redirects are not followed, give that address where it is right"
    )]
    Redirect {
        /// Which.
        status: u16,
        /// Where to.
        to: String,
    },
    /// Another type of content.
    #[error("HTTP status 200 with content of type {found}, expected application/timestamp-reply")]
    ContentType {
        /// Which; `none` where it does not say.
        found: String,
    },
    /// Longer than is read.
    #[error("the answer is longer than {most} bytes")]
    TooLong {
        /// The limit.
        most: u64,
    },
    /// It answered, and that is no timestamp for this request.
    #[error("HTTP status 200: {}", refused(.0))]
    Answer(TimestampRefused),
}

impl NoTimestamp {
    /// What each authority did, in one line.
    pub fn told(&self) -> String {
        if self.failures.is_empty() { "no authority was asked".to_owned() } else { list(&self.failures) }
    }
}

impl Why {
    /// Whether the same question may fare better in a while.
    pub fn passes(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::TimedOut { .. } => true,
            Self::Status { status, .. } => matches!(status, 408 | 425 | 429 | 500..),
            Self::Answer(TimestampRefused::Refused { failures, .. }) => failures
                .iter()
                .any(|failure| matches!(failure, FailureInfo::SystemFailure | FailureInfo::TimeNotAvailable)),
            _ => false,
        }
    }

    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

/// Every authority's faults; one that comes again at the next attempt is told once.
fn list(failures: &[Failure]) -> String {
    let alike = failures.chunk_by(|one, next| one.url == next.url && one.why == next.why);
    let told = alike.filter_map(|alike| match alike {
        [] => None,
        [one] => Some(one.to_string()),
        [one, .., last] => {
            Some(format!("{} (attempts {} to {}): {}", one.url, one.attempt, last.attempt, one.why))
        }
    });
    told.collect::<Vec<_>>().join("; ")
}

/// The answer's fault with what lies under it: one line says all.
fn refused(why: &TimestampRefused) -> String {
    match why {
        TimestampRefused::Token(error) => format!("{why}: {error}"),
        TimestampRefused::Malformed(error) => format!("{why} ({error})"),
        other => other.to_string(),
    }
}

fn status_words(status: u16) -> &'static str {
    match status {
        401 | 403 => ": it wants other credentials",
        404 => ": there is no timestamp authority at this address",
        429 => ": too many requests",
        500.. => ": a fault of its own",
        _ => "",
    }
}
