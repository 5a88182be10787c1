import { readSteps, type Step } from './normalise-steps'

/** Which way a document was written: as a graph, or as one of the lists of steps that other tools use. */
export type DocumentShape = 'graph' | 'described-steps' | 'typed-steps' | 'action-steps'

export interface NormalisedDocument {
  shape: DocumentShape
  /** To be validated as any other definition: normalising promises its form, not that it is right. */
  definition: unknown
}

const COLUMN_WIDTH = 280
const ROW_HEIGHT = 160

/**
 * Turns a list of steps into a definition; what is no list of steps is given back as it is. Never throws. Three shapes are
 * known: `{name, description, agent_hint}` in sequence, `{name, type, config, depends_on}`, and `{action, agent_id, parameters}`.
 */
export function normaliseDocument(input: unknown): NormalisedDocument {
  const read = readSteps(input)
  if (!read) return { shape: 'graph', definition: input }
  const { shape, steps, inputs } = read
  const columns = columnsOf(steps)
  const rows = new Map<number, number>()
  const place = (column: number) => {
    const row = rows.get(column) ?? 0
    rows.set(column, row + 1)
    return { x: column * COLUMN_WIDTH, y: row * ROW_HEIGHT }
  }
  const hasStart = steps.some(({ type }) => type === 'start')
  const hasEnd = steps.some(({ type }) => type === 'end')
  const waitedFor = new Set(steps.flatMap(({ dependsOn }) => dependsOn))
  const last = steps.filter(({ id }) => !waitedFor.has(id))
  const lastColumn = Math.max(0, ...columns.values()) + 1

  const nodes = steps.map(({ id, type, name, config, note }) => ({
    id,
    type,
    name,
    config,
    position: place(columns.get(id) ?? 1),
    ...(note ? { note } : {}),
  }))
  const arrows = steps.flatMap((step) => {
    const sources = step.dependsOn.length > 0 || step.type === 'start' || hasStart ? step.dependsOn : [START]
    return sources.map((source) => ({ source, target: step.id }))
  })
  if (!hasEnd) arrows.push(...last.map((step) => ({ source: step.id, target: END })))
  const typeOf = new Map(steps.map(({ id, type }) => [id, type]))
  return {
    shape,
    definition: {
      schemaVersion: 1,
      kind: 'dag',
      inputs,
      nodes: [
        ...(hasStart ? [] : [{ id: START, type: 'start', name: freeName('Start', steps), position: { x: 0, y: 0 } }]),
        ...nodes,
        ...(hasEnd ? [] : [endNode(last, steps, lastColumn)]),
      ],
      edges: arrows.map(({ source, target }, index) => ({
        id: `e${index + 1}`,
        source,
        target,
        ...(typeOf.get(source) === 'approval' ? { sourcePort: 'approved' } : {}),
      })),
    },
  }
}

const START = 'start_of_steps'
const END = 'end_of_steps'

function endNode(last: Step[], steps: Step[], column: number) {
  const [only] = last
  const output = last.length === 1 && only ? `{{ nodes.\`${only.name}\`.output }}` : undefined
  return {
    id: END,
    type: 'end',
    name: freeName('End', steps),
    position: { x: column * COLUMN_WIDTH, y: 0 },
    config: output === undefined ? {} : { output },
  }
}

function freeName(name: string, steps: readonly Step[]): string {
  const taken = new Set(steps.map((step) => step.name))
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name} ${number}`
    if (!taken.has(candidate)) return candidate
  }
}

/** The longest way from the start; a cycle, which validation refuses, ends the counting. */
function columnsOf(steps: readonly Step[]): Map<string, number> {
  const byId = new Map(steps.map((step) => [step.id, step]))
  const columns = new Map<string, number>()
  const visit = (id: string, trail: ReadonlySet<string>): number => {
    const known = columns.get(id)
    if (known !== undefined) return known
    const before = (byId.get(id)?.dependsOn ?? []).filter((other) => byId.has(other) && !trail.has(other))
    const column = 1 + Math.max(0, ...before.map((other) => visit(other, new Set([...trail, id]))))
    columns.set(id, column)
    return column
  }
  for (const { id } of steps) visit(id, new Set([id]))
  return columns
}
