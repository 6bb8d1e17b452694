-- Changes that trackers reported and that are not applied yet.
create table inbound_changes (
    id bigint primary key,
    integration_id bigint not null,
    change json not null,
    received_at timestamptz not null,
    attempts integer not null,
    due_at timestamptz not null
);

create index inbound_changes_due_at_idx on inbound_changes (due_at, id);
create index inbound_changes_integration_id_idx on inbound_changes (integration_id, id);

-- Webhooks that were received.
create table inbound_deliveries (
    provider text not null,
    delivery_id text not null,
    received_at timestamptz not null,
    primary key (provider, delivery_id)
);

create index inbound_deliveries_received_at_idx on inbound_deliveries (received_at);
