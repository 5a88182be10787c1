import type { z } from 'zod'
import { evaluateExpression } from '../../engine/expression'
import { buildScope, type ScopeParts } from '../../engine/expression-scope'
import { renderTemplate } from '../../engine/template'
import { type NodeTypeId, nodeTypes } from '../registry'
import type { RunnerContext } from '../runner'

type ConfigOf<T extends NodeTypeId> = z.output<(typeof nodeTypes)[T]['config']>

/** A context as the worker makes it: templates resolved except in raw fields, then the config parsed by its schema. */
export async function contextFor<T extends NodeTypeId>(
  type: T,
  stored: Record<string, unknown>,
  parts: Partial<ScopeParts> = {},
): Promise<RunnerContext<ConfigOf<T>> & { deltas: string[] }> {
  const run = { id: 'run-1', started_at: '2030-01-01T00:00:00.000Z', workflow_id: 'wf-1' }
  const scope = buildScope({ inputs: {}, nodeNames: Object.keys(parts.outputs ?? {}), run, ...parts })
  const schema = nodeTypes[type].config as unknown as z.ZodObject // two schemas carry a refinement; the shape is there all the same
  const config: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(stored)) {
    config[field] = schema.shape[field]?.meta()?.raw ? value : await renderTemplate(value, scope)
  }
  const deltas: string[] = []
  return {
    config: nodeTypes[type].config.parse(config) as ConfigOf<T>, // parsed by the schema of this very type
    evaluate: (expression) => evaluateExpression(expression, scope),
    render: (template) => renderTemplate(template, scope),
    inputs: scope.inputs,
    idempotencyKey: 'run-1:node',
    attempt: 1,
    signal: new AbortController().signal,
    delta: (text) => deltas.push(text),
    deltas,
    run: { id: 'run-1', workflowId: 'wf-1', teamId: 'team-1', startedAt: run.started_at },
  }
}
