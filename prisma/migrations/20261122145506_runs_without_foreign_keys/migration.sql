-- DropForeignKey
ALTER TABLE "runs" DROP CONSTRAINT "runs_team_id_fkey";

-- DropForeignKey
ALTER TABLE "runs" DROP CONSTRAINT "runs_workflow_id_fkey";

-- DropForeignKey
ALTER TABLE "runs" DROP CONSTRAINT "runs_version_id_fkey";

-- DropForeignKey
ALTER TABLE "runs" DROP CONSTRAINT "runs_definition_id_fkey";

-- DropForeignKey
ALTER TABLE "run_events" DROP CONSTRAINT "run_events_run_id_fkey";

-- DropForeignKey
ALTER TABLE "node_runs" DROP CONSTRAINT "node_runs_run_id_fkey";

-- DropForeignKey
ALTER TABLE "waits" DROP CONSTRAINT "waits_run_id_fkey";

-- DropForeignKey
ALTER TABLE "run_commands" DROP CONSTRAINT "run_commands_run_id_fkey";
