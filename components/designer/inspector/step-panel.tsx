'use client'

import { CircleSlash, Copy, Ellipsis, Trash2 } from 'lucide-react'
import { useEffect, useMemo, useRef } from 'react'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/cn'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { Field } from '@/components/ui/field'
import { Textarea } from '@/components/ui/textarea'
import { nodeType } from '@/lib/nodes/registry'
import type { Problem, WorkflowNode } from '@/lib/workflow/document'
import { deleteAction, disableAction, duplicateAction } from '../actions/edit-actions'
import { NodeIcon } from '../canvas/node-icon'
import { useAct, useDesigner, useProblems, useServices, useUi } from '../designer-context'
import { setConfigField, updateNode } from '../document/edit'
import { fieldsOf } from '../schema/fields'
import { CallbackHint } from './callback-hint'
import { FieldRow } from './fields/field-row'
import { JsonControl } from './fields/json-control'
import { InspectorScopeProvider } from './inspector-context'
import { NameField } from './name-field'
import { PolicySection } from './policy-section'
import { problemsByPath, shortMessage, stepScope } from './step-scope'

const NONE: readonly Problem[] = []

/** The form of one step, drawn from the schema of its type. */
export function StepPanel({ node }: { node: WorkflowNode }) {
  const { store } = useServices()
  const readOnly = useDesigner((state) => state.readOnly)
  const definition = useDesigner((state) => state.definition)
  const problems = useProblems((state) => state.byNode.get(node.id) ?? NONE)
  const panel = useRef<HTMLDivElement>(null)
  useFocusRequest(panel, node.id)

  const byPath = useMemo(() => problemsByPath(problems, node.name), [problems, node.name])
  const scope = useMemo(() => stepScope(definition, node, byPath, readOnly), [definition, node, byPath, readOnly])
  const type = nodeType(node.type)
  const fields = fieldsOf(node.type)
  const known = new Set(fields.map((field) => field.key))
  const unknown = Object.keys(node.config).filter((key) => !known.has(key))
  const shownAtFields = (problem: Problem) =>
    /^nodes\.\d+\.(name|config\.)/.test(problem.path) && !unknown.some((key) => problem.path.includes(`config.${key}`))
  const others = problems.filter((problem) => !shownAtFields(problem))

  const setField = (key: string, title: string) => (value: unknown, options?: { whole?: boolean }) => {
    const { definition: now, commit } = store.getState()
    commit({
      label: `Edit ${title.toLowerCase()}`,
      definition: setConfigField(now, node.id, key, value),
      coalesce: options?.whole ? undefined : `config:${node.id}:${key}`,
    })
  }
  return (
    <InspectorScopeProvider value={scope}>
      <div ref={panel} className="grid gap-5 px-4 pt-3 pb-8">
        <StepHead node={node} />
        {others.length === 0 ? null : (
          <ul className="grid gap-1">
            {others.map((problem) => (
              <li
                key={problem.path + problem.message}
                className={cn(
                  'rounded-md px-3 py-2 text-xs',
                  problem.severity === 'error' ? 'bg-failure-soft text-failure' : 'bg-waiting-soft text-waiting',
                )}
              >
                {shortMessage(problem.message, node.name)}
              </li>
            ))}
          </ul>
        )}
        <NameField key={node.id} node={node} />
        {fields.map((field) => (
          <FieldRow
            key={`${node.id}:${field.key}`}
            field={field}
            path={field.key}
            value={node.config[field.key]}
            onChange={setField(field.key, field.title)}
          />
        ))}
        {unknown.map((key) => (
          <Field
            key={`${node.id}:${key}`}
            label={<span className="font-mono">{key}</span>}
            hint="This field is not one of this step type. Empty it to remove it."
          >
            <JsonControl
              field={{ key, title: key, control: 'json', required: false, raw: false, examples: [] }}
              path={key}
              value={node.config[key]}
              onChange={setField(key, key)}
            />
          </Field>
        ))}
        {type === undefined ? (
          <p className="text-muted-foreground text-sm">
            There is no step type “{node.type}” here. It was made by another version, or by hand.
          </p>
        ) : null}
        {node.type === 'callback' ? <CallbackHint node={node} /> : null}
        <PolicySection key={`policy:${node.id}`} node={node} kind={type?.kind ?? 'inline'} />
        <Field label="Note" optional hint="For people. Shown on the canvas as a small sign.">
          <Textarea
            rows={2}
            maxLength={4_000}
            disabled={readOnly}
            value={node.note ?? ''}
            onChange={(event) => {
              const { definition: now, commit } = store.getState()
              const note = event.target.value
              const changed = updateNode(now, node.id, ({ note: _, ...rest }) =>
                note === '' ? rest : { ...rest, note },
              )
              commit({ label: 'Edit note', definition: changed, coalesce: `note:${node.id}` })
            }}
          />
        </Field>
      </div>
    </InspectorScopeProvider>
  )
}

function StepHead({ node }: { node: WorkflowNode }) {
  const act = useAct()
  const readOnly = useDesigner((state) => state.readOnly)
  const type = nodeType(node.type)
  return (
    <div className="flex items-start gap-3">
      <NodeIcon icon={type?.icon ?? 'box'} category={type?.category ?? 'unknown'} />
      <div className="min-w-0 flex-1">
        <h2 className="font-semibold text-base leading-5">{type?.title ?? node.type}</h2>
        <p className="text-muted-foreground text-xs">{type?.description}</p>
      </div>
      {readOnly ? null : (
        <DropdownMenu>
          <DropdownMenuTrigger asChild>
            <Button variant="ghost" size="icon-sm" aria-label="What can be done with this step">
              <Ellipsis aria-hidden />
            </Button>
          </DropdownMenuTrigger>
          <DropdownMenuContent align="end">
            <DropdownMenuItem onSelect={() => act(duplicateAction)}>
              <Copy aria-hidden /> Duplicate
            </DropdownMenuItem>
            <DropdownMenuItem onSelect={() => act(disableAction)}>
              <CircleSlash aria-hidden /> {node.disabled ? 'Enable' : 'Disable'}
            </DropdownMenuItem>
            <DropdownMenuSeparator />
            <DropdownMenuItem destructive onSelect={() => act(deleteAction)}>
              <Trash2 aria-hidden /> Delete
            </DropdownMenuItem>
          </DropdownMenuContent>
        </DropdownMenu>
      )}
    </div>
  )
}

/** Puts the cursor where somebody asked for it: Enter on a step, F2, or a problem that was clicked. */
function useFocusRequest(panel: React.RefObject<HTMLDivElement | null>, nodeId: string): void {
  const { ui } = useServices()
  const request = useUi((state) => state.focusField)
  useEffect(() => {
    if (request === null || request.nodeId !== nodeId || panel.current === null) return
    ui.getState().set({ focusField: null })
    const row = rowAt(panel.current, request.path)
    row?.scrollIntoView({ block: 'nearest' })
    // An editor of a step that was just opened takes a frame or two to be there.
    let tries = 0
    const focus = () => {
      const control = row?.querySelector<HTMLElement>(
        '.cm-content, input, textarea, [role="combobox"], [role="switch"]',
      )
      const expected = control ?? (tries >= MAX_FRAMES ? row?.querySelector('button') : undefined)
      if (expected === undefined && tries < MAX_FRAMES) {
        tries += 1
        requestAnimationFrame(focus)
        return
      }
      expected?.focus()
      if (expected instanceof HTMLInputElement) expected.select()
    }
    focus()
  }, [request, nodeId, panel, ui])
}

const MAX_FRAMES = 10

/** The row of a path, or of the nearest path around it; the first field of the step for an empty path. */
function rowAt(panel: HTMLElement, path: string): HTMLElement | null {
  if (path === '')
    return (
      panel.querySelector('[data-field-path]:not([data-field-path="name"])') ?? panel.querySelector('[data-field-path]')
    )
  for (let at = path; at !== ''; at = at.includes('.') ? at.slice(0, at.lastIndexOf('.')) : '') {
    const row = panel.querySelector<HTMLElement>(`[data-field-path=${JSON.stringify(at)}]`)
    if (row !== null) return row
  }
  return null
}
