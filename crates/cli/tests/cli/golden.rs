//! Golden runs: what is typed, what is printed, how it ends. `TRYCMD=overwrite` writes them anew.

use crate::root;

#[test]
fn the_program_prints_what_the_golden_files_and_the_readme_say() {
    // The commands name files as a reader in the repository's root would.
    std::env::set_current_dir(root()).unwrap();
    trycmd::TestCases::new()
        .case("crates/cli/tests/cli/golden/*.trycmd")
        .case("README.md")
        .case("examples/*/README.md")
        .env("NO_COLOR", "1")
        .env("COLUMNS", "100");
}
