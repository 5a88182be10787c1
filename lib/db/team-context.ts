import { AsyncLocalStorage } from 'node:async_hooks'
import type { Id } from '../ids'
import { processSingleton } from './process'

/**
 * Whose request is being served, for every statement that is sent on its behalf however deep in the code: with a team,
 * `pool()` leads to connections on which PostgreSQL itself shows that team's rows and no others (row-security.ts). Without
 * one, statements are those of the engine, which works for all teams at once.
 */
const context = () => processSingleton('team-context', () => new AsyncLocalStorage<Id | undefined>())

/** Does `work`, and whatever it starts, for this one team. */
export function forTeam<T>(teamId: Id, work: () => T): T {
  return context().run(teamId, work)
}

/**
 * Does `work` as the engine although a request asks for it: finding out who calls, starting and commanding runs, sweeping.
 * Each place that calls this is named in row-security.test.ts; it takes nothing from a caller that was not checked.
 */
export function asEngine<T>(work: () => T): T {
  return teamOfContext() === undefined ? work() : context().run(undefined, work)
}

/** The team that is being served; undefined for the engine. */
export function teamOfContext(): Id | undefined {
  return context().getStore()
}
