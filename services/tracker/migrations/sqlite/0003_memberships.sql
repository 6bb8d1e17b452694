create table memberships (
    organization_id integer not null references organizations (id),
    user_id integer not null references users (id),
    role text not null,
    created_at text not null,
    primary key (organization_id, user_id)
) strict, without rowid;

create index memberships_user_id_idx on memberships (user_id);
