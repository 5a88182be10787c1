'use client'

import { Code, Copy, Download, Ellipsis, PencilRuler, Play, SquareActivity, Trash2 } from 'lucide-react'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { useState } from 'react'
import { useMay } from '@/components/shell/use-principal'
import { ConfirmDialog } from '@/components/ui/alert-dialog'
import { Button } from '@/components/ui/button'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { Tooltip } from '@/components/ui/tooltip'
import type { WorkflowSummary } from '@/lib/api/contracts/workflows'
import { useWorkflowCommands } from './use-workflow-commands'

const RunDialog = dynamic(() => import('@/components/runs/run-dialog').then((module) => module.RunDialog), {
  ssr: false,
})

/** Run, and everything else behind the dots. */
export function WorkflowActions({ workflow }: { workflow: WorkflowSummary }) {
  const { duplicate, exportFile, remove } = useWorkflowCommands()
  const mayWrite = useMay('workflow:write')
  const mayRun = useMay('workflow:execute')
  const [asking, setAsking] = useState(false)
  const [running, setRunning] = useState(false)
  return (
    <div className="relative z-1 flex items-center justify-end gap-1">
      {mayRun && workflow.status !== 'archived' ? (
        <Tooltip content="Run">
          <Button variant="ghost" size="icon" aria-label={`Run ${workflow.name}`} onClick={() => setRunning(true)}>
            <Play aria-hidden />
          </Button>
        </Tooltip>
      ) : null}
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button variant="ghost" size="icon" aria-label={`More for ${workflow.name}`}>
            <Ellipsis aria-hidden />
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent align="end">
          <DropdownMenuItem asChild>
            <Link href={`/workflows/${workflow.id}`}>
              <PencilRuler aria-hidden />
              Open in the designer
            </Link>
          </DropdownMenuItem>
          <DropdownMenuItem asChild>
            <Link href={`/runs?workflow=${workflow.id}`}>
              <SquareActivity aria-hidden />
              Show its runs
            </Link>
          </DropdownMenuItem>
          <DropdownMenuItem asChild>
            <Link href={`/workflows/${workflow.id}/api`}>
              <Code aria-hidden />
              Call it by API
            </Link>
          </DropdownMenuItem>
          <DropdownMenuSeparator />
          {mayWrite ? (
            <DropdownMenuItem onSelect={() => duplicate.mutate(workflow)}>
              <Copy aria-hidden />
              Duplicate
            </DropdownMenuItem>
          ) : null}
          <DropdownMenuItem onSelect={() => exportFile.mutate(workflow)}>
            <Download aria-hidden />
            Export as JSON
          </DropdownMenuItem>
          {mayWrite ? (
            <>
              <DropdownMenuSeparator />
              <DropdownMenuItem destructive onSelect={() => setAsking(true)}>
                <Trash2 aria-hidden />
                Delete…
              </DropdownMenuItem>
            </>
          ) : null}
        </DropdownMenuContent>
      </DropdownMenu>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Delete “${workflow.name}”?`}
        description="It disappears from the list and can no longer be started. Runs under way finish undisturbed, and past runs stay readable."
        confirmLabel="Delete workflow"
        destructive
        pending={remove.isPending}
        onConfirm={() => remove.mutate({ params: { workflow_id: workflow.id } }, { onSettled: () => setAsking(false) })}
      />
      {running ? <RunDialog workflowId={workflow.id} open={running} onOpenChange={setRunning} /> : null}
    </div>
  )
}
