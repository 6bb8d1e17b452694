create table health (
    integration_id bigint primary key,
    state text not null,
    since timestamptz not null,
    last_success timestamptz,
    failed_at timestamptz,
    failed_operation text,
    failed_kind text,
    failed_message text,
    webhook_received_at timestamptz
);

-- One row for each day in UTC with operations.
create table health_days (
    integration_id bigint not null,
    day text not null,
    success bigint not null,
    error bigint not null,
    fatal bigint not null,
    halted bigint not null,
    invalid_tokens bigint not null,
    primary key (integration_id, day)
);

create table health_problems (
    integration_id bigint not null,
    kind text not null,
    count bigint not null,
    first_at timestamptz not null,
    last_at timestamptz not null,
    example text not null,
    primary key (integration_id, kind)
);
