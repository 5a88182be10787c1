import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { evaluateExpression } from '../engine/expression'
import { buildScope } from '../engine/expression-scope'
import { renderTemplate } from '../engine/template'
import { isNodeTypeId, nodeTypes } from '../nodes/registry'
import type { RunnerResult } from '../nodes/runner'
import { runners } from '../nodes/runners'
import { definitionSchema, type WorkflowDefinition } from './document'
import { checkInputs } from './inputs'
import { sampleWorkflows } from './samples'
import { validateDefinition } from './validate'

interface Feature {
  properties: { mag: number; place: string; time: number; type: string; url: string }
  geometry: { coordinates: [number, number, number] }
}

const FEED = new URL('../../public/samples/earthquakes.json', import.meta.url)
const feed: { metadata: { title: string }; features: Feature[] } = JSON.parse(readFileSync(FEED, 'utf8'))

const sample = (slug: string): WorkflowDefinition => {
  const found = sampleWorkflows.find((workflow) => workflow.slug === slug)
  if (!found) throw new Error(`no sample ${slug}`)
  return definitionSchema.parse(found.definition)
}

/** Follows a run by hand: one node after the other along its edges, with `answers` for what calls the world or waits. */
async function walk(definition: WorkflowDefinition, input: unknown, answers: Record<string, unknown>) {
  const inputs = checkInputs(definition.inputs, input)
  expect(inputs.problems).toEqual([])
  const outputs: Record<string, unknown> = {}
  const visited: string[] = []
  let node = definition.nodes.find(({ type }) => type === 'start')
  while (node) {
    const { id, name, type } = node
    visited.push(name)
    if (!isNodeTypeId(type)) throw new Error(type)
    const scope = buildScope({
      inputs: inputs.value,
      inputSchema: definition.inputs,
      nodeNames: definition.nodes.map((other) => other.name),
      outputs,
      run: { id: 'r', started_at: '2030-01-01T00:00:00.000Z', workflow_id: 'w' },
    })
    const shape = (nodeTypes[type].config as unknown as z.ZodObject).shape // refined or not, it is an object
    const config: Record<string, unknown> = {}
    for (const [field, value] of Object.entries(node.config)) {
      config[field] = shape[field]?.meta()?.raw ? value : await renderTemplate(value, scope)
    }
    const context = {
      config: nodeTypes[type].config.parse(config) as never, // parsed by the schema of this very type
      evaluate: (source: string) => evaluateExpression(source, scope),
      render: (template: unknown) => renderTemplate(template, scope),
      inputs: inputs.value,
      idempotencyKey: id,
      attempt: 1,
      signal: new AbortController().signal,
      delta: () => undefined,
      run: { id: 'r', workflowId: 'w', teamId: 't', startedAt: '' },
    }
    let port = 'out'
    if (name in answers) {
      outputs[name] = answers[name]
      port = type === 'approval' ? 'approved' : 'out'
    } else {
      const result: RunnerResult = await runners[type](context)
      if (result.type !== 'done') return { visited, outputs, waiting: result }
      outputs[name] = result.output
      port = result.port ?? 'out'
    }
    const edge = definition.edges.find((found) => found.source === id && found.sourcePort === port)
    if (!edge) return { visited, outputs, last: name }
    node = definition.nodes.find((other) => other.id === edge.target)
  }
  throw new Error('the path leads nowhere')
}

test.each(sampleWorkflows.map((workflow) => [workflow.slug, workflow]))(
  '%s is sound and drawn with room',
  (_slug, { definition }) => {
    expect(validateDefinition(definition).problems).toEqual([])
    const nodes = definitionSchema.parse(definition).nodes
    for (const [index, a] of nodes.entries()) {
      for (const b of nodes.slice(index + 1)) {
        const apart = Math.abs(a.position.x - b.position.x) >= 260 || Math.abs(a.position.y - b.position.y) >= 120
        expect(apart, `${a.name} and ${b.name} overlap`).toBe(true)
      }
    }
  },
)

describe('earthquake bulletin on the real feed', { timeout: 30_000 }, () => {
  const definition = sample('earthquake-bulletin')
  const fetched = { status: 200, headers: {}, body: feed }

  /** What the answer must be, worked out without the language under test. */
  const expected = (minimum: number) => {
    const quakes = feed.features.filter(({ properties }) => properties.type === 'earthquake')
    const strong = quakes
      .filter(({ properties }) => properties.mag >= minimum)
      .sort((a, b) => b.properties.mag - a.properties.mag || b.properties.time - a.properties.time)
    return {
      feed: feed.metadata.title,
      minimum_magnitude: minimum,
      total: quakes.length,
      count: strong.length,
      strongest: strong.slice(0, 10).map(({ properties, geometry }) => ({
        magnitude: properties.mag,
        place: properties.place,
        time: new Date(properties.time).toISOString(),
        depth_km: expect.closeTo(geometry.coordinates[2], 0.06),
        url: properties.url,
      })),
    }
  }

  test.each([0, 4.5, 5, 6, 6.3, 6.4])('the strongest from magnitude %d on', async (minimum_magnitude) => {
    const { outputs } = await walk(definition, { minimum_magnitude }, { 'Fetch feed': fetched })
    expect(outputs['Strongest quakes']).toEqual(expected(minimum_magnitude))
  })

  test('the draft names the strongest first and waits for the editor', async () => {
    const { visited, outputs, waiting } = await walk(definition, {}, { 'Fetch feed': fetched })
    expect(visited.at(-1)).toBe('Editor approval')
    const draft = outputs['Draft bulletin'] as { headline: string; text: string }
    expect(draft.headline).toBe('Magnitude 6.4 earthquake: 22km NNE of Hualian, Taiwan')
    expect(draft.text).toMatch(
      /^An earthquake of magnitude 6\.4 struck 22km NNE of Hualian, Taiwan, on 6 February 2018 at 15:50 UTC/,
    )
    expect(draft.text).toContain('Of 1679 earthquakes in the feed, 39 reached magnitude 5.')
    expect(draft.text).toContain('Source: USGS All Earthquakes, Past Week.')
    expect(waiting).toMatchObject({
      kind: 'approval',
      request: { title: `Publish “${draft.headline}”?`, shown: draft, form: { required: ['headline', 'text'] } },
    })
  })

  test('what the editor approved is what is published', async () => {
    const edited = { headline: 'Strong earthquake off Taiwan', text: 'Edited.' }
    const { outputs, last } = await walk(
      definition,
      {},
      {
        'Fetch feed': fetched,
        'Editor approval': { approved: true, by: 'Ada', data: edited },
        Publish: { status: 201, headers: {}, body: { id: 'delivery-1' } },
      },
    )
    expect(last).toBe('Published')
    expect(outputs.Published).toEqual({
      published: true,
      ...edited,
      approved_by: 'Ada',
      count: 39,
      receipt: { id: 'delivery-1' },
    })
  })

  test('a quiet week ends without anybody being asked', async () => {
    const { visited, outputs } = await walk(definition, { minimum_magnitude: 9 }, { 'Fetch feed': fetched })
    expect(visited.slice(-2)).toEqual(['Tell it was quiet', 'Quiet week'])
    expect(outputs['Tell it was quiet']).toEqual({
      text: 'A quiet week: none of 1679 earthquakes reached magnitude 9.',
    })
    expect(outputs['Quiet week']).toEqual({ published: false, reason: 'quiet week', total: 1679, count: 0 })
  })

  test('one earthquake is enough', async () => {
    const { outputs } = await walk(definition, { minimum_magnitude: 6.4 }, { 'Fetch feed': fetched })
    expect(outputs['Strongest quakes']).toMatchObject({ count: 1, strongest: [{ magnitude: 6.4 }] })
  })
})

describe('support intake', () => {
  const definition = sample('support-intake')

  test.each([
    [
      'billing',
      'Billing details',
      { invoice_number: '2030-7', question: 'Twice' },
      'normal',
      'Invoice number: 2030-7\nQuestion: Twice',
    ],
    [
      'technical',
      'Technical details',
      { what_happens: 'No light', urgency: 'I cannot work' },
      'high',
      'What happens: No light\nUrgency: I cannot work',
    ],
    ['other', 'Other details', { request: 'Say hello' }, 'normal', 'Request: Say hello'],
  ])('%s asks for %s', async (category, asked, details, priority, lines) => {
    const problem = { name: 'Ada', category }
    const halfway = await walk(definition, {}, { Problem: problem })
    expect(halfway.visited.at(-1)).toBe(asked)
    expect(halfway.waiting).toMatchObject({
      kind: 'input',
      request: { prompt: expect.stringMatching(/^Thank you, Ada\./) },
    })

    const { outputs, last } = await walk(definition, {}, { Problem: problem, [asked]: details })
    const ticket = { name: 'Ada', category, priority, details }
    const summary = `Ada has a ${category} question (priority: ${priority}).\n${lines}`
    expect(last).toBe('End')
    expect(outputs['Thank you']).toMatchObject({
      text: `Thank you, Ada. Your ticket is open.\n\n${summary}`,
      state: { ticket },
    })
    expect(outputs.End).toEqual({ ticket, summary })
  })

  test('begins with a welcome and a question', async () => {
    const { visited, waiting } = await walk(definition, {}, {})
    expect(visited).toEqual(['Start', 'Welcome', 'Problem'])
    expect(waiting).toMatchObject({ kind: 'input', request: { schema: { required: ['name', 'category'] } } })
  })
})
