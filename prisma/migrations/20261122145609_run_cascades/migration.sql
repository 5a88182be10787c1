-- What hangs on a run has no foreign key to it (a checkpoint would pay for a check of every row it writes), so deleting
-- cascades here: all rows of all runs of one statement at once. lib/db/migrations.db.test.ts names each.

CREATE FUNCTION "delete_rows_of_runs"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM "run_events" USING gone WHERE "run_id" = gone."id";
  DELETE FROM "node_runs" USING gone WHERE "run_id" = gone."id";
  DELETE FROM "waits" USING gone WHERE "run_id" = gone."id";
  DELETE FROM "run_commands" USING gone WHERE "run_id" = gone."id";
  DELETE FROM "blobs" USING gone WHERE "run_id" = gone."id";
  RETURN NULL;
END
$$;

CREATE FUNCTION "delete_runs_of_workflows"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM "runs" USING gone WHERE "workflow_id" = gone."id";
  RETURN NULL;
END
$$;

CREATE TRIGGER "runs_cascade" AFTER DELETE ON "runs" REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION "delete_rows_of_runs"();
CREATE TRIGGER "workflows_cascade" AFTER DELETE ON "workflows" REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION "delete_runs_of_workflows"();

-- A definition that a run is pinned to stays.
CREATE FUNCTION "refuse_delete_in_use"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM "runs" WHERE "definition_id" = OLD."id") THEN
    RAISE EXCEPTION 'definition % is in use by a run', OLD."id"
      USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN OLD;
END
$$;

CREATE TRIGGER "definitions_in_use" BEFORE DELETE ON "definitions" FOR EACH ROW EXECUTE FUNCTION "refuse_delete_in_use"();
