'use client'

import { useEffect, useState } from 'react'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import type { WorkflowNode } from '@/lib/workflow/document'
import { useDesigner, useServices } from '../designer-context'
import { referenceName } from '../document/references'
import { nameRefusal, renameNode } from '../document/rename'
import { useInspectorScope } from './inspector-context'

/** The name of a step. Taken over when it is whole: every expression that mentions the step follows. */
export function NameField({ node }: { node: WorkflowNode }) {
  const { store } = useServices()
  const scope = useInspectorScope()
  const definition = useDesigner((state) => state.definition)
  const [name, setName] = useState(node.name)
  useEffect(() => setName(node.name), [node.name])
  const refusal = name === node.name ? undefined : nameRefusal(definition, node.id, name)
  const take = () => {
    if (refusal !== undefined) return setName(node.name)
    const { definition: now, commit } = store.getState()
    commit({ label: 'Rename', definition: renameNode(now, node.id, name) })
    setName(name.trim())
  }
  return (
    <div data-field-path="name">
      <Field
        label="Name"
        error={refusal ?? scope.problemAt('name')}
        hint={<span className="font-mono">nodes.{referenceName(name.trim() || node.name)}.output</span>}
      >
        <Input
          maxLength={100}
          disabled={scope.readOnly}
          value={name}
          onChange={(event) => setName(event.target.value)}
          onBlur={take}
          onKeyDown={(event) => {
            if (event.key === 'Enter') take()
            if (event.key === 'Escape') {
              setName(node.name)
              event.stopPropagation()
            }
          }}
        />
      </Field>
    </div>
  )
}
