import { readdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import type pg from 'pg'

/** Where the migrations are: SQL files, one folder each, in the order of their names. */
export function migrationsFolder(root: string): string {
  return resolve(/* turbopackIgnore: true */ root, 'prisma', 'migrations')
}

export async function migrationNames(root: string): Promise<string[]> {
  const entries = await readdir(migrationsFolder(root), { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
}

/** Names of the migrations in the folder that this database has not finished. */
export async function pendingMigrations(connections: pg.Pool, root = process.cwd()): Promise<string[]> {
  const { rows } = await connections.query<{ migration_name: string }>(
    'select migration_name from _prisma_migrations where finished_at is not null and rolled_back_at is null',
  )
  const done = new Set(rows.map((row) => row.migration_name))
  return (await migrationNames(root)).filter((name) => !done.has(name))
}
