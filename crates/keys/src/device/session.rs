//! Talking to a token, logged in.

use super::error::DeviceError;
use super::module::{Module, PinState, Token};
use crate::private::Passphrase;
use cryptoki::error::{Error, RvError};
use cryptoki::session::{Session, UserType};
use cryptoki::types::AuthPin;

/// Who gives the PIN when a token asks for it: a terminal, the environment. `None`: nobody.
pub type PinEntry<'a> = dyn FnMut(&PinRequest<'_>) -> Option<Passphrase> + 'a;

/// What is asked, and what is at stake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PinRequest<'a> {
    /// Whose PIN.
    pub token: &'a Token,
    /// What a wrong one would do.
    pub state: PinState,
}

/// Which sessions may change what the token holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
}

/// A session, and the PIN where the key asks for it with every signature.
pub(super) struct LoggedIn {
    pub(super) session: Session,
    pub(super) pin: Option<AuthPin>,
}

impl Module {
    /// Opens a session and logs in. A wrong PIN is told and not tried again.
    pub(super) fn log_in(
        &self,
        token: &Token,
        access: Access,
        pins: &mut PinEntry<'_>,
    ) -> Result<LoggedIn, DeviceError> {
        let failed = |error| DeviceError::of(&token.label, error);
        let opened = match access {
            Access::Read => self.library().open_ro_session(token.slot),
            Access::Write => self.library().open_rw_session(token.slot),
        };
        let session = opened.map_err(failed)?;
        if !token.login_required {
            return Ok(LoggedIn { session, pin: None });
        }
        let label = || token.label.clone();
        if token.pin == PinState::Locked {
            return Err(DeviceError::PinLocked { token: label() });
        }
        if !token.pin_set {
            return Err(DeviceError::NoPinYet { token: label() });
        }
        let pin = if token.has_own_pinpad {
            None
        } else {
            let given = pins(&PinRequest { token, state: token.pin });
            let given = given.ok_or_else(|| DeviceError::NoPin { token: label() })?;
            Some(AuthPin::new(given.expose().into()))
        };
        match session.login(UserType::User, pin.as_ref()) {
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(LoggedIn { session, pin }),
            Err(Error::Pkcs11(RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange, _)) => {
                let now = self.library().get_token_info(token.slot);
                let left = now.map_or(PinState::Fresh, |info| PinState::of(&info));
                Err(DeviceError::WrongPin { token: label(), left })
            }
            Err(error) => Err(failed(error)),
        }
    }
}
