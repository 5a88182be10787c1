import { say } from './steps.mjs'

const GRACE_MS = 15_000
/** What serves has this long in all; then the database is closed under it, which loses nothing that was committed. */
const SERVING_LIMIT_MS = 20_000
const PARENT_CHECK_MS = 500
const LIMIT_MS = 30_000
/** npm passes Ctrl-C on a second time at once; only a later one means that somebody is losing patience. */
const IMPATIENCE_AFTER_MS = 1_000

/**
 * Stops the process in good order on Ctrl-C, SIGTERM, a closed terminal or an error nobody caught: first what serves, with a
 * grace for work in flight, then what was opened before it, newest first. Thirty seconds are the limit.
 */
export function onStop() {
  const serving = []
  const opened = []
  const claims = []
  let stopping
  let askedAt = 0

  function now(code) {
    stopping ??= stop(code)
    return stopping
  }

  async function stop(code) {
    setTimeout(() => process.exit(code || 1), LIMIT_MS).unref()
    const late = new Promise((resolve) => setTimeout(resolve, SERVING_LIMIT_MS).unref())
    for (const close of serving) await Promise.race([attempt(() => close(GRACE_MS)), late])
    for (const close of opened.reverse()) await attempt(close)
    process.exit(code)
  }

  function asked() {
    if (stopping && performance.now() - askedAt > IMPATIENCE_AFTER_MS) {
      serving.length = 0
      void Promise.allSettled(opened.map((close) => close())).then(() => process.exit(130))
      return
    }
    if (stopping) return
    askedAt = performance.now()
    say()
    say('Stopping; work in flight may finish.')
    void now(0)
  }

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, asked)
  if (process.env.npm_lifecycle_event) whenParentEnds(asked) // npm was killed and could not pass that on
  process.on('uncaughtException', (error) => {
    if (claims.some((claim) => claim(error))) return
    process.stderr.write(`${error?.stack ?? error}\n`)
    void now(1)
  })
  return {
    /** Runs first, all in order, with the milliseconds that work in flight may take. */
    first: (close) => serving.push(close),
    /** Runs after those, the newest first. */
    after: (close) => opened.push(close),
    /** An error nobody caught for which this answers true does not stop the process. */
    unless: (claim) => claims.push(claim),
    now,
  }
}

function whenParentEnds(then) {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    then()
  }, PARENT_CHECK_MS)
  timer.unref()
}

async function attempt(close) {
  try {
    await close()
  } catch (error) {
    process.stderr.write(`${error?.message ?? error}\n`)
  }
}
