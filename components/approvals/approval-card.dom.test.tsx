import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { createRef } from 'react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { TooltipProvider } from '@/components/ui/tooltip'
import type { ApprovalStand } from '@/lib/api/contracts/approvals'
import { ApprovalCard, type ApprovalCardHandle } from './approval-card'
import type { ApprovalSubject } from './use-decide'

const subject: ApprovalSubject = {
  id: 'wait-1',
  runId: 'run-1',
  nodeId: 'review',
  path: ['visit:2'],
  title: 'Publish the bulletin?',
  instructions: 'Check the numbers.',
  shown: { headline: 'Strong quake', quakes: 3 },
  shownHash: 'f00d',
  schema: {
    type: 'object',
    required: ['headline'],
    additionalProperties: false,
    properties: { headline: { type: 'string', title: 'Headline', minLength: 3 } },
  },
  dueAt: null,
  createdAt: '2026-02-01T10:00:00.000Z',
  stand: null,
}
const shared: ApprovalStand = {
  approvers: ['grace@example.test', 'ada@example.test', 'alan@example.test'],
  mode: 'any',
  turn: null,
  on_due: 'branch',
  escalated_from: null,
  quorum: { needed: 2, so_far: 1, rejections_needed: 1, rejections: 0 },
  decisions: [],
  my_vote: null,
  refusal: null,
}
const decision = {
  run_id: 'run-1',
  node_id: 'review',
  path: ['visit:2'],
  decision: 'approved',
  decided_by: 'Grace',
  decided_at: '2026-02-01T10:05:00.000Z',
  comment: 'Looks right',
  shown_hash: 'f00d',
  already_decided: false,
  outcome: 'approved',
  quorum: { needed: 1, so_far: 1, rejections_needed: 1, rejections: 0 },
}

let role = 'approver'
let answer: () => Response
const sent: { url: string; body: unknown }[] = []

beforeEach(() => {
  sent.length = 0
  role = 'approver'
  answer = () => Response.json(decision)
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    if (url.endsWith('/me')) {
      const team = { id: 't', name: 'Team', slug: 'team' }
      return Response.json({ kind: 'user', id: 'u', name: 'Grace', email: null, role, scopes: null, team })
    }
    sent.push({ url, body: init.body === undefined ? undefined : JSON.parse(String(init.body)) })
    return answer()
  })
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

function show(handle?: React.Ref<ApprovalCardHandle>, stand: ApprovalStand | null = null) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const onDecided = vi.fn()
  render(
    <QueryClientProvider client={client}>
      <TooltipProvider>
        <ApprovalCard ref={handle} subject={{ ...subject, stand }} onDecided={onDecided} showKeys />
      </TooltipProvider>
    </QueryClientProvider>,
  )
  return { onDecided, user: userEvent.setup() }
}

describe('an approval', () => {
  it('shows what is under review and decides nothing by being opened', () => {
    show()
    expect(screen.getByText('Strong quake')).toBeTruthy()
    expect(screen.getByText('Check the numbers.')).toBeTruthy()
    expect(sent).toEqual([])
  })

  it('sends the decision with the comment, the hash of what was seen and the path of the visit', async () => {
    const { user, onDecided } = show()
    await user.type(screen.getByLabelText(/Comment/), 'Looks right')
    await user.click(screen.getByRole('button', { name: /Approve/ }))
    await waitFor(() => expect(onDecided).toHaveBeenCalled())
    expect(sent).toEqual([
      {
        url: '/api/v1/runs/run-1/nodes/review/approve',
        body: { shown_hash: 'f00d', path: ['visit:2'], comment: 'Looks right' },
      },
    ])
    expect(screen.getByRole('status').textContent).toContain('Approved by Grace')
  })

  it('sends the edited form, and not before it is valid', async () => {
    const { user } = show()
    await user.click(screen.getByRole('button', { name: /Edit/ }))
    const headline = screen.getByLabelText<HTMLInputElement>('Headline')
    expect(headline.value).toBe('Strong quake')
    await user.clear(headline)
    await user.click(screen.getByRole('button', { name: /Approve with edits/ }))
    expect(sent).toEqual([])
    expect(screen.getByRole('alert').textContent).toBe('This is required')
    await user.type(screen.getByLabelText('Headline'), 'Quake')
    await user.click(screen.getByRole('button', { name: /Approve with edits/ }))
    await waitFor(() => expect(sent).toHaveLength(1))
    expect(sent[0]?.body).toMatchObject({ data: { headline: 'Quake' } })
  })

  it('never sends edits with a rejection', async () => {
    const { user } = show()
    await user.click(screen.getByRole('button', { name: /Edit/ }))
    await user.click(screen.getByRole('button', { name: /Reject/ }))
    await waitFor(() => expect(sent).toHaveLength(1))
    expect(sent[0]).toMatchObject({ url: '/api/v1/runs/run-1/nodes/review/reject' })
    expect(sent[0]?.body).not.toHaveProperty('data')
  })

  it('shows the decision that stands when somebody was faster', async () => {
    answer = () =>
      Response.json(
        {
          status: 409,
          code: 'already_decided',
          message: 'Ada has rejected this already.',
          decision: { ...decision, decision: 'rejected', decided_by: 'Ada', already_decided: true },
        },
        { status: 409 },
      )
    const { user, onDecided } = show()
    await user.click(screen.getByRole('button', { name: /Approve/ }))
    const status = await screen.findByRole('status')
    expect(status.textContent).toContain('Somebody was faster')
    expect(status.textContent).toContain('Rejected by Ada')
    expect(screen.queryByRole('button', { name: /Approve/ })).toBeNull()
    expect(onDecided).not.toHaveBeenCalled()
  })

  it('stays open and says why when the decision did not arrive', async () => {
    answer = () => {
      throw new TypeError('fetch failed')
    }
    const { user } = show()
    await user.click(screen.getByRole('button', { name: /Approve/ }))
    expect((await screen.findByRole('alert')).textContent).toContain('cannot be reached')
    expect(screen.getByRole('button', { name: /Approve/ })).toBeTruthy()
  })

  it('shows how many approve so far, who said what, and which of it does not count', () => {
    const ada = { ...decision, decided_by: 'Ada', already_decided: true, decision: 'approved' as const }
    const left = { ...ada, decided_by: 'Joan', decided_at: '2026-02-01T10:04:00.000Z' }
    show(undefined, {
      ...shared,
      decisions: [
        { ...left, counts: false },
        { ...ada, counts: true },
      ],
    })
    const votes = screen.getByRole('region', { name: 'Votes' })
    expect(votes.textContent).toContain('1 of 2 approvals')
    expect(votes.textContent).toMatch(/Joan approved.*does not count.*Ada approved/)
    expect(screen.getByRole('button', { name: /Approve/ })).toBeTruthy()
  })

  it('says whose turn it is, and why somebody else may not decide, before they click', () => {
    show(undefined, { ...shared, mode: 'inOrder', turn: 'ada@example.test', refusal: 'It is not your turn.' })
    const current = screen.getAllByRole('listitem').filter((item) => item.getAttribute('aria-current') === 'step')
    expect(current.map((item) => item.textContent)).toEqual(['ada@example.test'])
    expect(screen.getByText('It is not your turn.')).toBeTruthy()
    expect(screen.queryByRole('button', { name: /Approve|Reject|Edit/ })).toBeNull()
  })

  it('keeps my vote in view while others are to be heard', () => {
    show(undefined, { ...shared, my_vote: { ...decision, decision: 'approved' } })
    expect(screen.getByRole('status').textContent).toContain('You approved this. It is still open: 1 of 2 approvals')
    expect(screen.queryByRole('button', { name: /Approve/ })).toBeNull()
  })

  it('says so when a vote did not decide', async () => {
    answer = () => Response.json({ ...decision, outcome: null, quorum: shared.quorum })
    const { user, onDecided } = show(undefined, shared)
    await user.click(screen.getByRole('button', { name: /Approve/ }))
    await waitFor(() => expect(onDecided).toHaveBeenCalledWith(expect.objectContaining({ outcome: null })))
    expect(screen.getByRole('status').textContent).toContain('It is still open')
  })

  it('says that my other vote stands', async () => {
    const { outcome: _, quorum: __, ...own } = decision
    const problem = { status: 409, code: 'already_decided', message: 'You have approved this already.', decision: own }
    answer = () => Response.json(problem, { status: 409 })
    const { user } = show(undefined, shared)
    await user.click(screen.getByRole('button', { name: /Reject/ }))
    expect((await screen.findByRole('status')).textContent).toBe('You have approved this already.')
  })

  it('offers no decision to a role that may only read', async () => {
    role = 'viewer'
    show()
    expect(await screen.findByText(/may read approvals but not decide/)).toBeTruthy()
    expect(screen.queryByRole('button', { name: /Approve/ })).toBeNull()
  })

  it('moves the focus by keyboard and leaves the decision to Enter', async () => {
    const handle = createRef<ApprovalCardHandle>()
    const { user, onDecided } = show(handle)
    handle.current?.approve()
    expect(document.activeElement?.textContent).toContain('Approve')
    expect(sent).toEqual([])
    await user.keyboard('{Enter}')
    await waitFor(() => expect(onDecided).toHaveBeenCalledTimes(1))
  })
})
