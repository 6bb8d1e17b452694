//! A running Patchbay and a client.

use std::sync::Arc;
use std::time::Duration;

use patchbay::all_in_one::{AllInOne, Plan};
use patchbay::data_folder::DataFolder;
use patchbay_runtime::Settings;
use patchbay_testkit::slate::Slate;
use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::description::Description;
use crate::operation::Operation;

/// A running Patchbay.
pub(crate) struct Server {
    pub(crate) patchbay: AllInOne,
    /// The tracker that integrations can be set up with.
    pub(crate) slate: Slate,
    http: reqwest::Client,
    _data: DataFolder,
    _folder: TempDir,
}

/// A response.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// Status and body, every letter of which is known.
    #[track_caller]
    pub(crate) fn reads(&self, status: u16, body: &str) {
        assert_eq!((self.status, self.body.as_str()), (status, body));
    }
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(&[]).await
    }

    /// As [`Server::start`], with further settings.
    pub(crate) async fn with(settings: &[(&str, &str)]) -> Self {
        // reqwest needs a process-wide provider even without TLS; a second call finds the first provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::open(&folder.path().join("data")).unwrap();
        let http = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let usual = [
            ("GRPC_LISTEN", "127.0.0.1:0"),
            ("ADMIN_LISTEN", "127.0.0.1:0"),
            // The tests send thousands of requests from one address.
            ("GATEWAY_CALLER_LIMIT", "0"),
            ("GATEWAY_ADDRESS_LIMIT", "0"),
        ];
        let settings = Settings::from_pairs(usual.iter().chain(settings).copied());
        let slate = Slate::new();
        let patchbay = AllInOne::start_with(
            settings,
            Plan { data: &data, http, public_url: None, is_brief: false, log: false },
            vec![Arc::new(slate.clone())],
        )
        .await
        .unwrap();
        let redirects = reqwest::redirect::Policy::none();
        let timeout = Duration::from_secs(30);
        let http = reqwest::Client::builder().redirect(redirects).timeout(timeout).build().unwrap();
        Self { patchbay, slate, http, _data: data, _folder: folder }
    }

    /// Sends a request with these headers.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, String)],
        body: Option<&Value>,
    ) -> Answer {
        let mut headers = headers.to_vec();
        headers.extend(body.map(|_| ("content-type", "application/json".to_owned())));
        let body = body.map(|body| body.to_string().into_bytes());
        self.send_bytes(method, path, &headers, body.unwrap_or_default()).await
    }

    /// Sends a request with any body.
    pub(crate) async fn send_bytes(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, String)],
        body: Vec<u8>,
    ) -> Answer {
        let url = format!("{}{path}", self.patchbay.base_url);
        let mut request = self.http.request(method.parse().unwrap(), url);
        for (name, value) in headers {
            request = request.header(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let answer = request.body(body).send().await.unwrap();
        let content_type = answer.headers().get("content-type");
        let content_type = content_type.map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Answer { status, content_type, headers, body: answer.text().await.unwrap() }
    }

    /// As [`Server::send`], with a token.
    pub(crate) async fn call(&self, method: &str, path: &str, token: &str, body: Option<&Value>) -> Answer {
        self.send(method, path, &[("authorization", format!("Bearer {token}"))], body).await
    }

    /// The description of the API.
    pub(crate) async fn description(&self) -> Description {
        Description::new(self.send("GET", "/api/0/openapi.json", &[], None).await.json())
    }

    /// Every operation in the description of the API.
    pub(crate) async fn operations(&self) -> Vec<Operation> {
        self.description().await.operations()
    }
}
