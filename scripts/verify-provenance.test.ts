import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hashOf } from '../lib/db/json-hash'
import { canonicalJson } from '../lib/engine/canonical-json'
import { Chain, PROVENANCE_ALGORITHM, type ProvenanceStep } from '../lib/usecases/provenance-chain'
import { ALGORITHM, canonical, problemsOf } from './verify-provenance.mjs'

/** The script shares no code with the server, so that it can be kept and read by itself: here the two are held to agree. */

const json = () => fc.jsonValue({ maxDepth: 5 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown)

describe('the script and the server', () => {
  it('write the same canonical JSON for every value', () => {
    fc.assert(fc.property(json(), (value) => canonical(value) === canonicalJson(value)))
    const odd = JSON.parse('{"10":1,"9":2,"__proto__":3,"\\ud800":4,"\\u20ac":5,"a":[-0,1e21,1e-7,null,"\\u2028"]}')
    expect(canonical(odd)).toBe(canonicalJson(odd))
  })

  it('mean the same algorithm', () => {
    expect(ALGORITHM).toBe(PROVENANCE_ALGORITHM)
  })

  it('agree on every chain, and on none whose steps were changed', () => {
    const values = fc.array(fc.record({ input: json(), output: json() }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(values, json(), fc.nat(), (steps, other, place) => {
        const document = chainOf(steps)
        expect(problemsOf(document)).toEqual([])
        expect(problemsOf(document, document.end.hash)).toEqual([])
        const at = place % steps.length
        const changed = chainOf(steps.with(at, { input: [other, 'other'], output: steps[at]?.output }))
        const mixed = { ...document, steps: document.steps.with(at, changed.steps[at] as (typeof document.steps)[0]) }
        fc.pre(canonicalJson(steps[at]?.input) !== canonicalJson([other, 'other']))
        expect(problemsOf(mixed)).not.toEqual([])
        expect(problemsOf(changed, document.end.hash)).not.toEqual([])
      }),
    )
  })
})

/** A file as the server would answer it with payloads. */
function chainOf(steps: readonly { input: unknown; output: unknown }[]) {
  const chain = new Chain()
  const at = '2026-02-01T10:00:00.000Z'
  const run = chain.begin({
    run_id: 'run',
    workflow_id: 'workflow',
    version_number: null,
    definition_hash: hashOf({}),
    input_hash: hashOf(null),
    created_at: at,
  })
  const linked = steps.map(({ input, output }, index) => {
    const step: ProvenanceStep = {
      seq: index + 2,
      node_key: `n${index}`,
      node_id: `n${index}`,
      status: 'succeeded',
      attempt: 1,
      reused: false,
      input_hash: hashOf(input),
      output_hash: hashOf(output),
      at,
    }
    return { ...chain.add(step), input, output }
  })
  const end = chain.add({ status: 'completed', steps: steps.length, output_hash: hashOf(null), at })
  return { algorithm: PROVENANCE_ALGORITHM, run, steps: linked, end }
}
