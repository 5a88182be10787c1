-- AlterTable
ALTER TABLE "runs" ADD COLUMN     "queued_at" TIMESTAMPTZ(6),
ADD COLUMN     "workflow_cap" INTEGER;

-- CreateTable
CREATE TABLE "worker_slots" (
    "worker_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "scope_id" UUID NOT NULL,
    "cap" INTEGER NOT NULL,
    "granted" INTEGER NOT NULL,

    CONSTRAINT "worker_slots_pkey" PRIMARY KEY ("worker_id","kind","scope_id","cap")
);

-- CreateIndex
CREATE INDEX "worker_slots_kind_scope_id_idx" ON "worker_slots"("kind", "scope_id");

-- AddForeignKey
ALTER TABLE "worker_slots" ADD CONSTRAINT "worker_slots_worker_id_fkey" FOREIGN KEY ("worker_id") REFERENCES "workers"("id") ON DELETE CASCADE ON UPDATE CASCADE;
