import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { MigrationList } from '@prisma/schema-engine-wasm'
import { runMigrations as runQueueMigrations } from 'graphile-worker'
import pg from 'pg'
import { migrationNames, migrationsFolder } from './migration-files'
import { applyRowSecurity } from './row-security'
import { applyMigrations } from './schema-engine'

/** Any process that migrates holds this advisory lock, so two starts at once apply each migration once. */
const MIGRATION_LOCK = 7_411_001

/** Brings the database at `url` up to date: `prisma/migrations`, row-level security, the job queue's own schema. Returns what was applied. */
export async function migrate(url: string, root = process.cwd()): Promise<string[]> {
  const holder = new pg.Client({ connectionString: url, application_name: 'countersign migrate' })
  holder.on('error', () => undefined) // the query below reports it
  await holder.connect()
  try {
    await holder.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
    const applied = await applyMigrations(url, await readMigrations(root))
    await applyRowSecurity(url)
    await migrateQueue(url)
    return applied
  } finally {
    await holder.end()
  }
}

async function migrateQueue(url: string): Promise<void> {
  const pgPool = new pg.Pool({ connectionString: url, max: 1, application_name: 'countersign migrate' })
  pgPool.on('error', () => undefined) // the call in progress reports it
  pgPool.on('connect', (client) => client.on('error', () => undefined))
  try {
    await runQueueMigrations({ pgPool })
  } finally {
    await pgPool.end()
  }
}

async function readMigrations(root: string): Promise<MigrationList> {
  const baseDir = migrationsFolder(root)
  const names = await migrationNames(root)
  const migrationDirectories = await Promise.all(
    names.map(async (name) => ({
      path: name,
      migrationFile: {
        path: 'migration.sql',
        content: { tag: 'ok' as const, value: await readFile(join(baseDir, name, 'migration.sql'), 'utf8') },
      },
    })),
  )
  const lockfile = {
    path: 'migration_lock.toml',
    content: await readFile(join(baseDir, 'migration_lock.toml'), 'utf8'),
  }
  return { baseDir, lockfile, shadowDbInitScript: '', migrationDirectories }
}
