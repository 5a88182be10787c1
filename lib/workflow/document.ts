import { z } from 'zod'
import { LIMITS } from '../limits'

/**
 * The stored workflow. One schema, shared by browser, API and engine. It is not a React Flow document: the two meet only
 * in `components/designer/to-flow.ts` and `from-flow.ts`. Source: `docs/workflows.md`.
 */

/** A JSON Schema object (draft 2020-12 subset that `z.fromJSONSchema` reads). */
export const jsonSchemaObject = z.record(z.string(), z.unknown())

export const retryPolicySchema = z.strictObject({
  maxAttempts: z.int().min(1).max(LIMITS.attempts.ceiling).default(LIMITS.attempts.value),
  backoffMs: z.int().min(0).max(3_600_000).default(1_000),
  factor: z.number().min(1).max(10).default(2),
  maxBackoffMs: z.int().min(0).max(3_600_000).default(300_000),
  jitter: z.boolean().default(true),
})
export type RetryPolicy = z.infer<typeof retryPolicySchema>

export const policySchema = z.strictObject({
  retry: retryPolicySchema.optional(),
  timeoutMs: z.int().min(1).max(LIMITS.node_time.ceiling).optional(),
  onError: z.enum(['fail', 'continue', 'branch']).default('fail'),
  atMostOnce: z.boolean().optional(),
})
export type NodePolicy = z.infer<typeof policySchema>

export const nodeSchema = z.strictObject({
  id: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[A-Za-z0-9_-]+$/, 'use letters, digits, _ and -'),
  type: z.string().min(1).max(64),
  /** Unique in the workflow; expressions say `nodes.<name>.output`. */
  name: z.string().min(1).max(LIMITS.node_name.value),
  position: z.strictObject({ x: z.number(), y: z.number() }).default({ x: 0, y: 0 }),
  parentId: z.string().optional(),
  config: z.record(z.string(), z.unknown()).default({}),
  policy: policySchema.optional(),
  note: z.string().max(LIMITS.note.value).optional(),
  pinned: z.strictObject({ output: z.unknown() }).optional(),
  disabled: z.boolean().optional(),
})
export type WorkflowNode = z.infer<typeof nodeSchema>

export const edgeSchema = z.strictObject({
  id: z.string().min(1).max(64),
  source: z.string().min(1),
  sourcePort: z.string().min(1).max(100).default('out'),
  target: z.string().min(1),
})
export type WorkflowEdge = z.infer<typeof edgeSchema>

/** What a run may use of models, its sub-workflows included. */
export const budgetSchema = z.strictObject({
  tokens: z.int().min(1).optional(),
  usd: z.number().positive().optional(),
})

/** A workflow that looks at runs of this one when they have ended, as a run of its own; see `evaluation.ts`. */
export const evaluationSettingsSchema = z.strictObject({
  workflowId: z.string().max(64),
  /** The number of a version; absent: the one that is active when a run has ended. */
  version: z.int().min(0).optional(),
  when: z.enum(['completed', 'ended']).default('completed'),
  /** Share of the runs; absent: all of them. */
  sample: z.number().gt(0).max(1).optional(),
})
export type EvaluationSettings = z.infer<typeof evaluationSettingsSchema>

export const settingsSchema = z.strictObject({
  maxConcurrentRuns: z.int().min(1).max(1_000).optional(),
  onLimit: z.enum(['queue', 'reject']).default('queue'),
  timeoutMs: z
    .int()
    .min(1)
    .max(LIMITS.run_duration.ceiling * 24 * 3_600_000)
    .optional(),
  maxNodeVisits: z.int().min(1).max(LIMITS.node_visits.ceiling).default(LIMITS.node_visits.value),
  maxSteps: z.int().min(1).max(LIMITS.steps.ceiling).default(LIMITS.steps.value),
  budget: budgetSchema.optional(),
  evaluation: evaluationSettingsSchema.optional(),
  exposeAsTool: z.boolean().optional(),
})
export type WorkflowSettings = z.infer<typeof settingsSchema>

export const definitionSchema = z.strictObject({
  schemaVersion: z.literal(1).default(1),
  kind: z.enum(['graph', 'dag']).default('graph'),
  inputs: jsonSchemaObject.default({ type: 'object', properties: {} }),
  outputs: z.record(z.string(), z.string()).optional(),
  nodes: z.array(nodeSchema).max(LIMITS.nodes.value).default([]),
  edges: z.array(edgeSchema).max(LIMITS.edges.value).default([]),
  settings: settingsSchema.prefault({}),
})
/** The definition after parsing: every default filled in. */
export type WorkflowDefinition = z.infer<typeof definitionSchema>
/** What a caller may send: defaults left out. */
export type WorkflowDefinitionInput = z.input<typeof definitionSchema>

/** One problem of a definition. `path` is dotted from the root of the definition. */
export const problemSchema = z.object({
  path: z.string(),
  nodeId: z.string().optional(),
  edgeId: z.string().optional(),
  severity: z.enum(['error', 'warning']),
  code: z.string(),
  message: z.string(),
})
export type Problem = z.infer<typeof problemSchema>
