create table id_counters (
    name text not null primary key,
    next_id bigint not null
);
