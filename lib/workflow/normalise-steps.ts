import type { DocumentShape } from './normalise'
import { knownType } from './step-types'

/** One step of a list, as a node is written. */
export interface Step {
  id: string
  name: string
  type: string
  config: Record<string, unknown>
  dependsOn: string[]
  note?: string
}

interface ReadSteps {
  shape: DocumentShape
  steps: Step[]
  inputs: Record<string, unknown>
}

const MODEL = 'offline/writer'
const MAX_NAME = 100

/** The steps of a document in one of the known shapes; `undefined` when it is none of them. */
export function readSteps(input: unknown): ReadSteps | undefined {
  if (!isObject(input) || 'nodes' in input || !Array.isArray(input.steps) || input.steps.length === 0) return undefined
  const raw = input.steps.filter(isObject)
  if (raw.length !== input.steps.length) return undefined
  const shape = shapeOf(raw)
  if (!shape) return undefined
  const named = raw.map((step, index) => ({ step, name: nameOf(step, index) }))
  const names = unique(named.map(({ name }) => name))
  const ids = unique(names.map(idOf))
  const find = (reference: unknown) => {
    const text = String(reference)
    const at = raw.findIndex((step, index) => step.id === text || names[index] === text || ids[index] === text)
    return at < 0 ? text : (ids[at] ?? text)
  }
  const steps = raw.map((step, index): Step => {
    const id = ids[index] ?? `step_${index + 1}`
    const name = names[index] ?? id
    const previous = index > 0 ? { id: ids[index - 1] ?? '', name: names[index - 1] ?? '' } : undefined
    const before = previous ? [previous.id] : []
    if (shape === 'typed-steps') return typedStep(step, id, name, dependencies(step, find))
    if (shape === 'action-steps') return actionStep(step, id, name, before)
    return describedStep(step, id, name, before, previous?.name)
  })
  return { shape, steps, inputs: inputsOf(input.inputs) }
}

function shapeOf(steps: Record<string, unknown>[]): DocumentShape | undefined {
  if (steps.every((step) => typeof step.type === 'string')) return 'typed-steps'
  if (steps.every((step) => typeof step.action === 'string')) return 'action-steps'
  return steps.every((step) => typeof step.name === 'string') ? 'described-steps' : undefined
}

function typedStep(step: Record<string, unknown>, id: string, name: string, dependsOn: string[]): Step {
  const type = String(step.type)
  return { id, name, type: knownType(type) ?? type, config: isObject(step.config) ? step.config : {}, dependsOn }
}

/** A step that only says what to do is a task for a model, which gets what the step before it made. */
function describedStep(
  step: Record<string, unknown>,
  id: string,
  name: string,
  dependsOn: string[],
  previous?: string,
): Step {
  const task = typeof step.description === 'string' && step.description !== '' ? step.description : name
  const material = previous === undefined ? '{{ inputs }}' : `{{ nodes.\`${previous}\`.output }}`
  const hint = typeof step.agent_hint === 'string' && step.agent_hint !== '' ? { system: step.agent_hint } : {}
  return { id, name, type: 'llm', config: { model: MODEL, ...hint, prompt: `${task}\n\n${material}` }, dependsOn }
}

/** An action of ours is that node; any other is a task for a model, with its parameters as facts. */
function actionStep(step: Record<string, unknown>, id: string, name: string, dependsOn: string[]): Step {
  const parameters = isObject(step.parameters) ? step.parameters : {}
  const note = typeof step.agent_id === 'string' ? { note: `Agent: ${step.agent_id}` } : {}
  const type = knownType(String(step.action))
  if (type) return { id, name, type, config: parameters, dependsOn, ...note }
  const facts = Object.entries(parameters).map(
    ([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  const prompt = [`Carry out: ${String(step.action)}`, ...facts].join('\n')
  return { id, name, type: 'llm', config: { model: MODEL, prompt }, dependsOn, ...note }
}

function dependencies(step: Record<string, unknown>, find: (reference: unknown) => string): string[] {
  const given = step.depends_on ?? step.dependsOn
  const list = Array.isArray(given) ? given : given === undefined || given === null ? [] : [given]
  return [...new Set(list.map(find))]
}

function nameOf(step: Record<string, unknown>, index: number): string {
  const given = [step.name, step.id, step.action].find((value) => typeof value === 'string' && value.trim() !== '')
  // Backticks quote names in expressions, so a name cannot hold one.
  return String(given ?? `Step ${index + 1}`)
    .replaceAll('`', "'")
    .trim()
    .slice(0, MAX_NAME)
}

function idOf(name: string): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 40)
  return plain === '' ? 'step' : plain
}

/** The second of a name becomes `name 2` for people, `name_2` for ids, told apart by what the name looks like. */
function unique(names: string[]): string[] {
  const taken = new Set<string>()
  return names.map((name) => {
    const joint = /^[a-z0-9_]+$/.test(name) ? '_' : ' '
    let candidate = name
    for (let number = 2; taken.has(candidate); number++) candidate = `${name}${joint}${number}`
    taken.add(candidate)
    return candidate
  })
}

/** A JSON Schema, or a list of `{name, type, required, default, description}`. */
function inputsOf(given: unknown): Record<string, unknown> {
  if (isObject(given))
    return isObject(given.properties) ? given : { type: 'object', properties: {}, additionalProperties: true }
  if (!Array.isArray(given)) return { type: 'object', properties: {}, additionalProperties: true }
  const fields = given.filter(isObject).filter((field) => typeof field.name === 'string')
  const properties = fields.map(({ name, required, ...rest }) => [name, { type: 'string', ...rest }])
  const required = fields.filter((field) => field.required === true).map((field) => field.name)
  return { type: 'object', properties: Object.fromEntries(properties), ...(required.length > 0 ? { required } : {}) }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
