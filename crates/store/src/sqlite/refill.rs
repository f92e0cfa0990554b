//! What a restored database has lost, in SQLite.

use countersign_agreement::record::ENTRY_LENGTH;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::fault::Fault;
use super::rows::{self, LINK, Linked, signed};
use super::vault::{Vault, row as row_of};
use crate::error::LedgerError;
use crate::ledger::Admission;
use crate::refill::Refill;

/// Keeps entries that were taken over, from an index on, and which dossiers there were then.
pub(super) fn lose(connection: &Connection, first: u64, entries: &[[u8; ENTRY_LENGTH]]) -> Result<(), Fault> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO lost (place, entry, dossiers)
         VALUES (?1, ?2, (SELECT coalesce(max(dossier), 0) FROM dossiers))",
    )?;
    for (place, entry) in (first..).zip(entries) {
        insert.execute(params![signed(place), entry])?;
    }
    Ok(())
}

/// How many entries are lost.
pub(super) fn lost(connection: &Connection) -> Result<u64, Fault> {
    let count: i64 =
        connection.prepare_cached("SELECT count(*) FROM lost")?.query_row([], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

/// Refuses a dossier that an entry which is lost may be of.
pub(super) fn writable(connection: &Connection, number: i64, dossier: &str) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM lost WHERE dossiers >= ?1 LIMIT 1")?;
    if statement.exists([number])? {
        return Err(LedgerError::Lost { entries: lost(connection)?, dossier: dossier.to_owned() }.into());
    }
    Ok(())
}

/// Puts links and acts back.
pub(super) fn refill(transaction: &Transaction<'_>, vault: &Vault, refill: &Refill) -> Result<(), Fault> {
    let number = rows::number_of(transaction, vault, &refill.dossier)?;
    let mut statement =
        transaction.prepare(&format!("SELECT {LINK} FROM acts WHERE dossier = ?1 ORDER BY number"))?;
    let mut found = statement.query([number])?;
    let (mut kept, mut places) = (Vec::new(), Vec::new());
    while let Some(row) = found.next()? {
        let linked = Linked::read(row)?;
        places.push(linked.index);
        kept.push(linked.link(refill.dossier.clone()));
    }
    let mut find = transaction.prepare_cached("SELECT place FROM lost WHERE entry = ?1")?;
    let returned = refill.returned(&kept, |entry| -> Result<_, Fault> {
        let place: Option<i64> = find.query_row([entry], |row| row.get(0)).optional()?;
        place.map(rows::index).transpose()
    })?;
    let mut insert = transaction.prepare_cached(
        "INSERT INTO acts (place, name, dossier, number, entry, bears, previous, visibility, json, p7s, salt)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'own', x'', x'', x'')",
    )?;
    let mut head =
        transaction.prepare_cached("INSERT INTO heads (place, dossier, number) VALUES (?1, ?2, ?3)")?;
    let mut forget = transaction.prepare_cached("DELETE FROM lost WHERE place = ?1")?;
    for back in &returned {
        let place = signed(back.index.get());
        insert.execute(params![
            place,
            vault.name("acts.name", back.link.act.as_bytes()),
            number,
            back.link.number,
            back.link.act.as_bytes(),
            back.link.bears,
            back.link.previous.map(|digest| digest.0),
        ])?;
        forget.execute([place])?;
        if let Some(at) = back.head {
            head.execute(params![signed(at.get()), number, back.link.number])?;
            forget.execute([signed(at.get())])?;
        }
    }
    let places = places.into_iter().chain(returned.iter().map(|back| back.index));
    let links = kept.iter().chain(returned.iter().map(|back| &back.link));
    for (link, place) in links.zip(places) {
        if let Some(act) = refill.act_of(link) {
            fill(transaction, vault, signed(place.get()), act)?;
        }
    }
    Ok(())
}

/// Gives a link its act, where it has none.
fn fill(connection: &Connection, vault: &Vault, place: i64, act: &Admission) -> Result<(), Fault> {
    let row = row_of(&[place]);
    connection
        .prepare_cached(
            "UPDATE acts SET name = ?2, visibility = ?3, json = ?4, p7s = ?5, salt = ?6
             WHERE place = ?1 AND length(json) = 0",
        )?
        .execute(params![
            place,
            vault.name("acts.name", &act.id.0),
            act.visibility.word(),
            vault.seal("acts.json", &row, &act.json)?,
            vault.seal("acts.p7s", &row, &act.p7s)?,
            vault.seal("acts.salt", &row, act.salt.as_bytes())?,
        ])?;
    Ok(())
}
