//! Compiles `proto/` with protox, so that protoc need not be installed.

use std::path::{Path, PathBuf};
use std::{env, error, fs, io};

use prost::Message;

fn main() -> Result<(), Box<dyn error::Error>> {
    // A relative path at run time, so that a copied `target` folder uses the protos of its own checkout.
    println!("cargo:rerun-if-changed=../../proto");
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../proto");

    let mut files = Vec::new();
    collect(&root, &mut files)?;
    files.sort();
    let descriptors = protox::compile(&files, [&root])?;

    // Served by server reflection, with comments.
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("descriptors.bin"), descriptors.encode_to_vec())?;

    // `Debug` of these messages is written by hand without their contents; see src/redacted.rs.
    let secret = [
        ".patchbay.auth_token.v1.Grant",
        ".patchbay.auth_token.v1.ExchangeRequest",
        ".patchbay.auth_token.v1.RefreshRequest",
        ".patchbay.auth_token.v1.TokenPair",
        ".patchbay.auth_token.v1.IntrospectRequest",
        ".patchbay.auth_token.v1.SignInLink",
        ".patchbay.auth_token.v1.RedeemSignInLinkRequest",
        ".patchbay.auth_token.v1.Session",
        ".patchbay.auth_token.v1.EndSessionRequest",
        ".patchbay.auth_token.v1.OidcSignIn",
        ".patchbay.auth_token.v1.FinishOidcSignInRequest",
        ".patchbay.installation.v1.Installation",
        ".patchbay.installation.v1.InitialToken",
        ".patchbay.installation.v1.AppToken",
        ".patchbay.installation.v1.OwnerView",
        ".patchbay.installation.v1.Endpoint",
        ".patchbay.installation.v1.ClientCertificate",
        ".patchbay.installation.v1.RotateSecretResponse",
        ".patchbay.installation.v1.UpdateAppRequest",
        ".patchbay.installation.v1.Authorization",
        ".patchbay.installation.v1.AuthorizeRequest",
    ];
    tonic_prost_build::configure()
        .skip_debug(secret)
        // Bodies are passed from the wire to the socket without a copy.
        .bytes(".patchbay.event_fanout.v1.PublishRequest.data_json")
        .bytes(".patchbay.event_fanout.v1.SequencedEvent.body")
        .bytes(".patchbay.webhook_sender.v1.Delivery")
        .bytes(".patchbay.webhook_sender.v1.CallRequest.body")
        .bytes(".patchbay.webhook_sender.v1.CallResponse.body")
        .bytes(".patchbay.tracker.v1.Issue.document_json")
        .bytes(".patchbay.tracker.v1.NewEvent.event_json")
        .bytes(".patchbay.tracker.v1.Event")
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
