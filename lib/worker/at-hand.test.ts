import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { RunCommand } from '../db/commands'
import type { RunEvent } from '../engine/events'
import { compile } from '../engine/graph'
import { initialState } from '../engine/state'
import { draw } from '../testing/definition'
import { AtHand, numbered, WarmStates } from './at-hand'

const { plan } = compile(draw(['start>end']))
const stateAfter = (lastSeq: number) => Object.assign(initialState(plan), { lastSeq })
const pause: RunCommand = { kind: 'pause', actor: { kind: 'system', name: 'test' } }

/** A store with an empty log, which counts how often it is asked. */
function countingStore() {
  const asked = { logs: 0, commands: 0 }
  return {
    asked,
    readLog(): AsyncIterable<RunEvent> {
      asked.logs += 1
      return Readable.from([])
    },
    readCommands: async () => {
      asked.commands += 1
      return []
    },
  }
}

describe('what is at hand of a run', () => {
  test('a state is given once, and only after the event that it stands for', async () => {
    const [states, store] = [new WarmStates(), countingStore()]
    const state = stateAfter(7)
    const read = (lastSeq: number) => new AtHand(states).state(store, { id: 'a', lastSeq }, plan, undefined)
    states.keep('a', state)
    expect(await read(7)).toBe(state)
    expect(await read(7)).not.toBe(state)
    states.keep('a', state)
    expect(await read(8)).not.toBe(state)
    expect(store.asked.logs).toBe(2)
  })

  test('long logs are not kept, and of many runs those let go of last', () => {
    const states = new WarmStates()
    states.keep('long', stateAfter(301))
    expect(states.take('long', 301)).toBeUndefined()
    for (let run = 0; run <= 200; run++) states.keep(String(run), stateAfter(1))
    expect(states.take('0', 1)).toBeUndefined()
    expect(states.take('1', 1)).toBeDefined()
  })

  test('commands that were just written are told once; what comes later is read', async () => {
    const store = countingStore()
    const commands = numbered({ commandSeq: 3, commandApplied: 1 }, [pause, pause])
    const atHand = new AtHand(new WarmStates(), commands)
    expect(await atHand.newCommands(store, 'a', 1)).toEqual([
      { ...pause, seq: 2 },
      { ...pause, seq: 3 },
    ])
    expect(store.asked.commands).toBe(0)
    await atHand.newCommands(store, 'a', 3)
    expect(store.asked.commands).toBe(1)
  })

  test.each([
    ['an older one is not applied either', { commandSeq: 3, commandApplied: 1 }, [pause]],
    ['nothing was written', { commandSeq: 3, commandApplied: 3 }, []],
  ])('commands are read when %s', (_why, run, written) => {
    expect(numbered(run, written)).toBeUndefined()
  })
})
