//! `countersign audit TABLE.csv`: which of these signed agreements were signed without authority, as of their dates.
//!
//! The table is streamed: rows are read in chunks, judged on all cores, and printed in their order.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use countersign_authority::model::act::{Act, ActKind, Capacity, Qualifier};
use countersign_authority::model::amount::{Amount, Currency};
use countersign_authority::model::name::{GrantId, Matter, OfficeId, PartyId, PersonId};
use countersign_authority::verdict::Verdict;
use countersign_authority::{Auditor, World};
use countersign_notation::time;
use rayon::prelude::*;
use serde_json::json;

use crate::exit::{Exit, Failure};
use crate::input;
use crate::shell::Shell;

/// What `audit` is given.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "TABLE.csv has a header line. Columns: id, party, by, at (needed); capacity, under, matter, with,
text, currency, amount, qualifier (as far as known). Each row is a signature; rows that can't be
read are flagged and passed over.

Example:
  countersign audit signed.csv --map ruritania.authority --policy ours.policy

Output, a line a row: id, internal, legal, reason.
Exit codes: 0 all were authorised · 1 some were not · 3 some can't be told"
)]
pub(crate) struct Args {
    /// The table
    table: PathBuf,
    /// A map (.authority); may be given several times
    #[arg(long = "map", required = true, value_name = "FILE", num_args = 1..)]
    maps: Vec<PathBuf>,
    /// Whose maps are recognised, under which law
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Print every row, not only those that lack authority
    #[arg(long)]
    all: bool,
}

/// Rows judged together: large enough to keep the cores busy, small enough to stream.
const CHUNK: usize = 16_384;

/// Chunks read before they are judged.
const CHUNKS_AHEAD: usize = 4;

/// A row as read.
type Row = Result<csv::StringRecord, csv::Error>;

/// Where the columns stand.
struct Columns {
    id: usize,
    party: usize,
    by: usize,
    at: usize,
    capacity: Option<usize>,
    under: Option<usize>,
    matter: Option<usize>,
    with: Option<usize>,
    text: Option<usize>,
    currency: Option<usize>,
    amount: Option<usize>,
    qualifier: Option<usize>,
}

impl Columns {
    fn of(header: &csv::StringRecord) -> Result<Self, Failure> {
        let find = |name: &str| header.iter().position(|column| column.trim().eq_ignore_ascii_case(name));
        let needed = |name: &str| {
            find(name).ok_or_else(|| {
                let found: Vec<&str> = header.iter().collect();
                Failure::usage(format!("the table has no column `{name}`"))
                    .help(format!("its header has: {}; id, party, by and at are needed", found.join(", ")))
            })
        };
        Ok(Self {
            id: needed("id")?,
            party: needed("party")?,
            by: needed("by")?,
            at: needed("at")?,
            capacity: find("capacity"),
            under: find("under"),
            matter: find("matter"),
            with: find("with"),
            text: find("text"),
            currency: find("currency"),
            amount: find("amount"),
            qualifier: find("qualifier"),
        })
    }

    fn act(&self, row: &csv::StringRecord) -> Result<Act, String> {
        let cell = |ix: usize| row.get(ix).map_or("", str::trim);
        let optional = |ix: Option<usize>| ix.map(cell).filter(|text| !text.is_empty());
        let name = |error: countersign_authority::model::name::BadName| error.to_string();
        let at = time::instant_or_day(cell(self.at)).map_err(|error| error.to_string())?;
        let amount = match (optional(self.currency), optional(self.amount)) {
            (Some(code), Some(value)) => {
                let currency = Currency::new(code).map_err(|error| error.to_string())?;
                Some(Amount::parse(currency, value).map_err(|error| error.to_string())?)
            }
            (None, Some(value)) => return Err(format!("amount `{value}` has no currency")),
            _ => None,
        };
        let with = optional(self.with).into_iter().flat_map(|list| list.split(';'));
        let qualifier = match optional(self.qualifier) {
            None => Qualifier::Definitive,
            Some(word) => Qualifier::from_word(word).ok_or_else(|| format!("`{word}` is no qualifier"))?,
        };
        let party = PartyId::new(cell(self.party)).map_err(name)?;
        let by = PersonId::new(cell(self.by)).map_err(name)?;
        Ok(Act {
            with: with.map(|party| PartyId::new(party.trim())).collect::<Result<_, _>>().map_err(name)?,
            capacity: match optional(self.capacity) {
                None => None,
                Some("person") => Some(Capacity::Person),
                Some(office) => Some(Capacity::Office(OfficeId::new(office).map_err(name)?)),
            },
            under: optional(self.under).map(GrantId::new).transpose().map_err(name)?,
            matter: optional(self.matter).map(Matter::new).transpose().map_err(name)?,
            text: match optional(self.text) {
                None => None,
                Some(word) => Some(
                    countersign_authority::model::name::Digest::parse(word)
                        .ok_or_else(|| format!("`{word}` is no digest"))?,
                ),
            },
            amount,
            qualifier,
            ..Act::new(Arc::from(cell(self.id)), ActKind::Sign, party, by, at)
        })
    }
}

/// What became of one row.
struct Line {
    id: String,
    internal: Verdict,
    legal: Verdict,
    why: String,
}

pub(crate) fn run(args: &Args, shell: &mut Shell) -> Result<Exit, Failure> {
    let documents = input::documents(&args.maps, args.policy.as_deref())?;
    let world = World::new(&documents.maps, documents.policy.as_ref(), documents.zone.as_ref())
        .map_err(|error| Failure::usage(error.to_string()))?;
    let auditor = Auditor::new(&world);
    let file = std::fs::File::open(&args.table)
        .map_err(|error| Failure::File { path: args.table.clone(), error })?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(std::io::BufReader::new(file));
    let unreadable = |error: csv::Error| {
        Failure::usage(format!("{}: {error}", args.table.display()))
            .help("the table is CSV in UTF-8, with a header line")
    };
    let columns = Columns::of(&reader.headers().map_err(unreadable)?.clone())?;
    let mut totals = Totals::default();
    let read = std::thread::scope(|scope| -> Result<(), Failure> {
        // One thread reads ahead while the others judge.
        let (send, chunks) = sync_channel::<Vec<Row>>(CHUNKS_AHEAD);
        scope.spawn(move || {
            let mut rows = reader.into_records();
            loop {
                let chunk: Vec<Row> = rows.by_ref().take(CHUNK).collect();
                if chunk.is_empty() || send.send(chunk).is_err() {
                    break;
                }
            }
        });
        for chunk in chunks {
            let judged: Vec<Result<Option<Line>, String>> = chunk
                .par_iter()
                .with_min_len(256)
                .map(|row| judge(&auditor, &columns, row, args.all))
                .collect();
            let mut text = String::new();
            for result in judged {
                totals.rows = totals.rows.saturating_add(1);
                match result {
                    Err(flaw) => {
                        totals.flagged = totals.flagged.saturating_add(1);
                        shell.tell(&format!("row {}: {flaw}; passed over", totals.rows.saturating_add(1)));
                    }
                    Ok(None) => totals.authorised = totals.authorised.saturating_add(1),
                    Ok(Some(line)) => totals.line(&line, shell.json, &mut text),
                }
            }
            shell.print(&text)?;
        }
        Ok(())
    });
    read?;
    shell.tell(&totals.words());
    Ok(totals.exit())
}

fn judge(auditor: &Auditor<'_>, columns: &Columns, row: &Row, all: bool) -> Result<Option<Line>, String> {
    let row = row.as_ref().map_err(|error| error.to_string())?;
    let act = columns.act(row)?;
    if !all && auditor.authorised(&act) {
        return Ok(None);
    }
    let audit = auditor.explain(&act);
    Ok(Some(Line {
        id: act.id.to_string(),
        internal: audit.internal.verdict,
        legal: audit.legal.verdict,
        why: audit.internal.why.first().map_or(String::new(), |reason| reason.says.clone()),
    }))
}

#[derive(Default)]
struct Totals {
    rows: u64,
    authorised: u64,
    lacking: u64,
    unknown: u64,
    flagged: u64,
}

impl Totals {
    fn line(&mut self, line: &Line, json: bool, text: &mut String) {
        match line.internal {
            Verdict::Yes => self.authorised = self.authorised.saturating_add(1),
            Verdict::Unknown | Verdict::Conflict => self.unknown = self.unknown.saturating_add(1),
            _ => self.lacking = self.lacking.saturating_add(1),
        }
        let (internal, legal) = (line.internal.word(), line.legal.word());
        if json {
            let value = json!({"id": line.id, "internal": internal, "legal": legal, "why": line.why});
            text.push_str(&format!("{value}\n"));
        } else {
            text.push_str(&format!("{}\t{internal}\t{legal}\t{}\n", line.id, line.why));
        }
    }

    fn words(&self) -> String {
        format!(
            "{} rows: {} authorised, {} without authority, {} can't be told, {} flagged and passed over",
            self.rows, self.authorised, self.lacking, self.unknown, self.flagged
        )
    }

    fn exit(&self) -> Exit {
        match (self.lacking, self.unknown.saturating_add(self.flagged)) {
            (0, 0) => Exit::Yes,
            (0, _) => Exit::Undetermined,
            _ => Exit::No,
        }
    }
}
