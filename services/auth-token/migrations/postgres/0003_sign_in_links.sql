create table sign_in_links (
    secret_hash bytea not null primary key,
    user_id bigint not null,
    expires_at timestamptz not null
);
create index sign_in_links_expires_at on sign_in_links (expires_at);
