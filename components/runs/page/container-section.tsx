'use client'

import { Button } from '@/components/ui/button'
import { Progress } from '@/components/ui/progress'
import type { ContainerState } from '@/lib/engine/containers'
import { Section } from './node-panel'

const SHOWN_ERRORS = 100

/** How far a container is, and which of its items failed. */
export function ContainerSection({
  container,
  nameOf,
  onItem,
}: {
  container: ContainerState
  nameOf: (nodeId: string) => string
  onItem: (index: number) => void
}) {
  const { kind, total, ended, active, errors, next } = container
  const word = kind === 'while' ? 'Turn' : 'Item'
  const shown = errors.slice(0, SHOWN_ERRORS)
  return (
    <>
      {kind === 'forEach' ? (
        <Progress done={ended} total={total} label={active > 0 ? `Items done, ${active} going on` : 'Items done'} />
      ) : (
        <p className="text-muted-foreground text-sm tabular-nums">
          {next === 1 ? '1 turn' : `${next.toLocaleString()} turns`}
          {active > 0 ? ', the last is going on' : ''}
        </p>
      )}
      {errors.length === 0 ? null : (
        <Section title={errors.length === 1 ? '1 item failed' : `${errors.length.toLocaleString()} items failed`}>
          <ul className="max-h-64 divide-y overflow-y-auto rounded-lg border bg-card text-xs">
            {shown.map(({ index, nodeId, error }) => (
              <li key={`${index} ${nodeId}`} className="flex items-baseline gap-2 px-3 py-2">
                <Button variant="link" size="xs" className="h-auto shrink-0 p-0" onClick={() => onItem(index)}>
                  {word} {index + 1}
                </Button>
                <span className="wrap-anywhere min-w-0 text-muted-foreground">
                  {nameOf(nodeId)}: {error.message}
                </span>
              </li>
            ))}
          </ul>
          {errors.length > shown.length ? (
            <p className="text-muted-foreground text-xs">
              and {(errors.length - shown.length).toLocaleString()} more, all of them in the output as “errors”
            </p>
          ) : null}
        </Section>
      )}
    </>
  )
}
