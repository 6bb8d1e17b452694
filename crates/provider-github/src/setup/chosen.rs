use patchbay_egress::Method;
use patchbay_provider::{
    Built, Choice, Failure, Field, FieldKind, Kind, Object, Result, SetupState, StepView,
};
use serde_json::{Value, json};

use super::accounts::{Account, visible};
use super::{is_ours, note};
use crate::app::{App, part};
use crate::built::built;
use crate::calls::{Call, call};
use crate::key::text;
use crate::token;

/// Names of the field: ours, and that with which GitHub sends the browser back.
const NAMES: [&str; 2] = ["installationId", "installation_id"];

/// A choice, or the way to GitHub if there is nothing to choose. Which of the two it is stays the same, so that the browser that
/// comes back from GitHub meets the step that sent it there.
pub(super) async fn show(app: &App, state: &mut SetupState) -> Result<StepView> {
    let install_url = app.install_page(&state.nonce)?.to_string();
    let known = state.data.get(note::CAN_CHOOSE).and_then(Value::as_bool);
    let own = match known {
        Some(false) => Vec::new(),
        _ => visible(app, state).await?.into_iter().filter(|account| account.is_own).collect(),
    };
    let can_choose = known.unwrap_or(!own.is_empty());
    state.data.insert(note::CAN_CHOOSE.to_owned(), can_choose.into());
    let info: Vec<Value> = own.iter().map(info).collect();
    let mut data = Object::new();
    data.insert("installationInfo".to_owned(), info.into());
    data.insert("installAppUrl".to_owned(), install_url.clone().into());
    if !can_choose {
        return Ok(StepView { data, form: Vec::new(), redirect_url: Some(install_url) });
    }
    Ok(StepView { data, form: vec![choice(&own, &install_url)], redirect_url: None })
}

fn info(account: &Account) -> Value {
    json!({
        "installationId": account.installation_id,
        "githubAccount": account.login,
        "avatarUrl": account.icon,
    })
}

fn choice(own: &[Account], install_url: &str) -> Field {
    let choices = own.iter().map(|account| Choice::new(&account.installation_id, &account.login));
    let mut field = Field::new(NAMES[0], FieldKind::Select, "GitHub Account").required();
    field.help = Some(format!("To connect another account, install the app there first: {install_url}"));
    field.choices(choices.collect())
}

/// Takes the id of an installation, and checks that it is the person's own.
pub(super) async fn answer(app: &App, fields: &Object, state: &mut SetupState) -> Result<()> {
    if fields.contains_key("state") && !is_ours(&text(fields, "state"), &state.nonce) {
        return Err(Failure::refused("Invalid state"));
    }
    let given = NAMES.iter().map(|name| text(fields, name)).find(|id| !id.is_empty());
    let given = given.ok_or_else(|| Failure::field(NAMES[0], "This field is required."))?;
    let accounts = visible(app, state).await?;
    match accounts.iter().find(|account| account.installation_id == given) {
        Some(account) if account.is_own => {
            state.data.insert(note::INSTALLATION_ID.to_owned(), given.into());
            Ok(())
        }
        // Only the owner of a personal account can install the application there.
        Some(account) if !account.is_organization => {
            Err(Failure::refused("Authenticated user is not the same as who installed the app."))
        }
        _ => Err(Failure::refused("User does not have access to given installation.")),
    }
}

/// Reads the installation as the application.
pub(super) async fn build(app: &App, state: &SetupState) -> Result<Built> {
    let id = text(&state.data, note::INSTALLATION_ID);
    let url = app.api(&format!("app/installations/{}", part(&id)), &[])?;
    let wanted = Call { method: Method::GET, url, body: None };
    let authorization = app.authorization(state.client.now())?;
    let found = call(app, &state.client, &authorization, &wanted).await;
    let found: Value = found.map_err(not_found)?.json()?;
    let mut built = built(app, &found).ok_or_else(|| Failure::refused(token::NOT_FOUND))?;
    token::none(&mut built.metadata);
    Ok(built)
}

fn not_found(failure: Failure) -> Failure {
    match failure.kind {
        Kind::Gone => failure.with_message(token::NOT_FOUND),
        _ => failure,
    }
}
