import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { fakeApi, problem } from '@/components/testing/fake-api'
import { renderPage } from '@/components/testing/render'
import type { Comment } from '@/lib/api/contracts/comments'
import { aRun } from '@/lib/testing/run-document'
import type { Anchor } from './anchor'
import { CommentCount } from './comment-count'
import { CommentsPanel } from './comments-panel'
import { useRunComments } from './use-run-comments'

const run = aRun()
const at = '2026-02-01T10:00:00.000Z'
const comment = (change: Partial<Comment> = {}): Comment => ({
  id: 'c1',
  run_id: run.id,
  author: { kind: 'user', id: 'u1', name: 'Ada' },
  is_own: true,
  body: 'Too short.',
  turn: null,
  event_seq: null,
  node_key: null,
  created_at: at,
  edited_at: null,
  ...change,
})

let stored: Comment[]
let role: string
beforeEach(() => {
  stored = []
  role = 'viewer'
})

const path = `/runs/${run.id}/comments`
const onAnchor = vi.fn<(anchor: Anchor) => void>()

/** The panel over an API that keeps comments in `stored`. */
function open(about?: Anchor) {
  const calls = fakeApi({
    'GET /me': () => ({ id: 'u1', role, scopes: null }),
    [`GET ${path}`]: () => ({ items: stored, next_cursor: null }),
    [`POST ${path}`]: (call) => {
      stored = [...stored, comment({ id: 'c2', ...(call.body as object) })]
      return stored.at(-1)
    },
    [`PATCH ${path}/c1`]: (call) => {
      stored = [comment({ ...(call.body as object), edited_at: at })]
      return stored[0]
    },
    [`DELETE ${path}/c1`]: () => {
      stored = []
      return undefined
    },
    [`PUT /runs/${run.id}/rating`]: () => ({ up: 1, down: 0, mine: 1 }),
  })
  function Panel() {
    const talk = useRunComments(run.id, undefined)
    return (
      <>
        <CommentCount count={0} about="Draft" onOpen={() => talk.setDraft({ ...talk.draft, about })} />
        <CommentsPanel run={run} talk={talk} nameOf={(key) => `Step ${key}`} onAnchor={onAnchor} />
      </>
    )
  }
  renderPage(<Panel />)
  const sent = (method: string) => calls.filter((call) => call.method === method)
  return { user: userEvent.setup(), sent }
}

describe('the comments of a run', () => {
  it('begin with an empty list, and are sent by Ctrl and Enter', async () => {
    const { user, sent } = open()
    expect(await screen.findByText(/Nobody has said anything/)).toBeDefined()
    const field = screen.getByRole('textbox', { name: 'Comment' })
    await user.type(field, '  ')
    await user.keyboard('{Control>}{Enter}{/Control}')
    expect(sent('POST')).toEqual([])
    await user.type(field, 'Looks right{Enter}to me')
    await user.keyboard('{Control>}{Enter}{/Control}')
    expect(await screen.findByRole('article', { name: 'Comment by Ada' })).toBeDefined()
    expect(sent('POST')[0]?.body).toEqual({ body: '  Looks right\nto me' })
    expect(field).toHaveProperty('value', '')
  })

  it('are about a place where that was asked for, and lead there', async () => {
    const { user, sent } = open({ node_key: 'draft' })
    await user.click(screen.getByRole('button', { name: 'Comment on Draft' }))
    const field = screen.getByRole('textbox', { name: 'Comment' })
    expect(document.activeElement).toBe(field)
    await user.type(field, 'Here')
    await user.click(screen.getByRole('button', { name: 'Comment' }))
    await user.click(await screen.findByRole('button', { name: 'About Step draft' }))
    expect(sent('POST')[0]?.body).toEqual({ body: 'Here', node_key: 'draft' })
    expect(onAnchor).toHaveBeenCalledWith({ node_key: 'draft' })
  })

  it('are changed and deleted by their author', async () => {
    stored = [comment()]
    const { user, sent } = open()
    await user.click(await screen.findByRole('button', { name: 'Edit the comment' }))
    const field = screen.getByRole('textbox', { name: 'Change the comment' })
    await user.type(field, ' Really.')
    await user.click(screen.getByRole('button', { name: 'Save' }))
    expect(await screen.findByText('Too short. Really.')).toBeDefined()
    expect(screen.getByText(/edited/)).toBeDefined()
    await user.click(screen.getByRole('button', { name: 'Delete the comment' }))
    await user.click(within(await screen.findByRole('alertdialog')).getByRole('button', { name: 'Delete comment' }))
    expect(await screen.findByText(/Nobody has said anything/)).toBeDefined()
    expect(sent('DELETE')).toHaveLength(1)
  })

  it('of others can be deleted by admins and changed by nobody', async () => {
    stored = [comment({ is_own: false })]
    role = 'admin'
    open()
    expect(await screen.findByRole('button', { name: 'Delete the comment' })).toBeDefined()
    expect(screen.queryByRole('button', { name: 'Edit the comment' })).toBeNull()
  })

  it('keep what was written when it is refused, and say why', async () => {
    const { user } = open()
    vi.stubGlobal('fetch', async () => problem('limit_reached', 'A run has at most 1000 comments.'))
    const field = screen.getByRole('textbox', { name: 'Comment' })
    await user.type(field, 'One more')
    await user.click(screen.getByRole('button', { name: 'Comment' }))
    expect(await screen.findByText('A run has at most 1000 comments.')).toBeDefined()
    expect(field).toHaveProperty('value', 'One more')
  })

  it('stand beside whether the run was good', async () => {
    const { user, sent } = open()
    await user.click(screen.getByRole('button', { name: /^Good/ }))
    await vi.waitFor(() => expect(sent('PUT')[0]?.body).toEqual({ score: 1 }))
  })
})
