-- AlterTable
ALTER TABLE "runs" ADD COLUMN     "labels" TEXT[] DEFAULT ARRAY[]::TEXT[];
