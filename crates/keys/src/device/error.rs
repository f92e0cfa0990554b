//! What devices can refuse.

use super::module::PinState;
use crate::private::KeyError;
use countersign_signature::{BadPublicKey, CertificateError, KeyKind};
use cryptoki::error::{Error, RvError};
use std::path::PathBuf;

/// Why a device's key can't be used or made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceError {
    /// No absolute path.
    #[error("the module {} must be named by an absolute path: its code runs in this process", .path.display())]
    RelativeModule {
        /// What was given.
        path: PathBuf,
    },
    /// The library can't be loaded.
    #[error("the module {} can't be loaded: it is no PKCS#11 library, or one for another machine", .path.display())]
    Module {
        /// Which.
        path: PathBuf,
    },
    /// No token is as asked.
    #[error("no token is as asked ({asked}); there {}", those(.present))]
    NoToken {
        /// What was asked for.
        asked: String,
        /// The labels and serial numbers of those present.
        present: Vec<String>,
    },
    /// Several tokens are as asked.
    #[error("several tokens are as asked ({asked}): {}; add serial=…", .present.join(", "))]
    SeveralTokens {
        /// What was asked for.
        asked: String,
        /// Their labels and serial numbers.
        present: Vec<String>,
    },
    /// No key is as asked.
    #[error("no key on `{token}` is as asked ({asked}); there {}", those(.present))]
    NoKey {
        /// The token's label.
        token: String,
        /// What was asked for.
        asked: String,
        /// What the keys there are called.
        present: Vec<String>,
    },
    /// Several keys are as asked.
    #[error("several keys on `{token}` are as asked ({asked}): {}; add object=… or id=…", .present.join(", "))]
    SeveralKeys {
        /// The token's label.
        token: String,
        /// What was asked for.
        asked: String,
        /// What they are called.
        present: Vec<String>,
    },
    /// There is a key, and no certificate for it.
    #[error("the token `{token}` holds no certificate for its key `{key}`")]
    NoCertificate {
        /// The token's label.
        token: String,
        /// What the key is called.
        key: String,
    },
    /// A label that is taken.
    #[error("there is already an object `{label}` on `{token}`; choose another name")]
    Exists {
        /// The token's label.
        token: String,
        /// The label.
        label: String,
    },
    /// The token has no PIN yet.
    #[error("the token `{token}` has no PIN yet: set it up with its maker's program")]
    NoPinYet {
        /// The token's label.
        token: String,
    },
    /// Nobody gave a PIN.
    #[error("the token `{token}` asks for its PIN, and none was given")]
    NoPin {
        /// The token's label.
        token: String,
    },
    /// The PIN is wrong.
    #[error("the PIN for `{token}` is wrong{left}")]
    WrongPin {
        /// The token's label.
        token: String,
        /// What a further try would do.
        left: PinState,
    },
    /// The PIN is locked.
    #[error(
        "the PIN of `{token}` is locked: too many wrong ones were given; its maker's program can unlock it"
    )]
    PinLocked {
        /// The token's label.
        token: String,
    },
    /// The token is gone.
    #[error("the token `{token}` was taken out")]
    Removed {
        /// The token's label.
        token: String,
    },
    /// The device has no mechanism for this.
    #[error("the token `{token}` can't make or use keys of kind {kind}")]
    NoMechanism {
        /// The token's label.
        token: String,
        /// What kind of key.
        kind: KeyKind,
    },
    /// A key that wants its PIN between the parts of what is signed, on a token that takes no parts.
    #[error(
        "the key `{key}` on `{token}` asks for its PIN with each signature, and the token hashes nothing itself: that is not supported here"
    )]
    AskedInBetween {
        /// The token's label.
        token: String,
        /// What the key is called.
        key: String,
    },
    /// More objects than [`super::objects::OBJECTS_MAX`].
    #[error("the token `{token}` holds more than {} objects of one kind", super::objects::OBJECTS_MAX)]
    TooMany {
        /// The token's label.
        token: String,
    },
    /// Key and certificate are not one another's: what the device signs does not verify.
    #[error("the key `{key}` on `{token}` does not make signatures that its certificate's key verifies")]
    Mismatch {
        /// The token's label.
        token: String,
        /// What the key is called.
        key: String,
    },
    /// A certificate on the token that can't be read.
    #[error("a certificate on `{token}`: {fault}")]
    Certificate {
        /// The token's label.
        token: String,
        /// Why.
        fault: CertificateError,
    },
    /// The key's public half.
    #[error(transparent)]
    PublicKey(#[from] BadPublicKey),
    /// No random numbers for an id.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Anything else that the device said.
    #[error("the device said {said}")]
    Said {
        /// In PKCS#11's words.
        said: String,
    },
}

impl DeviceError {
    /// What a call on a token came back with.
    pub(super) fn of(token: &str, error: Error) -> Self {
        let token = token.to_owned();
        match error {
            Error::Pkcs11(
                RvError::DeviceRemoved
                | RvError::TokenNotPresent
                | RvError::SessionHandleInvalid
                | RvError::SessionClosed
                | RvError::SlotIdInvalid,
                _,
            ) => Self::Removed { token },
            Error::Pkcs11(RvError::PinLocked, _) => Self::PinLocked { token },
            Error::Pkcs11(RvError::UserPinNotInitialized, _) => Self::NoPinYet { token },
            other => other.into(),
        }
    }
}

impl From<Error> for DeviceError {
    fn from(error: Error) -> Self {
        let said = match error {
            Error::Pkcs11(value, function) => format!("{value:?} to {function}"),
            other => other.to_string(),
        };
        Self::Said { said }
    }
}

fn those(labels: &[String]) -> String {
    if labels.is_empty() { "are none".to_owned() } else { format!("are {}", labels.join(", ")) }
}
