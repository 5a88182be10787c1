/**
 * Writes the next migration from what changed in prisma/schema.prisma: `npm run make-migration -- NAME`.
 * Each generated migration keeps the schema it leads to beside its SQL; the newest of these is where the next one begins.
 * `--init` rewrites the first migration from an empty database, for the time before the first release.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { renderMigration } from '../lib/db/schema-engine'

const folder = join('prisma', 'migrations')
const init = process.argv.includes('--init')
const name = init ? 'init' : process.argv[2]
if (!name || !/^[a-z][a-z0-9_]*$/.test(name)) {
  console.error('Usage: npm run make-migration -- NAME   (lower-case letters, digits and _; or --init)')
  process.exit(1)
}

await mkdir(folder, { recursive: true })
const existing = (await readdir(folder, { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map((e) => e.name)
const schema = await readFile(join('prisma', 'schema.prisma'), 'utf8')
const sql = await renderMigration(init ? undefined : await lastSchema(existing.sort()), schema)
if (sql.includes('-- This is an empty migration')) {
  console.log('schema.prisma has not changed since the last migration.')
  process.exit(0)
}

const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14)
const target = (init && existing.find((entry) => entry.endsWith('_init'))) || `${stamp}_${name}`
await mkdir(join(folder, target), { recursive: true })
await writeFile(join(folder, target, 'migration.sql'), sql)
await writeFile(join(folder, target, 'schema.prisma'), schema)
await writeFile(
  join(folder, 'migration_lock.toml'),
  '# Prisma Migrate reads this file; it belongs in version control.\nprovider = "postgresql"\n',
)
console.log(`Wrote ${join(folder, target, 'migration.sql')}`)

async function lastSchema(migrations: string[]): Promise<string | undefined> {
  for (const migration of migrations.reverse()) {
    const text = await readFile(join(folder, migration, 'schema.prisma'), 'utf8').catch(() => undefined)
    if (text !== undefined) return text
  }
  return undefined
}
