import type { Principal } from '../auth/principal'
import { pool } from '../db/client'
import { readEvents } from '../db/events'
import { createWorkflow, publishVersion } from '../db/workflows'
import { isTerminal, type RunEvent, type RunStatus } from '../engine/events'
import type { WorkflowDefinition } from '../workflow/document'
import { makePerson, makeTeam, type TestPerson } from './people'

/** A principal for a person, as `authenticate` would make it. */
export function principalOf(person: TestPerson): Principal {
  return {
    kind: 'user',
    id: person.id,
    userId: person.id,
    name: person.name,
    email: person.email,
    role: 'owner',
    scopes: null,
    team: { id: person.team.id, name: person.team.name, slug: 'team' },
  }
}

/** A team with an owner and one published workflow. */
export async function makePublished(
  definition: WorkflowDefinition,
): Promise<{ principal: Principal; workflowId: string }> {
  const person = await makePerson(await makeTeam())
  const { id } = await createWorkflow({
    teamId: person.team.id,
    projectId: person.team.projectId,
    name: 'Test workflow',
    description: '',
    tags: [],
    definition,
    createdBy: person.id,
  })
  await publishVersion({ teamId: person.team.id, workflowId: id, publishedBy: person.id })
  return { principal: principalOf(person), workflowId: id }
}

/** Sets how many runs of a team may go on at once, as an operator would. */
export async function limitTeam(teamId: string, runs: number): Promise<void> {
  await pool().query('UPDATE teams SET max_concurrent_runs = $2 WHERE id = $1', [teamId, runs])
}

/** Waits until the stored run is as `until` says. Throws with the log of the run when it takes too long. */
export async function waitForRun(
  runId: string,
  until: (run: { status: RunStatus; isHeld: boolean }) => boolean,
  forMs = 15_000,
): Promise<RunStatus> {
  const deadline = Date.now() + forMs
  for (;;) {
    const { rows } = await pool().query<{ status: RunStatus; isHeld: boolean }>(
      'SELECT status, lease_owner IS NOT NULL AS "isHeld" FROM runs WHERE id = $1',
      [runId],
    )
    const [run] = rows
    if (run && until(run)) return run.status
    if (Date.now() > deadline) {
      const events = await readEvents(runId, 0, 1_000)
      throw new Error(
        `run ${runId} is ${JSON.stringify(run)} after ${forMs} ms; its log: ${JSON.stringify(events, null, 1)}`,
      )
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

export const ended = (run: { status: RunStatus }) => isTerminal(run.status)
export const atRest = (run: { status: RunStatus; isHeld: boolean }) =>
  isTerminal(run.status) || (!run.isHeld && run.status.startsWith('waiting'))

/** How often each node succeeded, by node id. */
export function successes(events: readonly RunEvent[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const event of events) {
    if (event.type === 'node_succeeded' || event.type === 'approval_decided' || event.type === 'input_received') {
      counts[event.node_id] = (counts[event.node_id] ?? 0) + 1
    }
  }
  return counts
}
