-- What Prisma cannot say of comments, ratings and evaluations; lib/db/migrations.db.test.ts names each.

-- A comment is about one thing at most, and says something until it is deleted.
ALTER TABLE "run_comments" ADD CONSTRAINT "run_comments_anchor_check" CHECK (num_nonnulls("turn", "event_seq", "node_key") <= 1);
ALTER TABLE "run_comments" ADD CONSTRAINT "run_comments_body_check" CHECK (("body" = '') = ("deleted_at" IS NOT NULL));
ALTER TABLE "run_ratings" ADD CONSTRAINT "run_ratings_score_check" CHECK ("score" IN (1, -1));

-- What was said of a run goes with it.
CREATE FUNCTION "delete_words_of_runs"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM "run_comments" USING gone WHERE "run_id" = gone."id";
  DELETE FROM "run_ratings" USING gone WHERE "run_id" = gone."id";
  DELETE FROM "run_evaluations" USING gone WHERE "run_id" = gone."id";
  DELETE FROM "run_evaluations" USING gone WHERE "evaluation_run_id" = gone."id";
  RETURN NULL;
END
$$;

CREATE TRIGGER "runs_words_cascade" AFTER DELETE ON "runs" REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION "delete_words_of_runs"();
