'use client'

import {
  CirclePause,
  CirclePlay,
  CircleStop,
  Ellipsis,
  GitCompareArrows,
  Hash,
  Link2,
  PencilRuler,
  RotateCcw,
  RotateCw,
  Terminal,
} from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { useMay } from '@/components/shell/use-principal'
import { ConfirmDialog } from '@/components/ui/alert-dialog'
import { Button } from '@/components/ui/button'
import { copyText } from '@/components/ui/copy-text'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { toast } from '@/components/ui/toast'
import { messageOf } from '@/lib/api/client/error'
import { useApiMutation } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import type { Run } from '@/lib/api/contracts/runs'
import { isTerminal, type RunStatus } from '@/lib/engine/events'
import { getRunCurl } from '../run-curl'
import { RunDialog } from '../run-dialog'
import { RetryDialog } from './retry-dialog'

/** What can be done with a run. `status` is what the log says, which may be newer than the record. */
export function RunActions({ run, status }: { run: Run; status: RunStatus }) {
  const mayWrite = useMay('run:write')
  const mayRun = useMay('workflow:execute')
  const [confirming, setConfirming] = useState(false)
  const [again, setAgain] = useState(false)
  const [retrying, setRetrying] = useState(false)
  const [asked, setAsked] = useState<{ command: 'pause' | 'resume' | 'stop'; status: RunStatus } | null>(null)
  const command = useApiMutation(contracts.commandRun, { invalidates: [contracts.getRun, contracts.listRuns] })
  const ended = isTerminal(status)
  // Accepted, and not yet visible in the log: a pause waits for the next node boundary.
  const underWay = asked !== null && asked.status === status ? asked.command : null

  function send(name: 'pause' | 'resume' | 'stop') {
    setAsked({ command: name, status })
    command.mutate(
      { params: { run_id: run.id }, body: { command: name } },
      {
        onError: (error) => {
          setAsked(null)
          toast.error(`The run could not be ${PAST[name]}`, { description: messageOf(error) })
        },
        onSettled: () => setConfirming(false),
      },
    )
  }

  return (
    <>
      {mayWrite && !ended ? (
        <>
          {status === 'paused' ? (
            <Button variant="primary" pending={underWay === 'resume'} onClick={() => send('resume')}>
              <CirclePlay aria-hidden /> Resume
            </Button>
          ) : (
            <Button
              pending={command.isPending && underWay === 'pause'}
              disabled={underWay === 'pause' && !command.isPending}
              onClick={() => send('pause')}
            >
              <CirclePause aria-hidden /> {underWay === 'pause' ? 'Pausing…' : 'Pause'}
            </Button>
          )}
          <Button disabled={underWay === 'stop'} onClick={() => setConfirming(true)}>
            <CircleStop aria-hidden /> {underWay === 'stop' ? 'Stopping…' : 'Stop'}
          </Button>
        </>
      ) : null}
      {mayWrite && RETRIABLE.has(status) ? (
        <Button variant="primary" onClick={() => setRetrying(true)}>
          <RotateCw aria-hidden /> Retry
        </Button>
      ) : null}
      {mayRun ? (
        <Button
          variant={ended && !RETRIABLE.has(status) ? 'primary' : 'outline'}
          className={ended ? '' : 'max-sm:hidden'}
          onClick={() => setAgain(true)}
        >
          <RotateCcw aria-hidden /> Run again
        </Button>
      ) : null}
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button size="icon" aria-label="More actions">
            <Ellipsis aria-hidden />
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent align="end">
          {mayRun && !ended ? (
            <DropdownMenuItem className="sm:hidden" onSelect={() => setAgain(true)}>
              <RotateCcw aria-hidden /> Run again
            </DropdownMenuItem>
          ) : null}
          <DropdownMenuItem asChild>
            <Link href={`/workflows/${run.workflow_id}`}>
              <PencilRuler aria-hidden /> Open the workflow
            </Link>
          </DropdownMenuItem>
          <DropdownMenuItem asChild>
            <Link href={`/runs/compare?b=${run.id}`}>
              <GitCompareArrows aria-hidden /> Compare with…
            </Link>
          </DropdownMenuItem>
          <DropdownMenuSeparator />
          <DropdownMenuItem onSelect={() => void copy(window.location.href, 'Link')}>
            <Link2 aria-hidden /> Copy link
          </DropdownMenuItem>
          <DropdownMenuItem onSelect={() => void copy(run.id, 'Run id')}>
            <Hash aria-hidden /> Copy run id
          </DropdownMenuItem>
          <DropdownMenuItem onSelect={() => void copy(getRunCurl(window.location.origin, run.id), 'Command')}>
            <Terminal aria-hidden /> Copy as curl
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      <ConfirmDialog
        open={confirming}
        onOpenChange={setConfirming}
        title="Stop this run?"
        description="Nodes at work are aborted, open questions and approvals are closed, and the run ends as cancelled. This cannot be undone."
        confirmLabel="Stop run"
        destructive
        pending={command.isPending}
        onConfirm={() => send('stop')}
      />
      {retrying ? <RetryDialog run={run} onOpenChange={setRetrying} /> : null}
      {again ? (
        <RunDialog
          workflowId={run.workflow_id}
          open
          onOpenChange={setAgain}
          draft={run.version === null}
          initial={{
            input: run.input ?? undefined,
            dynamic_variables: run.dynamic_variables,
            runtime_variables: run.runtime_variables,
          }}
        />
      ) : null}
    </>
  )
}

/** What ended before its end can be continued from there. */
const RETRIABLE: ReadonlySet<RunStatus> = new Set(['failed', 'cancelled', 'timed_out', 'aborted_looping_risk'])

const PAST = { pause: 'paused', resume: 'resumed', stop: 'stopped' }

async function copy(text: string, what: string): Promise<void> {
  if (await copyText(text)) toast.success(`${what} copied`)
  else toast.error('The browser did not allow copying.')
}
