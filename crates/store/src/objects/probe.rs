//! Whether a store keeps the promises that the record rests on, asked before anything is written to it.

use super::{Created, Objects, ObjectsError, Replaced};

/// Why a store can't hold a record.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// It could not be asked.
    #[error("the store could not be tried out")]
    Failed(#[from] ObjectsError),
    /// Two writers could overwrite each other's tiles.
    #[error(
        "the store writes over an object that is there instead of refusing: use one that creates only where nothing is"
    )]
    Overwrites,
    /// What was written isn't what is read.
    #[error("the store gave back other bytes than were written")]
    Forgets,
    /// Two writers could put older checkpoints in the place of newer ones.
    #[error("the store replaces an object without comparing what was there: use one that compares")]
    ReplacesBlindly,
}

/// Creates, creates again, replaces and removes an object. `token` names it: those who probe at once use different ones.
pub fn probe(objects: &dyn Objects, token: u64) -> Result<(), Unfit> {
    let name = format!("probe-{token}");
    objects.remove(&name)?;
    let found = tried(objects, &name);
    let removed = objects.remove(&name);
    found?;
    Ok(removed?)
}

fn tried(objects: &dyn Objects, name: &str) -> Result<(), Unfit> {
    let (first, second, third) = (b"first".as_slice(), b"second".as_slice(), b"third".as_slice());
    let reads = |bytes: &[u8]| Ok::<bool, ObjectsError>(objects.read(name)?.as_deref() == Some(bytes));
    if objects.create(name, first)? != Created::New || !reads(first)? {
        return Err(Unfit::Forgets);
    }
    if objects.create(name, second)? != Created::Existed || !reads(first)? {
        return Err(Unfit::Overwrites);
    }
    let blind = objects.replace(name, Some(third), second)? != Replaced::Differs
        || objects.replace(name, None, second)? != Replaced::Differs;
    if blind || !reads(first)? {
        return Err(Unfit::ReplacesBlindly);
    }
    if objects.replace(name, Some(first), third)? != Replaced::Done || !reads(third)? {
        return Err(Unfit::Forgets);
    }
    Ok(())
}
