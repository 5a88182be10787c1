import type { Server } from '@modelcontextprotocol/server'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Principal } from '../../auth/principal'
import { Subscriptions } from '../subscriptions'

beforeEach(() => void vi.useFakeTimers())
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
  vi.advanceTimersByTime(10 * 60_000) // all are forgotten
  vi.useRealTimers()
})
const ends: (() => unknown)[] = []

type Handler = (request: { params: { uri: string } }) => unknown

/** One client's subscriptions, asked as a server of one request after the other would ask. */
function newClient(caller: string) {
  // only these members are looked at
  const principal = { kind: 'api_key', id: caller, team: { id: 'team' } } as Principal
  const handlers = new Map<string, Handler>()
  // only this member is called
  const server = { setRequestHandler: (method: string, handler: Handler) => handlers.set(method, handler) }
  const watching = new Map<string, () => void>()
  new Subscriptions(principal, 'session').serve(server as unknown as Server, (uri) => (changed) => {
    watching.set(uri, changed)
    return () => watching.delete(uri)
  })
  const ask = (method: string, uri: string) => handlers.get(method)?.({ params: { uri } })
  return {
    subscribe: (uri: string) => ask('resources/subscribe', uri),
    unsubscribe: (uri: string) => ask('resources/unsubscribe', uri),
    change: (uri: string) => watching.get(uri)?.(),
    watched: () => [...watching.keys()],
    open() {
      const leaving = new AbortController()
      const updates = new Subscriptions(principal, 'session').updates(leaving.signal)
      ends.push(async () => {
        leaving.abort()
        await updates.return()
      })
      const next = async () => (await updates.next()).value?.map(({ message }) => message)
      return { next, leave: () => leaving.abort() }
    },
  }
}

const updated = (uri: string) => ({ jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri } })

it('tells once of what changed many times, before there was a stream and while there is one', async () => {
  const client = newClient('once')
  await client.subscribe('a')
  await client.subscribe('b')
  for (const uri of ['a', 'b', 'a']) client.change(uri)
  const { next, leave } = client.open()
  expect(await next()).toEqual([updated('a'), updated('b')])
  const later = next()
  client.change('b')
  client.change('b')
  expect(await later).toEqual([updated('b')])
  const last = next()
  leave()
  expect(await last).toBeUndefined()
})

it('ends the older stream of a client with its newer one, which goes on', async () => {
  const client = newClient('newer')
  await client.subscribe('a')
  const [older, newer] = [client.open(), client.open()]
  const toOlder = older.next()
  const toNewer = newer.next()
  expect(await toOlder).toBeUndefined()
  older.leave()
  client.change('a')
  expect(await toNewer).toEqual([updated('a')])
})

it('forgets what was taken back, with what was not told of it yet', async () => {
  const client = newClient('taken back')
  await client.subscribe('a')
  await client.subscribe('b')
  client.change('a')
  await client.unsubscribe('a')
  await client.unsubscribe('never asked for')
  expect(client.watched()).toEqual(['b'])
  client.change('b')
  expect(await client.open().next()).toEqual([updated('b')])
})

it('forgets a client without a stream after ten minutes, and none with one', async () => {
  const [gone, there] = [newClient('gone'), newClient('there')]
  await there.subscribe('a')
  const { next, leave } = there.open()
  const told = next()
  await gone.subscribe('a')
  vi.advanceTimersByTime(10 * 60_000)
  expect([gone.watched(), there.watched()]).toEqual([[], ['a']])
  leave()
  await told
  vi.advanceTimersByTime(10 * 60_000 - 1)
  expect(there.watched()).toEqual(['a'])
  vi.advanceTimersByTime(1)
  expect(there.watched()).toEqual([])
})

it('takes 250 of a caller, however often each is sent, and another caller is not hindered', async () => {
  const client = newClient('many')
  for (let number = 0; number < 250; number++) await client.subscribe(`${number}`)
  await client.subscribe('0')
  await expect(client.subscribe('one more')).rejects.toThrow('at most 250')
  expect(client.watched()).toHaveLength(250)
  await newClient('other').subscribe('a')
  await client.unsubscribe('0')
  await client.subscribe('one more')
  expect(client.watched()).toHaveLength(250)
})

it('takes 5 000 of all callers together', async () => {
  for (let caller = 0; caller < 20; caller++) {
    const client = newClient(`caller ${caller}`)
    for (let number = 0; number < 250; number++) await client.subscribe(`${number}`)
  }
  const late = newClient('late')
  await expect(late.subscribe('a')).rejects.toThrow('all together 5000')
  await newClient('caller 0').unsubscribe('0')
  await late.subscribe('a')
  expect(late.watched()).toEqual(['a'])
})
