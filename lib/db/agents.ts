import { AppError } from '../errors'
import { type Id, newId } from '../ids'
import { type AuditBy, recordAudit } from './audit'
import { pool } from './client'
import { inTransaction } from './transaction'

/** Who a run is executed as, for callers that name an agent. */
export interface AgentRow {
  id: Id
  name: string
  isDefault: boolean
  createdAt: Date
  /** Workflows that name it. */
  workflowCount: number
}

const COLUMNS = `a.id, a.name, a.is_default AS "isDefault", a.created_at AS "createdAt",
  (SELECT count(*)::int FROM workflows w WHERE w.agent_id = a.id AND w.deleted_at IS NULL) AS "workflowCount"`

/** Agents of one team, at most. */
export const MAX_AGENTS = 200

/** Agents of a team, the default one first. */
export async function listAgentRows(teamId: Id): Promise<AgentRow[]> {
  const { rows } = await pool().query<AgentRow>(
    `SELECT ${COLUMNS} FROM agents a WHERE a.team_id = $1 ORDER BY a.is_default DESC, a.created_at, a.id`,
    [teamId],
  )
  return rows
}

export async function findAgent(of: { teamId: Id; agentId: Id }): Promise<AgentRow | undefined> {
  const { rows } = await pool().query<AgentRow>(`SELECT ${COLUMNS} FROM agents a WHERE a.team_id = $1 AND a.id = $2`, [
    of.teamId,
    of.agentId,
  ])
  return rows[0]
}

/** The agent that executes a workflow when nobody is named: the workflow's own, else the team's default. */
export async function findDefaultAgent(of: { teamId: Id; workflowId: Id }): Promise<Id | undefined> {
  const { rows } = await pool().query<{ id: Id }>({
    name: 'default-agent',
    text: `SELECT a.id FROM agents a
            WHERE a.team_id = $1 AND (a.is_default OR a.id = (SELECT w.agent_id FROM workflows w WHERE w.id = $2 AND w.team_id = $1))
            ORDER BY a.is_default LIMIT 1`,
    values: [of.teamId, of.workflowId],
  })
  return rows[0]?.id
}

/** Throws `conflict` for a name that is taken, `limit_reached` at {@link MAX_AGENTS}. */
export async function insertAgent(
  agent: { teamId: Id; name: string; isDefault: boolean },
  by: AuditBy,
): Promise<AgentRow> {
  return inTransaction(async (client) => {
    await client.query('SELECT 1 FROM teams WHERE id = $1 FOR NO KEY UPDATE', [agent.teamId])
    const { rows: counted } = await client.query<{ agents: number }>(
      'SELECT count(*)::int AS agents FROM agents WHERE team_id = $1',
      [agent.teamId],
    )
    if ((counted[0]?.agents ?? 0) >= MAX_AGENTS) {
      throw new AppError('limit_reached', `A team has at most ${MAX_AGENTS} agents: delete one that is not used.`)
    }
    if (agent.isDefault) await client.query('UPDATE agents SET is_default = false WHERE team_id = $1', [agent.teamId])
    const { rows } = await client.query<AgentRow>(
      `INSERT INTO agents AS a (id, team_id, name, is_default) VALUES ($1, $2, $3, $4)
       ON CONFLICT (team_id, name) DO NOTHING RETURNING ${COLUMNS}`,
      [newId(), agent.teamId, agent.name, agent.isDefault],
    )
    const made = rows[0]
    if (made === undefined) throw nameTaken(agent.name)
    const target = { type: 'agent', id: made.id, name: made.name }
    await recordAudit(client, { ...by, action: 'agent.created', target, details: { is_default: made.isDefault } })
    return made
  })
}

/** Renames an agent, or makes it the default. Undefined: the team has no such agent. Throws `conflict`. */
export async function changeAgent(
  change: { teamId: Id; agentId: Id; name?: string | undefined; isDefault?: boolean | undefined },
  by: AuditBy,
): Promise<AgentRow | undefined> {
  const { teamId, agentId, name, isDefault } = change
  return inTransaction(async (client) => {
    await client.query('SELECT 1 FROM teams WHERE id = $1 FOR NO KEY UPDATE', [teamId])
    if (name !== undefined) {
      const taken = await client.query('SELECT 1 FROM agents WHERE team_id = $1 AND name = $2 AND id <> $3', [
        teamId,
        name,
        agentId,
      ])
      if (taken.rowCount !== 0) throw nameTaken(name)
    }
    const { rows: old } = await client.query<AgentRow>(
      `SELECT ${COLUMNS} FROM agents a WHERE a.team_id = $1 AND a.id = $2`,
      [teamId, agentId],
    )
    if (isDefault) {
      await client.query(
        'UPDATE agents SET is_default = false WHERE team_id = $1 AND EXISTS (SELECT FROM agents o WHERE o.team_id = $1 AND o.id = $2)',
        [teamId, agentId],
      )
    }
    const { rows } = await client.query<AgentRow>(
      `UPDATE agents a SET name = coalesce($3, a.name), is_default = coalesce($4, a.is_default)
        WHERE a.team_id = $1 AND a.id = $2 RETURNING ${COLUMNS}`,
      [teamId, agentId, name ?? null, isDefault ?? null],
    )
    const [before, after] = [old[0], rows[0]]
    if (before === undefined || after === undefined) return undefined
    const target = { type: 'agent', id: after.id, name: after.name }
    if (before.name !== after.name) {
      await recordAudit(client, { ...by, action: 'agent.renamed', target, details: { from: before.name } })
    }
    if (before.isDefault !== after.isDefault) {
      await recordAudit(client, {
        ...by,
        action: 'agent.default_changed',
        target,
        details: { is_default: after.isDefault },
      })
    }
    return after
  })
}

/** False: the team has no such agent. Workflows that named it fall back to the team's default. */
export async function deleteAgent(of: { teamId: Id; agentId: Id }, by: AuditBy): Promise<boolean> {
  return inTransaction(async (client) => {
    const gone = await client.query<{ name: string }>(
      'DELETE FROM agents WHERE team_id = $1 AND id = $2 RETURNING name',
      [of.teamId, of.agentId],
    )
    const name = gone.rows[0]?.name
    if (name === undefined) return false
    await recordAudit(client, { ...by, action: 'agent.deleted', target: { type: 'agent', id: of.agentId, name } })
    return true
  })
}

function nameTaken(name: string): AppError {
  return new AppError('conflict', `An agent called "${name}" exists already.`, {
    errors: [{ path: 'name', message: 'taken' }],
  })
}
