import { describe, expect, it } from 'vitest'
import { draw } from '../testing/definition'
import { applyParameters } from './parameters'

const definition = draw(['start>http', 'http>transform', 'transform>end'], {
  http: { name: 'Fetch', config: { method: 'GET', url: 'https://example.test/a' } },
})
const apply = (parameters: Record<string, unknown>) => applyParameters(definition, parameters)
const config = (parameters: Record<string, unknown>, id: string) =>
  apply(parameters).definition.nodes.find((node) => node.id === id)?.config

describe('the parameters of a run', () => {
  it.each(['http', 'Fetch'])('replace fields of the config of a node by its id or name: %s', (key) => {
    const before = structuredClone(definition)
    expect(config({ [key]: { url: 'https://example.test/b' } }, 'http')).toEqual({
      method: 'GET',
      url: 'https://example.test/b',
    })
    expect(definition).toEqual(before)
  })

  it('mean the id where one is given twice', () => {
    expect(config({ Fetch: { method: 'PUT' }, http: { method: 'POST' } }, 'http')).toMatchObject({ method: 'POST' })
  })

  it('are variables where they name no node', () => {
    expect(apply({ tone: 'warm', http: {}, Fetch: {} }).globals).toEqual({ tone: 'warm' })
  })

  it.each([
    [{ http: 'x' }, 'parameters.http'],
    [{ Fetch: null }, 'parameters.Fetch'],
    [{ http: [] }, 'parameters.http'],
    [{ http: { method: 'FLY' } }, 'parameters.http.method'],
    [{ http: { colour: 'red' } }, 'parameters.http.colour'],
    [{ transform: { expression: '1 +' } }, 'parameters.transform.expression'],
    [{ transform: { expression: 'nodes.Nowhere.output' } }, 'parameters.transform.expression'],
  ])('are refused when a field cannot be: %j', (parameters, path) => {
    expect(apply(parameters).problems.map((problem) => problem.path)).toEqual([path])
  })

  it('do not answer for what was wrong before', () => {
    const broken = draw(['start>http', 'http>end'], {
      http: { config: { method: 'FLY', url: 'https://example.test' } },
    })
    expect(applyParameters(broken, { http: { url: 'https://example.test/b' } }).problems).toEqual([])
  })
})
