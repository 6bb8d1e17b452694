-- JSON, kept as text: its developer finds it again as it was written, escaped zeros included.
alter table apps add column schema text not null default '{}';
alter table apps add column metadata text not null default '{}';
-- Sentry's numbers; 0 is `integrations-api`, which every app has at first.
alter table apps add column features jsonb not null default '[0]';
-- How webhooks are sent to the app; what is absent is as the operator has it for all.
alter table apps add column delivery jsonb not null default '{}';
alter table apps add column client_certificate text;
alter table apps add column client_key bytea;
-- After a rotation, until when the secret before this one signs too.
alter table apps add column previous_secret bytea;
alter table apps add column previous_secret_until timestamptz;
-- Who began to remove the app, told to its installations; and when it was gone for good.
alter table apps add column removed_by jsonb;
alter table apps add column removed_at timestamptz;
create index apps_organization_id_idx on apps (organization_id, id);
create index apps_status_idx on apps (status, id);
create index apps_previous_secret_until_idx on apps (previous_secret_until) where previous_secret_until is not null;

create table app_components (
    uuid uuid not null primary key,
    app_id bigint not null references apps (id),
    position integer not null,
    type text not null,
    schema text not null
);
create unique index app_components_app_id_position_key on app_components (app_id, position);

-- At most a logo and an icon for each app. Without a picture the letters of the app's name are shown.
create table app_avatars (
    app_id bigint not null references apps (id),
    photo text not null,
    uuid uuid not null unique,
    png bytea,
    primary key (app_id, photo)
);

-- How often something happened within an hour, which is named by its first second since 1970.
create table app_interactions (
    app_id bigint not null references apps (id),
    kind text not null,
    hour bigint not null,
    count bigint not null,
    primary key (app_id, kind, hour)
);
create index app_interactions_hour_idx on app_interactions (hour);

create index installations_app_id_created_at_idx on installations (app_id, created_at);
