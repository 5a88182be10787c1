'use client'

import { ArrowUpRight, MessageSquareReply, X } from 'lucide-react'
import Link from 'next/link'
import { useEffect, useState } from 'react'
import { WaitCard } from '@/components/runs/page/run-overview'
import { useRunPage } from '@/components/runs/page/use-run-page'
import { RunStatusBadge } from '@/components/runs/run-status-badge'
import { useMay } from '@/components/shell/use-principal'
import { Button } from '@/components/ui/button'
import { Dialog, DialogBody, DialogContent, DialogTitle } from '@/components/ui/dialog'
import { Elapsed } from '@/components/ui/duration'
import { isTerminal } from '@/lib/engine/events'
import { overlayStore } from '../canvas/run-overlay-store'
import { useServices, useUi } from '../designer-context'

/** The run that was started here: its states lie over the canvas while this bar is shown. */
export function LiveRun() {
  const runId = useUi((state) => state.runId)
  return runId === null ? null : <RunBar key={runId} runId={runId} />
}

function RunBar({ runId }: { runId: string }) {
  const { ui } = useServices()
  const { run, status, nodeStates, edgeStates, waits } = useRunPage(runId)
  const mayAnswer = useMay('run:write')
  const [answering, setAnswering] = useState(false)
  useEffect(() => {
    overlayStore.setState({
      overlay: nodeStates && edgeStates ? { runId, nodeStates, edgeStates } : null,
    })
  }, [runId, nodeStates, edgeStates])
  useEffect(() => () => overlayStore.setState({ overlay: null }), [])
  const [wait] = waits
  useEffect(() => {
    if (wait === undefined) setAnswering(false)
  }, [wait])
  const since = run.data?.started_at ?? run.data?.created_at
  return (
    <section
      aria-label="Run started here"
      className="pointer-events-auto flex max-w-full items-center gap-2.5 rounded-xl border border-border-strong bg-popover/95 py-1.5 pr-1.5 pl-2.5 shadow-lg backdrop-blur-sm"
    >
      <RunStatusBadge status={status} />
      {since === undefined ? null : (
        <span className="text-muted-foreground text-xs tabular-nums">
          <Elapsed since={since} until={isTerminal(status) ? (run.data?.ended_at ?? since) : null} />
        </span>
      )}
      {isTerminal(status) && run.data?.error_summary ? (
        <span className="max-w-64 truncate text-failure text-xs" title={run.data.error_summary}>
          {run.data.error_summary}
        </span>
      ) : null}
      {wait === undefined ? null : (
        <Button size="sm" variant="primary" onClick={() => setAnswering(true)}>
          <MessageSquareReply aria-hidden />
          {wait.kind === 'approval' ? 'Decide' : 'Answer'}
        </Button>
      )}
      <Button size="sm" asChild>
        <Link href={`/runs/${runId}`}>
          Open run <ArrowUpRight aria-hidden />
        </Link>
      </Button>
      <Button
        variant="ghost"
        size="icon-sm"
        aria-label="Hide the run"
        onClick={() => ui.getState().set({ runId: null })}
      >
        <X aria-hidden />
      </Button>
      <Dialog open={answering && wait !== undefined} onOpenChange={setAnswering}>
        <DialogContent size="lg" aria-describedby={undefined}>
          <DialogTitle className="px-5 pt-4 pb-2">
            {wait?.kind === 'approval' ? 'The run waits for a decision' : 'The run waits for an answer'}
          </DialogTitle>
          <DialogBody className="pb-5">
            {run.data === undefined || wait === undefined ? null : (
              <WaitCard run={run.data} wait={wait} waits={waits} mayAnswer={mayAnswer} />
            )}
          </DialogBody>
        </DialogContent>
      </Dialog>
    </section>
  )
}
