-- Which account at an OpenID Connect provider is which user. An account is of one user, and a user has one account at a provider.
create table oidc_identities (
    issuer text not null,
    subject text not null,
    user_id bigint not null,
    created_at timestamptz not null,
    primary key (issuer, subject)
);
create unique index oidc_identities_user_id_issuer_key on oidc_identities (user_id, issuer);
