-- What Prisma cannot say: partial indexes, checks and triggers that hold an invariant against any writer.
-- lib/db/migrations.test.ts names each of them; a new one is added there too.

-- The timer loop asks for the next due wait; closed waits, the many, are not in the index.
CREATE INDEX "waits_open_due_idx" ON "waits" ("due_at") WHERE "state" = 'open' AND "due_at" IS NOT NULL;

-- The sweep asks for runs of workers that are gone; runs that nobody holds are not in the index.
CREATE INDEX "runs_leased_idx" ON "runs" ("lease_owner") WHERE "lease_owner" IS NOT NULL;

-- And for runs that nobody holds although something was asked of them; hardly ever any.
CREATE INDEX "runs_unheard_idx" ON "runs" ("id") WHERE "lease_owner" IS NULL AND "command_seq" > "command_applied";

-- One end per run, whoever writes it.
CREATE UNIQUE INDEX "run_events_one_end_idx" ON "run_events" ("run_id")
  WHERE "type" IN ('run_completed', 'run_failed', 'run_cancelled', 'run_timed_out', 'run_aborted');

ALTER TABLE "waits" ADD CONSTRAINT "waits_state_check"
  CHECK ("state" = 'open' AND "resolved_at" IS NULL OR "state" IN ('resolved', 'cancelled') AND "resolved_at" IS NOT NULL);

ALTER TABLE "run_events" ADD CONSTRAINT "run_events_seq_check" CHECK ("seq" >= 1);

-- A run that ended stays as it ended.
CREATE FUNCTION "refuse_status_after_end"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'run % ended as % and cannot become %', OLD."id", OLD."status", NEW."status"
    USING ERRCODE = 'check_violation', CONSTRAINT = 'runs_status_after_end';
END
$$;

CREATE TRIGGER "runs_status_after_end" BEFORE UPDATE OF "status" ON "runs" FOR EACH ROW
  WHEN (
    OLD."status" IN ('completed', 'failed', 'cancelled', 'aborted_looping_risk', 'skipped', 'timed_out')
    AND NEW."status" IS DISTINCT FROM OLD."status"
  )
  EXECUTE FUNCTION "refuse_status_after_end"();

-- Definitions and versions are written once: a run is pinned to what was published.
CREATE FUNCTION "refuse_update"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a row of % is never changed once written', TG_TABLE_NAME
    USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
END
$$;

CREATE TRIGGER "definitions_immutable" BEFORE UPDATE ON "definitions" FOR EACH ROW EXECUTE FUNCTION "refuse_update"();
CREATE TRIGGER "workflow_versions_immutable" BEFORE UPDATE ON "workflow_versions" FOR EACH ROW EXECUTE FUNCTION "refuse_update"();
CREATE TRIGGER "run_events_immutable" BEFORE UPDATE ON "run_events" FOR EACH ROW EXECUTE FUNCTION "refuse_update"();
