'use client'

import { X } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { useModKey } from '@/components/shell/use-mod-key'
import { Button } from '@/components/ui/button'
import { Kbd } from '@/components/ui/kbd'
import { Textarea } from '@/components/ui/textarea'

export const MAX_COMMENT_CHARS = 4_000

export interface CommentFormProps {
  /** Names the field, e.g. "Comment". */
  label: string
  value: string
  onChange: (value: string) => void
  onSubmit: () => void
  submitLabel: string
  pending: boolean
  error: string | null
  /** What it is about, in words, with a way to leave that out. */
  about?: { text: string; onClear: () => void } | undefined
  onCancel?: () => void
  /** Take the focus when this changes, and at first when it is set. */
  focusOn?: unknown
}

/** Words about a run. Ctrl or ⌘ with Enter sends them; Escape gives up where that is offered. */
export function CommentForm(props: CommentFormProps) {
  const { value, pending, about, onCancel, focusOn } = props
  const mod = useModKey()
  const field = useRef<HTMLTextAreaElement>(null)
  useEffect(() => {
    if (focusOn !== undefined) field.current?.focus()
  }, [focusOn])
  const isEmpty = value.trim() === ''
  const submit = () => {
    if (!isEmpty && !pending) props.onSubmit()
  }
  return (
    <form
      className="grid gap-2"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      {about === undefined ? null : (
        <p className="flex w-fit max-w-full items-center gap-1 rounded-md bg-primary-soft py-0.5 pr-0.5 pl-2 text-primary text-xs">
          <span className="truncate">About {about.text}</span>
          <Button
            size="icon-xs"
            variant="ghost"
            className="size-5"
            aria-label="About the whole run"
            onClick={about.onClear}
          >
            <X aria-hidden />
          </Button>
        </p>
      )}
      <Textarea
        ref={field}
        aria-label={props.label}
        placeholder={onCancel ? undefined : 'What should others know about this run?'}
        rows={2}
        maxLength={MAX_COMMENT_CHARS}
        value={value}
        onChange={(event) => props.onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) {
            event.preventDefault()
            submit()
          } else if (event.key === 'Escape' && onCancel) {
            event.stopPropagation()
            onCancel()
          }
        }}
      />
      {props.error === null ? null : (
        <p role="alert" className="text-failure text-sm">
          {props.error}
        </p>
      )}
      <div className="flex items-center gap-2">
        <Button type="submit" variant="primary" size="sm" pending={pending} disabled={isEmpty}>
          {props.submitLabel}
        </Button>
        {onCancel ? (
          <Button size="sm" variant="ghost" onClick={onCancel}>
            Cancel
          </Button>
        ) : null}
        <span className="ml-auto flex items-center gap-1 text-2xs text-subtle-foreground max-sm:hidden">
          <Kbd>{mod}</Kbd>
          <Kbd>Enter</Kbd>
        </span>
      </div>
    </form>
  )
}
