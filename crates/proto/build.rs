//! Compiles `proto/` with protox, so that nothing but cargo has to be installed.

use std::path::{Path, PathBuf};
use std::{env, error, fs, io};

use prost::Message;

fn main() -> Result<(), Box<dyn error::Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto");
    println!("cargo:rerun-if-changed={}", root.display());

    let mut files = Vec::new();
    collect(&root, &mut files)?;
    files.sort();
    let descriptors = protox::compile(&files, [&root])?;

    // Served by server reflection, comments included.
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("descriptors.bin"), descriptors.encode_to_vec())?;

    tonic_prost_build::configure()
        // Bodies travel from the wire to the socket without being copied.
        .bytes(".patchbay.event_fanout.v1.PublishRequest.data_json")
        .bytes(".patchbay.webhook_sender.v1.Delivery")
        .bytes(".patchbay.tracker.v1.Issue.document_json")
        .compile_fds(descriptors)?;
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "proto") {
            files.push(path);
        }
    }
    Ok(())
}
