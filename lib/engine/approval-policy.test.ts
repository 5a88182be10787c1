import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ApprovalPolicy, tally, turnOf, type Vote, type Voter, whyNotVote } from './approval-policy'

const PEOPLE = {
  ada: { userId: 'ada', email: 'Ada@example.test', role: 'editor' },
  grace: { userId: 'grace', email: 'grace@example.test', role: 'approver' },
  alan: { userId: 'alan', email: 'alan@example.test', role: 'owner' },
  joan: { userId: 'joan', email: 'joan@example.test', role: 'editor' },
} satisfies Record<string, Voter>
type Name = keyof typeof PEOPLE

const policy = (some: Partial<ApprovalPolicy> = {}): ApprovalPolicy => ({
  mode: 'any',
  quorum: 1,
  rejections: 1,
  allowSelfApproval: true,
  approvers: [],
  startedBy: null,
  ...some,
})
const yes = (name: Name): Vote => ({ userId: name, decision: 'approved', voter: PEOPLE[name] })
const no = (name: Name): Vote => ({ userId: name, decision: 'rejected', voter: PEOPLE[name] })
const gone = (vote: Vote): Vote => ({ ...vote, voter: null })
const as = (vote: Vote, role: string): Vote => ({ ...vote, voter: vote.voter && { ...vote.voter, role } })
const state = (some: Partial<ApprovalPolicy>, ...votes: Vote[]) => tally(policy(some), votes).state
const emails = (...names: Name[]) => names.map((name) => PEOPLE[name].email.toLowerCase())
const why = (some: Partial<ApprovalPolicy>, name: Name, ...votes: Vote[]) =>
  whyNotVote(policy(some), votes, PEOPLE[name])?.code ?? null

describe('a quorum', () => {
  test('counts different people, whoever says it twice', () => {
    expect(state({ quorum: 2 }, yes('ada'), yes('ada'), yes('ada'))).toBe('open')
    expect(state({ quorum: 2 }, yes('ada'), yes('grace'))).toBe('approved')
  })

  test('counts nobody who has left, and counts them again when they are back', () => {
    expect(tally(policy({ quorum: 2 }), [gone(yes('ada')), yes('grace')])).toMatchObject({
      state: 'open',
      approvals: 1,
    })
    expect(state({ quorum: 2 }, yes('ada'), yes('grace'))).toBe('approved')
  })

  test('counts nobody who is not named, or has another role than the one named', () => {
    const named = { quorum: 2, approvers: ['role:editor', 'grace@example.test'] }
    expect(state(named, yes('ada'), yes('alan'))).toBe('open')
    expect(state(named, as(yes('ada'), 'owner'), yes('grace'))).toBe('open')
    expect(state(named, yes('ada'), yes('grace'))).toBe('approved')
  })

  test('an address is the same in capitals', () => {
    expect(state({ approvers: ['ADA@EXAMPLE.TEST'] }, yes('ada'))).toBe('approved')
  })
})

describe('rejections', () => {
  test('one is a veto unless the policy says more, also after approvals', () => {
    expect(state({ quorum: 2 }, yes('ada'), no('grace'))).toBe('rejected')
    expect(state({ quorum: 2, rejections: 2 }, yes('ada'), no('grace'))).toBe('open')
    expect(state({ quorum: 2, rejections: 2 }, no('ada'), no('grace'))).toBe('rejected')
  })

  test('the same person rejecting again is one', () => {
    expect(state({ rejections: 2 }, no('ada'), no('ada'))).toBe('open')
  })

  test('decide as soon as too few are left who could approve', () => {
    const two = { quorum: 2, rejections: 5, approvers: emails('ada', 'grace', 'alan') }
    expect(tally(policy(two), []).rejectionsNeeded).toBe(2)
    expect(state(two, no('ada'))).toBe('open')
    expect(state(two, no('ada'), no('grace'))).toBe('rejected')
    expect(state({ ...two, mode: 'everyone' }, no('ada'))).toBe('rejected')
  })

  test('of somebody who left count for nothing', () => {
    expect(state({}, gone(no('ada')))).toBe('open')
  })
})

describe('everyone', () => {
  test('each of those named, once', () => {
    const all = { mode: 'everyone' as const, approvers: emails('ada', 'grace', 'ada') }
    expect(tally(policy(all), []).approvalsNeeded).toBe(2)
    expect(state(all, yes('ada'))).toBe('open')
    expect(state(all, yes('ada'), yes('alan'))).toBe('open')
    expect(state(all, yes('ada'), yes('grace'))).toBe('approved')
  })
})

describe('one after another', () => {
  const order = { mode: 'inOrder' as const, approvers: ['role:editor', 'grace@example.test', 'role:editor'] }

  test('whose turn it is follows from who approved', () => {
    expect(turnOf(policy(order), [])).toBe('role:editor')
    expect(turnOf(policy(order), [yes('ada')])).toBe('grace@example.test')
    expect(turnOf(policy(order), [yes('ada'), yes('grace')])).toBe('role:editor')
    expect(turnOf(policy(order), [yes('ada'), yes('grace'), yes('joan')])).toBeUndefined()
  })

  test('only who is next may decide, and nobody fills two places', () => {
    expect(why(order, 'grace')).toBe('not_your_turn')
    expect(why(order, 'ada')).toBeNull()
    expect(why(order, 'alan')).toBe('not_named')
    expect(why(order, 'grace', yes('ada'))).toBeNull()
    expect(state(order, yes('ada'), yes('grace'), yes('ada'))).toBe('open')
    expect(state(order, yes('ada'), yes('grace'), yes('joan'))).toBe('approved')
  })

  test('it is the turn again of who approved and left', () => {
    expect(turnOf(policy({ ...order, approvers: emails('ada', 'grace') }), [gone(yes('ada'))])).toBe('ada@example.test')
  })

  test('one rejection decides where people are named', () => {
    expect(state({ ...order, approvers: emails('ada', 'grace'), rejections: 3 }, yes('ada'), no('grace'))).toBe(
      'rejected',
    )
  })
})

describe('self-approval', () => {
  const own = { allowSelfApproval: false, startedBy: 'ada' }

  test('who started the run may neither approve nor reject, when it is forbidden', () => {
    expect(why(own, 'ada')).toBe('self_approval')
    expect(state(own, yes('ada'))).toBe('open')
    expect(state(own, no('ada'))).toBe('open')
    expect(why(own, 'grace')).toBeNull()
  })

  test('is allowed otherwise, and nobody is barred from a run that nobody started', () => {
    expect(why({ startedBy: 'ada' }, 'ada')).toBeNull()
    expect(why({ allowSelfApproval: false, startedBy: null }, 'ada')).toBeNull()
  })
})

test('who may not decide at all is told so first', () => {
  expect(whyNotVote(policy({ approvers: ['role:owner'] }), [], null)?.code).toBe('not_allowed')
})

test('whatever was said in whatever order: approved takes as many different valid people as are needed, and no veto', () => {
  const names = Object.keys(PEOPLE) as Name[]
  const anyVote = fc.record({
    name: fc.constantFrom(...names),
    decision: fc.constantFrom('approved' as const, 'rejected' as const),
    isGone: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(anyVote, { maxLength: 12 }), fc.integer({ min: 1, max: 4 }), (said, quorum) => {
      const left = new Set(said.filter(({ isGone }) => isGone).map(({ name }) => name))
      const votes = said.map(({ name, decision }): Vote => {
        const vote = decision === 'approved' ? yes(name) : no(name)
        return left.has(name) ? gone(vote) : vote
      })
      const first = new Map<string, Vote>()
      for (const vote of votes) if (vote.voter && !first.has(vote.userId)) first.set(vote.userId, vote)
      const valid = [...first.values()]
      const approvals = valid.filter(({ decision }) => decision === 'approved').length
      const expected = approvals < valid.length ? 'rejected' : approvals >= quorum ? 'approved' : 'open'
      expect(tally(policy({ quorum }), votes).state).toBe(expected)
    }),
  )
})
