//! Calls between a real server and a real client, over memory and over TCP.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use patchbay_domain::{Caller, Error, Membership, Role, SecretString, UserCaller};
use patchbay_proto::auth_token::sessions_client::SessionsClient;
use patchbay_proto::auth_token::sessions_server::{Sessions, SessionsServer};
use patchbay_proto::auth_token::{
    BeginOidcSignInRequest, CreateSessionRequest, CreateSignInLinkRequest, EndSessionRequest,
    EndSessionResponse, FinishOidcSignInRequest, ForgetOidcIdentitiesRequest, ForgetOidcIdentitiesResponse,
    GetSignInOptionsRequest, OidcIdentity, OidcSignIn, RedeemSignInLinkRequest, Session, SignInLink,
    SignInOptions,
};
use patchbay_rpc::{Channel, Listener, Memberships, Security, Server, Target, status};
use patchbay_runtime::connections::{Limits, Port};
use patchbay_runtime::{Metrics, Stop};
use tokio::net::TcpListener;
use tonic::{Code, Request, Response, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

/// Answers in a way that shows what arrived.
struct Mirror;

#[tonic::async_trait]
impl Sessions for Mirror {
    async fn create_sign_in_link(
        &self,
        request: Request<CreateSignInLinkRequest>,
    ) -> Result<Response<SignInLink>, Status> {
        let caller = format!("{:?}", patchbay_rpc::caller(&request)?);
        Ok(Response::new(SignInLink { secret: caller, expires_at: None }))
    }

    async fn redeem_sign_in_link(
        &self,
        request: Request<RedeemSignInLinkRequest>,
    ) -> Result<Response<Session>, Status> {
        let secret = request.into_inner().secret;
        if !secret.is_empty() {
            return Err(status::from_error(Error::field(&*secret, &*secret).with_field("secret", secret)));
        }
        Err(status::from_error(Error::field("secret", "not like this").with_field("secret", "nor like that")))
    }

    async fn end_session(
        &self,
        request: Request<EndSessionRequest>,
    ) -> Result<Response<EndSessionResponse>, Status> {
        if request.get_ref().secret == "hang" {
            std::future::pending::<()>().await;
        }
        panic!("a handler that panics");
    }

    async fn get_sign_in_options(
        &self,
        _: Request<GetSignInOptionsRequest>,
    ) -> Result<Response<SignInOptions>, Status> {
        Err(not_called())
    }

    async fn begin_oidc_sign_in(
        &self,
        request: Request<BeginOidcSignInRequest>,
    ) -> Result<Response<OidcSignIn>, Status> {
        let text = request.into_inner().redirect_url;
        Err(Status::with_details(Code::InvalidArgument, text.clone(), text.into_bytes().into()))
    }

    async fn finish_oidc_sign_in(
        &self,
        _: Request<FinishOidcSignInRequest>,
    ) -> Result<Response<OidcIdentity>, Status> {
        Err(not_called())
    }

    async fn forget_oidc_identities(
        &self,
        _: Request<ForgetOidcIdentitiesRequest>,
    ) -> Result<Response<ForgetOidcIdentitiesResponse>, Status> {
        Err(not_called())
    }

    async fn create_session(&self, _: Request<CreateSessionRequest>) -> Result<Response<Session>, Status> {
        Err(not_called())
    }
}

fn not_called() -> Status {
    Status::unimplemented("no test here calls it")
}

fn security(secret: &str) -> Security {
    Security::secret(SecretString::new(secret))
}

fn port(listener: TcpListener) -> Port {
    let long = Duration::from_secs(60);
    let limits = Limits { max: 100, max_per_address: 0, first_request: long, idle: long, stall: long };
    Port::new("grpc", listener, limits, &Metrics::new())
}

/// A running server and both ways to reach it.
async fn start() -> (Stop, Vec<Target>) {
    let (listener, connector) = patchbay_rpc::memory();
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", tcp.local_addr().unwrap());
    let stop = Stop::new();
    let server = Server::new().unwrap().add_service(SessionsServer::new(Mirror));
    let listeners = vec![Listener::Memory(listener), Listener::Tcp(port(tcp))];
    let stopped = stop.clone();
    tokio::spawn(async move { server.serve(listeners, &security("right"), stopped).await.unwrap() });
    (stop, vec![Target::Memory(connector), Target::Url(url)])
}

fn client(target: &Target, secret: &str) -> SessionsClient<Channel> {
    SessionsClient::new(target.channel(&security(secret)).unwrap())
}

#[tokio::test]
async fn the_caller_arrives_with_the_call() {
    let (_stop, targets) = start().await;
    for target in &targets {
        let request = patchbay_rpc::request_as(&Caller::Operator, CreateSignInLinkRequest { user_id: 1 });
        let link = client(target, "right").create_sign_in_link(request).await.unwrap().into_inner();
        assert_eq!(link.secret, "Operator", "{target:?}");
    }
}

const MANY: i64 = 440;

fn memberships() -> Vec<Membership> {
    let membership = |organization_id: i64| Membership {
        organization_id,
        organization_slug: format!("{organization_id:x>64}"),
        role: Role::Member,
    };
    (1..=MANY).map(membership).collect()
}

/// Knows one user, who belongs to many organizations.
struct Known;

impl Memberships for Known {
    fn of_user(&self, user_id: i64) -> BoxFuture<'static, Result<Vec<Membership>, Error>> {
        let known = match user_id {
            1 => Ok(memberships()),
            _ => Err(Error::unavailable("STORAGE_UNAVAILABLE", "Not now.")),
        };
        futures::future::ready(known).boxed()
    }
}

#[tokio::test]
async fn a_caller_with_many_memberships_arrives_with_all_of_them() {
    let (listener, connector) = patchbay_rpc::memory();
    let stop = Stop::new();
    let server = Server::new().unwrap().with_memberships(Arc::new(Known));
    let server = server.add_service(SessionsServer::new(Mirror));
    let stopped = stop.clone();
    tokio::spawn(async move {
        server.serve(vec![Listener::Memory(listener)], &security("right"), stopped).await.unwrap();
    });
    let mut client = client(&Target::Memory(connector), "right");
    let caller = |user_id: i64| {
        Caller::User(UserCaller {
            user_id,
            name: "Ada".into(),
            email: "ada@example.com".into(),
            is_superuser: false,
            is_staff: false,
            memberships: memberships(),
            token_scopes: None,
        })
    };
    let call = |caller: &Caller| patchbay_rpc::request_as(caller, CreateSignInLinkRequest { user_id: 1 });
    let mirrored = client.create_sign_in_link(call(&caller(1))).await.unwrap().into_inner();
    assert_eq!(mirrored.secret, format!("{:?}", caller(1)));
    let refusal = client.create_sign_in_link(call(&caller(2))).await.unwrap_err();
    assert_eq!(
        status::to_error(&refusal).reason,
        "STORAGE_UNAVAILABLE",
        "a caller whose memberships are unknown is refused"
    );
    client.create_sign_in_link(call(&Caller::Operator)).await.unwrap();
    stop.request();
}

#[tokio::test]
async fn an_error_arrives_unchanged() {
    let (_stop, targets) = start().await;
    for target in &targets {
        let request = patchbay_rpc::request(RedeemSignInLinkRequest::default());
        let refusal = client(target, "right").redeem_sign_in_link(request).await.unwrap_err();
        let error = status::to_error(&refusal);
        assert_eq!(error.fields[0].messages, ["not like this", "nor like that"]);
    }
}

/// Neither a long message nor a status of tonic itself ends the connection that other calls use.
#[tokio::test]
async fn a_refusal_of_any_size_leaves_the_connection_to_the_others() {
    let (_stop, targets) = start().await;
    for target in &targets {
        let client = client(target, "right");
        let mut hanging = client.clone();
        let watching = tokio::spawn(async move {
            let message = EndSessionRequest { secret: "hang".into() };
            hanging.end_session(patchbay_rpc::stream_request(message)).await.map(|_| ())
        });
        for text in ["q".repeat(30_000), "ü".repeat(500_000), "\u{1f980} ".repeat(100_000)] {
            let mut client = client.clone();
            let (ours, bare) = (
                RedeemSignInLinkRequest { secret: text.clone() },
                BeginOidcSignInRequest { redirect_url: text },
            );
            let refusal = client.redeem_sign_in_link(patchbay_rpc::request(ours)).await.unwrap_err();
            assert_eq!(refusal.code(), Code::InvalidArgument, "{refusal:?}");
            assert!(status::to_error(&refusal).fields[0].messages[0].ends_with('…'));
            let refusal = client.begin_oidc_sign_in(patchbay_rpc::request(bare)).await.unwrap_err();
            assert_eq!(refusal.code(), Code::InvalidArgument, "{refusal:?}");
            assert!(refusal.message().ends_with('…') && refusal.message().len() <= 1024);
        }
        let other = patchbay_rpc::request(CreateSignInLinkRequest { user_id: 1 });
        client.clone().create_sign_in_link(other).await.unwrap();
        assert!(!watching.is_finished(), "the connection was lost");
        watching.abort();
    }
}

/// A process that is not ours may send more than we take; the callers of its connection may be many.
#[tokio::test]
async fn a_call_with_too_much_metadata_costs_itself_only() {
    let (_stop, targets) = start().await;
    for target in &targets {
        let mut client = client(target, "right");
        for bytes in [13 * 1024, 40_000, 500_000] {
            let mut request = patchbay_rpc::request(CreateSignInLinkRequest { user_id: 1 });
            request.metadata_mut().insert("x-much", "q".repeat(bytes).parse().unwrap());
            let refusal = client.create_sign_in_link(request).await.unwrap_err();
            assert_eq!(status::to_error(&refusal).reason, "METADATA_TOO_LARGE");
        }
        let request = patchbay_rpc::request(CreateSignInLinkRequest { user_id: 1 });
        client.create_sign_in_link(request).await.unwrap();
    }
}

#[tokio::test]
async fn a_call_without_the_service_secret_is_refused() {
    let (_stop, targets) = start().await;
    for target in &targets {
        for secret in ["wrong", "", "righ", "rightt"] {
            let request = patchbay_rpc::request(CreateSignInLinkRequest { user_id: 1 });
            let refusal = client(target, secret).create_sign_in_link(request).await.unwrap_err();
            assert_eq!(status::to_error(&refusal).reason, "SERVICE_SECRET_REQUIRED", "{secret:?}");
        }
    }
}

#[tokio::test]
async fn the_health_check_needs_no_secret() {
    let (_stop, targets) = start().await;
    let Target::Url(url) = &targets[1] else { panic!("the second target is TCP") };
    let channel = tonic::transport::Endpoint::from_shared(url.clone()).unwrap().connect().await.unwrap();
    let answer = HealthClient::new(channel).check(HealthCheckRequest::default()).await.unwrap();
    assert_eq!(answer.into_inner().status, 1, "serving");
}

#[tokio::test]
async fn a_panic_in_a_handler_is_an_internal_error_and_the_connection_lives_on() {
    let (_stop, targets) = start().await;
    for target in &targets {
        let mut client = client(target, "right");
        let refusal =
            client.end_session(patchbay_rpc::request(EndSessionRequest::default())).await.unwrap_err();
        assert_eq!(refusal.code(), Code::Internal);
        assert!(!refusal.message().contains("panics"), "the caller is not shown the inside");
        let request = patchbay_rpc::request(CreateSignInLinkRequest { user_id: 1 });
        client.create_sign_in_link(request).await.unwrap();
    }
}

#[tokio::test]
async fn a_call_has_a_deadline() {
    let (_stop, targets) = start().await;
    for target in &targets {
        let mut request = patchbay_rpc::request(EndSessionRequest { secret: "hang".into() });
        request.set_timeout(Duration::from_millis(50));
        let refusal = client(target, "right").end_session(request).await.unwrap_err();
        assert_eq!(status::to_error(&refusal).kind, patchbay_domain::ErrorKind::DeadlineExceeded);
    }
}

#[tokio::test]
async fn a_client_outlives_the_server_it_was_connected_to() {
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = tcp.local_addr().unwrap();
    let mut client = client(&Target::Url(format!("http://{address}")), "right");
    let call = || patchbay_rpc::request(CreateSignInLinkRequest { user_id: 1 });

    let serve = |tcp| {
        let stop = Stop::new();
        let stopped = stop.clone();
        let server = Server::new().unwrap().add_service(SessionsServer::new(Mirror));
        let task = tokio::spawn(async move {
            server.serve(vec![Listener::Tcp(port(tcp))], &security("right"), stopped).await.unwrap();
        });
        (stop, task)
    };
    let (stop, task) = serve(tcp);
    client.create_sign_in_link(call()).await.unwrap();
    stop.request();
    task.await.unwrap();
    let refusal = client.create_sign_in_link(call()).await.unwrap_err();
    assert_eq!(status::to_error(&refusal).reason, "SERVICE_UNAVAILABLE");

    let (_stop, _task) = serve(TcpListener::bind(address).await.unwrap());
    client.create_sign_in_link(call()).await.unwrap();
}

#[tokio::test]
async fn reflection_lists_what_is_served() {
    use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
    use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
    use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
    use tonic_reflection::pb::v1::{ServerReflectionRequest, ServerReflectionResponse};

    let (_stop, targets) = start().await;
    let mut reflection = ServerReflectionClient::new(targets[0].channel(&security("right")).unwrap());
    let asked = ServerReflectionRequest {
        message_request: Some(MessageRequest::ListServices(String::new())),
        ..Default::default()
    };
    let mut answers =
        reflection.server_reflection_info(tokio_stream::once(asked)).await.unwrap().into_inner();
    let answer: ServerReflectionResponse = answers.message().await.unwrap().unwrap();
    let Some(MessageResponse::ListServicesResponse(list)) = answer.message_response else {
        panic!("reflection answers {answer:?}");
    };
    let names: Vec<String> = list.service.into_iter().map(|service| service.name).collect();
    for name in ["patchbay.auth_token.v1.Sessions", "grpc.health.v1.Health"] {
        assert!(names.iter().any(|listed| listed == name), "{name} is not among {names:?}");
    }
}
