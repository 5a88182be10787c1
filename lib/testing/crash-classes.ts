import type { CrashPoint } from '../faults'
import type { WorkflowDefinition } from '../workflow/document'
import { draw } from './definition'

/** One class of nodes as a small workflow, and every named point that a process passes that advances it. */
export interface CrashClass {
  definition: WorkflowDefinition
  points: readonly CrashPoint[]
  /** Effects by path, as the sink is to see them: how many keys each. */
  effects: Record<string, number>
  /** Points after which it may be stopped: it rests there, and nothing after that may happen. */
  restsAfter?: Record<string, number>
}

const CLAIM: CrashPoint[] = ['claim.before_commit', 'claim.after_commit']
const FINISH: CrashPoint[] = ['finish.before_commit', 'finish.after_commit']
const EFFECT: CrashPoint[] = [
  'step.before_start_event',
  'step.after_start_event',
  'step.mid_effect',
  'step.before_complete_commit',
  'step.after_complete_commit',
]
const WAIT: CrashPoint[] = ['wait.before_park', 'wait.after_park']
const RESUME: CrashPoint[] = ['resume.before_commit', 'resume.after_commit']
const INLINE: CrashPoint[] = ['route.before_next']

const effect = (path: string, rest: object = {}) => ({
  type: 'http',
  config: { method: 'POST', url: `{{ inputs.sink }}/${path}`, body: {} },
  ...rest,
})
const inside = (parentId: string) => ({ parentId })

/** `childWorkflowId`: a published workflow with one effect, `/child`. */
export function crashClasses(childWorkflowId: string): Record<string, CrashClass> {
  return {
    'effect (http)': {
      definition: draw(['start>a', 'a>end'], { a: effect('a') }),
      points: [...CLAIM, ...EFFECT, ...INLINE, ...FINISH],
      effects: { a: 1 },
    },
    'pure (transform)': {
      definition: draw(['start>transform', 'transform>end']),
      points: [...CLAIM, ...INLINE, ...FINISH],
      effects: {},
    },
    'language model (offline)': {
      definition: draw(['start>model', 'model>end'], {
        model: { type: 'llm', config: { model: 'offline/writer', prompt: 'Write one sentence about rain.' } },
      }),
      points: [...CLAIM, ...EFFECT, ...INLINE, ...FINISH],
      effects: {},
    },
    'timer (delay)': {
      definition: draw(['start>delay', 'delay>a', 'a>end'], { delay: { config: { seconds: 1 } }, a: effect('a') }),
      points: [...CLAIM, ...WAIT, ...RESUME, ...EFFECT, ...FINISH],
      effects: { a: 1 },
      restsAfter: {},
    },
    approval: {
      definition: draw(['start>a', 'a>approval', 'approval:approved>b', 'b>end'], { a: effect('a'), b: effect('b') }),
      points: [...CLAIM, ...EFFECT, ...WAIT, ...RESUME, ...FINISH],
      effects: { a: 1, b: 1 },
      restsAfter: { a: 1 },
    },
    input: {
      definition: draw(['start>a', 'a>input', 'input>b', 'b>end'], { a: effect('a'), b: effect('b') }),
      points: [...CLAIM, ...EFFECT, ...WAIT, ...RESUME, ...FINISH],
      effects: { a: 1, b: 1 },
      restsAfter: { a: 1 },
    },
    callback: {
      definition: draw(['start>callback', 'callback>a', 'a>end'], { a: effect('a') }),
      points: [...CLAIM, ...WAIT, ...RESUME, ...EFFECT, ...FINISH],
      effects: { a: 1 },
      restsAfter: {},
    },
    'fan-out and join': {
      definition: draw(['start>a', 'start>b', 'start>c', 'a>merge', 'b>merge', 'c>merge', 'merge>end'], {
        a: effect('a'),
        b: effect('b'),
        c: effect('c'),
      }),
      points: [...CLAIM, ...EFFECT, 'fanout.after_k_of_n', 'join.before_commit', ...INLINE, ...FINISH],
      effects: { a: 1, b: 1, c: 1 },
    },
    loop: {
      definition: draw(['start>count', 'count>a', 'a>condition', 'condition:again>count', 'condition:else>end'], {
        count: { config: { expression: '($exists(nodes.count.output) ? nodes.count.output : 0) + 1' } },
        a: effect('a'),
        condition: { config: { branches: [{ name: 'again', when: 'nodes.count.output < 3' }] } },
      }),
      points: [...CLAIM, ...EFFECT, ...INLINE, ...FINISH],
      effects: { a: 3 },
    },
    'for each': {
      definition: draw(['start>forEach', 'forEach>b', 'b>end'], {
        forEach: { config: { items: '[1, 2, 3]', concurrency: 2 } },
        a: effect('a', inside('forEach')),
        b: effect('b'),
      }),
      points: [...CLAIM, ...EFFECT, 'fanout.after_k_of_n', ...INLINE, ...FINISH],
      effects: { a: 3, b: 1 },
    },
    while: {
      definition: draw(['start>while', 'while>b', 'b>end'], {
        while: { config: { when: 'index < 3' } },
        a: effect('a', inside('while')),
        b: effect('b'),
      }),
      points: [...CLAIM, ...EFFECT, ...INLINE, ...FINISH],
      effects: { a: 3, b: 1 },
    },
    'sub-workflow': {
      definition: draw(['start>workflow', 'workflow>b', 'b>end'], {
        workflow: { config: { workflowId: childWorkflowId, input: '{{ inputs }}' } },
        b: effect('b'),
      }),
      points: [...CLAIM, ...EFFECT, ...WAIT, ...RESUME, ...INLINE, ...FINISH],
      effects: { child: 1, b: 1 },
    },
  }
}

/** An effect that must not be repeated: its run fails and says why, once nobody knows how far it got. */
export const onceOnly = () => draw(['start>a', 'a>end'], { a: effect('a', { policy: { atMostOnce: true } }) })

export const childDefinition = () =>
  draw(
    ['start>child', 'child>end'],
    { child: effect('child') },
    { inputs: { type: 'object', properties: { sink: { type: 'string' } } } },
  )
