import { describe, expect, test } from 'vitest'
import { validateDefinition } from '@/lib/workflow/validate'
import { allTemplates } from './templates'

describe('templates', () => {
  test.each(allTemplates)('"$name" could be published as it is', ({ definition }) => {
    expect(validateDefinition(definition).problems).toEqual([])
  })

  test('are told apart by their ids', () => {
    expect(new Set(allTemplates.map((template) => template.id)).size).toBe(allTemplates.length)
  })
})
