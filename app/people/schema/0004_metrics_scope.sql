-- One more thing that a token can open: the figures of how the program does.
ALTER TABLE api_token DROP CONSTRAINT api_token_scope;
ALTER TABLE api_token ADD CONSTRAINT api_token_scope CHECK (scope IN ('decisions', 'rehearsals', 'forward-auth', 'metrics'));
