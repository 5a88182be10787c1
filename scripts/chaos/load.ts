import type { Principal } from '@/lib/auth/principal'
import { pool } from '@/lib/db/client'
import { withReconnect } from '@/lib/db/reconnect'
import { createWorkflow, firstProject, publishVersion } from '@/lib/db/workflows'
import { AppError } from '@/lib/errors'
import { type Id, newId } from '@/lib/ids'
import { draw } from '@/lib/testing/definition'
import { limitTeam, makePublished } from '@/lib/testing/runs'
import { decideApproval } from '@/lib/usecases/decide-approval'
import { startRun } from '@/lib/usecases/start-run'
import type { WorkflowDefinition } from '@/lib/workflow/document'

/** How long a client goes on asking that was told to try again. */
const PATIENCE_MS = 60_000

export interface Load {
  /** The runs whose start was answered: these were promised. */
  accepted: Set<Id>
  start(index: number): Promise<void>
  /** Approves what waits for it. */
  decide(): Promise<void>
}

/** Workflows as people draw them: effects one after another and side by side, timers, people, loops, items, sub-workflows. */
export async function prepareLoad(sinkUrl: string): Promise<Load> {
  const effect =
    (rest: object = {}) =>
    (path: string) => ({
      type: 'http',
      config: { method: 'POST', url: `${sinkUrl}/${path}`, body: { of: '{{ run.id }}' } },
      policy: { retry: { maxAttempts: 5, backoffMs: 200 } },
      ...rest,
    })
  const call = effect()
  const { principal, workflowId: child } = await makePublished(draw(['start>a', 'a>end'], { a: call('child') }))
  await limitTeam(principal.team.id, 1_000)
  const definitions: WorkflowDefinition[] = [
    draw(['start>a', 'a>delay', 'delay>b', 'b>end'], {
      a: call('first'),
      b: call('second'),
      delay: { config: { seconds: 2 } },
    }),
    draw(['start>a', 'start>b', 'start>c', 'a>merge', 'b>merge', 'c>merge', 'merge>transform', 'transform>end'], {
      a: call('left'),
      b: call('middle'),
      c: call('right'),
    }),
    draw(['start>a', 'a>approval', 'approval:approved>b', 'b>end'], { a: call('before'), b: call('after') }),
    draw(['start>count', 'count>a', 'a>condition', 'condition:again>count', 'condition:else>end'], {
      count: { config: { expression: '($exists(nodes.count.output) ? nodes.count.output : 0) + 1' } },
      a: call('turn'),
      condition: { config: { branches: [{ name: 'again', when: 'nodes.count.output < 4' }] } },
    }),
    draw(['start>forEach', 'forEach>b', 'b>end'], {
      forEach: { config: { items: '[1..6]', concurrency: 3 } },
      a: effect({ parentId: 'forEach' })('item'),
      b: call('sum'),
    }),
    draw(['start>workflow', 'workflow>b', 'b>end'], {
      workflow: { config: { workflowId: child, input: {} } },
      b: call('parent'),
    }),
  ]
  const workflowIds = await Promise.all(definitions.map((definition) => publish(principal, definition)))
  const accepted = new Set<Id>()
  return {
    accepted,
    async start(index) {
      const runId = newId()
      const workflowId = workflowIds[index % workflowIds.length] ?? child
      await withReconnect(() => startRun({ principal, workflowId, trigger: 'api', runId }), PATIENCE_MS)
      accepted.add(runId)
    },
    async decide() {
      const { rows } = await pool().query<{ runId: Id }>(
        `SELECT run_id AS "runId" FROM waits WHERE kind = 'approval' AND state = 'open' LIMIT 200`,
      )
      await Promise.all(
        rows.map(({ runId }) =>
          decideApproval({ principal, runId, nodeId: 'approval', decision: 'approved' }).catch(pass),
        ),
      )
    },
  }
}

/** Decided already, by a call whose answer was lost. */
function pass(error: unknown): void {
  if (!(error instanceof AppError)) throw error
}

async function publish(principal: Principal, definition: WorkflowDefinition): Promise<Id> {
  const teamId = principal.team.id
  const { id } = await createWorkflow({
    teamId,
    projectId: await firstProject(teamId),
    name: 'Chaos',
    description: '',
    tags: [],
    definition,
    createdBy: principal.userId,
  })
  await publishVersion({ teamId, workflowId: id, publishedBy: principal.userId })
  return id
}
