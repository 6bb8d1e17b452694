//! Compiles `proto/` with protox, so that protoc need not be installed.

use std::path::{Path, PathBuf};
use std::{env, error, fs, io};

use protox::prost_reflect::{DescriptorPool, FieldDescriptor, MessageDescriptor};

fn main() -> Result<(), Box<dyn error::Error>> {
    // A relative path at run time, so that a copied `target` folder uses the protos of its own checkout.
    println!("cargo:rerun-if-changed=../../proto");
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../proto");

    let mut files = Vec::new();
    collect(&root, &mut files)?;
    files.sort();
    let mut compiler = protox::Compiler::new([&root])?;
    compiler.include_imports(true).include_source_info(true).open_files(&files)?;

    // Served by server reflection, with comments.
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("descriptors.bin"), compiler.encode_file_descriptor_set())?;

    // Messages with a secret field print their name only, so that no secret reaches a log by way of `{:?}`.
    let secret = messages_with_secrets(&compiler.descriptor_pool());
    fs::write(out.join("redacted.rs"), secret.iter().map(Secret::debug).collect::<String>())?;

    tonic_prost_build::configure()
        .skip_debug(secret.iter().map(|message| format!(".{}", message.name)))
        // For fakes in tests, which implement the RPCs they need. Services implement all of theirs: `patchbay_rpc::unary!`
        // denies an RPC that is missing.
        .generate_default_stubs(true)
        // Bodies are passed from the wire to the socket without a copy.
        .bytes(".patchbay.event_fanout.v1.PublishRequest.data_json")
        .bytes(".patchbay.event_fanout.v1.SequencedEvent.body")
        .bytes(".patchbay.webhook_sender.v1.Delivery")
        .bytes(".patchbay.webhook_sender.v1.CallRequest.body")
        .bytes(".patchbay.webhook_sender.v1.CallResponse.body")
        .bytes(".patchbay.tracker.v1.Issue.document_json")
        .bytes(".patchbay.tracker.v1.NewEvent.event_json")
        .bytes(".patchbay.tracker.v1.Event")
        .compile_fds(compiler.file_descriptor_set())?;
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

/// Something that gets no derived `Debug`: a message, or a `oneof` of one.
struct Secret {
    /// Its protobuf name, with the package.
    name: String,
    /// The path of its generated Rust type in this crate.
    path: String,
}

impl Secret {
    fn debug(&self) -> String {
        let Self { name, path } = self;
        format!(
            "impl ::core::fmt::Debug for {path} {{\n    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> \
             ::core::fmt::Result {{\n        f.write_str(\"{name} [redacted]\")\n    }}\n}}\n"
        )
    }
}

/// Messages with a field marked `debug_redact`, and the `oneof`s that hold such a field.
fn messages_with_secrets(pool: &DescriptorPool) -> Vec<Secret> {
    let messages = pool.all_messages().filter(|message| message.fields().any(|field| is_secret(&field)));
    messages.flat_map(|message| secrets_of(&message)).collect()
}

fn secrets_of(message: &MessageDescriptor) -> Vec<Secret> {
    let module = message.package_name().trim_start_matches("patchbay.").trim_end_matches(".v1");
    let name = message.name();
    let mut found =
        vec![Secret { name: message.full_name().to_owned(), path: format!("crate::{module}::{name}") }];
    // An `optional` field is a synthetic `oneof` of one field, for which no type is generated.
    let oneofs = message.oneofs().filter(|oneof| !oneof.is_synthetic());
    found.extend(oneofs.filter(|oneof| oneof.fields().any(|field| is_secret(&field))).map(|oneof| Secret {
        name: oneof.full_name().to_owned(),
        path: format!("crate::{module}::{}::{}", snake_case(name), camel_case(oneof.name())),
    }));
    found
}

fn is_secret(field: &FieldDescriptor) -> bool {
    let option = field.options().get_field_by_name("debug_redact").and_then(|value| value.as_bool());
    option.unwrap_or(false)
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

fn camel_case(name: &str) -> String {
    name.split('_').map(|word| word[..1].to_ascii_uppercase() + &word[1..]).collect()
}
