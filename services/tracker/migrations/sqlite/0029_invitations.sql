-- People who were asked to join an organization and have not answered. Their numbers are of the same kind as those of
-- users, so that one number means one of both.
create table invitations (
    id integer primary key,
    organization_id integer not null references organizations (id),
    email text not null,
    role text not null,
    inviter_id integer references users (id),
    inviter_name text not null,
    created_at text not null,
    expires_at text not null,
    unique (organization_id, email)
) strict;

create index invitations_email_idx on invitations (email);
create index invitations_inviter_id_idx on invitations (inviter_id);
