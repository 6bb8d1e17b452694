use patchbay_provider::{Built, Object};
use serde_json::Value;

use crate::app::App;

/// Reads an installation as GitHub describes it. `None` without an id or an account.
pub(crate) fn built(app: &App, installation: &Value) -> Option<Built> {
    let account = &installation["account"];
    let login = account["login"].as_str().filter(|login| !login.is_empty())?;
    let mut metadata = Object::new();
    for (name, value) in [
        ("icon", account["avatar_url"].clone()),
        ("domain_name", format!("{}/{login}", app.host()).into()),
        ("account_type", account["type"].clone()),
        ("account_id", account["id"].clone()),
    ] {
        metadata.insert(name.to_owned(), value);
    }
    Some(Built {
        external_id: installation["id"].as_u64()?.to_string(),
        name: login.to_owned(),
        metadata,
        identity: None,
        expect_exists: false,
    })
}
