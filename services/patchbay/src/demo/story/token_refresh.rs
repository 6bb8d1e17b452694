//! The app exchanges its refresh token for a new token.

use serde_json::json;

use super::{Installed, Registered, Story};
use crate::demo::checks::text;

impl Story {
    pub(super) async fn the_token_is_refreshed(
        &mut self,
        app: &Registered,
        old: Installed,
    ) -> anyhow::Result<Installed> {
        self.printer.step("The app refreshes its token");
        let refresh = app.grant(json!({"grant_type": "refresh_token", "refresh_token": old.refresh_token}));
        let path = format!("/api/0/sentry-app-installations/{}/authorizations/", old.uuid);
        let answer = self.rest.post_anonymously(&path, refresh).await?.expect(201)?;
        let installed = Installed {
            token: text(&answer, "/token")?.to_owned(),
            refresh_token: text(&answer, "/refreshToken")?.to_owned(),
            uuid: old.uuid,
        };
        let path = format!("/api/0/sentry-app-installations/{}/", installed.uuid);
        self.rest.get(&path, &old.token).await?.expect(401)?;
        self.rest.get(&path, &installed.token).await?.expect(200)?;
        self.printer.checked("the new token works, the old one is refused (401)");
        Ok(installed)
    }
}
