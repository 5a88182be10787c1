import { describe, expect, it } from 'vitest'
import { sample } from '../document/testing'
import { Autosave, type Draft, type SaveResult } from './autosave'

/** An autosave with a clock and a server in the hands of the test. */
function open() {
  let nowMs = 0
  let timers: { atMs: number; callback: () => void }[] = []
  const sent: { draft: Draft; revision: number; answer: (result: SaveResult | Error) => Promise<void> }[] = []
  let kept: { draft: Draft; revision: number } | null = null
  const autosave = new Autosave(
    {
      now: () => nowMs,
      later: (callback, delayMs) => {
        const timer = { atMs: nowMs + delayMs, callback }
        timers.push(timer)
        return () => {
          timers = timers.filter((other) => other !== timer)
        }
      },
      keep: (unsaved) => {
        kept = unsaved
      },
      save: (draft, revision) =>
        new Promise((resolve, reject) => {
          sent.push({
            draft,
            revision,
            answer: async (result) => {
              if (result instanceof Error) reject(result)
              else resolve(result)
              await settled()
            },
          })
        }),
    },
    1,
  )
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve))
  const pass = (ms: number) => {
    nowMs += ms
    const due = timers.filter((timer) => timer.atMs <= nowMs)
    timers = timers.filter((timer) => timer.atMs > nowMs)
    for (const timer of due) timer.callback()
  }
  return { autosave, sent, pass, kept: () => kept, kind: () => autosave.status.kind }
}

const theirs = { revision: 5, definition: sample(), savedBy: 'Somebody', savedAt: '2030-01-01T00:00:00Z' }

describe('autosave', () => {
  it('saves once after a moment of quiet, with the newest draft', async () => {
    const { autosave, sent, pass, kept, kind } = open()
    autosave.change({ name: 'a' })
    pass(500)
    autosave.change({ name: 'ab' })
    pass(500)
    expect(sent).toHaveLength(0)
    expect(kept()).toEqual({ draft: { name: 'ab' }, revision: 1 })
    pass(300)
    expect(sent.map((save) => save.draft)).toEqual([{ name: 'ab' }])
    expect(kind()).toBe('saving')
    await sent[0]?.answer({ kind: 'saved', revision: 2 })
    expect(kind()).toBe('saved')
    expect(kept()).toBeNull()
  })

  it('does not wait for quiet for ever', () => {
    const { autosave, sent, pass } = open()
    for (let ms = 0; ms < 6_000; ms += 500) {
      autosave.change({ name: `at ${ms}` })
      pass(500)
    }
    expect(sent.length).toBeGreaterThan(0)
  })

  it('has one save on its way; what changes meanwhile goes with the next, on the new revision', async () => {
    const { autosave, sent, pass, kept, kind } = open()
    autosave.change({ name: 'first' })
    pass(1_000)
    autosave.change({ description: 'second' })
    pass(10_000)
    expect(sent).toHaveLength(1)
    expect(kept()?.draft).toEqual({ name: 'first', description: 'second' })
    await sent[0]?.answer({ kind: 'saved', revision: 2 })
    expect(kind()).toBe('pending')
    pass(1_000)
    expect(sent[1]).toMatchObject({ draft: { description: 'second' }, revision: 2 })
  })

  it('tries again after a lost connection, later each time, and says so', async () => {
    const { autosave, sent, pass, kept, kind } = open()
    autosave.change({ name: 'a' })
    pass(1_000)
    await sent[0]?.answer(new Error('no connection'))
    expect(autosave.status).toEqual({ kind: 'offline', retryAtMs: 2_000, message: 'no connection' })
    expect(kept()?.draft).toEqual({ name: 'a' })
    autosave.change({ description: 'b' })
    pass(1_000)
    expect(sent[1]?.draft).toEqual({ name: 'a', description: 'b' })
    await sent[1]?.answer(new Error('no connection'))
    expect(autosave.status).toMatchObject({ retryAtMs: 4_000 })
    autosave.wake()
    await sent[2]?.answer({ kind: 'saved', revision: 2 })
    expect(kind()).toBe('saved')
    expect(kept()).toBeNull()
  })

  it('keeps what changed during a failed save over what was sent', async () => {
    const { autosave, sent, pass } = open()
    autosave.change({ name: 'old' })
    pass(1_000)
    autosave.change({ name: 'new' })
    await sent[0]?.answer(new Error('no connection'))
    pass(2_000)
    expect(sent[1]?.draft).toEqual({ name: 'new' })
  })
})

describe('conflict', () => {
  async function conflicted() {
    const all = open()
    all.autosave.change({ name: 'mine' })
    all.pass(1_000)
    await all.sent[0]?.answer({ kind: 'conflict', theirs })
    return all
  }

  it('stops saving, and keeps everything that is typed meanwhile', async () => {
    const { autosave, sent, pass, kept, kind } = await conflicted()
    autosave.change({ description: 'more' })
    pass(60_000)
    expect(sent).toHaveLength(1)
    expect(kind()).toBe('conflict')
    expect(kept()?.draft).toEqual({ name: 'mine', description: 'more' })
  })

  it('keep mine saves over their revision', async () => {
    const { autosave, sent, kind } = await conflicted()
    const kept = autosave.keepMine()
    expect(sent[1]).toMatchObject({ draft: { name: 'mine' }, revision: 5 })
    await sent[1]?.answer({ kind: 'saved', revision: 6 })
    await kept
    expect(kind()).toBe('saved')
  })

  it('keep mine meets a newer save as another conflict', async () => {
    const { autosave, sent, kind } = await conflicted()
    const kept = expect(autosave.keepMine()).rejects.toThrow('Decide what to keep')
    await sent[1]?.answer({ kind: 'conflict', theirs: { ...theirs, revision: 7 } })
    await kept
    expect(kind()).toBe('conflict')
  })

  it('take theirs drops mine and goes on from their revision', async () => {
    const { autosave, sent, pass, kept } = await conflicted()
    autosave.takeTheirs()
    expect(autosave.hasUnsaved).toBe(false)
    expect(kept()).toBeNull()
    autosave.change({ name: 'next' })
    pass(1_000)
    expect(sent[1]?.revision).toBe(5)
  })
})

describe('flush', () => {
  it('saves at once and resolves when the server has it', async () => {
    const { autosave, sent } = open()
    autosave.change({ name: 'a' })
    const flushed = autosave.flush()
    expect(sent).toHaveLength(1)
    await sent[0]?.answer({ kind: 'saved', revision: 2 })
    await flushed
    expect(autosave.hasUnsaved).toBe(false)
  })

  it('includes what changed while a save was on its way', async () => {
    const { autosave, sent, pass } = open()
    autosave.change({ name: 'a' })
    pass(1_000)
    autosave.change({ name: 'b' })
    const flushed = autosave.flush()
    await sent[0]?.answer({ kind: 'saved', revision: 2 })
    expect(sent[1]).toMatchObject({ draft: { name: 'b' }, revision: 2 })
    await sent[1]?.answer({ kind: 'saved', revision: 3 })
    await flushed
  })

  it.each([
    [new Error('no connection'), 'no connection'],
    [{ kind: 'refused', message: 'Your role does not allow this' } as const, 'Your role does not allow this'],
  ])('rejects with what stands in the way', async (answer, message) => {
    const { autosave, sent } = open()
    autosave.change({ name: 'a' })
    const flushed = expect(autosave.flush()).rejects.toThrow(message)
    await sent[0]?.answer(answer)
    await flushed
    expect(autosave.hasUnsaved).toBe(true)
  })

  it('has nothing to do when everything is saved', async () => {
    const { autosave, sent } = open()
    await autosave.flush()
    expect(sent).toHaveLength(0)
  })
})
