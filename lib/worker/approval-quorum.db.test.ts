import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { authenticate } from '../auth/authenticate'
import type { Role } from '../auth/permissions'
import type { Principal } from '../auth/principal'
import { pool } from '../db/client'
import { resolveWait } from '../db/commands'
import { readEvents } from '../db/events'
import { inTransaction } from '../db/transaction'
import { readWait } from '../db/waits'
import { holdRemoval, holdRun } from '../testing/barrier'
import { draw } from '../testing/definition'
import { makeKey, makePerson, type TestPerson } from '../testing/people'
import { atRest, ended, makePublished, principalOf, successes, waitForRun } from '../testing/runs'
import { awaitRun } from '../usecases/await-run'
import { decideApproval } from '../usecases/decide-approval'
import { getRun } from '../usecases/get-run'
import { listApprovals } from '../usecases/list-approvals'
import { listNodeRuns } from '../usecases/list-node-runs'
import { publishWorkflow } from '../usecases/publish-workflow'
import { saveDraft } from '../usecases/save-draft'
import { startRun } from '../usecases/start-run'
import { startWorker } from './main'

/** Who may decide an approval, how many it takes, and that exactly one outcome stands: F-24 and the policy round it. */

const ORDERS = 50
let worker: Awaited<ReturnType<typeof startWorker>>
beforeAll(async () => {
  worker = await startWorker({})
})
afterAll(() => worker.stop(2_000))

interface Team {
  owner: Principal
  persons: TestPerson[]
  members: Principal[]
  begin(by?: Principal): Promise<string>
}

/** A published workflow whose approval has this config, and members of the team besides its owner. */
async function makeTeam(roles: Role[], config: (emails: string[]) => Record<string, unknown>): Promise<Team> {
  const edges = ['start>approval', 'approval:approved>yes', 'approval:rejected>no', 'yes>end', 'no>end']
  const { principal, workflowId } = await makePublished(draw(edges))
  const persons: TestPerson[] = []
  for (const role of roles) persons.push(await makePerson({ ...principal.team, projectId: '' }, role))
  const approval = { title: 'Go on?', show: { amount: 7 }, ...config(persons.map(({ email }) => email)) }
  await saveDraft({ principal, workflowId, definition: draw(edges, { approval: { config: approval } }) })
  await publishWorkflow({ principal, workflowId })
  return {
    owner: principal,
    persons,
    members: persons.map((person, index) => ({ ...principalOf(person), role: roles[index] ?? 'viewer' })),
    async begin(by = principal) {
      const { runId } = await startRun({ principal: by, workflowId, trigger: 'api' })
      await awaitRun({ runId, timeoutMs: 10_000 })
      return runId
    },
  }
}

/** The member of this index; a test that names another is wrong. */
function member({ members }: Team, index: number): Principal {
  const found = members[index]
  if (!found) throw new Error(`the team has no member ${index}`)
  return found
}

const decide = (principal: Principal, runId: string, decision: 'approved' | 'rejected' = 'approved', data?: unknown) =>
  decideApproval({ principal, runId, nodeId: 'approval', decision, data })

async function byKey(person: TestPerson): Promise<Principal> {
  const { secret } = await makeKey(person, ['approvals:decide', 'runs:read', 'workflows:execute'])
  return authenticate(new Request('http://localhost/', { headers: { 'x-api-key': secret } }))
}

async function storedWaits(runId: string) {
  const { rows } = await pool().query<{
    id: string
    state: string
    resolvedAt: Date
    outcome: { kind: string; votes?: { by: string }[] } | null
  }>(
    `SELECT id, state, outcome, resolved_at AS "resolvedAt" FROM waits WHERE run_id = $1 AND kind = 'approval' ORDER BY created_at, id`,
    [runId],
  )
  return rows
}

const logOf = (runId: string) => readEvents(runId, 0, 200)
const saidIn = async (runId: string) =>
  (await logOf(runId)).flatMap((event) =>
    event.type === 'approval_voted' || event.type === 'approval_decided' || event.type === 'approval_escalated'
      ? [event.type]
      : [],
  )

/** Lets the due time of the one open approval pass, as the queue does. */
async function passDueTime(runId: string): Promise<void> {
  const open = (await storedWaits(runId)).find(({ state }) => state === 'open')
  const wait = await readWait(open?.id ?? '')
  if (!wait) throw new Error('no approval is open')
  await pool().query('UPDATE waits SET due_at = clock_timestamp() WHERE id = $1', [wait.id])
  await resolveWait(wait, { actor: { kind: 'system', name: 'timer' }, userId: null }, { kind: 'fired' })
}

/** The same order every time, another for each seed. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  let state = seed * 2_654_435_761 + 1
  const random = () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

describe('F-24: two of three', () => {
  test('one person five times and by two keys, one removed meanwhile: two different valid people, never one', async () => {
    const endings = { withRemoved: 0, withoutRemoved: 0 }
    const team = await makeTeam([], () => ({ quorum: 2, approvers: ['role:approver', 'role:editor'] }))
    const here = { ...team.owner.team, projectId: '' }
    for (let order = 0; order < ORDERS; order++) {
      const person = await makePerson(here, 'approver')
      const ada = principalOf(person)
      const grace = principalOf(await makePerson(here, 'editor'))
      const alan = principalOf(await makePerson(here, 'approver'))
      const keys = [await byKey(person), await byKey(person)]
      const runId = await team.begin()
      const clicks = [ada, ada, ada, ...keys].map((who) => () => decide(who, runId))
      let removedAt = new Date(0)
      const graceSays = () => decide(grace, runId)
      const remove = () =>
        inTransaction(async (client) => {
          await client.query('SELECT FROM runs WHERE id = $1 FOR UPDATE', [runId])
          const gone = 'DELETE FROM memberships WHERE user_id = $1 RETURNING clock_timestamp() AS at'
          removedAt = (await client.query<{ at: Date }>(gone, [grace.userId])).rows[0]?.at ?? removedAt
        })
      const barrier = await holdRun(runId)
      const started = new Map<unknown, Promise<unknown>>()
      for (const [index, act] of shuffled([...clicks, graceSays, remove], order).entries()) {
        const acting: Promise<unknown> = act()
        acting.catch(() => undefined)
        started.set(act, acting)
        await barrier.queued(index + 1)
      }
      await barrier.open()
      await Promise.allSettled(started.values())
      const own = (await Promise.all(clicks.map((click) => started.get(click)))) as { already_decided: boolean }[]
      expect(own.map((answer) => answer.already_decided).sort()).toEqual([false, true, true, true, true])

      const isDecided = (await storedWaits(runId))[0]?.state === 'resolved'
      const last = await decide(alan, runId).catch((error: unknown) => error)
      expect(last).toMatchObject(
        isDecided ? { code: 'already_decided' } : { outcome: 'approved', quorum: { so_far: 2 } },
      )
      expect(await waitForRun(runId, ended)).toBe('completed')
      const [wait] = await storedWaits(runId)
      const counted = wait?.outcome?.votes?.map(({ by }) => by) ?? []
      const resolvedAt = wait?.resolvedAt ?? new Date(0)
      expect(new Set(counted).size).toBe(2)
      expect(counted.includes(grace.name), 'who was removed counts only for what was decided before').toBe(
        resolvedAt.getTime() <= removedAt.getTime(),
      )
      const log = await logOf(runId)
      expect(log.filter(({ type }) => type === 'approval_decided')).toHaveLength(1)
      expect(successes(log)).toEqual({ start: 1, approval: 1, yes: 1, end: 1 })
      endings[counted.includes(grace.name) ? 'withRemoved' : 'withoutRemoved'] += 1
    }
    expect(Math.min(...Object.values(endings)), 'both endings were produced').toBeGreaterThan(0)
  }, 180_000)

  test('a removal that is under way is waited for, and then counts', async () => {
    const team = await makeTeam(['approver', 'approver', 'approver'], (approvers) => ({ quorum: 2, approvers }))
    const [ada, grace, alan] = [member(team, 0), member(team, 1), member(team, 2)]
    const runId = await team.begin()
    expect(await decide(grace, runId)).toMatchObject({ outcome: null, quorum: { needed: 2, so_far: 1 } })
    await waitForRun(runId, atRest)
    const removal = await holdRemoval(team.owner.team.id, grace.userId)
    const vote = decide(ada, runId)
    await removal.queued(1)
    await removal.open()
    expect(await vote).toMatchObject({ outcome: null, quorum: { needed: 2, so_far: 1 } })
    expect(await decide(alan, runId)).toMatchObject({ outcome: 'approved', quorum: { needed: 2, so_far: 2 } })
    expect(await waitForRun(runId, ended)).toBe('completed')
  })

  test('who comes back counts again, at the next click', async () => {
    const team = await makeTeam(['approver', 'approver'], (approvers) => ({ quorum: 2, approvers }))
    const [ada, grace] = [member(team, 0), member(team, 1)]
    const runId = await team.begin()
    await decide(grace, runId)
    await pool().query(`UPDATE memberships SET role = 'viewer' WHERE user_id = $1`, [grace.userId])
    expect(await decide(ada, runId)).toMatchObject({ outcome: null, quorum: { so_far: 1 } })
    await pool().query(`UPDATE memberships SET role = 'approver' WHERE user_id = $1`, [grace.userId])
    expect(await decide(ada, runId)).toMatchObject({
      outcome: 'approved',
      already_decided: true,
      quorum: { so_far: 2 },
    })
    expect(await waitForRun(runId, ended)).toBe('completed')
  })

  test('the deciding vote behind another one at the same moment: one outcome, one event for each vote', async () => {
    const team = await makeTeam(['approver', 'approver', 'approver'], (approvers) => ({ quorum: 2, approvers }))
    for (let order = 0; order < 10; order++) {
      const runId = await team.begin()
      const barrier = await holdRun(runId)
      const votes: Promise<unknown>[] = []
      for (const [index, who] of shuffled(team.members, order).entries()) {
        votes.push(decide(who, runId).catch((error: unknown) => error))
        await barrier.queued(index + 1)
      }
      await barrier.open()
      const answers = await Promise.all(votes)
      const outcomes = answers.map((answer) => (answer as { outcome?: string | null }).outcome)
      expect(outcomes.filter((outcome) => outcome === 'approved')).toHaveLength(1)
      expect(outcomes.filter((outcome) => outcome === null)).toHaveLength(1)
      expect(answers.filter((answer) => answer instanceof Error)).toHaveLength(1)
      expect(await waitForRun(runId, ended)).toBe('completed')
      expect(await saidIn(runId)).toEqual(['approval_voted', 'approval_decided'])
    }
  })
})

describe('what is said while it is open', () => {
  test('shows to everybody: who, how many, what I said, why I may not; and in the log and the output', async () => {
    const team = await makeTeam(['approver', 'approver', 'editor'], ([first = '', second = '']) => ({
      quorum: 2,
      approvers: [first, second],
    }))
    const [ada, grace, alan] = [member(team, 0), member(team, 1), member(team, 2)]
    const runId = await team.begin()
    await decideApproval({ principal: ada, runId, nodeId: 'approval', decision: 'approved', comment: 'Fine' })
    await waitForRun(runId, atRest)
    const seenBy = async (principal: Principal) => (await getRun({ principal, runId })).waits[0]?.approval
    const quorum = { needed: 2, so_far: 1, rejections_needed: 1, rejections: 0 }
    expect(await seenBy(ada)).toMatchObject({
      quorum,
      my_vote: { decision: 'approved', comment: 'Fine' },
      refusal: null,
    })
    expect(await seenBy(grace)).toMatchObject({
      quorum,
      my_vote: null,
      refusal: null,
      decisions: [{ decided_by: ada.name, decision: 'approved', counts: true }],
    })
    expect((await seenBy(alan))?.refusal).toContain('This approval is for')
    const inbox = await listApprovals({ principal: grace, status: 'open', limit: 10 })
    expect(inbox.items[0]).toMatchObject({
      run_id: runId,
      quorum,
      decisions: [{ decided_by: ada.name }],
      my_vote: null,
    })
    expect(await saidIn(runId)).toEqual(['approval_voted'])

    await expect(decide(ada, runId, 'rejected')).rejects.toMatchObject({
      code: 'already_decided',
      extra: { decision: { decision: 'approved', comment: 'Fine' } },
    })
    await decide(grace, runId)
    await waitForRun(runId, ended)
    const { items } = await listNodeRuns({ principal: ada, runId, limit: 10, nodeKey: 'approval' })
    expect(items[0]?.output?.value).toMatchObject({
      approved: true,
      by: grace.name,
      data: { amount: 7 },
      votes: [
        { by: ada.name, decision: 'approved', comment: 'Fine' },
        { by: grace.name, decision: 'approved', comment: null },
      ],
    })
    const decided = await listApprovals({ principal: ada, status: 'resolved', limit: 10 })
    expect(decided.items[0]).toMatchObject({ outcome: 'approved', quorum: { needed: 2, so_far: 2 } })
    expect(decided.items[0]?.decisions.map(({ counts }) => counts)).toEqual([true, true])
    // What was decided stays as it was counted, whoever leaves later.
    await pool().query('DELETE FROM memberships WHERE user_id = $1', [grace.userId])
    const later = await listApprovals({ principal: ada, status: 'resolved', limit: 10 })
    expect(later.items[0]).toMatchObject({ outcome: 'approved', quorum: { needed: 2, so_far: 2 } })
  })
})

describe('rejections', () => {
  test('one is a veto, whoever approved before', async () => {
    const team = await makeTeam(['approver', 'approver'], () => ({ quorum: 3 }))
    const runId = await team.begin()
    await decide(team.owner, runId)
    expect(await decide(member(team, 0), runId, 'rejected')).toMatchObject({ outcome: 'rejected' })
    expect(await waitForRun(runId, ended)).toBe('completed')
    expect(successes(await logOf(runId))).toMatchObject({ no: 1 })
    await expect(decide(member(team, 1), runId)).rejects.toMatchObject({ code: 'already_decided' })
    // Who said so too is answered what they said; it came to nothing.
    expect(await decide(team.owner, runId)).toMatchObject({ already_decided: true, outcome: 'rejected' })
  })

  test('more than one, where the policy says so', async () => {
    const team = await makeTeam(['approver', 'approver'], () => ({ quorum: 2, rejections: 2 }))
    const runId = await team.begin()
    expect(await decide(member(team, 0), runId, 'rejected')).toMatchObject({ outcome: null, quorum: { rejections: 1 } })
    expect(await decide(member(team, 1), runId, 'rejected')).toMatchObject({ outcome: 'rejected' })
    expect(await waitForRun(runId, ended)).toBe('completed')
  })
})

describe('everyone, and one after another', () => {
  test('each of those named', async () => {
    const team = await makeTeam(['approver', 'approver'], (approvers) => ({ mode: 'everyone', approvers }))
    const runId = await team.begin()
    await expect(decide(team.owner, runId)).rejects.toMatchObject({ status: 403 })
    expect(await decide(member(team, 1), runId)).toMatchObject({ outcome: null, quorum: { needed: 2, so_far: 1 } })
    expect(await decide(member(team, 0), runId)).toMatchObject({ outcome: 'approved' })
    expect(await waitForRun(runId, ended)).toBe('completed')
  })

  test('in their order, a role among them', async () => {
    const team = await makeTeam(['approver', 'editor'], ([first = '']) => ({
      mode: 'inOrder',
      approvers: [first, 'role:editor', 'role:owner'],
    }))
    const [ada, alan] = [member(team, 0), member(team, 1)]
    const runId = await team.begin()
    for (const early of [alan, team.owner])
      await expect(decide(early, runId)).rejects.toMatchObject({ status: 409, code: 'not_your_turn' })
    expect((await getRun({ principal: ada, runId })).waits[0]?.approval).toMatchObject({
      turn: ada.email,
      refusal: null,
    })
    await decide(ada, runId)
    await expect(decide(team.owner, runId, 'rejected')).rejects.toMatchObject({ code: 'not_your_turn' })
    await decide(alan, runId)
    expect(await decide(team.owner, runId)).toMatchObject({ outcome: 'approved', quorum: { needed: 3, so_far: 3 } })
    expect(await waitForRun(runId, ended)).toBe('completed')
  })
})

describe('self-approval', () => {
  test('who started the run, also by a key, may not decide where it is forbidden', async () => {
    const team = await makeTeam(['editor', 'approver'], () => ({ allowSelfApproval: false }))
    const [ada, grace] = [member(team, 0), member(team, 1)]
    const key = await byKey(team.persons[0] as TestPerson)
    for (const starter of [ada, key]) {
      const runId = await team.begin(starter)
      for (const self of [ada, key]) {
        await expect(decide(self, runId)).rejects.toMatchObject({ status: 403, message: /started this run/ })
        await expect(decide(self, runId, 'rejected')).rejects.toMatchObject({ status: 403 })
      }
      expect((await getRun({ principal: ada, runId })).waits[0]?.approval?.refusal).toMatch(/started this run/)
      expect(await decide(grace, runId)).toMatchObject({ outcome: 'approved' })
      expect(await waitForRun(runId, ended)).toBe('completed')
    }
  })
})

describe('the due time', () => {
  const due = { quorum: 2, dueInSeconds: 3_600 }

  test.each([
    ['reject', 'rejected', { no: 1 }],
    ['approve', 'approved', { yes: 1 }],
  ])('with %s it is %s, once, and nobody decides after it', async (onDue, outcome, went) => {
    const team = await makeTeam(['approver'], () => ({ ...due, onDue }))
    const runId = await team.begin()
    await decide(member(team, 0), runId)
    await passDueTime(runId)
    expect(await waitForRun(runId, ended)).toBe('completed')
    expect(successes(await logOf(runId))).toMatchObject(went)
    expect(await saidIn(runId)).toEqual(['approval_voted', 'approval_decided'])
    const inbox = await listApprovals({ principal: team.owner, status: 'resolved', limit: 10 })
    expect(inbox.items[0]).toMatchObject({ outcome, on_due: onDue, decisions: [{ counts: false }] })
    await expect(decide(team.owner, runId)).rejects.toMatchObject({ code: 'already_decided' })
  })

  test('with fail the run fails', async () => {
    const team = await makeTeam([], () => ({ ...due, onDue: 'fail' }))
    const runId = await team.begin()
    await passDueTime(runId)
    expect(await waitForRun(runId, ended)).toBe('failed')
    expect((await getRun({ principal: team.owner, runId })).error).toMatchObject({ code: 'wait_timed_out' })
  })

  test('with escalate others decide, one of them, with a due time of their own', async () => {
    const escalating = async () => {
      const team = await makeTeam(['approver', 'editor'], ([first = '', second = '']) => ({
        ...due,
        quorum: 1,
        approvers: [first],
        onDue: 'escalate',
        escalateTo: [second],
        escalateDueInSeconds: 60,
      }))
      const runId = await team.begin()
      await passDueTime(runId)
      await waitForRun(runId, atRest)
      return { team, runId }
    }
    const { team, runId } = await escalating()
    const [ada, alan] = [member(team, 0), member(team, 1)]
    const [open, ...others] = (await getRun({ principal: alan, runId })).waits
    expect(others).toEqual([])
    expect(open).toMatchObject({
      thread: '0',
      approval: { approvers: [alan.email], escalated_from: [ada.email], refusal: null, decisions: [] },
    })
    const inMs = Date.parse(open?.due_at ?? '') - Date.parse(open?.created_at ?? '')
    expect(inMs).toBeGreaterThan(50_000)
    expect(inMs).toBeLessThan(70_000)
    await expect(decide(ada, runId)).rejects.toMatchObject({ status: 403 })
    expect(await decide(alan, runId)).toMatchObject({ outcome: 'approved', shown_hash: open?.shown_hash })
    expect(await waitForRun(runId, ended)).toBe('completed')
    expect(await saidIn(runId)).toEqual(['approval_escalated', 'approval_decided'])
    expect((await storedWaits(runId)).map(({ outcome }) => outcome?.kind)).toEqual(['fired', 'decision'])

    // Nobody decides then either, and no edge leaves "timedOut".
    const again = await escalating()
    await passDueTime(again.runId)
    expect(await waitForRun(again.runId, ended)).toBe('failed')
  })
})
