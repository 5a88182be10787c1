import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testDatabase } from '../testing/database'
import { migrate } from './migrate'
import { pendingMigrations } from './migration-files'
import { renderMigration } from './schema-engine'

/** What the guards migration adds and schema.prisma cannot say. Anything else that differs is a mistake. */
const NAMED_EXTRAS = [
  'constraint run_comments run_comments_anchor_check',
  'constraint run_comments run_comments_body_check',
  'constraint run_events run_events_seq_check',
  'constraint run_ratings run_ratings_score_check',
  'constraint waits waits_state_check',
  'constraint worker_slots worker_slots_check',
  'function delete_rows_of_runs',
  'function delete_runs_of_workflows',
  'function delete_words_of_runs',
  'function grant_slots',
  'function make_default_agent',
  'function new_id',
  'function refuse_audit_change',
  'function refuse_audit_rewind',
  'function refuse_delete_in_use',
  'function refuse_status_after_end',
  'function refuse_update',
  'index agents agents_one_default_idx',
  'index run_events run_events_llm_idx',
  'index run_events run_events_one_end_idx',
  'index run_events run_events_paid_idx',
  'index runs runs_agent_idx',
  'index runs runs_labelled_idx',
  'index runs runs_leased_idx',
  'index runs runs_not_completed_idx',
  'index runs runs_parent_idx',
  'index runs runs_parent_wait_key',
  'index runs runs_queued_capped_idx',
  'index runs runs_queued_idx',
  'index runs runs_source_idx',
  'index runs runs_unheard_idx',
  'index waits waits_open_due_idx',
  'trigger audit_events audit_events_append_only',
  'trigger audit_events audit_events_immutable',
  'trigger audit_events audit_events_no_truncate',
  'trigger audit_heads audit_heads_forward',
  'trigger audit_heads audit_heads_kept',
  'trigger audit_heads audit_heads_no_truncate',
  'trigger definitions definitions_immutable',
  'trigger definitions definitions_in_use',
  'trigger run_events run_events_immutable',
  'trigger runs runs_cascade',
  'trigger runs runs_status_after_end',
  'trigger runs runs_words_cascade',
  'trigger teams teams_default_agent',
  'trigger workflow_versions workflow_versions_immutable',
  'trigger workflows workflows_cascade',
]

const CATALOG = `
  select 'column ' || table_name || ' ' || column_name as name,
         concat_ws(' ', udt_name, character_maximum_length, numeric_precision, numeric_scale, datetime_precision, is_nullable, column_default) as says
  from information_schema.columns where table_schema = 'public' and table_name <> '_prisma_migrations'
  union all
  select 'constraint ' || c.conrelid::regclass || ' ' || c.conname, pg_get_constraintdef(c.oid)
  from pg_constraint c where c.connamespace = 'public'::regnamespace and c.contype <> 'n' and c.conrelid::regclass::text <> '_prisma_migrations'
  union all
  select 'index ' || tablename || ' ' || indexname, indexdef from pg_indexes where schemaname = 'public' and tablename <> '_prisma_migrations'
  union all
  select 'enum ' || t.typname, string_agg(e.enumlabel, ',' order by e.enumsortorder)
  from pg_type t join pg_enum e on e.enumtypid = t.oid where t.typnamespace = 'public'::regnamespace group by t.typname
  union all
  select 'trigger ' || t.tgrelid::regclass || ' ' || t.tgname, pg_get_triggerdef(t.oid)
  from pg_trigger t join pg_class c on c.oid = t.tgrelid where not t.tgisinternal and c.relnamespace = 'public'::regnamespace
  union all
  select 'function ' || proname, prosrc from pg_proc where pronamespace = 'public'::regnamespace
  order by 1`

const fromSchema = `schema_${randomBytes(6).toString('hex')}`
let migrated: pg.Pool
let described: pg.Pool

beforeAll(async () => {
  const database = await testDatabase()
  migrated = database.pool
  await migrated.query(`create database ${fromSchema} template template0`)
  const url = new URL(database.url)
  url.pathname = `/${fromSchema}`
  described = new pg.Pool({ connectionString: url.href, max: 1 })
  described.on('error', () => undefined)
  await described.query(await renderMigration(undefined, await readFile('prisma/schema.prisma', 'utf8')))
})

afterAll(async () => {
  await described.end()
  await migrated.query(`drop database ${fromSchema} with (force)`)
})

async function catalog(connections: pg.Pool): Promise<Map<string, string>> {
  const { rows } = await connections.query<{ name: string; says: string }>(CATALOG)
  return new Map(rows.map((row) => [row.name, row.says]))
}

describe('the migrations and schema.prisma', () => {
  test('describe the same database, but for the extras named here', async () => {
    const [actual, expected] = [await catalog(migrated), await catalog(described)]
    const differing = [...new Set([...actual.keys(), ...expected.keys()])].filter(
      (name) => actual.get(name) !== expected.get(name),
    )
    expect(differing.sort()).toEqual(NAMED_EXTRAS)
  })

  test('are recorded so that Prisma Migrate finds nothing left to do', async () => {
    const { rows } = await migrated.query('select checksum, logs, applied_steps_count from _prisma_migrations')
    expect(rows.length).toBeGreaterThan(0)
    for (const row of rows) {
      expect(row).toEqual({ checksum: expect.stringMatching(/^[0-9a-f]{64}$/), logs: null, applied_steps_count: 1 })
    }
    expect(await pendingMigrations(migrated)).toEqual([])
  })

  test('are applied once when several processes start at the same time', async () => {
    const { url } = await testDatabase()
    const target = new URL(url)
    target.pathname = `/race_${randomBytes(6).toString('hex')}`
    await migrated.query(`create database ${target.pathname.slice(1)} template template0`)
    try {
      const applied = await Promise.all([migrate(target.href), migrate(target.href), migrate(target.href)])
      expect(applied.map((names) => names.length).filter((count) => count > 0)).toHaveLength(1)
    } finally {
      await migrated.query(`drop database ${target.pathname.slice(1)} with (force)`)
    }
  })
})
