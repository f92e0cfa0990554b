//! Where an authority is asked, and as whom.

use base64ct::{Base64, Encoding as _};
use ureq::http::Uri;

/// An authority to ask: an address over HTTP or HTTPS, and credentials where it wants them.
#[derive(Clone, PartialEq, Eq)]
pub struct Authority {
    url: String,
    authorization: Option<String>,
}

/// Why words are no authority's address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadAuthority {
    /// Not an address.
    #[error("`{url}` is not the address of a timestamp authority: expected http://… or https://…")]
    Url {
        /// What stands there.
        url: String,
    },
    /// Credentials in the address show in logs and process lists' copies of it.
    #[error("the address of {host} holds a user and a password: give them apart")]
    CredentialsInside {
        /// Whose address.
        host: String,
    },
    /// A colon in a user's name (RFC 7617 §2), or a control character.
    #[error("the user or password for {url} can't be sent: no colon in a user's name, no control characters")]
    Credentials {
        /// For which authority.
        url: String,
    },
}

impl Authority {
    /// An authority by its address. HTTP will do: a token proves itself, and a request shows nothing but a digest.
    pub fn new(url: &str) -> Result<Self, BadAuthority> {
        let bad = || BadAuthority::Url { url: url.escape_debug().to_string() };
        let parsed: Uri = url.parse().map_err(|_| bad())?;
        let host = parsed.host().filter(|host| !host.is_empty()).ok_or_else(bad)?;
        if !matches!(parsed.scheme_str(), Some("http" | "https")) {
            return Err(bad());
        }
        if parsed.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            return Err(BadAuthority::CredentialsInside { host: host.to_owned() });
        }
        Ok(Self { url: url.to_owned(), authorization: None })
    }

    /// The same, asked as a user (RFC 7617).
    pub fn with_credentials(self, user: &str, password: &str) -> Result<Self, BadAuthority> {
        if user.contains(':') || user.chars().chain(password.chars()).any(char::is_control) {
            return Err(BadAuthority::Credentials { url: self.url });
        }
        let authorization =
            Some(format!("Basic {}", Base64::encode_string(format!("{user}:{password}").as_bytes())));
        Ok(Self { authorization, ..self })
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn authorization(&self) -> Option<&str> {
        self.authorization.as_deref()
    }
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let credentials = self.authorization.as_ref().map(|_| "withheld");
        f.debug_struct("Authority").field("url", &self.url).field("credentials", &credentials).finish()
    }
}
