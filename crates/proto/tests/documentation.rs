//! The proto files are a public API, so everything in them is documented.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use prost::Message;
use prost_types::{FileDescriptorProto, FileDescriptorSet};

/// Field numbers of `FileDescriptorProto` and its parts that lead to named items.
mod path {
    pub(super) const MESSAGE: i32 = 4;
    pub(super) const ENUM: i32 = 5;
    pub(super) const SERVICE: i32 = 6;
    pub(super) const FIELD_OF_MESSAGE: i32 = 2;
    pub(super) const VALUE_OF_ENUM: i32 = 2;
    pub(super) const METHOD_OF_SERVICE: i32 = 2;
}

fn ours() -> Vec<FileDescriptorProto> {
    let set = FileDescriptorSet::decode(patchbay_proto::FILE_DESCRIPTOR_SET).unwrap();
    set.file.into_iter().filter(|file| file.package().starts_with("patchbay.")).collect()
}

/// The leading comment of the item at `path`, empty if it has none.
fn comment(file: &FileDescriptorProto, path: &[i32]) -> String {
    let locations = file.source_code_info.iter().flat_map(|info| &info.location);
    locations
        .filter(|location| location.path == path)
        .map(|location| location.leading_comments().trim().to_owned())
        .collect()
}

/// Every named item of a file, with the path of its comment.
fn named_things(file: &FileDescriptorProto) -> Vec<(String, Vec<i32>)> {
    let mut things = Vec::new();
    for (m, message) in (0..).zip(&file.message_type) {
        things.push((message.name().to_owned(), vec![path::MESSAGE, m]));
        for (f, field) in (0..).zip(&message.field) {
            let name = format!("{}.{}", message.name(), field.name());
            things.push((name, vec![path::MESSAGE, m, path::FIELD_OF_MESSAGE, f]));
        }
    }
    for (e, r#enum) in (0..).zip(&file.enum_type) {
        things.push((r#enum.name().to_owned(), vec![path::ENUM, e]));
        for (v, value) in (0..).zip(&r#enum.value) {
            things.push((value.name().to_owned(), vec![path::ENUM, e, path::VALUE_OF_ENUM, v]));
        }
    }
    for (s, service) in (0..).zip(&file.service) {
        things.push((service.name().to_owned(), vec![path::SERVICE, s]));
        for (m, method) in (0..).zip(&service.method) {
            let name = format!("{}.{}", service.name(), method.name());
            things.push((name, vec![path::SERVICE, s, path::METHOD_OF_SERVICE, m]));
        }
    }
    things
}

#[test]
fn every_rpc_message_field_and_value_has_a_comment() {
    let files = ours();
    assert!(files.len() >= 9, "the descriptor set holds our files");
    let bare: Vec<String> = files
        .iter()
        .flat_map(|file| {
            let without_comment = |(_, path): &(String, Vec<i32>)| comment(file, path).is_empty();
            named_things(file)
                .into_iter()
                .filter(without_comment)
                .map(|(name, _)| format!("{}: {name}", file.name()))
        })
        .collect();
    assert!(bare.is_empty(), "without a comment:\n{}", bare.join("\n"));
}

#[test]
fn every_service_says_who_may_call_it() {
    for file in ours() {
        for (name, path) in
            named_things(&file).into_iter().filter(|(_, path)| path[0] == path::SERVICE && path.len() == 4)
        {
            let service = comment(&file, &path[..2]);
            let method = comment(&file, &path);
            assert!(
                format!("{service}{method}").contains("Who:"),
                "{}: neither {name} nor its service says who may call it",
                file.name()
            );
        }
    }
}
