import { describe, expect, it } from 'vitest'
import { newId } from '../ids'
import { evaluationSettingsSchema } from './document'
import { evaluationProblems, verdictOf, wantsEvaluation } from './evaluation'

const settings = (change: object = {}) => evaluationSettingsSchema.parse({ workflowId: newId(), ...change })
const run = (status: Parameters<typeof wantsEvaluation>[1]['status'] = 'completed', id = newId()) => ({ id, status })

describe('which runs are evaluated', () => {
  it('those that completed, or all that ended, and never one that goes on', () => {
    expect(wantsEvaluation(settings(), run('completed'))).toBe(true)
    expect(wantsEvaluation(settings(), run('failed'))).toBe(false)
    expect(wantsEvaluation(settings({ when: 'ended' }), run('failed'))).toBe(true)
    expect(wantsEvaluation(settings({ when: 'ended' }), run('waiting_for_approval'))).toBe(false)
  })

  it('a share of them, which is the same runs whoever asks', () => {
    const ids = Array.from({ length: 2_000 }, () => newId())
    const chosen = (sample: number) => ids.filter((id) => wantsEvaluation(settings({ sample }), run('completed', id)))
    const quarter = chosen(0.25)
    expect(quarter).toEqual(chosen(0.25))
    // Beyond six standard deviations of chance: it would fail once in five hundred million times.
    expect(Math.abs(quarter.length - 500)).toBeLessThan(117)
    expect(chosen(0.5)).toEqual(expect.arrayContaining(quarter))
    expect(chosen(1)).toEqual(ids)
  })

  it('by the random part of the id alone', () => {
    const low = newId(1, new Uint8Array([0, 0, 0, 0, 0, 1]))
    const high = newId(1, new Uint8Array([255, 255, 255, 255, 255, 255]))
    expect(wantsEvaluation(settings({ sample: 0.001 }), run('completed', low))).toBe(true)
    expect(wantsEvaluation(settings({ sample: 0.999 }), run('completed', high))).toBe(false)
  })
})

describe('settings', () => {
  it('name a workflow', () => {
    expect(evaluationProblems(undefined)).toEqual([])
    expect(evaluationProblems(settings())).toEqual([])
    expect(evaluationProblems(settings({ workflowId: '' }))).toMatchObject([
      { path: 'settings.evaluation.workflowId', severity: 'error', message: 'Choose the workflow that evaluates.' },
    ])
    expect(evaluationProblems(settings({ workflowId: 'nonsense' }))).toHaveLength(1)
  })

  it.each([{ sample: 0 }, { sample: 1.1 }, { when: 'never' }, { version: -1 }, { unknown: 1 }])(
    'refuse %j',
    (change) => {
      expect(evaluationSettingsSchema.safeParse({ workflowId: newId(), ...change }).success).toBe(false)
    },
  )
})

describe('what an evaluator says', () => {
  it('is scores by name, of the run and of its turns, and a word', () => {
    const output = {
      scores: { tone: 0.5 },
      turns: [{ turn: 2, scores: { tone: 1 }, note: 'x' }],
      comment: 'Fine',
      more: 1,
    }
    expect(verdictOf(output)).toEqual({
      scores: { tone: 0.5 },
      turns: [{ turn: 2, scores: { tone: 1 } }],
      comment: 'Fine',
      problem: null,
    })
  })

  it.each([
    [null, 'it is not an object'],
    ['good', 'it is not an object'],
    [[], 'it is not an object'],
    [{}, 'scores is not an object'],
    [{ scores: [1] }, 'scores is not an object'],
    [{ scores: {} }, 'scores is empty'],
    [{ scores: { tone: 'high' } }, 'scores.tone is not a number'],
    [{ scores: { tone: null } }, 'scores.tone is not a number'],
    [{ scores: { tone: 1 }, turns: [{ turn: 0.5, scores: { tone: 1 } }] }, 'turns.0.turn is not a whole number'],
    [{ scores: { tone: 1 }, comment: 7 }, 'comment is not a text'],
  ])('is no score when it is %j, and why', (output, why) => {
    expect(verdictOf(output)).toEqual({
      scores: null,
      turns: [],
      comment: null,
      problem: `The output of the evaluator holds no scores: ${why}. It should be an object with scores, a number for each name.`,
    })
  })
})
