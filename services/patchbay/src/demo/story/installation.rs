//! Globex installs the app, which exchanges its grant code and confirms the installation.

use anyhow::ensure;
use serde_json::json;

use super::{Installed, People, Registered, Story};
use crate::demo::checks::{same, text};

impl Story {
    pub(super) async fn a_manager_installs_it(
        &mut self,
        people: &People,
        app: &Registered,
    ) -> anyhow::Result<(String, String)> {
        self.printer.step("A manager of Globex looks at the permissions and installs the app");
        let shown = self
            .rest
            .get(&format!("/api/0/sentry-apps/{}/", app.slug), &people.manager)
            .await?
            .expect(200)?;
        same("scopes", &shown["scopes"], &json!(["event:read", "project:read"]))?;
        ensure!(shown.get("clientSecret").is_none(), "a stranger is shown the client secret");
        self.printer.checked("it asks for event:read and project:read; its secrets are not shown");

        let request = json!({"slug": app.slug});
        let path = "/api/0/organizations/globex/sentry-app-installations/";
        let installation = self.rest.post(path, &people.manager, request).await?.expect(200)?;
        let uuid = text(&installation, "/uuid")?.to_owned();
        let code = text(&installation, "/code")?.to_owned();
        same("status", text(&installation, "/status")?, "pending")?;
        self.printer.checked("pending until the app confirms, with a grant code");

        let webhook = self.app.next("installation.created").await?;
        let body = webhook.verified("installation.created", &app.secret)?;
        same("installation", text(&body, "/installation/uuid")?, uuid.as_str())?;
        same("code", text(&body, "/data/installation/code")?, code.as_str())?;
        same("actor", text(&body, "/actor/name")?, "Manuel Manager")?;
        self.printer.checked("installation.created arrived with the same code; both signatures hold");
        self.printer.body(&webhook.body);
        Ok((uuid, code))
    }

    pub(super) async fn the_app_exchanges_the_code(
        &mut self,
        app: &Registered,
        uuid: &str,
        code: &str,
    ) -> anyhow::Result<Installed> {
        self.printer.step("The app exchanges the code for a token");
        let exchange = app.grant(json!({"grant_type": "authorization_code", "code": code}));
        let path = format!("/api/0/sentry-app-installations/{uuid}/authorizations/");
        let answer = self.rest.post_anonymously(&path, exchange.clone()).await?.expect(201)?;
        same("scopes", &answer["scopes"], &json!(["project:read", "event:read"]))?;
        self.printer.checked("a token for eight hours and a refresh token");
        let again = self.rest.post_anonymously(&path, exchange).await?.expect(401)?;
        same("detail", text(&again, "/detail")?, "Could not find grant for given code")?;
        self.printer.checked("the code works once");
        Ok(Installed {
            uuid: uuid.to_owned(),
            token: text(&answer, "/token")?.to_owned(),
            refresh_token: text(&answer, "/refreshToken")?.to_owned(),
        })
    }

    pub(super) async fn the_app_confirms_the_installation(
        &mut self,
        installed: &Installed,
    ) -> anyhow::Result<()> {
        self.printer.step("The app marks the installation as installed");
        let path = format!("/api/0/sentry-app-installations/{}/", installed.uuid);
        let answer =
            self.rest.put(&path, &installed.token, json!({"status": "installed"})).await?.expect(200)?;
        same("status", text(&answer, "/status")?, "installed")?;
        ensure!(answer.get("code").is_none(), "the code is shown after its exchange");
        self.printer.checked("installed; the code is gone");
        Ok(())
    }
}
