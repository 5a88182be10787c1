-- What a run used of models is added up from its calls, however long its log is; lib/db/migrations.db.test.ts names it.
CREATE INDEX "run_events_llm_idx" ON "run_events" ("run_id") WHERE "type" = 'llm_called';
