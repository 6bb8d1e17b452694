-- The setup of a user. data: encrypted JSON.
create table setups (
    user_id bigint primary key,
    organization_id bigint not null,
    organization_slug text not null,
    provider text not null,
    step integer not null,
    steps text not null,
    nonce text not null,
    data bytea not null,
    version bigint not null,
    expires_at timestamptz not null
);

create index setups_expires_at_idx on setups (expires_at);
