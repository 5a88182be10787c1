-- CreateTable
CREATE TABLE "approval_votes" (
    "wait_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "team_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "decision" TEXT NOT NULL,
    "comment" TEXT,
    "data" JSON,
    "shown_hash" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "approval_votes_pkey" PRIMARY KEY ("wait_id","user_id")
);

-- AddForeignKey
ALTER TABLE "approval_votes" ADD CONSTRAINT "approval_votes_wait_id_fkey" FOREIGN KEY ("wait_id") REFERENCES "waits"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Decisions that were made before were each the vote of one person.
INSERT INTO "approval_votes" ("wait_id", "user_id", "team_id", "name", "decision", "comment", "data", "shown_hash", "at")
SELECT "id", "resolved_by_user_id", "team_id", "resolved_by", "outcome" ->> 'decision', "outcome" ->> 'comment',
       "outcome" -> 'data', "outcome" ->> 'shownHash', "resolved_at"
FROM "waits"
WHERE "kind" = 'approval' AND "state" = 'resolved' AND "outcome" ->> 'kind' = 'decision' AND "resolved_by_user_id" IS NOT NULL;
