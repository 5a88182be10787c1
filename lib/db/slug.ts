import { randomBytes } from 'node:crypto'
import type { Id } from '../ids'
import { pool } from './client'

const MAX_SLUG_CHARS = 60

/** A name as it can stand in a URL: lower-case letters and digits, other characters as single hyphens. */
export function slugOf(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, MAX_SLUG_CHARS)
    .replace(/-+$/, '')
  return plain === '' ? 'workflow' : plain
}

/** `wanted` with the lowest number behind it that no workflow of the team has; past 1 000 of them, a random ending. */
export async function freeSlug(teamId: Id, wanted: string): Promise<string> {
  const { rows } = await pool().query<{ slug: string }>(
    `SELECT $2 || '-' || n AS slug FROM generate_series(2, 1000) n
      WHERE NOT EXISTS (SELECT 1 FROM workflows w WHERE w.team_id = $1 AND w.slug = $2 || '-' || n)
      ORDER BY n LIMIT 1`,
    [teamId, wanted],
  )
  return rows[0]?.slug ?? `${wanted}-${randomBytes(4).toString('hex')}`
}
