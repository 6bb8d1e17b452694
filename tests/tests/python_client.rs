//! A product team generates a Python client from `proto/` and needs no other file of Patchbay.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::Command;

use patchbay::all_in_one::{AllInOne, Plan};
use patchbay::data_folder::DataFolder;
use patchbay_runtime::Settings;
use tokio::net::TcpListener;

/// An interpreter with `grpcio-tools`; `cargo xtask test` makes one.
fn python() -> PathBuf {
    std::env::var_os("PATCHBAY_TEST_PYTHON")
        .map(PathBuf::from)
        .expect("cargo xtask test sets PATCHBAY_TEST_PYTHON")
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}:\n{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the Python environment of cargo xtask test"]
async fn a_client_generated_with_grpcio_tools_publishes_an_event_and_explains_it() {
    let python = python();
    let folder = tempfile::tempdir().unwrap();
    let generated = folder.path().join("generated");
    std::fs::create_dir(&generated).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    run(Command::new(&python)
        .args(["-m", "grpc_tools.protoc", "--proto_path"])
        .arg(root.join("proto"))
        .arg(format!("--python_out={}", generated.display()))
        .arg(format!("--grpc_python_out={}", generated.display()))
        .arg(root.join("proto/patchbay/event_fanout/v1/events.proto")));

    let data = DataFolder::open(&folder.path().join("data")).unwrap();
    let http = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let settings = Settings::from_pairs([("GRPC_LISTEN", "127.0.0.1:0"), ("ADMIN_LISTEN", "127.0.0.1:0")]);
    let patchbay =
        AllInOne::start(settings, Plan { data: &data, http, log: false, is_brief: false, public_url: None })
            .await
            .unwrap();

    let mut client = Command::new(&python);
    client
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python_client.py"))
        .arg(patchbay.grpc.unwrap().to_string())
        .env("PYTHONPATH", &generated)
        .env("PATCHBAY_SERVICE_SECRET", data.secret("service-secret").unwrap().expose());
    tokio::task::spawn_blocking(move || run(&mut client)).await.unwrap();
    patchbay.stop.request();
    patchbay.stopped().await.unwrap();
}
