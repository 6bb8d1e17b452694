-- SQLite compares texts byte by byte unless told otherwise: nothing is to be done here.
select 1;
