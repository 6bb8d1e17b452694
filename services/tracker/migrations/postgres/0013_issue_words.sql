-- The words by which an issue is found, in lower case.
create table issue_words (
    organization_id bigint not null,
    word text not null,
    issue_id bigint not null,
    primary key (organization_id, word, issue_id)
);

create index issue_words_issue_id_idx on issue_words (issue_id, word);
