-- What a token opens, all of it: beside decisions and rehearsals a proxy's questions, the figures, and the lead pool itself.
ALTER TABLE api_token DROP CONSTRAINT api_token_scope;
ALTER TABLE api_token ADD CONSTRAINT api_token_scope CHECK (scope IN ('decisions', 'rehearsals', 'forward-auth', 'metrics', 'pool'));
