import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { PrismaPg } from '@prisma/adapter-pg'
import {
  bindMigrationAwareSqlAdapterFactory,
  DriverAdapterError,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils'
import type { MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm'
import pg from 'pg'

/**
 * Prisma Migrate's own engine as WebAssembly: it needs no binary download, and what it writes into `_prisma_migrations`
 * is what `prisma migrate deploy` writes, so either tool may continue where the other stopped.
 */

const NO_FILTER = { externalTables: [], externalEnums: [] }

/** Applies the migrations that `url` lacks, in order. Returns their names. Throws with the engine's message on a failed one. */
export async function applyMigrations(url: string, migrations: MigrationList): Promise<string[]> {
  const connections = new pg.Pool({ connectionString: url, max: 2, application_name: 'countersign migrate' })
  connections.on('error', () => undefined) // the call in progress reports it
  try {
    const engine = await openEngine(wholeScripts(connections))
    const result = await engine.applyMigrations({ migrationsList: migrations, filters: NO_FILTER })
    engine.free()
    return result.appliedMigrationNames
  } finally {
    await connections.end()
  }
}

/** The SQL that leads from one `schema.prisma` text (undefined: an empty database) to another. Needs no database. */
export async function renderMigration(fromSchema: string | undefined, toSchema: string): Promise<string> {
  const engine = await openEngine(noDatabase)
  const file = (content: string) => ({ files: [{ path: 'schema.prisma', content }] })
  try {
    const result = await engine.diff({
      from: fromSchema === undefined ? { tag: 'empty' } : { tag: 'schemaDatamodel', ...file(fromSchema) },
      to: { tag: 'schemaDatamodel', ...file(toSchema) },
      script: true,
      exitCode: null,
      filters: NO_FILTER,
    })
    return result.stdout ?? ''
  } finally {
    engine.free()
  }
}

async function openEngine(factory: SqlMigrationAwareDriverAdapterFactory): Promise<SchemaEngine> {
  engineModule ??= loadEngine() // its glue code holds one instance per process
  const { SchemaEngine } = await engineModule
  return SchemaEngine.new({ datamodels: undefined }, () => undefined, bindMigrationAwareSqlAdapterFactory(factory))
}

let engineModule: ReturnType<typeof loadEngine> | undefined

async function loadEngine() {
  const require = createRequire(join(process.cwd(), 'package.json'))
  const script = require.resolve('@prisma/schema-engine-wasm/schema_engine_bg')
  const glue = await import('@prisma/schema-engine-wasm/schema_engine_bg')
  const { instance } = await WebAssembly.instantiate(
    await readFile(join(dirname(script), 'schema_engine_bg.wasm')),
    { './schema_engine_bg.js': withoutLingeringTimers(glue as unknown as WebAssembly.ModuleImports) }, // the glue is the import object
  )
  const bound = glue as unknown as { __wbg_set_wasm(exports: unknown): void } // absent from its declarations
  bound.__wbg_set_wasm(instance.exports)
  const start = instance.exports.__wbindgen_start
  if (typeof start === 'function') start()
  return glue
}

/** The engine sets a timer of ten seconds per call and forgets it; it must not keep the process alive that long. */
function withoutLingeringTimers(imports: WebAssembly.ModuleImports): WebAssembly.ModuleImports {
  const replaced = Object.entries(imports).map(([name, value]) => {
    if (!name.startsWith('__wbg_setTimeout_') || typeof value !== 'function') return [name, value]
    return [name, (...args: unknown[]) => (value(...args) as NodeJS.Timeout).unref()]
  })
  return Object.fromEntries(replaced) as WebAssembly.ModuleImports
}

/**
 * Prisma's adapter cuts a script at every semicolon, also inside a function body. The script goes to the server whole,
 * as Prisma's own binary sends it: one transaction, so a migration that fails leaves nothing behind.
 */
function wholeScripts(connections: pg.Pool): SqlMigrationAwareDriverAdapterFactory {
  const factory = new PrismaPg(connections)
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connectToShadowDb: () => factory.connectToShadowDb(),
    connect: async () => {
      const adapter = await factory.connect()
      adapter.executeScript = async (script) => {
        await connections.query(script).catch((error: pg.DatabaseError) => {
          throw new DriverAdapterError({
            kind: 'postgres',
            code: error.code ?? '',
            severity: error.severity ?? 'ERROR',
            message: error.message,
            detail: error.detail,
            column: error.column,
            hint: error.hint,
          })
        })
      }
      return adapter
    },
  }
}

/** The engine greets a database when it is made; a diff of two texts has none, so this one answers the greeting with nothing. */
const emptyDatabase: SqlDriverAdapter = {
  provider: 'postgres',
  adapterName: 'none',
  queryRaw: async () => ({ columnNames: [], columnTypes: [], rows: [] }),
  executeRaw: async () => 0,
  executeScript: async () => undefined,
  startTransaction: async () => {
    throw new Error('a diff has no transactions')
  },
  dispose: async () => undefined,
}
const noDatabase: SqlMigrationAwareDriverAdapterFactory = {
  provider: 'postgres',
  adapterName: 'none',
  connect: async () => emptyDatabase,
  connectToShadowDb: async () => emptyDatabase,
}
