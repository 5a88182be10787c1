import { describe, expect, it } from 'vitest'
import { connect, connectionRefusal, reconnect } from './connect'
import { countingBytes, sample } from './testing'

const wish = (source: string, sourcePort: string, target: string) => ({ source, sourcePort, target })

describe('port rules', () => {
  it.each([
    [wish('fetch', 'out', 'start'), '“Start” starts the workflow: nothing can lead into it.'],
    [wish('fetch', 'out', 'fetch'), '“Fetch feed” cannot lead straight back to itself.'],
    [wish('fetch', 'out', 'check'), '“Fetch feed” already leads to “Check” from this port.'],
    [wish('check', 'gone', 'end'), '“Check” has no port “gone”.'],
    [wish('end', 'out', 'fetch'), '“End” has no port “out”.'],
    [wish('fetch', 'out', 'nobody'), 'One of the two nodes no longer exists.'],
  ])('refuses %j with a reason', (wanted, reason) => {
    expect(connectionRefusal(sample(), wanted)).toBe(reason)
    const before = sample()
    expect(connect(before, wanted)).toBe(before)
  })

  it('allows a second edge to the same node from another port, and a loop', () => {
    expect(connectionRefusal(sample(), wish('check', 'else', 'send'))).toBeUndefined()
    expect(connectionRefusal(sample(), wish('send', 'out', 'fetch'))).toBeUndefined()
  })

  it('refuses a loop where the workflow allows none', () => {
    const dag = { ...sample(), kind: 'dag' as const }
    expect(connectionRefusal(dag, wish('send', 'out', 'fetch'))).toContain('loop')
    expect(connectionRefusal(dag, wish('fetch', 'out', 'end'))).toBeUndefined()
  })

  it('adds the edge', () => {
    const after = connect(sample(), wish('fetch', 'out', 'end'), countingBytes())
    expect(after.edges.at(-1)).toMatchObject(wish('fetch', 'out', 'end'))
  })

  it('moves an end of an edge; onto its own place it changes nothing', () => {
    const before = sample()
    expect(reconnect(before, 'e4', wish('check', 'else', 'send')).edges[3]).toEqual({
      id: 'e4',
      ...wish('check', 'else', 'send'),
    })
    expect(reconnect(before, 'e4', wish('check', 'else', 'end'))).toBe(before)
    expect(reconnect(before, 'e4', wish('check', 'else', 'start'))).toBe(before)
  })
})
