/**
 * `npm run verify-provenance FILE [HASH]`: checks a file from `GET /v1/runs/{id}/provenance` offline. Nothing is asked of any
 * server, and nothing is imported but Node's own modules: this file can be read in a minute and kept beside the evidence.
 * HASH is the `end.hash` that was noted elsewhere; with it, a chain that was made anew as a whole is found out too.
 * The algorithm is described in docs/provenance.md.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

export const ALGORITHM = 'countersign-provenance-1'

/** Members of each part that are hashed, and those that only prove a hash beside them. */
const PARTS = {
  run: {
    hashed: ['run_id', 'workflow_id', 'version_number', 'definition_hash', 'input_hash', 'created_at'],
    proofs: { definition: 'definition_hash', input: 'input_hash' },
  },
  step: {
    hashed: [
      'previous_hash',
      'seq',
      'node_key',
      'node_id',
      'status',
      'attempt',
      'reused',
      'input_hash',
      'output_hash',
      'at',
    ],
    proofs: { input: 'input_hash', output: 'output_hash' },
  },
  end: { hashed: ['previous_hash', 'status', 'steps', 'output_hash', 'at'], proofs: { output: 'output_hash' } },
}

/** JSON with sorted members and no white space (RFC 8785). */
export function canonical(value) {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`)
  return `{${members.join(',')}}`
}

const sha256 = (value) => createHash('sha256').update(canonical(value)).digest('hex')

/** Everything that is wrong with a document; empty when it is whole. */
export function problemsOf(document, expectedHash) {
  if (typeof document !== 'object' || document === null) return ['This is not a provenance file.']
  const { algorithm, run, steps, end, ...others } = document
  if (algorithm !== ALGORITHM) return [`The algorithm is ${JSON.stringify(algorithm)}, not "${ALGORITHM}".`]
  if (!isObject(run) || !Array.isArray(steps) || !isObject(end)) return ['run, steps or end is missing.']
  const problems = Object.keys(others).map((name) => `The file has an unknown member ${JSON.stringify(name)}.`)
  problems.push(...partProblems('run', run, PARTS.run, { algorithm }))
  let previous = run.hash
  let lastSeq = 0
  for (const [index, step] of steps.entries()) {
    const name = `step ${index + 1}${isObject(step) ? ` (${step.node_key})` : ''}`
    if (!isObject(step)) {
      problems.push(`${name} is not an object.`)
      continue
    }
    if (step.previous_hash !== previous) problems.push(`${name} does not follow what stands before it.`)
    if (!(Number.isInteger(step.seq) && step.seq > lastSeq)) problems.push(`${name} is out of order.`)
    problems.push(...partProblems(name, step, PARTS.step))
    previous = step.hash
    lastSeq = step.seq
  }
  if (end.previous_hash !== previous) problems.push('end does not follow what stands before it.')
  if (end.steps !== steps.length) problems.push(`end tells of ${end.steps} steps, the file has ${steps.length}.`)
  problems.push(...partProblems('end', end, PARTS.end))
  if (expectedHash !== undefined && end.hash !== expectedHash) {
    problems.push(`The chain ends with ${end.hash}, not with the expected ${expectedHash}.`)
  }
  return problems
}

function partProblems(name, part, { hashed, proofs }, extra = {}) {
  const problems = []
  const known = new Set([...hashed, ...Object.keys(proofs), 'hash'])
  for (const member of Object.keys(part)) if (!known.has(member)) problems.push(`${name}: unknown member ${member}.`)
  const missing = hashed.filter((member) => !Object.hasOwn(part, member))
  for (const member of missing) problems.push(`${name}: ${member} is missing.`)
  const covered = { ...extra, ...Object.fromEntries(hashed.map((member) => [member, part[member] ?? null])) }
  if (missing.length === 0 && part.hash !== sha256(covered))
    problems.push(`${name}: the hash is not that of its members.`)
  for (const [member, by] of Object.entries(proofs)) {
    if (Object.hasOwn(part, member) && sha256(part[member]) !== part[by]) {
      problems.push(`${name}: ${member} is not what ${by} says.`)
    }
  }
  return problems
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Exit code 0: whole; 1: not; 2: cannot be read. */
export function main([file, expectedHash], say = console) {
  if (file === undefined) {
    say.error('Usage: npm run verify-provenance -- FILE [HASH]')
    return 2
  }
  let document
  try {
    document = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    say.error(`${file} cannot be read: ${error.message}`)
    return 2
  }
  const problems = problemsOf(document, expectedHash)
  if (problems.length > 0) {
    for (const problem of problems) say.error(`✗ ${problem}`)
    say.error(`The file does not verify: ${problems.length} problem${problems.length === 1 ? '' : 's'}.`)
    return 1
  }
  const { run, steps, end } = document
  const proven = [run, ...steps, end].filter((part) => Object.hasOwn(part, 'output') || Object.hasOwn(part, 'input'))
  say.log(`✓ Run ${run.run_id} (${end.status}): ${steps.length} steps in one chain, ending with ${end.hash}.`)
  say.log(
    proven.length > 0
      ? '✓ Every input and output in the file is the one that was hashed.'
      : '  The file holds hashes only; fetch it with ?payloads=true to verify inputs and outputs.',
  )
  return 0
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = main(process.argv.slice(2))
}
