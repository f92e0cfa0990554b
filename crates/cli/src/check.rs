//! `countersign check`: what maps and policies say that is probably not meant, and the map as a drawing.

use std::path::PathBuf;

use countersign_authority::model::map::Map;
use countersign_authority::model::policy::Policy;
use countersign_authority::model::time::Instant;
use countersign_notation::diagnostic::Diagnostic;
use countersign_notation::graph;
use countersign_notation::lint::{Finding, lint};
use countersign_notation::parse::{self, Document, Parsed};
use countersign_notation::resolve::resolve;
use serde_json::{Value, json};

use crate::exit::{Exit, Failure};
use crate::input;
use crate::shell::Shell;

/// What `check` is given.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Looks for gaps (nobody in an office, nobody who may sign), cycles of grants, expired tenures,
powers and grants that nothing reaches, and statements in conflict. Give maps and a policy
together to check them against each other.

Examples:
  countersign check ruritania.authority
  countersign check ruritania.authority kravonia.authority ours.policy --as-of 2026-04-20
  countersign check ruritania.authority --graph ruritania.svg

Exit codes: 0 nothing found · 1 something found · 2 a file can't be read"
)]
pub(crate) struct Args {
    /// Maps (.authority), policies (.policy) and terms (.terms)
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The day on which tenures should run; today where not given
    #[arg(long, value_name = "TIME", value_parser = input::instant)]
    as_of: Option<Instant>,
    /// Draw the maps into this file (SVG)
    #[arg(long, value_name = "FILE")]
    graph: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, shell: &mut Shell) -> Result<Exit, Failure> {
    let as_of = args.as_of.unwrap_or_else(|| shell.now());
    let (mut maps, mut policies, mut terms) = (Vec::new(), Vec::new(), Vec::new());
    let mut errors: Vec<Diagnostic> = Vec::new();
    for path in &args.files {
        match parse::any(&path.display().to_string(), &input::read_document(path)?) {
            Ok(Document::Map(map)) => maps.push(map),
            Ok(Document::Policy(policy)) => policies.push(policy),
            Ok(Document::Terms(one)) => terms.push(one),
            Err(found) => errors.extend(found),
        }
    }
    if !errors.is_empty() {
        return Err(Failure::Documents(errors));
    }
    let findings = findings(&maps, &policies, &terms, as_of)?;
    if let Some(path) = &args.graph {
        if maps.is_empty() {
            return Err(
                Failure::usage("--graph draws maps, and none is given").help("name a .authority file")
            );
        }
        let values: Vec<&Map> = maps.iter().map(|map| &map.value).collect();
        std::fs::write(path, graph::svg(&values, as_of))
            .map_err(|error| Failure::File { path: path.clone(), error })?;
        shell.tell(&format!("{} drawn", path.display()));
    }
    if shell.json {
        let findings: Vec<Value> = findings.iter().map(finding_json).collect();
        shell.print_json(&json!({"as_of": as_of.to_string(), "findings": findings}))?;
    } else {
        for Finding { lint, diagnostic } in &findings {
            let mut said = diagnostic.clone();
            said.message = format!("{}: {}", lint.word(), said.message);
            shell.print(&format!("{}\n", said.one_line()))?;
        }
        let files = args.files.len();
        shell.tell(&match findings.len() {
            0 => format!("nothing found in {files} file(s), as of {as_of}"),
            count => format!("{count} found in {files} file(s), as of {as_of}"),
        });
    }
    Ok(if findings.is_empty() { Exit::Yes } else { Exit::No })
}

/// Names are resolved where maps are given: a policy alone can't declare them.
fn findings(
    maps: &[Parsed<Map>],
    policies: &[Parsed<Policy>],
    terms: &[Parsed<countersign_authority::model::terms::Terms>],
    as_of: Instant,
) -> Result<Vec<Finding>, Failure> {
    if !maps.is_empty() {
        resolve(maps, None, terms).map_err(Failure::Documents)?;
        for policy in policies {
            resolve(maps, Some(policy), &[]).map_err(Failure::Documents)?;
        }
    }
    let mut findings = lint(maps, policies.first(), as_of);
    for policy in policies.iter().skip(1) {
        findings.extend(lint(maps, Some(policy), as_of));
    }
    let mut seen: Vec<Finding> = Vec::with_capacity(findings.len());
    for finding in findings {
        if !seen.contains(&finding) {
            seen.push(finding);
        }
    }
    Ok(seen)
}

fn finding_json(finding: &Finding) -> Value {
    let Diagnostic { file, line, column, words, message, help, .. } = &finding.diagnostic;
    json!({
        "lint": finding.lint.word(), "file": file, "line": line, "column": column, "words": words,
        "message": message, "help": help,
    })
}
