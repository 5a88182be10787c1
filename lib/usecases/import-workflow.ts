import type { ImportedWorkflow } from '../api/contracts/workflow-more'
import type { Principal } from '../auth/principal'
import { AppError } from '../errors'
import { LIMITS } from '../limits'
import type { WorkflowDefinition } from '../workflow/document'
import { type DocumentShape, normaliseDocument } from '../workflow/normalise'
import { validateDefinition } from '../workflow/validate'
import { createWorkflow } from './create-workflow'

/**
 * A new draft from a definition or from a list of steps as other tools write them. A draft may have problems, which are
 * answered. Throws `validation_failed` for steps of no known shape, `invalid_definition` for what is no definition at all.
 */
export async function importWorkflow(options: {
  principal: Principal
  name?: string
  description?: string
  tags?: string[]
  projectId?: string
  /** A definition, or an object with a list of steps. */
  document: unknown
  /** Where the document stands in what the caller sent; empty: at the root. */
  at: string
  /** Members that the caller sent and nothing is made of. */
  ignored: string[]
}): Promise<ImportedWorkflow> {
  const { document, at, ignored, name = 'Imported workflow', ...rest } = options
  const steps = stepsOf(document)
  const pathOf = (path: string) => [at, path].filter((part) => part !== '').join('.')
  // Steps are laid out by recursion: as many as a definition may have nodes, and no more.
  if (steps !== undefined && steps.length > LIMITS.nodes.value) {
    throw refused(pathOf('steps'), `at most ${LIMITS.nodes.value} steps`)
  }
  const { shape, definition: normalised } = normaliseDocument(document)
  if (steps !== undefined && shape === 'graph') {
    throw refused(pathOf('steps'), 'every step needs a type, or every step an action, or every step a name')
  }
  const { definition, problems } = validateDefinition(normalised)
  if (definition === undefined) {
    throw new AppError('invalid_definition', `This is no definition: ${problems[0]?.message}`, {
      errors: problems.map(({ path, message }) => ({ path: pathOf(path), message })),
    })
  }
  const workflow = await createWorkflow({ ...rest, name, definition, importedFrom: shape })
  return { workflow, shape, problems, notes: notesOf(shape, definition, ignored) }
}

function stepsOf(document: unknown): unknown[] | undefined {
  if (typeof document !== 'object' || document === null || 'nodes' in document || !('steps' in document))
    return undefined
  return Array.isArray(document.steps) ? document.steps : undefined
}

function notesOf(shape: DocumentShape, definition: WorkflowDefinition, ignored: string[]): string[] {
  const notes = ignored.map((member) => `The field "${member.slice(0, 100)}" has no meaning here and was left out.`)
  if (shape === 'graph') return notes
  const tasks = definition.nodes.filter((node) => node.type === 'llm')
  if (tasks.length > 0 && shape !== 'typed-steps') {
    const names = tasks.map((node) => node.name).join(', ')
    notes.push(`Steps that say in words what to do became tasks for a model; choose the model of: ${names}.`)
  }
  return notes
}

function refused(path: string, message: string): AppError {
  return new AppError('validation_failed', `${path}: ${message}.`, { errors: [{ path, message }] })
}
