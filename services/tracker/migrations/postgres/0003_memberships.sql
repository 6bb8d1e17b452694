create table memberships (
    organization_id bigint not null references organizations (id),
    user_id bigint not null references users (id),
    role text not null,
    created_at timestamptz not null,
    primary key (organization_id, user_id)
);

create index memberships_user_id_idx on memberships (user_id);
