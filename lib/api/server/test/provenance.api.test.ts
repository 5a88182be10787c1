import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { main, problemsOf } from '../../../../scripts/verify-provenance.mjs'
import { makeTenant, openApi, type TestApi } from '../../../testing/api'
import { draw } from '../../../testing/definition'
import { ended, waitForRun } from '../../../testing/runs'
import { ROOT } from '../../../testing/source-files'
import { startWorker } from '../../../worker/main'
import { provenanceSchema } from '../../contracts/provenance'

/** The hash chain of a run, and its verification by a script that knows nothing but the file. */

let api: TestApi
let worker: Awaited<ReturnType<typeof startWorker>>
let key: string
const folder = mkdtempSync(join(tmpdir(), 'provenance-'))

beforeAll(async () => {
  api = await openApi()
  worker = await startWorker()
  key = (await makeTenant()).key
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await worker.stop(1_000)
  await api.close()
})

async function begin(...drawing: Parameters<typeof draw>): Promise<string> {
  const made = await api.ask('POST', '/v1/workflows', { key, json: { name: 'Proof', definition: draw(...drawing) } })
  await api.ask('POST', `/v1/workflows/${made.body.id}/publish`, { key })
  const { body } = await api.ask('POST', `/v1/workflows/${made.body.id}/runs`, { key, json: { wait: 20 } })
  return body.id
}
const read = async (id: string, query = '') => (await api.ask('GET', `/v1/runs/${id}/provenance${query}`, { key })).body
const keys = (document: { steps: { node_key: string }[] }) => document.steps.map((step) => step.node_key)

/** A container, an error that is handled, an approval with a comment, a value over 256 KiB. */
async function rich(): Promise<string> {
  const id = await begin(
    ['start>forEach', 'forEach>large', 'large>broken', 'broken:error>approval', 'approval:approved>end'],
    {
      forEach: { config: { items: '[1, 2]' } },
      item: { type: 'transform', parentId: 'forEach', config: { expression: 'item * 2' } },
      large: {
        config: {
          expression:
            '{ "text": $join([1..5000].("0123456789012345678901234567890123456789012345678901234567890123")) }',
        },
      },
      broken: { config: { expression: '$error("no")' }, policy: { onError: 'branch' } },
      end: { config: { output: '{{ nodes.forEach.output.results }}' } },
    },
  )
  const decided = await api.ask('POST', `/v1/runs/${id}/nodes/approval/approve`, { key, json: { comment: 'Fine' } })
  expect(decided.status).toBe(200)
  await waitForRun(id, ended)
  return id
}

describe('the provenance of a run', () => {
  it('chains every finished step in the order of its event, and verifies', async () => {
    const id = await rich()
    const document = await read(id)
    expect(provenanceSchema.parse(document)).toEqual(document)
    expect(keys(document)).toEqual([
      'start',
      'each:0/item',
      'each:1/item',
      'forEach',
      'large',
      'broken',
      'approval',
      'end',
    ])
    const seqs = document.steps.map((step: { seq: number }) => step.seq)
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b))
    expect(document.steps.find((step: { node_key: string }) => step.node_key === 'broken').status).toBe('failed')
    expect(document.end).toMatchObject({ status: 'completed', steps: 8 })
    expect(document.run).not.toHaveProperty('definition')
    expect(problemsOf(document)).toEqual([])
    expect(problemsOf(document, document.end.hash)).toEqual([])
    expect(await read(id)).toEqual(document)
  })

  it('brings payloads along that prove their hashes, also those kept apart', async () => {
    const id = await rich()
    const document = await read(id, '?payloads=true')
    const { body: nodes } = await api.ask('GET', `/v1/runs/${id}/nodes?node_key=large`, { key })
    expect(nodes.items[0].output.blob_id).toBeTypeOf('string')
    const large = document.steps.find((step: { node_key: string }) => step.node_key === 'large')
    expect(large.output.text).toHaveLength(320_000)
    expect(problemsOf(document)).toEqual([])
    large.output.text = `${large.output.text.slice(0, -1)}!`
    expect(problemsOf(document)).toEqual([expect.stringMatching(/output is not what output_hash says/)])
    expect(document.end.output).toEqual([2, 4])
  })

  it('tells of a run that goes on as far as it has come', async () => {
    const id = await begin(['start>approval', 'approval:approved>end'])
    const document = await read(id)
    expect(keys(document)).toEqual(['start'])
    expect(document.end).toMatchObject({ status: 'waiting_for_approval', steps: 1, at: null })
    expect(problemsOf(document)).toEqual([])
    await api.ask('POST', `/v1/runs/${id}/nodes/approval/approve`, { key })
    await waitForRun(id, ended)
    const later = await read(id)
    expect(later.steps[0]).toEqual(document.steps[0])
    expect(keys(later)).toEqual(['start', 'approval', 'end'])
  })

  it('says which steps were taken over from another run', async () => {
    const id = await begin(['start>a', 'a>b', 'b>end'])
    const { body } = await api.ask('POST', `/v1/runs/${id}/fork`, { key, json: { from_node: 'b', wait: 20 } })
    const document = await read(body.id)
    expect(document.steps.map((step: { node_key: string; reused: boolean }) => [step.node_key, step.reused])).toEqual([
      ['start', true],
      ['a', true],
      ['b', false],
      ['end', false],
    ])
    expect(problemsOf(document)).toEqual([])
  })

  it('is not there for another team, nor for a run that does not exist', async () => {
    const id = await begin(['start>end'])
    const stranger = (await makeTenant()).key
    expect((await api.ask('GET', `/v1/runs/${id}/provenance`, { key: stranger })).status).toBe(404)
    expect((await api.ask('GET', `/v1/runs/${id}/provenance?payloads=maybe`, { key })).status).toBe(422)
    expect((await api.ask('GET', '/v1/runs/nonsense/provenance', { key })).status).toBe(400)
  })
})

type Path = (string | number)[]
/** Every place of a document that holds something other than an object or a list. */
function leaves(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  return Object.entries(value).flatMap(([name, member]) => leaves(member, [...path, name]))
}
// biome-ignore lint/suspicious/noExplicitAny: any place of a document is changed
function changed(document: unknown, path: Path, change: (holder: any, name: string | number) => void): unknown {
  const copy = structuredClone(document)
  const name = path.at(-1) as string // every path of a leaf has a last name
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const holder = path.slice(0, -1).reduce((at: any, part) => at[part], copy)
  change(holder, name)
  return copy
}
const another = (value: unknown) =>
  typeof value === 'number' ? value + 1 : typeof value === 'boolean' ? !value : `${value}x`

describe('tampering is found', () => {
  let whole: { steps: unknown[]; end: { hash: string } }
  beforeAll(async () => {
    const id = await begin(['start>forEach', 'forEach>end'], {
      item: { type: 'transform', parentId: 'forEach', config: { expression: '{ "n": item }' } },
    })
    whole = await read(id, '?payloads=true')
    expect(problemsOf(whole)).toEqual([])
  })

  it('in any value of the file', () => {
    const paths = leaves(whole)
    expect(paths.length).toBeGreaterThan(80)
    const missed = paths.filter(
      (path) => problemsOf(changed(whole, path, (holder, name) => (holder[name] = another(holder[name])))).length === 0,
    )
    expect(missed).toEqual([])
  })

  it('by leaving out any member that is hashed', () => {
    const paths = leaves(whole).filter((path) => path.length <= 3 && !['input', 'output'].includes(String(path.at(-1))))
    const missed = paths.filter(
      (path) => problemsOf(changed(whole, path, (holder, name) => delete holder[name])).length === 0,
    )
    expect(missed).toEqual([])
  })

  it('by adding a member', () => {
    for (const path of [['algorithm'], ['run', 'hash'], ['steps', 1, 'hash'], ['end', 'hash']] as Path[]) {
      expect(problemsOf(changed(whole, path, (holder) => (holder.extra = 1)))).not.toEqual([])
    }
  })

  it('by leaving out, repeating or moving any step', () => {
    const { steps } = whole
    const places = steps.map((_, at) => at)
    const wrong = [
      ...places.map((at) => steps.toSpliced(at, 1)),
      ...places.map((at) => steps.toSpliced(at, 0, steps[at])),
      ...places.slice(0, -1).map((at) => [...steps.toSpliced(at, 1), steps[at]]),
      [],
    ]
    expect(wrong.filter((each) => problemsOf({ ...whole, steps: each }).length === 0)).toEqual([])
  })

  it('in a chain that was made anew, when the last hash was noted', () => {
    expect(problemsOf(whole, whole.end.hash)).toEqual([])
    expect(problemsOf(whole, '0'.repeat(64))).toEqual([expect.stringContaining('not with the expected')])
  })

  it.each([[null], ['text'], [[]], [{}], [{ algorithm: 'other' }], [{ algorithm: 'countersign-provenance-1' }]])(
    'in %j, which is no such file',
    (document) => {
      expect(problemsOf(document)).not.toEqual([])
    },
  )

  it('by the command, with an exit code', () => {
    const file = (name: string, content: string) => {
      const path = join(folder, name)
      writeFileSync(path, content)
      return path
    }
    const good = file('good.json', JSON.stringify(whole))
    const script = join(ROOT, 'scripts/verify-provenance.mjs')
    expect(execFileSync(process.execPath, [script, good, whole.end.hash], { encoding: 'utf8' })).toContain(
      'in one chain',
    )
    const said: string[] = []
    const say = { log: (text: string) => said.push(text), error: (text: string) => said.push(text) }
    const bad = file('bad.json', JSON.stringify({ ...whole, steps: whole.steps.slice(1) }))
    expect([main([bad], say), main([good], say), main([], say), main([join(folder, 'none')], say)]).toEqual([
      1, 0, 2, 2,
    ])
    expect(said.join('\n')).toContain('does not verify')
  })
})
