'use client'

import Link from 'next/link'
import { type ReactNode, useState, useSyncExternalStore } from 'react'
import { PageBody, PageHeader } from '@/components/shell/page-header'
import { CodeBlock } from '@/components/ui/code-block'
import { ErrorState } from '@/components/ui/error-state'
import { Segmented } from '@/components/ui/segmented'
import { Skeleton } from '@/components/ui/skeleton'
import { Tabs, TabsContent, TabsList, TabsTrigger } from '@/components/ui/tabs'
import { messageOf } from '@/lib/api/client/error'
import { useApi } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import type { Workflow } from '@/lib/api/contracts/workflows'
import { versionLabel, WorkflowStatus } from '../workflow-status'
import { WorkflowViews } from '../workflow-views'
import { curlSnippets } from './curl-snippets'
import { mcpCall, mcpConfiguration } from './mcp-snippets'
import { pythonSnippets } from './python-snippets'
import { type Example, exampleOf, KEY_PLACE, type Snippet } from './snippet'
import { typescriptSnippets } from './typescript-snippets'

/** How this very workflow is called by programs: code to copy, with its id and its inputs in it. */
export function WorkflowApiPage({ workflowId }: { workflowId: string }) {
  const workflow = useApi(contracts.getWorkflow, { params: { workflow_id: workflowId } }, { staleTime: 0 })
  const active = workflow.data?.active_version
  const version = useApi(
    contracts.getVersion,
    { params: { workflow_id: workflowId, number: active?.number ?? 0 } },
    { enabled: Boolean(active), staleTime: Number.POSITIVE_INFINITY },
  )
  const failed = workflow.data === undefined ? workflow : active && version.data === undefined ? version : undefined
  if (failed?.error) {
    return (
      <ErrorState
        title={failed.error.status === 404 ? 'There is no such workflow' : 'The workflow could not be loaded'}
        description={messageOf(failed.error)}
        reference={failed.error.requestId}
        onRetry={failed.error.status === 404 ? undefined : () => void failed.refetch()}
        retrying={failed.isFetching}
      />
    )
  }
  if (workflow.data === undefined) return <ApiSkeleton />
  const definition = active ? version.data?.definition : workflow.data.definition
  return (
    <PageBody className="max-w-5xl">
      <PageHeader
        breadcrumbs={[{ label: 'Workflows', href: '/workflows' }]}
        title={workflow.data.name}
        badge={<WorkflowStatus workflow={workflow.data} />}
        actions={<WorkflowViews workflowId={workflow.data.id} current="api" />}
      />
      {definition === undefined ? (
        <Skeleton className="h-96" />
      ) : (
        <Calls workflow={workflow.data} definition={definition} />
      )}
    </PageBody>
  )
}

function Calls({ workflow, definition }: { workflow: Workflow; definition: Workflow['definition'] }) {
  const [wait, setWait] = useState(true)
  const origin = useOrigin()
  if (origin === null) return null
  const example = exampleOf(workflow, definition, { origin, wait })
  return (
    <Tabs defaultValue="curl" className="grid gap-4">
      <TabsList>
        <TabsTrigger value="curl">curl</TabsTrigger>
        <TabsTrigger value="typescript">TypeScript</TabsTrigger>
        <TabsTrigger value="python">Python</TabsTrigger>
        <TabsTrigger value="mcp">MCP</TabsTrigger>
      </TabsList>
      <div className="grid gap-2 text-muted-foreground text-sm">
        <p>
          <VersionNote workflow={workflow} />
        </p>
        <p>
          <code className="font-mono text-foreground text-xs">{KEY_PLACE}</code> stands for a key with the scopes{' '}
          <code className="font-mono text-foreground text-xs">workflows:execute</code>,{' '}
          <code className="font-mono text-foreground text-xs">runs:read</code>
          {example.answer ? <Scope name="runs:write" /> : null}
          {example.approval ? <Scope name="approvals:decide" /> : null}.{' '}
          <Out href="/settings/keys?dialog=new">Create a key</Out>
        </p>
      </div>
      <TabsContent value="curl">
        <Steps snippets={curlSnippets(example)} wait={wait} onWait={setWait} />
      </TabsContent>
      <TabsContent value="typescript">
        <Steps snippets={typescriptSnippets(example)} wait={wait} onWait={setWait}>
          One file, typed by this installation: <Out href="/api/client.ts">countersign.ts</Out>. Run programs with it by{' '}
          <code className="font-mono text-foreground text-xs">npx tsx</code>, Deno or Bun, or compile them.
        </Steps>
      </TabsContent>
      <TabsContent value="python">
        <Steps snippets={pythonSnippets(example)} wait={wait} onWait={setWait}>
          Set <code className="font-mono text-foreground text-xs">COUNTERSIGN_API_KEY</code> in the environment.
        </Steps>
      </TabsContent>
      <TabsContent value="mcp">
        <Mcp example={example} />
      </TabsContent>
    </Tabs>
  )
}

function Scope({ name }: { name: string }) {
  return (
    <>
      , <code className="font-mono text-foreground text-xs">{name}</code>
    </>
  )
}

function Out({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} className="text-primary underline underline-offset-4" prefetch={false}>
      {children}
    </Link>
  )
}

function VersionNote({ workflow: { active_version } }: { workflow: Workflow }) {
  if (active_version === null) {
    return 'Nothing is published yet: the examples run the draft as it is saved now. Without "draft": true the active version runs.'
  }
  return `Runs the active version, now ${versionLabel(active_version.label)}. To stay with it whatever is published later, add "version": ${active_version.number} to the body.`
}

function Steps({
  snippets,
  wait,
  onWait,
  children,
}: {
  snippets: Snippet[]
  wait: boolean
  onWait: (wait: boolean) => void
  children?: ReactNode
}) {
  return (
    <div className="grid gap-4">
      {children ? <p className="text-muted-foreground text-sm">{children}</p> : null}
      <Segmented
        label="When a start is answered"
        value={wait ? 'wait' : 'at once'}
        onValueChange={(value) => onWait(value === 'wait')}
        options={[
          { value: 'wait', label: 'Wait for the end' },
          { value: 'at once', label: 'Answer at once' },
        ]}
      />
      {snippets.map(({ id, title, code }) => (
        <CodeBlock key={id} label={title} code={code} />
      ))}
    </div>
  )
}

function Mcp({ example }: { example: Example }) {
  return (
    <div className="grid gap-4">
      <p className="text-muted-foreground text-sm">
        {example.tool === null ? (
          <>
            Agents start this workflow with the tool{' '}
            <code className="font-mono text-foreground text-xs">run_workflow</code>. To make it a tool of its own, turn
            on <em>Expose as tool</em> in its settings and publish.
          </>
        ) : (
          <>
            Agents see this workflow as the tool{' '}
            <code className="font-mono text-foreground text-xs">{example.tool}</code>.
          </>
        )}{' '}
        They follow a run with <code className="font-mono text-foreground text-xs">get_run_events</code> and answer it
        with <code className="font-mono text-foreground text-xs">answer_run</code>.
      </p>
      <CodeBlock label="Configuration of an MCP client (Streamable HTTP)" code={mcpConfiguration(example.origin)} />
      <CodeBlock label="The call that starts it" code={mcpCall(example)} />
    </div>
  )
}

/** Where this page is served; null while the server draws it, which may be known under several names. */
function useOrigin(): string | null {
  return useSyncExternalStore(
    () => () => undefined,
    () => window.location.origin,
    () => null,
  )
}

function ApiSkeleton() {
  return (
    <PageBody className="max-w-5xl">
      <div aria-busy className="grid gap-4">
        <Skeleton className="h-7 w-64" />
        <Skeleton className="h-9" />
        <Skeleton className="h-40" />
        <Skeleton className="h-28" />
      </div>
    </PageBody>
  )
}
