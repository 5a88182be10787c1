'use client'

import { useEffect, useState } from 'react'
import { Input } from '@/components/ui/input'
import { useMeta, useServices } from '../designer-context'

/** The name of the workflow; press it to change it. */
export function WorkflowTitle({ readOnly }: { readOnly: boolean }) {
  const { setMeta } = useServices()
  const { name } = useMeta()
  const [draft, setDraft] = useState<string | null>(null)
  useEffect(() => {
    document.title = `${name} · Countersign`
  }, [name])
  if (readOnly) return <h1 className="min-w-0 truncate font-semibold text-sm">{name}</h1>
  if (draft === null) {
    return (
      <h1 className="min-w-0 font-semibold text-sm">
        <button
          type="button"
          title="Rename"
          className="block max-w-72 truncate rounded-md px-1.5 py-1 hover:bg-accent"
          onClick={() => setDraft(name)}
        >
          {name}
        </button>
      </h1>
    )
  }
  const take = () => {
    if (draft.trim() !== '') setMeta({ name: draft.trim() })
    setDraft(null)
  }
  return (
    <h1 className="min-w-0">
      <Input
        autoFocus
        aria-label="Name of the workflow"
        maxLength={100}
        className="h-7 w-72 px-1.5 font-semibold"
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        onFocus={(event) => event.target.select()}
        onBlur={take}
        onKeyDown={(event) => {
          if (event.key === 'Enter') take()
          if (event.key === 'Escape') setDraft(null)
        }}
      />
    </h1>
  )
}
