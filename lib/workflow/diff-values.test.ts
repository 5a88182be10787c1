import { describe, expect, it } from 'vitest'
import { diffValues, MAX_CHANGE_CHARS, MAX_CHANGES } from './diff-values'

describe('where two values differ', () => {
  it('is nowhere when they are equal as JSON, whatever the order of their members', () => {
    expect(diffValues({ a: 1, b: [{ c: null, d: 'x' }] }, { b: [{ d: 'x', c: null }], a: 1 })).toEqual({
      same: true,
      changes: [],
      more: 0,
    })
  })

  it('is told by path: what was added, removed and changed', () => {
    expect(
      diffValues({ keep: 1, old: true, list: [1, 2], deep: { x: 'a' } }, { keep: 1, list: [1, 3, 4], deep: { x: 'b' } })
        .changes,
    ).toEqual([
      { path: 'old', kind: 'removed', before: 'true' },
      { path: 'list.1', kind: 'changed', before: '2', after: '3' },
      { path: 'list.2', kind: 'added', after: '4' },
      { path: 'deep.x', kind: 'changed', before: '"a"', after: '"b"' },
    ])
  })

  it('is the whole value when the two are of different kinds', () => {
    for (const [before, after] of [
      [1, '1'],
      [null, {}],
      [[], {}],
      [{ 0: 'a' }, ['a']],
    ]) {
      expect(diffValues(before, after).changes).toEqual([
        { path: '', kind: 'changed', before: JSON.stringify(before), after: JSON.stringify(after) },
      ])
    }
  })

  it('is told in part when there is much of it', () => {
    const diff = diffValues(
      {},
      Object.fromEntries(Array.from({ length: MAX_CHANGES + 5 }, (_, n) => [`k${n}`, 'x'.repeat(1_000)])),
    )
    expect([diff.changes.length, diff.more, diff.same]).toEqual([MAX_CHANGES, 5, false])
    expect(diff.changes[0]?.after).toHaveLength(MAX_CHANGE_CHARS + 1)
  })
})
