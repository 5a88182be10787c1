'use client'

import { Plus, Upload, Workflow } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { EmptyState } from '@/components/ui/empty-state'
import { sampleTemplates, type WorkflowTemplate } from './templates'

interface WorkflowsEmptyProps {
  onCreate: () => void
  onImport: () => void
  onTemplate: (template: WorkflowTemplate) => void
  /** The role does not allow any of it. */
  readOnly: boolean
}

/** The very first visit: three ways to a workflow that runs. */
export function WorkflowsEmpty({ onCreate, onImport, onTemplate, readOnly }: WorkflowsEmptyProps) {
  if (readOnly) {
    return (
      <EmptyState
        icon={Workflow}
        title="No workflows yet"
        description="When an editor of your team creates one, it appears here."
      />
    )
  }
  return (
    <div className="grid gap-2">
      <EmptyState
        icon={Workflow}
        title="Draw your first workflow"
        description="Connect steps on a canvas, publish, and let it run: durably, visibly, and with a human where it matters."
        actions={
          <>
            <Button variant="primary" onClick={onCreate}>
              <Plus aria-hidden />
              New workflow
            </Button>
            <Button onClick={onImport}>
              <Upload aria-hidden />
              Import JSON
            </Button>
          </>
        }
        className="pb-8"
      />
      <section aria-labelledby="templates" className="mx-auto w-full max-w-4xl">
        <h2 id="templates" className="mb-2 font-medium text-muted-foreground text-xs">
          Or start from one that already runs
        </h2>
        <ul className="grid gap-3 md:grid-cols-3">
          {sampleTemplates.map((template) => (
            <li key={template.id}>
              <Card className="relative h-full p-4 transition-shadow hover:border-border-strong hover:shadow-sm">
                <template.icon aria-hidden className="mb-3 size-5 text-primary" />
                <button
                  type="button"
                  onClick={() => onTemplate(template)}
                  className="rounded-sm text-left font-semibold after:absolute after:inset-0 after:rounded-lg"
                >
                  {template.name}
                </button>
                <p className="mt-0.5 text-muted-foreground text-sm">{template.description}</p>
              </Card>
            </li>
          ))}
        </ul>
      </section>
    </div>
  )
}
