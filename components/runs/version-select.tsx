'use client'

import type { ComponentProps } from 'react'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { useApi } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import type { WorkflowSummary } from '@/lib/api/contracts/workflows'

export const DRAFT = 'draft'
/** The number of a published version, or the draft as it is now. */
export type VersionChoice = number | typeof DRAFT

export interface VersionSelectProps extends Pick<ComponentProps<'button'>, 'id' | 'aria-describedby'> {
  workflow: WorkflowSummary
  value: VersionChoice
  onValueChange: (choice: VersionChoice) => void
}

/** The active version, the draft, or an earlier version. */
export function VersionSelect({ workflow, value, onValueChange, ...props }: VersionSelectProps) {
  const active = workflow.active_version
  const versions = useApi(
    contracts.listVersions,
    { params: { workflow_id: workflow.id } },
    { enabled: active !== null },
  )
  const earlier = versions.data?.items.filter((version) => version.number !== active?.number) ?? []
  return (
    <Select value={String(value)} onValueChange={(chosen) => onValueChange(chosen === DRAFT ? DRAFT : Number(chosen))}>
      <SelectTrigger {...props}>
        <SelectValue />
      </SelectTrigger>
      <SelectContent>
        {active ? <SelectItem value={String(active.number)}>Version {active.label} (active)</SelectItem> : null}
        <SelectItem value={DRAFT}>
          {workflow.has_unpublished_changes || !active ? 'Draft, with unpublished changes' : 'Draft'}
        </SelectItem>
        {earlier.map((version) => (
          <SelectItem key={version.id} value={String(version.number)}>
            Version {version.label}
          </SelectItem>
        ))}
      </SelectContent>
    </Select>
  )
}
