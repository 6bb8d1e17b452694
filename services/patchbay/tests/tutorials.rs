//! The commands on the pages of tutorials work: they are run in the order of the page.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A whole page takes seconds.
const LIMIT: &str = "120";

/// The shell blocks of the page as one script. Blocks marked `background` run in parallel until the script
/// ends.
fn script(page: &str) -> String {
    let mut script = String::from("set -euo pipefail\ntrap 'kill $(jobs -p)' EXIT\n");
    let mut blocks = 0;
    for block in page.split("\n```sh").skip(1) {
        let (kind, rest) = block.split_once('\n').unwrap();
        let commands = rest.split("\n```").next().unwrap();
        script += commands;
        script += if kind.trim() == "background" { " &\n" } else { "\n" };
        blocks += 1;
    }
    assert!(blocks > 10, "the page has commands");
    script
}

fn free_port() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string()
}

/// A replacement in the script. It has to be there.
fn with(script: &str, page: &str, here: &str) -> String {
    assert!(script.contains(page), "the page has `{page}`");
    script.replace(page, here)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Runs the commands of a page and checks that these words were printed. The only differences to the page are the binary, which
/// replaces cargo, free ports, and those of `differences`.
fn run(page: &str, ports: &[&str], differences: &[(&str, &str)], words: &[&str]) {
    let page = std::fs::read_to_string(root().join(page)).unwrap();
    let api = free_port();
    let mut script = with(&script(&page), "cargo run --quiet --", env!("CARGO_BIN_EXE_patchbay"));
    script = with(&script, "127.0.0.1:8080", &format!("127.0.0.1:{api}"));
    for port in ports {
        script = with(&script, port, &free_port());
    }
    for (page, here) in differences {
        script = with(&script, page, here);
    }
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new("timeout")
        .args([LIMIT, "bash", "-c", &script])
        .current_dir(folder.path())
        .env("PATCHBAY_HTTP_LISTEN", format!("127.0.0.1:{api}"))
        .env("PATCHBAY_GRPC_LISTEN", "127.0.0.1:0")
        .env("PATCHBAY_ADMIN_LISTEN", "127.0.0.1:0")
        .output()
        .expect("bash, curl and python3 are what the page asks for");
    let (printed, errors) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{printed}\n{errors}");
    for words in words {
        assert!(printed.contains(words), "{words} is missing:\n{printed}\n{errors}");
    }
}

#[test]
fn every_command_of_the_first_integration_works() {
    let words = ["installation.created", r#""status":"installed""#, r#""slug":"acme""#];
    run("docs/first-integration.md", &["9000"], &[], &words);
}

#[test]
#[ignore = "needs the Python environment of cargo xtask test"]
fn every_command_of_connect_a_tracker_works() {
    let python = std::env::var("PATCHBAY_TEST_PYTHON").expect("cargo xtask test sets PATCHBAY_TEST_PYTHON");
    let bin = Path::new(&python).parent().unwrap().display().to_string();
    let examples = root().join("examples").display().to_string();
    let differences = [
        // The packages of the page are those of the environment.
        ("python3 -m venv venv && venv/bin/pip install --quiet roundup==2.6.0", ""),
        ("venv/bin", bin.as_str()),
        ("PROGRAM=examples", &format!("PROGRAM={examples}")),
    ];
    run("docs/integrations/connect-a-tracker.md", &["8917", "9000"], &differences, &["healthy"]);
}
