import { describe, expect, test } from 'vitest'
import { definitionSchema } from '@/lib/workflow/document'
import { blankTemplate } from './templates'
import { parseWorkflowFile, toWorkflowFile } from './workflow-file'

const definition = definitionSchema.parse(blankTemplate.definition)
const workflow = { name: 'Invoice check', description: 'd', tags: ['a'], definition }

describe('a workflow file', () => {
  test('comes back as it went out', () => {
    const text = JSON.stringify(toWorkflowFile(workflow))
    expect(parseWorkflowFile(text, 'x.json')).toEqual({
      ok: true,
      file: { ...workflow, format: 'countersign/workflow@1' },
    })
  })

  test('may be what the API answers, or a bare definition named after the file', () => {
    const fromApi = parseWorkflowFile(JSON.stringify({ id: '1', slug: 's', ...workflow }), 'x.json')
    expect(fromApi).toMatchObject({ ok: true, file: { name: 'Invoice check', definition } })
    const bare = parseWorkflowFile(JSON.stringify(definition), 'support-intake.workflow.json')
    expect(bare).toMatchObject({ ok: true, file: { name: 'support intake', definition } })
  })

  test('is refused with the place of what is wrong', () => {
    expect(parseWorkflowFile('{', 'x.json')).toMatchObject({ ok: false, message: 'This file is not JSON.' })
    const wrong = parseWorkflowFile(JSON.stringify({ name: 'A', definition: { nodes: [{ id: 'a b' }] } }), 'x.json')
    expect(wrong).toMatchObject({
      ok: false,
      problems: expect.arrayContaining([expect.stringMatching(/^definition\.nodes\.0\.id: /)]),
    })
    const future = parseWorkflowFile(JSON.stringify({ ...workflow, format: 'countersign/workflow@9' }), 'x.json')
    expect(future).toMatchObject({ ok: false, problems: [expect.stringMatching(/^format: /)] })
  })
})
