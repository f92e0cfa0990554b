//! `cargo xtask bench`, second half: what criterion does not measure (a replay with its memory, the audit of a table by
//! the program itself), then the results as JSON and as a page.
//!
//! With arguments it is its own child: `replay N` measures one replay in a process of its own, `pades …` the memory of one
//! operation on a large PDF, `record …` a process that is killed and the one after it.

mod audit;
mod estimates;
mod pades;
mod page;
mod record;
mod replay;
mod tlog;

use anyhow::Result;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [verb, count] = arguments.as_slice()
        && verb == "replay"
    {
        return replay::child(count.parse()?);
    }
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["pades", "make", path, verb] => return pades::make(path, verb),
        ["record", verb, folder] => return record::child(verb, folder.as_ref()),
        ["pades", verb] => return pades::child(verb),
        _ => {}
    }
    let mut rows = estimates::rows()?;
    rows.extend(tlog::rows()?);
    rows.extend(record::rows()?);
    rows.extend(replay::rows()?);
    rows.extend(audit::rows()?);
    rows.extend(pades::rows()?);
    page::write(&rows)
}
