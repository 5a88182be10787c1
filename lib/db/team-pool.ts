import pg from 'pg'
import type { Id } from '../ids'
import { REQUEST_ROLE } from './row-security'
import { teamOfContext } from './team-context'

type Connected = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  done: (release?: unknown) => void,
) => void

/** The role is not there, or this database user may not become it. */
const NO_ROLE = new Set(['22023', '42501'])

/**
 * Connections that see one team each. Every one is in the request role for life; the team is set when it differs from the
 * one that the connection served last, so a team that keeps calling pays nothing. A connection is handed out only once the
 * server has confirmed its team: what fails in between ends the connection, and no statement is ever sent as another team.
 * Where the role cannot be used, the connections are the engine's (`npm start` has said so).
 */
export class TeamPool extends pg.Pool {
  private readonly teams = new WeakMap<pg.PoolClient, Id>()
  private hasRole: boolean | undefined

  override connect(): Promise<pg.PoolClient>
  override connect(callback: Connected): void
  override connect(callback?: Connected): Promise<pg.PoolClient> | undefined {
    const teamId = teamOfContext()
    if (callback === undefined) {
      return new Promise((resolve, reject) => {
        this.connectFor(teamId, (error, client) => (client === undefined ? reject(error) : resolve(client)))
      })
    }
    this.connectFor(teamId, callback)
    return undefined
  }

  private connectFor(teamId: Id | undefined, callback: Connected): void {
    if (teamId === undefined) {
      callback(
        new Error('a connection of the request pool was asked for outside a request'),
        undefined,
        () => undefined,
      )
      return
    }
    super.connect((error, client, done) => {
      if (client === undefined || this.teams.get(client) === teamId) return callback(error, client, done)
      this.turnTo(client, teamId).then(
        () => callback(undefined, client, done),
        (failure: Error) => {
          done(true)
          callback(failure, undefined, () => undefined)
        },
      )
    })
  }

  private async turnTo(client: pg.PoolClient, teamId: Id): Promise<void> {
    if (!this.teams.has(client)) await this.becomeRequestRole(client)
    await client.query({
      name: 'set_team',
      text: `SELECT set_config('countersign.team_id', $1, false)`,
      values: [teamId],
    })
    this.teams.set(client, teamId)
  }

  private async becomeRequestRole(client: pg.PoolClient): Promise<void> {
    if (this.hasRole === false) return
    try {
      await client.query(`SET ROLE ${REQUEST_ROLE}`)
      this.hasRole = true
    } catch (error) {
      // Once it could be used, not being able to is a failure and never a reason to go on without.
      if (this.hasRole || !NO_ROLE.has((error as pg.DatabaseError).code ?? '')) throw error
      this.hasRole = false
    }
  }
}
