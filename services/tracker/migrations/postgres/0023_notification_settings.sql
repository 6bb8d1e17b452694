-- How users want to hear of something; scope_id is no foreign key, because there are scopes of several kinds.
create table notification_settings (
    scope text not null,
    scope_id bigint not null,
    user_id bigint not null,
    kind text not null,
    value text not null,
    primary key (scope, scope_id, user_id, kind)
);
