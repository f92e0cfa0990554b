//! `countersign order BUNDLE ORDER.json`: does this order square with what was signed above its issuer?

use std::path::PathBuf;

use countersign_agreement::order::Order;
use countersign_authority::order::OrderAnswer;
use countersign_verify::recorded::KnownAt;
use countersign_verify::render;
use countersign_verify::report::{ReportQuestion, hold_order};

use crate::exit::{Exit, Failure};
use crate::shell::Shell;
use crate::{folder, input, verify};

/// What `order` is given.
#[derive(Debug, clap::Args)]
#[command(after_help = "ORDER.json is a signed act of kind `order`, or
  {\"by\":\"eriks\",\"capacity\":\"PRES\",\"on_behalf_of\":\"RUR\",\"to\":\"AEO\",\"matter\":\"security/nuclear\",
   \"at\":\"2026-05-02T09:00:00Z\",\"sets\":[{\"quantity\":\"enrichment\",\"value\":\"60\",\"unit\":\"percent\"}]}

Example:
  countersign order talks.dossier order.json

Exit codes: 0 outside the terms or within them · 1 it contradicts them · 3 unknown · 2 usage")]
pub(crate) struct Args {
    /// A .dossier file, or a working folder
    bundle: PathBuf,
    /// The order
    order: PathBuf,
    /// Whose maps are recognised; every map of the bundle where not given
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Ignore what was not known by this time, or by this index of the record
    #[arg(long, value_name = "TIME|INDEX", value_parser = input::known_at)]
    known_at: Option<KnownAt>,
    /// Records and witnesses to trust (C2SP tlog-policy), in the place of the policy's lines
    #[arg(long, value_name = "FILE")]
    record_policy: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, shell: &mut Shell) -> Result<Exit, Failure> {
    let bundle = folder::open(&args.bundle)?;
    let policy = verify::policy(args.policy.as_deref())?;
    let held = Order::read(&input::read(&args.order)?)
        .map_err(|error| Failure::usage(format!("{}: {error}", args.order.display())))?;
    let records = verify::record_policy(args.record_policy.as_deref())?;
    let (policy, records, known_at) = (policy.as_ref(), records.as_ref(), args.known_at);
    let question = ReportQuestion { policy, known_at, records, ..ReportQuestion::default() };
    let finding = hold_order(&bundle, question, &held).map_err(verify::failure)?;
    if shell.json {
        shell.print_json(&render::finding_json(&finding))?;
    } else {
        let signers: Vec<String> = finding
            .signers
            .iter()
            .map(|s| {
                format!(
                    "{} ({}){}",
                    s.office,
                    s.person,
                    if s.at_or_above { ", at or above the issuer" } else { ", below the issuer" }
                )
            })
            .collect();
        let mut text = format!("{}\n  {}\n", finding.answer.word(), finding.says);
        if !signers.is_empty() {
            text.push_str(&format!("  signed by {}\n", signers.join("; ")));
        }
        if let Some(lift) = &finding.lifted_by {
            text.push_str(&format!("  {lift}\n"));
        }
        shell.print(&text)?;
    }
    Ok(match finding.answer {
        OrderAnswer::Outside => Exit::Yes,
        OrderAnswer::SignedAtOrAbove | OrderAnswer::SignedOnlyBelow => Exit::No,
        OrderAnswer::Unknown => Exit::Undetermined,
    })
}
