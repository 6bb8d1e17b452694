//! Globex uninstalls the app: its tokens are revoked and it receives no more events.

use anyhow::ensure;
use patchbay_proto::event_fanout::{ExplainRequest, Outcome};
use patchbay_rpc::request;
use serde_json::json;

use super::{Installed, People, Registered, Story};
use crate::demo::checks::{same, until};

impl Story {
    pub(super) async fn the_manager_uninstalls_it(
        &mut self,
        people: &People,
        app: &Registered,
        installed: &Installed,
    ) -> anyhow::Result<()> {
        self.printer.step("The manager of Globex uninstalls the app");
        let path = format!("/api/0/sentry-app-installations/{}/", installed.uuid);
        self.rest.delete(&path, &people.manager).await?.expect(204)?;
        let webhook = self.app.next("installation.deleted").await?;
        webhook.verified("installation.deleted", &app.secret)?;
        self.printer.checked("installation.deleted arrived");
        self.rest.get(&path, &installed.token).await?.expect(401)?;
        let refresh =
            app.grant(json!({"grant_type": "refresh_token", "refresh_token": installed.refresh_token}));
        let answer = self.rest.post_anonymously(&format!("{path}authorizations/"), refresh).await?;
        ensure!((400..500).contains(&answer.status), "the refresh token still works: {}", answer.status);
        self.printer.checked("its tokens are refused");

        let before = self.app.total();
        let event_id = self.publish(people, "error", "created", r#"{"error":{}}"#, Vec::new()).await?;
        let decisions = self.decisions(&event_id).await?;
        let sent = |outcome: &i32| [Outcome::Delivered as i32, Outcome::Pending as i32].contains(outcome);
        ensure!(
            !decisions.iter().any(sent),
            "an event is sent to an app that is not installed: {decisions:?}"
        );
        same("webhooks after the uninstallation", self.app.total(), before)?;
        self.printer.checked("the next error is not sent to anyone");
        Ok(())
    }

    /// The outcomes of an event for each installation, once the event is handed over.
    async fn decisions(&self, event_id: &str) -> anyhow::Result<Vec<i32>> {
        until("the event is handed over", async || {
            let explain = ExplainRequest { event_id: event_id.to_owned(), organization_id: 0 };
            let explained = self.clients.events.clone().explain(request(explain)).await?.into_inner();
            let decisions = explained.decisions.iter().map(|decision| decision.outcome).collect();
            Ok(explained.handed_over.then_some(decisions))
        })
        .await
    }
}
