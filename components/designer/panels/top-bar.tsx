'use client'

import { CircleAlert, CircleCheck, History, Play, Rocket, TriangleAlert } from 'lucide-react'
import Link from 'next/link'
import { useModKey } from '@/components/shell/use-mod-key'
import { useMay } from '@/components/shell/use-principal'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/cn'
import { Tooltip } from '@/components/ui/tooltip'
import { WorkflowStatus } from '@/components/workflows/workflow-status'
import { WorkflowViews } from '@/components/workflows/workflow-views'
import { keysOf } from '../actions/shortcut'
import { problemsAction } from '../actions/view-actions'
import { publishAction, runWorkflowAction, versionsAction } from '../actions/workflow-actions'
import { WithKeys } from '../canvas/canvas-toolbar'
import { useAct, useProblems, useUi, useWorkflow } from '../designer-context'
import { SaveIndicator } from './save-indicator'
import { WorkflowTitle } from './workflow-title'

/** Which workflow this is, how it stands, and the two things one does with it: run and publish. */
export function TopBar({ readOnly }: { readOnly: boolean }) {
  const workflow = useWorkflow()
  const act = useAct()
  const modKey = useModKey()
  const mayRun = useMay('workflow:execute')
  const mayPublish = useMay('workflow:publish')
  return (
    <header className="flex h-13 shrink-0 items-center gap-2 border-b bg-card px-3 md:px-4">
      <nav aria-label="Breadcrumbs" className="flex items-center gap-1.5 text-muted-foreground text-sm max-md:hidden">
        <Link href="/workflows" className="rounded-sm hover:text-foreground">
          Workflows
        </Link>
        <span aria-hidden className="text-subtle-foreground">
          /
        </span>
      </nav>
      <WorkflowTitle readOnly={readOnly} />
      <WorkflowStatus workflow={workflow} className="max-sm:hidden" />
      <WorkflowViews workflowId={workflow.id} current="designer" className="max-lg:hidden" />
      <span className="flex-1" />
      {readOnly ? null : <SaveIndicator />}
      <ProblemsButton />
      <Tooltip content={<WithKeys action={versionsAction} />}>
        <Button variant="ghost" size="icon" aria-label="Version history" onClick={() => act(versionsAction)}>
          <History aria-hidden />
        </Button>
      </Tooltip>
      {mayRun ? (
        <Tooltip content={<span className="opacity-80">{keysOf('mod+enter', modKey).join(' ')}</span>}>
          <Button onClick={() => act(runWorkflowAction)}>
            <Play aria-hidden /> Run
          </Button>
        </Tooltip>
      ) : null}
      {mayPublish && !readOnly ? (
        <Tooltip
          content={workflow.has_unpublished_changes ? <WithKeys action={publishAction} /> : 'Everything is published'}
        >
          <Button variant="primary" onClick={() => act(publishAction)}>
            <Rocket aria-hidden /> Publish
          </Button>
        </Tooltip>
      ) : null}
    </header>
  )
}

function ProblemsButton() {
  const act = useAct()
  const open = useUi((state) => state.problems)
  const problems = useProblems((state) => state.problems)
  const errors = problems.filter((problem) => problem.severity === 'error').length
  const warnings = problems.length - errors
  const Icon = errors > 0 ? CircleAlert : warnings > 0 ? TriangleAlert : CircleCheck
  const said = [
    errors === 0 ? '' : errors === 1 ? '1 error' : `${errors} errors`,
    warnings === 0 ? '' : warnings === 1 ? '1 warning' : `${warnings} warnings`,
  ].filter(Boolean)
  const label = said.length === 0 ? 'No problems' : said.join(', ')
  return (
    <Tooltip content={label}>
      <Button
        variant="ghost"
        size="md"
        aria-label={`Problems: ${label}`}
        aria-pressed={open}
        className={cn(
          'px-2 tabular-nums',
          errors > 0 ? 'text-failure' : warnings > 0 ? 'text-waiting' : 'text-muted-foreground',
        )}
        onClick={() => act(problemsAction)}
      >
        <Icon aria-hidden />
        {problems.length === 0 ? null : problems.length}
      </Button>
    </Tooltip>
  )
}
