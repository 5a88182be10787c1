import type { z } from 'zod'

/**
 * What a node type is, without its effect: everything that the palette, the inspector form, validation, docs and OpenAPI
 * need. Isomorphic: no `node:*`, no database. The effect lives beside it in `x.run.ts`, see `runner.ts`.
 */
export interface NodeType<Config = Record<string, unknown>> {
  /** Stable id, as stored in documents. */
  type: string
  title: string
  /** One sentence, shown in the palette. */
  description: string
  /** Name of a lucide icon, kebab-case, e.g. `git-branch`. */
  icon: string
  category: 'flow' | 'human' | 'ai' | 'data' | 'integration'
  /** Config schema. Field labels and hints by `.meta({ title, description, control, placeholder, examples })`. */
  config: z.ZodType<Config>
  /** A config for a node that was just dropped; valid where that is possible without the author. */
  defaults: Record<string, unknown>
  /** Outgoing ports of this config, in the order drawn. `error` is added by policy, not here. */
  ports(config: Record<string, unknown>): Port[]
  /** False: nothing may point at it (`start`). Default true. */
  hasInput?: boolean
  /** One line of its config for the canvas, e.g. `GET https://…`; empty when nothing is set. */
  summary(config: Record<string, unknown>): string
  /**
   * Inline: pure and quick, its start and end are one event, and it needs no durability between itself and the next
   * inline node. Effect: calls the world; starts only when all it depends on is committed. Wait: opens a wait.
   * Container: holds other nodes (their `parentId`) and runs them once per item or turn.
   */
  kind: 'inline' | 'effect' | 'wait' | 'container'
  /** An effect may take so long when its policy says nothing else. */
  timeoutMs?: number
  /** Calls something outside that may act: shown in retry plans and dry runs. */
  sideEffect?: boolean
}

export interface Port {
  name: string
  /** Shown on the canvas when it differs from the name. */
  label?: string
}

/** How the inspector edits a field: the `control` of its `.meta()`. */
export type FieldControl =
  | 'text' // one line, a template
  | 'textarea' // many lines, a template
  | 'expression' // JSONata, no braces
  | 'json' // any JSON; strings inside are templates
  | 'json-schema' // a JSON Schema of named fields
  | 'model' // a model name with suggestions
  | 'workflow' // the id of a workflow of this team, chosen by name
  | 'key-values' // record of string → template
  | 'number'
  | 'switch'
  | 'select'
  | 'list' // array of objects, each with its own fields

declare module 'zod' {
  interface GlobalMeta {
    control?: FieldControl
    placeholder?: string
    /** Values of the config stay as they are: no template is evaluated in this field before the runner sees it. */
    raw?: boolean
  }
}
