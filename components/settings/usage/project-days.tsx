import { TriangleAlert } from 'lucide-react'
import { formatUsd } from '@/components/ui/format'
import type { ProjectDay } from '@/lib/api/contracts/usage'

/** The projects that come near what they may pay in a day. */
export function ProjectDays({ projects }: { projects: ProjectDay[] }) {
  return projects
    .filter(({ warns }) => warns)
    .map(({ project_id, name, cost_usd, limit_usd }) => (
      <p
        key={project_id}
        role="status"
        className="flex items-start gap-2 rounded-md border border-waiting/30 bg-waiting-soft px-3 py-2 text-sm"
      >
        <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-waiting" />
        <span>
          The project “{name}” paid {formatUsd(cost_usd)} of the {formatUsd(limit_usd)} that it may pay for models today
          (UTC). At the limit, runs that call one fail.
        </span>
      </p>
    ))
}
