//! Keys on devices: cards, USB tokens, hardware security modules (PKCS#11, OASIS).
//!
//! A device is reached through its maker's shared library, the *module*. **Loading a module runs its code in this
//! process**: it is named by an absolute path that the user gives, never searched for, never taken from a document.
//! Everything that crosses into it goes through the crate `cryptoki`; what comes back is checked here: a signature is
//! verified with the certificate's key before it is handed on.
//!
//! A PIN comes from whoever is [asked](PinEntry), is handed to the device once, and is never tried a second time: three wrong
//! ones lock most cards for good.
//!
//! # Start with
//! [`Module`], [`KeyUri`], [`DeviceKey`].

mod error;
mod key;
mod make;
mod mechanism;
mod module;
mod objects;
mod session;
mod uri;

pub use error::DeviceError;
pub use key::DeviceKey;
pub use module::{Module, PinState, Token};
pub use objects::Found;
pub use session::{PinEntry, PinRequest};
pub use uri::{BadKeyUri, KeyUri};
