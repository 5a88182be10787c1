import { DOCUMENT_LIMITS } from './limits-of-documents'

/**
 * Every limit of the product, said once: the code reads its numbers here, `GET /v1/limits` answers them and
 * `docs/limits.md` is made from them. Pure; what an operator set over a default is told by `limitOf` in `env.ts`.
 */
export interface Limit {
  title: string
  unit: 'bytes' | 'characters' | 'items' | 'tokens' | 'calls' | 'ms' | 'hours' | 'days' | 'levels' | 'attempts' | 'USD'
  /** What holds when nobody says otherwise. */
  value: number
  /** The most that whoever may change it can set. */
  ceiling: number
  /** Who may change it: an operator by this variable, an author by this field of the definition, or a caller by this field. */
  setBy?: `LIMIT_${string}` | `settings.${string}` | `policy.${string}` | `config.${string}` | 'expires_in_days'
  /** What happens at it: the code of the refusal or failure where there is one. */
  code?: string
  behaviour: string
  /** A run says `run_warning` once at four fifths of it. */
  warns?: boolean
}

const KiB = 1_024
const MiB = 1_024 * KiB

/** The largest number that the database has for a version or an event. */
export const MAX_NUMBER = 2_147_483_647

export const LIMITS = {
  request_body: {
    title: 'Body of a request',
    unit: 'bytes',
    value: MiB,
    ceiling: 8 * MiB,
    setBy: 'LIMIT_REQUEST_BODY',
    code: 'payload_too_large',
    behaviour: 'Refused with 413, by the declared length before it is read and by what really arrives.',
  },
  run_input: {
    title: 'Input of a run',
    unit: 'bytes',
    value: 256 * KiB,
    ceiling: MiB,
    setBy: 'LIMIT_RUN_INPUT',
    code: 'limit_reached',
    behaviour: 'Refused with 422; the node of a sub-workflow fails.',
  },
  inline_value: {
    title: 'Output that is kept inline',
    unit: 'bytes',
    value: 256 * KiB,
    ceiling: 256 * KiB,
    behaviour: 'A larger value is kept apart, once, and read when it is asked for.',
  },
  output: {
    title: 'Output of a node',
    unit: 'bytes',
    value: 10 * MiB,
    ceiling: 10 * MiB,
    code: 'output_too_large',
    behaviour: 'The node fails and is not tried again.',
  },
  run_state: {
    title: 'All inline outputs of a run together',
    unit: 'bytes',
    value: 16 * MiB,
    ceiling: 64 * MiB,
    setBy: 'LIMIT_RUN_STATE',
    code: 'state_too_large',
    behaviour: 'The run fails.',
    warns: true,
  },
  events: {
    title: 'Events of a run',
    unit: 'items',
    value: 100_000,
    ceiling: 1_000_000,
    setBy: 'LIMIT_EVENTS',
    code: 'too_many_events',
    behaviour: 'The run fails, with one more event that says so.',
    warns: true,
  },
  steps: {
    title: 'Steps of a run',
    unit: 'items',
    value: 50_000,
    ceiling: 500_000,
    setBy: 'settings.maxSteps',
    code: 'looping_risk',
    behaviour: 'The run is aborted, naming the node that would be next.',
    warns: true,
  },
  node_visits: {
    title: 'Visits of one node by a loop',
    unit: 'items',
    value: 100,
    ceiling: 10_000,
    setBy: 'settings.maxNodeVisits',
    code: 'looping_risk',
    behaviour: 'The run is aborted, naming the node.',
  },
  loop_turns: {
    title: 'Turns of a While',
    unit: 'items',
    value: 1_000,
    ceiling: 10_000,
    setBy: 'config.maxIterations',
    code: 'loop_limit',
    behaviour: 'The node fails when it would turn once more.',
  },
  fan_out: {
    title: 'Items of a For each',
    unit: 'items',
    value: 10_000,
    ceiling: 100_000,
    setBy: 'LIMIT_FAN_OUT',
    code: 'fanout_limit',
    behaviour: 'The node fails before the first item.',
  },
  workflow_runs: {
    title: 'Runs of a workflow at once',
    unit: 'items',
    value: 20,
    ceiling: 1_000,
    setBy: 'settings.maxConcurrentRuns',
    code: 'concurrency_limit',
    behaviour:
      'By default as many as the team may have. One more is queued, or refused with 429 where `settings.onLimit` is `reject`. A run that waits does not count.',
  },
  team_runs: {
    title: 'Runs of a team at once',
    unit: 'items',
    value: 20,
    ceiling: 10_000,
    setBy: 'LIMIT_TEAM_RUNS',
    code: 'concurrency_limit',
    behaviour:
      'As above. The variable is for new teams; owners and admins of a team change its number, which takes effect within seconds.',
  },
  process_runs: {
    title: 'Runs at once in one process',
    unit: 'items',
    value: 200,
    ceiling: 10_000,
    setBy: 'LIMIT_PROCESS_RUNS',
    behaviour: 'Further ones are queued, or taken by another process. Teams take turns.',
  },
  queued_runs: {
    title: 'Runs of a team in the queue',
    unit: 'items',
    value: 10_000,
    ceiling: 100_000,
    setBy: 'LIMIT_QUEUED_RUNS',
    code: 'queue_full',
    behaviour: 'A start is refused with 429. Runs that go on after a wait, and sub-workflows, are queued all the same.',
  },
  item_concurrency: {
    title: 'Items of a For each at the same time',
    unit: 'items',
    value: 1,
    ceiling: 50,
    setBy: 'config.concurrency',
    behaviour: 'The others wait for their turn.',
  },
  parallel: {
    title: 'Calls of one run in flight at once',
    unit: 'calls',
    value: 50,
    ceiling: 500,
    setBy: 'LIMIT_PARALLEL',
    behaviour: 'The others wait for their turn.',
  },
  nodes: {
    title: 'Nodes of a definition',
    unit: 'items',
    value: 1_000,
    ceiling: 1_000,
    code: 'invalid_definition',
    behaviour: 'Publishing is refused.',
  },
  edges: {
    title: 'Edges of a definition',
    unit: 'items',
    value: 5_000,
    ceiling: 5_000,
    code: 'invalid_definition',
    behaviour: 'Publishing is refused.',
  },
  definition: {
    title: 'Size of a definition',
    unit: 'bytes',
    value: MiB,
    ceiling: MiB,
    code: 'invalid_definition',
    behaviour: 'Publishing is refused.',
  },
  container_nesting: {
    title: 'Containers inside each other',
    unit: 'levels',
    value: 25,
    ceiling: 25,
    code: 'invalid_definition',
    behaviour: 'Publishing is refused, naming the container.',
  },
  workflow_nesting: {
    title: 'Sub-workflows inside each other',
    unit: 'levels',
    value: 10,
    ceiling: 20,
    setBy: 'LIMIT_WORKFLOW_NESTING',
    code: 'depth_limit',
    behaviour: 'The node that would start one more fails.',
  },
  run_duration: {
    title: 'Duration of a run, waiting included',
    unit: 'days',
    value: 90,
    ceiling: 365,
    setBy: 'LIMIT_RUN_DURATION',
    code: 'timeout',
    behaviour: 'The run ends as timed_out. settings.timeoutMs sets a shorter or longer one, up to the ceiling.',
  },
  run_active: {
    title: 'Duration of a run, time spent waiting left out',
    unit: 'hours',
    value: 24,
    ceiling: 168,
    setBy: 'LIMIT_RUN_ACTIVE',
    code: 'timeout',
    behaviour:
      'The run ends as timed_out before its next step. Waits, pauses and the queue do not count, and of the time between two events no more than a node may take.',
    warns: true,
  },
  retention: {
    title: 'How long a run that has ended is kept',
    unit: 'days',
    value: 30,
    ceiling: 3_650,
    setBy: 'LIMIT_RETENTION',
    behaviour:
      'It is deleted with all that belongs to it, within the hour; not before the run that it is a sub-workflow of, nor before one that continues it.',
  },
  audit_retention: {
    title: 'How long a record of the audit log is kept',
    unit: 'days',
    value: 365,
    ceiling: 3_650,
    setBy: 'LIMIT_AUDIT_RETENTION',
    behaviour: 'It is deleted within the hour, from the oldest end; the rest of the log can still be verified.',
  },
  node_time: {
    title: 'Time of a node',
    unit: 'ms',
    value: 300_000,
    ceiling: 900_000,
    setBy: 'policy.timeoutMs',
    code: 'timeout',
    behaviour: 'The attempt fails and what it was doing is aborted.',
  },
  llm_time: {
    title: 'Time of a call of a model',
    unit: 'ms',
    value: 120_000,
    ceiling: 900_000,
    setBy: 'policy.timeoutMs',
    code: 'timeout',
    behaviour: 'The attempt fails and the call is aborted.',
  },
  http_time: {
    title: 'Time of an HTTP call',
    unit: 'ms',
    value: 30_000,
    ceiling: 300_000,
    setBy: 'config.timeoutSeconds',
    code: 'http_timeout',
    behaviour: 'The attempt fails and the call is aborted.',
  },
  http_answer: {
    title: 'Answer of an HTTP call, decoded',
    unit: 'bytes',
    value: 5 * MiB,
    ceiling: 50 * MiB,
    setBy: 'LIMIT_HTTP_ANSWER',
    code: 'http_too_large',
    behaviour: 'Reading stops and the node fails.',
  },
  http_redirects: {
    title: 'Redirects of an HTTP call',
    unit: 'items',
    value: 5,
    ceiling: 10,
    setBy: 'LIMIT_HTTP_REDIRECTS',
    code: 'http_too_many_redirects',
    behaviour: 'The node fails.',
  },
  attempts: {
    title: 'Attempts of a node',
    unit: 'attempts',
    value: 1,
    ceiling: 25,
    setBy: 'policy.retry.maxAttempts',
    behaviour: 'The last failure stands.',
  },
  recoveries: {
    title: 'Workers that a run may lose',
    unit: 'attempts',
    value: 5,
    ceiling: 20,
    setBy: 'LIMIT_RECOVERIES',
    code: 'stale_run_reaper',
    behaviour: 'The run fails.',
  },
  llm_calls: {
    title: 'Calls of models by one run',
    unit: 'calls',
    value: 50,
    ceiling: 10_000,
    setBy: 'LIMIT_LLM_CALLS',
    code: 'budget_exceeded',
    behaviour: 'Not called; the run fails.',
    warns: true,
  },
  llm_call_tokens: {
    title: 'Tokens of one call of a model, prompt and longest answer together',
    unit: 'tokens',
    value: 32_000,
    ceiling: 1_000_000,
    setBy: 'LIMIT_LLM_CALL_TOKENS',
    code: 'budget_exceeded',
    behaviour: 'Not called; the run fails. The prompt is estimated.',
  },
  run_usd: {
    title: 'Money that one run spends on models, its sub-workflows included',
    unit: 'USD',
    value: 1,
    ceiling: 10_000,
    setBy: 'LIMIT_RUN_USD',
    code: 'budget_exceeded',
    behaviour:
      'Not called; the run fails. `settings.budget.usd` sets less. Calls of models whose price nobody said do not count.',
    warns: true,
  },
  project_day_usd: {
    title: 'Money that the runs of a project spend on models in a day (UTC)',
    unit: 'USD',
    value: 20,
    ceiling: 100_000,
    setBy: 'LIMIT_PROJECT_DAY_USD',
    code: 'budget_exceeded',
    behaviour:
      'Not called; the run fails. Calls in flight count as what they may cost at most. From four fifths on, `GET /v1/usage` and the page of usage say so.',
  },
  streams_of_caller: {
    title: 'Event streams that one caller has open',
    unit: 'items',
    value: 250,
    ceiling: 250,
    code: 'rate_limited',
    behaviour: 'One more is refused with 429. The log can be read as JSON all the same.',
  },
  streams: {
    title: 'Event streams that one process has open',
    unit: 'items',
    value: 1_000,
    ceiling: 1_000,
    code: 'rate_limited',
    behaviour: 'As above.',
  },
  ...DOCUMENT_LIMITS,
} as const satisfies Record<string, Limit>

export type LimitId = keyof typeof LIMITS

/** Limits that an operator may change, with the variable that does it. */
export const OPERATOR_LIMITS: readonly { id: LimitId; limit: Limit; variable: string }[] = Object.entries(
  LIMITS as Record<string, Limit>,
).flatMap(([id, limit]) =>
  limit.setBy?.startsWith('LIMIT_') ? [{ id: id as LimitId, limit, variable: limit.setBy }] : [],
)

/** Four fifths: where a run begins to warn. */
export const WARN_SHARE = 0.8
