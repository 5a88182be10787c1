'use client'

import { FileJson2, Upload } from 'lucide-react'
import { type DragEvent, useRef, useState } from 'react'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/cn'
import { Dialog, DialogBody, DialogContent, DialogFooter, DialogHeader } from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { formatBytes } from '@/components/ui/format'
import { Input } from '@/components/ui/input'
import { useCreateWorkflow } from './use-create-workflow'
import { MAX_FILE_BYTES, parseWorkflowFile, type WorkflowFile } from './workflow-file'

interface ImportWorkflowDialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** A JSON file becomes a new workflow: choose or drop it, see what it holds, name it. */
export function ImportWorkflowDialog({ open, onOpenChange }: ImportWorkflowDialogProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent>
        <DialogHeader
          title="Import a workflow"
          description="A file exported from Countersign, or a workflow definition as JSON."
        />
        <ImportForm onCancel={() => onOpenChange(false)} />
      </DialogContent>
    </Dialog>
  )
}

type Refusal = { message: string; problems: string[] }

function ImportForm({ onCancel }: { onCancel: () => void }) {
  const [file, setFile] = useState<WorkflowFile>()
  const [refusal, setRefusal] = useState<Refusal>()
  const create = useCreateWorkflow()

  async function read(chosen: File | undefined) {
    if (!chosen) return
    setFile(undefined)
    setRefusal(undefined)
    create.reset()
    if (chosen.size > MAX_FILE_BYTES) {
      setRefusal({
        message: `${chosen.name} has ${formatBytes(chosen.size)}; at most 5 MB can be imported.`,
        problems: [],
      })
      return
    }
    const parsed = parseWorkflowFile(await chosen.text(), chosen.name)
    if (parsed.ok) setFile(parsed.file)
    else setRefusal(parsed)
  }

  function submit() {
    if (!file) return
    const { name, description, tags, definition } = file
    create.mutate({ body: { name: name.trim(), description, tags, definition } })
  }

  return (
    <form
      className="flex min-h-0 flex-1 flex-col"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <DialogBody className="grid gap-4">
        <DropZone onFile={(chosen) => void read(chosen)} />
        {refusal ? <Refused {...refusal} /> : null}
        {create.error ? (
          <Refused
            message={create.error.message}
            problems={create.error.errors.map((problem) => `${problem.path}: ${problem.message}`).slice(0, 5)}
          />
        ) : null}
        {file ? (
          <Field label="Name" hint={contentsOf(file)}>
            <Input
              value={file.name}
              maxLength={100}
              onChange={(event) => setFile({ ...file, name: event.target.value })}
            />
          </Field>
        ) : null}
      </DialogBody>
      <DialogFooter>
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" variant="primary" disabled={!file || file.name.trim() === ''} pending={create.isPending}>
          Import and open
        </Button>
      </DialogFooter>
    </form>
  )
}

function DropZone({ onFile }: { onFile: (file: File | undefined) => void }) {
  const [over, setOver] = useState(false)
  const input = useRef<HTMLInputElement>(null)

  function drop(event: DragEvent) {
    event.preventDefault()
    setOver(false)
    onFile(event.dataTransfer.files[0])
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is the shortcut; the button inside is the way for everybody
    <div
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      className={cn(
        'grid justify-items-center gap-2 rounded-lg border border-dashed border-input px-4 py-8 text-center transition-colors',
        over && 'border-primary bg-primary-soft/50',
      )}
    >
      <FileJson2 aria-hidden className="size-6 text-muted-foreground" />
      <p className="text-muted-foreground">Drop a JSON file here, or</p>
      <Button onClick={() => input.current?.click()}>
        <Upload aria-hidden />
        Choose a file
      </Button>
      <input
        ref={input}
        type="file"
        accept=".json,application/json"
        aria-label="Workflow file"
        tabIndex={-1}
        className="sr-only"
        onChange={(event) => {
          onFile(event.target.files?.[0])
          event.target.value = ''
        }}
      />
    </div>
  )
}

function Refused({ message, problems }: Refusal) {
  return (
    <div role="alert" className="rounded-lg bg-failure-soft px-3 py-2.5 text-failure">
      <p className="font-medium">{message}</p>
      {problems.length > 0 ? (
        <ul className="mt-1 grid gap-0.5 font-mono text-xs">
          {problems.map((problem) => (
            <li key={problem} className="break-words">
              {problem}
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  )
}

function contentsOf({ definition }: WorkflowFile): string {
  const nodes = definition.nodes.length
  const edges = definition.edges.length
  return `${nodes} ${nodes === 1 ? 'node' : 'nodes'}, ${edges} ${edges === 1 ? 'connection' : 'connections'}`
}
