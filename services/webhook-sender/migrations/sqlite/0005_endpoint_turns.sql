-- When the next webhook may be sent to an endpoint with a limited rate. The replica that moves the time on sends it.
create table endpoint_turns (
    app_id integer not null primary key,
    next_at text not null
) strict;
-- Webhooks about installations are sent past open breakers and limited rates.
create index deliveries_installations on deliveries (app_id, due_at) where status = 1 and resource = 'installation';
