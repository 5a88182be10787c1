import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { hashApiKey } from '@/lib/auth/api-key'
import { verifyPassword } from '@/lib/auth/password'
import { SCOPES } from '@/lib/auth/permissions'
import { findKeyIdentityByHash } from '@/lib/db/api-keys'
import { prisma } from '@/lib/db/client'
import { findUserForSignIn } from '@/lib/db/users'
import { sampleWorkflows } from '@/lib/workflow/samples'

const folders: string[] = []
let dataFolder: string

beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'countersign-seed-'))
  folders.push(dataFolder)
  vi.resetModules() // the knobs are read once per process
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await prisma().$executeRaw`truncate users, teams, settings cascade`
})
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))

async function seedWith(knobs: Record<string, string>): Promise<string> {
  for (const [name, value] of Object.entries(knobs)) vi.stubEnv(name, value)
  const { seed } = await import('./seed')
  return seed(dataFolder)
}

async function firstRun() {
  const { readFirstRun } = await import('./first-run')
  return readFirstRun(dataFolder)
}

describe('the demo seed', () => {
  test('makes an owner who can sign in, a key with every scope, and the published samples', async () => {
    await seedWith({ SEED: 'demo', PORT: '4321' })
    const written = await firstRun()
    expect(written).toMatchObject({ url: 'http://localhost:4321', email: 'owner@countersign.local' })
    const owner = await findUserForSignIn('owner@countersign.local')
    expect(await verifyPassword(owner?.passwordHash ?? '', written?.password ?? '')).toBe(true)
    const key = await findKeyIdentityByHash(hashApiKey(written?.api_key ?? ''))
    expect(key).toMatchObject({ scopes: [...SCOPES], role: 'owner', teamId: owner?.teamId })
    const published = await prisma().workflow.findMany({ where: { status: 'published' } })
    expect(Object.fromEntries(published.map(({ slug, id }) => [slug, id]))).toEqual(written?.workflows)
    expect(Object.keys(written?.workflows ?? {}).sort()).toEqual(sampleWorkflows.map(({ slug }) => slug).sort())
  })

  test('is readable by the owner of the process only', async () => {
    await seedWith({ SEED: 'demo' })
    expect((await stat(join(dataFolder, 'first-run.json'))).mode & 0o777).toBe(0o600)
  })

  test('happens once: a second start changes nothing', async () => {
    await seedWith({ SEED: 'demo' })
    const before = await firstRun()
    expect(await seedWith({ SEED: 'demo' })).toBe('done before')
    expect(await firstRun()).toEqual(before)
    expect(await prisma().user.count()).toBe(1)
  })

  test('that was killed in the middle is finished by the next start, with the same credentials', async () => {
    await seedWith({ SEED: 'demo' })
    const before = await firstRun()
    await prisma().$executeRaw`delete from settings where key = 'seeded'`
    await prisma().$executeRaw`delete from api_keys`
    await prisma().$executeRaw`delete from workflows where slug = ${sampleWorkflows[0]?.slug}`
    expect(await seedWith({ SEED: 'demo' })).toContain('demo')
    expect(await firstRun()).toMatchObject({ password: before?.password, api_key: before?.api_key })
    expect(await findKeyIdentityByHash(hashApiKey(before?.api_key ?? ''))).not.toBeNull()
    expect(await prisma().workflow.count({ where: { status: 'published' } })).toBe(sampleWorkflows.length)
  })

  test('two starts at once on one database found one team', async () => {
    await Promise.all([seedWith({ SEED: 'demo' }), seedWith({ SEED: 'demo' })])
    expect(await prisma().team.count()).toBe(1)
    expect(await prisma().apiKey.count()).toBe(1)
  })

  test('leaves a database with accounts alone', async () => {
    await seedWith({ SEED: 'none', ADMIN_EMAIL: 'first@example.org', ADMIN_PASSWORD: 'a long enough password' })
    await prisma().$executeRaw`delete from settings where key = 'seeded'`
    expect(await seedWith({ SEED: 'demo' })).toBe('has accounts already')
    expect(await firstRun()).toBeUndefined()
  })
})

describe('SEED=none', () => {
  test('with ADMIN_EMAIL and ADMIN_PASSWORD makes account and team, no key and no workflow', async () => {
    await seedWith({ SEED: 'none', ADMIN_EMAIL: 'Admin@Example.org', ADMIN_PASSWORD: 'a long enough password' })
    const admin = await findUserForSignIn('admin@example.org')
    expect(await verifyPassword(admin?.passwordHash ?? '', 'a long enough password')).toBe(true)
    expect([await prisma().apiKey.count(), await prisma().workflow.count()]).toEqual([0, 0])
  })

  test('without them leaves the set-up page to do it, behind a new token each start', async () => {
    expect(await seedWith({ SEED: 'none' })).toBe('nothing to seed')
    const { welcome } = await import('./welcome')
    const lines = [await welcome(dataFolder), await welcome(dataFolder)].map((all) =>
      all.find((line) => line.includes('/set-up')),
    )
    expect(lines[0]).toMatch(/\/set-up\S*[\w-]{32}/)
    expect(lines[0]).not.toBe(lines[1])
  })
})
