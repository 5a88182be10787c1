import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { generateApiKey, hashApiKey } from '@/lib/auth/api-key'
import { hashPassword } from '@/lib/auth/password'
import { SCOPES } from '@/lib/auth/permissions'
import { insertKey } from '@/lib/db/api-keys'
import { databaseUrl, prisma } from '@/lib/db/client'
import { readSetting, writeSetting } from '@/lib/db/settings'
import { foundTeam } from '@/lib/db/teams'
import { anyUserExists, normaliseEmail } from '@/lib/db/users'
import { createWorkflow, publishVersion } from '@/lib/db/workflows'
import { env, publicUrl } from '@/lib/env'
import { definitionSchema } from '@/lib/workflow/document'
import { sampleWorkflows } from '@/lib/workflow/samples'
import { type FirstRun, readFirstRun, writeFirstRun } from './first-run'

const SEEDED = 'seeded'
const SEED_LOCK = 7_411_002
const DEMO_EMAIL = 'owner@countersign.local'
const MAX_KEYS = 100

interface Owner {
  userId: string
  teamId: string
  projectId: string
}

/**
 * Fills a new database as SEED and ADMIN_* say. Returns what to show beside the step. A start that was killed in the middle
 * is continued by the next: the credentials are on disk first, and each part is made only when it is absent.
 */
export async function seed(dataFolder: string): Promise<string> {
  const { SEED, ADMIN_EMAIL, ADMIN_PASSWORD } = env()
  return oneAtATime(async () => {
    if ((await readSetting(SEEDED)) !== null) return 'done before'
    const begun = await readFirstRun(dataFolder)
    if ((await anyUserExists()) && begun === undefined) return 'has accounts already'
    if (SEED === 'none' && (ADMIN_EMAIL === undefined || ADMIN_PASSWORD === undefined)) return 'nothing to seed'

    const email = normaliseEmail(ADMIN_EMAIL ?? DEMO_EMAIL)
    const password = ADMIN_PASSWORD ?? begun?.password ?? randomBytes(12).toString('base64url')
    if (SEED === 'demo') {
      const firstRun = begun ?? { url: publicUrl(), email, password, api_key: generateApiKey().secret, workflows: {} }
      await writeFirstRun(dataFolder, firstRun)
      await seedDemo(dataFolder, firstRun)
    } else {
      await ownerOf(email, password)
    }
    await writeSetting(SEEDED, { kind: SEED, at: new Date().toISOString() })
    return SEED === 'demo' ? 'demo team, key and sample workflows' : 'account and team'
  })
}

async function seedDemo(dataFolder: string, firstRun: FirstRun): Promise<void> {
  const owner = await ownerOf(firstRun.email, firstRun.password)
  await keyOf(owner, firstRun.api_key)
  const workflows: Record<string, string> = {}
  for (const sample of sampleWorkflows) workflows[sample.slug] = await publishedSample(owner, sample)
  await writeFirstRun(dataFolder, { ...firstRun, workflows })
}

async function ownerOf(email: string, password: string): Promise<Owner> {
  const user = await prisma().user.findUnique({
    where: { email },
    include: { memberships: { include: { team: { include: { projects: true } } } } },
  })
  const team = user?.memberships[0]?.team
  const project = team?.projects[0]
  if (user && team && project) return { userId: user.id, teamId: team.id, projectId: project.id }
  const passwordHash = await hashPassword(password)
  return foundTeam({ email, name: 'Owner', passwordHash, teamName: 'My team', projectName: 'Default' })
}

/** A key lives no longer than people expect of one that lies in a file; another is made on the page of API keys. */
const FIRST_KEY_DAYS = 90

async function keyOf(owner: Owner, secret: string): Promise<void> {
  const hash = hashApiKey(secret)
  if ((await prisma().apiKey.findUnique({ where: { keyHash: hash } })) !== null) return
  const { teamId, userId } = owner
  const prefix = secret.slice(0, generateApiKey().prefix.length)
  const expiresAt = new Date(Date.now() + FIRST_KEY_DAYS * 86_400_000)
  const key = { teamId, createdBy: userId, name: 'First key', prefix, hash, scopes: SCOPES, expiresAt }
  await insertKey(key, MAX_KEYS)
}

async function publishedSample(owner: Owner, sample: (typeof sampleWorkflows)[number]): Promise<string> {
  const { teamId, projectId, userId } = owner
  const { slug, name, description, tags } = sample
  const existing = await prisma().workflow.findUnique({ where: { teamId_slug: { teamId, slug } } })
  const definition = definitionSchema.parse(sample.definition)
  const made =
    existing ??
    (await createWorkflow({ teamId, projectId, slug, name, description, tags, definition, createdBy: userId }))
  if (!existing?.activeVersionId) {
    await publishVersion({ teamId, workflowId: made.id, note: 'First version', publishedBy: userId })
  }
  return made.id
}

/** Two starts on one new database must not both found a team. */
async function oneAtATime<T>(work: () => Promise<T>): Promise<T> {
  const holder = new pg.Client({ connectionString: databaseUrl(), application_name: 'countersign seed' })
  holder.on('error', () => undefined) // the work itself reports a lost database
  await holder.connect()
  try {
    await holder.query('select pg_advisory_lock($1)', [SEED_LOCK])
    return await work()
  } finally {
    await holder.end()
  }
}
