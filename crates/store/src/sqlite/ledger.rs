//! The order of the record in SQLite.

use std::collections::HashMap;
use std::sync::Arc;

use countersign_agreement::record::{ENTRY_LENGTH, Link};
use countersign_authority::model::name::Digest;
use countersign_tlog::checkpoint::SignedCheckpoint;
use countersign_tlog::hash::Hash;
use countersign_tlog::size::{LeafIndex, TreeSize};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::Sqlite;
use super::fault::Fault;
use super::refill;
use super::rows::{self, LINK, Linked, signed};
use super::vault::{Vault, row as row_of};
use crate::error::LedgerError;
use crate::ledger::{Admission, Cosigned, Elsewhere, Entry, Head, Ledger, Place, Seat, Tree, seated, within};
use crate::plan::{Before, Plan};
use crate::refill::Refill;

impl Ledger for Sqlite {
    fn take_seat(&self) -> Result<Seat, LedgerError> {
        self.writing("taking the seat", |transaction| {
            let latest: i64 =
                transaction
                    .query_row("UPDATE record SET seat = seat + 1 RETURNING seat", [], |row| row.get(0))?;
            Ok(Seat(latest.unsigned_abs()))
        })
    }

    fn sequence(&self, seat: Seat, batch: &[Admission]) -> Result<Vec<Place>, LedgerError> {
        self.writing("sequencing", |transaction| {
            let head = head_under(transaction, seat)?;
            head.up_to_date()?;
            let size = head.sequenced;
            let mut before = Rows { connection: transaction, vault: &self.vault, numbers: HashMap::new() };
            let plan = Plan::new(batch, size, &mut before)?;
            for act in plan.new.iter().filter_map(|at| batch.get(*at)) {
                refill::writable(transaction, before.number(&act.dossier)?, &act.dossier)?;
            }
            before.store(batch, &plan)?;
            store_entries(transaction, size, &plan)?;
            Ok(plan.places)
        })
    }

    fn head(&self) -> Result<Head, LedgerError> {
        self.reading("reading the head", |transaction| rows::head(transaction))
    }

    fn entries(&self, from: LeafIndex, most: usize) -> Result<Vec<Entry>, LedgerError> {
        self.reading("reading entries", |transaction| entries(transaction, from, most))
    }

    fn advance(&self, seat: Seat, before: Tree, checkpoint: &SignedCheckpoint) -> Result<(), LedgerError> {
        self.writing("advancing", |transaction| {
            let head = head_under(transaction, seat)?;
            head.up_to_date()?;
            let next = head.may_advance(before, checkpoint)?;
            transaction
                .prepare_cached("UPDATE record SET integrated = ?1, root = ?2, checkpoint = ?3")?
                .execute(params![
                    signed(next.size.get()),
                    next.root.as_bytes(),
                    checkpoint.to_string().as_bytes()
                ])?;
            Ok(())
        })
    }

    fn publish(&self, seat: Seat, checkpoint: &SignedCheckpoint) -> Result<(), LedgerError> {
        self.writing("publishing", |transaction| {
            head_under(transaction, seat)?.may_publish(checkpoint)?;
            transaction
                .prepare_cached("UPDATE record SET published = ?1")?
                .execute([checkpoint.to_string().as_bytes()])?;
            Ok(())
        })
    }

    fn tidy(&self, seat: Seat, below: TreeSize) -> Result<(), LedgerError> {
        self.writing("tidying", |transaction| {
            within(below, head_under(transaction, seat)?.published_size())?;
            tidy(transaction, below)
        })
    }

    fn hear(&self, elsewhere: Elsewhere) -> Result<(), LedgerError> {
        self.writing("keeping what was heard", |transaction| {
            let heard = rows::head(transaction)?.elsewhere;
            let kept = if elsewhere == Elsewhere::Nothing { elsewhere } else { elsewhere.max(heard) };
            let (forked, size) = match kept {
                Elsewhere::Nothing => {
                    transaction.execute("DELETE FROM elsewhere", [])?;
                    return Ok(());
                }
                Elsewhere::Signed(size) => (false, Some(size)),
                Elsewhere::Unknown => (false, None),
                Elsewhere::Forked(size) => (true, Some(size)),
            };
            transaction.execute(
                "INSERT OR REPLACE INTO elsewhere (one, forked, size) VALUES (1, ?1, ?2)",
                params![forked, size.map(|size| signed(size.get()))],
            )?;
            Ok(())
        })
    }

    fn adopt(
        &self,
        seat: Seat,
        before: Tree,
        checkpoint: &SignedCheckpoint,
        lost: &[[u8; ENTRY_LENGTH]],
    ) -> Result<(), LedgerError> {
        self.writing("adopting", |transaction| {
            let head = head_under(transaction, seat)?;
            let next = head.may_adopt(before, checkpoint)?;
            head.lacks(next.size, lost.len())?;
            refill::lose(transaction, head.sequenced.get(), lost)?;
            transaction.execute(
                "UPDATE record SET sequenced = ?1, integrated = ?2, root = ?3, checkpoint = ?4, published = ?4",
                params![
                    signed(head.sequenced.max(next.size).get()),
                    signed(next.size.get()),
                    next.root.as_bytes(),
                    checkpoint.to_string().as_bytes()
                ],
            )?;
            tidy(transaction, next.size)
        })
    }

    fn lost(&self) -> Result<u64, LedgerError> {
        self.reading("counting what is lost", |transaction| refill::lost(transaction))
    }

    fn refill(&self, seat: Seat, given: &Refill) -> Result<(), LedgerError> {
        self.writing("putting back", |transaction| {
            sequenced(transaction, seat)?;
            refill::refill(transaction, &self.vault, given)
        })
    }

    fn cosigned(&self) -> Result<Vec<Cosigned>, LedgerError> {
        self.reading("reading what is cosigned", |transaction| {
            let mut statement =
                transaction.prepare_cached("SELECT witness, size FROM cosigned ORDER BY witness")?;
            let mut found = statement.query([])?;
            let mut all = Vec::new();
            while let Some(row) = found.next()? {
                all.push(Cosigned { witness: row.get(0)?, size: rows::size(row.get(1)?)? });
            }
            Ok(all)
        })
    }

    fn keep_cosigned(&self, seat: Seat, cosigned: &Cosigned) -> Result<(), LedgerError> {
        self.writing("keeping what is cosigned", |transaction| {
            sequenced(transaction, seat)?;
            transaction
                .prepare_cached(
                    "INSERT INTO cosigned (witness, size) VALUES (?1, ?2)
                     ON CONFLICT (witness) DO UPDATE SET size = excluded.size",
                )?
                .execute(params![cosigned.witness, signed(cosigned.size.get())])?;
            Ok(())
        })
    }
}

/// The size, for a writer whose seat is the latest.
fn sequenced(connection: &Connection, seat: Seat) -> Result<TreeSize, Fault> {
    let mut statement = connection.prepare_cached("SELECT seat, sequenced FROM record")?;
    let (latest, size): (i64, i64) = statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    seated(seat, Seat(latest.unsigned_abs()))?;
    rows::size(size)
}

/// The head, for a writer whose seat is the latest.
fn head_under(connection: &Connection, seat: Seat) -> Result<Head, Fault> {
    let head = rows::head(connection)?;
    seated(seat, head.seat)?;
    Ok(head)
}

/// The rows that a plan asks for and goes into.
struct Rows<'a> {
    connection: &'a Transaction<'a>,
    vault: &'a Vault,
    /// Dossiers of the batch by id.
    numbers: HashMap<Arc<str>, i64>,
}

impl Before for Rows<'_> {
    type Error = Fault;

    fn place(&mut self, id: Digest) -> Result<Option<Place>, Fault> {
        let select =
            const { "SELECT place, dossier, number, entry, bears, previous FROM acts WHERE name = ?1" };
        let mut statement = self.connection.prepare_cached(select)?;
        let mut found = statement.query([self.vault.name("acts.name", &id.0)])?;
        let Some(row) = found.next()? else { return Ok(None) };
        let linked = Linked::read(row)?;
        let dossier = rows::dossier(self.connection, self.vault, linked.dossier)?;
        Ok(Some(Place { index: linked.index, link: linked.link(dossier.id), again: true }))
    }

    fn newest(&mut self, dossier: &str) -> Result<Option<Option<Link>>, Fault> {
        let Some(number) = rows::numbered(self.connection, self.vault, dossier)? else { return Ok(None) };
        let id: Arc<str> = dossier.into();
        self.numbers.insert(id.clone(), number);
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT {LINK} FROM acts WHERE dossier = ?1 ORDER BY number DESC LIMIT 1"
        ))?;
        let mut found = statement.query([number])?;
        let Some(row) = found.next()? else { return Ok(Some(None)) };
        Ok(Some(Some(Linked::read(row)?.link(id))))
    }
}

impl Rows<'_> {
    fn number(&self, dossier: &str) -> Result<i64, Fault> {
        let number = self.numbers.get(dossier).copied();
        number.ok_or_else(|| LedgerError::NoDossier { id: dossier.to_owned() }.into())
    }

    fn store(&self, batch: &[Admission], plan: &Plan) -> Result<(), Fault> {
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO acts (place, name, dossier, number, entry, bears, previous, visibility, json, p7s, salt)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?;
        for (act, place) in plan.new.iter().filter_map(|at| batch.get(*at).zip(plan.places.get(*at))) {
            let index = signed(place.index.get());
            let row = row_of(&[index]);
            insert.execute(params![
                index,
                self.vault.name("acts.name", &act.id.0),
                self.number(&act.dossier)?,
                place.link.number,
                place.link.act.as_bytes(),
                place.link.bears,
                place.link.previous.map(|digest| digest.0),
                act.visibility.word(),
                self.vault.seal("acts.json", &row, &act.json)?,
                self.vault.seal("acts.p7s", &row, &act.p7s)?,
                self.vault.seal("acts.salt", &row, act.salt.as_bytes())?,
            ])?;
        }
        let mut insert = self
            .connection
            .prepare_cached("INSERT INTO heads (place, dossier, number) VALUES (?1, ?2, ?3)")?;
        for head in &plan.heads {
            let dossier = self.number(&head.link.dossier)?;
            insert.execute(params![signed(head.index.get()), dossier, head.link.number])?;
        }
        Ok(())
    }
}

fn store_entries(connection: &Connection, first: TreeSize, plan: &Plan) -> Result<(), Fault> {
    if plan.entries.is_empty() {
        return Ok(());
    }
    let entries: Vec<u8> = plan.entries.iter().flat_map(|entry| entry.bytes).collect();
    let leaves: Vec<u8> = plan.entries.iter().flat_map(|entry| *entry.leaf.as_bytes()).collect();
    let count = rows::limit(plan.entries.len());
    connection
        .prepare_cached("INSERT INTO batches (place, size, entries, leaves) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![signed(first.get()), count, entries, leaves])?;
    connection.prepare_cached("UPDATE record SET sequenced = ?1")?.execute([signed(plan.size.get())])?;
    Ok(())
}

/// Entries that are kept in batches; see [`Ledger::entries`].
pub(super) fn entries(connection: &Connection, from: LeafIndex, most: usize) -> Result<Vec<Entry>, Fault> {
    let mut statement = connection.prepare_cached("SELECT tidied, sequenced FROM record")?;
    let (tidied, sequenced): (i64, i64) = statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (tidied, sequenced) = (rows::size(tidied)?, rows::size(sequenced)?);
    if from.get() < tidied.get() {
        return Err(LedgerError::Tidied { asked: from, kept: tidied }.into());
    }
    let there = usize::try_from(sequenced.get().saturating_sub(from.get())).unwrap_or(usize::MAX);
    let wanted = most.min(there);
    let mut statement = connection.prepare_cached(
        "SELECT place, entries, leaves FROM batches
         WHERE place >= (SELECT max(place) FROM batches WHERE place <= ?1) ORDER BY place",
    )?;
    let mut found = statement.query([signed(from.get())])?;
    let mut all = Vec::new();
    while all.len() < wanted
        && let Some(row) = found.next()?
    {
        let first: i64 = row.get(0)?;
        let blob = |column: usize| row.get_ref(column)?.as_blob().map_err(rusqlite::Error::from);
        let (bytes, leaves) = (blob(1)?.as_chunks::<ENTRY_LENGTH>(), blob(2)?.as_chunks::<ENTRY_LENGTH>());
        if bytes.0.len() != leaves.0.len() || !bytes.1.is_empty() || !leaves.1.is_empty() {
            return Err(Fault::altered(format!("the batch at index {first}")));
        }
        for (index, (bytes, leaf)) in (first..).zip(bytes.0.iter().zip(leaves.0)) {
            let index = rows::index(index)?;
            if index >= from && all.len() < wanted {
                all.push(Entry { index, bytes: *bytes, leaf: Hash::new(*leaf) });
            }
        }
    }
    let without_gap = all.iter().zip(from.get()..).all(|(entry, index)| entry.index.get() == index);
    if all.len() == wanted && without_gap {
        Ok(all)
    } else {
        Err(Fault::altered(format!("the batches from index {from} on")))
    }
}

/// An act's place in the log, as a number of SQL; none where there is no such act.
pub(super) fn place_of(connection: &Connection, vault: &Vault, id: Digest) -> Result<Option<i64>, Fault> {
    let mut statement = connection.prepare_cached("SELECT place FROM acts WHERE name = ?1")?;
    Ok(statement.query_row([vault.name("acts.name", &id.0)], |row| row.get(0)).optional()?)
}

/// Forgets batches that lie below a size.
fn tidy(connection: &Connection, below: TreeSize) -> Result<(), Fault> {
    connection
        .prepare_cached("DELETE FROM batches WHERE place < ?1 AND place + size <= ?1")?
        .execute([signed(below.get())])?;
    connection
        .prepare_cached("UPDATE record SET tidied = coalesce((SELECT min(place) FROM batches), sequenced)")?
        .execute([])?;
    Ok(())
}
