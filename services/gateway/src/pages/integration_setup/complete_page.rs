//! The last page of a setup: it reports the outcome to the page that opened it, and closes.

use axum::http::StatusCode;
use axum::response::Response;
use patchbay_domain::Random;
use serde::Serialize;
use serde_json::json;

use super::document::{Allows, document};
use crate::json::integration::IntegrationJson;
use crate::pages::html::escape;

/// Reports to pages of this site only. Without a page that opened it, the text stays.
const SCRIPT: &str = r#"const outcome = JSON.parse(document.getElementById("outcome").textContent);
if (window.opener) {
  window.opener.postMessage(outcome, window.location.origin);
  window.close();
}"#;

/// The integration is set up.
pub(crate) fn complete_page(random: &Random, integration: &IntegrationJson) -> Response {
    let text = format!("{} is set up. You can close this window.", integration.name());
    page(random, "Setup complete", &text, &json!({ "success": true, "data": integration }))
}

/// Nothing was set up, and another attempt would not help.
pub(crate) fn failed_page(random: &Random, why: &str) -> Response {
    page(random, "Setup Error", why, &json!({ "success": false, "data": { "error": why } }))
}

fn page(random: &Random, title: &str, text: &str, outcome: &impl Serialize) -> Response {
    let nonce = random.uuid().simple().to_string();
    let content = format!(
        "<p role=\"status\">{}</p><script type=\"application/json\" id=\"outcome\">{}</script>\
         <script nonce=\"{nonce}\">{SCRIPT}</script>",
        escape(text),
        in_script(outcome),
    );
    document(StatusCode::OK, title, &content, Allows::Script(&nonce))
}

/// JSON without characters that end a script element or begin a comment in it.
fn in_script(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned());
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_the_script() {
        let odd = json!({ "name": "</script><script>alert(1)</script><!-- &lt;" });
        let written = in_script(&odd);
        assert!(!written.contains(['<', '>', '&']), "{written}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&written).unwrap(), odd);
    }
}
