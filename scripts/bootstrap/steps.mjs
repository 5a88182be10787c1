/** What the commands show while they work: one line per step, ticked with its duration. No dependencies: runs before `npm ci`. */

const colour = process.stdout.isTTY && !process.env.NO_COLOR
const paint = (code, text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text)

/** An expected obstacle: its message is one sentence that says what to do. It is shown without a stack. */
export class Obstacle extends Error {
  name = 'Obstacle'
}

/** Shows the title, does the work, ticks it. `work` may return a text that is shown beside the tick, e.g. "up to date". */
export async function step(title, work) {
  const startedAt = performance.now()
  const timer = process.stdout.isTTY ? setInterval(redraw, 1000) : undefined
  function redraw() {
    process.stdout.write(`\r  ${paint(90, '…')} ${title} ${paint(90, duration(startedAt))} `)
  }
  if (timer) redraw()
  try {
    const note = await work()
    finish(paint(32, '✓'), note)
  } catch (error) {
    finish(paint(31, '✗'))
    throw error
  } finally {
    clearInterval(timer)
  }
  function finish(mark, note) {
    const text = `  ${mark} ${title} ${paint(90, [note, duration(startedAt)].filter(Boolean).join(', '))}`
    process.stdout.write(`${timer ? '\r\u001b[K' : ''}${text}\n`)
  }
}

/** One line in plain text, set in like the steps. */
export function say(text = '') {
  process.stdout.write(`${text ? `  ${text}` : ''}\n`)
}

export function strong(text) {
  return paint(1, text)
}

/** Shows the sentence of an obstacle; of anything else the message, never a stack. */
export function sayObstacle(error) {
  const sentence = error instanceof Error ? error.message : String(error)
  process.stderr.write(`\n  ${paint(31, '✗')} ${sentence}\n\n`)
}

function duration(startedAt) {
  const ms = performance.now() - startedAt
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}
