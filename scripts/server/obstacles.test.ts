import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { claimDataFolder } from './instance-lock'
import { loadSecrets } from './secrets'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-start-'))
  vi.resetModules()
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
})

describe('the data folder', () => {
  test('belongs to one start at a time, and is free again after it', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'start.mjs'])
    try {
      await writeFile(join(folder, 'start.pid'), String(other.pid))
      await expect(claimDataFolder(folder, 0)).rejects.toThrow(
        `Another start (process ${other.pid}) uses the data folder`,
      )
    } finally {
      other.kill('SIGKILL')
      await new Promise((done) => other.once('exit', done))
    }
    const release = await claimDataFolder(folder)
    await release()
    await expect(stat(join(folder, 'start.pid'))).rejects.toThrow('ENOENT')
  })

  test('a lock of a process that is something else by now is stale', async () => {
    await writeFile(join(folder, 'start.pid'), '1')
    await expect(claimDataFolder(folder)).resolves.toBeTypeOf('function')
  })
})

describe('the secrets', () => {
  test('are random, kept, private, and never replace what the operator set', async () => {
    vi.stubEnv('NEXTAUTH_SECRET', '')
    vi.stubEnv('ENCRYPTION_KEY', 'k'.repeat(40))
    await loadSecrets(folder)
    const first = process.env.NEXTAUTH_SECRET
    expect(first?.length).toBeGreaterThanOrEqual(40)
    expect(process.env.ENCRYPTION_KEY).toBe('k'.repeat(40))
    expect((await stat(join(folder, 'secrets.json'))).mode & 0o777).toBe(0o600)
    vi.stubEnv('NEXTAUTH_SECRET', '')
    await loadSecrets(folder)
    expect(process.env.NEXTAUTH_SECRET).toBe(first)
    expect(await readFile(join(folder, 'secrets.json'), 'utf8')).not.toContain('kkkk')
  })

  test('a damaged file stops the start with one sentence', async () => {
    await writeFile(join(folder, 'secrets.json'), '{')
    await expect(loadSecrets(folder)).rejects.toThrow('is damaged: restore it from a backup')
  })
})

describe('the knobs', () => {
  test('a wrong one is named', async () => {
    vi.stubEnv('SEED', 'everything')
    const { readKnobs } = await import('./knobs')
    expect(() => readKnobs()).toThrow(/SEED/)
  })

  test('a taken port is named, with another to try', async () => {
    const other = createServer()
    const port = await new Promise<number>((done) =>
      other.listen(0, () => done((other.address() as { port: number }).port)),
    )
    try {
      vi.stubEnv('PORT', String(port))
      const { settlePort } = await import('./knobs')
      await expect(settlePort()).rejects.toThrow(`Port ${port} is taken by another program`)
    } finally {
      other.close()
    }
  })

  test('PORT=0 becomes a free port that links can name', async () => {
    vi.stubEnv('PORT', '0')
    const { settlePort } = await import('./knobs')
    await settlePort()
    expect(Number(process.env.PORT)).toBeGreaterThan(1023)
  })
})

describe('a DATABASE_URL that cannot be used', () => {
  test.each([
    ['mysql://somewhere/db', 'not a PostgreSQL URL'],
    ['no url', 'not a PostgreSQL URL'],
    ['postgresql://user:secret@127.0.0.1:1/db', 'nothing answers at 127.0.0.1:1'],
  ])('%s gets one sentence without the password', async (url, sentence) => {
    vi.stubEnv('DATABASE_URL', url)
    const { checkGivenDatabase } = await import('./database')
    const error = await checkGivenDatabase().catch((thrown: Error) => thrown)
    expect(error).toMatchObject({ name: 'Obstacle', message: expect.stringContaining(sentence) })
    expect((error as Error).message).not.toContain('secret')
  })
})
