//! `patchbay up` as a process that can be killed, with an organization and a client of its API.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use patchbay_tests::program::{Program, binary, free_address};
use serde_json::Value;

const ORGANIZATION: &str = "harbour-goods-1";
const OWNER: &str = "you@example.com";

pub(crate) struct PlatformProcess {
    pub(crate) program: Program,
    data: PathBuf,
    base_url: String,
    http: reqwest::Client,
    token: String,
}

impl PlatformProcess {
    /// Starts it with the sample organization and this list of providers.
    pub(crate) async fn start(folder: &Path, providers: &Path) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = free_address().unwrap();
        let data = folder.join("data");
        let variables = [
            ("PATCHBAY_HTTP_LISTEN", http.to_string()),
            ("PATCHBAY_GRPC_LISTEN", "127.0.0.1:0".to_owned()),
            ("PATCHBAY_PROVIDERS", providers.display().to_string()),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value)).to_vec();
        let arguments = ["up", "--data-dir", data.to_str().unwrap()];
        let mut program = Program::new("patchbay", &arguments, folder, variables).unwrap();
        program.start().unwrap();
        program.ready().await.unwrap();
        let client = reqwest::Client::builder().timeout(Duration::from_secs(15)).build().unwrap();
        let base_url = format!("http://{http}");
        let mut platform = Self { program, data, base_url, http: client, token: String::new() };
        platform.operator("seed");
        platform.operator(&format!("users create {OWNER} --name You"));
        platform.operator(&format!("members set {ORGANIZATION} {OWNER} owner"));
        platform.token = platform.operator(&format!("tokens create {OWNER} --scope org:admin,event:admin"));
        platform
    }

    /// Runs an operator command and returns its output.
    fn operator(&self, line: &str) -> String {
        let mut command = Command::new(binary("patchbay").unwrap());
        let output =
            command.args(line.split_whitespace()).arg("--data-dir").arg(&self.data).output().unwrap();
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Kills it and starts it again.
    pub(crate) async fn kill_and_restart(&mut self) {
        self.program.kill().unwrap();
        self.program.start().unwrap();
        self.program.ready().await.unwrap();
    }

    /// Calls the API; the path is below `/api/0/`.
    pub(crate) async fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let url = format!("{}/api/0/{path}", self.base_url);
        let call = self.http.request(method.parse().unwrap(), url).bearer_auth(&self.token);
        let call = call.header("content-type", "application/json");
        let call = if body.is_null() { call } else { call.body(body.to_string()) };
        let answer = call.send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{method} {path} {body}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.call("GET", path, &Value::Null).await
    }

    /// The path of something of the organization.
    pub(crate) fn organization(&self, path: &str) -> String {
        format!("organizations/{ORGANIZATION}/{path}")
    }
}
