'use client'

import { Plus, Trash2 } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Input } from '@/components/ui/input'
import { CodeEditor } from '../code/code-editor'
import type { CodeLanguage } from '../code/highlight'
import { useInspectorScope } from '../inspector-context'
import type { ControlProps } from './control-props'
import { jsonOfText, textOfJson } from './json-text'

interface Row {
  id: number
  key: string
  text: string
}

let nextId = 0
const rowOf = (key: string, value: unknown): Row => ({ id: nextId++, key, text: textOfJson(value) })

/** Names with values. A row without a name is kept here and not in the document; of two equal names the later counts. */
export function KeyValuesControl(
  props: ControlProps & { language?: CodeLanguage; keyLabel?: string; plain?: boolean },
) {
  const { field, value, onChange, language = 'template', keyLabel = 'Name', plain } = props
  const scope = useInspectorScope()
  const record = isRecord(value) ? value : undefined
  const [rows, setRows] = useState(() => Object.entries(record ?? {}).map(([key, item]) => rowOf(key, item)))
  const written = useRef(value)
  useEffect(() => {
    if (written.current === value) return
    written.current = value
    setRows(Object.entries(isRecord(value) ? value : {}).map(([key, item]) => rowOf(key, item)))
  }, [value])

  const write = (next: Row[], whole = false) => {
    setRows(next)
    const named = next.filter((row) => row.key !== '')
    const entries = named.map((row) => [row.key, plain ? row.text : readValue(row.text)])
    const result = entries.length === 0 && !field.required ? undefined : Object.fromEntries(entries)
    written.current = result
    onChange(result, { whole })
  }
  const change = (id: number, part: Partial<Row>) =>
    write(rows.map((row) => (row.id === id ? { ...row, ...part } : row)))
  const repeated = new Set(rows.map((row) => row.key).filter((key, i, all) => key !== '' && all.indexOf(key) !== i))

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would need a legend; the label above names the group
    <div role="group" aria-label={field.title} id={props.id} className="grid gap-1.5">
      {rows.map((row) => (
        <div key={row.id} className="grid grid-cols-[minmax(0,2fr)_minmax(0,3fr)_auto] items-start gap-1">
          <Input
            aria-label={keyLabel}
            placeholder={keyLabel.toLowerCase()}
            className="font-mono text-xs"
            disabled={scope.readOnly}
            aria-invalid={repeated.has(row.key) || undefined}
            value={row.key}
            onChange={(event) => change(row.id, { key: event.target.value })}
          />
          <CodeEditor
            aria-label={`Value of ${row.key === '' ? 'the new row' : row.key}`}
            language={language}
            vocabulary={scope.vocabulary}
            singleLine
            placeholder="value"
            readOnly={scope.readOnly}
            value={row.text}
            onChange={(text) => text !== row.text && change(row.id, { text })}
          />
          <Button
            variant="ghost"
            size="icon"
            aria-label={`Remove ${row.key === '' ? 'the row' : row.key}`}
            disabled={scope.readOnly}
            onClick={() =>
              write(
                rows.filter((other) => other.id !== row.id),
                true,
              )
            }
          >
            <Trash2 aria-hidden />
          </Button>
        </div>
      ))}
      {repeated.size === 0 ? null : (
        <p role="alert" className="text-failure text-xs">
          {[...repeated].join(', ')} is there twice: the last one counts.
        </p>
      )}
      <Button
        variant="ghost"
        size="sm"
        className="w-fit"
        disabled={scope.readOnly}
        onClick={() => setRows([...rows, rowOf('', '')])}
      >
        <Plus aria-hidden /> Add
      </Button>
    </div>
  )
}

/** Numbers, true, false and JSON are read as such; anything else is text. */
function readValue(text: string): unknown {
  const read = jsonOfText(text)
  if (!read.ok) return text
  return read.value === undefined ? '' : read.value
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
