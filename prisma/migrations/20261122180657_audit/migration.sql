-- CreateTable
CREATE TABLE "audit_events" (
    "id" UUID NOT NULL,
    "team_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_id" UUID,
    "actor_name" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "target_type" TEXT NOT NULL,
    "target_id" UUID,
    "target_name" TEXT NOT NULL,
    "details" JSON NOT NULL,
    "request_id" TEXT,
    "ip" TEXT,
    "previous_hash" TEXT NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "audit_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_heads" (
    "team_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL DEFAULT 0,
    "hash" TEXT NOT NULL,
    "pruned_seq" INTEGER NOT NULL DEFAULT 0,
    "pruned_hash" TEXT NOT NULL,

    CONSTRAINT "audit_heads_pkey" PRIMARY KEY ("team_id")
);

-- CreateIndex
CREATE INDEX "audit_events_team_id_at_idx" ON "audit_events"("team_id", "at");

-- CreateIndex
CREATE INDEX "audit_events_team_id_action_seq_idx" ON "audit_events"("team_id", "action", "seq");

-- CreateIndex
CREATE INDEX "audit_events_team_id_actor_id_seq_idx" ON "audit_events"("team_id", "actor_id", "seq");

-- CreateIndex
CREATE INDEX "audit_events_team_id_target_id_seq_idx" ON "audit_events"("team_id", "target_id", "seq");

-- CreateIndex
CREATE UNIQUE INDEX "audit_events_team_id_seq_key" ON "audit_events"("team_id", "seq");
