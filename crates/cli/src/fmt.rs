//! `countersign fmt`: one layout for maps, policies and terms.

use std::path::PathBuf;

use countersign_notation::format::format;
use serde_json::json;

use crate::exit::{Exit, Failure};
use crate::input;
use crate::shell::Shell;

/// What `fmt` is given.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  countersign fmt ruritania.authority
  countersign fmt --write *.authority *.policy
  countersign fmt --check ruritania.authority

Comments stay with the statement after them. A document in JSON comes out in its canonical form (RFC 8785).
Exit codes: 0 · 1 with --check, a file has another layout · 2 a file can't be read")]
pub(crate) struct Args {
    /// Maps, policies and terms
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Change the files instead of printing
    #[arg(long, conflicts_with = "check")]
    write: bool,
    /// Print which files have another layout, and change nothing
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(args: &Args, shell: &mut Shell) -> Result<Exit, Failure> {
    let mut errors = Vec::new();
    let mut formatted = Vec::new();
    for path in &args.files {
        let bytes = input::read_document(path)?;
        match format(&path.display().to_string(), &bytes) {
            Ok(text) => formatted.push((path, bytes != text.as_bytes(), text)),
            Err(found) => errors.extend(found),
        }
    }
    if !errors.is_empty() {
        return Err(Failure::Documents(errors));
    }
    let differs = formatted.iter().any(|(_, differs, _)| *differs);
    for (path, differs, text) in &formatted {
        if args.write && *differs {
            input::replace(path, text.as_bytes())?;
        }
        if shell.json {
            let text = (!args.write && !args.check).then_some(text);
            shell.print(&format!(
                "{}\n",
                json!({"file": path.display().to_string(), "differs": differs, "text": text})
            ))?;
        } else if (args.write || args.check) && *differs {
            shell.print(&format!("{}\n", path.display()))?;
        } else if !args.write && !args.check {
            shell.print(text)?;
        }
    }
    Ok(if args.check && differs { Exit::No } else { Exit::Yes })
}
