'use client'

import { Dot, Minus, Move, Pencil, Plus } from 'lucide-react'
import type { DefinitionChange } from '@/lib/workflow/diff'
import { humanise } from '../schema/fields'

const looks = {
  added: { icon: Plus, word: 'Added', tone: 'text-success' },
  removed: { icon: Minus, word: 'Removed', tone: 'text-failure' },
  changed: { icon: Pencil, word: 'Changed', tone: 'text-waiting' },
  moved: { icon: Move, word: 'Moved', tone: 'text-muted-foreground' },
} as const

const MAX_SHOWN = 60

/** Differences as a list; what is only placed elsewhere on the canvas is one line for all. */
export function ChangeList({
  changes,
  onSelect,
}: {
  changes: DefinitionChange[]
  onSelect?: (nodeId: string) => void
}) {
  const shown = changes.filter((change) => change.kind !== 'moved').slice(0, MAX_SHOWN)
  const moved = changes.filter((change) => change.kind === 'moved').length
  const more = changes.length - moved - shown.length
  return (
    <ul className="grid gap-px overflow-hidden rounded-lg border bg-border text-sm">
      {shown.map((change) => {
        const { icon: Icon, word, tone } = looks[change.kind]
        const jumps = onSelect !== undefined && change.what === 'node' && change.kind !== 'removed' && change.id
        return (
          <li
            key={`${change.what} ${change.kind} ${change.id ?? change.label}`}
            className="flex items-start gap-2 bg-card px-3 py-1.5"
          >
            <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${tone}`} />
            <span className="sr-only">{word}</span>
            <span className="min-w-0 flex-1">
              {jumps ? (
                <button
                  type="button"
                  className="rounded-sm font-medium hover:underline"
                  onClick={() => onSelect(jumps)}
                >
                  {change.label}
                </button>
              ) : (
                <span className="font-medium">{change.label}</span>
              )}
              {change.fields.length === 0 ? null : (
                <span className="text-muted-foreground"> {change.fields.map(humanise).join(', ').toLowerCase()}</span>
              )}
            </span>
            <span className="shrink-0 text-muted-foreground text-xs">
              {change.what === 'edge' ? 'connection' : change.what === 'node' ? 'step' : 'workflow'}
            </span>
          </li>
        )
      })}
      {moved === 0 ? null : (
        <li className="flex items-center gap-2 bg-card px-3 py-1.5 text-muted-foreground">
          <Dot aria-hidden className="size-4" />
          {moved === 1 ? '1 step is placed elsewhere' : `${moved} steps are placed elsewhere`}
        </li>
      )}
      {more <= 0 ? null : <li className="bg-card px-3 py-1.5 text-muted-foreground">and {more} more</li>}
    </ul>
  )
}
