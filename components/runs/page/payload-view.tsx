'use client'

import { Download, FileJson } from 'lucide-react'
import { useState } from 'react'
import { isReadable, ShownValue } from '@/components/approvals/shown-value'
import { Button } from '@/components/ui/button'
import { formatBytes } from '@/components/ui/format'
import { JsonView } from '@/components/ui/json-view'
import { Skeleton } from '@/components/ui/skeleton'
import { Tabs, TabsContent, TabsList, TabsTrigger } from '@/components/ui/tabs'
import { urlOf } from '@/lib/api/client/call'
import { messageOf } from '@/lib/api/client/error'
import { useApi } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import type { Payload } from '@/lib/api/contracts/runs'

/** Shorter texts are plain; longer ones may be Markdown, so they can be read as such. */
const LONG_TEXT = 80

/** A value as a person reads it when it holds text worth reading, with its JSON beside it; otherwise JSON at once. */
export function ValueView({ value, label }: { value: unknown; label: string }) {
  if (!holdsText(value)) return <JsonView value={value} label={label} />
  return (
    <Tabs defaultValue="read" className="relative min-w-0">
      <TabsList variant="segmented" aria-label={`How to show: ${label}`} className="mb-2">
        <TabsTrigger value="read" className="h-6! text-xs">
          Read
        </TabsTrigger>
        <TabsTrigger value="json" className="h-6! text-xs">
          JSON
        </TabsTrigger>
      </TabsList>
      <TabsContent value="read">
        <section
          aria-label={label}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
          tabIndex={0}
          className="max-h-112 overflow-y-auto rounded-lg border bg-card px-3.5 py-2.5"
        >
          <ShownValue value={value} />
        </section>
      </TabsContent>
      <TabsContent value="json">
        <JsonView value={value} label={label} />
      </TabsContent>
    </Tabs>
  )
}

function holdsText(value: unknown): boolean {
  const isLong = (text: unknown) => typeof text === 'string' && (text.length > LONG_TEXT || text.includes('\n'))
  if (isLong(value)) return true
  return isReadable(value) && Object.values(value).some(isLong)
}

/** A value of a run as the API gives it: here, or kept apart because it is large. */
export function PayloadView({ runId, payload, label }: { runId: string; payload: Payload; label: string }) {
  if (payload.blob_id === undefined) return <ValueView value={payload.value} label={label} />
  return <LargeValue runId={runId} blobId={payload.blob_id} bytes={payload.bytes} label={label} />
}

interface LargeValueProps {
  runId: string
  blobId: string
  bytes: number
  /** What the value is, e.g. "Output". */
  label: string
}

/** Says how large it is and reads it only when somebody wants to see it. */
export function LargeValue({ runId, blobId, bytes, label }: LargeValueProps) {
  const [wanted, setWanted] = useState(false)
  const params = { run_id: runId, blob_id: blobId }
  const blob = useApi(contracts.getBlob, { params }, { enabled: wanted, staleTime: Number.POSITIVE_INFINITY })
  if (blob.data !== undefined) return <JsonView value={blob.data} openDepth={1} label={label} />
  return (
    <div className="flex flex-wrap items-center gap-2 rounded-lg border bg-muted/40 p-3">
      <FileJson aria-hidden className="size-4 text-muted-foreground" />
      <span className="text-sm">
        Large value, <span className="tabular-nums">{formatBytes(bytes)}</span>
      </span>
      <span className="ml-auto flex gap-1.5">
        <Button
          size="sm"
          onClick={() => (blob.isError ? void blob.refetch() : setWanted(true))}
          pending={blob.isFetching}
        >
          {blob.isError ? 'Try again' : 'Show'}
        </Button>
        <Button size="sm" asChild>
          <a href={urlOf(contracts.getBlob, { params })} download={`${blobId}.json`}>
            <Download aria-hidden /> Download
          </a>
        </Button>
      </span>
      {blob.isError ? (
        <p role="alert" className="w-full text-failure text-xs">
          {messageOf(blob.error)}
        </p>
      ) : null}
      {blob.isFetching ? <Skeleton className="h-24 w-full" /> : null}
    </div>
  )
}
