import type pg from 'pg'

/** What each setting protects: with it off, a run that was accepted can be gone after a power cut. */
const NEEDED = {
  fsync: 'nothing that was committed is sure to be on disk',
  full_page_writes: 'a page half written at a power cut cannot be repaired',
  synchronous_commit: 'a commit is answered before it is on disk',
} as const

export interface UnsafeSetting {
  name: keyof typeof NEEDED
  /** What it puts at risk, as the end of a sentence. */
  risk: string
}

/** Settings of the server, as this connection sees them, with which it may lose what it has answered. */
export async function findUnsafeSettings(client: pg.Client | pg.Pool): Promise<UnsafeSetting[]> {
  const { rows } = await client.query<{ name: keyof typeof NEEDED }>(
    `SELECT name FROM pg_settings WHERE name = ANY($1) AND setting = 'off' ORDER BY name`,
    [Object.keys(NEEDED)],
  )
  return rows.map(({ name }) => ({ name, risk: NEEDED[name] }))
}
