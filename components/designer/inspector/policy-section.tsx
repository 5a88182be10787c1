'use client'

import { ChevronRight } from 'lucide-react'
import { useId, useState } from 'react'
import { cn } from '@/components/ui/cn'
import { Field } from '@/components/ui/field'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { Switch } from '@/components/ui/switch'
import type { NodeType } from '@/lib/nodes/node-type'
import type { NodePolicy, RetryPolicy, WorkflowNode } from '@/lib/workflow/document'
import { useDesigner, useServices } from '../designer-context'
import { updateNode } from '../document/edit'
import { NumberField } from './number-field'
import { DEFAULT_RETRY, policySummary, withPolicy } from './policy'

const ON_ERROR: Record<NodePolicy['onError'], { label: string; hint: string }> = {
  fail: { label: 'The run fails', hint: 'Nothing after this step happens.' },
  continue: { label: 'Go on anyway', hint: 'The error is the output of this step.' },
  branch: { label: 'Take the error port', hint: 'The step gets a port “on error”; the error flows out there.' },
}

/** What happens when a step fails or takes too long. */
export function PolicySection({ node, kind }: { node: WorkflowNode; kind: NodeType['kind'] }) {
  const { store } = useServices()
  const readOnly = useDesigner((state) => state.readOnly)
  const id = useId()
  const [open, setOpen] = useState(node.policy !== undefined)
  const policy = node.policy
  const retry = policy?.retry ?? DEFAULT_RETRY
  const set = (change: Partial<NodePolicy>, key: string) => {
    const { definition, commit } = store.getState()
    const changed = updateNode(definition, node.id, (now) => withPolicy(now, change))
    commit({ label: 'Edit error handling', definition: changed, coalesce: `policy:${node.id}:${key}` })
  }
  const setRetry = (change: Partial<RetryPolicy>, key: string) => set({ retry: { ...retry, ...change } }, key)
  const summary = policySummary(policy)
  return (
    <section className="rounded-lg border" data-field-path="policy">
      <button
        type="button"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
        className="flex w-full items-center gap-2 rounded-lg px-3 py-2 text-left font-medium text-sm hover:bg-accent"
      >
        <ChevronRight
          aria-hidden
          className={cn('size-4 text-muted-foreground transition-transform', open && 'rotate-90')}
        />
        <span className="shrink-0">Errors and limits</span>
        <span className="ml-auto min-w-0 truncate font-normal text-muted-foreground text-xs">{summary}</span>
      </button>
      {open ? (
        <div id={id} className="grid gap-4 border-t px-3 py-3">
          <Field label="If it fails" hint={ON_ERROR[policy?.onError ?? 'fail'].hint}>
            <OnErrorSelect
              value={policy?.onError ?? 'fail'}
              disabled={readOnly}
              onChange={(onError) => set({ onError }, 'onError')}
            />
          </Field>
          {kind === 'effect' ? (
            <>
              <NumberField
                label="Attempts"
                hint="1 means that it is not tried again."
                value={retry.maxAttempts}
                min={1}
                max={25}
                integer
                disabled={readOnly}
                onChange={(maxAttempts) => setRetry({ maxAttempts: maxAttempts ?? 1 }, 'attempts')}
              />
              {retry.maxAttempts > 1 ? (
                <div className="grid grid-cols-2 gap-3">
                  <NumberField
                    label="First wait, s"
                    value={retry.backoffMs / 1_000}
                    min={0}
                    max={3_600}
                    disabled={readOnly}
                    onChange={(s) => setRetry({ backoffMs: Math.round((s ?? 1) * 1_000) }, 'backoff')}
                  />
                  <NumberField
                    label="Then times"
                    value={retry.factor}
                    min={1}
                    max={10}
                    disabled={readOnly}
                    onChange={(factor) => setRetry({ factor: factor ?? 2 }, 'factor')}
                  />
                  <NumberField
                    label="Longest wait, s"
                    value={retry.maxBackoffMs / 1_000}
                    min={0}
                    max={3_600}
                    disabled={readOnly}
                    onChange={(s) => setRetry({ maxBackoffMs: Math.round((s ?? 300) * 1_000) }, 'maxBackoff')}
                  />
                  <Field label="Spread the waits">
                    <Switch
                      disabled={readOnly}
                      checked={retry.jitter}
                      onCheckedChange={(jitter) => setRetry({ jitter }, 'jitter')}
                    />
                  </Field>
                </div>
              ) : null}
              <NumberField
                label="Timeout, s"
                optional
                hint="One attempt may take so long."
                value={policy?.timeoutMs === undefined ? undefined : policy.timeoutMs / 1_000}
                min={0.001}
                max={900}
                disabled={readOnly}
                onChange={(s) => set({ timeoutMs: s === undefined ? undefined : Math.round(s * 1_000) }, 'timeout')}
              />
              <Field
                label="At most once"
                hint="After a crash in the middle it fails instead of being called again with the same key."
              >
                <Switch
                  disabled={readOnly}
                  checked={policy?.atMostOnce ?? false}
                  onCheckedChange={(atMostOnce) => set({ atMostOnce }, 'atMostOnce')}
                />
              </Field>
            </>
          ) : null}
        </div>
      ) : null}
    </section>
  )
}

interface OnErrorSelectProps {
  value: NodePolicy['onError']
  disabled: boolean
  onChange: (value: NodePolicy['onError']) => void
  id?: string
  'aria-describedby'?: string
}

function OnErrorSelect({ value, disabled, onChange, ...wiring }: OnErrorSelectProps) {
  return (
    <Select value={value} disabled={disabled} onValueChange={(next) => onChange(next as NodePolicy['onError'])}>
      <SelectTrigger {...wiring}>
        <SelectValue />
      </SelectTrigger>
      <SelectContent>
        {Object.entries(ON_ERROR).map(([key, { label }]) => (
          <SelectItem key={key} value={key}>
            {label}
          </SelectItem>
        ))}
      </SelectContent>
    </Select>
  )
}
