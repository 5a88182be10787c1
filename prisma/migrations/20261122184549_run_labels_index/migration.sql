-- Runs are found by a label and by the agent that executes them. Most have neither and cost these indexes nothing.
-- lib/db/migrations.db.test.ts names them.
CREATE INDEX "runs_labels_idx" ON "runs" USING gin ("labels") WHERE "labels" <> '{}';
CREATE INDEX "runs_agent_idx" ON "runs" ("team_id", "agent_id", "created_at" DESC, "id" DESC) WHERE "agent_id" IS NOT NULL;
