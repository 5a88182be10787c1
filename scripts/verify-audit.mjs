/**
 * `npm run verify-audit FILE [HASH]`: checks a file from `GET /v1/audit/export` offline. Nothing is asked of any server; beside
 * Node's own modules it needs only verify-provenance.mjs, for the canonical JSON that both hash. HASH is the hash of a head that
 * was noted elsewhere; with it, a log that was made anew as a whole is found out too. The algorithm is in docs/audit.md.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { canonical } from './verify-provenance.mjs'

export const ALGORITHM = 'countersign-audit-1'

const MEMBERS = [
  'id',
  'team_id',
  'seq',
  'at',
  'actor',
  'action',
  'target',
  'details',
  'request_id',
  'ip',
  'previous_hash',
]

const sha256 = (value) => createHash('sha256').update(canonical(value)).digest('hex')

/** Everything that is wrong with an exported log; empty when it is whole. */
export function problemsOf(document, expectedHash) {
  if (!isObject(document)) return ['This is not an audit log.']
  const { algorithm, team_id, after, records, end, ...others } = document
  if (algorithm !== ALGORITHM) return [`The algorithm is ${JSON.stringify(algorithm)}, not "${ALGORITHM}".`]
  if (!isObject(after) || !Array.isArray(records) || !isObject(end)) return ['after, records or end is missing.']
  const problems = Object.keys(others).map((name) => `The file has an unknown member ${JSON.stringify(name)}.`)
  if (after.seq === 0 && after.hash !== sha256({ algorithm, team_id })) {
    problems.push('The log does not begin where the log of this team begins.')
  }
  let last = after
  for (const record of records) {
    if (!isObject(record)) {
      problems.push(`What follows record ${last.seq} is not a record.`)
      continue
    }
    problems.push(...recordProblems(record, last, team_id))
    last = record
  }
  if (end.seq !== last.seq || end.hash !== last.hash || end.records !== records.length) {
    problems.push('end is not where the records end.')
  }
  if (expectedHash !== undefined && ![after, ...records].some((place) => place?.hash === expectedHash)) {
    problems.push(`No record has the expected hash ${expectedHash}.`)
  }
  return problems
}

function recordProblems(record, last, teamId) {
  const problems = []
  const name = `Record ${record.seq}`
  if (record.seq !== last.seq + 1) problems.push(`${name} stands where record ${last.seq + 1} belongs.`)
  if (record.previous_hash !== last.hash) problems.push(`${name} does not follow what stands before it.`)
  if (record.team_id !== teamId) problems.push(`${name} is of another team.`)
  const { hash, ...covered } = record
  const members = Object.keys(covered)
  const odd = [...MEMBERS.filter((member) => !members.includes(member)), ...members.filter((m) => !MEMBERS.includes(m))]
  if (odd.length > 0) problems.push(`${name}: ${odd.join(', ')} is missing or unknown.`)
  if (hash !== sha256(covered)) problems.push(`${name}: the hash is not that of its members.`)
  return problems
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Exit code 0: whole; 1: not; 2: cannot be read. */
export function main([file, expectedHash], say = console) {
  if (file === undefined) {
    say.error('Usage: npm run verify-audit -- FILE [HASH]')
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
    for (const problem of problems.slice(0, 20)) say.error(`✗ ${problem}`)
    if (problems.length > 20) say.error(`  and ${problems.length - 20} more`)
    say.error(`The log does not verify: ${problems.length} problem${problems.length === 1 ? '' : 's'}.`)
    return 1
  }
  const { after, end } = document
  const since = after.seq === 0 ? 'from the beginning' : `after record ${after.seq}`
  say.log(`✓ ${end.records} records ${since} in one chain, ending with record ${end.seq}: ${end.hash}.`)
  return 0
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = main(process.argv.slice(2))
}
