-- What a token opens: the gate's decisions, or rehearsals, which make people and sessions.
ALTER TABLE api_token ADD COLUMN scope TEXT NOT NULL DEFAULT 'decisions'
  CONSTRAINT api_token_scope CHECK (scope IN ('decisions', 'rehearsals'));
