/**
 * Named points at which a test may kill this very process, compiled in always and doing nothing unless asked:
 * `ENGINE_CRASH_AT=step.mid_effect:2` kills at the second passage. The promises of the engine are tested by dying here.
 */
export const CRASH_POINTS = [
  'claim.before_commit',
  'claim.after_commit',
  'step.before_start_event',
  'step.after_start_event',
  'step.mid_effect',
  'step.before_complete_commit',
  'step.after_complete_commit',
  'route.before_next',
  'wait.before_park',
  'wait.after_park',
  'resume.before_commit',
  'resume.after_commit',
  'fanout.after_k_of_n',
  'join.before_commit',
  'cancel.before_commit',
  'finish.before_commit',
  'finish.after_commit',
  'evaluation.before_commit',
  'evaluation.after_commit',
] as const
export type CrashPoint = (typeof CRASH_POINTS)[number]

let remaining: { point: string; passages: number } | undefined

/** Read once: asking for it at every passage costs as much as a node. */
const wanted = process.env.ENGINE_CRASH_AT

/** Dies here, at once and without a word, when the environment says so. */
export function crashPoint(point: CrashPoint): void {
  if (!wanted) return
  if (!remaining) {
    const [name = '', count = '1'] = wanted.split(':')
    remaining = { point: name, passages: Number(count) }
  }
  if (remaining.point !== point) return
  remaining.passages -= 1
  if (remaining.passages > 0) return
  process.kill(process.pid, 'SIGKILL')
  // The signal arrives a moment later; nothing more may happen until it does.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}
