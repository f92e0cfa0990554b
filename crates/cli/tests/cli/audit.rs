//! `countersign audit`: a table of signed agreements, each judged as of its own date.

use std::fs;

use tempfile::TempDir;

use crate::{countersign, text};

const MAP: &str = r#"map "M" version 1
source "S" as of 2026-01-01
party RCO "Ruritania Steel" company
matter trade
office MD "Managing director" of RCO decides as director basis "Register"
office VP "Vice President" of RCO implements under MD basis "Handbook"
person anna "A. Anders"
person vik "V. Vik"
anna holds MD from 2020-01-01 until 2025-01-01 basis "Register"
vik holds VP from 2020-01-01 basis "Contract"
MD may sign on trade basis "Articles"
VP may sign on trade up to EUR 500000 basis "Handbook"
"#;
const TABLE: &str = "id,party,by,capacity,at,matter,currency,amount
c1,RCO,anna,MD,2024-06-01,trade,EUR,40000000
c2,RCO,anna,MD,2025-06-01,trade,EUR,40000000
c3,RCO,vik,VP,2024-06-01,trade,EUR,500000.00
c4,RCO,vik,VP,2024-06-01,trade,EUR,500000.01
c5,RCO,vik,VP,2024-06-01,trade,,
c6,RCO,vik,VP,yesterday,trade,,
c7,RCO,vik,,2024-06-01,trade,EUR,1
";

fn audit(table: &str, more: &[&str]) -> (Option<i32>, String, String) {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("m.authority"), MAP).unwrap();
    fs::write(dir.path().join("t.csv"), table).unwrap();
    let mut arguments = vec!["audit", "t.csv", "--map", "m.authority"];
    arguments.extend(more);
    let output = countersign(dir.path(), &arguments);
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn each_row_is_judged_as_of_its_own_date() {
    let (code, rows, said) = audit(TABLE, &["--all"]);
    let verdicts: Vec<(&str, &str)> = rows
        .lines()
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            (cells[0], cells[1])
        })
        .collect();
    assert_eq!(
        verdicts,
        [("c1", "yes"), ("c2", "no"), ("c3", "yes"), ("c4", "no"), ("c5", "unknown"), ("c7", "unknown")]
    );
    assert!(said.contains("row 7: ") && said.contains("yesterday"), "{said}");
    assert!(said.contains("7 rows: 2 authorised, 2 without authority, 2 can't be told, 1 flagged"), "{said}");
    assert_eq!(code, Some(1));
}

#[test]
fn only_rows_that_lack_authority_are_printed() {
    let (_, rows, _) = audit(TABLE, &[]);
    let ids: Vec<&str> = rows.lines().filter_map(|line| line.split('\t').next()).collect();
    assert_eq!(ids, ["c2", "c4", "c5", "c7"]);
    assert!(rows.lines().next().unwrap().contains("until 2025-01-01"), "{rows}");
}

#[test]
fn a_clean_table_ends_with_0_and_an_uncertain_one_with_3() {
    let row = |id: &str| {
        let line = TABLE.lines().find(|line| line.starts_with(id)).unwrap();
        format!("{}\n{line}\n", TABLE.lines().next().unwrap())
    };
    assert_eq!(audit(&row("c1"), &[]).0, Some(0));
    assert_eq!(audit(&row("c5"), &[]).0, Some(3));
    assert_eq!(audit(&row("c6"), &[]).0, Some(3));
}

#[test]
fn a_table_without_a_column_it_needs_is_refused_by_name() {
    let (code, _, said) = audit("id,party,at\nx,RCO,2024-01-01\n", &[]);
    assert_eq!(code, Some(2));
    assert!(said.contains("no column `by`") && said.contains("id, party, at"), "{said}");
}

#[test]
fn rows_stream_in_their_order_over_several_chunks() {
    let mut table = "id,party,by,capacity,at,matter\n".to_owned();
    for n in 0..40_000 {
        let by = if n % 1_000 == 0 { "vik,MD" } else { "anna,MD" };
        table.push_str(&format!("r{n},RCO,{by},2024-01-01,trade\n"));
    }
    let (code, rows, _) = audit(&table, &[]);
    let ids: Vec<&str> = rows.lines().filter_map(|line| line.split('\t').next()).collect();
    let expected: Vec<String> = (0..40).map(|n| format!("r{}", n * 1_000)).collect();
    assert_eq!((code, ids), (Some(1), expected.iter().map(String::as_str).collect()));
}
