'use client'

import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/skeleton'
import { messageOf } from '@/lib/api/client/error'
import { useApiMutation } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import type { Run } from '@/lib/api/contracts/runs'
import { type Anchor, anchorText } from './anchor'
import { CommentForm } from './comment-form'
import { CommentItem } from './comment-item'
import { RatingButtons } from './rating-buttons'
import type { useRunComments } from './use-run-comments'

export interface CommentsPanelProps {
  run: Run
  talk: ReturnType<typeof useRunComments>
  /** Names a node run by its key. */
  nameOf: (nodeKey: string) => string
  onAnchor: (anchor: Anchor) => void
}

/** What people and programs say of a run, and whether it was good. */
export function CommentsPanel({ run, talk, nameOf, onAnchor }: CommentsPanelProps) {
  const { pages, comments, draft, setDraft } = talk
  const { body, about } = draft
  const send = useApiMutation(contracts.createComment, {
    invalidates: [contracts.listComments],
    onSuccess: () => setDraft({ body: '', about: undefined }),
  })
  return (
    <section aria-label="Comments" className="mx-auto grid max-w-3xl gap-4">
      <div className="flex min-h-7 items-center justify-between gap-3">
        <p className="text-muted-foreground text-sm">
          {comments.length === 0 && pages.isSuccess
            ? 'Nobody has said anything about this run yet.'
            : 'The whole team reads these.'}
        </p>
        <RatingButtons run={run} />
      </div>
      {pages.isPending ? (
        <div aria-busy className="grid gap-3">
          <span className="sr-only">Loading the comments</span>
          <Skeleton className="h-10" />
          <Skeleton className="h-10" />
        </div>
      ) : pages.isError && comments.length === 0 ? (
        <p role="alert" className="text-failure text-sm">
          {messageOf(pages.error)}{' '}
          <Button variant="link" size="xs" onClick={() => void pages.refetch()}>
            Try again
          </Button>
        </p>
      ) : comments.length > 0 ? (
        <ol className="grid gap-4">
          {comments.map((comment) => (
            <li key={comment.id}>
              <CommentItem comment={comment} nameOf={nameOf} onAnchor={onAnchor} />
            </li>
          ))}
        </ol>
      ) : null}
      {pages.hasNextPage ? (
        <Button className="w-fit" pending={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          Show more
        </Button>
      ) : null}
      <CommentForm
        label="Comment"
        value={body}
        onChange={(value) => setDraft({ body: value, about })}
        onSubmit={() => send.mutate({ params: { run_id: run.id }, body: { body, ...about } })}
        submitLabel="Comment"
        pending={send.isPending}
        error={send.isError ? messageOf(send.error) : null}
        about={about && { text: anchorText(about, nameOf), onClear: () => setDraft({ body, about: undefined }) }}
        focusOn={about}
      />
    </section>
  )
}
