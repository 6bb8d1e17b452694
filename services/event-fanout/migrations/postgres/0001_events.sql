-- An event as it was accepted. Nothing is kept here for each subscription: what became of an event at an
-- installation is the sender's to know.
create table events (
    id uuid primary key,
    organization_id bigint not null,
    -- Bytes, not text: a key is only ever compared.
    idempotency_key bytea,
    resource text not null,
    action text not null,
    -- JSON, kept as text because the json types of PostgreSQL refuse an escaped zero. Null: the product itself.
    actor text,
    project_id bigint,
    -- JSON likewise. Null: whoever subscribed.
    targets text,
    traceparent text,
    accepted_at timestamptz not null,
    -- When it is handed over again, should it not be marked by then.
    recover_at timestamptz not null,
    fanned_out_at timestamptz,
    data bytea not null
);

create unique index events_organization_id_idempotency_key_key on events (organization_id, idempotency_key)
    where idempotency_key is not null;

-- Holds only the events still to be handed over, so finding them costs the same however many there are in all.
create index events_unmarked on events (recover_at) where fanned_out_at is null;
