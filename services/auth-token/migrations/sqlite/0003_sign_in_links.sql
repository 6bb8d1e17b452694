create table sign_in_links (
    secret_hash blob not null primary key,
    user_id integer not null,
    expires_at text not null
) strict;
create index sign_in_links_expires_at on sign_in_links (expires_at);
