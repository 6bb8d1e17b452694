//! The account at a tracker: its setup, and the message with which a program recognises it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use patchbay_domain::token;
use patchbay_provider::{
    Built, Failure, Field, FieldKind, Installation, Kind, Object, Result, Secrets, SetupState,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use crate::calls::Program;

/// The names of the metadata of an integration.
const ACCOUNT: &str = "account";
const TICKET_URL: &str = "ticket_url";
pub(crate) const WEBHOOK_SECRET: &str = "webhook_secret";
/// Where the state of a setup keeps the connected account.
const CONNECTED: &str = "connected";
/// Bytes of an account, as JSON.
const MAX_ACCOUNT: usize = 16 * 1024;
const MAX_EXTERNAL_ID: usize = 256;
const MAX_TICKET_URL: usize = 1000;
/// Bytes of an entered text.
const MAX_TEXT: usize = 16 * 1024;
const NO_ID: &str = "The provider answered without a usable id of the account.";
const TOO_LARGE: &str = "The provider answered with an account that is too large.";

/// The answer of `connect`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connected {
    external_id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    domain_name: String,
    #[serde(default)]
    ticket_url: String,
    #[serde(default)]
    account: Object,
}

/// The answer of `create_webhook`.
#[derive(Debug, Deserialize)]
pub(crate) struct Webhook {
    /// False if the webhook was there already.
    #[serde(default)]
    pub(crate) created: bool,
}

/// The installation in the arguments of an operation.
pub(crate) fn message(installation: &Installation) -> Value {
    let metadata = &installation.secrets.metadata;
    let mut message = of_setup(&installation.integration.external_id, metadata);
    message["id"] = installation.integration.id.to_string().into();
    message["organization"] = installation.organization.as_ref().map(|it| it.slug.clone()).into();
    message
}

/// The same while nothing is stored yet.
pub(crate) fn of_setup(external_id: &str, metadata: &Object) -> Value {
    let account = metadata.get(ACCOUNT).cloned().unwrap_or_else(|| json!({}));
    json!({ "externalId": external_id, "account": account })
}

/// Checks the entered fields and has the program connect with them.
pub(crate) async fn connect(
    program: &Program,
    form: &[Field],
    entered: &Object,
    state: &mut SetupState,
) -> Result<()> {
    let fields = checked(form, entered)?;
    let arguments = json!({ "fields": fields, "organization": state.organization.slug });
    let connected: Connected = program.call(&state.client, "connect", &arguments).await?;
    if !(1..=MAX_EXTERNAL_ID).contains(&connected.external_id.len()) {
        return Err(Failure::new(Kind::Unreadable, NO_ID));
    }
    let connected = serde_json::to_value(&connected).unwrap_or_default();
    if connected.to_string().len() > MAX_ACCOUNT {
        return Err(Failure::new(Kind::Unreadable, TOO_LARGE));
    }
    state.data.insert(CONNECTED.to_owned(), connected);
    Ok(())
}

/// The values of the form's fields, and no others.
fn checked(form: &[Field], entered: &Object) -> Result<Object> {
    let mut values = Object::new();
    let mut problems = Vec::new();
    for field in form {
        let value = entered.get(&field.name).cloned().unwrap_or_default();
        let is_right = match field.kind {
            FieldKind::Boolean => value.is_boolean() || value.is_null(),
            _ => value.is_null() || value.as_str().is_some_and(|text| text.len() <= MAX_TEXT),
        };
        let is_empty = value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty());
        let chosen = value.as_str().unwrap_or_default();
        let is_choice = field.choices.as_ref().is_none_or(|all| all.iter().any(|it| it.value == chosen));
        let problem = match (is_right, is_empty) {
            (false, _) => Some("Not a valid value."),
            (true, true) => field.required.unwrap_or_default().then_some("This field is required."),
            (true, false) => (!is_choice).then_some("Not a valid choice."),
        };
        match problem {
            Some(problem) => problems.push((field.name.clone(), vec![problem.to_owned()])),
            None if is_empty => {}
            None => drop(values.insert(field.name.clone(), value)),
        }
    }
    if problems.is_empty() {
        return Ok(values);
    }
    Err(Failure::new(Kind::Fields(problems), "The form has invalid fields."))
}

/// Has the program make the webhook, whose address has the id of the account in it.
pub(crate) async fn build(program: &Program, path: &str, state: &SetupState) -> Result<Built> {
    let connected = state.data.get(CONNECTED).cloned().unwrap_or_default();
    let connected: Connected =
        serde_json::from_value(connected).map_err(|_| Failure::new(Kind::Unreadable, NO_ID))?;
    let secret = token::generate();
    let metadata = Object::from_iter([
        (ACCOUNT.to_owned(), Value::Object(connected.account)),
        (TICKET_URL.to_owned(), bounded(connected.ticket_url).into()),
        ("domain_name".to_owned(), bounded(connected.domain_name).into()),
        (WEBHOOK_SECRET.to_owned(), secret.expose().into()),
    ]);
    let url = webhook_url(&state.public_url, path, &connected.external_id, secret.expose());
    let arguments = json!({ "installation": of_setup(&connected.external_id, &metadata), "url": url });
    program.call::<Webhook>(&state.client, "create_webhook", &arguments).await?;
    Ok(Built {
        external_id: connected.external_id,
        name: connected.name,
        metadata,
        identity: None,
        expect_exists: false,
    })
}

fn bounded(text: String) -> String {
    text.chars().take(MAX_TICKET_URL).collect()
}

/// The webhook of an installation.
pub(crate) fn webhook_of(installation: &Installation, path: &str) -> Result<String> {
    let secret = installation.secrets.metadata_text(WEBHOOK_SECRET).unwrap_or_default();
    Ok(webhook_url(&installation.public_url, path, &installation.integration.external_id, secret))
}

/// `{public URL}/extensions/{path}/webhook/{id of the account}.{secret}/`.
fn webhook_url(public_url: &Url, path: &str, external_id: &str, secret: &str) -> String {
    let base = public_url.as_str().trim_end_matches('/');
    format!("{base}/extensions/{path}/webhook/{}.{secret}/", URL_SAFE_NO_PAD.encode(external_id))
}

/// The URL of a ticket: the program's pattern with the key for `{key}`.
pub(crate) fn ticket_url(secrets: &Secrets, key: &str) -> String {
    let key: String = url::form_urlencoded::byte_serialize(key.as_bytes()).collect();
    secrets.metadata_text(TICKET_URL).unwrap_or_default().replace("{key}", &key)
}

#[cfg(test)]
mod tests {
    use patchbay_provider::Choice;

    use super::*;

    #[test]
    fn only_values_of_the_form_reach_the_program() {
        let form = [
            Field::new("url", FieldKind::Text, "URL").required(),
            Field::new("verify", FieldKind::Boolean, "Verify"),
            Field::new("kind", FieldKind::Select, "Kind").choices(vec![Choice::new("a", "A")]),
        ];
        let object = |value: Value| value.as_object().cloned().unwrap_or_default();
        let entered = object(json!({"url": "https://t.test", "verify": true, "kind": "a", "other": 1}));
        let expected = object(json!({"url": "https://t.test", "verify": true, "kind": "a"}));
        assert_eq!(checked(&form, &entered).unwrap(), expected);

        let wrong = object(json!({"url": " ", "verify": "x", "kind": "b"}));
        let Kind::Fields(problems) = checked(&form, &wrong).unwrap_err().kind else { panic!("fields") };
        let expected = [
            ("url", "This field is required."),
            ("verify", "Not a valid value."),
            ("kind", "Not a valid choice."),
        ];
        assert_eq!(problems, expected.map(|(name, problem)| (name.to_owned(), vec![problem.to_owned()])));
    }

    #[test]
    fn a_key_cannot_leave_its_place_in_a_url() {
        let metadata = Object::from_iter([(TICKET_URL.to_owned(), "https://t.test/issue{key}".into())]);
        let secrets = Secrets { metadata, identity: Object::new() };
        assert_eq!(ticket_url(&secrets, "12"), "https://t.test/issue12");
        assert_eq!(ticket_url(&secrets, "../x?y"), "https://t.test/issue..%2Fx%3Fy");
    }
}
