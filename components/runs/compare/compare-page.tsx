'use client'

import { ArrowLeftRight, Crosshair, GitCompareArrows } from 'lucide-react'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { parseAsString, useQueryStates } from 'nuqs'
import { useMemo } from 'react'
import { ChangeList } from '@/components/designer/panels/change-list'
import { PageBody, PageHeader } from '@/components/shell/page-header'
import { Button } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/empty-state'
import { ErrorState } from '@/components/ui/error-state'
import { Skeleton } from '@/components/ui/skeleton'
import { messageOf } from '@/lib/api/client/error'
import { useApi } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import type { RunComparison } from '@/lib/api/contracts/run-compare'
import { ChooseOther } from './choose-other'
import { ComparedRun } from './compared-run'
import { comparedViews, unionOf, visitsByNode } from './comparison-graph'
import { NodeComparison } from './node-comparison'
import { ValueChanges } from './value-changes'
import { VERDICTS } from './verdict'

const GraphView = dynamic(() => import('@/components/designer/graph-view').then((module) => module.GraphView), {
  ssr: false,
  loading: () => <Skeleton className="size-full rounded-none" />,
})

const text = parseAsString.withDefault('')

/** `/runs/compare?a=…&b=…`: two runs on one canvas. Without `a`: which one to compare with. */
export function ComparePage() {
  const [{ a, b, node }, setQuery] = useQueryStates({ a: text, b: text, node: text }, { history: 'push' })
  const swap = () => void setQuery({ a: b, b: a })
  return (
    <PageBody>
      <PageHeader
        breadcrumbs={[{ label: 'Runs', href: '/runs' }]}
        title="Compare runs"
        actions={
          a !== '' && b !== '' ? (
            <Button onClick={swap}>
              <ArrowLeftRight aria-hidden /> Swap
            </Button>
          ) : null
        }
      />
      {b === '' ? (
        <EmptyState
          icon={GitCompareArrows}
          title="Choose two runs"
          description="Select two runs in the list and press Compare, or open a run and choose “Compare with…”."
          actions={
            <Button asChild>
              <Link href="/runs">Go to the runs</Link>
            </Button>
          }
        />
      ) : a === '' ? (
        <ChooseOther runId={b} onChoose={(id) => void setQuery({ a: id })} />
      ) : (
        <Comparison
          a={a}
          b={b}
          node={node}
          onNode={(id) => void setQuery({ node: id || null }, { history: 'replace' })}
        />
      )}
    </PageBody>
  )
}

interface ComparisonProps {
  a: string
  b: string
  node: string
  onNode: (nodeId: string) => void
}

function Comparison({ a, b, node, onNode }: ComparisonProps) {
  const comparison = useApi(contracts.compareRuns, { query: { a, b } })
  const before = useApi(contracts.getRunDefinition, { params: { run_id: a } })
  const after = useApi(contracts.getRunDefinition, { params: { run_id: b } })
  const failed = [comparison, before, after].find(({ isError }) => isError)
  const { nodes } = comparison.data ?? {}
  const graph = useMemo(
    () => (before.data && after.data ? unionOf(before.data.definition, after.data.definition) : undefined),
    [before.data, after.data],
  )
  const views = useMemo(() => (graph && nodes ? comparedViews(graph, nodes) : undefined), [graph, nodes])
  if (failed) {
    return (
      <ErrorState
        title="The runs could not be compared"
        description={messageOf(failed.error)}
        onRetry={() => void failed.refetch()}
      />
    )
  }
  if (!comparison.data || !graph || !views) return <Skeleton className="h-[60vh]" />
  const { data } = comparison
  const selected = graph.nodes.find(({ id }) => id === node)
  return (
    <div className="grid gap-4">
      <div className="grid gap-3 md:grid-cols-2">
        <ComparedRun letter="A" run={data.a} />
        <ComparedRun letter="B" run={data.b} />
      </div>
      <div className="grid overflow-hidden rounded-lg border lg:h-[calc(100dvh-17rem)] lg:min-h-112 lg:grid-cols-[minmax(0,1fr)_24rem]">
        <section aria-label="Graph of both runs" className="relative h-80 bg-canvas lg:h-auto">
          <Legend />
          <GraphView
            definition={graph}
            nodeStates={views}
            selectedNodeId={selected?.id ?? null}
            onNodeClick={(id) => onNode(id ?? '')}
          />
        </section>
        <aside
          aria-label="Details"
          className="min-w-0 border-t bg-background p-4 lg:overflow-y-auto lg:border-t-0 lg:border-l"
        >
          {selected ? (
            <div className="grid gap-3">
              <div className="flex items-center justify-between gap-2">
                <h2 className="truncate font-semibold">{selected.name}</h2>
                <Button size="sm" variant="ghost" onClick={() => onNode('')}>
                  Overview
                </Button>
              </div>
              <NodeComparison key={selected.id} visits={visitsByNode(data.nodes).get(selected.id) ?? []} />
            </div>
          ) : (
            <Overview comparison={data} onNode={onNode} />
          )}
        </aside>
      </div>
    </div>
  )
}

function Legend() {
  return (
    <ul className="absolute top-2 left-2 z-10 flex flex-wrap gap-x-3 gap-y-1 rounded-md border bg-card/90 px-2.5 py-1 text-xs">
      {Object.values(VERDICTS).map(({ label, icon: Icon, tone }) => (
        <li key={label} className={`inline-flex items-center gap-1 ${tone}`}>
          <Icon aria-hidden className="size-3.5" /> {label}
        </li>
      ))}
    </ul>
  )
}

/** What is told of the runs as wholes. */
function Overview({ comparison, onNode }: { comparison: RunComparison; onNode: (nodeId: string) => void }) {
  const { definition, nodes } = comparison
  const first = nodes.find(({ node_key }) => node_key === comparison.first_divergence)
  const differing = new Set(nodes.filter(({ verdict }) => verdict !== 'same').map(({ node_id }) => node_id)).size
  return (
    <div className="grid gap-4">
      <section className="grid gap-2">
        <h2 className="font-semibold">
          {differing === 0
            ? 'Every step did the same'
            : `${differing} ${differing === 1 ? 'step differs' : 'steps differ'}`}
        </h2>
        {first ? (
          <Button className="justify-start" onClick={() => onNode(first.node_id)}>
            <Crosshair aria-hidden /> <span className="truncate">First at “{first.node_name}”</span>
          </Button>
        ) : null}
        {comparison.truncated ? (
          <p className="text-muted-foreground text-xs">The first 1 000 steps, items and turns are compared.</p>
        ) : null}
      </section>
      <ValueChanges title="Input of the run" diff={comparison.input} />
      <ValueChanges title="Output of the run" diff={comparison.output} />
      <section className="grid gap-1.5">
        <h3 className="font-medium text-sm">Workflow</h3>
        {definition.changes.length === 0 ? (
          <p className="text-muted-foreground text-xs">Both ran the same definition.</p>
        ) : (
          <ChangeList changes={definition.changes} onSelect={onNode} />
        )}
      </section>
    </div>
  )
}
