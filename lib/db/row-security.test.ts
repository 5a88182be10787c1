import { describe, expect, test } from 'vitest'
import { sourceFiles } from '../testing/source-files'

/** Where code that serves requests could step around row-level security. Whoever adds a place here says why. */
describe('the ways around row-level security', () => {
  const written = sourceFiles().filter(
    ({ path }) => /^(lib|app)\/(?!testing|simulator)/.test(path) && !/test/.test(path),
  )

  /** How often each file calls one of these. */
  function calls(names: RegExp): Record<string, number> {
    const call = new RegExp(`(?<!function )\\b(?:${names.source})\\(`, 'g')
    const found = written.map(({ path, code }) => [path, code.match(call)?.length ?? 0] as const)
    return Object.fromEntries(found.filter(([, count]) => count > 0))
  }

  test('that lead a request to the rights of the engine', () => {
    expect(calls(/asEngine/)).toEqual({
      'lib/auth/identities.ts': 5, // who is calling
      'lib/auth/jwt.ts': 1, // the same
      'lib/db/batcher.ts': 1, // items of many teams in one statement
      'lib/db/commands.ts': 1, // telling a run what to do: the queue of the workers
      'lib/db/forks.ts': 1, // a run that begins with results of another: the same queue
      'lib/db/idempotency.ts': 1, // sweeping what is past its time
      'lib/db/local-worker.ts': 5, // the worker of this process
      'lib/db/notify.ts': 1, // the connection that listens for all teams
      'lib/usecases/reset-password.ts': 1, // a person’s roles in all their teams
    })
  })

  test('that choose the team', () => {
    expect(calls(/forTeam/)).toEqual({
      'lib/auth/act-for.ts': 1, // the caller’s
      'lib/db/run-reads.ts': 1, // the reader’s, in a batch of several
    })
    expect(calls(/actFor|isOwnAffair/)).toEqual({
      'lib/api/server/define-route.ts': 2,
      'lib/auth/act-for.ts': 2, // frames
      'lib/mcp/runs-as-resources.ts': 1,
      'lib/mcp/server.ts': 2,
    })
  })

  test('that make connections', () => {
    expect(Object.keys(calls(/new (?:pg\.)?(?:Pool|Client|TeamPool|PrismaPg)/))).toEqual([
      'lib/db/client.ts', // the two pools, and Prisma on them
      'lib/db/embedded-postgres.ts',
      'lib/db/migrate.ts',
      'lib/db/notify.ts', // listens
      'lib/db/row-security.ts',
      'lib/db/schema-engine.ts',
      'lib/worker/queue-recovery.ts',
    ])
  })

  test('and that find out who calls, to serve them in other ways', () => {
    expect(Object.keys(calls(/authenticate|principalOfCookie|currentPrincipal/))).toEqual([
      'app/(auth)/join/[token]/page.tsx', // what a link offers, to whoever has it
      'lib/api/server/auth/next-auth-options.ts', // signing out
      'lib/api/server/define-route.ts',
      'lib/auth/authenticate.ts',
      'lib/auth/session.ts', // pages: they show who is signed in, and read by the API
      'lib/mcp/door.ts', // every request of MCP
    ])
  })
})
