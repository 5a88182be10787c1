-- Under row-level security a condition on `status` narrows no index: PostgreSQL may not compare enums before it has asked
-- whose the row is. This one holds all runs but the completed ones, so that what waits, or failed, is not looked for among
-- a million others.
CREATE INDEX "runs_not_completed_idx" ON "runs" ("team_id", "created_at" DESC, "id" DESC) WHERE "status" <> 'completed';

-- For the same reason no label narrows an index: this one holds the runs that have any.
DROP INDEX "runs_labels_idx";
CREATE INDEX "runs_labelled_idx" ON "runs" ("team_id", "created_at" DESC, "id" DESC) WHERE "labels" <> '{}';
