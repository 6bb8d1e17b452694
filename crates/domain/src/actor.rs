//! The actor of an event.

use uuid::Uuid;

/// The user, app or product that caused an event. The form that a receiver gets depends on the receiver: see
/// [`Actor::json_for`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A user.
    User { id: i64, name: String },
    /// Any app, acting through its token.
    App,
    /// The product itself.
    System,
}

impl Actor {
    /// The `actor` value of a webhook to the app `app_uuid`, as compact JSON.
    ///
    /// An acting app is always shown as the *receiving* app. Sentry resolves every bot user in this way, so
    /// that an app recognises its own actions by its own id.
    pub fn json_for(&self, app_uuid: Uuid, app_name: &str) -> String {
        match self {
            Self::User { id, name } => format!(r#"{{"type":"user","id":{id},"name":{}}}"#, quoted(name)),
            Self::App => {
                format!(r#"{{"type":"application","id":"{app_uuid}","name":{}}}"#, quoted(app_name))
            }
            Self::System => r#"{"type":"application","id":"sentry","name":"Sentry"}"#.to_owned(),
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_actor_has_the_shape_receivers_know() {
        let app = Uuid::from_u128(0x2ebf_071f_28df_4989_aca9_c37c_763b_278f);
        let user = Actor::User { id: 1, name: "Meredith \"Mer\" Heller".into() };
        assert_eq!(user.json_for(app, "x"), r#"{"type":"user","id":1,"name":"Meredith \"Mer\" Heller"}"#);
        assert_eq!(
            Actor::App.json_for(app, "Hooks"),
            r#"{"type":"application","id":"2ebf071f-28df-4989-aca9-c37c763b278f","name":"Hooks"}"#
        );
        assert_eq!(
            Actor::System.json_for(app, "x"),
            r#"{"type":"application","id":"sentry","name":"Sentry"}"#
        );
    }
}
