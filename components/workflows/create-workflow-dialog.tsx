'use client'

import { type FormEvent, useState } from 'react'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/cn'
import { Dialog, DialogBody, DialogContent, DialogFooter, DialogHeader } from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Textarea } from '@/components/ui/textarea'
import { allTemplates, blankTemplate, type WorkflowTemplate } from './templates'
import { useCreateWorkflow } from './use-create-workflow'

interface CreateWorkflowDialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  /** Chosen at first. */
  template?: WorkflowTemplate
}

/** Name, description, where to begin; then the designer opens. */
export function CreateWorkflowDialog({ open, onOpenChange, template }: CreateWorkflowDialogProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent size="lg">
        <DialogHeader
          title="New workflow"
          description="Begin with an empty canvas or with something that already runs."
        />
        <CreateForm template={template ?? blankTemplate} onCancel={() => onOpenChange(false)} />
      </DialogContent>
    </Dialog>
  )
}

function CreateForm({ template, onCancel }: { template: WorkflowTemplate; onCancel: () => void }) {
  const [chosen, setChosen] = useState(template)
  const [name, setName] = useState(suggestedName(template))
  const [description, setDescription] = useState('')
  const [nameError, setNameError] = useState<string>()
  const create = useCreateWorkflow()
  const nameRefused = nameError ?? create.error?.fieldError('name')

  function choose(next: WorkflowTemplate) {
    if (name === '' || name === suggestedName(chosen)) setName(suggestedName(next))
    setChosen(next)
  }

  function submit(event: FormEvent) {
    event.preventDefault()
    if (create.isPending) return
    if (name.trim() === '') {
      setNameError('Give the workflow a name.')
      return
    }
    create.mutate({
      body: {
        name: name.trim(),
        description: description.trim() === '' ? undefined : description.trim(),
        definition: chosen.definition,
      },
    })
  }

  return (
    <form onSubmit={submit} noValidate className="flex min-h-0 flex-1 flex-col">
      <DialogBody className="grid gap-4">
        <Field label="Name" error={nameRefused}>
          <Input
            value={name}
            maxLength={100}
            required
            autoFocus
            autoComplete="off"
            placeholder="Invoice check"
            onChange={(event) => {
              setName(event.target.value)
              setNameError(undefined)
            }}
          />
        </Field>
        <Field label="Description" optional error={create.error?.fieldError('description')}>
          <Textarea
            value={description}
            maxLength={4_000}
            rows={2}
            placeholder="What it does, and for whom"
            onChange={(event) => setDescription(event.target.value)}
          />
        </Field>
        <fieldset>
          <legend className="mb-1.5 font-medium">Begin with</legend>
          <div className="grid gap-2 sm:grid-cols-2">
            {allTemplates.map((each) => (
              <TemplateChoice key={each.id} template={each} chosen={each === chosen} onChoose={() => choose(each)} />
            ))}
          </div>
        </fieldset>
        {create.error && nameRefused === undefined ? (
          <p role="alert" className="text-failure text-sm">
            {create.error.message}
          </p>
        ) : null}
      </DialogBody>
      <DialogFooter>
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" variant="primary" pending={create.isPending}>
          Create and open
        </Button>
      </DialogFooter>
    </form>
  )
}

function TemplateChoice({
  template,
  chosen,
  onChoose,
}: {
  template: WorkflowTemplate
  chosen: boolean
  onChoose: () => void
}) {
  const Icon = template.icon
  return (
    <label
      className={cn(
        'flex cursor-pointer gap-3 rounded-lg border p-3 transition-colors has-focus-visible:outline-2 has-focus-visible:outline-ring has-focus-visible:outline-offset-2',
        chosen ? 'border-primary bg-primary-soft/50' : 'hover:border-border-strong hover:bg-muted/50',
      )}
    >
      <input type="radio" name="template" className="sr-only" checked={chosen} onChange={onChoose} />
      <Icon aria-hidden className={cn('mt-0.5 size-4 shrink-0', chosen ? 'text-primary' : 'text-muted-foreground')} />
      <span className="min-w-0">
        <span className="block font-medium">{template.name}</span>
        <span className="block text-muted-foreground text-xs">{template.description}</span>
      </span>
    </label>
  )
}

function suggestedName(template: WorkflowTemplate): string {
  return template === blankTemplate ? '' : template.name
}
