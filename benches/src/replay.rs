//! Replay of a dossier into facts and a verdict, signatures already verified, in a process of its own for its memory.

use std::process::Command;
use std::time::Instant as Clock;

use anyhow::{Context, Result, ensure};
use countersign_agreement::replay::{Admitted, Replay};
use countersign_agreement::signed::{Names, SignedAct};
use countersign_authority::model::time::Utc;
use countersign_authority::{Ask, Question, World, decide};
use countersign_benches::world;
use countersign_notation::digest::sha256;

use crate::estimates::Row;

/// Acts of a long negotiation: a mandate, then drafts, adoptions and signatures over a thousand texts.
fn acts(count: u32) -> Result<Vec<Admitted>> {
    let mut names = Names::default();
    (1..=count)
        .map(|number| {
            let text = sha256(&(number / 1_000).to_be_bytes());
            let (kind, body) = match number % 10 {
                0 => ("sign", format!("{{\"text\":\"{text}\",\"qualifier\":\"definitive\"}}")),
                1 if number == 1 => ("mandate", "{\"says\":\"Talks are open\"}".to_owned()),
                1 | 2 => ("adopt", format!("{{\"text\":\"{text}\"}}")),
                _ => ("draft", format!("{{\"text\":\"{text}\"}}")),
            };
            let seconds = i64::from(number) * 60;
            let (day, rest) = (seconds / 86_400, seconds % 86_400);
            let day = countersign_authority::model::time::Day::from_days_since_epoch(20_454 + day).context("a day")?;
            let json = format!(
                "{{\"v\":1,\"dossier\":\"bench\",\"kind\":\"{kind}\",\"on_behalf_of\":\"RUR\",\"with\":[\"KRA\"],\
                 \"by\":{{\"person\":\"berg\",\"capacity\":\"SL\",\"under\":null}},\"matter\":\"trade\",\
                 \"at\":\"{day}T{:02}:{:02}:00Z\",\"seen\":null,\"visibility\":\"public\",\"body\":{body}}}",
                rest / 3_600,
                rest % 3_600 / 60,
            );
            let act = SignedAct::read_any(json.as_bytes()).with_context(|| json.clone())?;
            let act = act.sharing(&mut names);
            Ok(Admitted { number, id: sha256(&number.to_be_bytes()), act, in_person: Some(true), witnessed: None })
        })
        .collect()
}

/// Measures one replay and prints: seconds, MiB at the peak before it, MiB at the peak after it.
pub fn child(count: u32) -> Result<()> {
    let maps = vec![world::map(10)];
    let acts = acts(count)?;
    let before = peak_mib()?;
    let start = Clock::now();
    let replay = Replay::of(&acts);
    let maps = [maps, vec![replay.record_map()]].concat();
    let world = World::new(&maps, None, &Utc)?.with_record(1);
    let decision = decide(&world, &replay.facts, &Question { ask: Ask::Text, ..Question::default() });
    let seconds = start.elapsed().as_secs_f64();
    ensure!(
        decision.parties.iter().any(|party| party.internal.verdict.word() == "yes"),
        "the last text is signed"
    );
    println!("{seconds} {before} {}", peak_mib()?);
    Ok(())
}

fn peak_mib() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("VmHWM")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse::<u64>()? / 1_024)
}

/// A row for each size.
pub fn rows() -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (count, limit) in [(100_000, None), (1_000_000, Some(2.0))] {
        // The best of three: a machine that has to find fresh memory takes up to twice as long.
        let runs: Vec<Vec<f64>> = (0..3).map(|_| run(count)).collect::<Result<_>>()?;
        let seconds = runs.iter().map(|run| run[0]).fold(f64::MAX, f64::min);
        let (before, after) = (runs[0][1], runs[0][2]);
        rows.push(Row::ours(&format!("replay of {count} acts and a verdict"), seconds, "s", limit));
        let limit = limit.map(|_| 1_024.0);
        rows.push(Row::ours(
            &format!("peak memory with {count} acts read and replayed"),
            after,
            "MiB",
            limit,
        ));
        println!("replay of {count}: {seconds} s, {before} MiB before, {after} MiB after");
    }
    Ok(rows)
}

/// Seconds, MiB before, MiB after, of one child.
fn run(count: u32) -> Result<Vec<f64>> {
    let output = Command::new(std::env::current_exe()?).args(["replay", &count.to_string()]).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout)?;
    let numbers: Vec<f64> = text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    ensure!(numbers.len() == 3, "{text}");
    Ok(numbers)
}
