'use client'

import { useEffect, useState } from 'react'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { Textarea } from '@/components/ui/textarea'
import type { WorkflowDefinition, WorkflowSettings } from '@/lib/workflow/document'
import { useDesigner, useMeta, useProblems, useServices } from '../designer-context'
import { renameInputs } from '../document/rename'
import { vocabularyFor } from './code/vocabulary'
import { ConcurrencyFields } from './concurrency-fields'
import { EvaluationFields } from './evaluation-fields'
import { JsonSchemaControl } from './fields/json-schema-control'
import { KeyValuesControl } from './fields/key-values-control'
import { InspectorScopeProvider } from './inspector-context'
import { NumberField } from './number-field'

const inputsField = {
  key: 'inputs',
  title: 'Inputs',
  control: 'json-schema' as const,
  required: true,
  raw: true,
  examples: [],
}
const outputsField = {
  ...inputsField,
  key: 'outputs',
  title: 'Outputs',
  control: 'key-values' as const,
  required: false,
}

/** The workflow as a whole: what it is called, what it takes and gives, and its limits. */
export function WorkflowPanel() {
  const { store } = useServices()
  const definition = useDesigner((state) => state.definition)
  const readOnly = useDesigner((state) => state.readOnly)
  const problems = useProblems((state) => state.problems)
  const commit = (label: string, next: WorkflowDefinition, coalesce?: string) =>
    store.getState().commit({ label, definition: next, coalesce })
  const setSettings = (change: Partial<WorkflowSettings>, label = 'Edit limits') => {
    const now = store.getState().definition
    const settings = Object.fromEntries(
      Object.entries({ ...now.settings, ...change }).filter(([, value]) => value !== undefined),
    ) as WorkflowSettings // members without a value left out
    commit(label, { ...now, settings }, `settings:${Object.keys(change).join()}`)
  }
  const scope = {
    readOnly,
    vocabulary: () => vocabularyFor(definition, null),
    problemAt: (path: string) => problems.find((problem) => problem.path === path)?.message,
    portEffect: () => 'none' as const,
  }
  const outputProblem = problems.find((problem) => problem.path.startsWith('outputs.'))
  const { settings } = definition
  return (
    <InspectorScopeProvider value={scope}>
      <div className="grid gap-6 px-4 pt-4 pb-8">
        <MetaFields readOnly={readOnly} />
        <Section title="Inputs" hint="What a run is started with. Callers get a form and a check from these.">
          <JsonSchemaControl
            field={inputsField}
            path="inputs"
            value={definition.inputs}
            onChange={(value, options) => {
              const now = store.getState().definition
              commit(
                'Edit inputs',
                { ...now, inputs: (value ?? { type: 'object', properties: {} }) as Record<string, unknown> }, // the control writes objects
                options?.whole ? undefined : 'inputs',
              )
            }}
            onRename={(from, to, schema) => {
              const renamed = renameInputs(store.getState().definition, new Map([[from, to]]))
              commit('Rename input', { ...renamed, inputs: schema as Record<string, unknown> }) // as above
            }}
          />
        </Section>
        <Section
          title="Outputs"
          hint="Named results as expressions. Without any, the output of the End step that is reached."
          error={outputProblem?.message}
        >
          <KeyValuesControl
            field={outputsField}
            path="outputs"
            plain
            language="expression"
            value={definition.outputs}
            onChange={(value, options) => {
              const { outputs: _, ...rest } = store.getState().definition
              const next = value === undefined ? rest : { ...rest, outputs: value as Record<string, string> } // plain: every value is text
              commit('Edit outputs', next, options?.whole ? undefined : 'outputs')
            }}
          />
        </Section>
        <Section title="Shape and limits">
          <Field
            label="Loops"
            hint={
              definition.kind === 'graph'
                ? 'A step may lead back to an earlier one; it then runs again.'
                : 'Publishing is refused while a step leads back to an earlier one.'
            }
          >
            <KindSelect
              value={definition.kind}
              disabled={readOnly}
              onChange={(kind) => commit('Edit shape', { ...store.getState().definition, kind })}
            />
          </Field>
          <ConcurrencyFields settings={settings} disabled={readOnly} onChange={setSettings} />
          <NumberField
            label="Longest run, s"
            optional
            hint="A run that takes longer ends as timed out."
            value={settings.timeoutMs === undefined ? undefined : settings.timeoutMs / 1_000}
            min={0.001}
            max={31_536_000}
            disabled={readOnly}
            onChange={(s) => setSettings({ timeoutMs: s === undefined ? undefined : Math.round(s * 1_000) })}
          />
          <div className="grid grid-cols-2 gap-3">
            <NumberField
              label="Visits of one step"
              value={settings.maxNodeVisits}
              min={1}
              max={10_000}
              integer
              disabled={readOnly}
              onChange={(maxNodeVisits) => maxNodeVisits !== undefined && setSettings({ maxNodeVisits })}
            />
            <NumberField
              label="Steps of a run"
              value={settings.maxSteps}
              min={1}
              max={500_000}
              integer
              disabled={readOnly}
              onChange={(maxSteps) => maxSteps !== undefined && setSettings({ maxSteps })}
            />
          </div>
          <p className="text-muted-foreground text-xs">
            Beyond these a run ends, since it is most likely going round in circles.
          </p>
        </Section>
        <Section title="Evaluation">
          <EvaluationFields
            settings={settings}
            disabled={readOnly}
            onChange={(change) => setSettings(change, 'Edit evaluation')}
          />
        </Section>
      </div>
    </InspectorScopeProvider>
  )
}

function Section(props: { title: string; hint?: string; error?: string; children: React.ReactNode }) {
  return (
    <section className="grid gap-3" aria-label={props.title}>
      <div>
        <h2 className="font-semibold text-sm">{props.title}</h2>
        {props.hint === undefined ? null : <p className="text-muted-foreground text-xs">{props.hint}</p>}
      </div>
      {props.children}
      {props.error === undefined ? null : (
        <p role="alert" className="text-failure text-xs">
          {props.error}
        </p>
      )}
    </section>
  )
}

function MetaFields({ readOnly }: { readOnly: boolean }) {
  const { setMeta } = useServices()
  const meta = useMeta()
  const [name, setName] = useState(meta.name)
  useEffect(() => setName(meta.name), [meta.name])
  const empty = name.trim() === ''
  return (
    <div className="grid gap-4">
      <Field label="Name" error={empty ? 'A workflow needs a name.' : undefined}>
        <Input
          maxLength={100}
          disabled={readOnly}
          value={name}
          onChange={(event) => setName(event.target.value)}
          onBlur={() => (empty ? setName(meta.name) : setMeta({ name: name.trim() }))}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && !empty) setMeta({ name: name.trim() })
          }}
        />
      </Field>
      <Field label="Description" optional>
        <Textarea
          rows={3}
          maxLength={4_000}
          disabled={readOnly}
          value={meta.description}
          onChange={(event) => setMeta({ description: event.target.value })}
        />
      </Field>
    </div>
  )
}

interface KindSelectProps {
  value: WorkflowDefinition['kind']
  disabled: boolean
  onChange: (kind: WorkflowDefinition['kind']) => void
  id?: string
  'aria-describedby'?: string
}

function KindSelect({ value, disabled, onChange, ...wiring }: KindSelectProps) {
  return (
    <Select value={value} disabled={disabled} onValueChange={(next) => onChange(next === 'dag' ? 'dag' : 'graph')}>
      <SelectTrigger {...wiring}>
        <SelectValue />
      </SelectTrigger>
      <SelectContent>
        <SelectItem value="graph">Allowed</SelectItem>
        <SelectItem value="dag">Not allowed</SelectItem>
      </SelectContent>
    </Select>
  )
}
