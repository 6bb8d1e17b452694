//! Receivers written in JavaScript verify a signature over `JSON.stringify(JSON.parse(body))`.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

const SCRIPT: &str = "let text = require('fs').readFileSync(0, 'utf8'); \
                      process.stdout.write(JSON.stringify(JSON.parse(text)))";

/// The text after parsing and serializing in Node.
pub(crate) fn through_node(node: &Path, json: &[u8]) -> Vec<u8> {
    let mut command = Command::new(node);
    command.args(["-e", SCRIPT]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut process = command.spawn().unwrap();
    process.stdin.take().unwrap().write_all(json).unwrap();
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success());
    output.stdout
}
