import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { contract } from '../contracts/contract'
import { definePublicRoute } from './define-route'
import { Router } from './router'

const route = (method: 'GET' | 'POST' | 'DELETE', path: `/${string}`) =>
  definePublicRoute(
    contract({
      id: `${method} ${path}`,
      method,
      path,
      permission: 'public',
      tag: 'Test',
      summary: '',
      response: z.unknown(),
    }),
    async () => ({}),
  )

const router = new Router([
  route('GET', '/runs'),
  route('GET', '/runs/{run_id}'),
  route('DELETE', '/runs/{run_id}'),
  route('POST', '/runs/{run_id}/nodes/{node_id}/approve'),
])

const found = (method: string, path: string) => {
  const match = router.match(method, path)
  return match === undefined ? undefined : { id: match.route?.id, params: match.params, allowed: match.allowed }
}

describe('the router', () => {
  it('finds a route below both roots, with its parameters decoded', () => {
    const expected = {
      id: 'POST /runs/{run_id}/nodes/{node_id}/approve',
      params: { run_id: 'r 1', node_id: 'a/b' },
      allowed: ['POST'],
    }
    expect(found('POST', '/v1/runs/r%201/nodes/a%2fb/approve')).toEqual(expected)
    expect(found('POST', '/api/v1/runs/r%201/nodes/a%2fb/approve')).toEqual(expected)
  })

  it('answers HEAD with the GET route', () => {
    expect(found('HEAD', '/v1/runs')?.id).toBe('GET /runs')
  })

  it('knows the methods of a path when the one asked for is none of them', () => {
    expect(found('PUT', '/v1/runs/1')).toEqual({
      id: undefined,
      params: { run_id: '1' },
      allowed: ['GET', 'HEAD', 'DELETE'],
    })
  })

  it.each([
    '/v1//runs',
    '//v1/runs',
    '/v1/runs/',
    '/V1/runs',
    '/v1/Runs',
    '/v1/runs;a=b',
    '/v1/%72uns',
    '/v1%2fruns',
    '/v1/runs/%',
    '/v1/runs/%ff',
    '/v1/runs/1/..',
    '/v1/runs.json',
    '/v1/./runs',
    '/v1/runs/1/nodes//approve',
  ])('takes no other spelling for a path: %s', (path) => {
    const match = router.match('GET', path)
    expect(match?.route?.id).not.toBe('GET /runs')
    expect(match?.route?.id === 'GET /runs/{run_id}' ? match.params.run_id : undefined).toBeUndefined()
  })

  it('refuses two routes for one method and path, and one parameter under two names', () => {
    expect(() => new Router([route('GET', '/a'), route('GET', '/a')])).toThrow('two routes answer GET /v1/a')
    expect(() => new Router([route('GET', '/a/{x}'), route('GET', '/a/{y}/b')])).toThrow('{y} is {x}')
  })
})
