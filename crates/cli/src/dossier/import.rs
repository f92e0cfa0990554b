//! `countersign dossier import`: a bundle from the other side, into the home.

use std::path::PathBuf;

use countersign_verify::bundle;
use serde_json::{Value, json};

use crate::exit::{Exit, Failure};
use crate::home::Home;
use crate::shell::Shell;
use crate::{input, recorded};

/// What `dossier import` is given.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Everything is checked before anything is written: signatures, the chain, and the proofs of records whose
key is known here (`countersign home trust VKEY`). Acts that are not here yet go on our record too; what their
record has on them is kept as it came, and goes into the next export. The same bundle again changes nothing.
Exit codes: 0 taken in · 2 refused · 3 taken in, and something has to be looked at"
)]
pub(super) struct Args {
    /// The bundle
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(super) fn run(args: &Args, shell: &mut Shell) -> Result<Exit, Failure> {
    let home = Home::needed()?;
    let bundle = bundle::read(&input::read(&args.file)?)
        .map_err(|error| Failure::usage(format!("{}: {error}", args.file.display())))?;
    let imported = recorded::import(home, &bundle, shell.now())?;
    let new = imported.acts.iter().filter(|(_, _, standing)| !standing.again).count();
    if shell.json {
        let acts: Vec<Value> = imported
            .acts
            .iter()
            .map(|(theirs, id, standing)| {
                json!({
                    "act": standing.number, "id": id.to_string(), "there": theirs, "new": !standing.again,
                    "record": standing.json(),
                })
            })
            .collect();
        let records: Vec<Value> = imported
            .records
            .iter()
            .map(|(origin, known)| json!({"origin": origin.as_str(), "verified": known}))
            .collect();
        shell.print_json(&json!({
            "dossier": imported.dossier, "opened": imported.opened, "new": new, "acts": acts, "records": records,
        }))?;
    } else {
        let mut text = format!(
            "{} · {new} of {} acts are new here{}\n",
            imported.dossier,
            imported.acts.len(),
            if imported.opened { ", as is the dossier" } else { "" }
        );
        for (theirs, id, standing) in imported.acts.iter().filter(|(_, _, standing)| !standing.again) {
            text.push_str(&format!(
                "  act {} · {id} · act {theirs} there · {}\n",
                standing.number,
                standing.words()
            ));
        }
        for (origin, known) in &imported.records {
            let verified = if *known {
                "its proofs hold"
            } else {
                "its key is not known here: `countersign home trust VKEY`"
            };
            text.push_str(&format!("  record {origin}: kept; {verified}\n"));
        }
        shell.print(&text)?;
    }
    imported.told.iter().for_each(|told| shell.tell(told));
    Ok(if imported.troubled { Exit::Undetermined } else { Exit::Yes })
}
