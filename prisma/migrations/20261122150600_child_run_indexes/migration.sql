-- Most runs are nobody's child and reuse nothing; lib/db/migrations.db.test.ts names each.
CREATE INDEX "runs_parent_idx" ON "runs" ("parent_run_id") WHERE "parent_run_id" IS NOT NULL;
CREATE UNIQUE INDEX "runs_parent_wait_key" ON "runs" ("parent_wait_id") WHERE "parent_wait_id" IS NOT NULL;
CREATE INDEX "runs_source_idx" ON "runs" ("source_run_id") WHERE "source_run_id" IS NOT NULL;
