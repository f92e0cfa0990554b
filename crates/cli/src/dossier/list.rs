//! `countersign dossier list`: the home's dossiers.

use serde_json::{Value, json};

use crate::exit::{Exit, Failure};
use crate::home::{self, Home};
use crate::recorded;
use crate::shell::Shell;
use countersign_store::dossiers::Dossiers as _;
use countersign_tlog::size::TreeSize;

pub(super) fn run(shell: &mut Shell) -> Result<Exit, Failure> {
    let home = Home::needed()?;
    let stores = home.stores()?;
    let mut rows: Vec<Value> = Vec::new();
    for dossier in recorded::list(&stores)? {
        let newest = stores.store.newest(&dossier.id, TreeSize::MAX).map_err(home::ledger)?;
        rows.push(json!({
            "dossier": &*dossier.id, "title": dossier.title, "parties": dossier.parties,
            "acts": newest.map_or(0, |head| head.link.number),
        }));
    }
    if shell.json {
        shell.print_json(&json!({"record": home.config.origin.as_str(), "dossiers": rows}))?;
        return Ok(Exit::Yes);
    }
    let mut text = String::new();
    for row in &rows {
        let word = |name: &str| row[name].as_str().unwrap_or("").to_owned();
        text.push_str(&format!("{} · {} · {} acts\n", word("dossier"), word("title"), row["acts"]));
    }
    if rows.is_empty() {
        text.push_str("no dossier yet: `countersign dossier new NAME --party A --party B`\n");
    }
    shell.print(&text)?;
    Ok(Exit::Yes)
}
