'use client'

import { CodeXml, Pencil, Trash2, UserRound } from 'lucide-react'
import { useState } from 'react'
import { useMay } from '@/components/shell/use-principal'
import { ConfirmDialog } from '@/components/ui/alert-dialog'
import { Button } from '@/components/ui/button'
import { Time } from '@/components/ui/time'
import { toast } from '@/components/ui/toast'
import { messageOf } from '@/lib/api/client/error'
import { useApiMutation } from '@/lib/api/client/query'
import type { Comment } from '@/lib/api/contracts/comments'
import { contracts } from '@/lib/api/contracts/routes'
import { type Anchor, anchorOf, anchorText } from './anchor'
import { CommentForm } from './comment-form'

export interface CommentItemProps {
  comment: Comment
  nameOf: (nodeKey: string) => string
  /** Shows what the comment is about. */
  onAnchor: (anchor: Anchor) => void
}

/** One comment: who, when, about what; its author may change it, its author and admins delete it. */
export function CommentItem({ comment, nameOf, onAnchor }: CommentItemProps) {
  const [edited, setEdited] = useState<string | null>(null)
  const [deleting, setDeleting] = useState(false)
  const mayDelete = useMay('comment:delete')
  const params = { run_id: comment.run_id, comment_id: comment.id }
  const save = useApiMutation(contracts.patchComment, {
    invalidates: [contracts.listComments],
    onSuccess: () => setEdited(null),
  })
  const remove = useApiMutation(contracts.deleteComment, {
    invalidates: [contracts.listComments],
    onSuccess: () => setDeleting(false),
    onError: (error) => void toast.error(messageOf(error)),
  })
  const anchor = anchorOf(comment)
  const Icon = comment.author.kind === 'user' ? UserRound : CodeXml
  return (
    <article
      aria-label={`Comment by ${comment.author.name}`}
      data-comment={comment.id}
      className="grid grid-cols-[1.5rem_minmax(0,1fr)] gap-x-2.5"
    >
      <span className="grid size-6 place-items-center rounded-full bg-muted text-muted-foreground">
        <Icon aria-hidden className="size-3.5" />
      </span>
      <div className="grid min-w-0 gap-1">
        <div className="flex min-h-6 flex-wrap items-center gap-x-2 gap-y-0.5 text-xs">
          <span className="min-w-0 truncate font-medium">{comment.author.name}</span>
          {anchor === undefined ? null : (
            <button
              type="button"
              aria-label={`About ${anchorText(anchor, nameOf)}`}
              onClick={() => onAnchor(anchor)}
              className="min-w-0 max-w-full truncate rounded-sm text-primary hover:underline"
            >
              {anchorText(anchor, nameOf)}
            </button>
          )}
          <Time value={comment.created_at} className="text-subtle-foreground" />
          {comment.edited_at === null ? null : (
            <span className="text-subtle-foreground">
              edited <Time value={comment.edited_at} />
            </span>
          )}
          <span className="ml-auto flex items-center">
            {comment.is_own && edited === null ? (
              <Button
                size="icon-xs"
                variant="ghost"
                aria-label="Edit the comment"
                onClick={() => setEdited(comment.body)}
              >
                <Pencil aria-hidden />
              </Button>
            ) : null}
            {comment.is_own || mayDelete ? (
              <Button size="icon-xs" variant="ghost" aria-label="Delete the comment" onClick={() => setDeleting(true)}>
                <Trash2 aria-hidden />
              </Button>
            ) : null}
          </span>
        </div>
        {edited === null ? (
          <p className="wrap-anywhere whitespace-pre-wrap text-sm leading-5">{comment.body}</p>
        ) : (
          <CommentForm
            label="Change the comment"
            value={edited}
            onChange={setEdited}
            onSubmit={() => save.mutate({ params, body: { body: edited } })}
            submitLabel="Save"
            pending={save.isPending}
            error={save.isError ? messageOf(save.error) : null}
            onCancel={() => {
              save.reset()
              setEdited(null)
            }}
            focusOn={true}
          />
        )}
      </div>
      <ConfirmDialog
        open={deleting}
        onOpenChange={setDeleting}
        title="Delete this comment?"
        description={
          comment.is_own ? 'It cannot be brought back.' : `${comment.author.name} wrote it. It cannot be brought back.`
        }
        confirmLabel="Delete comment"
        destructive
        pending={remove.isPending}
        onConfirm={() => remove.mutate({ params })}
      />
    </article>
  )
}
