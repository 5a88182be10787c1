'use client'

import { ArrowDown, ArrowUp, Plus, Trash2 } from 'lucide-react'
import { useRef } from 'react'
import { Button } from '@/components/ui/button'
import { CodeEditor } from '../code/code-editor'
import { useInspectorScope } from '../inspector-context'
import type { ControlProps } from './control-props'
import { FieldRow } from './field-row'

/** Several of the same: plain texts on a line each, or small forms. Order matters, so it can be changed. */
export function ListControl({ field, value, path, onChange, id }: ControlProps) {
  const scope = useInspectorScope()
  const list: unknown[] = Array.isArray(value) ? value : []
  const keys = useKeys(list.length)
  const write = (next: unknown[], whole: boolean) =>
    onChange(next.length === 0 && !field.required ? undefined : next, { whole })
  const replace = (index: number, item: unknown, whole = false) => write(list.with(index, item), whole)
  const move = (index: number, by: number) => {
    keys.move(index, index + by)
    write(list.with(index, list[index + by]).with(index + by, list[index]), true)
  }
  const removable = list.length > (field.minItems ?? 0)
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would need a legend; the label above names the group
    <div role="group" aria-label={field.title} id={id} className="grid gap-2">
      {list.map((item, index) => {
        const tools = (
          <div className="flex shrink-0">
            {list.length > 1 ? (
              <>
                <Tool label="Move up" disabled={scope.readOnly || index === 0} onClick={() => move(index, -1)}>
                  <ArrowUp aria-hidden />
                </Tool>
                <Tool
                  label="Move down"
                  disabled={scope.readOnly || index === list.length - 1}
                  onClick={() => move(index, 1)}
                >
                  <ArrowDown aria-hidden />
                </Tool>
              </>
            ) : null}
            <Tool
              label={`Remove ${field.title.toLowerCase()} ${index + 1}`}
              disabled={scope.readOnly || !removable}
              onClick={() => {
                keys.remove(index)
                write(list.toSpliced(index, 1), true)
              }}
            >
              <Trash2 aria-hidden />
            </Tool>
          </div>
        )
        if (field.items === undefined) {
          return (
            <div key={keys.at(index)} className="flex items-start gap-1">
              <CodeEditor
                aria-label={`${field.title} ${index + 1}`}
                language={field.raw ? 'text' : 'template'}
                vocabulary={scope.vocabulary}
                singleLine
                placeholder={field.placeholder}
                readOnly={scope.readOnly}
                invalid={scope.problemAt(`${path}.${index}`) !== undefined}
                className="min-w-0 flex-1"
                value={typeof item === 'string' ? item : ''}
                onChange={(text) => text !== item && replace(index, text)}
              />
              {tools}
            </div>
          )
        }
        const record = isRecord(item) ? item : {}
        return (
          <div key={keys.at(index)} className="grid gap-3 rounded-lg border bg-background p-3">
            <div className="-mt-1 -mr-1 flex items-center justify-between">
              <span className="font-medium text-muted-foreground text-xs tabular-nums">{index + 1}</span>
              {tools}
            </div>
            {field.items.map((member) => (
              <FieldRow
                key={member.key}
                compact
                field={member}
                path={`${path}.${index}.${member.key}`}
                value={record[member.key]}
                onChange={(next, options) => {
                  const { [member.key]: _, ...rest } = record
                  const changed = next === undefined ? rest : { ...record, [member.key]: next }
                  replace(index, changed, options?.whole)
                }}
              />
            ))}
          </div>
        )
      })}
      <Button
        variant="ghost"
        size="sm"
        className="w-fit"
        disabled={scope.readOnly}
        onClick={() => write([...list, field.items === undefined ? '' : newItem(field.items, list)], true)}
      >
        <Plus aria-hidden /> Add
      </Button>
    </div>
  )
}

function Tool(props: { label: string; disabled: boolean; onClick: () => void; children: React.ReactNode }) {
  return (
    <Button variant="ghost" size="icon-sm" aria-label={props.label} disabled={props.disabled} onClick={props.onClick}>
      {props.children}
    </Button>
  )
}

/** An item to begin with: required texts empty, and a free name, since names of items are often names of ports. */
function newItem(
  members: NonNullable<ControlProps['field']['items']>,
  list: readonly unknown[],
): Record<string, unknown> {
  const taken = new Set(list.map((item) => (isRecord(item) ? item.name : undefined)))
  let n = list.length + 1
  while (taken.has(`branch ${n}`)) n += 1
  return Object.fromEntries(
    members
      .filter((member) => member.required)
      .map((member) => [member.key, member.key === 'name' ? `branch ${n}` : (member.default ?? '')]),
  )
}

/** Keys that stay with their items when these are moved or removed, so that a field keeps its cursor. */
function useKeys(length: number) {
  const keys = useRef<number[]>([])
  const next = useRef(0)
  while (keys.current.length < length) keys.current.push(next.current++)
  if (keys.current.length > length) keys.current.length = length
  return {
    at: (index: number) => keys.current[index] ?? index,
    remove: (index: number) => {
      keys.current.splice(index, 1)
    },
    move: (from: number, to: number) => {
      const [key] = keys.current.splice(from, 1)
      if (key !== undefined) keys.current.splice(to, 0, key)
    },
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
