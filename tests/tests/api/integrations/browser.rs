use patchbay_proto::auth_token::CreateSignInLinkRequest;
use patchbay_proto::auth_token::sessions_client::SessionsClient;
use patchbay_provider::Failure;
use patchbay_rpc::request;
use serde_json::Value;

use super::{Owner, owner};
use crate::people::HOME;
use crate::server::{Answer, Server};
use crate::who::Who;
use crate::world::World;

const SETUP: &str = "/extensions/slate/setup/";

fn begin(provider: &str) -> String {
    format!("/organizations/{HOME}/integrations/{provider}/setup/")
}

/// A person with a browser.
struct Browser<'w> {
    world: &'w World<'w>,
    cookie: Option<String>,
}

impl<'w> Browser<'w> {
    fn of(world: &'w World<'w>, who: &Who) -> Self {
        Self { world, cookie: who.person().map(|person| person.cookie.clone()) }
    }

    async fn send(&self, method: &str, path: &str, more: &[(&str, &str)], body: &str) -> Answer {
        let mut headers = vec![("accept", "text/html,application/xhtml+xml".to_owned())];
        headers.extend(self.cookie.iter().map(|cookie| ("cookie", cookie.clone())));
        headers.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        self.world.server.send_bytes(method, path, &headers, body.as_bytes().to_vec()).await
    }

    async fn open(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "").await
    }

    /// Sends the form of a page of ours.
    async fn fill_in(&self, path: &str, form: &str) -> Answer {
        let headers =
            [("sec-fetch-site", "same-origin"), ("content-type", "application/x-www-form-urlencoded")];
        self.send("POST", path, &headers, form).await
    }
}

/// The path of a new link with which the owner signs in.
async fn sign_in_link(owner: &Owner<'_>) -> String {
    let user_id = owner.world.people.named("owner").user_id();
    let mut sessions = SessionsClient::new(owner.world.server.patchbay.channel.clone());
    let link = sessions.create_sign_in_link(request(CreateSignInLinkRequest { user_id })).await.unwrap();
    format!("/auth/link/{}/", link.into_inner().secret)
}

fn protects(page: &Answer) {
    assert_eq!(page.header("x-frame-options"), "DENY");
    assert_eq!(page.header("cache-control"), "no-store");
    let policy = page.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; ") && policy.contains("frame-ancestors 'none'"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"), "{policy}");
    assert!(["no-referrer", "same-origin"].contains(&page.header("referrer-policy")));
    assert!(page.body.starts_with("<!doctype html><html lang=\"en\">"), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_sets_an_integration_up_without_scripts() {
    let server = Server::start().await;
    let owner_of = Owner::new(&server).await;
    let browser = Browser::of(&owner_of.world, &owner(&owner_of.world));
    let begun = browser.open(&begin("slate")).await;
    assert_eq!((begun.status, begun.header("location")), (303, SETUP));
    let page = browser.open(SETUP).await;
    protects(&page);
    assert_eq!(page.status, 200);
    assert!(page.header("content-security-policy").contains("form-action 'self'"));
    for part in [
        "<form method=\"post\" action=\"/extensions/slate/setup/?step=config\">",
        "<label for=\"field-0\">Host</label>",
        "name=\"host\"",
        "<input type=\"password\"",
        "Step 1 of 2.",
    ] {
        assert!(page.body.contains(part), "{part} in {}", page.body);
    }
    assert!(!page.body.contains("<script"));

    let typed = "host=%22%3E%3Cscript%3Ex&secret=";
    let page = browser.fill_in(&format!("{SETUP}?step=config"), typed).await;
    protects(&page);
    assert_eq!(page.status, 200);
    assert!(page.body.contains("<a href=\"#field-1\">Secret: This field is required.</a>"), "{}", page.body);
    assert!(page.body.contains("<p id=\"field-1-error\">Error: This field is required.</p>"));
    assert!(page.body.contains("value=\"&quot;&gt;&lt;script&gt;x\"") && !page.body.contains("<script"));

    let next = browser.fill_in(&format!("{SETUP}?step=config"), "host=one.test&secret=hush-hush").await;
    assert_eq!((next.status, next.header("location")), (303, SETUP));
    let twice = browser.fill_in(&format!("{SETUP}?step=config"), "host=one.test&secret=hush-hush").await;
    assert_eq!((twice.status, twice.header("location")), (303, SETUP), "a form that was sent twice");
    let page = browser.open(SETUP).await;
    assert!(page.body.contains("<option value=\"yes\">Yes</option>") && page.body.contains("Finish"));
    let done = browser.fill_in(&format!("{SETUP}?step=confirm"), "answer=yes").await;
    protects(&done);
    assert_eq!((done.status, done.header("referrer-policy")), (200, "no-referrer"));
    let nonce = done.header("content-security-policy").split_once("'nonce-").unwrap().1;
    let nonce = nonce.split('\'').next().unwrap();
    assert!(done.body.contains(&format!("<script nonce=\"{nonce}\">")), "{}", done.body);
    assert!(done.body.contains("window.opener.postMessage(outcome, window.location.origin)"));
    assert!(done.body.contains("Our slate is set up. You can close this window."));
    let outcome = done.body.split_once("id=\"outcome\">").unwrap().1.split('<').next().unwrap();
    let outcome: Value = serde_json::from_str(outcome).unwrap();
    assert_eq!((&outcome["success"], &outcome["data"]["domainName"]), (&true.into(), &"one.test".into()));
    assert!(!done.body.contains("hush-hush"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tracker_confirms_and_sends_the_browser_back() {
    let server = Server::start().await;
    let owner_of = Owner::new(&server).await;
    server.slate.world().confirms_at = Some("https://slate.example/authorize".to_owned());
    let browser = Browser::of(&owner_of.world, &owner(&owner_of.world));
    browser.open(&begin("slate")).await;
    let page = browser.fill_in(SETUP, "host=one.test&secret=hush-hush").await;
    protects(&page);
    // Browsers follow no redirect to another site after a form whose page has `form-action 'self'`.
    assert_eq!((page.status, page.header("location")), (200, ""));
    let tracker = page.header("refresh").strip_prefix("0;url=").unwrap().to_owned();
    let state = tracker.strip_prefix("https://slate.example/authorize?state=").unwrap();
    assert!(page.body.contains("Continue at slate.example"), "{}", page.body);
    let opened = browser.open(SETUP).await;
    assert_eq!((opened.status, opened.header("location")), (303, tracker.as_str()));
    let late = browser.fill_in(SETUP, "host=one.test&secret=hush-hush").await;
    assert_eq!((late.status, late.header("location")), (303, SETUP), "the tracker is asked, no form");

    for forged in ["answer=yes", "answer=yes&state=guessed"] {
        let refused = browser.open(&format!("{SETUP}?{forged}")).await;
        assert_eq!(refused.status, 200, "{forged}");
        assert!(refused.body.contains("<h1>Setup Error</h1>") && refused.body.contains("Invalid state"));
    }
    let other = Who::Session(owner_of.world.people.named("manager").clone());
    let other = Browser::of(&owner_of.world, &other).open(&format!("{SETUP}?answer=yes&state={state}")).await;
    assert_eq!(other.status, 404, "the setup is of another user");
    let done = browser.open(&format!("{SETUP}?answer=yes&state={state}")).await;
    assert!(done.status == 200 && done.body.contains("\"success\":true"), "{done:?}");
    assert!(!done.body.contains(state));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_no_web_address_is_not_opened() {
    let server = Server::start().await;
    let owner_of = Owner::new(&server).await;
    server.slate.world().confirms_at = Some("javascript:alert(1)//".to_owned());
    let browser = Browser::of(&owner_of.world, &owner(&owner_of.world));
    browser.open(&begin("slate")).await;
    let page = browser.fill_in(SETUP, "host=one.test&secret=hush-hush").await;
    for page in [page, browser.open(SETUP).await] {
        assert!(
            page.status == 200 && page.body.contains("The address of the tracker cannot be used."),
            "{page:?}"
        );
        assert!(page.header("refresh").is_empty() && !page.body.contains("javascript"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_fails_has_a_page_of_status_200() {
    let server = Server::start().await;
    let owner_of = Owner::new(&server).await;
    let browser = Browser::of(&owner_of.world, &owner(&owner_of.world));
    browser.open(&begin("slate")).await;
    browser.fill_in(SETUP, "host=one.test&secret=hush-hush").await;
    server.slate.world().fails = Some(Failure::refused("Could not create <b>webhook</b>."));
    let page = browser.fill_in(SETUP, "answer=yes").await;
    protects(&page);
    assert_eq!(page.status, 200);
    assert!(page.body.contains("<h1>Setup Error</h1>"));
    assert!(page.body.contains("Could not create &lt;b&gt;webhook&lt;/b&gt;."), "{}", page.body);
    assert!(page.body.contains("<a href=\"/extensions/slate/setup/\">Try again</a>"));
    let done = browser.fill_in(SETUP, "answer=yes").await;
    assert!(done.body.contains("\"success\":true"), "the setup stayed at the step");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_of_another_user_is_reported_to_the_opener() {
    let server = Server::start().await;
    let owner_of = Owner::new(&server).await;
    owner_of.connected("one.test").await;
    let manager = Who::Session(owner_of.world.people.named("manager").clone());
    let browser = Browser::of(&owner_of.world, &manager);
    browser.open(&begin("slate")).await;
    browser.fill_in(SETUP, "host=one.test&secret=hush-hush").await;
    let page = browser.fill_in(SETUP, "answer=yes").await;
    assert_eq!(page.status, 200);
    assert!(
        page.body.contains(r#"{"success":false,"data":{"error":"The provided Slate account"#),
        "{}",
        page.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_exist_has_a_page_of_status_404() {
    let server = Server::start().await;
    let owner_of = Owner::new(&server).await;
    let browser = Browser::of(&owner_of.world, &owner(&owner_of.world));
    let none = browser.open(SETUP).await;
    protects(&none);
    assert!(none.status == 404 && none.body.contains("No active pipeline session."), "{none:?}");
    assert_eq!(browser.open(&begin("nothing")).await.status, 404);
    browser.open(&begin("slate")).await;
    for other in ["/extensions/jira-server/setup/", "/extensions/nothing/setup/", "/extensions/%00/setup/"] {
        assert_eq!(browser.open(other).await.status, 404, "{other}");
        assert_eq!(browser.fill_in(other, "host=one.test").await.status, 404, "{other}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_of_another_site_answers_a_step() {
    let server = Server::start().await;
    let owner_of = Owner::new(&server).await;
    let browser = Browser::of(&owner_of.world, &owner(&owner_of.world));
    browser.open(&begin("slate")).await;
    for foreign in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example"), ("origin", "null")]
    {
        let headers = [foreign, ("content-type", "application/x-www-form-urlencoded")];
        let refused = browser.send("POST", SETUP, &headers, "host=evil.test&secret=x").await;
        assert_eq!(refused.status, 403, "{foreign:?}");
        protects(&refused);
    }
    let linked = browser.open(&format!("{SETUP}?host=evil.test&secret=x")).await;
    assert!(linked.body.contains("Step 1 of 2.") && !linked.body.contains("evil.test"), "{}", linked.body);
    let headers = [("sec-fetch-site", "same-origin"), ("content-type", "text/plain")];
    assert_eq!(browser.send("POST", SETUP, &headers, "host=one.test").await.status, 415);
    for long in [format!("host={}&secret=x", "h".repeat(100_000)), "x".repeat(1024 * 1024 + 1)] {
        assert_eq!(browser.fill_in(SETUP, &long).await.status, 413);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_may_not_set_up_is_told_so() {
    let server = Server::start().await;
    let owner_of = Owner::new(&server).await;
    for name in ["member", "stranger"] {
        let who = Who::Session(owner_of.world.people.named(name).clone());
        let page = Browser::of(&owner_of.world, &who).open(&begin("slate")).await;
        protects(&page);
        assert!(page.status == 403 && page.body.contains("You do not have permission"), "{name}: {page:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_signed_out_comes_back_after_signing_in() {
    let server = Server::start().await;
    let owner_of = Owner::new(&server).await;
    let signed_out = Browser::of(&owner_of.world, &Who::Anonymous);
    for path in [begin("slate"), SETUP.to_owned()] {
        let sent = signed_out.open(&format!("{path}?code=secret")).await;
        assert_eq!((sent.status, sent.header("location")), (303, "/auth/sign-in/"));
        let cookie = sent.header("set-cookie");
        assert!(
            cookie.starts_with(&format!("patchbay_return={path}; Max-Age=600; Path=/auth/; HttpOnly;")),
            "{cookie}"
        );
        let link = sign_in_link(&owner_of).await;
        let browser = Browser { world: &owner_of.world, cookie: Some(format!("patchbay_return={path}")) };
        let back = browser.send("POST", &link, &[("sec-fetch-site", "same-origin")], "").await;
        assert_eq!((back.status, back.header("location")), (303, path.as_str()));
        let cookies: Vec<_> = back.headers.get_all("set-cookie").iter().collect();
        assert_eq!(cookies.len(), 2, "the session, and the address is forgotten");
    }
    let link = sign_in_link(&owner_of).await;
    let forged = Some("patchbay_return=//evil.example/organizations/".to_owned());
    let browser = Browser { world: &owner_of.world, cookie: forged };
    let back = browser.send("POST", &link, &[("sec-fetch-site", "same-origin")], "").await;
    assert_eq!((back.status, back.header("location")), (303, "/api/0/"));
}
