-- How many snowflake ids of a second are used.
create table snowflakes (
    second integer not null primary key,
    used integer not null
) strict;
