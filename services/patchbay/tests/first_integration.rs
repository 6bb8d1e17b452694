//! The commands on the tutorial page work: they are run in the order of the page.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

/// The whole page takes seconds.
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

#[test]
fn every_command_of_the_page_works() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/first-integration.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (api, receiver) = (free_port(), free_port());
    // The only differences to the page are the binary, which replaces cargo, and free ports.
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
    let (printed, errors) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{printed}\n{errors}");
    for words in ["installation.created", r#""status":"installed""#, r#""slug":"acme""#] {
        assert!(printed.contains(words), "{words} is missing:\n{printed}\n{errors}");
    }
}
