-- CreateTable
CREATE TABLE "run_comments" (
    "id" UUID NOT NULL,
    "team_id" UUID NOT NULL,
    "run_id" UUID NOT NULL,
    "author_kind" TEXT NOT NULL,
    "author_id" UUID NOT NULL,
    "author_name" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "turn" INTEGER,
    "event_seq" INTEGER,
    "node_key" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "edited_at" TIMESTAMPTZ(3),
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "run_comments_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "run_ratings" (
    "run_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "team_id" UUID NOT NULL,
    "score" INTEGER NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "run_ratings_pkey" PRIMARY KEY ("run_id","user_id")
);

-- CreateTable
CREATE TABLE "run_evaluations" (
    "run_id" UUID NOT NULL,
    "team_id" UUID NOT NULL,
    "evaluation_run_id" UUID NOT NULL,
    "error" JSON,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "run_evaluations_pkey" PRIMARY KEY ("run_id")
);

-- CreateIndex
CREATE INDEX "run_comments_run_id_created_at_id_idx" ON "run_comments"("run_id", "created_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "run_evaluations_evaluation_run_id_key" ON "run_evaluations"("evaluation_run_id");
