/** A condition that protects somebody, and how to take it out so that the code still runs. */
export interface Guard {
  guards: string
  file: string
  /** Exactly once in the file. */
  text: string
  without: string
  /** Test files of which at least one test must fail without it. */
  tests: string[]
  /** Only tests whose name matches, where a file takes long. */
  only?: string
}

const FENCES = ['lib/db/fences.db.test.ts']
const EGRESS = ['lib/nodes/egress.test.ts']
const AUTHENTICATE = ['lib/auth/authenticate.db.test.ts']
const QUORUM = ['lib/worker/approval-quorum.db.test.ts']
const ORIGIN = ['lib/auth/same-origin.test.ts']
const EXPRESSION = ['lib/engine/expression.test.ts']

export const GUARDS: readonly Guard[] = [
  // Who may write to a run.
  {
    guards: 'a checkpoint names the owner of the lease',
    file: 'lib/db/checkpoint-sql.ts',
    text: `r.lease_owner = i."owner" AND `,
    without: '',
    tests: FENCES,
  },
  {
    guards: 'a checkpoint names the epoch of the lease',
    file: 'lib/db/checkpoint-sql.ts',
    text: `r.lease_epoch = i."epoch" AND `,
    without: '',
    tests: FENCES,
  },
  {
    guards: 'a checkpoint names the event it follows',
    file: 'lib/db/checkpoint-sql.ts',
    text: ` AND r.last_seq = i."expectedSeq"`,
    without: '',
    tests: FENCES,
  },
  {
    guards: 'a lease that ended is not extended',
    file: 'lib/db/workers.ts',
    text: `           WHERE id = $1 AND lease_until > clock_timestamp()`,
    without: `           WHERE id = $1`,
    tests: FENCES,
  },
  {
    guards: 'a run of a living worker is not taken',
    file: 'lib/db/runs.ts',
    text: `AND w.lease_until > clock_timestamp()))`,
    without: `AND false))`,
    tests: FENCES,
  },
  {
    guards: 'a run that has ended takes no commands',
    file: 'lib/db/commands.ts',
    text: 'TERMINAL_SQL} $AND',
    without: 'TERMINAL_SQL} IS NOT NULL $AND',
    tests: FENCES,
  },
  {
    guards: 'a command is for a run of the team',
    file: 'lib/db/commands.ts',
    text: ' AND r.team_id = $TEAM FOR UPDATE',
    without: ' AND $TEAM::uuid IS NOT NULL FOR UPDATE',
    tests: FENCES,
  },
  // Who decides, and when.
  {
    guards: 'only an open wait is decided',
    file: 'lib/db/commands.ts',
    text: `w.state = 'open' AND (CASE`,
    without: '(CASE',
    tests: FENCES,
  },
  {
    guards: 'a timer does not fire early on the clock of the database',
    file: 'lib/db/commands.ts',
    text: 'w.due_at <= clock_timestamp()',
    without: 'true',
    tests: FENCES,
  },
  {
    guards: 'a person does not decide late on the clock of the database',
    file: 'lib/db/commands.ts',
    text: 'w.due_at > clock_timestamp() END',
    without: 'true END',
    tests: FENCES,
  },
  {
    guards: 'a decision is about what was shown',
    file: 'lib/usecases/decide-approval.ts',
    text: 'options.shownHash !== shownHash)',
    without: 'options.shownHash.length > 64)',
    tests: ['lib/worker/worker.db.test.ts'],
    only: 'F-25',
  },
  {
    guards: 'an approval is decided by its team',
    file: 'lib/usecases/decide-approval.ts',
    text: 'if (teamId !== principal.team.id)',
    without: `if (teamId === '')`,
    tests: ['lib/worker/worker.db.test.ts'],
    only: 'another team',
  },
  {
    guards: 'an approval takes its quorum',
    file: 'lib/engine/approval-policy.ts',
    text: 'approvals >= approvalsNeeded',
    without: 'approvals >= 1',
    tests: ['lib/engine/approval-policy.test.ts'],
  },
  {
    guards: 'who started a run does not approve it, where that is forbidden',
    file: 'lib/engine/approval-policy.ts',
    text: '!policy.allowSelfApproval && voter',
    without: 'voter.email === policy.mode && voter',
    tests: ['lib/engine/approval-policy.test.ts'],
  },
  {
    guards: 'the vote of somebody who has left the team does not count',
    file: 'lib/db/approval-votes.ts',
    text: 'CASE WHEN m.id IS NOT NULL AND u.disabled_at IS NULL THEN',
    without: 'CASE WHEN u.id IS NOT NULL THEN',
    tests: QUORUM,
    only: 'F-24',
  },
  {
    guards: 'nobody leaves the team between being counted and the decision',
    file: 'lib/db/approval-votes.ts',
    text: 'ORDER BY id FOR SHARE',
    without: 'ORDER BY id',
    tests: QUORUM,
    only: 'under way',
  },
  {
    guards: 'one vote is counted after the other',
    file: 'lib/db/commands.ts',
    text: `WHERE id = $1 AND team_id = $2 FOR UPDATE'`,
    without: `WHERE id = $1 AND team_id = $2'`,
    tests: QUORUM,
    only: 'at the same moment',
  },
  {
    guards: 'a run is commanded by its team',
    file: 'lib/usecases/command-run.ts',
    text: 'if (pulse.teamId !== principal.team.id)',
    without: `if (pulse.teamId === '')`,
    tests: ['lib/worker/worker.db.test.ts'],
    only: 'another team',
  },
  {
    guards: 'a run is read by its team',
    file: 'lib/db/run-reads.ts',
    text: 'r.id = wanted.run_id AND r.team_id = wanted.team_id',
    without: 'r.id = wanted.run_id',
    tests: ['lib/worker/worker.db.test.ts'],
    only: 'another team',
  },
  // What a run may do.
  {
    guards: 'an effect that may not be repeated is not',
    file: 'lib/worker/effects.ts',
    text: 'if (decision.resumed && attempt.node.policy.atMostOnce)',
    without: 'if (decision.resumed && attempt.attempt < 0)',
    tests: ['lib/worker/crash-classes.db.test.ts'],
    only: 'must not be repeated',
  },
  {
    guards: 'a loop turns only so often',
    file: 'lib/engine/propagate.ts',
    text: 'visit > plan.maxNodeVisits',
    without: 'visit > 1_000_000',
    tests: ['lib/engine/limits.test.ts'],
  },
  {
    guards: 'a run takes only so many steps',
    file: 'lib/engine/decide.ts',
    text: 'state.steps >= plan.maxSteps',
    without: 'state.steps >= 1_000_000',
    tests: ['lib/engine/limits.test.ts'],
  },
  {
    guards: 'text is never run as an expression',
    file: 'lib/engine/expression-guards.ts',
    text: `node.value === 'eval'`,
    without: `node.value === ''`,
    tests: EXPRESSION,
  },
  {
    guards: 'a pattern that could hang is refused before it runs',
    file: 'lib/engine/expression-guards.ts',
    text: `if (node.type === 'regex') compilePattern`,
    without: `if (node.type === 'never') compilePattern`,
    tests: EXPRESSION,
  },
  {
    guards: 'the name $clone is ours',
    file: 'lib/engine/expression-guards.ts',
    text: `if (bound.has('clone'))`,
    without: `if (bound.has(''))`,
    tests: EXPRESSION,
  },
  // Where a workflow may call.
  {
    guards: 'an address in a URL is public',
    file: 'lib/nodes/egress-url.ts',
    text: 'if (isIP(host) && !isAllowedAddress(host, rules.allowance))',
    without: `if (host === '')`,
    tests: EGRESS,
  },
  {
    guards: 'every address behind a name is public',
    file: 'lib/nodes/egress.ts',
    text: '!addresses.every(({ address }) => isAllowedAddress(address, allowance))',
    without: 'false',
    tests: EGRESS,
  },
  {
    guards: 'the connection goes to the address that was checked',
    file: 'lib/nodes/egress.ts',
    text: 'target.mustBePublic ? checkedAgent : namedAgent',
    without: 'namedAgent',
    tests: EGRESS,
  },
  {
    guards: 'each redirect is checked anew',
    file: 'lib/nodes/egress.ts',
    text: 'const next = checkUrl(new URL(location, target.url).href, rules)',
    without: 'const next = { url: new URL(location, target.url), mustBePublic: target.mustBePublic }',
    tests: ['lib/nodes/egress-exchange.test.ts'],
  },
  {
    guards: 'of this installation only the samples are called',
    file: 'lib/nodes/egress-url.ts',
    text: 'return checkOwn(url)',
    without: 'return { url, mustBePublic: false }',
    tests: EGRESS,
  },
  // Who is calling us.
  {
    guards: 'a key is looked up by its own hash',
    file: 'lib/db/api-keys.ts',
    text: 'WHERE k.key_hash = $1',
    without: 'WHERE $1::bytea IS NOT NULL LIMIT 1',
    tests: AUTHENTICATE,
  },
  {
    guards: 'a key expires',
    file: 'lib/auth/authenticate.ts',
    text: 'if (row.expiresAt !== null && row.expiresAt.getTime() <= Date.now())',
    without: `if (row.keyId === '')`,
    tests: AUTHENTICATE,
  },
  {
    guards: 'a revoked key is refused',
    file: 'lib/auth/authenticate.ts',
    text: `if (row.revokedAt !== null) return 'The API key`,
    without: `if (row.keyId === '') return 'The API key`,
    tests: AUTHENTICATE,
  },
  {
    guards: 'a key does what its scopes say',
    file: 'lib/auth/permissions.ts',
    text: '!who.scopes.includes(rule.scope) &&',
    without: 'false &&',
    tests: ['lib/auth/permissions.test.ts'],
  },
  {
    guards: 'a cookie is used from our own pages: Sec-Fetch-Site',
    file: 'lib/auth/same-origin.ts',
    text: `if (fetchSite !== null && fetchSite !== 'same-origin')`,
    without: `if (fetchSite === '')`,
    tests: ORIGIN,
  },
  {
    guards: 'a cookie is used from our own pages: Origin',
    file: 'lib/auth/same-origin.ts',
    text: 'return sent.origin === new URL(publicUrl).origin',
    without: 'return true',
    tests: ORIGIN,
  },
  // What they send.
  {
    guards: 'an idempotency key belongs to one body',
    file: 'lib/usecases/answer-once.ts',
    text: 'if (taken.bodyHash !== claim.bodyHash)',
    without: `if (claim.key === '')`,
    tests: ['lib/api/server/test/execute-once.api.test.ts'],
  },
  {
    guards: 'a body is only so large: as declared',
    file: 'lib/api/server/read-body.ts',
    text: 'if (Number(declared) > maxBytes)',
    without: 'if (Number(declared) < 0)',
    tests: ['lib/api/server/test/limits.api.test.ts', 'lib/api/server/test/samples.api.test.ts'],
  },
  {
    guards: 'a body is only so large: as it arrives',
    file: 'lib/api/server/read-body.ts',
    text: 'if (bytes > maxBytes)',
    without: 'if (bytes < 0)',
    tests: ['lib/api/server/test/recipe.api.test.ts'],
  },
  {
    guards: 'a callback URL was signed by us',
    file: 'lib/callback-url.ts',
    text: ' || !isEqual(mac, sign(body))',
    without: '',
    tests: ['lib/api/server/test/callbacks.api.test.ts'],
  },
  {
    guards: 'production needs a PostgreSQL that keeps what it commits',
    file: 'scripts/server/database.ts',
    text: `if (NODE_ENV !== 'production' ||`,
    without: `if (NODE_ENV !== '' ||`,
    tests: ['scripts/server/durable-server.test.ts'],
  },
]
