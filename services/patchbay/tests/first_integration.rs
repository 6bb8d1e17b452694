//! The page for app developers says what really works: its commands are run, in its order.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

/// Everything on the page together takes seconds.
const LIMIT: &str = "120";

/// The page's shell blocks as one script; those marked `background` run beside it until it ends.
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

#[test]
fn every_command_of_the_page_works() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/first-integration.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (api, receiver) = (free_port(), free_port());
    // The binary under test in place of cargo, and ports that nobody else has: nothing else differs from the page.
    let script = script(&page)
        .replace("cargo run --quiet --", env!("CARGO_BIN_EXE_patchbay"))
        .replace("127.0.0.1:8080", &format!("127.0.0.1:{api}"))
        .replace("127.0.0.1:9000", &format!("127.0.0.1:{receiver}"))
        .replace("\"127.0.0.1\", 9000", &format!("\"127.0.0.1\", {receiver}"));
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new("timeout")
        .args([LIMIT, "bash", "-c", &script])
        .current_dir(folder.path())
        .env("PATCHBAY_HTTP_LISTEN", format!("127.0.0.1:{api}"))
        .env("PATCHBAY_GRPC_LISTEN", "127.0.0.1:0")
        .env("PATCHBAY_ADMIN_LISTEN", "127.0.0.1:0")
        .output()
        .expect("bash, curl and python3 are what the page asks for");
    let (told, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{told}\n{errors}");
    for words in ["installation.created", r#""status":"installed""#, r#""slug":"acme""#] {
        assert!(told.contains(words), "{words} is missing:\n{told}\n{errors}");
    }
}
