-- Words are looked up by their beginning, from the word itself to the word followed by the last character. Only the order of bytes
-- keeps all of them in between, whatever the locale of the database.
alter table issue_words alter column word type text collate "C";
