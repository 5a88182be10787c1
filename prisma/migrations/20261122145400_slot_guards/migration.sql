-- What Prisma cannot say about slots and the queue; lib/db/migrations.db.test.ts names each.

-- The queue of a team: runs without a limit of their own in one line, those of each limited workflow in another, so that
-- a workflow at its limit is passed over without reading its runs.
CREATE INDEX "runs_queued_idx" ON "runs" ("team_id", "queued_at", "id")
  WHERE "queued_at" IS NOT NULL AND "workflow_cap" IS NULL;
CREATE INDEX "runs_queued_capped_idx" ON "runs" ("team_id", "workflow_id", "workflow_cap", "queued_at", "id")
  WHERE "queued_at" IS NOT NULL AND "workflow_cap" IS NOT NULL;

-- Runs that were accepted and not begun before there was a queue.
UPDATE "runs" SET "queued_at" = "created_at" WHERE "status" = 'not_started' AND "lease_owner" IS NULL;

ALTER TABLE "worker_slots" ADD CONSTRAINT "worker_slots_check" CHECK ("kind" IN ('team', 'workflow') AND "granted" >= 0);

-- Grants a worker up to `want` more slots: never more than the limit less what live workers have. The lock makes it one
-- decision at a time per team or workflow; each statement after it sees what was decided before.
CREATE FUNCTION "grant_slots"(p_worker uuid, p_kind text, p_scope uuid, p_cap integer, p_want integer)
RETURNS TABLE ("slots" integer, "others" integer) LANGUAGE plpgsql AS $$
DECLARE
  v_limit integer := p_cap;
  v_taken integer;
BEGIN
  PERFORM pg_advisory_xact_lock(7412, hashtext(p_scope::text));
  IF p_kind = 'team' THEN
    SELECT t."max_concurrent_runs" INTO v_limit FROM "teams" t WHERE t."id" = p_scope;
  END IF;
  SELECT coalesce(sum(s."granted"), 0), coalesce(sum(s."granted") FILTER (WHERE s."worker_id" <> p_worker), 0)
    INTO v_taken, "others"
    FROM "worker_slots" s JOIN "workers" w ON w."id" = s."worker_id" AND w."lease_until" > clock_timestamp()
    WHERE s."kind" = p_kind AND s."scope_id" = p_scope;
  "slots" := greatest(0, least(p_want, coalesce(v_limit, 0) - v_taken));
  IF NOT EXISTS (SELECT FROM "workers" w WHERE w."id" = p_worker AND w."lease_until" > clock_timestamp()) THEN
    "slots" := 0;
  END IF;
  IF "slots" > 0 THEN
    INSERT INTO "worker_slots" AS s ("worker_id", "kind", "scope_id", "cap", "granted")
    VALUES (p_worker, p_kind, p_scope, p_cap, "slots")
    ON CONFLICT ("worker_id", "kind", "scope_id", "cap") DO UPDATE SET "granted" = s."granted" + excluded."granted";
  END IF;
  RETURN NEXT;
END
$$;
