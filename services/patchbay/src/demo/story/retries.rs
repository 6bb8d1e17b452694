//! A delivery fails twice and is retried; the request log shows each attempt.

use anyhow::{Context, ensure};

use super::{People, Registered, Story};
use crate::demo::checks::{same, until};

impl Story {
    pub(super) async fn a_failing_app_gets_the_same_bytes_again(
        &mut self,
        people: &People,
        app: &Registered,
    ) -> anyhow::Result<()> {
        self.printer.step("The app fails twice with status 500");
        self.app.fail_next(2);
        self.publish(people, "error", "created", r#"{"error":{"message":"Grüße 🌍"}}"#, Vec::new()).await?;
        let mut attempts = Vec::new();
        for number in 1..=3 {
            let webhook =
                self.app.next("error.created").await.with_context(|| format!("attempt {number}"))?;
            webhook.verified("error.created", &app.secret)?;
            attempts.push(webhook);
        }
        for later in &attempts[1..] {
            same("body", &later.body, &attempts[0].body)?;
            same("webhook-id", later.header("webhook-id")?, attempts[0].header("webhook-id")?)?;
            ensure!(
                later.header("request-id")? != attempts[0].header("request-id")?,
                "attempts share a Request-ID"
            );
        }
        self.printer.checked(
            "three attempts with the same bytes and the same webhook-id (here after 0.2 s and 0.4 s)",
        );
        Ok(())
    }

    pub(super) async fn the_request_log_shows_it(
        &mut self,
        people: &People,
        app: &Registered,
    ) -> anyhow::Result<()> {
        self.printer.step("Acme looks at the request log of its app");
        let path = format!("/api/0/sentry-apps/{}/webhook-requests/?eventType=error.created", app.slug);
        // An attempt is recorded after the app's answer, so the last one may take a moment to show.
        let codes = until("the request log shows all attempts", async || {
            let log = self.rest.get(&path, &people.owner).await?.expect(200)?;
            let codes: Vec<i64> = log
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|entry| entry["responseCode"].as_i64())
                .collect();
            Ok((codes.len() >= 4).then_some(codes))
        })
        .await?;
        same("response codes, newest first", codes, vec![200, 500, 500, 200])?;
        self.printer.checked("200, 500, 500 for the last event, 200 for the one before");
        Ok(())
    }
}
