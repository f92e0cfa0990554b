//! What other tests lean on.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use countersign_testkit::{pyhanko, tool, tool::feed};
use std::process::Command;

#[test]
fn a_script_sees_its_arguments_and_its_input() {
    let script =
        "import sys, pyhanko\nsys.stdout.buffer.write(sys.stdin.buffer.read()[::-1])\nprint(*sys.argv[1:])";
    let Some(output) = pyhanko::run(script, &["one", "two words"], b"abc") else { return };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "cbaone two words\n");
}

#[test]
fn much_input_and_output_at_once_do_not_lock_up() {
    let much = vec![b'x'; 1 << 20];
    let output = feed(&mut Command::new("cat"), &much).expect("cat");
    assert!(output.stdout == much);
}

#[test]
fn a_program_runs_in_the_folder_given() {
    let output = tool("pwd", std::path::Path::new("/"), &[]).expect("pwd");
    assert_eq!(output.stdout, b"/\n");
}
