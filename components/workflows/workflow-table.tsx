import Link from 'next/link'
import { Badge } from '@/components/ui/badge'
import { Table, TableBody, TableCell, TableHead, TableHeaderCell, TableRow } from '@/components/ui/table'
import { Time } from '@/components/ui/time'
import type { WorkflowSummary } from '@/lib/api/contracts/workflows'
import { RunSparkline } from './run-sparkline'
import { SuccessRate } from './success-rate'
import { WorkflowActions } from './workflow-actions'
import { WorkflowStatus } from './workflow-status'

/** One row per workflow; the whole row opens it. */
export function WorkflowTable({ workflows }: { workflows: WorkflowSummary[] }) {
  return (
    <Table>
      <caption className="sr-only">Workflows</caption>
      <TableHead>
        <tr>
          <TableHeaderCell className="w-full">Name</TableHeaderCell>
          <TableHeaderCell>Version</TableHeaderCell>
          <TableHeaderCell>Last runs</TableHeaderCell>
          <TableHeaderCell className="text-right">Success</TableHeaderCell>
          <TableHeaderCell className="hidden xl:table-cell">Owner</TableHeaderCell>
          <TableHeaderCell className="">Updated</TableHeaderCell>
          <TableHeaderCell className="w-22">
            <span className="sr-only">Actions</span>
          </TableHeaderCell>
        </tr>
      </TableHead>
      <TableBody>
        {workflows.map((workflow) => (
          <TableRow key={workflow.id} className="relative focus-within:bg-muted/50">
            <TableCell className="max-w-0 py-2.5">
              <div className="flex min-w-0 items-center gap-2">
                <Link
                  href={`/workflows/${workflow.id}`}
                  className="truncate font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-ring focus-visible:after:-outline-offset-2"
                >
                  {workflow.name}
                </Link>
                {workflow.tags.slice(0, 2).map((tag) => (
                  <Badge key={tag} className="hidden 2xl:inline-flex">
                    {tag}
                  </Badge>
                ))}
              </div>
              <p className="truncate text-muted-foreground text-xs">{workflow.description || nodesOf(workflow)}</p>
            </TableCell>
            <TableCell>
              <WorkflowStatus workflow={workflow} />
            </TableCell>
            <TableCell>
              <RunSparkline workflow={workflow} className="relative z-1" />
            </TableCell>
            <TableCell className="text-right">
              <SuccessRate runs={workflow.recent_runs} className="relative z-1" />
            </TableCell>
            <TableCell className="hidden max-w-40 truncate text-muted-foreground xl:table-cell">
              {workflow.owner ?? '—'}
            </TableCell>
            <TableCell className="text-muted-foreground">
              <Time value={workflow.updated_at} className="relative z-1" />
            </TableCell>
            <TableCell className="pr-2">
              <WorkflowActions workflow={workflow} />
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  )
}

/** Said where a description is missing. */
export function nodesOf({ node_count }: WorkflowSummary): string {
  return node_count === 1 ? '1 node' : `${node_count} nodes`
}
