import { call, percentile } from './calls'
import type { Bench } from './product'

/** Runs that ended long ago, one a second backwards from now, as a busy installation holds them. */
export async function storeRuns(bench: Bench, workflow: string, from: number, to: number): Promise<void> {
  for (let first = from + 1; first <= to; first += 100_000) {
    await bench.sql(
      `INSERT INTO runs (id, team_id, workflow_id, version_id, definition_id, status, trigger, run_by, input, variables, last_seq,
         lease_epoch, created_at, started_at, ended_at)
       SELECT gen_random_uuid(), w.team_id, w.id, v.id, v.definition_id,
         (CASE WHEN n % 1000 = 0 THEN 'failed' WHEN n % 97 = 0 THEN 'cancelled' ELSE 'completed' END)::run_status,
         (ARRAY['api', 'browser', 'mcp', 'schedule'])[1 + n % 4], 'caller ' || n % 50, '{}', '{"dynamic":{},"runtime":{},"miscellaneous":{},"parameters":{}}', 1,
         1, now() - n * interval '1 second', now() - n * interval '1 second', now() - n * interval '1 second'
       FROM generate_series($2::int, $3::int) AS n, workflows w JOIN workflow_versions v ON v.id = w.active_version_id
       WHERE w.id = $1`,
      [workflow, first, Math.min(to, first + 99_999)],
    )
  }
  await bench.sql('ANALYZE runs')
}

/** The 95th percentile of each way to ask for a page of 50, newest first, and the worst of them. */
export async function listMs(bench: Bench, workflow: string): Promise<{ filter: string; p95: number }[]> {
  const days = (count: number) => new Date(Date.now() - count * 86_400_000).toISOString()
  const filters = [
    '',
    'status=failed',
    'status=failed,cancelled',
    'status=waiting_for_approval',
    `workflow_id=${workflow}`,
    `workflow_id=${workflow}&status=failed`,
    'trigger=mcp',
    'trigger=webhook',
    'run_by=caller%207',
    'run_by=nobody',
    `created_before=${days(5)}`,
    `status=failed&created_before=${days(5)}`,
  ]
  const results: { filter: string; p95: number }[] = []
  for (const filter of filters) {
    const times: number[] = []
    for (let turn = 0; turn < 45; turn++) {
      const began = performance.now()
      await call(bench, 'GET', `/runs?limit=50${filter ? `&${filter}` : ''}`)
      if (turn >= 5) times.push(performance.now() - began)
    }
    results.push({ filter: filter.replace(workflow, '…') || 'none', p95: percentile(times, 0.95) })
  }
  return results.sort((a, b) => b.p95 - a.p95)
}
