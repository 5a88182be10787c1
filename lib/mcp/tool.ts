import { z } from 'zod'
import type { Action } from '../auth/permissions'
import type { Principal } from '../auth/principal'

/** How a tool behaves, for the client that decides whether to ask a person first. */
export interface ToolAnnotations {
  readOnlyHint: boolean
  destructiveHint: boolean
  idempotentHint: boolean
  openWorldHint: boolean
}

export interface ToolCall {
  principal: Principal
  signal: AbortSignal
  /** `_meta` of the call: `countersign/idempotency-key` starts a run once however often the call is sent. */
  meta: Record<string, unknown>
}

/** What a tool gives: the structured result, and its text when that is not the JSON of it. */
export interface ToolResult {
  structured: Record<string, unknown>
  text?: string
}

/** One tool. Its arguments are closed: anything that is not declared is refused by name. */
export interface Tool {
  name: string
  title: string
  description: string
  annotations: ToolAnnotations
  inputSchema: Record<string, unknown>
  outputSchema: Record<string, unknown>
  /** Parses the arguments and does the work. Throws ZodError for arguments, AppError for refusals. */
  run(args: unknown, call: ToolCall): Promise<ToolResult>
}

interface ToolDefinition<Input extends z.ZodType, Output extends z.ZodType> {
  name: string
  title: string
  description: string
  annotations: ToolAnnotations
  /** What the caller must be allowed to do. A tool of several actions checks each itself. */
  permission: Action | null
  input: Input
  output: Output
  work(input: z.output<Input>, call: ToolCall): Promise<ToolResult | z.input<Output>>
}

/** Makes a tool whose schemas are those that it parses with. */
export function tool<Input extends z.ZodType, Output extends z.ZodType>(
  definition: ToolDefinition<Input, Output>,
  requirePermission: (principal: Principal, action: Action) => void,
): Tool {
  const { name, title, description, annotations, permission, input, output, work } = definition
  return {
    name,
    title,
    description,
    annotations,
    inputSchema: jsonSchema(input, 'input'),
    outputSchema: jsonSchema(output, 'output'),
    async run(args, call) {
      if (permission !== null) requirePermission(call.principal, permission)
      const result = await work(input.parse(args ?? {}), call)
      return isResult(result) ? result : { structured: result as Record<string, unknown> } // outputs are objects
    },
  }
}

function isResult(value: unknown): value is ToolResult {
  return typeof value === 'object' && value !== null && 'structured' in value
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' })
  return rest
}

export const READS: ToolAnnotations = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
}
/** Makes something new; nothing that stands is changed. */
export const ADDS: ToolAnnotations = { ...READS, readOnlyHint: false, idempotentHint: false }
/** Changes what stands. */
export const CHANGES: ToolAnnotations = { ...ADDS, destructiveHint: true }
/** Starts a run: whatever its steps do, it may do. */
export const RUNS: ToolAnnotations = { ...CHANGES, openWorldHint: true }
