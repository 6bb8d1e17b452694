-- How many snowflake ids of a second are used.
create table snowflakes (
    second bigint primary key,
    used bigint not null
);
