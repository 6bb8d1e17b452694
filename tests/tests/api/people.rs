//! The users of the tests.

use std::collections::HashMap;

use patchbay_domain::{Caller, Membership, Role, ScopeSet, UserCaller};
use patchbay_proto::auth_token::sessions_client::SessionsClient;
use patchbay_proto::auth_token::tokens_client::TokensClient;
use patchbay_proto::auth_token::{CreateSignInLinkRequest, MintUserTokenRequest, RedeemSignInLinkRequest};
use patchbay_proto::tracker::directory_client::DirectoryClient;
use patchbay_proto::tracker::{CreateOrganizationRequest, CreateUserRequest, SetMemberRequest};
use patchbay_rpc::{Channel, request};
use tokio::sync::Mutex;

/// The organization of the targets, and an unrelated one.
pub(crate) const HOME: &str = "acme";
pub(crate) const ABROAD: &str = "globex";

/// A user.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) name: &'static str,
    /// The cookie of their session.
    pub(crate) cookie: String,
    /// Id of [`HOME`].
    pub(crate) home: i64,
    user: UserCaller,
}

impl Person {
    pub(crate) fn user_id(&self) -> i64 {
        self.user.user_id
    }

    /// The caller that the gateway creates for them: with a session, or with a token limited to these scopes.
    pub(crate) fn caller(&self, token_scopes: Option<ScopeSet>) -> Caller {
        Caller::User(UserCaller { token_scopes, ..self.user.clone() })
    }
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// All of them.
pub(crate) struct People {
    pub(crate) all: Vec<Person>,
    channel: Channel,
    home: i64,
    tokens: Mutex<HashMap<(i64, ScopeSet), String>>,
}

impl People {
    pub(crate) async fn new(channel: &Channel) -> Self {
        let mut directory = DirectoryClient::new(channel.clone());
        let mut home = 0;
        for name in [ABROAD, HOME] {
            let wanted = CreateOrganizationRequest { name: name.to_owned(), ..Default::default() };
            home = directory.create_organization(request(wanted)).await.unwrap().into_inner().id;
        }
        let mut people = Self { all: Vec::new(), channel: channel.clone(), home, tokens: Mutex::default() };
        for role in Role::ALL {
            people.add(role.as_str(), Some((HOME, role)), false, false).await;
        }
        people.add("stranger", Some((ABROAD, Role::Owner)), false, false).await;
        people.add("superuser", None, true, false).await;
        people.add("staff", None, false, true).await;
        people
    }

    async fn add(
        &mut self,
        name: &'static str,
        place: Option<(&str, Role)>,
        is_superuser: bool,
        is_staff: bool,
    ) {
        let mut directory = DirectoryClient::new(self.channel.clone());
        let email = format!("{name}@patchbay.example");
        let wanted =
            CreateUserRequest { name: name.to_owned(), email, is_superuser, is_staff, only_invited: false };
        let user_id = directory.create_user(request(wanted)).await.unwrap().into_inner().id;
        if let Some((organization, role)) = place {
            let organization = organization.to_owned();
            let member = SetMemberRequest { organization, user_id, role: role.to_string() };
            directory.set_member(request(member)).await.unwrap();
        }
        let mut sessions = SessionsClient::new(self.channel.clone());
        let link = sessions.create_sign_in_link(request(CreateSignInLinkRequest { user_id })).await.unwrap();
        let redeemed = RedeemSignInLinkRequest { secret: link.into_inner().secret };
        let session = sessions.redeem_sign_in_link(request(redeemed)).await.unwrap().into_inner();
        let memberships = place.into_iter().filter(|(organization, _)| *organization == HOME);
        let user = UserCaller {
            user_id,
            name: name.to_owned(),
            email: String::new(),
            is_superuser,
            is_staff,
            memberships: memberships
                .map(|(slug, role)| Membership {
                    organization_id: self.home,
                    organization_slug: slug.to_owned(),
                    role,
                })
                .collect(),
            token_scopes: None,
        };
        let cookie = format!("patchbay_session={}", session.secret);
        self.all.push(Person { name, cookie, home: self.home, user });
    }

    pub(crate) fn named(&self, name: &str) -> &Person {
        self.all.iter().find(|person| person.name == name).unwrap()
    }

    /// A personal token limited to these scopes.
    pub(crate) async fn token(&self, person: &Person, scopes: ScopeSet) -> String {
        let key = (person.user.user_id, scopes);
        let mut tokens = self.tokens.lock().await;
        if let Some(known) = tokens.get(&key) {
            return known.clone();
        }
        let wanted = MintUserTokenRequest {
            user_id: person.user.user_id,
            scopes: scopes.names(),
            name: "matrix".to_owned(),
        };
        let minted = TokensClient::new(self.channel.clone()).mint_user_token(request(wanted)).await.unwrap();
        tokens.entry(key).or_insert(minted.into_inner().token).clone()
    }
}
