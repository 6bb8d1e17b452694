use patchbay_domain::Clock;
use patchbay_provider::{Built, Client, Kind, Limiters, Object, Organization, Provider, Result, SetupState};
use patchbay_provider_github::GitHub;
use patchbay_testkit::github::{Account, GitHubStandIn};
use patchbay_testkit::receiver::Answer;
use serde_json::{Value, json};

use crate::{config, object, transport};

const LOGIN: &str = "oauth_login";
const CHOICE: &str = "github_installation";

struct Setup {
    provider: GitHub,
    github: GitHubStandIn,
    state: SetupState,
}

impl Setup {
    async fn begin() -> Self {
        let github = GitHubStandIn::start().await;
        let clock = Clock::system();
        let state = SetupState {
            organization: Organization { id: 7, slug: "acme".to_owned() },
            user_id: 5,
            nonce: "a nonce".to_owned(),
            redirect_url: "https://patchbay.example/extensions/github/setup/".parse().unwrap(),
            public_url: "https://patchbay.example".parse().unwrap(),
            product: "Sentry".to_owned(),
            data: Object::new(),
            client: Client::for_setup(transport(), &Limiters::new(clock.clone()), clock, "GitHub"),
        };
        Self { provider: GitHub::new(&config(&github)).unwrap(), github, state }
    }

    async fn sign_in(&mut self, login: &str) -> Result<()> {
        let fields = json!({ "code": self.github.code(login), "state": "a nonce" });
        self.answer(LOGIN, fields).await
    }

    async fn answer(&mut self, step: &str, fields: Value) -> Result<()> {
        self.provider.answer_step(step, &object(fields), &mut self.state).await
    }

    async fn refusal(&mut self, step: &str, fields: Value) -> String {
        self.answer(step, fields).await.unwrap_err().message
    }

    async fn choose(&mut self, id: u64) -> Result<Built> {
        self.answer(CHOICE, json!({ "installationId": id.to_string() })).await?;
        self.provider.build(&self.state).await
    }
}

#[tokio::test]
async fn an_owner_signs_in_and_chooses_an_installation() {
    let mut setup = Setup::begin().await;
    let view = setup.provider.show_step(LOGIN, &mut setup.state).await.unwrap();
    let address = view.redirect_url.unwrap();
    assert_eq!(view.data["oauthUrl"], json!(address));
    let expected = format!(
        "{}/login/oauth/authorize?client_id=Iv1.patchbay&state=a+nonce&redirect_uri=https%3A%2F%2Fpatchbay.example%2Fextensions%2Fgithub%2Fsetup%2F",
        setup.github.url()
    );
    assert_eq!(address, expected);

    setup.sign_in("wren").await.unwrap();
    let view = setup.provider.show_step(CHOICE, &mut setup.state).await.unwrap();
    assert_eq!(view.redirect_url, None);
    let choices = serde_json::to_value(&view.form[0].choices).unwrap();
    assert_eq!((view.form[0].name.as_str(), choices), ("installationId", json!([["77", "acme"]])));
    let info = &view.data["installationInfo"][0];
    assert_eq!((&info["installationId"], &info["githubAccount"]), (&json!("77"), &json!("acme")));

    let built = setup.choose(77).await.unwrap();
    let host = setup.github.url().replace("http://", "");
    assert_eq!((built.external_id.as_str(), built.name.as_str()), ("77", "acme"));
    let expected = json!({
        "icon": format!("{}/avatars/acme.png", setup.github.url()), "domain_name": format!("{host}/acme"),
        "account_type": "Organization", "account_id": 100, "access_token": null, "expires_at": null,
    });
    assert_eq!(Value::Object(built.metadata.clone()), expected);
    assert!(built.identity.is_none());
    setup.provider.undo_build(&built, &setup.state).await.unwrap();
}

#[tokio::test]
async fn a_person_without_an_installation_installs_the_application_and_comes_back() {
    let mut setup = Setup::begin().await;
    setup.sign_in("finch").await.unwrap();
    let view = setup.provider.show_step(CHOICE, &mut setup.state).await.unwrap();
    let address =
        format!("{}/github-apps/patchbay-trial/installations/new?state=a+nonce", setup.github.url());
    assert_eq!(view.redirect_url.as_deref(), Some(address.as_str()));
    assert_eq!(view.data["installAppUrl"], json!(address));

    let id = setup.github.world().install("finch", "finch");
    let view = setup.provider.show_step(CHOICE, &mut setup.state).await.unwrap();
    assert!(view.redirect_url.is_some(), "the browser that comes back meets the step that sent it away");
    let returned =
        json!({ "installation_id": id.to_string(), "setup_action": "install", "state": "a nonce" });
    setup.answer(CHOICE, returned).await.unwrap();
    let built = setup.provider.build(&setup.state).await.unwrap();
    assert_eq!((built.name.as_str(), built.metadata["account_type"].as_str()), ("finch", Some("User")));
}

#[tokio::test]
async fn another_state_is_refused_at_both_steps() {
    let mut setup = Setup::begin().await;
    let code = setup.github.code("wren");
    for state in [json!("other"), json!(""), json!("a nonce "), json!("A nonce"), json!(null)] {
        // Spaces at the ends are not part of a text of a form.
        let is_ours = state == "a nonce ";
        let answered = setup.answer(LOGIN, json!({ "code": code, "state": state })).await;
        match is_ours {
            true => answered.unwrap(),
            false => assert_eq!(answered.unwrap_err().message, "Invalid state"),
        }
    }
    assert_eq!(setup.refusal(LOGIN, json!({ "code": code })).await, "Invalid state");
    let fields = json!({ "installation_id": "77", "state": "other" });
    assert_eq!(setup.refusal(CHOICE, fields).await, "Invalid state");
}

#[tokio::test]
async fn a_code_that_gives_no_token_is_refused() {
    let mut setup = Setup::begin().await;
    for code in [json!("wrong"), json!(""), json!("x".repeat(501))] {
        let fields = json!({ "code": code, "state": "a nonce" });
        assert_eq!(setup.refusal(LOGIN, fields).await, "Missing access token");
    }
    let denied = json!({ "error": "access_denied", "state": "a nonce" });
    assert_eq!(setup.refusal(LOGIN, denied).await, "Missing access token");
    setup.github.answer_next([Answer::status(500)]);
    let fields = json!({ "code": setup.github.code("wren"), "state": "a nonce" });
    assert_eq!(setup.refusal(LOGIN, fields).await, "Missing access token");
    let fields = json!({ "code": "x", "state": "a nonce" });
    setup.github.answer_next([Answer::json("{}")]);
    assert_eq!(setup.refusal(LOGIN, fields).await, "Missing access token");
    assert!(setup.state.data.is_empty());
}

#[tokio::test]
async fn a_token_that_belongs_to_no_person_is_refused() {
    let token = || Answer::status(200).body("access_token=ghu_1&token_type=bearer");
    for answer in [Answer::status(401), Answer::json("{}"), Answer::json(r#"{"id":5,"login":""}"#)] {
        let mut setup = Setup::begin().await;
        setup.github.answer_next([token(), answer]);
        let fields = json!({ "code": "x", "state": "a nonce" });
        assert_eq!(setup.refusal(LOGIN, fields).await, "Missing login info");
    }
}

#[tokio::test]
async fn an_installation_of_others_is_refused() {
    let mut setup = Setup::begin().await;
    setup.sign_in("finch").await.unwrap();
    let no_access = "User does not have access to given installation.";
    // A member sees the installation of the organization without owning it.
    assert_eq!(setup.choose(77).await.unwrap_err().message, no_access);
    assert_eq!(setup.choose(12345).await.unwrap_err().message, no_access);
    // A collaborator sees the installation of another person.
    let id = {
        let mut world = setup.github.world();
        world.accounts.get_mut("wren").unwrap().members.push("finch".to_owned());
        world.install("wren", "wren")
    };
    let message = "Authenticated user is not the same as who installed the app.";
    assert_eq!(setup.choose(id).await.unwrap_err().message, message);
    assert_eq!(setup.state.data.get("installationId"), None);
}

#[tokio::test]
async fn an_installation_has_to_be_chosen_and_to_exist() {
    let mut setup = Setup::begin().await;
    setup.sign_in("wren").await.unwrap();
    let failure = setup.answer(CHOICE, json!({})).await.unwrap_err();
    let expected = ("installationId".to_owned(), vec!["This field is required.".to_owned()]);
    assert_eq!(failure.kind, Kind::Fields(vec![expected]));
    setup.answer(CHOICE, json!({ "installationId": 77 })).await.unwrap();
    setup.github.world().installations.clear();
    let failure = setup.provider.build(&setup.state).await.unwrap_err();
    assert_eq!(failure.message, "The GitHub installation could not be found.");
}

#[tokio::test]
async fn all_pages_of_installations_and_organizations_are_read() {
    let mut setup = Setup::begin().await;
    let last = {
        let mut world = setup.github.world();
        world.page_limit = 2;
        let mut last = 0;
        for number in 0..5 {
            let owners = vec!["wren".to_owned()];
            let account = Account { id: 200 + number, owners, is_organization: true, ..Account::default() };
            world.accounts.insert(format!("org{number}"), account);
            last = world.install(&format!("org{number}"), "wren");
        }
        last
    };
    setup.sign_in("wren").await.unwrap();
    let view = setup.provider.show_step(CHOICE, &mut setup.state).await.unwrap();
    assert_eq!(view.form[0].choices.as_ref().unwrap().len(), 6);
    assert_eq!(setup.choose(last).await.unwrap().name, "org4");
}

#[tokio::test]
async fn a_browser_goes_through_the_pages_of_github() {
    let setup = Setup::begin().await;
    {
        let mut world = setup.github.world();
        world.signed_in = "finch".to_owned();
        world.setup_url = setup.state.redirect_url.to_string();
    }
    let mut setup = setup;
    for step in [LOGIN, CHOICE] {
        let view = setup.provider.show_step(step, &mut setup.state).await.unwrap();
        let answer = crate::webhooks::browse(&view.redirect_url.unwrap()).await;
        setup.answer(step, answer).await.unwrap();
    }
    assert_eq!(setup.provider.build(&setup.state).await.unwrap().name, "finch");
}
