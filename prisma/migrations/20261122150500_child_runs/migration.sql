-- AlterEnum
ALTER TYPE "wait_kind" ADD VALUE 'callback';
ALTER TYPE "wait_kind" ADD VALUE 'child';

-- AlterTable
ALTER TABLE "runs" ADD COLUMN     "depth" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "parent_run_id" UUID,
ADD COLUMN     "parent_wait_id" UUID,
ADD COLUMN     "source_run_id" UUID;
