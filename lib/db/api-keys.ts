import type { Role, Scope } from '../auth/permissions'
import { AppError } from '../errors'
import { newId } from '../ids'
import { type AuditBy, auditBySystem, recordAudit } from './audit'
import { pool, prisma } from './client'
import { inTransaction } from './transaction'

/** A key with everything that decides what it may do, as of one moment. */
export interface KeyIdentityRow {
  keyId: string
  keyName: string
  scopes: string[]
  expiresAt: Date | null
  lastUsedAt: Date | null
  revokedAt: Date | null
  userId: string
  userName: string
  disabledAt: Date | null
  /** The creator's current role; null: no longer a member of the key's team. */
  role: Role | null
  teamId: string
  teamName: string
  teamSlug: string
}

/** A key as people see it in the list. */
export interface ApiKeyRow {
  id: string
  name: string
  prefix: string
  scopes: string[]
  createdBy: string
  creatorName: string
  createdAt: Date
  expiresAt: Date | null
  lastUsedAt: Date | null
  revokedAt: Date | null
}

const IDENTITY = `
  SELECT k.id AS "keyId", k.name AS "keyName", k.scopes, k.expires_at AS "expiresAt", k.last_used_at AS "lastUsedAt",
         k.revoked_at AS "revokedAt", u.id AS "userId", u.name AS "userName", u.disabled_at AS "disabledAt",
         m.role::text AS role, t.id AS "teamId", t.name AS "teamName", t.slug AS "teamSlug"
    FROM api_keys k
    JOIN users u ON u.id = k.created_by
    JOIN teams t ON t.id = k.team_id
    LEFT JOIN memberships m ON m.team_id = k.team_id AND m.user_id = k.created_by`

/** The key with its creator's current role. On the path of every call, so a prepared statement. */
export async function findKeyIdentityByHash(hash: Uint8Array): Promise<KeyIdentityRow | null> {
  const text = `${IDENTITY} WHERE k.key_hash = $1`
  const { rows } = await pool().query<KeyIdentityRow>({ name: 'key-by-hash', text, values: [Buffer.from(hash)] })
  return rows[0] ?? null
}

/** The same by the key's id, for streams that ask again whether they may go on. */
export async function findKeyIdentityById(keyId: string): Promise<KeyIdentityRow | null> {
  const text = `${IDENTITY} WHERE k.id = $1`
  const { rows } = await pool().query<KeyIdentityRow>({ name: 'key-by-id', text, values: [keyId] })
  return rows[0] ?? null
}

/** Notes that the key was used; at most once a minute whoever asks. */
export async function touchKey(keyId: string): Promise<void> {
  await pool().query({
    name: 'key-touch',
    text: `UPDATE api_keys SET last_used_at = now()
            WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '55 seconds')`,
    values: [keyId],
  })
}

/**
 * Adds a key, unless its creator already has `maxActive` keys of this team that work: then `limit_reached`.
 * The creator's membership is locked meanwhile, so two requests at once cannot both take the last place.
 */
export async function insertKey(
  key: {
    teamId: string
    createdBy: string
    name: string
    prefix: string
    hash: Uint8Array<ArrayBuffer>
    scopes: readonly Scope[]
    expiresAt: Date | null
  },
  maxActive: number,
  by = auditBySystem(key.teamId),
): Promise<ApiKeyRow> {
  const { hash, scopes, ...rest } = key
  return prisma().$transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM memberships WHERE user_id = ${key.createdBy}::uuid AND team_id = ${key.teamId}::uuid FOR UPDATE`
    const now = new Date()
    const active = await tx.apiKey.count({
      where: {
        teamId: key.teamId,
        createdBy: key.createdBy,
        revokedAt: null,
        OR: [{ expiresAt: null }, { expiresAt: { gt: now } }],
      },
    })
    if (active >= maxActive) {
      throw new AppError(
        'limit_reached',
        `You have ${active} active keys, which is the most; revoke one you do not use.`,
      )
    }
    const made = await tx.apiKey.create({
      data: { id: newId(), ...rest, keyHash: hash, scopes: [...scopes] },
      include: { creator: { select: { name: true } } },
    })
    const details = { prefix: made.prefix, scopes: made.scopes, expires_at: made.expiresAt?.toISOString() ?? null }
    await recordAudit(tx, {
      ...by,
      action: 'key.created',
      target: { type: 'key', id: made.id, name: made.name },
      details,
    })
    return toRow(made)
  })
}

/** Every key of the team that works, and the 100 youngest of those that no longer do; newest first in each part. */
export async function listKeysOfTeam(teamId: string): Promise<ApiKeyRow[]> {
  const include = { creator: { select: { name: true } } } as const
  const orderBy = [{ createdAt: 'desc' }, { id: 'desc' }] as const
  const now = new Date()
  const [active, ended] = await Promise.all([
    prisma().apiKey.findMany({
      where: { teamId, revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] },
      include,
      orderBy: [...orderBy],
    }),
    prisma().apiKey.findMany({
      where: { teamId, OR: [{ revokedAt: { not: null } }, { expiresAt: { lte: now } }] },
      include,
      orderBy: [...orderBy],
      take: 100,
    }),
  ])
  return [...active, ...ended].map(toRow)
}

/** One key of the team; a key of another team is null. */
export async function findKeyOfTeam(teamId: string, keyId: string): Promise<ApiKeyRow | null> {
  const row = await prisma().apiKey.findFirst({
    where: { id: keyId, teamId },
    include: { creator: { select: { name: true } } },
  })
  return row === null ? null : toRow(row)
}

/** Ends a key at once. Idempotent: a key that was revoked before keeps its first time. */
export async function revokeKeyOfTeam(key: ApiKeyRow, by: AuditBy): Promise<void> {
  await inTransaction(async (client) => {
    const { rowCount } = await client.query(
      'UPDATE api_keys SET revoked_at = now() WHERE id = $1 AND team_id = $2 AND revoked_at IS NULL',
      [key.id, by.teamId],
    )
    if (rowCount === 0) return
    const target = { type: 'key', id: key.id, name: key.name }
    const details = { prefix: key.prefix, created_by: key.createdBy }
    await recordAudit(client, { ...by, action: 'key.revoked', target, details })
  })
}

function toRow(row: Omit<ApiKeyRow, 'creatorName'> & { creator: { name: string } }): ApiKeyRow {
  const { id, name, prefix, scopes, createdBy, createdAt, expiresAt, lastUsedAt, revokedAt } = row
  const creatorName = row.creator.name
  return { id, name, prefix, scopes, createdBy, creatorName, createdAt, expiresAt, lastUsedAt, revokedAt }
}
