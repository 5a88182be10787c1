import type { RunSummary } from '@/lib/api/contracts/runs'
import { parseId } from '@/lib/ids'
import { RUN_STATUS_LOOKS } from '../run-status'
import { triggerLabel } from '../run-trigger'

/** Every word of the search is somewhere in what the row shows; an id in any of its spellings finds its run. */
export function matchesText(run: RunSummary, text: string): boolean {
  const search = text.trim().toLowerCase()
  if (search === '') return true
  if (parseId(search) === run.id || parseId(search) === run.workflow_id) return true
  const haystack = [
    run.id,
    run.workflow_name,
    run.run_by,
    triggerLabel(run.trigger),
    RUN_STATUS_LOOKS[run.status].label,
    run.waiting_for ?? '',
    run.error_summary ?? '',
    run.error_reason ?? '',
    run.version?.label ?? 'draft',
  ]
    .join('\n')
    .toLowerCase()
  return search.split(/\s+/).every((word) => haystack.includes(word))
}
