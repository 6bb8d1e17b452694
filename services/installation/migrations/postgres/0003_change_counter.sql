-- One row. Whoever changes an app or an installation raises it first and so holds its lock until the commit:
-- versions become visible in their order.
create table change_counter (
    only_row integer not null primary key check (only_row = 1),
    version bigint not null
);
insert into change_counter (only_row, version) values (1, 0);
