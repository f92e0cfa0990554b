//! stub
#![allow(missing_docs)]
pub trait Cipher: Send + Sync {
    fn seal(&self, context: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError>;
    fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, OpenError>;
    fn name(&self, context: &[u8], name: &[u8]) -> Vec<u8>;
}
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Clear;
impl Cipher for Clear {
    fn seal(&self, _: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
        Ok(plain.to_vec())
    }
    fn open(&self, _: &[u8], sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
        Ok(sealed.to_vec())
    }
    fn name(&self, _: &[u8], name: &[u8]) -> Vec<u8> {
        name.to_vec()
    }
}
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    #[error("x {bytes}")]
    TooLong { bytes: usize },
}
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    #[error("x")]
    Altered,
}
