//! A real Roundup, and the provider program of `examples/`. Both can be killed.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use patchbay_testkit::eventually;
use patchbay_testkit::jira::python;
use patchbay_tests::program::free_address;
use serde_json::{Value, json};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// The account of the integration.
pub(crate) const ACCOUNT: (&str, &str) = ("patchbay", "patchbay-password");
/// A person at the tracker.
const PERSON: (&str, &str) = ("you", "your-password");

pub(crate) struct RoundupTracker {
    /// With a slash at the end.
    pub(crate) url: String,
    /// The list of providers for Patchbay.
    pub(crate) providers: PathBuf,
    folder: PathBuf,
    server: Mutex<Child>,
    program: Child,
    program_port: u16,
    http: reqwest::Client,
}

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/providers/roundup")
}

impl RoundupTracker {
    pub(crate) async fn start(folder: &Path) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (tracker, program) = (free_address().unwrap().port(), free_address().unwrap().port());
        let url = format!("http://127.0.0.1:{tracker}/");
        install(folder, &url);
        let descriptor = examples().join("descriptor.toml");
        let list = format!(
            "[[provider]]\ndescriptor = {descriptor:?}\nurl = \"http://127.0.0.1:{program}\"\nsecret_file = \"secret\"\n"
        );
        let providers = folder.join("providers.toml");
        std::fs::write(&providers, list).unwrap();
        std::fs::write(folder.join("secret"), SECRET).unwrap();
        let http = reqwest::Client::builder().timeout(Duration::from_secs(30)).build().unwrap();
        let roundup = Self {
            server: Mutex::new(serve(folder, tracker)),
            program: run_program(folder, program),
            url,
            providers,
            folder: folder.to_owned(),
            program_port: program,
            http,
        };
        roundup.ready().await;
        roundup
    }

    async fn ready(&self) {
        eventually(Duration::from_secs(30), "Roundup and its provider answer", async || {
            let program = format!("http://127.0.0.1:{}/probe", self.program_port);
            let program = self.http.post(program).send().await.is_ok_and(|answer| answer.status() == 401);
            let tracker = self.http.get(&self.url).send().await.is_ok_and(|answer| answer.status() == 200);
            (program && tracker).then_some(())
        })
        .await;
    }

    pub(crate) fn kill_tracker(&self) {
        kill(&mut self.server.lock().unwrap());
    }

    pub(crate) async fn start_tracker(&self) {
        let port = reqwest::Url::parse(&self.url).unwrap().port().unwrap();
        *self.server.lock().unwrap() = serve(&self.folder, port);
        self.ready().await;
    }

    pub(crate) async fn kill_and_restart_program(&mut self) {
        kill(&mut self.program);
        self.program = run_program(&self.folder, self.program_port);
        self.ready().await;
    }

    /// Webhooks that the program knows.
    pub(crate) fn webhooks(&self) -> usize {
        let known = std::fs::read(self.folder.join("webhooks.json")).unwrap_or_default();
        serde_json::from_slice::<Value>(&known)
            .ok()
            .and_then(|known| Some(known.as_object()?.len()))
            .unwrap_or(0)
    }

    /// The text of a message.
    pub(crate) async fn text(&self, id: &str) -> String {
        let (_, answer) = self.call("GET", &format!("msg/{id}/content"), None, &Value::Null).await;
        answer["data"]["data"].as_str().unwrap_or_default().to_owned()
    }

    async fn call(&self, method: &str, path: &str, etag: Option<&str>, body: &Value) -> (u16, Value) {
        let call = self.http.request(method.parse().unwrap(), format!("{}rest/data/{path}", self.url));
        let mut call = call.basic_auth(PERSON.0, Some(PERSON.1));
        call = call.header("x-requested-with", "test").header("origin", self.url.trim_end_matches('/'));
        if let Some(etag) = etag {
            call = call
                .header("if-match", etag)
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        let answer = call.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
    }

    /// The attributes of an item, for example `issue/1`.
    pub(crate) async fn item(&self, path: &str) -> Value {
        let (status, mut answer) = self.call("GET", path, None, &Value::Null).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer["data"]["attributes"].take()
    }

    /// A person changes an issue. `remove` names attributes that get no value.
    pub(crate) async fn change(&self, key: &str, values: Value) {
        let path = format!("issue/{key}");
        eventually(Duration::from_secs(30), "the change is accepted", async || {
            let (_, answer) = self.call("GET", &path, None, &Value::Null).await;
            let etag = answer["data"]["@etag"].as_str()?;
            let (operation, mut body) = match values["assignedto"] == json!("") {
                true => ("remove", values.clone()),
                false => ("replace", values.clone()),
            };
            body["@op"] = json!(operation);
            // Patchbay may have changed the issue meanwhile: then its version differs.
            (self.call("PATCH", &path, Some(etag), &body).await.0 == 200).then_some(())
        })
        .await;
    }
}

impl Drop for RoundupTracker {
    fn drop(&mut self) {
        self.kill_tracker();
        kill(&mut self.program);
    }
}

fn kill(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

fn install(folder: &Path, url: &str) {
    let admin = python().parent().unwrap().join("roundup-admin");
    let roundup = |arguments: &[&str]| {
        let mut command = Command::new(&admin);
        let output = command.arg("-i").arg(folder.join("tracker")).args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
    };
    std::fs::create_dir(folder.join("tracker")).unwrap();
    // With the default number of rounds each call takes a second, because Roundup checks the password.
    let settings = format!(
        "TRACKER_WEB={url},MAIL_DOMAIN=example.com,MAIL_HOST=127.0.0.1,MAIL_DEBUG=mail.log,PASSWORD_PBKDF2_DEFAULT_ROUNDS=10000"
    );
    roundup(&["install", "classic", "sqlite", &settings]);
    roundup(&["initialise", "admin-password"]);
    for ((name, password), roles) in [(ACCOUNT, "Admin"), (PERSON, "Admin")] {
        let values = [
            format!("username={name}"),
            format!("password={password}"),
            format!("address={name}@example.com"),
            format!("roles={roles}"),
        ];
        roundup(&["create", "user", &values[0], &values[1], &values[2], &values[3]]);
    }
    std::fs::copy(examples().join("detector.py"), folder.join("tracker/detectors/patchbay.py")).unwrap();
}

fn serve(folder: &Path, port: u16) -> Child {
    let mut command = Command::new(python());
    command.arg(examples().join("serve.py")).arg(folder.join("tracker")).arg(port.to_string());
    command.stderr(log(folder, "tracker.log")).spawn().unwrap()
}

fn run_program(folder: &Path, port: u16) -> Child {
    let mut command = Command::new(python());
    command.arg(examples().join("provider.py")).args(["--listen", &format!("127.0.0.1:{port}")]);
    command.arg("--secret-file").arg(folder.join("secret"));
    command.arg("--tracker-home").arg(folder.join("tracker"));
    command.arg("--state").arg(folder.join("webhooks.json"));
    command.stderr(log(folder, "program.log")).spawn().unwrap()
}

fn log(folder: &Path, name: &str) -> Stdio {
    std::fs::File::options().create(true).append(true).open(folder.join(name)).unwrap().into()
}
