'use client'

import { Braces, Plus, Rows3 } from 'lucide-react'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { useInspectorScope } from '../inspector-context'
import type { ControlProps } from './control-props'
import { JsonControl } from './json-control'
import { SchemaFieldRow } from './schema-field-row'
import { newSchemaField, readSchemaFields, type SchemaField, writeSchemaFields } from './schema-fields'

/** Named fields as rows; the JSON Schema behind them one press away. */
export function JsonSchemaControl(
  props: ControlProps & { onRename?: (from: string, to: string, schema: unknown) => void },
) {
  const { field, value, path, onChange, onRename, id } = props
  const scope = useInspectorScope()
  const fields = readSchemaFields(value)
  const [asJson, setAsJson] = useState(false)
  const [opened, setOpened] = useState<number | null>(null)
  const json = asJson || fields === undefined
  const write = (next: SchemaField[], whole: boolean) => {
    const empty = next.length === 0 && !field.required
    onChange(empty ? undefined : writeSchemaFields(next, value), { whole })
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would need a legend; the label above names the group
    <div role="group" aria-label={field.title} id={id} className="grid gap-2">
      {json ? (
        <JsonControl
          field={{ ...field, control: 'json', placeholder: undefined }}
          path={path}
          value={value}
          onChange={onChange}
        />
      ) : fields.length === 0 ? (
        <p className="rounded-lg border border-dashed px-3 py-4 text-center text-muted-foreground text-xs">
          No fields yet.
        </p>
      ) : (
        <ul className="divide-y overflow-hidden rounded-lg border bg-background">
          {fields.map((row, index) => (
            <SchemaFieldRow
              key={row.name}
              field={row}
              others={fields.filter((other) => other !== row).map((other) => other.name)}
              open={opened === index}
              onOpenChange={(open) => setOpened(open ? index : null)}
              readOnly={scope.readOnly}
              onChange={(next, whole) => {
                const changed = fields.with(index, next)
                if (next.name !== row.name && onRename) onRename(row.name, next.name, writeSchemaFields(changed, value))
                else write(changed, whole)
              }}
              onRemove={() => {
                setOpened(null)
                write(fields.toSpliced(index, 1), true)
              }}
              onMove={(by) => {
                const other = fields[index + by]
                if (other === undefined) return
                setOpened(index + by)
                write(fields.with(index, other).with(index + by, row), true)
              }}
            />
          ))}
        </ul>
      )}
      <div className="flex justify-between gap-2">
        {json ? (
          <span />
        ) : (
          <Button
            variant="ghost"
            size="sm"
            disabled={scope.readOnly}
            onClick={() => {
              setOpened(fields.length)
              write([...fields, newSchemaField(fields.map((row) => row.name))], true)
            }}
          >
            <Plus aria-hidden /> Add a field
          </Button>
        )}
        {fields === undefined ? null : (
          <Button variant="ghost" size="sm" onClick={() => setAsJson(!asJson)}>
            {asJson ? <Rows3 aria-hidden /> : <Braces aria-hidden />}
            {asJson ? 'Fields' : 'JSON Schema'}
          </Button>
        )}
      </div>
    </div>
  )
}
