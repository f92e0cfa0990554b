//! A device's library, and the tokens it sees.

use super::error::DeviceError;
use super::objects::shown;
use super::uri::KeyUri;
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::slot::{Slot, TokenInfo};
use std::fmt;
use std::path::{Path, PathBuf};

/// A PKCS#11 library, loaded.
pub struct Module {
    path: PathBuf,
    library: Pkcs11,
}

/// A token in a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What its owner called it.
    pub label: String,
    /// Its serial number: what tells tokens of one label apart.
    pub serial: String,
    /// Who made it.
    pub manufacturer: String,
    /// Its model.
    pub model: String,
    /// Whether the PIN may still be tried.
    pub pin: PinState,
    pub(super) slot: Slot,
    pub(super) pin_set: bool,
    pub(super) login_required: bool,
    pub(super) has_own_pinpad: bool,
}

/// What is known of the tries left for a PIN: PKCS#11 tells no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinState {
    /// Nothing is amiss.
    Fresh,
    /// A wrong one was given since the last right one.
    Low,
    /// One more wrong one locks it.
    FinalTry,
    /// Locked.
    Locked,
}

impl Module {
    /// Loads a library and starts it. Its code runs in this process: `path` is absolute and the user's own word.
    pub fn load(path: &Path) -> Result<Self, DeviceError> {
        if !path.is_absolute() {
            return Err(DeviceError::RelativeModule { path: path.to_owned() });
        }
        let library = Pkcs11::new(path).map_err(|_| DeviceError::Module { path: path.to_owned() })?;
        match library.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            // Loaded before, in this process.
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(Self { path: path.to_owned(), library })
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The tokens that are plugged in and set up.
    pub fn tokens(&self) -> Result<Vec<Token>, DeviceError> {
        let mut tokens = Vec::new();
        for slot in self.library.get_slots_with_token()? {
            let info = match self.library.get_token_info(slot) {
                Ok(info) => info,
                // Taken out in between, or nothing that can be read.
                Err(Error::Pkcs11(RvError::TokenNotPresent | RvError::TokenNotRecognized, _)) => continue,
                Err(error) => return Err(error.into()),
            };
            if info.token_initialized() {
                tokens.push(Token::of(slot, &info));
            }
        }
        Ok(tokens)
    }

    /// The one token that a URI names.
    pub fn token(&self, uri: &KeyUri) -> Result<Token, DeviceError> {
        let tokens = self.tokens()?;
        let all: Vec<String> = tokens.iter().map(ToString::to_string).collect();
        let mut matching: Vec<Token> = tokens.into_iter().filter(|token| token.is(uri)).collect();
        let asked = uri.to_string();
        match (matching.pop(), matching.len()) {
            (None, _) => Err(DeviceError::NoToken { asked, present: all }),
            (Some(one), 0) => Ok(one),
            (Some(one), _) => {
                let present = matching.iter().chain([&one]).map(ToString::to_string).collect();
                Err(DeviceError::SeveralTokens { asked, present })
            }
        }
    }

    pub(super) fn library(&self) -> &Pkcs11 {
        &self.library
    }
}

impl Token {
    pub(super) fn of(slot: Slot, info: &TokenInfo) -> Self {
        Self {
            label: shown(info.label()),
            serial: shown(info.serial_number()),
            manufacturer: shown(info.manufacturer_id()),
            model: shown(info.model()),
            pin: PinState::of(info),
            slot,
            pin_set: info.user_pin_initialized(),
            login_required: info.login_required(),
            has_own_pinpad: info.protected_authentication_path(),
        }
    }

    fn is(&self, uri: &KeyUri) -> bool {
        [
            (&uri.token, &self.label),
            (&uri.serial, &self.serial),
            (&uri.manufacturer, &self.manufacturer),
            (&uri.model, &self.model),
        ]
        .into_iter()
        .all(|(asked, found)| asked.as_ref().is_none_or(|asked| asked == found))
    }

    /// The URI of an object on it.
    pub fn uri(&self, object: Option<&str>) -> KeyUri {
        KeyUri {
            token: Some(self.label.clone()),
            serial: Some(self.serial.clone()),
            object: object.map(str::to_owned),
            ..KeyUri::default()
        }
    }
}

impl PinState {
    pub(super) fn of(info: &TokenInfo) -> Self {
        match (info.user_pin_locked(), info.user_pin_final_try(), info.user_pin_count_low()) {
            (true, _, _) => Self::Locked,
            (_, true, _) => Self::FinalTry,
            (_, _, true) => Self::Low,
            _ => Self::Fresh,
        }
    }
}

impl fmt::Display for PinState {
    /// What follows `the PIN is wrong` and `PIN for …`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fresh => "",
            Self::Low => "; few tries are left",
            Self::FinalTry => "; one try is left, and another wrong PIN locks the token",
            Self::Locked => "; the token is locked now",
        })
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` (serial {})", self.label, self.serial)
    }
}

impl fmt::Debug for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Module({})", self.path.display())
    }
}
