import { createHash } from 'node:crypto'
import pg from 'pg'
import { log } from '../log'

/** What statements of requests run as. It owns nothing, cannot sign in, and row-level security holds for it. */
export const REQUEST_ROLE = 'countersign_request'

const TEAM = `(SELECT nullif(current_setting('countersign.team_id', true), '')::uuid)`
const POLICY = 'rows_of_the_team'

/** Tables that belong to a team otherwise than by a column `team_id`, and how. */
const BY_OTHER_MEANS: Record<string, string> = {
  teams: `id = ${TEAM}`,
  oauth_tokens: 'grant_id IN (SELECT id FROM oauth_grants)', // whose own policy leaves the team's
}

/**
 * What requests need of tables that belong to no team. People may be in several teams: their names are shown, what proves
 * who they are is not. Everything else is out of reach.
 */
const SHARED: Record<string, { rights: string; except?: readonly string[] }> = {
  users: { rights: 'SELECT', except: ['password_hash'] },
  oauth_clients: { rights: 'SELECT, UPDATE' },
}

interface Table {
  name: string
  columns: string[]
  isGuarded: boolean
  /** Of the policy that stands, see {@link fingerprint}. */
  says: string | null
}

/**
 * The second net: PostgreSQL itself shows a request only the rows of its team, also where a statement forgets to ask. Brings
 * role, policies and rights up to date for every table that has a `team_id`, whichever migration made it; repeating it changes
 * nothing. Where this database user may not create or become the role, it says so once and everything else works.
 */
export async function applyRowSecurity(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'countersign migrate' })
  client.on('error', () => undefined) // the query in progress reports it
  await client.connect()
  try {
    const obstacle = await findObstacle(client)
    if (obstacle === undefined) await guardTables(client)
    else log.warn(`${obstacle} ${howToTurnOn(client.user ?? 'the database user')}`)
  } finally {
    await client.end()
  }
}

async function findObstacle(client: pg.Client): Promise<string | undefined> {
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [REQUEST_ROLE])
  if (
    rowCount === 0 &&
    !(await mayDo(client, `CREATE ROLE ${REQUEST_ROLE} NOLOGIN; GRANT ${REQUEST_ROLE} TO CURRENT_USER`))
  )
    return 'Row-level security is off: this database user may not create roles.'
  const becomesIt = await mayDo(client, `SET ROLE ${REQUEST_ROLE}; RESET ROLE`)
  return becomesIt ? undefined : `Row-level security is off: this database user may not become ${REQUEST_ROLE}.`
}

/** False when the right is missing. A script is one transaction: it is done as a whole or not at all. */
async function mayDo(client: pg.Client, script: string): Promise<boolean> {
  try {
    await client.query(script)
    return true
  } catch (error) {
    if ((error as pg.DatabaseError).code === '42501') return false
    throw error
  }
}

function howToTurnOn(user: string): string {
  return `Requests are kept to their team by the product alone, without PostgreSQL as the second net. To turn it on, as a superuser: CREATE ROLE ${REQUEST_ROLE} NOLOGIN; GRANT ${REQUEST_ROLE} TO "${user}"; and start again.`
}

async function guardTables(client: pg.Client): Promise<void> {
  const { rows } = await client.query<Table>(
    `SELECT c.relname AS name, c.relrowsecurity AS "isGuarded",
       (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
       (SELECT obj_description(p.oid, 'pg_policy') FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = $1) AS says
     FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') ORDER BY c.relname`,
    [POLICY],
  )
  const { rows: schema } = await client.query<{ name: string }>('SELECT current_schema() AS name')
  const statements = [
    `GRANT USAGE ON SCHEMA ${pg.escapeIdentifier(schema[0]?.name ?? '')} TO ${REQUEST_ROLE}`,
    ...rows.flatMap((table) => [...policyOf(table), ...rightsOf(table)]),
  ]
  await client.query(statements.join(';\n'))
}

/** Which rows of a table are the team's, as a condition; undefined for a table that belongs to none. */
function conditionOf({ name, columns }: Table): string | undefined {
  return columns.includes('team_id') ? `team_id = ${TEAM}` : BY_OTHER_MEANS[name]
}

/** Changing a table's policy stops everybody who uses it for a moment: it is done only when something differs. */
function policyOf(table: Table): string[] {
  const condition = conditionOf(table)
  if (condition === undefined || (table.isGuarded && table.says === fingerprint(condition))) return []
  const name = pg.escapeIdentifier(table.name)
  return [
    `ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY`,
    `DROP POLICY IF EXISTS ${POLICY} ON ${name}`,
    `CREATE POLICY ${POLICY} ON ${name} TO ${REQUEST_ROLE} USING (${condition}) WITH CHECK (${condition})`,
    `COMMENT ON POLICY ${POLICY} ON ${name} IS ${pg.escapeLiteral(fingerprint(condition))}`,
  ]
}

function rightsOf(table: Table): string[] {
  const name = pg.escapeIdentifier(table.name)
  if (conditionOf(table) !== undefined) return [`GRANT SELECT, INSERT, UPDATE, DELETE ON ${name} TO ${REQUEST_ROLE}`]
  const shared = SHARED[table.name]
  if (shared === undefined) return []
  const columns = table.columns.filter((column) => !shared.except?.includes(column)).map(pg.escapeIdentifier)
  return [
    `GRANT ${shared.except ? `${shared.rights} (${columns.join(', ')})` : shared.rights} ON ${name} TO ${REQUEST_ROLE}`,
  ]
}

function fingerprint(condition: string): string {
  return createHash('sha256').update(condition).digest('hex').slice(0, 16)
}
