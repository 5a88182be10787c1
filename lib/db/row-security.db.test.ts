import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { newId } from '../ids'
import { log } from '../log'
import { testDatabase } from '../testing/database'
import { Batcher } from './batcher'
import { closeDatabase, pool, prisma } from './client'
import { migrate } from './migrate'
import { applyRowSecurity, REQUEST_ROLE } from './row-security'
import { asEngine, forTeam } from './team-context'

/** Tables that belong to no team, each with what a request may do there. */
const OF_NO_TEAM = {
  _prisma_migrations: '',
  oauth_clients: 'SELECT, UPDATE',
  rate_limits: '',
  settings: '',
  users: '', // and SELECT by columns, see below
  worker_slots: '',
  workers: '',
}

const TABLES = `
  SELECT c.relname AS name, c.relrowsecurity AS "isGuarded",
    EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd = '*'
             AND p.polroles = ARRAY[$1::regrole::oid] AND p.polwithcheck IS NOT NULL) AS "hasPolicy",
    (SELECT count(*)::int FROM pg_policy p WHERE p.polrelid = c.oid) AS policies,
    EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'team_id' AND NOT a.attisdropped) AS "hasTeam",
    (SELECT coalesce(string_agg(p, ', '), '') FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS p
      WHERE has_table_privilege($1, c.oid, p)) AS rights
  FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY c.relname`

interface Table {
  name: string
  isGuarded: boolean
  hasPolicy: boolean
  policies: number
  hasTeam: boolean
  rights: string
}

let tables: Table[]
let guarded: Table[]

beforeAll(async () => {
  tables = (await pool().query<Table>(TABLES, [REQUEST_ROLE])).rows
  guarded = tables.filter(({ name }) => !(name in OF_NO_TEAM))
})

describe('the tables', () => {
  test('that belong to a team show a request only its rows, whichever migration made them', () => {
    expect(guarded.filter(({ hasTeam }) => hasTeam).length).toBeGreaterThan(15)
    expect(guarded.filter(({ hasTeam }) => !hasTeam).map(({ name }) => name)).toEqual(['oauth_tokens', 'teams'])
    for (const { name, isGuarded, hasPolicy, policies, rights } of guarded) {
      expect({ name, isGuarded, hasPolicy, policies, rights }).toEqual({
        name,
        isGuarded: true,
        hasPolicy: true,
        policies: 1,
        rights: 'SELECT, INSERT, UPDATE, DELETE',
      })
    }
  })

  test('that belong to none are out of reach, but for what is listed', () => {
    const others = tables.filter(({ name }) => name in OF_NO_TEAM)
    expect(Object.fromEntries(others.map(({ name, rights }) => [name, rights]))).toEqual(OF_NO_TEAM)
  })

  test('and their role can neither sign in nor step around them', async () => {
    const { rows } = await pool().query(
      'SELECT rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = $1',
      [REQUEST_ROLE],
    )
    expect(rows).toEqual([
      { rolcanlogin: false, rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcreatedb: false },
    ])
    const { rows: owned } = await pool().query('SELECT relname FROM pg_class WHERE relowner = $1::regrole', [
      REQUEST_ROLE,
    ])
    expect(owned).toEqual([])
  })

  test('people’s names are readable, the hashes of their passwords are not', async () => {
    await forTeam(newId(), async () => {
      await expect(pool().query('SELECT password_hash FROM users')).rejects.toMatchObject({ code: '42501' })
      await expect(pool().query('SELECT * FROM users')).rejects.toMatchObject({ code: '42501' })
      await expect(pool().query(`UPDATE users SET name = 'x'`)).rejects.toMatchObject({ code: '42501' })
      expect((await pool().query('SELECT id, name, email FROM users')).rows).toEqual([])
    })
  })
})

describe('a statement that forgets to ask for its team', () => {
  const [ours, theirs] = [newId(), newId()]
  let client: pg.PoolClient

  /** One row of each team in every table, made up from its columns; nothing of it is ever committed. */
  beforeAll(async () => {
    client = await asEngine(() => pool().connect())
    await client.query('BEGIN')
    await client.query('SET LOCAL session_replication_role = replica') // no triggers, no foreign keys
    for (const teamId of [ours, theirs]) for (const { name } of guarded) await insertRow(name, teamId)
    await client.query(`SET LOCAL ROLE ${REQUEST_ROLE}`)
  })
  afterAll(async () => {
    await client.query('ROLLBACK')
    client.release()
  })

  const grants = new Map([
    [ours, newId()],
    [theirs, newId()],
  ])

  async function insertRow(table: string, teamId: string) {
    const values = (await columnsOf(table)).map(({ name, type, kind }) => {
      if (name === 'team_id' || (table === 'teams' && name === 'id')) return { name, value: teamId }
      if ((table === 'oauth_grants' && name === 'id') || name === 'grant_id') return { name, value: grants.get(teamId) }
      return { name, value: madeUp(type, kind, teamId) }
    })
    const names = values.map(({ name }) => pg.escapeIdentifier(name))
    await client.query(
      `INSERT INTO ${pg.escapeIdentifier(table)} (${names.join(', ')}) VALUES (${names.map((_, i) => `$${i + 1}`).join(', ')})`,
      values.map(({ value }) => value),
    )
  }

  /** Columns without which there is no row, and `team_id`. */
  async function columnsOf(table: string) {
    const { rows } = await client.query<{ name: string; type: string; kind: string }>(
      `SELECT a.attname AS name, t.typname AS type, t.typtype AS kind FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
        WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped
          AND (a.attname = 'team_id' OR a.attnotnull AND NOT a.atthasdef)`,
      [table],
    )
    return rows
  }

  function madeUp(type: string, kind: string, teamId: string): unknown {
    const made: Record<string, unknown> = {
      uuid: newId(),
      text: `of ${teamId}`,
      varchar: `of ${teamId}`,
      json: '{}',
      jsonb: '{}',
      bytea: Buffer.from(newId()),
      timestamptz: new Date(),
      bool: true,
      role: 'viewer',
      run_status: 'completed',
      wait_kind: 'timer',
    }
    if (type.startsWith('_')) return []
    if (/^(int\d|numeric|float\d)$/.test(type)) return 1
    if (!(type in made)) throw new Error(`make up a value of the type ${type} (${kind})`)
    return made[type]
  }

  async function serve(teamId: string): Promise<void> {
    await client.query(`SELECT set_config('countersign.team_id', $1, true)`, [teamId])
  }

  /** The SQLSTATE that the statement is refused with, or how many rows it touched. Nothing of it stays. */
  async function attempt(text: string, values: unknown[] = []): Promise<string | number | null> {
    await client.query('SAVEPOINT attempt')
    try {
      return (await client.query(text, values)).rowCount
    } catch (error) {
      return (error as pg.DatabaseError).code ?? 'no code'
    } finally {
      await client.query('ROLLBACK TO SAVEPOINT attempt')
    }
  }

  const named = (table: string) => pg.escapeIdentifier(table)
  const forAll = async <T>(ask: (table: string) => Promise<T>) => {
    const answers: [string, T][] = []
    for (const { name } of guarded) answers.push([name, await ask(name)])
    return Object.fromEntries(answers)
  }
  const everywhere = <T>(answer: T) => Object.fromEntries(guarded.map(({ name }) => [name, answer]))
  const teamColumn = (table: string) => (guarded.find(({ name }) => name === table)?.hasTeam ? 'team_id' : 'id')

  test('and has none sees nothing and changes nothing', async () => {
    await serve('')
    expect(await forAll((table) => attempt(`SELECT FROM ${named(table)}`))).toEqual(everywhere(0))
    expect(await forAll((table) => attempt(`DELETE FROM ${named(table)}`))).toEqual(everywhere(0))
  })

  test('sees the rows of the team that is served and of no other', async () => {
    for (const teamId of [ours, theirs]) {
      await serve(teamId)
      expect(await forAll((table) => attempt(`SELECT FROM ${named(table)}`))).toEqual(everywhere(1))
    }
    const withTeam = guarded.filter(({ name }) => name !== 'oauth_tokens')
    for (const { name } of withTeam) {
      const { rows } = await client.query(`SELECT ${teamColumn(name)} AS team FROM ${named(name)}`)
      expect([name, rows]).toEqual([name, [{ team: theirs }]])
    }
  })

  test('changes and deletes the rows of no other', async () => {
    await serve(theirs)
    const withTeam = guarded.filter(({ name }) => name !== 'oauth_tokens')
    for (const { name } of withTeam) {
      const column = teamColumn(name)
      const foreign = `WHERE ${column} = $1`
      expect([name, await attempt(`DELETE FROM ${named(name)} ${foreign}`, [ours])]).toEqual([name, 0])
      expect([name, await attempt(`UPDATE ${named(name)} SET ${column} = ${column} ${foreign}`, [ours])]).toEqual([
        name,
        0,
      ])
      // Its own row cannot be given away either.
      const given = await attempt(`UPDATE ${named(name)} SET ${column} = $1`, [ours])
      expect([name, given]).toEqual([name, '42501'])
    }
  })

  test('writes no row of another', async () => {
    await serve(theirs)
    await client.query('SAVEPOINT insertions')
    for (const { name } of guarded) {
      const refused = insertRow(name, ours).catch((error: pg.DatabaseError) => error.code)
      expect([name, await refused]).toEqual([name, '42501'])
      await client.query('ROLLBACK TO SAVEPOINT insertions')
    }
  })
})

describe('connections', () => {
  const whoAmI = async () => {
    const { rows } = await pool().query<{ role: string; team: string | null }>(
      `SELECT current_user AS role, nullif(current_setting('countersign.team_id', true), '') AS team`,
    )
    return rows[0]
  }

  test('serve the team that asks, however many ask at once, and the engine in between', async () => {
    const teams = Array.from({ length: 30 }, () => newId())
    const asked = Array.from({ length: 300 }, (_, index) => teams[index % teams.length] ?? '')
    const answers = await Promise.all(
      asked.map(async (teamId, index) => {
        if (index % 3 === 0) return forTeam(teamId, async () => [teamId, await whoAmI()])
        if (index % 3 === 1) return forTeam(teamId, async () => [teamId, await inPrisma()])
        return [null, await forTeam(teamId, () => asEngine(whoAmI))]
      }),
    )
    for (const [teamId, who] of answers) {
      const { rows } = await pool().query<{ owner: string }>('SELECT current_user AS owner')
      const expected = teamId === null ? { role: rows[0]?.owner, team: null } : { role: REQUEST_ROLE, team: teamId }
      expect(who).toEqual(expected)
    }
  })

  async function inPrisma() {
    const rows = await prisma().$transaction(
      (tx) =>
        tx.$queryRaw<
          object[]
        >`SELECT current_user::text AS role, nullif(current_setting('countersign.team_id', true), '') AS team`,
    )
    return rows[0]
  }

  test('keep their team when a transaction fails', async () => {
    const teamId = newId()
    await forTeam(teamId, async () => {
      const client = await pool().connect()
      await client.query('BEGIN')
      await expect(client.query('SELECT 1 / 0')).rejects.toThrow('division by zero')
      await client.query('ROLLBACK')
      client.release()
      expect(await whoAmI()).toEqual({ role: REQUEST_ROLE, team: teamId })
    })
  })

  test('are ended when their team cannot be set, and nothing is sent on them', async () => {
    const broken = forTeam('\0' as string, () => pool().query('SELECT 1'))
    await expect(broken).rejects.toThrow()
    const teamId = newId()
    expect(await forTeam(teamId, whoAmI)).toEqual({ role: REQUEST_ROLE, team: teamId })
  })

  test('of requests are not handed out for no request', async () => {
    const ofRequests = forTeam(newId(), () => pool())
    await expect(ofRequests.query('SELECT 1')).rejects.toThrow('outside a request')
    await expect(ofRequests.connect()).rejects.toThrow('outside a request')
  })

  test('of what many teams submit together are the engine’s', async () => {
    const batcher = new Batcher<string, unknown>(async (items) => {
      const who = await whoAmI()
      return items.map(() => who?.team)
    })
    const answers = await Promise.all(['a', 'b', 'c'].map((item) => forTeam(newId(), () => batcher.submit(item))))
    expect(answers).toEqual([null, null, null])
  })
})

describe('bringing the tables up to date', () => {
  test('changes nothing when nothing differs', async () => {
    const catalog = async () => (await pool().query('SELECT oid, xmin, * FROM pg_policy ORDER BY oid')).rows
    const before = await catalog()
    await applyRowSecurity((await testDatabase()).url)
    expect(await catalog()).toEqual(before)
  })

  test('covers a table that came later, and a policy that is another one now', async () => {
    await pool().query('CREATE TABLE late (id uuid PRIMARY KEY, team_id uuid NOT NULL)')
    await pool().query('DROP POLICY rows_of_the_team ON runs')
    await applyRowSecurity((await testDatabase()).url)
    const { rows } = await pool().query<Table>(TABLES, [REQUEST_ROLE])
    for (const name of ['late', 'runs']) {
      expect(rows.find((table) => table.name === name)).toMatchObject({ isGuarded: true, hasPolicy: true })
    }
    await pool().query('DROP TABLE late')
  })

  test('is told once when the database user may not become the role, and requests are served without', async () => {
    const url = new URL((await testDatabase()).url)
    const name = `modest_${newId().slice(0, 8)}`
    await pool().query(`CREATE ROLE ${name} LOGIN PASSWORD 'modest'`)
    await pool().query(`CREATE DATABASE ${name} OWNER ${name} TEMPLATE template0`)
    const modest = Object.assign(new URL(url), { pathname: `/${name}`, username: name, password: 'modest' }).href
    const warn = vi.spyOn(log, 'warn').mockReturnValue(undefined)
    try {
      await migrate(modest)
      expect(warn.mock.calls.map(([text]) => text)).toEqual([
        expect.stringMatching(
          new RegExp(`^Row-level security is off: .*GRANT ${REQUEST_ROLE} TO "${name}"; and start again\\.$`),
        ),
      ])
      await closeDatabase()
      process.env.DATABASE_URL = modest
      expect((await forTeam(newId(), () => pool().query('SELECT id FROM teams'))).rows).toEqual([])
      // As the operator is told.
      await administer(url.href, `GRANT ${REQUEST_ROLE} TO ${name}`)
      await migrate(modest)
      await closeDatabase()
      const { rows } = await forTeam(newId(), () => pool().query('SELECT current_user::text AS role'))
      expect(rows).toEqual([{ role: REQUEST_ROLE }])
      expect(warn).toHaveBeenCalledOnce()
    } finally {
      warn.mockRestore()
      await closeDatabase()
      process.env.DATABASE_URL = url.href
      await pool().query(`DROP DATABASE ${name} WITH (FORCE)`)
      await pool().query(`DROP ROLE ${name}`)
    }
  })

  async function administer(url: string, statement: string): Promise<void> {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query(statement)
    await client.end()
  }
})
