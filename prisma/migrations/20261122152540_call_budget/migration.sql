-- AlterTable
ALTER TABLE "node_runs" ADD COLUMN     "reserved_tokens" INTEGER,
ADD COLUMN     "reserved_usd" DECIMAL(14,6);
