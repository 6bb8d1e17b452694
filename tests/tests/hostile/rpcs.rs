//! Every RPC, from someone who is no service, and with messages that say nothing.

use std::collections::BTreeSet;

use patchbay_proto::FILE_DESCRIPTOR_SET;
use prost::Message;
use prost_types::FileDescriptorSet;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::metadata::MetadataValue;
use tonic::transport::Channel;
use tonic::{Code, Request, Status};
use tonic_prost::ProstCodec;

use crate::server::Server;

/// Paths of all RPCs, and whether they answer with a stream.
fn rpcs() -> Vec<(String, bool)> {
    let files = FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).unwrap().file;
    let mut found = BTreeSet::new();
    for file in files {
        for service in &file.service {
            for method in &service.method {
                let path = format!("/{}.{}/{}", file.package(), service.name(), method.name());
                found.insert((path, method.server_streaming()));
            }
        }
    }
    found.into_iter().filter(|(path, _)| path.starts_with("/patchbay.")).collect()
}

/// Calls an RPC with an empty message.
async fn call(
    mut grpc: Grpc<Channel>,
    path: &str,
    is_stream: bool,
    request: Request<()>,
) -> Result<(), Status> {
    grpc.ready().await.unwrap();
    let (path, codec) = (path.parse::<PathAndQuery>().unwrap(), ProstCodec::<(), ()>::default());
    match is_stream {
        true => grpc.server_streaming(request, path, codec).await.map(drop),
        false => grpc.unary(request, path, codec).await.map(drop),
    }
}

async fn connect(server: &Server) -> Grpc<Channel> {
    let address = format!("http://{}", server.patchbay.grpc.unwrap());
    Grpc::new(Channel::from_shared(address).unwrap().connect().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_rpc_answers_someone_without_the_secret_of_the_services() {
    let server = Server::start().await;
    let grpc = connect(&server).await;
    let rpcs = rpcs();
    assert!(rpcs.len() > 60, "only {} RPCs", rpcs.len());
    for (path, is_stream) in rpcs {
        for (name, value) in [
            ("x-anything", "x"),
            ("authorization", "Bearer "),
            ("authorization", "Bearer guess"),
            ("authorization", "Basic Og=="),
            ("patchbay-caller-bin", "Im9wZXJhdG9yIg=="),
        ] {
            let mut request = Request::new(());
            match name.ends_with("-bin") {
                true => drop(request.metadata_mut().insert_bin(name, MetadataValue::from_static(value))),
                false => drop(request.metadata_mut().insert(name, MetadataValue::from_static(value))),
            }
            let refused = call(grpc.clone(), &path, is_stream, request).await.unwrap_err();
            assert_eq!(refused.code(), Code::Unauthenticated, "{path} {name}: {refused:?}");
        }
    }
}
