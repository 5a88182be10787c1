-- CreateIndex
CREATE INDEX "runs_team_id_trigger_created_at_id_idx" ON "runs"("team_id", "trigger", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "runs_team_id_run_by_created_at_id_idx" ON "runs"("team_id", "run_by", "created_at" DESC, "id" DESC);
