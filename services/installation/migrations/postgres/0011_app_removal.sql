-- Not only who removes the app: what it was before decides what its installations are told.
alter table apps rename column removed_by to removal;
