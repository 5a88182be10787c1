import type { PoolClient } from 'pg'
import {
  type ApprovalPolicy,
  type Refusal,
  type Tally,
  tally,
  type Vote,
  type Voter,
  whyNotVote,
} from '../engine/approval-policy'
import type { Actor } from '../engine/events'
import type { CountedVote } from '../engine/waits'
import type { Id } from '../ids'
import type { AuditBy } from './audit'
import { pool } from './client'
import { type CommandedWait, type HeldWait, holdWait } from './commands'
import { recordRunAudit } from './run-audit'
import { together } from './transaction'

/** What one person said about one approval. `voter` is who they are at the moment of reading. */
export interface VoteRow extends Vote {
  by: string
  comment: string | null
  shownHash: string
  at: Date
}

/** What was said about a wait, in order, and who started its run. */
export interface Ballot {
  startedBy: Id | null
  votes: VoteRow[]
}

/** Roles that may decide: a vote of anybody else is on record and does not count. */
type Roles = readonly string[]

interface BallotRow {
  id: Id
  startedBy: Id | null
  votes: (Omit<VoteRow, 'at'> & { at: string })[]
}

const BALLOTS = `
SELECT w.id, coalesce(r.user_id, k.created_by) AS "startedBy", coalesce((
    SELECT json_agg(json_build_object('userId', v.user_id, 'decision', v.decision, 'by', v.name, 'comment', v.comment,
             'shownHash', v.shown_hash, 'at', v.at, 'voter', CASE WHEN m.id IS NOT NULL AND u.disabled_at IS NULL THEN
               json_build_object('userId', u.id, 'email', u.email, 'role', m.role) END) ORDER BY v.at, v.user_id)
    FROM approval_votes v LEFT JOIN users u ON u.id = v.user_id
      LEFT JOIN memberships m ON m.user_id = u.id AND m.team_id = v.team_id AND m.role::text = ANY ($2)
    WHERE v.wait_id = w.id), '[]') AS votes
FROM waits w JOIN runs r ON r.id = w.run_id LEFT JOIN api_keys k ON k.id = r.api_key_id`

/** The votes of these waits. Who is no member any more, is disabled, or has another role now, is no voter. */
export async function readBallots(
  waitIds: readonly Id[],
  roles: Roles,
  db: Pick<PoolClient, 'query'> = pool(),
): Promise<Map<Id, Ballot>> {
  if (waitIds.length === 0) return new Map()
  // One alone, as for every vote, is planned once; a list is planned anew each time, which takes longer than running it.
  const { rows } = await db.query<BallotRow>(
    waitIds.length === 1
      ? { name: 'ballot', text: `${BALLOTS} WHERE w.id = $1`, values: [waitIds[0], roles] }
      : { name: 'ballots', text: `${BALLOTS} WHERE w.id = ANY ($1)`, values: [waitIds, roles] },
  )
  return new Map(
    rows.map(({ id, startedBy, votes }) => [
      id,
      { startedBy, votes: votes.map((vote) => ({ ...vote, at: new Date(vote.at) })) },
    ]),
  )
}

/** The person as a voter of this team; null: they may not decide. */
export async function readVoter(
  teamId: Id,
  userId: Id,
  roles: Roles,
  db: Pick<PoolClient, 'query'> = pool(),
): Promise<Voter | null> {
  const { rows } = await db.query<Voter>({
    name: 'voter',
    text: `SELECT u.id AS "userId", u.email, m.role::text AS role FROM memberships m JOIN users u ON u.id = m.user_id
           WHERE m.team_id = $1 AND m.user_id = $2 AND u.disabled_at IS NULL AND m.role::text = ANY ($3)`,
    values: [teamId, userId, roles],
  })
  return rows[0] ?? null
}

export interface Cast {
  actor: Actor
  userId: Id
  decision: 'approved' | 'rejected'
  comment: string | null
  data: unknown
  shownHash: string
  by: AuditBy
}

export type CastResult =
  /** It stands, or stood already (`isRepeated`); the tally says what is still missing. */
  | { kind: 'cast'; vote: VoteRow; tally: Tally<VoteRow>; isRepeated: boolean }
  /** This person has said the opposite before. */
  | { kind: 'opposed'; vote: VoteRow }
  | { kind: 'refused'; refusal: Refusal }
  /** The approval is not open any more. */
  | { kind: 'closed' }

/** Undoes a vote that came too late. */
class TooLate extends Error {}

/**
 * Casts one vote and, when it is the one that decides, resolves the wait: in one transaction that holds the run, so that one
 * vote is counted after the other and exactly one of them decides. A person who repeats their vote changes nothing, but has
 * the votes counted again: somebody may have come back to the team.
 */
export async function castVote(
  wait: CommandedWait,
  of: { policyFor(startedBy: Id | null): ApprovalPolicy; roles: Roles },
  cast: Cast,
): Promise<CastResult> {
  const { actor, userId, decision } = cast
  try {
    return await holdWait(wait, async (held): Promise<CastResult> => {
      const { client } = held
      const [{ isOpen, now }, , voter, ballots] = await together(
        held.stand,
        keepMembers(client, wait, userId),
        readVoter(wait.teamId, userId, of.roles, client),
        readBallots([wait.id], of.roles, client),
      )
      if (!isOpen) return { kind: 'closed' }
      const { startedBy, votes } = ballots.get(wait.id) ?? NOTHING
      const policy = of.policyFor(startedBy)
      const own = votes.find((vote) => vote.userId === userId)
      if (own && own.decision !== decision) return { kind: 'opposed', vote: own }
      const refusal = own ? null : whyNotVote(policy, votes, voter)
      if (refusal) return { kind: 'refused', refusal }
      const { comment, shownHash } = cast
      const vote = own ?? { userId, decision, by: actor.name, comment, shownHash, at: new Date(now), voter }
      const counts = tally(policy, own ? votes : [...votes, vote])
      const decides = counts.state === decision
      const inserted = own ? undefined : insertVote(client, wait, cast, now)
      const told = decides ? decide(held, cast, vote, counts) : own ? undefined : tell(held, wait, cast, counts)
      const details = { node_id: wait.nodeId, path: wait.path, shown_hash: vote.shownHash, decides }
      const action = `approval.${decision}` as const
      const recorded = own
        ? undefined
        : recordRunAudit(client, { runId: wait.runId, by: cast.by, action, details }, held.atLast)
      await together(Promise.resolve(inserted), Promise.resolve(told), Promise.resolve(recorded))
      return { kind: 'cast', vote, tally: counts, isRepeated: own !== undefined }
    })
  } catch (error) {
    if (error instanceof TooLate) return { kind: 'closed' }
    throw error
  }
}

/** Resolves the wait. */
async function decide(held: HeldWait, cast: Cast, vote: VoteRow, counts: Tally<VoteRow>): Promise<void> {
  const { actor, userId, decision } = cast
  const data = { comment: vote.comment ?? undefined, data: cast.data, shownHash: vote.shownHash }
  const outcome = { kind: 'decision' as const, decision, ...data, votes: counts.counted.map(countedVote) }
  if (!(await held.resolve({ actor, userId }, outcome))) throw new TooLate()
}

/** Tells the log of a vote that decides nothing yet. */
function tell(held: HeldWait, wait: CommandedWait, cast: Cast, counts: Tally<VoteRow>): Promise<void> {
  const { id: waitId, nodeId, path } = wait
  const { actor, decision, comment, shownHash } = cast
  const { approvals, approvalsNeeded } = counts
  const said = { waitId, nodeId, path, actor, decision, comment, shownHash, approvals, approvalsNeeded }
  return held.submit([{ kind: 'vote', ...said }])
}

const NOTHING: Ballot = { startedBy: null, votes: [] }

/**
 * Nobody who voted leaves the team, or gets another role, between being counted and the decision: who is being removed at
 * this moment is waited for, and counts no more.
 */
async function keepMembers(client: PoolClient, wait: CommandedWait, userId: Id): Promise<void> {
  await client.query({
    name: 'keep_members',
    text: `SELECT FROM memberships WHERE team_id = $1 AND (user_id = $2 OR user_id IN (SELECT user_id FROM approval_votes WHERE wait_id = $3))
           ORDER BY id FOR SHARE`,
    values: [wait.teamId, userId, wait.id],
  })
}

async function insertVote(client: PoolClient, wait: CommandedWait, cast: Cast, at: string): Promise<void> {
  const { actor, userId, decision, comment, data, shownHash } = cast
  await client.query({
    name: 'insert_vote',
    text: `INSERT INTO approval_votes (wait_id, user_id, team_id, name, decision, comment, data, shown_hash, at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    values: [wait.id, userId, wait.teamId, actor.name, decision, comment, JSON.stringify(data ?? null), shownHash, at],
  })
}

function countedVote({ by, decision, comment, at }: VoteRow): CountedVote {
  return { by, decision, comment, at: at.toISOString() }
}
