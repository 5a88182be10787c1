import { z } from 'zod'
import { contract } from './contract'
import { executeQuerySchema, sessionBodySchema, sessionResponseSchema } from './execute'
import { executionSchema, orchestrationBodySchema } from './execute-orchestration'
import { recordBodySchema, recordResponseSchema } from './execute-record'

/** One URL, three families of clients. Which one is meant is read off the members of the body, see `dialects/families.ts`. */

const TENANT = {
  'X-Tenant-ID': 'Id of the team that is meant. It must be the team of the key (403); a key of one team needs none.',
}

export const executeContract = contract({
  id: 'executeWorkflow',
  method: 'POST',
  path: '/workflows/{workflow_id}/execute',
  aliases: ['/workflows/v1/{workflow_id}/execute'],
  permission: 'workflow:execute',
  tag: 'Runs',
  summary: 'Execute: turn by turn, as a record, or asynchronously',
  description: `Chosen by the members of the body, never guessed:

1. \`run_input\`: **session**, turn by turn. Without \`run_id\` a run is started and executed until it pauses or ends; the answer names the \`run_id\` to send with the next turn.
2. any of \`command\`, \`dynamic_variables\`, \`runtime_variables\`, \`miscellaneous\`, \`version_number\`, \`run_by\`, \`workflow_run_id\`, \`thread_to_node_inputs\`: **record**. It waits likewise and answers the record of the run; \`workflow_run_id\` goes on with a run.
3. any of \`agent_id\`, \`input\`, \`parameters\`, \`dry_run\`: **orchestration**. It answers 202 at once; \`dry_run\` answers 200 with a plan and an estimate, and makes nothing.
4. \`{}\` or no body: record when the id in the path is 24 hex digits, otherwise orchestration.

Members of two of them together are 422, with both sets named. The same operation answers at \`/workflows/v1/{workflow_id}/execute\`.`,
  examples: {
    session: { summary: 'session: the first turn', value: { run_input: { command: 'start', input: { name: 'Ada' } } } },
    session_next: {
      summary: 'session: a later turn',
      value: { run_id: '0192f0c17c1e5d3c0a1b2c3d', run_input: { thread_to_node_inputs: { '0': { name: 'Ada' } } } },
    },
    record: {
      summary: 'record: a start',
      value: { command: 'start', dynamic_variables: { name: 'Ada' }, run_by: 'CI' },
    },
    record_resume: {
      summary: 'record: go on with a run',
      value: {
        workflow_run_id: '0192f0c17c1e5d3c0a1b2c3d',
        command: 'data',
        thread_to_node_inputs: { '0': { node_run_inputs: [{ data: { name: 'Ada' } }] } },
      },
    },
    orchestration: {
      summary: 'orchestration: a start',
      value: { input: { name: 'Ada' }, parameters: { Greet: { text: 'Good day {{ inputs.name }}' } } },
    },
    orchestration_dry_run: {
      summary: 'orchestration: what would happen, and what it may cost',
      value: { input: { name: 'Ada' }, dry_run: true },
    },
  },
  headers: TENANT,
  query: executeQuerySchema,
  body: z.union([sessionBodySchema, recordBodySchema, orchestrationBodySchema]),
  bodyOptional: true,
  response: z.union([sessionResponseSchema, recordResponseSchema, executionSchema]),
  also: { status: 202, response: executionSchema, description: 'Orchestration: the run was started and goes on.' },
  idempotent: true,
  errors: [
    'no_agent',
    'workflow_not_published',
    'invalid_inputs',
    'run_executing',
    'run_ended',
    'approval_open',
    'limit_reached',
    'concurrency_limit',
    'queue_full',
  ],
})

export const executionContract = contract({
  id: 'getExecution',
  method: 'GET',
  path: '/workflows/{workflow_id}/execute/{run_id}',
  aliases: ['/workflows/v1/{workflow_id}/execute/{run_id}'],
  permission: 'run:read',
  tag: 'Runs',
  summary: 'Read a run in the shape of the client that spells its id so',
  description:
    '24 hex digits: the record. `maip-orch:…`, a UUID or `job_…`: the orchestration execution with its steps. Our own shape is at `/v1/runs/{run_id}`.',
  headers: TENANT,
  response: z.union([recordResponseSchema, executionSchema]),
})
