-- The operator's own event types. Removed ones stay, marked, so that watchers hear of the removal.
create table event_types (
    id bigint not null primary key,
    resource text not null,
    action text not null,
    scope text not null,
    -- JSON, as it was given; null for none.
    schema_json text,
    removed boolean not null,
    version bigint not null
);

create unique index event_types_resource_action_key on event_types (resource, action);

create index event_types_version on event_types (version, id);
