'use client'

import { CornerDownRight, CornerUpLeft, RotateCw, Split } from 'lucide-react'
import Link from 'next/link'
import type { RelatedRuns } from './related-runs'

/** Where a run comes from: the run whose step started it, and the run whose results it took over. */
export function RunRelations({ related, nameOf }: { related: RelatedRuns; nameOf: (nodeId: string) => string }) {
  const { parent, source } = related
  return (
    <>
      {parent === undefined ? null : (
        <Relation href={`/runs/${parent.runId}?node=${encodeURIComponent(parent.nodeKey)}`}>
          <CornerUpLeft aria-hidden className="size-3.5" /> Started by a step of another run
        </Relation>
      )}
      {source === undefined ? null : (
        <Relation href={`/runs/${source.run_id}`}>
          {source.kind === 'retry' ? (
            <>
              <RotateCw aria-hidden className="size-3.5" /> Retry of an earlier run
            </>
          ) : (
            <>
              <Split aria-hidden className="size-3.5" /> Again from{' '}
              {source.from_node ? `“${nameOf(source.from_node)}”` : 'a step'} of an earlier run
            </>
          )}
        </Relation>
      )}
    </>
  )
}

/** From the step of a sub-workflow to the run it started, and there to a step. */
export function ChildRunLink(props: { runId: string; nodeKey?: string; children?: React.ReactNode }) {
  const { runId, nodeKey, children = 'Open the run of the sub-workflow' } = props
  return (
    <Link
      href={`/runs/${runId}${nodeKey === undefined ? '' : `?node=${encodeURIComponent(nodeKey)}`}`}
      className="flex items-center gap-2 rounded-lg border bg-card px-3 py-2 font-medium text-sm hover:border-primary hover:text-primary"
    >
      <CornerDownRight aria-hidden className="size-4 text-muted-foreground" /> {children}
    </Link>
  )
}

function Relation({ href, children }: { href: string; children: React.ReactNode }) {
  return (
    <Link href={href} className="inline-flex items-center gap-1 hover:text-primary hover:underline">
      {children}
    </Link>
  )
}
