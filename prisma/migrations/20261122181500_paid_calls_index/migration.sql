-- What a team was billed for calls of models since midnight is added up before each call that costs something; calls that cost
-- nothing are not in it. lib/db/migrations.db.test.ts names it.
CREATE INDEX "run_events_paid_idx" ON "run_events" ("team_id", "at")
  WHERE "type" = 'llm_called' AND ("data" -> 'usage' ->> 'cost_usd')::float8 > 0;
