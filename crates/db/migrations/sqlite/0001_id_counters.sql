create table id_counters (
    name text not null primary key,
    next_id integer not null
) strict, without rowid;
