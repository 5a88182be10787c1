import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import type { Role } from '../../../auth/permissions'
import { pool } from '../../../db/client'
import { keyWith, makeTenant, openApi, type TestApi } from '../../../testing/api'
import { draw } from '../../../testing/definition'
import { makeKey, makePerson, makeSession, type TestPerson, type TestTeam } from '../../../testing/people'
import { startWorker } from '../../../worker/main'

let api: TestApi
let worker: Awaited<ReturnType<typeof startWorker>>
let team: TestTeam
let ownerKey: string

beforeAll(async () => {
  api = await openApi()
  worker = await startWorker()
  const tenant = await makeTenant()
  team = tenant.team
  ownerKey = tenant.key
})
afterAll(async () => {
  await api.close()
  await worker.stop(1_000)
})

const definition = (config: Record<string, unknown>) =>
  draw(['start>approval', 'approval:approved>end', 'approval:rejected>end'], {
    approval: { config: { title: 'Publish?', show: { text: 'Hello' }, ...config } },
  })

async function member(role: Role = 'approver'): Promise<TestPerson & { key: string }> {
  const person = await makePerson(team, role)
  return { ...person, key: (await makeKey(person, ['admin'])).secret }
}

async function publish(drawn: unknown) {
  const made = await api.ask('POST', '/v1/workflows', { key: ownerKey, json: { name: 'Approves', definition: drawn } })
  const { status, body } = await api.ask('POST', `/v1/workflows/${made.body.id}/publish`, { key: ownerKey })
  return { status, body, workflowId: made.body.id as string }
}

async function begin(config: Record<string, unknown>, key = ownerKey): Promise<string> {
  const { workflowId } = await publish(definition(config))
  const run = await api.ask('POST', `/v1/workflows/${workflowId}/runs`, { key, json: { wait: 10 } })
  expect(run.body.status).toBe('waiting_for_approval')
  return run.body.id
}

const say = (verb: 'approve' | 'reject', runId: string, key: string, json: unknown = {}) =>
  api.ask('POST', `/v1/runs/${runId}/nodes/approval/${verb}`, { key, json })

const approvalOf = async (runId: string, key: string) =>
  (await api.ask('GET', `/v1/runs/${runId}`, { key })).body.waits[0].approval

describe('an approval by two', () => {
  it('answers each vote with what is missing, shows it to everybody, and is decided by the second', async () => {
    const [ada, grace, alan] = [await member(), await member(), await member('editor')]
    const runId = await begin({ quorum: 2, approvers: [ada.email, grace.email] })
    const quorum = { needed: 2, so_far: 1, rejections_needed: 1, rejections: 0 }

    const first = await say('approve', runId, ada.key, { comment: 'Fine' })
    expect([first.status, first.body]).toEqual([
      200,
      expect.objectContaining({ decision: 'approved', already_decided: false, outcome: null, quorum }),
    ])
    const { cookie } = await makeSession(ada)
    const sameOrigin = { cookie, origin: api.url, 'sec-fetch-site': 'same-origin' }
    const again = await api.ask('POST', `/v1/runs/${runId}/nodes/approval/approve`, { headers: sameOrigin, json: {} })
    expect([again.status, again.body]).toEqual([200, { ...first.body, already_decided: true }])

    const opposite = await say('reject', runId, ada.key)
    expect([opposite.status, opposite.body]).toEqual([
      409,
      expect.objectContaining({
        code: 'already_decided',
        decision: expect.objectContaining({ decision: 'approved', comment: 'Fine' }),
      }),
    ])
    const stranger = await say('approve', runId, alan.key)
    expect([stranger.status, stranger.body.code]).toEqual([403, 'forbidden'])
    expect(stranger.body.message).toContain(grace.email)
    const unscoped = await say('approve', runId, await keyWith(team, ['runs:read']))
    expect([unscoped.status, unscoped.body.code]).toEqual([403, 'insufficient_scope'])

    expect(await approvalOf(runId, grace.key)).toMatchObject({
      quorum,
      decisions: [{ decision: 'approved', comment: 'Fine', counts: true }],
      my_vote: null,
      refusal: null,
    })
    expect(await approvalOf(runId, ada.key)).toMatchObject({ my_vote: { decision: 'approved' }, refusal: null })
    expect((await approvalOf(runId, alan.key)).refusal).toContain('This approval is for')
    const inbox = await api.ask('GET', '/v1/approvals?status=open', { key: ada.key })
    expect(inbox.body.items.find((each: { run_id: string }) => each.run_id === runId)).toMatchObject({
      quorum,
      status: 'open',
      outcome: null,
      my_vote: { decision: 'approved' },
    })

    const second = await say('approve', runId, grace.key)
    expect([second.status, second.body]).toEqual([
      200,
      expect.objectContaining({ outcome: 'approved', quorum: { ...quorum, so_far: 2 } }),
    ])
    const late = await say('approve', runId, ownerKey)
    expect([late.status, late.body.code, late.body.decision.outcome]).toEqual([409, 'already_decided', 'approved'])

    const { items } = (await api.ask('GET', `/v1/runs/${runId}/events`, { key: ada.key })).body
    const said = items.filter(({ type }: { type: string }) => type.startsWith('approval_'))
    expect(said).toEqual([
      expect.objectContaining({ type: 'approval_voted', comment: 'Fine', approvals: 1, approvals_needed: 2 }),
      expect.objectContaining({ type: 'approval_decided', decision: 'approved' }),
    ])
  })

  it('tells who is not next whose turn it is', async () => {
    const [ada, grace] = [await member(), await member()]
    const runId = await begin({ mode: 'inOrder', approvers: [ada.email, grace.email] })
    const early = await say('approve', runId, grace.key)
    expect([early.status, early.body.code]).toEqual([409, 'not_your_turn'])
    expect(early.body.message).toContain(ada.email)
    expect(await approvalOf(runId, grace.key)).toMatchObject({ turn: ada.email, refusal: early.body.message })
    expect((await say('approve', runId, ada.key)).body.outcome).toBeNull()
    expect((await say('approve', runId, grace.key)).body.outcome).toBe('approved')
  })

  it('keeps who started the run from deciding, where that is forbidden', async () => {
    const [ada, grace] = [await member('editor'), await member()]
    const runId = await begin({ allowSelfApproval: false }, ada.key)
    const own = await say('approve', runId, ada.key)
    expect([own.status, own.body.code]).toEqual([403, 'forbidden'])
    expect(await approvalOf(runId, ada.key)).toMatchObject({ refusal: own.body.message })
    expect((await say('reject', runId, grace.key)).body.outcome).toBe('rejected')
  })
})

test('a key whose person has left may not vote, and their vote counts no more', async () => {
  const [ada, grace, alan] = [await member(), await member(), await member()]
  const runId = await begin({ quorum: 2 })
  await say('approve', runId, ada.key)
  await pool().query('DELETE FROM memberships WHERE user_id = $1', [ada.id])
  expect((await say('approve', runId, grace.key)).body).toMatchObject({ outcome: null, quorum: { so_far: 1 } })
  expect((await approvalOf(runId, alan.key)).decisions.map(({ counts }: { counts: boolean }) => counts)).toEqual([
    false,
    true,
  ])
  expect((await say('approve', runId, alan.key)).body.outcome).toBe('approved')
})

describe('a policy that cannot be is refused when it is published, naming the field', () => {
  test.each<[string, Record<string, unknown>, string, RegExp]>([
    [
      'more than are named',
      { quorum: 3, approvers: ['a@x.test', 'A@x.test', 'b@x.test'] },
      'quorum',
      /3 people.*2 are/,
    ],
    ['nobody named for everyone', { mode: 'everyone' }, 'approvers', /name who must approve/],
    ['a role for everyone', { mode: 'everyone', approvers: ['role:editor'] }, 'approvers', /e-mail address/],
    ['somebody twice in order', { mode: 'inOrder', approvers: ['a@x.test', 'A@x.test'] }, 'approvers', /nobody twice/],
    ['a quorum of everyone', { mode: 'everyone', quorum: 2, approvers: ['a@x.test'] }, 'quorum', /leave it empty/],
    ['half a person', { quorum: 1.5 }, 'quorum', /whole number/],
    ['a form for several', { quorum: 2, form: { type: 'object' } }, 'form', /one person/],
    ['an end without a time', { onDue: 'reject' }, 'dueInSeconds', /when it is due/],
    ['an escalation to nobody', { onDue: 'escalate', dueInSeconds: 60 }, 'escalateTo', /who decides/],
    ['others without escalation', { escalateTo: ['a@x.test'] }, 'escalateTo', /escalate/],
    ['another mode', { mode: 'most' }, 'mode', /any/],
  ])('%s', async (_, config, field, says) => {
    const { status, body } = await publish(definition(config))
    expect([status, body.code]).toEqual([422, 'invalid_definition'])
    const at = body.errors.filter(({ path }: { path: string }) => path.endsWith(`config.${field}`))
    expect(at).toEqual([expect.objectContaining({ message: expect.stringMatching(says) })])
  })

  test('an edge at "timedOut" where the due time decides', async () => {
    const drawn = draw(['start>approval', 'approval:approved>end', 'approval:timedOut>end'], {
      approval: { config: { title: 'Go?', dueInSeconds: 60, onDue: 'reject' } },
    })
    const { status, body } = await publish(drawn)
    expect([status, body.errors[0].message]).toEqual([422, expect.stringContaining('timedOut')])
  })

  test('a template stands for whoever it will name', async () => {
    expect((await publish(definition({ quorum: 2, approvers: ['{{ run.id }}'] }))).status).toBe(201)
  })
})
