import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Obstacle } from './obstacle'

const STOPPING_MS = 5_000

/**
 * One `npm start` per data folder: two would stop each other's database. The file names the process that holds the folder;
 * one that was killed leaves the file behind, which the next start sees is stale.
 */
export async function claimDataFolder(folder: string, stoppingMs = STOPPING_MS): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true })
  const file = join(folder, 'start.pid')
  const holder = Number(await readFile(file, 'utf8').catch(() => '0'))
  if (holder !== process.pid && (await staysAlive(holder, stoppingMs))) {
    throw new Obstacle(
      `Another start (process ${holder}) uses the data folder ${folder}: stop that one or choose another DATA_DIR.`,
    )
  }
  await writeFile(file, String(process.pid))
  return () => rm(file, { force: true })
}

/** One that is just stopping is given the time. */
async function staysAlive(pid: number, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs
  while (await isStart(pid)) {
    if (Date.now() > deadline) return true
    await new Promise((done) => setTimeout(done, 100))
  }
  return false
}

async function isStart(pid: number): Promise<boolean> {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  // The number may belong to an unrelated process by now; where the system tells, ask what it runs.
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined)
  return command === undefined || command.includes('start.mjs')
}
