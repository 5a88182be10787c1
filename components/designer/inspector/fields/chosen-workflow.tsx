'use client'

import type { UseQueryResult } from '@tanstack/react-query'
import { ArrowUpRight } from 'lucide-react'
import Link from 'next/link'
import { Skeleton } from '@/components/ui/skeleton'
import type { ApiError } from '@/lib/api/client/error'
import { useApi } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import type { Workflow } from '@/lib/api/contracts/workflows'

/** What the author needs to know of the workflow that a step runs: its active version, its inputs, the way to it. */
export function ChosenWorkflow({
  workflowId,
  query,
}: {
  workflowId: string
  query: UseQueryResult<Workflow, ApiError>
}) {
  const active = query.data?.active_version ?? null
  const version = useApi(
    contracts.getVersion,
    { params: { workflow_id: workflowId, number: String(active?.number ?? 0) } },
    { enabled: active !== null },
  )
  if (query.isPending) return <Skeleton className="h-12" />
  if (query.isError) {
    return (
      <p role="alert" className="text-failure text-xs">
        {query.error.status === 404
          ? 'This workflow does not exist any more. Choose another one.'
          : query.error.message}
      </p>
    )
  }
  return (
    <div className="grid gap-1.5 rounded-md border bg-muted/40 px-2.5 py-2 text-xs">
      <div className="flex items-center justify-between gap-2">
        <span className="text-muted-foreground">
          {active === null ? 'Not published: a run would fail here.' : `Active version: ${active.label}`}
        </span>
        <Link
          href={`/workflows/${workflowId}`}
          target="_blank"
          className="inline-flex items-center gap-0.5 text-primary hover:underline"
        >
          Open<span className="sr-only"> {query.data.name} in a new tab</span>
          <ArrowUpRight aria-hidden className="size-3.5" />
        </Link>
      </div>
      {version.data === undefined ? null : <DeclaredInputs schema={version.data.definition.inputs} />}
    </div>
  )
}

function DeclaredInputs({ schema }: { schema: Record<string, unknown> }) {
  const properties = Object.entries(isRecord(schema.properties) ? schema.properties : {})
  const required = Array.isArray(schema.required) ? schema.required : []
  if (properties.length === 0) return <p className="text-muted-foreground">It declares no inputs.</p>
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-0.5">
      <dt className="sr-only">Inputs</dt>
      <dd className="sr-only">{properties.length}</dd>
      {properties.map(([name, property]) => (
        <div key={name} className="contents">
          <dt className="font-mono">{name}</dt>
          <dd className="truncate text-muted-foreground">
            {isRecord(property) && typeof property.type === 'string' ? property.type : 'anything'}
            {required.includes(name) ? '' : ', optional'}
          </dd>
        </div>
      ))}
    </dl>
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
