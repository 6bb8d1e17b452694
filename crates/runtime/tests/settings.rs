//! Settings as a service reads them.

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use patchbay_runtime::settings::{Default, Reference};
use patchbay_runtime::{Settings, SettingsError};

fn given(pairs: &[(&str, &str)]) -> Settings {
    Settings::from_pairs(pairs.iter().copied())
}

fn problems(settings: &Settings) -> Vec<String> {
    settings.finish().expect_err("a problem").problems().to_vec()
}

fn file_with(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(text.as_bytes()).expect("written");
    file
}

#[test]
fn a_value_is_the_given_one_or_the_default() {
    let s = given(&[("DRAIN_TIMEOUT", "5s")]);
    assert_eq!(s.get::<Duration>("DRAIN_TIMEOUT", "30s", "Time to end."), Duration::from_secs(5));
    assert_eq!(s.get::<u16>("WINDOW", "64", "Messages at work."), 64);
    assert_eq!(s.optional::<String>("URL", "Address."), None);
    s.finish().unwrap();
}

#[test]
fn every_problem_is_reported_at_once() {
    let s = given(&[("GRPC_LISTEN", "here"), ("DRAIN_TIMEOUT", "soon"), ("DATABSE_URL", "sqlite:x")]);
    let listen: SocketAddr = s.get("GRPC_LISTEN", "127.0.0.1:50051", "Address.");
    assert_eq!(listen.port(), 50051, "the default stands in");
    let _: Duration = s.get("DRAIN_TIMEOUT", "30s", "Time to end.");
    let _ = s.required::<String>("DATABASE_URL", "sqlite:.patchbay", "Database.");
    let _ = s.required_secret("SERVICE_SECRET", "Shared by the services.");
    assert_eq!(
        problems(&s),
        [
            "GRPC_LISTEN = \"here\": not an IP address and port like 127.0.0.1:8080",
            "DRAIN_TIMEOUT = \"soon\": not a duration like 5s, 250ms or 8h",
            "PATCHBAY_DATABASE_URL is missing (for example \"sqlite:.patchbay\"): Database.",
            "PATCHBAY_SERVICE_SECRET or PATCHBAY_SERVICE_SECRET_FILE is missing: Shared by the services.",
            "DATABSE_URL is no setting; did you mean DATABASE_URL?",
        ]
    );
    assert_eq!(SettingsError::EXIT_CODE, 64);
}

#[test]
fn a_process_that_shares_its_environment_only_remarks_on_unknown_names() {
    let s = given(&[("GATEWAY_LISTEN", "127.0.0.1:80"), ("TEST_POSTGRES_URL", "postgres://")]);
    assert_eq!(s.finish_sharing().unwrap(), ["GATEWAY_LISTEN is no setting"]);
    let wrong = given(&[("WINDOW", "x")]);
    let _: u16 = wrong.get("WINDOW", "1", "Messages at work.");
    assert!(wrong.finish_sharing().is_err());
}

#[test]
fn a_secret_is_read_from_a_file_without_its_last_newline() {
    let file = file_with("correct horse\n");
    let s = given(&[("SERVICE_SECRET_FILE", file.path().to_str().unwrap())]);
    assert_eq!(s.required_secret("SERVICE_SECRET", "Shared.").expose(), "correct horse");
    s.finish().unwrap();
}

#[test]
fn a_secret_given_twice_or_in_a_file_that_is_empty_or_missing_is_a_problem() {
    let (full, empty) = (file_with("hunter2"), file_with("\n"));
    for (pairs, problem) in [
        (vec![("S", "hunter2"), ("S_FILE", full.path().to_str().unwrap())], "exclude each other"),
        (vec![("S_FILE", empty.path().to_str().unwrap())], "is empty"),
        (vec![("S_FILE", "/nonexistent/secret")], "cannot read /nonexistent/secret"),
    ] {
        let s = given(&pairs);
        let _ = s.required_secret("S", "A secret.");
        let found = problems(&s);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains(problem) && !found[0].contains("hunter2"), "{found:?}");
    }
}

#[test]
fn values_that_may_hold_a_password_are_not_shown() {
    let s = given(&[("AMQP", "user:hunter2@host:x"), ("SECRET", "hunter2")]);
    let _: SocketAddr = s.get("AMQP", "127.0.0.1:5672", "Broker.");
    let _ = s.secret("SECRET", "A secret.");
    assert!(!format!("{s:?}").contains("hunter2"));
    assert_eq!(problems(&s), ["AMQP: not an IP address and port like 127.0.0.1:8080"]);
}

#[test]
fn a_default_is_overridden_for_one_handle_only() {
    let s = given(&[]);
    let embedded = s.with_default_override("LISTEN", "127.0.0.1:1").with_default_override("KEY", "k");
    let inner = embedded.section("Inner");
    let read = |s: &Settings| s.get::<SocketAddr>("LISTEN", "127.0.0.1:2", "Address.").port();
    assert_eq!((read(&s), read(&embedded), read(&inner)), (2, 1, 1));
    assert_eq!(embedded.required_secret("KEY", "Key.").expose(), "k");
    assert_eq!(embedded.required::<String>("KEY", "x", "Key."), "k");
    assert_eq!(embedded.optional::<String>("KEY", "Key.").as_deref(), Some("k"));
    assert_eq!(embedded.secret_or("KEY", "x", "Key.").expose(), "k");
    s.finish().unwrap();
}

#[test]
fn a_given_value_wins_over_an_overridden_default() {
    let s = given(&[("LISTEN", "127.0.0.1:3")]).with_default_override("LISTEN", "127.0.0.1:1");
    assert_eq!(s.get::<SocketAddr>("LISTEN", "127.0.0.1:2", "Address.").port(), 3);
}

#[test]
fn settings_that_need_each_other_are_checked_together() {
    let s = given(&[("TLS_CERT", "c.pem")]);
    let cert: Option<String> = s.optional("TLS_CERT", "Certificate.");
    let key: Option<String> = s.optional("TLS_KEY", "Key.");
    if cert.is_some() != key.is_some() {
        s.problem("PATCHBAY_TLS_CERT and PATCHBAY_TLS_KEY need each other");
    }
    assert_eq!(
        s.finish().unwrap_err().to_string(),
        "wrong setting: PATCHBAY_TLS_CERT and PATCHBAY_TLS_KEY need each other"
    );
}

#[test]
fn the_reference_has_a_table_for_each_section() {
    let s = given(&[]);
    let db = s.section("Database");
    for _service in 0..2 {
        let _ = db.secret_or("DATABASE_URL", "sqlite:.patchbay", "Where data is kept.");
        let _: u32 = db.get("DATABASE_CONNECTIONS", "10", "Connections at most.");
    }
    let _: Option<Vec<String>> = s.section("Egress").optional("EGRESS_ALLOW", "Hosts | subnets.");
    let _ = s.section("Database").required::<String>("DATABASE_NAME", "patchbay", "Name.");
    assert_eq!(
        s.reference_markdown(),
        "\
## General

| variable | type | default | meaning |
|---|---|---|---|
| `PATCHBAY_CONFIG` | path | – | TOML file with settings; `--config` on the command line does the same. |

## Database

| variable | type | default | meaning |
|---|---|---|---|
| `PATCHBAY_DATABASE_URL`, `PATCHBAY_DATABASE_URL_FILE` | secret | `sqlite:.patchbay` | Where data is kept. |
| `PATCHBAY_DATABASE_CONNECTIONS` | number | `10` | Connections at most. |
| `PATCHBAY_DATABASE_NAME` | text | required, such as `patchbay` | Name. |

## Egress

| variable | type | default | meaning |
|---|---|---|---|
| `PATCHBAY_EGRESS_ALLOW` | list of text | – | Hosts \\| subnets. |
"
    );
    let reference: Reference = s.reference();
    assert_eq!(reference.declarations()[1].default, Default::Value("sqlite:.patchbay".to_owned()));
}

#[test]
#[should_panic(expected = "the default \"x\" of WINDOW is not number")]
fn a_default_that_does_not_parse_is_found_by_the_first_reader() {
    let _: u16 = given(&[]).get("WINDOW", "x", "Messages at work.");
}

#[test]
fn an_empty_value_keeps_a_default_and_the_word_none_empties_a_list() {
    for (value, expected) in [("", vec!["localhost"]), ("none", vec![]), ("a.test", vec!["a.test"])] {
        let settings = given(&[("EGRESS_ALLOW", value)]).with_default_override("EGRESS_ALLOW", "localhost");
        assert_eq!(settings.get::<Vec<String>>("EGRESS_ALLOW", "", "Hosts."), expected, "{value}");
        let optional = settings.optional::<Vec<String>>("EGRESS_ALLOW", "Hosts.");
        assert_eq!(optional.unwrap(), expected, "{value}");
    }
}
